"""XML text made of columns: each code escaped once, each element a plan of pieces.

A plan says how one element (a series, an observation) is spelt: constants, the cells
between them, and wrappers that are left out when all of their cells are empty. A plan is
filled for a whole batch at a time, a column a piece, so that no code runs per observation.

Source: Extensible Markup Language (XML) 1.0, sections 2.2 (characters), 2.4, 3.3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Codes

PIECE_BYTES = 1 << 20
"""How large the pieces of an answer are, roughly."""

_ILLEGAL = (*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_ESCAPES = {
    **dict.fromkeys(_ILLEGAL, "\N{REPLACEMENT CHARACTER}"),
    **str.maketrans(
        {
            "&": "&amp;",
            "<": "&lt;",
            ">": "&gt;",
            '"': "&quot;",
            "\t": "&#9;",
            "\n": "&#10;",
            "\r": "&#13;",
        }
    ),
}
_MARKUP = ("&", "<", ">", '"')

Table = npt.NDArray[np.object_]
"""The finished text of every code of a dictionary; last, for code -1, that of an absent one."""


def escape(text: str) -> str:
    """Return the text fit for an attribute or an element; what XML cannot hold is replaced."""
    return text.translate(_ESCAPES)


def escape_all(texts: list[str]) -> list[str]:
    """Return the texts escaped: the same list where there is nothing to escape."""
    joined = "".join(texts)
    if joined.isprintable() and not any(mark in joined for mark in _MARKUP):
        return texts
    return [escape(text) for text in texts]


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of a component between two constants; nothing at all where it is absent.

    ``render`` turns values into XML text.
    """

    component: str
    before: str
    after: str
    render: Callable[[list[str]], list[str]] = escape_all


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Cells between two constants that are left out when no cell has a value."""

    before: str
    cells: tuple[Cell, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Joint:
    """What the values of several components make together; nothing where all are absent.

    ``render`` turns one value of each, None where it is absent, into XML text.
    """

    components: tuple[str, ...]
    render: Callable[[tuple[str | None, ...]], str]


Plan = tuple[str | Cell | Wrapper | Joint, ...]
"""The pieces of an element in order."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a plan is filled from: ``count`` rows of codes and texts by component id."""

    count: int
    codes: Mapping[str, Codes]
    texts: Mapping[str, list[str | None]]


def tables(plan: Plan, dictionaries: Mapping[str, tuple[str, ...]]) -> dict[str, Table]:
    """Return the finished text of every code that the cells of a plan can hold."""
    return {
        cell.component: _table(cell, dictionaries[cell.component])
        for cell in _cells(plan)
        if cell.component in dictionaries
    } | {
        component: np.array([*dictionaries[component], None], dtype=object)
        for joint in _joints(plan)
        for component in joint.components
        if component in dictionaries
    }


def fill(plan: Plan, columns: Columns, tables: Mapping[str, Table]) -> list[str | list[str]]:
    """Return the pieces of a plan as columns; a constant stands for a column of itself."""
    filled: list[str | list[str]] = []
    for piece in plan:
        if isinstance(piece, str):
            filled.append(piece)
        elif isinstance(piece, Cell):
            filled += _fill_cell(piece, columns, tables)
        elif isinstance(piece, Joint):
            filled += _fill_joint(piece, columns, tables)
        else:
            filled += _fill_wrapper(piece, columns, tables)
    return _constants_merged(filled)


def interleave(filled: Sequence[str | list[str]], count: int) -> list[str]:
    """Return the texts of all rows, one after the other: ``count`` times ``len(filled)``."""
    width = len(filled)
    parts = [""] * (count * width)
    for place, column in enumerate(filled):
        parts[place::width] = [column] * count if isinstance(column, str) else column
    return parts


def rows(filled: Sequence[str | list[str]], count: int) -> list[str]:
    """Return one text a row."""
    columns = [[column] * count if isinstance(column, str) else column for column in filled]
    return list(map("".join, zip(*columns, strict=True)))


