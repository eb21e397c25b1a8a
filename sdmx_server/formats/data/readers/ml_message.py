"""An SDMX-ML data message read data set by data set, whatever its kind.

What stands inside a data set is read by a table of functions, one a kind of element.

Source: SDMXMessage.xsd 2.1, 3.0 and 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.ml_header import (
    DEFAULT_ACTION,
    TIME,
    Header,
    StructureReference,
    read_action,
    read_header,
    read_provider,
)
from sdmx_server.formats.data.readers.row_list import RowList
from sdmx_server.formats.data.readers.xml import events, forget, line_of, local_name
from sdmx_server.model.annotations import of_observation
from sdmx_server.model.delivery import Delivery

_DATA_SET, _CHILD = 2, 3  # depth of elements below the root, which is 1
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_RESERVED = (
    "structureRef",
    "setID",
    "action",
    "dataScope",
    "reportingBeginDate",
    "reportingEndDate",
    "validFromDate",
    "validToDate",
    "publicationYear",
    "publicationPeriod",
)
"""Attributes of a data set that tell about it; some producers leave their namespace out."""


@dataclass(slots=True)
class DataSet:
    """A data set while it is read."""

    reference: StructureReference
    action: str
    provider: str | None
    row: int
    found: FaultList
    content: RowList = field(default_factory=RowList)


Read = Callable[[etree._Element, DataSet], None]
"""Reads one child of a data set."""


def provider(element: etree._Element, data_set: DataSet) -> None:
    """Note who provided the data set."""
    data_set.provider = read_provider(element)


def read_message(
    content: bytes, file: str, kinds: Mapping[str, Mapping[str, Read]]
) -> list[Delivery]:
    """Read a message, one delivery a data set; ``kinds`` holds the readers by root element.

    Raises:
        DeliveryFaults: if the message cannot be read, with every reason.
    """
    found = FaultList(file)
    state = _State(found, kinds)
    for event, element in events(content, found):
        (state.start if event == "start" else state.end)(element)
    if not state.deliveries:
        found.add(faults.NO_DATA, 1)
    found.raise_if_any()
    return state.deliveries


def components(element: etree._Element) -> dict[str, str]:
    """Return the XML attributes that are components: those in no namespace."""
    return {
        str(name): str(text)
        for name, text in element.attrib.items()
        if not str(name).startswith("{")
    }


def below(series: Mapping[str, str], own: Mapping[str, str], data_set: DataSet) -> dict[str, str]:
    """Return the cells of an observation: its own, and those of the series that it is in."""
    in_time = data_set.reference.dimension_at_observation == TIME
    return of_observation(series, own, in_time=in_time)


def type_name(element: etree._Element) -> str | None:
    """Return the local part of ``xsi:type``."""
    name = element.get(f"{_XSI}type")
    return name.rpartition(":")[2] if name else None


class _State:
    """Where in the message reading is."""

    def __init__(self, found: FaultList, kinds: Mapping[str, Mapping[str, Read]]) -> None:
        self.deliveries: list[Delivery] = []
        self._found = found
        self._kinds = kinds
        self._readers: Mapping[str, Read] = {}
        self._header = Header()
        self._data_set: DataSet | None = None
        self._depth = 0

    def start(self, element: etree._Element) -> None:
        """An element begins; its attributes are known, its children not yet."""
        self._depth += 1
        name = local_name(element)
        if self._depth == 1:
            if name not in self._kinds:
                allowed = ", ".join(self._kinds)
                self._found.stop(faults.NOT_DATA, line_of(element), name, allowed=allowed)
            self._readers = self._kinds[name]
        elif self._depth == _DATA_SET and name == "DataSet":
            self._data_set = self._begin(element)

    def end(self, element: etree._Element) -> None:
        """An element is there whole."""
        name = local_name(element)
        if self._depth == _CHILD and self._data_set is not None:
            read = self._readers.get(name)
            if read is None:
                self._found.add(faults.UNEXPECTED_ELEMENT, line_of(element), name)
            else:
                read(element, self._data_set)
            forget(element)
        elif self._depth == _DATA_SET and name == "Header":
            self._header = read_header(element, self._found)
        elif self._depth == _DATA_SET and self._data_set is not None:
            self.deliveries.append(_finish(self._data_set))
            self._data_set = None
            forget(element)
        self._depth -= 1

    def _begin(self, element: etree._Element) -> DataSet:
        about = {str(name).rpartition("}")[2]: str(text) for name, text in element.attrib.items()}
        row = line_of(element)
        reference = self._header.structures.get(about.get("structureRef", ""))
        if reference is None:
            allowed = ", ".join(self._header.structures) or "—"
            self._found.stop(
                faults.UNKNOWN_REFERENCE, row, about.get("structureRef", ""), allowed=allowed
            )
        action = about.get("action")
        data_set = DataSet(
            reference,
            read_action(action, row, self._found) if action else self._header.action,
            self._header.provider,
            row,
            self._found,
        )
        for name, text in components(element).items():
            if name not in _RESERVED:
                data_set.content.dataset_attributes[name] = text
        return data_set


def _finish(data_set: DataSet) -> Delivery:
    content = data_set.content
    if data_set.action == "Delete" and not content.rows:
        content.add(data_set.row, {})  # nothing is named: everything is meant
    return Delivery(
        structure=data_set.reference.structure,
        context=data_set.reference.context,
        action=data_set.action or DEFAULT_ACTION,
        columns=content.columns,
        file=data_set.found.file,
        rows=content.rows,
        provider=data_set.provider,
        dataset_attributes=content.dataset_attributes,
    )
