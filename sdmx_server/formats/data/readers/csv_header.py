"""The header of an SDMX-CSV data message.

Source: SDMX-CSV 1.0, 2.0 and 2.1 data message field guides, "Column headers".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model import fault_kinds
from sdmx_server.model.delivery import CUSTOM_COLUMNS

_FIRST = re.compile(
    r'"?(?P<name>DATAFLOW|STRUCTURE(?:\[(?P<sub>.)\])?)(?::[^",;|\t\r\n]*)?"?(?P<separator>[^\w\r\n"])?'
)
_COLUMN = re.compile(
    r"(?P<path>[^\[\]:]+(?:\[\]\.[^\[\]:]+)*(?:\[\])?)(?:\[(?P<languages>[^\[\]]+)\])?"
    r"(?:: ?(?P<label>.*))?",
    re.DOTALL,
)
_FIXED_1 = ("DATAFLOW",)
_FIXED_2 = ("STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a component.

    Attributes:
        id: the id of the component; of a metadata attribute below others, its path.
        arrays: how many of the ids on the path may be reported several times.
        languages: those of the text that its cells hold by language.
    """

    id: str
    arrays: int = 0
    languages: tuple[str, ...] = ()

    @property
    def is_array(self) -> bool:
        """Whether its cells hold several values."""
        return self.arrays > 0


@dataclass(frozen=True, slots=True)
class Header:
    """What the first record says of the file.

    Attributes:
        separator: the character between cells.
        subseparator: the character between the values of one cell.
        width: how many cells a row has.
        fixed: position of the columns that describe the rows, by name.
        components: the columns of components by position.
        labelled: whether names and cells are written ``id: name``.
    """

    separator: str
    subseparator: str
    width: int
    fixed: Mapping[str, int]
    components: Mapping[int, Column]
    labelled: bool


def read(text: str, found: FaultList) -> Header:
    """Read the header.

    Raises:
        DeliveryFaults: if it cannot be understood.
    """
    first = _FIRST.match(text)
    if first is None:
        cell = re.split(r"[,;|\t\r\n]", text, maxsplit=1)[0]
        found.stop(faults.FIRST_COLUMN, 1, cell)
    separator = first["separator"] or ","
    names = _names(text, separator, found)
    fixed_names = _FIXED_1 if first["name"] == "DATAFLOW" else _FIXED_2
    columns = [_parse(name) for name in names]
    fixed = {c.id: i for i, c in enumerate(columns) if c.id in fixed_names}
    others = [i for i in range(len(columns)) if columns[i].id not in fixed]
    if "STRUCTURE_NAME" in fixed:  # labels=name: after each id column stands one of names
        others = _without_names(others, columns)
    components = {i: columns[i] for i in others}
    _check(components, fixed, names, found)
    return Header(
        separator,
        first["sub"] or ";",
        len(names),
        fixed,
        components,
        labelled=any(": " in names[i] for i in others),
    )


def _without_names(others: Sequence[int], columns: Sequence[Column]) -> list[int]:
    """Return the columns of ids, and behind them the custom ones, which have no names."""
    end = len(others)
    while end and columns[others[end - 1]].id in CUSTOM_COLUMNS:
        end -= 1
    return [*others[:end:2], *others[end:]]


def _names(text: str, separator: str, found: FaultList) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return next(reader)
    except csv.Error as error:
        found.stop(fault_kinds.MALFORMED_CSV, 1, **fault_kinds.csv_reason(error))


def _parse(name: str) -> Column:
    match = _COLUMN.fullmatch(name)
    if match is None:
        return Column(name)
    id_, arrays = match["path"].replace("[]", ""), match["path"].count("[]")
    if id_ == "STRUCTURE":
        return Column("STRUCTURE")
    languages = tuple(re.split(r"[;,|]", match["languages"])) if match["languages"] else ()
    return Column(id_, arrays, languages)


def _check(
    components: Mapping[int, Column],
    fixed: Mapping[str, int],
    names: Sequence[str],
    found: FaultList,
) -> None:
    if "STRUCTURE" in fixed and "STRUCTURE_ID" not in fixed:
        found.add(faults.MISSING_COLUMN, 1, "STRUCTURE_ID")
    seen: set[str] = set()
    for position, column in components.items():
        if not column.id.strip():
            found.add(faults.UNNAMED_COLUMN, 1, number=position + 1)
        elif column.id in seen:
            found.add(faults.DUPLICATE_COLUMN, 1, column.id, column.id)
        seen.add(column.id)
    for name in fixed:
        if [_parse(n).id for n in names].count(name) > 1:
            found.add(faults.DUPLICATE_COLUMN, 1, name, name)
