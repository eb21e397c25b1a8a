"""DuckDB over the same rows: what the server is held against where it selects and writes.

It reads a Parquet file that it sorted by key itself. All its columns are text, as they are in
the CSV file, so that it need not write numbers out; that is in its favour.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.cube import COLUMNS, DIMENSIONS

_KEY = ", ".join(DIMENSIONS)
_COLUMNS = ", ".join(COLUMNS)
_REVISED = """
    SELECT cube.* REPLACE (
        coalesce(revision.OBS_VALUE, cube.OBS_VALUE) AS OBS_VALUE,
        coalesce(revision.OBS_STATUS, cube.OBS_STATUS) AS OBS_STATUS,
        revision.OBS_STATUS IS NOT NULL AS revised
    )
    FROM cube LEFT JOIN revision USING (FREQ, REF_AREA, INDICATOR, SEX, AGE, TIME_PERIOD)
"""
_LAST = """
    SELECT * EXCLUDE revised FROM cube QUALIFY row_number() OVER (
        PARTITION BY FREQ, REF_AREA, INDICATOR, SEX, AGE ORDER BY TIME_PERIOD DESC
    ) = 1
"""
_COUNTS = (
    "count(*), min(TIME_PERIOD), max(TIME_PERIOD),"
    " count(DISTINCT (FREQ, REF_AREA, INDICATOR, SEX, AGE))"
)


class Duck:
    """DuckDB within this process, with the cube as a Parquet file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = duckdb.connect()

    def close(self) -> None:
        """Give back what it holds."""
        self._connection.close()

    def load(self, csv: Path) -> None:
        """Read an SDMX-CSV file and write it sorted as Parquet, unchecked."""
        columns = f"{_COLUMNS}, false AS revised"
        self._hold(self._read(csv).project(columns), "loaded.parquet")

    def revise(self, csv: Path) -> None:
        """Merge a file with other values into the cube; their rows are marked."""
        self._read(csv).create_view("revision")
        self._hold(self._connection.sql(_REVISED), "revised.parquet")

    def write_csv(self) -> None:
        """Write the whole cube as CSV."""
        cube = self._connection.view("cube").project(_COLUMNS)
        cube.write_csv(str(self._folder / "copy.csv"))

    def rows(self, condition: str) -> int:
        """Fetch all columns of some rows; return how many there are."""
        return len(self._connection.view("cube").filter(condition).project(_COLUMNS).fetchall())

    def last(self) -> int:
        """Fetch the last observation of each series; return how many there are."""
        return len(self._connection.sql(_LAST).fetchall())

    def available(self, condition: str) -> int:
        """Fetch the codes of each dimension, and the counts; return the number of observations."""
        part = self._connection.view("cube").filter(condition)
        for dimension in DIMENSIONS[:-1]:
            part.project(dimension).distinct().fetchall()
        return int(part.aggregate(_COUNTS).fetchall()[0][0])

    def _read(self, csv: Path) -> duckdb.DuckDBPyRelation:
        return self._connection.read_csv(str(csv), header=True, all_varchar=True)

    def _hold(self, rows: duckdb.DuckDBPyRelation, name: str) -> None:
        """Write rows sorted by key, and let them be the cube."""
        file = str(self._folder / name)
        rows.order(_KEY).write_parquet(file)
        self._connection.read_parquet(file).create_view("cube", replace=True)
