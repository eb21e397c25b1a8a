"""Columns of text woven into rows: what XML, CSV and JSON have in common.

A column is a handful of distinct texts and one code a row, or one text a row. Rows are made
of columns by a single gather over all the texts of a batch, which Arrow does in C and
without Python's lock, so that no Python code runs an observation and none of its texts
becomes a Python string.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes

PIECE_BYTES = 1 << 20
FIRST_BYTES = 1 << 14
"""How large the pieces of an answer are, roughly."""

_ROWS = 32_768  # woven at a time, so that no text grows past what 32-bit offsets can tell
_KEPT = 65_536  # finished texts of a dictionary
_SPARE = 1_024  # finished texts that may go into a gather without being needed
_PAIRED_ROWS = 8_192  # from so many on it is worth to make the texts of pairs of texts,
_ROWS_A_PAIR = 16  # as long as there are so many for each

Counts = npt.NDArray[np.int64]
Write = Callable[[str], str]
"""Turns a value into finished text."""

Render = Callable[[pa.StringArray], pa.StringArray]
"""Turns values into finished text, one for one; what is null stays null."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One text a row; a null is nothing at all.

    Attributes:
        values: the texts.
        codes: for each row the place of its text among them; None where there is one a row.
    """

    values: pa.StringArray
    codes: Codes | None = None


Piece = str | Texts
"""A part of each row: a column, or a text that all have."""


class Lookup:
    """The finished texts of the codes of a dictionary, each made when it is first asked for.

    A dictionary belongs to a whole dataset version, an answer may need little of it. What was
    made is kept as long as it is not much: an answer of any length needs the same memory.

    Args:
        dictionary: the values.
        write: makes text of a value; the same whenever it is asked for.
        absent: the text of code -1.
    """

    _places: Codes
    _texts: pa.StringArray

    def __init__(self, dictionary: Sequence[str], write: Write, absent: str = "") -> None:
        self._dictionary = dictionary
        self._write = write
        self._absent = absent
        self._forget()

    def column(self, codes: Codes) -> Piece:
        """Return the texts of some codes; new ones are made in the order of the dictionary."""
        if len(codes) == 1:
            code = int(codes[0])
            return self._absent if code < 0 else self._write(self._dictionary[code])
        places = self._places[codes]
        if np.count_nonzero(places) < len(places):
            missing = codes[places == 0]
            if len(self._texts) > _KEPT:
                self._forget()
                missing = codes[codes >= 0]
            self._make(sorted(set(missing.tolist())))
            places = self._places[codes]
        if len(self._texts) > len(codes) + _SPARE:
            return Texts(pc.take(self._texts, pa.array(places), boundscheck=False))
        return Texts(self._texts, places)

    def _make(self, codes: Sequence[int]) -> None:
        written = [self._write(self._dictionary[code]) for code in codes]
        held = len(self._texts)
        self._places[codes] = np.arange(held, held + len(codes), dtype=np.int32)
        self._texts = pa.concat_arrays([self._texts, pa.array(written, pa.string())])

    def _forget(self) -> None:
        # Where the text of each code stands: 0 is not yet made, the last is that of code -1.
        self._places = np.zeros(len(self._dictionary) + 1, np.int32)
        self._places[-1] = 1
        self._texts = constants(None, self._absent)


def filled(values: pa.StringArray, render: Render, absent: str = "") -> Texts:
    """Return a column of finished values.

    Args:
        values: one a row, null where there is none.
        render: makes text of them.
        absent: the text of a null.
    """
    if not absent or not values.null_count:
        return Texts(render(values))
    present = np.asarray(values.is_valid())
    texts = pa.concat_arrays([constants(absent), render(values.drop_null())])
    return Texts(texts, np.where(present, np.cumsum(present, dtype=np.int32), np.int32(0)))


def chosen(flags: npt.NDArray[np.bool_], text: str) -> Texts:
    """Return a column that has a text in some rows and nothing in the others."""
    return Texts(pa.array(["", text], pa.string()), flags.astype(np.int32))


@dataclass(frozen=True, slots=True)
class OfSeries:
    """A part of observations that stays the same through a series: one row a series."""

    column: Piece


def lowered(pieces: Sequence[Piece | OfSeries], counts: Counts) -> list[Piece]:
    """Return columns of observations; neighbours that are of series are joined first.

    Args:
        pieces: what each observation is made of.
        counts: how many observations each series has.
    """
    found: list[Piece] = []
    for is_own, run in groupby(pieces, key=lambda piece: isinstance(piece, Texts)):
        held = of_series(list(run))
        if is_own:
            found += held
        elif all(isinstance(piece, str) for piece in held):
            found.append("".join(map(str, held)))
        else:
            found.append(_repeated(held, counts))
    return found


def _repeated(pieces: Sequence[Piece], counts: Counts) -> Texts:
    """Return a column of observations made of columns of series."""
    first = pieces[0]
    if len(pieces) == 1 and isinstance(first, Texts) and first.codes is not None:
        return Texts(first.values, np.repeat(first.codes, counts))
    numbers = np.arange(len(counts), dtype=np.int32)
    return Texts(rows(pieces, len(counts)), np.repeat(numbers, counts))


def of_series(pieces: Sequence[Piece | OfSeries]) -> list[Piece]:
    """Return the pieces of rows that are series themselves."""
    return [piece.column if isinstance(piece, OfSeries) else piece for piece in pieces]


def rows(pieces: Sequence[Piece], count: int) -> pa.StringArray:
    """Return one text a row."""
    gathered = _gathered(pieces, slice(0, count), ())
    places = np.ascontiguousarray(ends(gathered)[:: len(pieces)])
    return pa.StringArray.from_buffers(count, pa.py_buffer(places), gathered.buffers()[2])


@dataclass(frozen=True, slots=True)
class Between:
    """Texts that stand between rows.

    Attributes:
        places: before which row each stands, ascending; the number of rows for the end.
        texts: the texts, one a place; those at one place in their order.
    """

    places: Counts
    texts: pa.StringArray


def weave(
    pieces: Sequence[Piece], count: int, between: Between | None = None
) -> Iterator[pa.Buffer]:
    """Yield the text of all rows, one after the other, and of what stands between them."""
    if count >= _PAIRED_ROWS:
        pieces = _paired(pieces, count // _ROWS_A_PAIR)
    for start in range(0, max(count, 1), _ROWS):
        stop = min(start + _ROWS, count)
        inserted: tuple[Counts, pa.StringArray] | tuple[()] = ()
        if between is not None:
            # What stands before a row goes with it; what stands at the end with the last.
            low = int(np.searchsorted(between.places, start)) if start else 0
            high = len(between.places)
            if stop < count:
                high = int(np.searchsorted(between.places, stop))
            inserted = between.places[low:high] - start, between.texts.slice(low, high - low)
        text = _gathered(pieces, slice(start, stop), inserted).buffers()[2]
        if text is not None:
            yield text


def _paired(pieces: Sequence[Piece], most: int) -> list[Piece]:
    """Return fewer columns that make the same rows: neighbours of few texts become one.

    Args:
        pieces: the columns.
        most: how many texts a column may come to.
    """
    found: list[Piece] = []
    for piece in pieces:
        if found and 0 < _size(found[-1]) * _size(piece) <= most:
            found[-1] = _pair(found[-1], piece)
        else:
            found.append(piece)
    return found


def _size(piece: Piece) -> int:
    """Return how many texts a column has in all; 0 where it has one a row."""
    if isinstance(piece, str):
        return 1
    return 0 if piece.codes is None else len(piece.values)


def _pair(first: Piece, second: Piece) -> Piece:
    if isinstance(first, str) and isinstance(second, str):
        return first + second
    size = _size(second)
    numbers = np.arange(_size(first) * size)
    heads = _vocabulary(first).take(pa.array(numbers // size))
    tails = _vocabulary(second).take(pa.array(numbers % size))
    texts = pc.binary_join_element_wise(heads, tails, "", null_handling="replace")
    return Texts(texts, _codes(first) * np.int32(size) + _codes(second))


def _vocabulary(piece: Piece) -> pa.StringArray:
    return constants(piece) if isinstance(piece, str) else piece.values


def _codes(piece: Piece) -> Codes:
    if isinstance(piece, str) or piece.codes is None:
        return _ONE_FOR_ALL
    return piece.codes


_ONE_FOR_ALL = np.zeros(1, np.int32)


def _gathered(
    pieces: Sequence[Piece],
    span: slice,
    inserted: tuple[Counts, pa.StringArray] | tuple[()],
) -> pa.StringArray:
    """Return the texts of some rows in order, each row as many as there are pieces."""
    width = len(pieces)
    places = np.empty((span.stop - span.start, width), np.int32)
    vocabulary: list[pa.StringArray] = []
    held = 0
    for number, piece in enumerate(pieces):
        if isinstance(piece, str):
            values = constants(piece)
            places[:, number] = held
        elif piece.codes is None:
            values = piece.values.slice(span.start, span.stop - span.start)
            places[:, number] = np.arange(held, held + len(values), dtype=np.int32)
        else:
            values = piece.values
            np.add(piece.codes[span], held, out=places[:, number], casting="unsafe")
        vocabulary.append(values)
        held += len(values)
    flat = places.reshape(-1)
    if inserted:
        before, texts = inserted
        vocabulary.append(texts)
        numbers = np.arange(held, held + len(texts), dtype=np.int32)
        flat = np.insert(flat, before * width, numbers)
    return pc.take(pa.concat_arrays(vocabulary), pa.array(flat), boundscheck=False)


@lru_cache(maxsize=1_024)
def constants(*texts: str | None) -> pa.StringArray:
    """Return an array of a few texts."""
    return pa.array(texts, pa.string())


def content(texts: pa.StringArray) -> memoryview:
    """Return the UTF-8 of all the texts of an array, one behind the other."""
    held = texts.buffers()[2]
    if held is None or not len(texts):
        return memoryview(b"")
    places = ends(texts)
    return memoryview(held)[int(places[0]) : int(places[-1])]


def ends(texts: pa.StringArray) -> npt.NDArray[np.int32]:
    """Return where the first text begins in the bytes of an array, and where each ends."""
    places = np.frombuffer(texts.buffers()[1], np.int32)
    return places[texts.offset : texts.offset + len(texts) + 1]


def each(write: Write) -> Render:
    """Return what renders an array by writing each distinct text of it once."""

    def render(texts: pa.StringArray) -> pa.StringArray:
        encoded = pc.dictionary_encode(texts)
        written = pa.array([write(text) for text in encoded.dictionary.to_pylist()], pa.string())
        return written.take(encoded.indices)

    return render


def escaping(special: Collection[int], render_marked: Render) -> Render:
    """Return what renders an array by writing the texts that need it; the others stay.

    Args:
        special: the bytes of UTF-8 of which a text needs any to be written.
        render_marked: renders such texts.
    """
    marks = bytes(byte in special for byte in range(256))
    harmless = bytes(byte for byte in range(256) if byte not in special)

    def render(texts: pa.StringArray) -> pa.StringArray:
        held = bytes(content(texts))
        if not held.translate(None, harmless):
            return texts
        marked = np.flatnonzero(np.frombuffer(held.translate(marks), np.bool_))
        stops = ends(texts)[1:] - ends(texts)[0]
        found = np.unique(np.searchsorted(stops, marked, side="right"))
        places = np.arange(len(texts), dtype=np.int32)
        places[found] = np.arange(len(texts), len(texts) + len(found), dtype=np.int32)
        written = render_marked(texts.take(pa.array(found)))
        return pc.take(pa.concat_arrays([texts, written]), pa.array(places), boundscheck=False)

    return render


def in_pieces(texts: Iterable[str | pa.Buffer]) -> Iterator[bytes]:
    """Yield the texts as UTF-8, in pieces of about 1 MB, whatever their own lengths are.

    The first piece is short, so that an answer begins before much of it is made.
    """
    waiting, least = bytearray(), FIRST_BYTES
    for text in texts:
        if isinstance(text, str):
            waiting += text.encode()
        elif len(text) < PIECE_BYTES // 2:
            waiting += memoryview(text)
        else:
            if waiting:
                yield bytes(waiting)
                waiting.clear()
            for start in range(0, len(text), 2 * PIECE_BYTES):
                yield bytes(memoryview(text)[start : start + 2 * PIECE_BYTES])
        while len(waiting) >= least:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
            least = PIECE_BYTES
    if waiting:
        yield bytes(waiting)
