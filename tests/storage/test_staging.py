"""Deliveries that come in parts."""

from __future__ import annotations

from datetime import UTC, datetime

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from sdmx_server.dataset import PROVIDER, Action, Layout
from sdmx_server.errors import SemanticError
from sdmx_server.storage.database import opened
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.staging import LINE, Contradiction, Repeated, Staging
from tests.storage.figures import LAYOUT, TIMELESS, read, row, table

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SERIES = LAYOUT.dimensions
IN_MEMORY, IN_FILES = 1_000_000, 0


@pytest.fixture(params=[IN_MEMORY, IN_FILES], ids=["in memory", "in files"])
def memory(request):
    return request.param


def staged(staging, *parts, lines=None):
    """The staging area after it has taken parts; lines count through unless given."""
    line = 2
    for rows in parts:
        numbers = lines[:] if lines else range(line, line + len(rows))
        staging.add(table(rows, staging.layout).append_column(LINE, pa.array(numbers, pa.int64())))
        line += len(rows)
    return staging


FIRST = [row("A.3673.2020", "1"), row("A.3673.2019", "2"), row("M.3673.2019-01", "3")]
SECOND = [row("A.1.2019", "4"), row("A.3673.2021", "5"), row("M.3673.2019-02", "6")]


def test_parts_become_one_version_in_the_order_of_series_and_time(engine, memory, tmp_path):
    store = ObservationStore(engine, arrangement=Arrangement(chunk=2))
    folder = tmp_path / "staging"
    folder.mkdir()
    with Staging(LAYOUT, memory=memory, folder=folder) as staging:
        staged(staging, FIRST, [], SECOND)
        assert (staging.rows, len(list(folder.iterdir()))) == (6, int(memory == IN_FILES))
        step = Publication("D", LAYOUT, staging, Action.MERGE)
        (version,) = store.publish_all([step], at=NOW)
        assert store.publish_all([step], at=NOW) == [version]
    assert list(folder.iterdir()) == []
    found = read(store.select(version))
    assert [each["VALUE"] for each in found] == ["4", "2", "1", "5", "3", "6"]


def test_files_are_gone_after_an_error_too(tmp_path):
    with pytest.raises(SemanticError), Staging(LAYOUT, memory=0, folder=tmp_path) as staging:
        staged(staging, FIRST, [row("A..2019", "1")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (table([row("A..2019", "1")]), "FREQ=A, TIME_PERIOD=2019 has no value for AREA"),
        (table([row("A.3673.", "1")]), "no value for TIME_PERIOD"),
        (table([row("..", "1")]), "The row without any dimension"),
        (table(FIRST).append_column("SEX", pa.array(["F", "M", "T"])), "'SEX' cannot be stored"),
    ],
)
def test_what_cannot_be_an_observation_is_refused(rows, message):
    with pytest.raises(SemanticError, match=message), Staging(LAYOUT) as staging:
        staging.add(rows)


def test_rows_about_one_observation_are_told_with_their_lines(memory):
    again = [row("A.3673.2019", "7"), row("A.2.2019", "8"), row("A.3673.2019", "9")]
    with Staging(LAYOUT, memory=memory) as staging:
        staged(staging, FIRST, SECOND, again)
        assert list(staging.repeated()) == [
            Repeated(8, 3, ("A", "3673", "2019")),
            Repeated(10, 3, ("A", "3673", "2019")),
        ]
    with Staging(LAYOUT, memory=memory) as staging:
        staged(staging, FIRST, SECOND)
        assert list(staging.repeated()) == []


def test_without_time_a_series_is_one_observation(memory):
    rows = [{"AREA": "1", "SEX": sex, "VALUE": "1"} for sex in "FMF"]
    with Staging(TIMELESS, memory=memory) as staging:
        staged(staging, rows[:2], rows[2:])
        assert list(staging.repeated()) == [Repeated(4, 2, ("1", "F"))]


