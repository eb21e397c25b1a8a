"""A grid seen through its mapping: which columns are which, and which rows hold data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders import faults
from loaders.grid import Grid
from loaders.mapping import TableMapping
from sdmx_server.model import personal_data
from sdmx_server.model.delivery import DeliveryFaults, Fault, complain


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns and rows are known.

    Attributes:
        grid: the cells.
        headers: the texts above each column, from the highest level to the lowest.
        sources: the number of the column that each component comes from.
        values: the numbers of the columns that hold values.
        rows: the numbers of the rows that hold data.
    """

    grid: Grid
    headers: Mapping[int, tuple[str, ...]]
    sources: Mapping[str, int]
    values: Sequence[int]
    rows: Sequence[int]

    def header(self, column: int) -> str:
        """Return the header of a column as a mapping may write it in full."""
        return whole(self.headers[column])


def whole(levels: Sequence[str]) -> str:
    """Return the levels of a header as one text; repeated ones once."""
    return " / ".join(dict.fromkeys(level for level in levels if level))


def find_table(grid: Grid, mapping: TableMapping) -> Table:
    """Find the columns and rows that a mapping speaks of.

    Raises:
        DeliveryFaults: if some are missing, hidden or left over; every one of them.
    """
    headers = {
        column: tuple(_words(grid.cell(row, column).text) for row in mapping.rows.header)
        for column in grid.columns
        if not (mapping.rows.hidden == "skip" and column in grid.hidden_columns)
    }
    found: list[Fault] = list(_personal(grid, mapping, headers))
    if found:
        raise DeliveryFaults(found)
    sources: dict[str, int] = {}
    for id_, component in mapping.components.items():
        if component.column is not None:
            sources[id_] = _locate(component.column, headers, grid, mapping, found)
    values = [_locate(name, headers, grid, mapping, found) for name in mapping.values.columns]
    skipped = {name: _locate(name, headers, grid, mapping, found) for name in mapping.rows.skip}
    found += _unmapped(headers, {*sources.values(), *values, *skipped.values()}, grid, mapping)
    rows, end = _data_rows(grid, mapping, skipped)
    found += _hidden(grid, mapping, headers, rows)
    found += _after(grid, mapping, end)
    if not rows:
        found.append(complain(faults.NO_ROWS, grid.place(mapping.rows.first)))
    if found:
        raise DeliveryFaults(found)
    return Table(grid, headers, sources, values, rows)


def _words(text: str) -> str:
    """Return a header without line breaks and double blanks."""
    return " ".join(text.split())


def _personal(
    grid: Grid, mapping: TableMapping, headers: Mapping[int, tuple[str, ...]]
) -> Iterator[Fault]:
    header_row = mapping.rows.header[-1]
    for column, levels in headers.items():
        if any(map(personal_data.is_personal_column, levels)):
            yield complain(faults.PERSONAL_DATA, grid.place(header_row, column, whole(levels)))
    for (row, column), cell in sorted(grid.cells.items()):
        if row not in mapping.rows.header and personal_data.is_identity_number(cell.text):
            yield complain(faults.PERSONAL_DATA, grid.place(row, column))


def _locate(
    name: str,
    headers: Mapping[int, tuple[str, ...]],
    grid: Grid,
    mapping: TableMapping,
    found: list[Fault],
) -> int:
    """Return the column of a header, written in full or by its lowest level; 0 if unclear."""
    wanted = _words(name)
    fitting = [column for column, levels in headers.items() if whole(levels) == wanted]
    fitting = fitting or [column for column, levels in headers.items() if _lowest(levels) == wanted]
    if len(fitting) == 1:
        return fitting[0]
    kind = faults.DUPLICATE_COLUMN if fitting else faults.MISSING_COLUMN
    shown = [whole(headers[column]) for column in fitting or headers]
    place = grid.place(mapping.rows.header[-1])
    found.append(complain(kind, place, name, (), allowed=", ".join(filter(None, shown))))
    return 0


def _lowest(levels: Sequence[str]) -> str:
    return next((level for level in reversed(levels) if level), "")


def _unmapped(
    headers: Mapping[int, tuple[str, ...]], used: set[int], grid: Grid, mapping: TableMapping
) -> Iterator[Fault]:
    for column, levels in headers.items():
        text = whole(levels)
        is_ignored = {text, _lowest(levels)} & set(map(_words, mapping.ignored))
        if text and column not in used and not is_ignored:
            place = grid.place(mapping.rows.header[-1], column, text)
            yield complain(faults.UNMAPPED_COLUMN, place, text)


def _data_rows(
    grid: Grid, mapping: TableMapping, skipped: Mapping[str, int]
) -> tuple[list[int], int]:
    """Return the rows of data, and the row after them."""
    rules = mapping.rows
    end = (rules.last or grid.height) + 1
    if rules.last is None:
        end = next((row for row in range(rules.first, end) if grid.is_empty(row)), end)
    rows = [
        row
        for row in range(rules.first, end)
        if not (rules.hidden == "skip" and row in grid.hidden_rows)
        and not any(
            _words(grid.cell(row, column).text) in rules.skip[name]
            for name, column in skipped.items()
        )
    ]
    return rows, end


def _hidden(
    grid: Grid,
    mapping: TableMapping,
    headers: Mapping[int, tuple[str, ...]],
    rows: Sequence[int],
) -> Iterator[Fault]:
    if mapping.rows.hidden != "refuse":
        return
    for row in rows:
        if row in grid.hidden_rows:
            yield complain(faults.HIDDEN, grid.place(row))
    for column, levels in headers.items():
        if column in grid.hidden_columns:
            place = grid.place(mapping.rows.header[-1], column, whole(levels))
            yield complain(faults.HIDDEN, place)


def _after(grid: Grid, mapping: TableMapping, end: int) -> Iterator[Fault]:
    """Yield the rows below the table that are no notes; further lines of notes are."""
    in_notes = False
    for row in range(end, grid.height + 1):
        texts = [grid.cell(row, column).text.strip() for column in grid.columns]
        first = next(filter(None, texts), "")
        in_notes = bool(first) and (in_notes or first.startswith(mapping.rows.notes))
        if first and not in_notes:
            yield complain(faults.AFTER_TABLE, grid.place(row), first)
