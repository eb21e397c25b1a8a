"""The columns of a delivery, encoded where each distinct text is to be looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes, Component, ResolvedStructure
from sdmx_server.exchange.validation_inspection import Inspection
from sdmx_server.exchange.validation_rows import settle
from sdmx_server.model.cells import array_of, encoded
from sdmx_server.model.delivery import Delivery, Fault, FaultKind, Place

Rows = npt.NDArray[np.int64]
"""Positions of rows in the delivery, from 0."""

Mask = npt.NDArray[np.bool_]
"""For each row of the delivery, whether."""


@dataclass(frozen=True)
class Column:
    """One component of a delivery: its cells, and what is known of them once it was asked for."""

    component: Component
    array: pa.Array

    @cached_property
    def is_empty(self) -> Mask:
        """The rows without a value."""
        return np.asarray(self.array.is_null())

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts, in the order in which they appear."""
        texts: list[str] = self._encoded.dictionary.to_pylist()
        return texts

    @cached_property
    def codes(self) -> Codes:
        """For each row which of the texts it has, -1 for none."""
        indices = self._encoded.indices
        return np.asarray(indices.fill_null(-1) if indices.null_count else indices)

    @cached_property
    def _encoded(self) -> Any:
        return encoded(self.array)

    def text(self, row: int) -> str | None:
        """The value in a row."""
        text: str | None = self.array[row].as_py()
        return text

    def holding(self, texts: Iterable[str]) -> Mask:
        """The rows that hold one of some texts."""
        wanted = pa.array(texts, pa.string())
        if not pa.types.is_dictionary(self.array.type):
            return np.asarray(pc.is_in(self.array, wanted))
        found = np.asarray(pc.is_in(self.array.dictionary, wanted))
        if not found.any():
            return np.zeros(len(self.array), np.bool_)
        return np.append(found, False)[self.codes]


@dataclass(frozen=True, slots=True)
class Examined:
    """A delivery with its columns encoded.

    Attributes:
        delivery: rows and columns as the structure reads them.
        structure: what the columns mean.
        columns: the components that the delivery has columns for, in DSD order, then
            annotations.
        partial, clashing: as in ``Settled``.
        inspection: what the checks of its other parts know.
    """

    delivery: Delivery
    structure: ResolvedStructure
    columns: Mapping[str, Column]
    partial: Rows
    clashing: Rows
    inspection: Inspection

    @property
    def is_deletion(self) -> bool:
        """Whether rows say what to delete: a missing dimension then means any code."""
        return self.delivery.action == "Delete"

    def place(self, row: int, column: str | None) -> Place:
        """Return where a value stands."""
        return place(self.delivery, row, column)


def place(delivery: Delivery, row: int, column: str | None) -> Place:
    """Return where a value of a delivery stands."""
    line = delivery.rows[row]
    letter = delivery.cells.get(column or "")
    cell = f"{letter}{line}" if letter else None
    return Place(delivery.file, line, column, delivery.sheet, cell)


def examine(
    delivery: Delivery, structure: ResolvedStructure, inspection: Inspection | None = None
) -> Examined:
    """Read a delivery as its structure does, and encode its columns.

    Args:
        delivery: the delivery.
        structure: what the columns mean.
        inspection: that of the parts before, where it comes in parts.
    """
    settled = settle(delivery, structure)
    delivery = settled.delivery
    columns = {
        c.id: Column(c, array_of(delivery.columns[c.id]))
        for c in (*structure.components, *structure.annotations)
        if c.id in delivery.columns
    }
    partial, clashing = np.array(settled.partial, np.int64), np.array(settled.clashing, np.int64)
    inspection = inspection or Inspection()
    return Examined(delivery, structure, columns, partial, clashing, inspection)


def combine(columns: Iterable[Column], rows: int) -> Rows:
    """Return a number a row that is the same where all the columns are the same."""
    combined = np.zeros(rows, np.int64)
    for column in columns:
        width = len(column.texts) + 1
        if combined.max(initial=0) > np.iinfo(np.int64).max // width - 1:
            combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
        combined = combined * width + column.codes + 1
    return combined


def list_faults(
    examined: Examined, column: str, kind: FaultKind, faults: Iterator[Fault], rows: Rows
) -> Iterator[Fault]:
    """Yield the faults of one kind in a column, not too many; the inspection counts the rest.

    ``faults`` makes the fault of each of the rows, in their order.
    """
    last = examined.delivery.rows[int(rows[-1])] if len(rows) else 0
    yield from examined.inspection.listed(column, kind, faults, len(rows), last)
