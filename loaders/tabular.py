"""Tables of spreadsheets and text files, tidy or with years across, through a mapping.

Nothing is guessed: a text that is no code, a number in another way of writing, a formula, a
hidden row, a row below the table all stop the loader, which says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter

from loaders import faults
from loaders.grid import Cell, Grid, read_grid
from loaders.mapping import ComponentMapping, TableMapping
from loaders.names import Names
from loaders.numbers import EXAMPLES, is_shown_otherwise, read_number
from loaders.table import Table, find_table
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.delivery import (
    Delivery,
    DeliveryFaults,
    Fault,
    FaultKind,
    Place,
    complain,
)

Cells = dict[str, str | None]


@dataclass(slots=True)
class _Reading:
    """A table while it is read."""

    table: Table
    mapping: TableMapping
    names: Mapping[str, Names]
    rows: list[int] = field(default_factory=list)
    records: list[Cells] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    texts: dict[int, list[int]] = field(default_factory=dict)
    numbers: set[int] = field(default_factory=set)

    @property
    def grid(self) -> Grid:
        return self.table.grid

    def place(self, row: int, column: int) -> Place:
        return self.grid.place(row, column, self.table.header(column))


def load(path: Path, mapping: TableMapping, codelists: Mapping[str, Codelist]) -> list[Delivery]:
    """Return the observations of one table, in the order of its rows and then columns.

    Args:
        path: a workbook (.xlsx) or a text file.
        mapping: what its cells mean.
        codelists: the codelists that the mapping names, by id.

    Raises:
        DeliveryFaults: if a cell cannot be understood; every one of them.
    """
    table = find_table(read_grid(path, mapping), mapping)
    names = {
        id_: Names(component, _codelist(component, codelists, path))
        for id_, component in mapping.components.items()
    }
    reading = _Reading(table, mapping, names)
    for row in table.rows:
        _read_row(row, reading)
    _check_mixed(reading)
    if reading.faults:
        raise DeliveryFaults(sorted(reading.faults, key=lambda fault: fault.place.row or 0))
    return [_delivery(reading)]


def _codelist(
    component: ComponentMapping, codelists: Mapping[str, Codelist], path: Path
) -> Codelist | None:
    if component.codelist is None:
        return None
    if component.codelist not in codelists:
        fault = complain(
            faults.UNKNOWN_CODELIST,
            Place(path.name),
            component.codelist,
            (),
            allowed=", ".join(codelists),
        )
        raise DeliveryFaults([fault])
    return codelists[component.codelist]


def _read_row(row: int, reading: _Reading) -> None:
    shared: Cells = {}
    for id_, component in reading.mapping.components.items():
        if component.value is not None:
            shared[id_] = component.value
        elif component.column is not None:
            column = reading.table.sources[id_]
            text = reading.grid.cell(row, column).text
            shared[id_] = _code(id_, text, reading.place(row, column), reading)
    for column in reading.table.values:
        value = _read_value(row, column, reading)
        if value is not None:
            reading.rows.append(row)
            reading.records.append(shared | _header_codes(row, column, reading) | value)


def _header_codes(row: int, column: int, reading: _Reading) -> Cells:
    """Return the codes that the header above a value gives it."""
    header_rows = reading.mapping.rows.header
    codes: Cells = {}
    for id_, component in reading.mapping.components.items():
        if component.level is not None:
            level = component.level - 1
            levels = reading.table.headers[column]
            text = levels[level] if level < len(levels) else ""
            place = reading.place(header_rows[min(level, len(levels) - 1)], column)
            is_first = row == reading.table.rows[0]
            codes[id_] = _code(id_, text, place, reading, says=is_first)
    return codes


def _code(id_: str, text: str, place: Place, reading: _Reading, *, says: bool = True) -> str | None:
    """Return the code that a text means; where it is unclear a fault is noted."""
    found = reading.names[id_].find(text) if text.strip() else []
    if len(found) == 1:
        return found[0]
    if says:
        reading.faults.append(_naming_fault(id_, text, found, place, reading))
    return None


def _naming_fault(id_: str, text: str, found: list[str], place: Place, reading: _Reading) -> Fault:
    if not text.strip():
        return complain(faults.EMPTY_CELL, place, None, (), component=id_)
    if found:
        allowed = ", ".join(found)
        return complain(faults.AMBIGUOUS_NAME, place, text, tuple(found), allowed=allowed)
    nearest = reading.names[id_].nearest(text)
    named = ", ".join(f"{label!r} ({code})" for label, code in nearest)
    what = reading.mapping.components[id_].what
    return complain(
        faults.UNKNOWN_NAME,
        place,
        text,
        tuple(dict.fromkeys(code for _, code in nearest)),
        what_id=what.id if what else id_,
        what_en=what.en if what else id_,
        hint_id=f"; mungkin {named}" if named else "",
        hint_en=f"; perhaps {named}" if named else "",
    )


def _read_value(row: int, column: int, reading: _Reading) -> Cells | None:
    """Return the measure and its status; None where the cell is left out or faulty."""
    cell = reading.grid.cell(row, column)
    rules = reading.mapping.values
    unusable = _unusable(cell, reading)
    if unusable is not None:
        details = {"format": cell.number_format}
        fault = complain(unusable, reading.place(row, column), cell.text, (), **details)
        reading.faults.append(fault)
        return None
    text = cell.text.strip()
    symbol = rules.symbols.get(text)
    if symbol is not None:
        kept: Cells = {rules.comment: text} if rules.comment and text else {}
        status: Cells = {rules.status: symbol.status} if symbol.status else {}
        return None if symbol.skip else {rules.measure: symbol.value} | status | kept
    if cell.is_number:
        reading.numbers.add(column)
    elif text:
        reading.texts.setdefault(column, []).append(row)
    return _read_marked(text, cell, reading.place(row, column), reading)


def _unusable(cell: Cell, reading: _Reading) -> FaultKind | None:
    """Return why the value of a cell must not be taken as it is."""
    if cell.is_merged:
        return faults.MERGED_VALUE
    if cell.is_formula and (reading.mapping.values.formulas == "refuse" or not cell.text):
        return faults.FORMULA
    if cell.is_number and is_shown_otherwise(cell.number_format):
        return faults.SHOWN_OTHERWISE
    return None


def _read_marked(text: str, cell: Cell, place: Place, reading: _Reading) -> Cells | None:
    """Return a number with the status of the mark behind it, if there is one."""
    rules = reading.mapping.values
    status: Cells = {}
    for mark, code in rules.marks.items():
        if text.endswith(mark) and not cell.is_number:
            text = text.removesuffix(mark).strip()
            status = {rules.status: code}
            break
    number = text if cell.is_number else read_number(text, rules.locale)
    if number is None:
        kind = faults.MALFORMED_NUMBER if text else faults.EMPTY_VALUE
        example = EXAMPLES[rules.locale]
        reading.faults.append(complain(kind, place, cell.text, (), example=example))
        return None
    return {rules.measure: number} | status


def _check_mixed(reading: _Reading) -> None:
    """Note the texts in columns that hold numbers too.

    A spreadsheet that took 1.234 for a number leaves 1.234.567 as text beside it.
    """
    for column in sorted(reading.numbers & set(reading.texts)):
        for row in reading.texts[column]:
            text = reading.grid.cell(row, column).text
            place, header = reading.place(row, column), reading.table.header(column)
            fault = complain(faults.MIXED_COLUMN, place, text, (), column=repr(header))
            reading.faults.append(fault)


def _delivery(reading: _Reading) -> Delivery:
    mapping, table = reading.mapping, reading.table
    components = dict.fromkeys(id_ for record in reading.records for id_ in record)
    columns = dict(table.sources)
    if len(table.values) == 1:
        columns[mapping.values.measure] = table.values[0]
    is_workbook = table.grid.sheet is not None
    return Delivery(
        structure=mapping.dataflow,
        context="dataflow",
        action=mapping.action,
        columns={id_: [record.get(id_) for record in reading.records] for id_ in components},
        file=table.grid.file,
        rows=reading.rows,
        sheet=table.grid.sheet,
        cells={i: get_column_letter(c) for i, c in columns.items()} if is_workbook else {},
        provider=mapping.provider,
    )
