"""The ``Metadata`` elements of SDMX-ML 3.0 and 3.1 data: metadata attributes within each other.

Which of them may be reported several times only their metadata structure knows, so each path
has an array a step.

Source: SDMX 3.1 SDMXDataStructureSpecific.xsd, "MetadataType"; SDMXMetadataGeneric.xsd,
"AttributeType".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from lxml import etree

from sdmx_server.formats.data.readers.xml import local_name
from sdmx_server.formats.metadata.contents import content_along, leaf_of
from sdmx_server.formats.metadata.markup import read_markup
from sdmx_server.metadata import Path
from sdmx_server.model.metadataset import ReportedAttribute

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEFAULT_LANGUAGE = "en"


def metadata_cells(element: etree._Element) -> dict[str, str]:
    """Return what a ``Metadata`` element reports, by path, as text or JSON text."""
    attributes = _reported(element)
    cells: dict[str, str] = {}
    for path in dict.fromkeys(_paths(attributes)):
        content = content_along(attributes, path, [True] * len(path))
        if len(path) == 1 and isinstance(content, list) and len(content) == 1:
            content = content[0]
        is_text = isinstance(content, str)
        text = content if is_text else json.dumps(content, ensure_ascii=False)
        cells[".".join(path)] = str(text)
    return cells


def _paths(attributes: Iterable[ReportedAttribute], above: Path = ()) -> Iterator[Path]:
    """Yield the paths of the attributes that have values."""
    for attribute in attributes:
        path = (*above, attribute.id)
        if leaf_of(attribute) is not None:
            yield path
        yield from _paths(attribute.attributes, path)


def _reported(element: etree._Element) -> tuple[ReportedAttribute, ...]:
    return tuple(_attribute(child) for child in element if local_name(child) == "Attribute")


def _attribute(element: etree._Element) -> ReportedAttribute:
    texts: dict[str, str] = {}
    value: str | None = None
    for child in element:
        name, language = local_name(child), child.get(_LANGUAGE, _DEFAULT_LANGUAGE)
        if name == "Value":
            value = child.text or ""
        elif name == "Text":
            texts[language] = child.text or ""
        elif name == "StructuredText":
            texts[language] = read_markup(child)
    return ReportedAttribute(
        id=element.get("id", ""), value=value, texts=texts, attributes=_reported(element)
    )
