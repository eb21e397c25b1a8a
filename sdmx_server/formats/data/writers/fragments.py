"""XML text made of columns: each code escaped once, each element a plan of pieces.

A plan says how one element (a series, an observation) is spelt: constants, the cells
between them, and wrappers that are left out when all of their cells are empty. A plan is
filled for a whole batch at a time, a column a piece (``texts``).

Source: Extensible Markup Language (XML) 1.0, sections 2.2 (characters), 2.4, 3.3.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes
from sdmx_server.formats.data.writers.texts import (
    Lookup,
    Piece,
    Render,
    Texts,
    Write,
    chosen,
    content,
    each,
    escaping,
)

_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_MARKS = re.compile('[\x00-\x1f&<>"\ud800-\udfff\ufffe\uffff]')


def escape(text: str) -> str:
    """Return the text fit for an attribute or an element; what XML cannot hold is replaced."""
    return _MARKS.sub(_escaped, text)


def _escaped(mark: re.Match[str]) -> str:
    return _ESCAPES.get(mark[0], "\N{REPLACEMENT CHARACTER}")


# What all begin with that XML cannot hold beyond the control characters.
_NO_CHARACTER = "\uffff".encode()[0]
_REPLACED = bytes({*range(0x20), _NO_CHARACTER} - {ord(mark) for mark in _ESCAPES})
_ESCAPE_EACH = each(escape)


def _escape_marked(texts: pa.StringArray) -> pa.StringArray:
    held = bytes(content(texts))
    if len(held.translate(None, _REPLACED)) < len(held):
        return _ESCAPE_EACH(texts)
    for mark, entity in _ESCAPES.items():  # the ampersand first
        if mark.encode() in held:
            texts = pc.replace_substring(texts, mark, entity)
    return texts


escape_all = escaping({*range(0x20), *b'&<>"', _NO_CHARACTER}, _escape_marked)
"""Returns texts escaped: the same array where there is nothing to escape."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of a component between two constants; nothing at all where it is absent.

    ``write`` turns a value into XML text.
    """

    component: str
    before: str
    after: str
    write: Write = escape

    @property
    def render(self) -> Render:
        """What turns many values into XML text."""
        return escape_all if self.write is escape else each(self.write)

    def finished(self, value: str) -> str:
        """Return a value as XML text, between the constants."""
        return f"{self.before}{self.write(value)}{self.after}"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Cells between two constants that are left out when no cell has a value."""

    before: str
    cells: tuple[Cell, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Joint:
    """What the values of several components make together; nothing where all are absent.

    ``write`` turns one value of each, None where it is absent, into XML text.
    """

    components: tuple[str, ...]
    write: Callable[[tuple[str | None, ...]], str]


Plan = tuple[str | Cell | Wrapper | Joint, ...]
"""The pieces of an element in order."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a plan is filled from: ``count`` rows of codes and texts by component id."""

    count: int
    codes: Mapping[str, Codes]
    texts: Mapping[str, pa.StringArray]


@dataclass(frozen=True, slots=True)
class Filling:
    """What the batches of an answer have in common: how codes are spelt.

    Attributes:
        cells: by component id the finished text of its codes.
        values: by component id its dictionary, for what is joined with others.
    """

    cells: Mapping[str, Lookup]
    values: Mapping[str, tuple[str, ...]]


def filling(plan: Plan, dictionaries: Mapping[str, tuple[str, ...]]) -> Filling:
    """Return how the codes of all the cells of a plan are spelt."""
    cells = {
        cell.component: Lookup(dictionaries[cell.component], cell.finished)
        for cell in _cells(plan)
        if cell.component in dictionaries
    }
    return Filling(cells, dictionaries)


def fill(plan: Plan, columns: Columns, known: Filling) -> list[Piece]:
    """Return the pieces of a plan as columns."""
    filled: list[Piece] = []
    for piece in plan:
        if isinstance(piece, str):
            filled.append(piece)
        elif isinstance(piece, Cell):
            filled += _fill_cell(piece, columns, known)
        elif isinstance(piece, Joint):
            filled.append(_fill_joint(piece, columns, known))
        else:
            filled += _fill_wrapper(piece, columns, known)
    return _constants_merged(filled)


def write_row(plan: Plan, values: Mapping[str, str]) -> str:
    """Return one element; a component that ``values`` does not name is absent."""
    return "".join(_written(piece, values) for piece in plan)


def _written(piece: str | Cell | Wrapper | Joint, values: Mapping[str, str]) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Cell):
        value = values.get(piece.component)
        return "" if value is None else piece.finished(value)
    if isinstance(piece, Joint):
        found = tuple(values.get(component) for component in piece.components)
        return piece.write(found) if any(found) else ""
    inside = [cell for cell in piece.cells if cell.component in values]
    return f"{piece.before}{write_row(tuple(inside), values)}{piece.after}" if inside else ""


def _cells(plan: Plan) -> Iterator[Cell]:
    for piece in plan:
        if isinstance(piece, Cell):
            yield piece
        elif isinstance(piece, Wrapper):
            yield from piece.cells


def _fill_cell(cell: Cell, columns: Columns, known: Filling) -> list[Piece]:
    codes = columns.codes.get(cell.component)
    if codes is not None:
        return [known.cells[cell.component].column(codes)]
    texts = columns.texts.get(cell.component)
    if texts is None:
        return []
    before, after = cell.before, cell.after
    if not texts.null_count:
        return [before, Texts(cell.render(texts)), after]
    present = np.asarray(texts.is_valid())
    return [chosen(present, before), Texts(cell.render(texts)), chosen(present, after)]


def _fill_joint(joint: Joint, columns: Columns, known: Filling) -> Texts:
    found = [_values(component, columns, known) for component in joint.components]
    values = list(zip(*found, strict=True))
    written = {each: joint.write(each) if any(each) else "" for each in set(values)}
    return Texts(pa.array([written[each] for each in values], pa.string()))


def _values(component: str, columns: Columns, known: Filling) -> list[str | None]:
    if component in columns.codes:
        dictionary = (*known.values[component], None)
        return [dictionary[code] for code in columns.codes[component].tolist()]
    texts = columns.texts.get(component)
    found: list[str | None] = [None] * columns.count if texts is None else texts.to_pylist()
    return found


def _fill_wrapper(wrapper: Wrapper, columns: Columns, known: Filling) -> list[Piece]:
    present = np.zeros(columns.count, np.bool_)
    inside: list[Piece] = []
    for cell in wrapper.cells:
        present |= _presence(cell.component, columns)
        inside += _fill_cell(cell, columns, known)
    if not present.any():
        return []
    if present.all():
        return [wrapper.before, *inside, wrapper.after]
    return [chosen(present, wrapper.before), *inside, chosen(present, wrapper.after)]


def _presence(component: str, columns: Columns) -> npt.NDArray[np.bool_]:
    codes = columns.codes.get(component)
    if codes is not None:
        return codes >= 0
    texts = columns.texts.get(component)
    return np.zeros(columns.count, np.bool_) if texts is None else np.asarray(texts.is_valid())


def _constants_merged(filled: list[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for column in filled:
        last = merged[-1] if merged else None
        if isinstance(column, str) and isinstance(last, str):
            merged[-1] = last + column
        else:
            merged.append(column)
    return merged
