"""SDMX-CSV data messages 1.0, 2.0 and 2.1.

The header tells the versions apart: 1.0 begins with DATAFLOW, 2.x with STRUCTURE. The
separator is the character after that first name.

Source: SDMX-CSV 1.0, 2.0 and 2.1 data message field guides.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sdmx_server.formats.data.readers import csv_header, faults
from sdmx_server.formats.data.readers.csv_cells import to_json
from sdmx_server.formats.data.readers.csv_header import Header
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.text import decode
from sdmx_server.model import fault_kinds
from sdmx_server.model.delivery import Delivery
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
_REFERENCE = re.compile(r"[A-Za-z][\w.@$-]*:[\w@$-]+(?:\([^()\s]+\))?")
_CHUNK = 1_000

Cells = list[str | None]


@dataclass(frozen=True, slots=True)
class _Table:
    header: Header
    columns: Sequence[Cells]
    rows: Sequence[int]

    def column(self, name: str) -> Cells:
        """The cells of a column that describes the rows; all empty where it is left out."""
        position = self.header.fixed.get(name)
        return [None] * len(self.rows) if position is None else self.columns[position]


def read(content: bytes, file: str) -> list[Delivery]:
    """Read a message: one delivery for each run of rows of one structure and action.

    An empty cell is no value; everything else is kept as it stands.

    Raises:
        DeliveryFaults: if the message cannot be read, with every reason; the rows that could
            be are ``readable``.
    """
    found = FaultList(file)
    text = decode(content, found)
    header = csv_header.read(text, found)
    is_sound = not found.faults
    table = _read_table(text, header, found)
    if not (is_sound and table.rows):
        found.raise_if_any()
    deliveries = list(_deliveries(table, found))
    found.raise_if_any(deliveries)
    return deliveries


def _read_table(text: str, header: Header, found: FaultList) -> _Table:
    memo: dict[str, str | None] = {"": None}
    columns: list[Cells] = [[] for _ in range(header.width)]
    rows: list[int] = []
    chunk: list[list[str]] = []
    for line, record in _records(text, header, found):
        rows.append(line)
        chunk.append(record)
        if len(chunk) == _CHUNK:
            _append(columns, chunk, memo)
    _append(columns, chunk, memo)
    if not rows and not found.faults:
        found.stop(faults.NO_DATA, 1)
    return _Table(header, columns, rows)


def _records(text: str, header: Header, found: FaultList) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=header.separator, strict=True)
    line = 1
    try:
        next(reader)
        line = reader.line_num + 1
        for record in reader:
            if len(record) == header.width:
                yield line, record
            elif record:
                size = str(len(record))
                found.add(fault_kinds.ROW_LENGTH, line, size, expected=header.width)
            line = reader.line_num + 1
    except csv.Error as error:
        found.add(fault_kinds.MALFORMED_CSV, line, **fault_kinds.csv_reason(error))


def _append(columns: list[Cells], chunk: list[list[str]], memo: dict[str, str | None]) -> None:
    """Move the records to the columns; equal texts are kept once."""
    for column, cells in zip(columns, zip(*chunk, strict=True), strict=False):
        column.extend(map(memo.setdefault, cells, cells))
    chunk.clear()


def _deliveries(table: _Table, found: FaultList) -> Iterator[Delivery]:
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


def _blocks(table: _Table, found: FaultList) -> Iterator[_Block]:
    if "DATAFLOW" in table.header.fixed:
        contexts: Cells = ["dataflow"] * len(table.rows)
        structures = table.column("DATAFLOW")
    else:
        contexts, structures = table.column("STRUCTURE"), table.column("STRUCTURE_ID")
    marks = list(zip(contexts, structures, table.column("ACTION"), strict=True))
    starts = [i for i, mark in enumerate(marks) if i == 0 or mark != marks[i - 1]]
    for first, last in zip(starts, [*starts[1:], len(marks)], strict=True):
        context, structure, action = marks[first]
        row, before = table.rows[first], len(found.faults)
        if context not in _CONTEXTS:
            found.add(faults.UNKNOWN_STRUCTURE_TYPE, row, context or "", "STRUCTURE")
        reference = _reference(structure or "", row, table.header, found)
        is_named = len(found.faults) == before
        name = _action(action, row, found)
        yield _Block(first, last, reference, _CONTEXTS.get(context or "", ""), name, is_named)


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


def _delivery(table: _Table, block: _Block, several: bool, found: FaultList) -> Delivery:
    rows = table.rows[block.first : block.last]
    columns: dict[str, Cells] = {}
    for position, column in table.header.components.items():
        cells = table.columns[position][block.first : block.last]
        if several and not any(cells):
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
