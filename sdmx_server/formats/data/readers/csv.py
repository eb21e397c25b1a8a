"""SDMX-CSV data messages 1.0, 2.0 and 2.1.

The header tells the versions apart: 1.0 begins with DATAFLOW, 2.x with STRUCTURE. The
separator is the character after that first name.

Source: SDMX-CSV 1.0, 2.0 and 2.1 data message field guides.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sdmx_server.formats.data.readers import csv_parts, csv_records, faults
from sdmx_server.formats.data.readers.csv_cells import to_json
from sdmx_server.formats.data.readers.csv_header import Header
from sdmx_server.formats.data.readers.csv_table import Table, joined
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model.cells import Cells, encoded
from sdmx_server.model.delivery import Delivery, Indivisible
from sdmx_server.model.urn import parse_urn

_CONTEXTS = {
    "dataflow": "dataflow",
    "datastructure": "datastructure",
    "dataprovision": "provisionagreement",
}
_ACTIONS = {
    None: "Merge",
    "I": "Information",
    "A": "Append",
    "M": "Merge",
    "R": "Replace",
    "D": "Delete",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STARTS = (b"DATAFLOW", b"STRUCTURE", b'"DATAFLOW', b'"STRUCTURE')
_REFERENCE = re.compile(r"[A-Za-z][\w.@$-]*:[\w@$-]+(?:\([^()\s]+\))?")


def is_csv(start: bytes) -> bool:
    """Whether a message is SDMX-CSV, told by how it starts."""
    return start.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(_STARTS)


def read(content: bytes, file: str) -> list[Delivery]:
    """Read a message: one delivery for each run of rows of one structure and action.

    An empty cell is no value; everything else is kept as it stands.

    Raises:
        DeliveryFaults: if the message cannot be read, with every reason; the rows that could
            be are ``readable``.
    """
    found = FaultList(file)
    try:
        table = joined(list(csv_parts.read(io.BytesIO(content))))
    except Indivisible:
        table = csv_records.read(content, found)
    deliveries = list(_deliveries(table, found))
    found.raise_if_any(deliveries)
    return deliveries


def parts(stream: BinaryIO, file: str, size: int = csv_parts.SIZE) -> Iterator[Delivery]:
    """Read a message of one structure and action as deliveries of some rows each.

    Args:
        stream: the message.
        file: its name.
        size: about how many bytes of it become a delivery.

    Raises:
        Indivisible: if it is none, or has a fault, which ``read`` tells.
    """
    said: tuple[str, str, str] | None = None
    for table in csv_parts.read(stream, size):
        found = FaultList(file)
        deliveries = list(_deliveries(table, found))
        if found.faults or len(deliveries) != 1:
            raise Indivisible("there are faults, or several structures and actions")
        (delivery,) = deliveries
        before, said = said, (delivery.context, delivery.structure, delivery.action)
        if before not in (None, said):
            raise Indivisible("there are several structures or actions")
        yield delivery


def _deliveries(table: Table, found: FaultList) -> Iterator[Delivery]:
    """Yield the blocks of rows, without those that have faults but for the name of an action."""
    blocks = list(_blocks(table, found))
    for block in blocks:
        before = len(found.faults)
        delivery = _delivery(table, block, len(blocks) > 1, found)
        if block.is_named and len(found.faults) == before:
            yield delivery


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows ``first`` to ``last``, the latter excluded, of one structure and action.

    ``is_named`` says whether the structure can be looked up.
    """

    first: int
    last: int
    structure: str
    context: str
    action: str
    is_named: bool


def _blocks(table: Table, found: FaultList) -> Iterator[_Block]:
    marks = _marks(table)
    starts = _starts(marks)
    for first, last in zip(starts, [*starts[1:], len(table.rows)], strict=True):
        context, structure, action = (mark[first].as_py() for mark in marks)
        row, before = table.rows[first], len(found.faults)
        if context not in _CONTEXTS:
            found.add(faults.UNKNOWN_STRUCTURE_TYPE, row, context or "", "STRUCTURE")
        reference = _reference(structure or "", row, table.header, found)
        is_named = len(found.faults) == before
        name = _action(action, row, found)
        yield _Block(first, last, reference, _CONTEXTS.get(context or "", ""), name, is_named)


def _marks(table: Table) -> Sequence[pa.Array]:
    """Return what each row says of its structure: the type and the reference; and the action."""
    if "DATAFLOW" in table.header.fixed:
        contexts = pa.repeat("dataflow", len(table.rows))
        return contexts, table.column("DATAFLOW"), table.column("ACTION")
    return tuple(table.column(name) for name in ("STRUCTURE", "STRUCTURE_ID", "ACTION"))


def _starts(marks: Sequence[pa.Array]) -> list[int]:
    """Return where rows begin that say otherwise than the row before."""
    changes = np.zeros(len(marks[0]), np.bool_)
    changes[:1] = True
    for mark in map(encoded, marks):
        if len(mark.dictionary) + bool(mark.null_count) > 1:
            codes = mark.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            changes[1:] |= codes[1:] != codes[:-1]
    starts: list[int] = np.flatnonzero(changes).tolist()
    return starts


def _action(text: str | None, row: int, found: FaultList) -> str:
    """Return the action; an unknown one is checked further as what its first letter says."""
    if text in _ACTIONS:
        return _ACTIONS[text]
    allowed = ", ".join(letter for letter in _ACTIONS if letter)
    found.add(faults.UNKNOWN_ACTION, row, text, "ACTION", allowed=allowed)
    return _ACTIONS.get((text or "")[:1].upper(), "Merge")


def _reference(text: str, row: int, header: Header, found: FaultList) -> str:
    """Return the reference without the name that ``labels=both`` puts behind it."""
    reference = text
    if header.labelled and not text.startswith("urn:"):
        reference = text.partition(": ")[0]
    if _REFERENCE.fullmatch(reference):
        return reference
    try:
        parse_urn(reference)
    except ValueError:
        column = "DATAFLOW" if "DATAFLOW" in header.fixed else "STRUCTURE_ID"
        found.add(faults.MALFORMED_STRUCTURE, row, text, column)
    return reference


def _delivery(table: Table, block: _Block, several: bool, found: FaultList) -> Delivery:
    rows = table.rows[block.first : block.last]
    columns: dict[str, Cells] = {}
    for position, column in table.header.components.items():
        cells = Cells(table.columns[position])
        if several:
            cells = cells[block.first : block.last]
            if cells.array.null_count == len(cells):
                continue  # the column belongs to another structure of the file
        if column.is_array or column.languages:
            cells = to_json(cells, column, table.header.subseparator, rows, found)
        columns[column.id] = cells
    return Delivery(
        structure=block.structure,
        context=block.context,
        action=block.action,
        columns=columns,
        file=found.file,
        rows=rows,
        labelled=table.header.labelled,
    )
