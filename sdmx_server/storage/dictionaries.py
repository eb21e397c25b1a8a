"""Dictionaries of texts: growing ones, and those of two versions brought together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes
from sdmx_server.storage.columns import translation


class GrowingDictionary:
    """The distinct texts of a column that comes in parts, in the order of their arrival.

    Attributes:
        texts: the texts; what codes are positions of.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[str | None, int] = {None: -1}

    def encode(self, column: pa.ChunkedArray) -> Codes:
        """Return one code a row of a column of texts, -1 where absent."""
        parts = [self._encoded(chunk) for chunk in column.chunks]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([np.zeros(0, np.int32), *parts])

    def _encoded(self, texts: pa.Array) -> Codes:
        if not pa.types.is_dictionary(texts.type):
            texts = texts.dictionary_encode()
        places = self._codes_of(texts.dictionary.to_pylist())
        indices = texts.indices
        filled = indices.fill_null(-1) if indices.null_count else indices
        codes: Codes = places[np.asarray(filled)]
        return codes

    def _codes_of(self, texts: Sequence[str | None]) -> Codes:
        places = self._places
        for text in texts:
            if text not in places:
                places[text] = len(self.texts)
                self.texts.append(str(text))
        return np.array([*(places[text] for text in texts), -1], np.int32)


@dataclass(frozen=True, slots=True)
class Joined:
    """The dictionaries of a version and those of what comes in, as one.

    Attributes:
        texts: by id of a coded component the texts of both, each once, in order.
        held: for codes of the version those in ``texts``, -1 for -1 behind them.
        new: the same for codes of what comes in.
    """

    texts: Mapping[str, tuple[str, ...]]
    held: Mapping[str, Codes]
    new: Mapping[str, Codes]


def join(
    held: Mapping[str, Sequence[str]],
    new: Mapping[str, Sequence[str]],
    orders: Mapping[str, Callable[[str], Any]],
) -> Joined:
    """Bring dictionaries of the same columns together.

    Args:
        held: the texts of a version by column, in order.
        new: the texts of what comes in by column, in any order.
        orders: by column what its texts are ordered by, where that is not code points.
    """
    joined: dict[str, tuple[str, ...]] = {}
    of_held, of_new = {}, {}
    for column, texts in held.items():
        both = _union(texts, new[column], orders.get(column))
        places = {text: code for code, text in enumerate(both)}
        joined[column] = both
        of_held[column] = (
            np.append(np.arange(len(texts), dtype=np.int32), np.int32(-1))
            if len(both) == len(texts)
            else translation(texts, places)
        )
        of_new[column] = translation(new[column], places)
    return Joined(joined, of_held, of_new)


def _union(
    held: Sequence[str], new: Sequence[str], order: Callable[[str], Any] | None
) -> tuple[str, ...]:
    if not set(new).difference(held):
        return tuple(held)
    return tuple(sorted({*held, *new}, key=order))
