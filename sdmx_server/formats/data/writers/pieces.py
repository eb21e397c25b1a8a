"""Columns woven into the text of rows, and text cut into pieces for the socket.

Rows are never built one by one: each column is a list of texts, and one join over their
slices makes the text of a whole batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

PIECE = 1 << 20
"""About how many characters a piece of an answer has."""

Cells = npt.NDArray[np.object_]
"""Finished texts by position in a dictionary; the last, at -1, is that of an absent value."""

Counts = npt.NDArray[np.int64]
"""How many observations each series has."""


@dataclass(frozen=True, slots=True)
class PerSeries:
    """A column with one text a series instead of one an observation."""

    texts: Sequence[str]


Column = str | Sequence[str]
"""One text a row, or one text that stands in every row."""


def pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Yield texts as UTF-8 in pieces of about a megabyte."""
    held: list[str] = []
    length = 0
    for text in texts:
        held.append(text)
        length += len(text)
        if length >= PIECE:
            yield "".join(held).encode()
            held, length = [], 0
    if held:
        yield "".join(held).encode()


def cells(texts: Iterable[str], absent: str) -> Cells:
    """Return texts as an array that codes can be looked up in, all at once."""
    return np.array([*texts, absent], dtype=object)


def weave(columns: Sequence[Column], count: int) -> list[str]:
    """Return the texts of all rows, one after the other: ``len(columns)`` of them a row."""
    width = len(columns)
    parts = [""] * (width * count)
    for place, column in enumerate(columns):
        parts[place::width] = [column] * count if isinstance(column, str) else column
    return parts


def rows(columns: Sequence[Column], count: int) -> list[str]:
    """Return one text a row; without columns every row is empty."""
    full = [[column] * count if isinstance(column, str) else column for column in columns]
    return list(map("".join, zip(*full, strict=True))) if full else [""] * count


def at_observations(columns: Sequence[Column | PerSeries], counts: Counts) -> list[Column]:
    """Return columns of observations: those of series repeated, neighbours joined first."""
    lowered: list[Column] = []
    for is_above, run in groupby(columns, key=lambda c: isinstance(c, str | PerSeries)):
        held = list(run)
        if is_above:
            texts = rows([c.texts if isinstance(c, PerSeries) else c for c in held], len(counts))
            has_series = any(isinstance(c, PerSeries) for c in held)
            lowered.append(_spread(texts, counts) if has_series else "".join(held))  # type: ignore[arg-type]
        else:
            lowered += held  # type: ignore[arg-type]
    return lowered


def _spread(texts: list[str], counts: Counts) -> list[str]:
    if bool((counts == 1).all()):
        return texts
    repeated: list[str] = np.repeat(np.array(texts, dtype=object), counts).tolist()
    return repeated
