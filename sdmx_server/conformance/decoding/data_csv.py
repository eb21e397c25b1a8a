"""Data messages in SDMX-CSV 1.0, 2.0 and 2.1.

Source: SDMX-CSV 1.0 and 2.1, field guide.
"""

from __future__ import annotations

import csv
import io

from sdmx_server.conformance.decoding.content import Unreadable, text
from sdmx_server.conformance.decoding.data import DataMessage, Key, Observation, present, without
from sdmx_server.conformance.decoding.structure import Shape


def header(body: bytes) -> list[str]:
    """Return the column heads of a table.

    Raises:
        Unreadable: if it is no SDMX-CSV.
    """
    return _rows(body)[0]


def decode_csv(body: bytes, shape: Shape) -> DataMessage:
    """Return what a data message in SDMX-CSV holds.

    Raises:
        Unreadable: if it is no such message, or lacks columns or cells.
    """
    heads, *rows = _rows(body)
    names = [head.split(":")[0].split("[")[0].strip() for head in heads]
    lacking = [each for each in shape.dimensions if each not in names]
    if lacking:
        raise Unreadable(f"the table has no column {', '.join(lacking)}")
    uneven = [number for number, row in enumerate(rows, 2) if len(row) != len(heads)]
    if uneven:
        raise Unreadable(f"line {uneven[0]} has not {len(heads)} cells as the first line has")
    labelled = any(": " in head for head in heads)
    observations: list[Observation] = []
    series: dict[Key, dict[str, str]] = {}
    levels: set[tuple[str, str]] = set()
    attributes = {each.id for each in shape.attributes}
    for row in rows:
        cells = present(
            (name, cell.split(": ")[0] if labelled and name in shape.dimensions else cell)
            for name, cell in zip(names, row, strict=True)
        )
        key = frozenset((d, cells[d]) for d in shape.coordinates if d in cells)
        own = {a: value for a, value in cells.items() if a in attributes}
        series[without(key, shape.time or "")] = own
        levels.update(("row", each) for each in own)
        if shape.time is None or shape.time in cells:
            values = {m: cells[m] for m in shape.measures if m in cells}
            observations.append(Observation(key, values, own))
    return DataMessage(
        tuple(observations), tuple(series), frozenset(levels), series_attributes=series
    )


def _rows(body: bytes) -> list[list[str]]:
    content = text(body)
    first = content[:300].split("[")[0]
    at = 8 if first.startswith("DATAFLOW") else content.find("]") + 1 or 9
    if not first.startswith(("DATAFLOW", "STRUCTURE")):
        raise Unreadable(
            "the content is no SDMX-CSV: it begins with neither DATAFLOW nor STRUCTURE"
        )
    separator = content[at : at + 1] if content[at : at + 1] in ",;\t|" else ","
    try:
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise Unreadable(f"the table cannot be read: {error}") from None
    return [row for row in rows if row]
