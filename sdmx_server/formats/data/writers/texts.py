"""Columns of text woven into rows: what XML, CSV and JSON have in common.

A column is a handful of distinct texts and one code a row, or one text a row. Rows are made
of columns by a single gather over all the texts of a batch, which Arrow does in C and
without Python's lock, so that no Python code runs an observation and none of its texts
becomes a Python string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes

PIECE_BYTES = 1 << 20
"""How large the pieces of an answer are, roughly."""

_ROWS = 32_768  # woven at a time, so that no text grows past what 32-bit offsets can tell
_FEW = 4  # a dictionary is rendered whole once so large a part of it may be needed

Counts = npt.NDArray[np.int64]
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
    """The finished texts of a dictionary, made when they are asked for.

    A dictionary belongs to a whole dataset version, an answer may need little of it.

    Args:
        dictionary: the values.
        render: makes text of them.
        absent: the text of code -1.
    """

    def __init__(self, dictionary: Sequence[str], render: Render, absent: str = "") -> None:
        self._dictionary = dictionary
        self._render = render
        self._absent = pa.array([absent], pa.string())
        self._whole: pa.StringArray | None = None

    def column(self, codes: Codes) -> Texts:
        """Return the texts of some codes."""
        if self._whole is None and _FEW * len(codes) < len(self._dictionary):
            used, places = np.unique(codes, return_inverse=True)
            held = used[used >= 0]
            texts = self._finished([self._dictionary[code] for code in held.tolist()])
            return Texts(texts, (places + (len(held) == len(used))).astype(np.int32))
        if self._whole is None:
            self._whole = self._finished(self._dictionary)
        return Texts(self._whole, codes + np.int32(1))

    def _finished(self, values: Sequence[str]) -> pa.StringArray:
        return pa.concat_arrays([self._absent, self._render(pa.array(values, pa.string()))])


def repeated(values: pa.StringArray, counts: Counts) -> Texts:
    """Return a column of observations of one of series, which have so many each."""
    return Texts(values, np.repeat(np.arange(len(counts), dtype=np.int32), counts))


def chosen(flags: npt.NDArray[np.bool_], text: str) -> Texts:
    """Return a column that has a text in some rows and nothing in the others."""
    return Texts(pa.array(["", text], pa.string()), flags.astype(np.int32))


def rows(pieces: Sequence[Piece], count: int) -> pa.StringArray:
    """Return one text a row."""
    gathered = _gathered(pieces, slice(0, count), ())
    ends = np.frombuffer(gathered.buffers()[1], np.int32)[: len(gathered) + 1 : len(pieces)]
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(np.ascontiguousarray(ends)), gathered.buffers()[2]
    )


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
            values = pa.array([piece], pa.string())
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


def content(texts: pa.StringArray) -> memoryview:
    """Return the UTF-8 of all the texts of an array, one behind the other."""
    _, ends, held = texts.buffers()
    if held is None or not len(texts):
        return memoryview(b"")
    places = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(held)[int(places[0]) : int(places[-1])]


def holds_any(texts: pa.StringArray, flags: npt.NDArray[np.bool_]) -> bool:
    """Tell whether any byte of the texts is one of those that are flagged, of all 256."""
    return bool(flags[np.frombuffer(content(texts), np.uint8)].any())


def each(write: Callable[[str], str]) -> Render:
    """Return what renders an array by writing each distinct text of it once."""

    def render(texts: pa.StringArray) -> pa.StringArray:
        encoded = pc.dictionary_encode(texts)
        written = pa.array([write(text) for text in encoded.dictionary.to_pylist()], pa.string())
        return written.take(encoded.indices)

    return render


def in_pieces(texts: Iterable[str | pa.Buffer]) -> Iterator[bytes]:
    """Yield the texts as UTF-8, in pieces of about 1 MB, whatever their own lengths are."""
    waiting = bytearray()
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
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)
