"""The rows of an SDMX-CSV message as columns.

Source: SDMX-CSV 1.0, 2.0 and 2.1 data message field guides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sdmx_server.formats.data.readers.csv_header import Header
from sdmx_server.model import cells


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header.

    Attributes:
        header: what the first record says of them.
        columns: one array of texts a column, null where a cell is empty.
        rows: the line where each row begins, counted from 1.
    """

    header: Header
    columns: Sequence[pa.Array]
    rows: Sequence[int]

    def column(self, name: str) -> pa.Array:
        """The cells of a column that describes the rows; all null where it is left out."""
        position = self.header.fixed.get(name)
        if position is None:
            return pa.nulls(len(self.rows), pa.string())
        return self.columns[position]


def joined(tables: Sequence[Table]) -> Table:
    """Return the tables of one file, at least one, as one."""
    if len(tables) == 1:
        return tables[0]
    columns = [cells.joined(parts) for parts in zip(*(t.columns for t in tables), strict=True)]
    return Table(tables[0].header, columns, _joined_rows([table.rows for table in tables]))


def _joined_rows(parts: Sequence[Sequence[int]]) -> Sequence[int]:
    first, last = parts[0][0], parts[-1][-1]
    if last - first + 1 == sum(map(len, parts)):  # no row takes two lines
        return range(first, last + 1)
    return np.concatenate([np.asarray(rows, np.int64) for rows in parts]).data
