"""Observations as somebody delivered them, and what is wrong with them.

Readers of data messages and loaders of tables both end here; the server checks a delivery
as a whole before any of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CUSTOM_COLUMNS = frozenset({"VALID_FROM", "VALID_TO", "UPDATED", "PREPARED"})
"""Columns that SDMX-CSV messages have beside those of components; they say nothing to store."""

_SHOWN = 100  # characters of a value that a sentence repeats


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stood: in a text file a line and column, in a workbook a sheet and cell.

    Attributes:
        file: name of the file, without its folder.
        row: line of a text file or row of a sheet, counted from 1; None where unknown.
        column: header of the column, or id of the component.
        sheet: name of the sheet.
        cell: address of the cell, e.g. ``D7``.
    """

    file: str
    row: int | None = None
    column: str | None = None
    sheet: str | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a delivery.

    Attributes:
        code: what kind of fault, e.g. ``unknown-code``; tests and programs go by it.
        place: where it is.
        value: the offending value as it was received; None where nothing was.
        indonesian: one sentence that says what to change.
        english: the same in English.
        suggestions: the nearest allowed values, best first.
    """

    code: str
    place: Place
    value: str | None
    indonesian: str
    english: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault: its code and its sentences, with ``{value}`` and details to fill in."""

    code: str
    indonesian: str
    english: str


def complain(
    kind: FaultKind,
    place: Place,
    value: str | None = None,
    suggestions: tuple[str, ...] = (),
    **details: object,
) -> Fault:
    """Return the fault of this kind at a place; ``details`` fill in its sentences."""
    shown = value if value is None or len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return Fault(
        kind.code,
        place,
        value,
        kind.indonesian.format(value=shown, **details),
        kind.english.format(value=shown, **details),
        suggestions,
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """A block of rows for one structure, with one action.

    Attributes:
        structure: URN or ``AGENCY:ID(VERSION)`` of the dataflow, data structure or provision
            agreement, as the message names it.
        context: ``dataflow``, ``datastructure`` or ``provisionagreement``.
        action: ``Append``, ``Merge``, ``Replace``, ``Delete`` or ``Information``.
        columns: texts by component id, all equally long, as lists or as ``Cells``; None where
            nothing was given. Nothing is trimmed, rounded or guessed: ``007`` stays ``007``.
            Values of arrays and multilingual components are JSON text, and so are
            annotations, which have columns of their own (``model.annotations``).
        file: name of the file.
        rows: for each row, its line (or row of the sheet), counted from 1.
        sheet: name of the sheet, in a workbook.
        cells: for a workbook, the letter of the column of each component.
        provider: the data provider as ``AGENCY.PROVIDER``, where the message names one.
        dataset_attributes: texts of attributes that the message gives for the whole
            dataset, and of its annotations.
        labelled: whether the cells of coded components hold ``id: name``, as SDMX-CSV with
            ``labels=both`` writes them.
    """

    structure: str
    context: str
    action: str
    columns: Mapping[str, Sequence[str | None]]
    file: str
    rows: Sequence[int]
    sheet: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    dataset_attributes: Mapping[str, str] = field(default_factory=dict)
    labelled: bool = False


class DeliveryFaults(Exception):
    """A delivery cannot be read or stored; carries every fault that was found.

    Attributes:
        faults: the faults.
        readable: what could be read all the same, to be checked for further faults; it is
            never stored.
    """

    def __init__(self, faults: Sequence[Fault], readable: Sequence[Delivery] = ()) -> None:
        super().__init__(f"{len(faults)} faults; the first: {faults[0].english}")
        self.faults = tuple(faults)
        self.readable = tuple(readable)


class Indivisible(Exception):
    """A message cannot be taken in part by part; it has to be read, or checked, as a whole."""
