"""Columns of series and of observations, brought to one length.

Source: SDMX 3.1 Information Model, section 5 (what a series has, its observations have).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Codes

Counts = npt.NDArray[np.int64]
"""How many observations each series has."""


@dataclass(frozen=True, slots=True)
class PerSeries:
    """A column with one text a series instead of one an observation."""

    texts: list[str]


Column = str | list[str]
"""One text a row, or one text that stands in every row."""


class Lookup:
    """The finished texts of the codes of a dictionary, each made when it is first asked for.

    A dictionary belongs to a whole dataset version, an answer may need little of it.
    """

    def __init__(
        self, dictionary: tuple[str, ...], render: Callable[[str], str], absent: str
    ) -> None:
        self._dictionary = dictionary
        self._render = render
        self._texts = np.full(len(dictionary) + 1, absent, dtype=object)
        self._known = np.zeros(len(dictionary) + 1, dtype=bool)
        self._known[-1] = True

    def texts(self, codes: Codes) -> list[str]:
        """Return the text of each code, that of an absent value for -1."""
        known = self._known[codes]
        if not known.all():
            for code in np.unique(codes[~known]).tolist():
                self._texts[code] = self._render(self._dictionary[code])
                self._known[code] = True
        found: list[str] = self._texts[codes].tolist()
        return found


def of_series(columns: Sequence[Column | PerSeries]) -> list[Column]:
    """Return columns that hold one text a series as such."""
    return [c.texts if isinstance(c, PerSeries) else c for c in columns]


def of_observations(columns: Sequence[Column | PerSeries], counts: Counts) -> list[Column]:
    """Return columns of observations: those of series repeated, neighbours joined first."""
    lowered: list[Column] = []
    for is_list, run in groupby(columns, key=lambda column: isinstance(column, list)):
        held = list(run)
        if is_list:
            lowered += of_series(held)
        elif any(isinstance(column, PerSeries) for column in held):
            lowered.append(_spread(rows(of_series(held), len(counts)), counts))
        else:
            lowered.append("".join(str(column) for column in held))
    return lowered


def _spread(texts: list[str], counts: Counts) -> list[str]:
    if bool((counts == 1).all()):
        return texts
    repeated: list[str] = np.repeat(np.array(texts, dtype=object), counts).tolist()
    return repeated


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
