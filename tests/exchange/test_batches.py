"""Batches are cut and regrouped without losing or inventing an observation."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sdmx_server.dataset import Batch
from sdmx_server.exchange import batches as cut
from sdmx_server.storage.ends import Ends

# Two series: A with the periods 0, 1, 2 and B with 1, 2.
BATCH = Batch(
    series={"AREA": np.array([0, 1], np.int32)},
    offsets=np.array([0, 3, 5]),
    observations={"TIME": np.array([0, 1, 2, 1, 2], np.int32)},
    texts={"VALUE": pa.array(["a0", "a1", "a2", "b1", None])},
)


def rows(batches):
    table = cut.table_of(batches)
    columns = (
        table.codes["AREA"].tolist(),
        table.codes["TIME"].tolist(),
        table.texts["VALUE"].to_pylist(),
    )
    return list(zip(*columns, strict=True))


ALL = rows([BATCH])


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        (1, None, [ALL[0], ALL[3]]),
        (None, 1, [ALL[2], ALL[4]]),
        (1, 1, [ALL[0], ALL[2], ALL[3], ALL[4]]),
        (2, 2, ALL),
        (9, None, ALL),
    ],
)
def test_the_ends_of_each_series_are_kept_once(first, last, kept):
    assert rows([cut.keep_ends(BATCH, Ends(first, last))]) == kept


def test_a_series_without_a_row_left_is_dropped():
    left = cut.keep_rows(BATCH, np.array([False, False, False, True, True]))
    assert left.series["AREA"].tolist() == [1]
    assert left.offsets.tolist() == [0, 2]
    assert left.texts["VALUE"].to_pylist() == ["b1", None]


def test_a_window_may_begin_and_end_inside_a_series():
    assert rows([cut.part_of(BATCH, 1, 4, by_series=False)]) == ALL[1:4]
    only_b = cut.part_of(cut.without_observations(BATCH), 1, 2, by_series=True)
    assert (only_b.series["AREA"].tolist(), only_b.observation_count) == ([1], 0)


def test_rows_are_grouped_anew_by_another_key(monkeypatch):
    monkeypatch.setattr(cut, "BATCH_ROWS", 2)
    table = cut.table_of([BATCH])
    order = np.lexsort((table.codes["AREA"], table.codes["TIME"]))
    made = list(cut.grouped(table, order, ("TIME",), ("TIME",)))
    assert [batch.series["TIME"].tolist() for batch in made] == [[0, 1], [2]]
    assert [batch.offsets.tolist() for batch in made] == [[0, 1, 3], [0, 2]]
    assert sum((batch.texts["VALUE"].to_pylist() for batch in made), []) == [
        "a0",
        "a1",
        "b1",
        "a2",
        None,
    ]


def test_columns_that_are_not_shown_are_left_out():
    shown = cut.only(BATCH, ["AREA", "VALUE"])
    assert (set(shown.series), set(shown.observations), set(shown.texts)) == (
        {"AREA"},
        set(),
        {"VALUE"},
    )
