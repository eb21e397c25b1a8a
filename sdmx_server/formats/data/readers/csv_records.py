"""SDMX-CSV read record by record, with every mistake at its line.

Source: RFC 4180; SDMX-CSV 1.0, 2.0 and 2.1 data message field guides.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyarrow as pa

from sdmx_server.formats.data.readers import csv_header, faults
from sdmx_server.formats.data.readers.csv_header import Header
from sdmx_server.formats.data.readers.csv_table import Table
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.text import decode
from sdmx_server.model import fault_kinds

_CHUNK = 1_000

Column = list[str | None]


def read(content: bytes, found: FaultList) -> Table:
    """Read a message; rows that are too long or too short are left out, and told.

    Raises:
        DeliveryFaults: if nothing of it can be read, with every reason.
    """
    text = decode(content, found)
    header = csv_header.read(text, found)
    is_sound = not found.faults
    columns, rows = _columns(text, header, found)
    if not rows and not found.faults:
        found.stop(faults.NO_DATA, 1)
    if not (is_sound and rows):
        found.raise_if_any()
    return Table(header, [pa.array(column, pa.string()) for column in columns], rows)


def _columns(text: str, header: Header, found: FaultList) -> tuple[list[Column], list[int]]:
    memo: dict[str, str | None] = {"": None}
    columns: list[Column] = [[] for _ in range(header.width)]
    rows: list[int] = []
    chunk: list[list[str]] = []
    for line, record in _records(text, header, found):
        rows.append(line)
        chunk.append(record)
        if len(chunk) == _CHUNK:
            _append(columns, chunk, memo)
    _append(columns, chunk, memo)
    return columns, rows


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


def _append(columns: list[Column], chunk: list[list[str]], memo: dict[str, str | None]) -> None:
    """Move the records to the columns; equal texts are kept once."""
    for column, cells in zip(columns, zip(*chunk, strict=True), strict=False):
        column.extend(map(memo.setdefault, cells, cells))
    chunk.clear()
