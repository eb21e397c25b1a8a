"""SDMX-ML 3.0 and 3.1 structure-specific data messages.

``Atts`` and ``Group`` become rows with a part of the key; whoever knows the structure gives
their attributes to the data that match, or to the data set.

Source: SDMXDataStructureSpecific.xsd 3.0 and 3.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from lxml import etree

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.ml_annotations import annotation_cells, dataset_annotations
from sdmx_server.formats.data.readers.ml_message import (
    DataSet,
    Read,
    below,
    components,
    provider,
    read_message,
)
from sdmx_server.formats.data.readers.ml_metadata import metadata_cells
from sdmx_server.formats.data.readers.xml import line_of, local_name
from sdmx_server.formats.metadata.markup import read_markup
from sdmx_server.model.delivery import Delivery

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEFAULT_LANGUAGE = "en"


def read(content: bytes, file: str) -> list[Delivery]:
    """Read a message, one delivery a data set; rows are the lines of ``Obs``, ``Atts`` ...

    Raises:
        DeliveryFaults: if the message cannot be read, with every reason.
    """
    return read_message(content, file, KINDS)


def _row(element: etree._Element, data_set: DataSet) -> None:
    cells, _ = _cells(element, data_set)
    data_set.content.add(line_of(element), cells)


def _series(element: etree._Element, data_set: DataSet) -> None:
    shared, observations = _cells(element, data_set)
    for observation in observations:
        cells, _ = _cells(observation, data_set)
        data_set.content.add(line_of(observation), below(shared, cells, data_set))
    if not observations:
        data_set.content.add(line_of(element), shared)


def _metadata(element: etree._Element, data_set: DataSet) -> None:
    data_set.content.dataset_attributes |= metadata_cells(element)


def _cells(
    element: etree._Element, data_set: DataSet
) -> tuple[dict[str, str], list[etree._Element]]:
    """Return the components of an element, and the observations in it."""
    cells = components(element)
    observations: list[etree._Element] = []
    for child in element:
        name = local_name(child)
        if name == "Comp":
            cells[child.get("id", "")] = _complex(child)
        elif name == "Obs":
            observations.append(child)
        elif name == "Metadata":
            cells |= metadata_cells(child)
        elif name == "Annotations":
            cells |= annotation_cells(child, data_set)
        else:
            data_set.found.add(faults.UNEXPECTED_ELEMENT, line_of(child), name)
    return cells, observations


def _complex(element: etree._Element) -> str:
    """Return a ``Comp`` as the JSON of its values, or as text where it is one of markup."""
    values = [_value(value) for value in element if local_name(value) == "Value"]
    if len(values) == 1 and not isinstance(values[0], str):
        return _encoded(values[0])
    if len(values) == 1 and _named(element[0], "StructuredText"):
        return str(values[0])
    return _encoded(values)


def _value(element: etree._Element) -> str | dict[str, str]:
    """Return a value: text, or text or markup by language; markup without one is text."""
    texts = {
        text.get(_LANGUAGE, _DEFAULT_LANGUAGE): text.text or "" for text in _named(element, "Text")
    }
    markup = _named(element, "StructuredText")
    if len(markup) == 1 and _LANGUAGE not in markup[0].attrib:
        return read_markup(markup[0])
    texts |= {text.get(_LANGUAGE, _DEFAULT_LANGUAGE): read_markup(text) for text in markup}
    return texts or element.text or ""


def _named(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if local_name(child) == name]


def _encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


KINDS: Mapping[str, Mapping[str, Read]] = {
    "StructureSpecificData": {
        "Atts": _row,
        "Group": _row,
        "Series": _series,
        "Obs": _row,
        "Metadata": _metadata,
        "DataProvider": provider,
        "Annotations": dataset_annotations,
    }
}
