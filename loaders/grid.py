"""A table as it lies in a file: cells with their text, and what is special about them.

In a workbook a number is a number and has no way of writing; in a text file everything is
text. Merged cells hold their value everywhere.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell as WorkbookCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from loaders import faults
from loaders.archive import check_archive, check_span
from loaders.mapping import TableMapping
from sdmx_server.model import fault_kinds
from sdmx_server.model.delivery import DeliveryFaults, FaultKind, Place, complain

WORKBOOKS = (".xlsx", ".xlsm")

_OLD_WORKBOOKS = (".xls", ".xlsb", ".ods")
_DAMAGED = (  # openpyxl lets through whatever its parsers and its own classes raise
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    EOFError,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: what it says; a number with a point and no thousands mark.
        is_number: whether it is a number of a workbook, not text.
        is_formula: whether its text is the saved result of a formula.
        number_format: how the workbook shows the number.
        is_merged: whether it is one of several cells that were merged.
    """

    text: str = ""
    is_number: bool = False
    is_formula: bool = False
    number_format: str = "General"
    is_merged: bool = False


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table by row and column, both from 1."""

    file: str
    sheet: str | None
    cells: Mapping[tuple[int, int], Cell]
    height: int
    width: int
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[int] = field(default_factory=frozenset)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; an empty one where there is none."""
        return self.cells.get((row, column), EMPTY)

    def is_empty(self, row: int) -> bool:
        """Whether a row has no text at all."""
        return not any(self.cell(row, column).text.strip() for column in self.columns)

    @property
    def columns(self) -> range:
        """The numbers of the columns."""
        return range(1, self.width + 1)

    def place(self, row: int, column: int | None = None, header: str | None = None) -> Place:
        """Return where a cell stands."""
        letter = get_column_letter(column) if column and self.sheet is not None else None
        return Place(self.file, row, header, self.sheet, f"{letter}{row}" if letter else None)


def read_grid(path: Path, mapping: TableMapping) -> Grid:
    """Read the table of a workbook or a text file.

    Raises:
        DeliveryFaults: if the file or the sheet cannot be read.
    """
    if path.suffix.lower() in _OLD_WORKBOOKS:
        raise _refusal(faults.OLD_WORKBOOK, Place(path.name), path.suffix)
    if path.suffix.lower() in WORKBOOKS:
        return _read_workbook(path, mapping)
    return _read_text(path, mapping.separator)


def _refusal(
    kind: FaultKind,
    place: Place,
    value: str | None = None,
    suggestions: tuple[str, ...] = (),
    **details: object,
) -> DeliveryFaults:
    return DeliveryFaults([complain(kind, place, value, suggestions, **details)])


def _read_text(path: Path, separator: str) -> Grid:
    content = path.read_bytes()
    if content.startswith(fault_kinds.UTF16_MARKS):
        raise _refusal(fault_kinds.UTF16, Place(path.name, 1))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02X}"
        position = error.start + 1
        place = Place(path.name, row)
        raise _refusal(fault_kinds.NOT_UTF8, place, byte, position=position) from error
    cells: dict[tuple[int, int], Cell] = {}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row, width = 1, 0
    try:
        for record in reader:
            for column, value in enumerate(record, 1):
                cells[row, column] = Cell(value)
            width = max(width, len(record))
            row = reader.line_num + 1
    except csv.Error as error:
        reason, place = fault_kinds.csv_reason(error), Place(path.name, row)
        fault = complain(fault_kinds.MALFORMED_CSV, place, None, (), **reason)
        raise DeliveryFaults([fault]) from error
    return Grid(path.name, None, cells, row - 1, width)


def _read_workbook(path: Path, mapping: TableMapping) -> Grid:
    results, formulas = _open(path, mapping.sheet)
    cells: dict[tuple[int, int], Cell] = {}
    for row, (shown, written) in enumerate(
        zip(results.iter_rows(), formulas.iter_rows(), strict=True), 1
    ):
        for column, (cell, source) in enumerate(zip(shown, written, strict=True), 1):
            is_formula = isinstance(source, WorkbookCell) and source.data_type == "f"
            if cell.value is not None or is_formula:
                cells[row, column] = Cell(
                    _text(cell.value),
                    isinstance(cell.value, int | float) and not isinstance(cell.value, bool),
                    is_formula,
                    str(cell.number_format),
                )
    for merged in results.merged_cells.ranges:
        first = cells.get((merged.min_row, merged.min_col), EMPTY)
        for row, column in merged.cells:
            cells[row, column] = Cell(
                first.text, first.is_number, first.is_formula, first.number_format, True
            )
    return Grid(
        path.name,
        results.title,
        cells,
        results.max_row,
        results.max_column,
        frozenset(row for row, about in results.row_dimensions.items() if about.hidden),
        _hidden_columns(results),
    )


def _open(path: Path, sheet: str | None) -> tuple[Worksheet, Worksheet]:
    """Return a sheet twice: with the results of its formulas, and with the formulas."""
    try:
        check_archive(path)
        with path.open("rb") as file:
            workbooks = [openpyxl.load_workbook(file, data_only=shown) for shown in (True, False)]
    except _DAMAGED as error:
        raise _refusal(faults.UNREADABLE_WORKBOOK, Place(path.name)) from error
    results, formulas = (_sheet(workbook, path, sheet) for workbook in workbooks)
    check_span(results.max_row * results.max_column, Place(path.name, sheet=results.title))
    return results, formulas


def _sheet(workbook: openpyxl.Workbook, path: Path, name: str | None) -> Worksheet:
    names = workbook.sheetnames
    if name is None and len(names) == 1:
        name = names[0]
    sheet = workbook[name] if name in names else None
    if not isinstance(sheet, Worksheet):
        near = tuple(get_close_matches(name or "", names))
        allowed = ", ".join(map(repr, names))
        raise _refusal(faults.UNKNOWN_SHEET, Place(path.name), name or "", near, allowed=allowed)
    return sheet


def _hidden_columns(sheet: Worksheet) -> frozenset[int]:
    hidden: set[int] = set()
    for about in sheet.column_dimensions.values():
        if about.hidden:
            last = min(int(about.max or 1), sheet.max_column)
            hidden.update(range(int(about.min or 1), last + 1))
    return frozenset(hidden)


def _text(value: object) -> str:
    """Return a value of a workbook as text; numbers with all their digits."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)
