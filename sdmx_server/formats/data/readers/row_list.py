"""Rows on their way into the columns of a delivery."""

from __future__ import annotations

from collections.abc import Mapping


class RowList:
    """Columns that grow row by row; a component that a row leaves out is None there."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: dict[str, list[str | None]] = {}
        self.dataset_attributes: dict[str, str] = {}

    def add(self, row: int, cells: Mapping[str, str]) -> None:
        """Append a row that stands in this line."""
        for component in cells:
            if component not in self.columns:
                self.columns[component] = [None] * len(self.rows)
        for component, column in self.columns.items():
            column.append(cells.get(component))
        self.rows.append(row)
