"""The ``Metadata`` elements of SDMX-ML 3.1 data: metadata attributes within each other.

Source: SDMX 3.1 SDMXDataStructureSpecific.xsd, "MetadataType"; SDMXMetadataGeneric.xsd,
"AttributeType".
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sdmx_server.dataset import Component, Dataset
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers.complex_values import structured_text, text
from sdmx_server.formats.data.writers.envelope import SCHEMAS
from sdmx_server.formats.data.writers.fragments import Joint, Plan, escape
from sdmx_server.formats.metadata.contents import reported
from sdmx_server.metadata import XHTML, Content
from sdmx_server.model.metadataset import ReportedAttribute

_NAMESPACE = f"{SCHEMAS}v3_1/metadata/generic"


def metadata(components: Sequence[Component]) -> Plan:
    """Return the ``Metadata`` element of the components that are within others; or nothing."""
    nested = [component for component in components if component.is_nested]
    if not nested:
        return ()
    paths = [tuple(component.id.split(".")) for component in nested]
    markup = [p for p, c in zip(paths, nested, strict=True) if c.data_type == XHTML]

    def write(texts: tuple[str | None, ...]) -> str:
        contents = (
            (path, component.repeats, _content(text, component))
            for path, component, text in zip(paths, nested, texts, strict=True)
        )
        inside = "".join(map(_attribute, reported(contents, markup)))
        return f'<Metadata xmlns:metadata="{_NAMESPACE}">{inside}</Metadata>'

    return (Joint(tuple(component.id for component in nested), write),)


def check_expressible(dataset: Dataset) -> None:
    """Make sure that no metadata attributes within others are to be written in SDMX-ML 3.0.

    Raises:
        NotAcceptable: if there are any: 3.0.0 has room for whole metadata sets alone.
    """
    nested = [
        a.id for a in dataset.structure.attributes if a.is_nested and a.id in dataset.attributes
    ]
    if nested:
        raise NotAcceptable(
            f"SDMX-ML 3.0.0 cannot express {', '.join(nested)}, which stand within other "
            "metadata attributes; leave them out, or ask for SDMX-ML 3.1.0, SDMX-JSON 2 or "
            "SDMX-CSV 2."
        )


def _content(text: str | None, component: Component) -> Content:
    if text is None or not component.is_json:
        return text
    decoded: Content = msgspec.json.decode(text)
    return decoded


def _attribute(attribute: ReportedAttribute) -> str:
    value = "" if attribute.value is None else _value(attribute.value)
    inside = [
        value,
        *(text(language, words) for language, words in attribute.texts.items()),
        *(structured_text(lang, words) for lang, words in attribute.structured_texts.items()),
        *map(_attribute, attribute.attributes),
    ]
    return f'<metadata:Attribute id="{escape(attribute.id)}">{"".join(inside)}</metadata:Attribute>'


def _value(value: str) -> str:
    return f"<metadata:Value>{escape(value)}</metadata:Value>"