def write_row(plan: Plan, values: Mapping[str, str]) -> str:
    """Return one element; a component that ``values`` does not name is absent."""
    ids = [cell.component for cell in _cells(plan)]
    ids += [component for joint in _joints(plan) for component in joint.components]
    texts: dict[str, list[str | None]] = {id_: [values.get(id_)] for id_ in ids}
    return "".join(interleave(fill(plan, Columns(1, {}, texts), {}), 1))


def in_pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Yield the texts as UTF-8, in pieces of about 1 MB, whatever their own lengths are."""
    waiting = bytearray()
    for text in texts:
        waiting += text.encode()
        if len(waiting) >= PIECE_BYTES:
            whole = len(waiting) - len(waiting) % PIECE_BYTES
            for start in range(0, whole, PIECE_BYTES):
                yield bytes(waiting[start : start + PIECE_BYTES])
            del waiting[:whole]
    if waiting:
        yield bytes(waiting)


def _cells(plan: Plan) -> Iterator[Cell]:
    for piece in plan:
        if isinstance(piece, Cell):
            yield piece
        elif isinstance(piece, Wrapper):
            yield from piece.cells


def _joints(plan: Plan) -> Iterator[Joint]:
    return (piece for piece in plan if isinstance(piece, Joint))


def _table(cell: Cell, texts: tuple[str, ...]) -> Table:
    rendered = cell.render(list(texts))
    table = np.empty(len(texts) + 1, dtype=object)
    table[:-1] = [f"{cell.before}{text}{cell.after}" for text in rendered]
    table[-1] = ""
    return table


def _fill_cell(cell: Cell, columns: Columns, tables: Mapping[str, Table]) -> list[str | list[str]]:
    codes = columns.codes.get(cell.component)
    if codes is not None:
        return [tables[cell.component][codes].tolist()]
    texts = columns.texts.get(cell.component)
    if texts is None:
        return []
    present = [text for text in texts if text is not None]
    if len(present) == columns.count:
        return [cell.before, cell.render(present), cell.after]
    rendered = iter(cell.render(present))
    return [
        ["" if text is None else f"{cell.before}{next(rendered)}{cell.after}" for text in texts]
    ]


def _fill_joint(
    joint: Joint, columns: Columns, tables: Mapping[str, Table]
) -> list[str | list[str]]:
    absent: list[str | None] = [None] * columns.count
    found: list[list[str | None]] = [
        tables[id_][columns.codes[id_]].tolist()
        if id_ in columns.codes
        else columns.texts.get(id_, absent)
        for id_ in joint.components
    ]
    values = list(zip(*found, strict=True))
    rendered = {each: joint.render(each) if any(each) else "" for each in set(values)}
    return [[rendered[each] for each in values]]


def _fill_wrapper(
    wrapper: Wrapper, columns: Columns, tables: Mapping[str, Table]
) -> list[str | list[str]]:
    present = np.zeros(columns.count, dtype=bool)
    inside: list[str | list[str]] = []
    for cell in wrapper.cells:
        present |= _presence(cell.component, columns)
        inside += _fill_cell(cell, columns, tables)
    if present.all():
        return [wrapper.before, *inside, wrapper.after]
    return [_where(present, wrapper.before), *inside, _where(present, wrapper.after)]


def _presence(component: str, columns: Columns) -> npt.NDArray[np.bool_]:
    codes = columns.codes.get(component)
    if codes is not None:
        return codes >= 0
    texts = columns.texts.get(component)
    if texts is None:
        return np.zeros(columns.count, dtype=bool)
    return np.fromiter((text is not None for text in texts), dtype=bool, count=columns.count)


def _where(present: npt.NDArray[np.bool_], text: str) -> list[str]:
    choices = np.array(["", text], dtype=object)
    chosen: list[str] = choices[present.astype(np.intp)].tolist()
    return chosen


def _constants_merged(filled: list[str | list[str]]) -> list[str | list[str]]:
    merged: list[str | list[str]] = []
    for column in filled:
        last = merged[-1] if merged else None
        if isinstance(column, str) and isinstance(last, str):
            merged[-1] = last + column
        else:
            merged.append(column)
    return merged
