"""SDMX-ML 2.1 data messages: generic, structure-specific, and their time-series variants.

A group becomes a row with the group's part of the key; whoever knows the structure gives its
attributes to the series that match.

Source: SDMXDataGeneric.xsd, SDMXDataStructureSpecific.xsd 2.1.
"""

from __future__ import annotations

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
    type_name,
)
from sdmx_server.formats.data.readers.xml import line_of, local_name
from sdmx_server.model.delivery import Delivery

_PRIMARY_MEASURE = "OBS_VALUE"
_FLAT = "AllDimensions"
_KEYS = ("SeriesKey", "ObsKey", "GroupKey")


def read(content: bytes, file: str) -> list[Delivery]:
    """Read a message, one delivery a data set; rows are the lines of ``Obs`` and ``Group``.

    Raises:
        DeliveryFaults: if the message cannot be read, with every reason.
    """
    return read_message(content, file, KINDS)


def _values(element: etree._Element) -> dict[str, str]:
    """Return the ``Value`` elements below a key or ``Attributes``."""
    return {value.get("id", ""): value.get("value", "") for value in element}


def _generic_attributes(element: etree._Element, data_set: DataSet) -> None:
    data_set.content.dataset_attributes.update(_values(element))


def _generic_row(element: etree._Element, data_set: DataSet) -> None:
    """A group, or an observation with its whole key."""
    data_set.content.add(line_of(element), _generic_cells(element, data_set))


def _generic_series(element: etree._Element, data_set: DataSet) -> None:
    shared: dict[str, str] = {}
    observations: list[etree._Element] = []
    for child in element:
        name = local_name(child)
        if name == "Obs":
            observations.append(child)
        elif name == "Attributes" or name in _KEYS:
            shared |= _values(child)
        elif name == "Annotations":
            shared |= annotation_cells(child, data_set)
        else:
            data_set.found.add(faults.UNEXPECTED_ELEMENT, line_of(child), name)
    for observation in observations:
        cells = below(shared, _generic_cells(observation, data_set), data_set)
        data_set.content.add(line_of(observation), cells)
    if not observations:
        data_set.content.add(line_of(element), shared)


def _generic_cells(element: etree._Element, data_set: DataSet) -> dict[str, str]:
    cells: dict[str, str] = {}
    for child in element:
        name = local_name(child)
        if name == "ObsDimension":
            id_ = child.get("id", data_set.reference.dimension_at_observation)
            cells[id_] = child.get("value", "")
        elif name == "ObsValue":
            cells[_PRIMARY_MEASURE] = child.get("value", "")
        elif name == "Attributes" or name in _KEYS:
            cells |= _values(child)
        elif name == "Annotations":
            cells |= annotation_cells(child, data_set)
        else:
            data_set.found.add(faults.UNEXPECTED_ELEMENT, line_of(child), name)
    return cells


def _row(element: etree._Element, data_set: DataSet) -> None:
    data_set.content.add(line_of(element), _observation(element, data_set))


def _group(element: etree._Element, data_set: DataSet) -> None:
    data_set.content.add(line_of(element), components(element) | _said(element, data_set))


def _series(element: etree._Element, data_set: DataSet) -> None:
    shared = components(element) | _said(element, data_set)
    is_empty = True
    for child in element:
        if local_name(child) == "Obs":
            is_empty = False
            cells = below(shared, _observation(child, data_set), data_set)
            data_set.content.add(line_of(child), cells)
        elif local_name(child) != "Annotations":
            name = local_name(child)
            data_set.found.add(faults.UNEXPECTED_ELEMENT, line_of(child), name)
    if is_empty:
        data_set.content.add(line_of(element), shared)


def _observation(element: etree._Element, data_set: DataSet) -> dict[str, str]:
    cells = components(element) | _said(element, data_set)
    dimension = data_set.reference.dimension_at_observation
    measure = type_name(element)
    if measure is not None and dimension != _FLAT:
        cells.setdefault(dimension, measure)  # an explicit measure is told by its type
    return cells


def _said(element: etree._Element, data_set: DataSet) -> dict[str, str]:
    """Return the cell of what is said of an element; none where nothing is."""
    for child in element:
        if local_name(child) == "Annotations":
            return annotation_cells(child, data_set)
    return {}


_GENERIC: Mapping[str, Read] = {
    "Attributes": _generic_attributes,
    "Group": _generic_row,
    "Series": _generic_series,
    "Obs": _generic_row,
    "DataProvider": provider,
    "Annotations": dataset_annotations,
}
_STRUCTURE_SPECIFIC: Mapping[str, Read] = {
    "Group": _group,
    "Series": _series,
    "Obs": _row,
    "DataProvider": provider,
    "Annotations": dataset_annotations,
}
KINDS: Mapping[str, Mapping[str, Read]] = {
    "GenericData": _GENERIC,
    "GenericTimeSeriesData": _GENERIC,
    "StructureSpecificData": _STRUCTURE_SPECIFIC,
    "StructureSpecificTimeSeriesData": _STRUCTURE_SPECIFIC,
}
