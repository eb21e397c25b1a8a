"""The lines that rows of a file stand in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sdmx_server.storage.columns import Keys


class Lines:
    """The line of each row, kept where it is not the one after that of the row before."""

    def __init__(self) -> None:
        self._rows: list[Keys] = [np.zeros(1, np.int64)]
        self._lines: list[Keys] = [np.ones(1, np.int64)]
        self._count = 0
        self._next = 1

    def add(self, rows: int, lines: pa.ChunkedArray | None) -> None:
        """Take the lines of further rows; None where each is the one after the last."""
        if lines is None:
            self._count += rows
            self._next += rows
            return
        found = np.asarray(lines).astype(np.int64, copy=False)
        breaks = np.flatnonzero(np.diff(found, prepend=self._next - 1) != 1)
        self._rows.append(breaks + self._count)
        self._lines.append(found[breaks])
        self._count += rows
        self._next = int(found[-1]) + 1

    def of(self, row: int) -> int:
        """Return the line of a row."""
        if len(self._rows) > 1:
            self._rows = [np.concatenate(self._rows)]
            self._lines = [np.concatenate(self._lines)]
        rows, lines = self._rows[0], self._lines[0]
        place = int(np.searchsorted(rows, row, side="right")) - 1
        return int(lines[place]) + row - int(rows[place])
