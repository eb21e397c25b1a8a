"""A layout, rows, and a reading of selections, for tests of the observation store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import PROVIDER, Layout
from sdmx_server.model.annotations import OBSERVATION_ANNOTATIONS
from sdmx_server.storage.columns import all_columns
from sdmx_server.storage.ends import Ends
from sdmx_server.storage.selection import Selection

LAYOUT = Layout(
    dimensions=("FREQ", "AREA"),
    time="TIME_PERIOD",
    series=("UNIT", PROVIDER),
    coded=("STATUS", OBSERVATION_ANNOTATIONS),
    texts=("VALUE", "NOTE"),
    dataset=("TITLE",),
)
TIMELESS = Layout(("AREA", "SEX"), None, ("UNIT",), ("STATUS",), ("VALUE",))

Row = Mapping[str, str | None]


def table(rows: Sequence[Row], layout: Layout = LAYOUT) -> pa.Table:
    """Rows as a table with all columns of the layout; what a row leaves out is absent."""
    return pa.table(
        {
            column: pa.array([row.get(column) for row in rows], pa.string())
            for column in all_columns(layout)
        }
    )


def row(key: str, value: str | None = None, **cells: str | None) -> Row:
    """A row of ``LAYOUT`` from ``FREQ.AREA.TIME_PERIOD``; an empty part is a wildcard."""
    parts = zip(("FREQ", "AREA", "TIME_PERIOD"), key.split("."), strict=True)
    return {**{column: text or None for column, text in parts}, "VALUE": value, **cells}


def read(selection: Selection, ends: Ends | None = None) -> list[dict[str, str]]:
    """All observations of a selection as dicts without what is absent, in order."""
    return list(_read(selection, ends))


def _read(selection: Selection, ends: Ends | None) -> Iterator[dict[str, str]]:
    for batch in selection.batches(ends):
        counts = np.diff(batch.offsets)
        series = np.repeat(np.arange(batch.series_count), counts)
        assert batch.series_count
        assert counts.min() > 0
        columns: dict[str, Sequence[str | None]] = {}
        for column, codes in {
            **{column: codes[series] for column, codes in batch.series.items()},
            **batch.observations,
        }.items():
            assert codes.dtype == np.int32
            texts = (*selection.dictionaries[column], None)
            columns[column] = [texts[code] for code in codes.tolist()]
        columns |= {id_: texts.to_pylist() for id_, texts in batch.texts.items()}
        for cells in zip(*columns.values(), strict=True):
            yield {c: text for c, text in zip(columns, cells, strict=True) if text is not None}


def compact(selection: Selection) -> dict[str, str | None]:
    """The values of a selection of ``LAYOUT`` by ``FREQ.AREA.TIME_PERIOD``."""
    return {
        ".".join((found["FREQ"], found["AREA"], found["TIME_PERIOD"])): found.get("VALUE")
        for found in read(selection)
    }