def test_lines_may_have_gaps_and_count_from_one_where_none_are_given(memory):
    with Staging(LAYOUT, memory=memory) as staging:
        staged(staging, FIRST, lines=[2, 5, 6])
        staged(staging, SECOND, lines=[7, 20, 21])
        staging.add(table([FIRST[2], SECOND[0]]))
        found = {(each.line, each.earlier) for each in staging.repeated()}
        assert found == {(22, 6), (23, 7)}
    with Staging(LAYOUT, memory=memory) as staging:
        staging.add(table([FIRST[0], FIRST[0]]))
        assert [(each.line, each.earlier) for each in staging.repeated()] == [(2, 1)]


UNITS = [
    row("A.1.2019", "1"),
    row("A.1.2020", "1", UNIT="PS"),
    row("M.1.2019-01", "1", UNIT="IDR"),
    row("A.1.2021", "1", UNIT="IDR"),
    row("A.2.2019", "1"),
    row("A.1.2022", "1", UNIT="IDR"),
    row("M.2.2019-01", "1", UNIT="PS"),
    row("M.2.2019-02", "1", UNIT="KG"),
    row("A.3.2019", "1"),
]


@pytest.mark.parametrize(
    ("dimensions", "contradictions", "lacking"),
    [
        (
            SERIES,
            [Contradiction(5, "IDR", 3, "PS"), Contradiction(9, "KG", 8, "PS")],
            [6, 10],
        ),
        (
            ("AREA",),
            [Contradiction(4, "IDR", 3, "PS"), Contradiction(9, "KG", 8, "PS")],
            [10],
        ),
        (
            ("FREQ",),
            [
                Contradiction(5, "IDR", 3, "PS"),
                Contradiction(8, "PS", 4, "IDR"),
                Contradiction(9, "KG", 4, "IDR"),
            ],
            [],
        ),
        ((), [Contradiction(4, "IDR", 3, "PS"), Contradiction(9, "KG", 3, "PS")], []),
    ],
)
def test_attributes_that_contradict_each_other_or_are_nowhere_given_are_told(
    memory, dimensions, contradictions, lacking
):
    with Staging(LAYOUT, memory=memory) as staging:
        staged(staging, UNITS[:4], UNITS[4:7], UNITS[7:])
        assert list(staging.contradictions("UNIT", dimensions)) == contradictions
        assert list(staging.lacking("UNIT", dimensions)) == lacking
        assert list(staging.contradictions(PROVIDER, dimensions)) == []


def test_attributes_of_a_group_are_given_to_all_its_series(engine, memory):
    rows = [UNITS[1], UNITS[4], row("M.1.2019-01", "1"), row("A.3.2019", "1")]
    store = ObservationStore(engine)
    with Staging(LAYOUT, memory=memory) as staging:
        staged(staging, rows[:2], rows[2:])
        staging.spread("UNIT", ("AREA",))
        step = Publication("D", LAYOUT, staging, Action.MERGE)
        (version,) = store.publish_all([step], at=NOW)
    assert [each.get("UNIT") for each in read(store.select(version))] == ["PS", None, None, "PS"]


def test_columns_with_dictionaries_of_their_own_are_understood(engine, memory):
    first = pa.DictionaryArray.from_arrays(pa.array([1, 1, 0]), pa.array(["9", "A"]))
    second = pa.DictionaryArray.from_arrays(pa.array([2, 2, 2], pa.int8()), ["X", "Y", "A"])
    store = ObservationStore(engine)
    with Staging(LAYOUT, memory=memory) as staging:
        for codes, year in ((first, "2019"), (second, "2020")):
            areas = pa.array(["1", "2", "3"])
            columns = {"FREQ": codes, "AREA": areas, "TIME_PERIOD": [year] * 3, "STATUS": codes}
            staging.add(
                pa.table(columns | {"UNIT": pa.nulls(3), "VALUE": areas.dictionary_encode()})
            )
        step = Publication("D", LAYOUT, staging, Action.MERGE)
        (version,) = store.publish_all([step], at=NOW)
    selection = store.select(version)
    assert selection.dictionaries["FREQ"] == ("9", "A")
    assert [(each["FREQ"], each["VALUE"], each["STATUS"]) for each in read(selection)] == [
        *(("9", "3", "9"), ("A", "1", "A"), ("A", "1", "A")),
        *(("A", "2", "A"), ("A", "2", "A"), ("A", "3", "A")),
    ]


def test_periods_alone_make_one_series(engine, memory):
    layout = Layout((), "TIME_PERIOD", (), (), ("VALUE",))
    store = ObservationStore(engine)
    for years in ((2020, 2018), (2019, 2020)):
        rows = [{"TIME_PERIOD": str(year), "VALUE": str(years)} for year in years]
        with Staging(layout, memory=memory) as staging:
            staged(staging, rows[:1], rows[1:])
            step = Publication("D", layout, staging, Action.MERGE)
            (version,) = store.publish_all([step], at=NOW)
    rows = [{"TIME_PERIOD": "2018"}]
    version = store.publish("D", layout, table(rows, layout), action=Action.DELETE, at=NOW)
    assert [each["TIME_PERIOD"] for each in read(store.select(version))] == ["2019", "2020"]


def cells(*texts):
    return st.sampled_from([None, *texts])


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "FREQ": st.sampled_from(["A", "M", "é"]),
            "AREA": st.sampled_from(["1", "2", "10", "a"]),
            "TIME_PERIOD": st.sampled_from(["2020", "2019-Q1", "2019", "1999-12"]),
            "STATUS": cells("A", "E"),
            "VALUE": cells("1", "", "é\n"),
            "NOTE": cells("x"),
        }
    ),
    unique_by=lambda each: (each["FREQ"], each["AREA"], each["TIME_PERIOD"]),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ROWS, ROWS, st.lists(st.integers(0, 20), max_size=4), st.integers(1, 5), st.booleans())
def test_staged_rows_make_what_a_table_of_them_makes(
    tmp_path_factory, before, rows, cuts, chunk, replace_all
):
    url = f"sqlite:///{tmp_path_factory.mktemp('staging')}/sdmx.db"
    rows = [{**each, "UNIT": f"U{each['AREA']}"} for each in rows]
    store = ObservationStore(opened(url), arrangement=Arrangement(chunk=chunk))
    store.publish("D", LAYOUT, table(before), action=Action.MERGE, at=NOW)
    store.publish("E", LAYOUT, table(before), action=Action.MERGE, at=NOW)
    ends = sorted({0, *(min(cut, len(rows)) for cut in cuts), len(rows)})
    with Staging(LAYOUT, memory=0) as staging:
        staged(staging, *(rows[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True)))
        step = Publication("D", LAYOUT, staging, Action.REPLACE, replace_all=replace_all)
        (version,) = store.publish_all([step], at=NOW)
    options = {"action": Action.REPLACE, "at": NOW, "replace_all": replace_all}
    other = store.publish("E", LAYOUT, table(rows), **options)
    assert read(store.select(version)) == read(store.select(other))
    assert version.number == other.number


def test_more_rows_than_memory_holds_make_full_chunks(engine):
    count = 100_000
    numbers = np.random.default_rng(1).permutation(count)
    areas, years = np.divmod(numbers, 20)
    rows = pa.table(
        {
            "FREQ": pa.array(["A"] * count),
            "AREA": pa.array(areas).cast(pa.string()),
            "TIME_PERIOD": pa.array(years + 2000).cast(pa.string()),
            "VALUE": pa.array(numbers).cast(pa.string()),
        }
    )
    store = ObservationStore(engine)
    with Staging(LAYOUT, memory=300_000) as staging:
        for start in range(0, count, 7_000):
            staging.add(rows.slice(start, 7_000))
        assert len(staging.runs()) > 3
        step = Publication("D", LAYOUT, staging, Action.MERGE)
        (version,) = store.publish_all([step], at=NOW)
    whole = store.publish("E", LAYOUT, rows, action=Action.MERGE, at=NOW)
    assert version.observation_count == count
    assert store.rows(version).equals(store.rows(whole))
    assert store.publish("D", LAYOUT, rows, action=Action.REPLACE, at=NOW) == version
