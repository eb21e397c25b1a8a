"""The observation store: versions, actions, transactions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from sdmx_server.dataset import Action, Layout
from sdmx_server.errors import SemanticError, Unsupported
from sdmx_server.storage.columns import all_columns
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.tables import chunks
from tests.storage.figures import LAYOUT, TIMELESS, compact, read, row, table


def day(number):
    return datetime(2024, 1, number, tzinfo=UTC)


@pytest.fixture
def store(engine):
    return ObservationStore(engine, arrangement=Arrangement(chunk=2))


def publish(store, rows, action=Action.MERGE, at=1, layout=LAYOUT, **more):
    return store.publish("D", layout, table(rows, layout), action=action, at=day(at), **more)


def compact_keys(selection):
    return list(compact(selection))


def chunk_count(engine):
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(chunks))


FIRST = [row("A.3673.2019", "1", STATUS="A", UNIT="PS"), row("A.3673.2020", "2", UNIT="PS")]


def test_a_dataset_that_was_never_published_has_no_version(store):
    assert store.current("D") is None
    assert store.versions("D") == []
    assert store.datasets() == []
    assert store.revision().number == 0


def test_a_version_knows_its_number_time_and_size(store):
    version = publish(store, FIRST, dataset_attributes={"TITLE": "Penduduk"})
    assert version == store.current("D")
    assert (version.number, version.previous, version.published_at) == (1, None, day(1))
    assert (version.series_count, version.observation_count) == (1, 2)
    assert version.dataset_attributes == {"TITLE": "Penduduk"}
    assert version.layout == LAYOUT
    assert store.datasets() == ["D"]
    assert (store.revision().number, store.revision().changed) == (1, day(1))


def test_the_version_of_an_instant_is_the_last_one_published_by_then(store):
    first = publish(store, FIRST, at=5)
    second = publish(store, [row("A.3673.2021", "3")], at=10)
    assert store.versions("D") == [first, second]
    assert second.previous == 1
    assert store.current("D", as_of=day(4)) is None
    assert store.current("D", as_of=day(5)) == first
    assert store.current("D", as_of=day(9)) == first
    assert store.current("D", as_of=day(10)) == second
    assert store.current("D") == second


def test_the_revision_of_an_instant_stays_whatever_is_published_later(store):
    publish(store, FIRST, at=5)
    then = store.revision_at(day(7))
    assert (then.number, then.changed) == (1, day(5))
    assert store.revision_at(day(4)).number == 0
    publish(store, [row("A.3673.2021", "3")], at=10)
    assert store.revision_at(day(7)) == then
    assert store.revision_at(day(10)).changed == day(10)
    store.publish("E", LAYOUT, table(FIRST, LAYOUT), action=Action.MERGE, at=day(6))
    assert store.revision_at(day(7)) != then


def test_old_versions_stay_readable(store):
    first = publish(store, FIRST)
    second = publish(store, [row("A.3673.2019", "9")], at=2)
    assert compact(store.select(first)) == {"A.3673.2019": "1", "A.3673.2020": "2"}
    assert compact(store.select(second)) == {"A.3673.2019": "9", "A.3673.2020": "2"}


def test_a_version_never_holds_from_an_earlier_instant_than_the_one_before(store):
    publish(store, FIRST, at=10)
    late = publish(store, [row("A.3673.2021", "3")], at=5)
    assert late.published_at == day(10)
    assert store.current("D", as_of=day(9)) is None


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (Action.APPEND, {"VALUE": "5", "STATUS": "A", "UNIT": "PS"}),
        (Action.MERGE, {"VALUE": "5", "STATUS": "A", "UNIT": "PS"}),
        (Action.REPLACE, {"VALUE": "5", "UNIT": "PS"}),
    ],
)
def test_merge_keeps_what_is_not_said_and_replace_replaces_whole_observations(store, action, found):
    publish(store, FIRST)
    version = publish(store, [row("A.3673.2019", "5")], action, at=2)
    key = {"FREQ": "A", "AREA": "3673"}
    assert read(store.select(version)) == [
        {**key, "TIME_PERIOD": "2019", **found},
        {**key, "TIME_PERIOD": "2020", "VALUE": "2", "UNIT": "PS"},
    ]


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([row("A.3673.2019")], ["A.3673.2020", "A.3674.2019", "M.3673.2019-01"]),
        ([row("..2019")], ["A.3673.2020", "M.3673.2019-01"]),
        ([row("A..")], ["M.3673.2019-01"]),
        ([row(".3673.")], ["A.3674.2019"]),
        ([row("A.3673.2020"), row("M..")], ["A.3673.2019", "A.3674.2019"]),
        ([row("..")], []),
        ([row("X.Y.Z")], ["A.3673.2019", "A.3673.2020", "A.3674.2019", "M.3673.2019-01"]),
    ],
)
def test_delete_takes_a_missing_dimension_as_any(store, rows, left):
    publish(store, [*FIRST, row("A.3674.2019", "3"), row("M.3673.2019-01", "4")])
    assert list(compact(store.select(publish(store, rows, Action.DELETE, at=2)))) == left


def test_delete_takes_away_only_the_components_that_it_names(store):
    publish(store, FIRST)
    version = publish(store, [row("A.3673.", STATUS="-")], Action.DELETE, at=2)
    assert read(store.select(version))[0] == {
        "FREQ": "A",
        "AREA": "3673",
        "TIME_PERIOD": "2019",
        "UNIT": "PS",
        "VALUE": "1",
    }
    version = publish(store, [row("..", UNIT="-")], Action.DELETE, at=3)
    assert version.observation_count == 2
    assert store.select(version).dictionaries["UNIT"] == ()


GHOSTS = [
    row("A.3673.2019", "1", STATUS="A", NOTE="x", UNIT="PS"),
    row("A.3673.2020", "2", STATUS="A", UNIT="PS"),
    row("A.3674.2019", "3", STATUS="A", UNIT="PS"),
]


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([row("A.3673.2020", "2", STATUS="A", UNIT="PS")], ["A.3673.2019", "A.3674.2019"]),
        ([row("A.3673.2020", "-", STATUS="-")], ["A.3673.2019", "A.3674.2019"]),
        (
            [row("A.3673.2020", "-"), row("A.3673.2020", STATUS="-")],
            ["A.3673.2019", "A.3674.2019"],
        ),
        ([row("A.3674.2019", "3", STATUS="A", UNIT="PS")], ["A.3673.2019", "A.3673.2020"]),
        ([row("..2019", "-", STATUS="-")], ["A.3673.2019", "A.3673.2020"]),
        ([row("A..", "-", STATUS="-", NOTE="-", UNIT="-")], []),
        ([row("A.3673.2020", "-")], ["A.3673.2019", "A.3673.2020", "A.3674.2019"]),
        ([row("A.3673.", NOTE="-")], ["A.3673.2019", "A.3673.2020", "A.3674.2019"]),
        ([row("A.3673.2030", "-", STATUS="-")], ["A.3673.2019", "A.3673.2020", "A.3674.2019"]),
    ],
)
def test_an_observation_of_which_nothing_is_left_is_gone_and_so_is_its_series(store, rows, left):
    first = publish(store, GHOSTS)
    version = publish(store, rows, Action.DELETE, at=2)
    assert list(compact(store.select(version))) == left
    assert version.observation_count == len(left)
    assert version.series_count == len({key.rpartition(".")[0] for key in left})
    gone = {"A.3673.2019", "A.3673.2020", "A.3674.2019"} - set(left)
    assert set(compact_keys(store.changes(first, version).deleted)) == gone


def test_a_deleted_observation_leaves_the_attributes_of_its_series_to_the_others(store):
    publish(store, GHOSTS)
    version = publish(store, [GHOSTS[0]], Action.DELETE, at=2)
    assert [found["UNIT"] for found in read(store.select(version))] == ["PS", "PS"]


def test_a_measure_that_is_deleted_alone_leaves_the_attributes_of_its_observation(store):
    publish(store, GHOSTS)
    version = publish(store, [row("A.3673.2020", "-", UNIT="-")], Action.DELETE, at=2)
    key = {"FREQ": "A", "AREA": "3673", "TIME_PERIOD": "2020"}
    assert read(store.select(version))[1] == {**key, "STATUS": "A", "UNIT": "PS"}


def test_without_a_period_attributes_of_series_are_deleted_beside_values(store):
    publish(store, GHOSTS)
    version = publish(store, [row("A.3673.", NOTE="-", UNIT="-")], Action.DELETE, at=2)
    assert [found.get("UNIT") for found in read(store.select(version))] == [None, None, "PS"]
    assert [found.get("NOTE") for found in read(store.select(version))] == [None, None, None]


def test_without_time_an_observation_is_gone_with_its_values(store):
    rows = [{"AREA": "A", "SEX": sex, "VALUE": "1", "UNIT": "PS"} for sex in "FMT"]
    publish(store, rows, layout=TIMELESS)
    version = publish(store, [rows[1]], Action.DELETE, at=2, layout=TIMELESS)
    assert read(store.select(version)) == [rows[0], rows[2]]


def test_replacing_everything_leaves_nothing_that_was_there(store):
    publish(store, FIRST, dataset_attributes={"TITLE": "x"})
    version = publish(store, [row("A.3674.2021", "3")], at=2, replace_all=True)
    assert read(store.select(version)) == [
        {"FREQ": "A", "AREA": "3674", "TIME_PERIOD": "2021", "VALUE": "3"}
    ]
    assert version.dataset_attributes == {}


def test_attributes_of_the_dataset_are_merged_and_deleted_by_name(store):
    publish(store, FIRST, dataset_attributes={"TITLE": "x", "NOTE_1": "y"})
    merged = publish(store, [], at=2, dataset_attributes={"TITLE": "z"})
    assert merged.dataset_attributes == {"TITLE": "z", "NOTE_1": "y"}
    less = publish(store, [], Action.DELETE, at=3, dataset_attributes={"TITLE": "-"})
    assert less.dataset_attributes == {"NOTE_1": "y"}
    none = publish(store, [row("..")], Action.DELETE, at=4)
    assert (none.dataset_attributes, none.observation_count) == ({}, 0)


def test_attributes_may_be_given_for_series_and_groups_apart_from_observations(store):
    rows = [
        row("A.3673.2019", "1"),
        row("A.3674.2019", "2"),
        row("M.3674.2019-01", "3"),
        row(".3674.", UNIT="IDR"),
        row("A.3673.", UNIT="PS"),
    ]
    version = publish(store, rows)
    units = [(found["FREQ"], found["AREA"], found["UNIT"]) for found in read(store.select(version))]
    assert units == [("A", "3673", "PS"), ("A", "3674", "IDR"), ("M", "3674", "IDR")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row("A..2019", "1")], "AREA"),
        ([row("A.3673.", "1")], "TIME_PERIOD"),
        ([row("A.9999.", UNIT="PS")], "AREA=9999"),
        ([row("A.3673.2019", "1", UNIT="PS"), row("A.3673.2020", "1", UNIT="IDR")], "'IDR'"),
    ],
)
def test_rows_that_do_not_fit_are_refused(store, rows, message):
    with pytest.raises(SemanticError, match=message):
        publish(store, rows)
    assert store.datasets() == []


def test_two_rows_about_one_observation_are_refused(store):
    with pytest.raises(ValueError, match="AREA=3673, TIME_PERIOD=2019"):
        publish(store, [*FIRST, row("A.3673.2019", "7")])
    assert store.current("D") is None


def test_a_column_that_the_layout_does_not_know_is_refused(store):
    rows = table(FIRST).append_column("SEX", pa.array(["F", "M"]))
    with pytest.raises(SemanticError, match="SEX"):
        store.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(1))


def test_information_is_not_stored(store):
    with pytest.raises(Unsupported, match="Information"):
        publish(store, FIRST, Action.INFORMATION)


def test_columns_that_are_left_out_and_dictionary_columns_are_understood(store):
    rows = pa.table(
        {
            "AREA": pa.array(["3674", None, "3673"]).dictionary_encode(),
            "FREQ": pa.array(["A", None, "A"], pa.large_string()),
            "TIME_PERIOD": ["2019", None, "2019"],
            "VALUE": pa.array(["1", None, "2"]).dictionary_encode(),
        }
    ).take([0, 2])
    version = store.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(1))
    assert compact(store.select(version)) == {"A.3673.2019": "2", "A.3674.2019": "1"}


@pytest.mark.parametrize("again", [{}, {"replace_all": True}, {"action": Action.REPLACE}])
def test_publishing_identical_content_again_makes_no_new_version(store, again):
    rows = [
        row(f"A.{area}.{year}", f"{year}.{area}", NOTE=None if year % 3 else "é", STATUS="A")
        for area in range(10)
        for year in range(2000, 2000 + area + 1)
    ]
    first = publish(store, rows)
    revision = store.revision()
    assert publish(store, rows[::-1], at=2, **again) == first
    assert store.revision() == revision


def test_identical_content_over_many_full_chunks_makes_no_new_version(engine):
    store = ObservationStore(engine)
    numbers = np.arange(70_000)
    rows = pa.table(
        {
            "FREQ": pa.array(["A"] * len(numbers)),
            "AREA": pa.array([str(number) for number in numbers // 10]),
            "TIME_PERIOD": pa.array([str(2000 + number) for number in numbers % 10]),
            "VALUE": pa.array([str(number) for number in numbers]),
            "NOTE": pa.array([None if number % 7 else "x" * (number % 5) for number in numbers]),
        }
    )
    first = store.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(1))
    assert chunk_count(engine) == 5
    again = ObservationStore(engine)
    assert again.publish("D", LAYOUT, rows, action=Action.REPLACE, at=day(2)) == first
    assert chunk_count(engine) == 5


def test_chunks_that_do_not_change_are_shared_between_versions(engine, store):
    rows = [row(f"A.{area}.{year}", str(area)) for area in range(9) for year in (2019, 2020)]
    publish(store, rows)
    assert chunk_count(engine) == 9
    publish(store, [row("A.4.2019", "x")], at=2)
    assert chunk_count(engine) == 10
    publish(store, rows, at=3, replace_all=True)
    assert chunk_count(engine) == 10
    publish(store, [row("A.44.2019", "y")], at=4)
    assert chunk_count(engine) == 11


def test_chunks_that_deletions_have_left_too_small_are_put_together(engine):
    store = ObservationStore(engine, arrangement=Arrangement(chunk=100))
    years = range(1900, 2000)
    publish(store, [row(f"A.{area}.{year}", str(area)) for area in range(10) for year in years])
    assert chunk_count(engine) == 10
    wanted = {f"A.{area}.{year}": str(area) for area in range(10) for year in (1998, 1999)}
    gone = [row(f"..{year}") for year in years if year < 1998]
    version = publish(store, gone, Action.DELETE, at=2)
    assert chunk_count(engine) == 11
    assert compact(store.select(version)) == wanted


def test_the_steps_of_a_delivery_make_one_version(store):
    publish(store, FIRST)
    steps = [
        Publication("D", LAYOUT, table([row("..")]), Action.DELETE),
        Publication("D", LAYOUT, table([row("A.3674.2021", "3")]), Action.MERGE),
        Publication("D", LAYOUT, table([row("A.3674.2021", STATUS="E")]), Action.MERGE),
        Publication("E", LAYOUT, table(FIRST), Action.REPLACE),
    ]
    first, second = store.publish_all(steps, at=day(2))
    assert (first.dataset, first.number, second.dataset, second.number) == ("D", 2, "E", 1)
    assert [found["STATUS"] for found in read(store.select(first))] == ["E"]
    assert store.datasets() == ["D", "E"]


def test_a_delivery_that_fails_in_its_last_step_leaves_nothing(engine, store):
    first = publish(store, FIRST)
    before = chunk_count(engine), store.revision()
    steps = [
        Publication("D", LAYOUT, table([row("A.3674.2021", "3")]), Action.MERGE),
        Publication("E", LAYOUT, table(FIRST), Action.MERGE),
        Publication("E", LAYOUT, table([row("A..2019", "1")]), Action.MERGE),
    ]
    with pytest.raises(SemanticError):
        store.publish_all(steps, at=day(2))
    assert store.current("D") == first
    assert store.datasets() == ["D"]
    assert (chunk_count(engine), store.revision()) == before


def test_an_emptied_dataset_can_be_filled_again(store):
    publish(store, FIRST)
    empty = publish(store, [row("..")], Action.DELETE, at=2)
    assert read(store.select(empty)) == []
    assert store.rows(empty).num_rows == 0
    assert list(compact(store.select(publish(store, FIRST, at=3)))) == list(
        compact(store.select(store.versions("D")[0]))
    )


def test_a_changed_layout_lays_everything_out_anew(store):
    first = publish(store, FIRST)
    wider = Layout(
        LAYOUT.dimensions, "TIME_PERIOD", ("NEW",), ("UNIT",), ("VALUE", "STATUS"), ("TITLE",)
    )
    rows = [{"FREQ": "A", "AREA": "3673", "TIME_PERIOD": "2019", "NEW": "n"}]
    second = publish(store, rows, at=2, layout=wider)
    assert read(store.select(second)) == [
        {
            "FREQ": "A",
            "AREA": "3673",
            "TIME_PERIOD": "2019",
            "NEW": "n",
            "UNIT": "PS",
            "VALUE": "1",
            "STATUS": "A",
        },
        {
            "FREQ": "A",
            "AREA": "3673",
            "TIME_PERIOD": "2020",
            "NEW": "n",
            "UNIT": "PS",
            "VALUE": "2",
        },
    ]
    assert compact(store.select(first)) == {"A.3673.2019": "1", "A.3673.2020": "2"}


def test_a_layout_with_a_dimension_that_the_data_lack_is_refused(store):
    first = publish(store, FIRST)
    more = Layout((*LAYOUT.dimensions, "SEX"), "TIME_PERIOD", (), (), ("VALUE",))
    with pytest.raises(SemanticError, match="SEX"):
        publish(store, [], at=2, layout=more)
    assert store.current("D") == first


def test_rows_give_a_whole_version_back(store):
    rows = table([*FIRST, row("A.36.2019", "é\n,\"'")])
    version = store.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(1))
    assert store.rows(version).to_pylist() == rows.take([2, 0, 1]).to_pylist()[:1] + [
        {**found, "UNIT": "PS", "@provider": None} for found in rows.to_pylist()[:2]
    ]


def test_more_codes_than_16_bits_and_keys_wider_than_64_bits_keep_their_order(engine):
    store = ObservationStore(engine)
    dimensions = tuple(f"D{number}" for number in range(6))
    layout = Layout(dimensions, None, (), ("C",), ("VALUE",))
    count = 70_000
    numbers = np.random.default_rng(1).permutation(count)
    texts = np.array([f"{number:05}" for number in range(count)])
    columns = {
        name: pa.array(texts[(numbers * (2 * place + 1)) % count])
        for place, name in enumerate(dimensions)
    }
    rows = pa.table({**columns, "C": columns["D0"], "VALUE": columns["D0"]})
    version = store.publish("D", layout, rows, action=Action.MERGE, at=day(1))
    found = store.rows(version)
    assert found.column("D0").to_pylist() == texts.tolist()
    assert found.column("C").equals(found.column("D0"))
    assert found.column("VALUE").equals(found.column("D0"))
    assert found.column("D5").to_pylist() == texts[(np.arange(count) * 11) % count].tolist()
    key = {name: frozenset([found.column(name)[4711].as_py()]) for name in dimensions}
    assert [r["VALUE"] for r in read(store.select(version, keys=[key]))] == ["04711"]


def test_a_timeless_dataset_is_merged_and_deleted_by_key(store):
    rows = [{"AREA": "A", "SEX": sex, "VALUE": "1", "UNIT": "PS"} for sex in "FMT"]
    publish(store, rows, layout=TIMELESS)
    gone = [{"SEX": "M"}]
    version = publish(store, gone, Action.DELETE, at=2, layout=TIMELESS)
    changed = [{"AREA": "A", "SEX": "T", "STATUS": "E"}]
    version = publish(store, changed, at=3, layout=TIMELESS)
    assert read(store.select(version)) == [rows[0], {**rows[2], "STATUS": "E"}]


def test_keys_are_kept_where_a_dataset_has_nothing_else(store):
    layout = Layout(dimensions=("FREQ", "AREA"), time=None, series=(), coded=(), texts=())
    rows = pa.table({"FREQ": ["A", "A", "M"], "AREA": ["36", "73", "36"]})
    store.publish("K", layout, rows, action=Action.APPEND, at=day(1))
    version = store.publish("K", layout, rows.slice(2), action=Action.DELETE, at=day(2))

    assert version.observation_count == 2
    assert store.rows(version).to_pydict() == {"FREQ": ["A", "A"], "AREA": ["36", "73"]}
    found = [len(batch.offsets) - 1 for batch in store.select(version).batches()]
    assert found == [2]


def test_memory_that_is_too_small_to_keep_anything_only_costs_time(engine):
    store = ObservationStore(engine, index_bytes=0, chunk_bytes=0, arrangement=Arrangement(chunk=1))
    version = publish(store, [row(f"A.{area}.2019", str(area)) for area in range(40)])
    assert len(read(store.select(version))) == 40


HISTORY = [
    (15, Action.MERGE, [row("M.X.2011-12", "10"), row("M.X.2012-01", "11")]),
    (20, Action.MERGE, [row("M.X.2012-02", "12")]),
    (20, Action.DELETE, [row("M.X.2011-12")]),
    (25, Action.MERGE, [row("M.X.2012-02", "12.5"), row("M.X.2012-03", "13")]),
]
"""Three deliveries about one monthly series, as SDMX-REST describes its history."""


def test_changes_between_versions_are_what_was_updated_and_what_was_deleted(store):
    for number in (15, 20, 25):
        store.publish_all(
            [
                Publication("D", LAYOUT, table(rows), action)
                for when, action, rows in HISTORY
                if when == number
            ],
            at=day(number),
        )
    first, second, third = store.versions("D")
    everything = store.changes(None, first)
    assert compact(everything.updated) == {"M.X.2011-12": "10", "M.X.2012-01": "11"}
    assert compact_keys(everything.deleted) == []
    step = store.changes(first, second)
    assert compact(step.updated) == {"M.X.2012-02": "12"}
    assert compact_keys(step.deleted) == ["M.X.2011-12"]
    step = store.changes(second, third)
    assert compact(step.updated) == {"M.X.2012-02": "12.5", "M.X.2012-03": "13"}
    assert compact_keys(step.deleted) == []
    whole = store.changes(first, third)
    assert compact(whole.updated) == {"M.X.2012-02": "12.5", "M.X.2012-03": "13"}
    assert compact_keys(whole.deleted) == ["M.X.2011-12"]
    assert compact(store.changes(third, third).updated) == {}


def test_changes_can_be_narrowed_by_keys_and_masks(store):
    first = publish(store, [row(f"A.{area}.{year}", "1") for area in "XY" for year in (1, 2, 3)])
    second = publish(store, [row("..2")], Action.DELETE, at=2)
    third = publish(store, [row("A.X.1", "2"), row("A.Y.1", "2"), row("A.Y.3", "9")], at=3)
    assert second.observation_count == 4
    narrow = store.changes(
        first,
        third,
        masks={"TIME_PERIOD": lambda texts: np.array([text in ("1", "2") for text in texts])},
        keys=[{"AREA": frozenset("Y")}],
    )
    assert compact(narrow.updated) == {"A.Y.1": "2"}
    assert compact_keys(narrow.deleted) == ["A.Y.2"]


def test_series_with_the_same_observations_are_told_apart(engine):
    store = ObservationStore(engine, arrangement=Arrangement(chunk=1))
    first = publish(store, [row(f"A.{area}.2019", "1") for area in "UVWXYZ"])
    assert chunk_count(engine) == 1
    second = publish(store, [row("A.U.")], Action.DELETE, at=2)
    changed = store.changes(first, second)
    assert (compact(changed.updated), compact_keys(changed.deleted)) == ({}, ["A.U.2019"])
    alone = publish(store, [row("A.U.2019", "1")], at=3, replace_all=True)
    other = publish(store, [row("A.V.2019", "1")], at=4, replace_all=True)
    changed = store.changes(alone, other)
    assert compact(changed.updated) == {"A.V.2019": "1"}
    assert compact_keys(changed.deleted) == ["A.U.2019"]


def test_an_attribute_of_a_series_that_changes_updates_its_observations(store):
    first = publish(store, [*FIRST, row("A.3674.2019", "3"), row("A.3675.2019", "3", NOTE="x")])
    second = publish(store, [row("A.3673.", UNIT="IDR"), row("A.3675.2019", NOTE="y")], at=2)
    changed = store.changes(first, second)
    assert list(compact(changed.updated)) == ["A.3673.2019", "A.3673.2020", "A.3675.2019"]


def without(*ids):
    """The layout without some attributes."""
    return replace(
        LAYOUT,
        series=tuple(id_ for id_ in LAYOUT.series if id_ not in ids),
        coded=tuple(id_ for id_ in LAYOUT.coded if id_ not in ids),
        texts=tuple(id_ for id_ in LAYOUT.texts if id_ not in ids),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (without("STATUS"), LAYOUT),
        (LAYOUT, without("STATUS")),
        (LAYOUT, without("UNIT")),
        (without("STATUS", "UNIT", "NOTE"), LAYOUT),
        (LAYOUT, replace(without("STATUS"), texts=(*LAYOUT.texts, "STATUS"))),
        (replace(without("STATUS"), texts=(*LAYOUT.texts, "STATUS")), LAYOUT),
    ],
)
def test_attributes_may_come_and_go_between_versions_that_are_compared(store, before, after):
    known = all_columns(before)
    rows = [{id_: text for id_, text in each.items() if id_ in known} for each in FIRST]
    first = publish(store, rows, layout=before)
    publish(store, [row("A.3673.2019")], Action.DELETE, at=2, layout=after)
    second = publish(store, [row("A.3673.2021", "3")], at=3, layout=after)
    changed = store.changes(first, second)
    assert compact(changed.updated) == {"A.3673.2020": "2", "A.3673.2021": "3"}
    assert compact_keys(changed.deleted) == ["A.3673.2019"]


def test_times_of_publication_keep_their_microseconds(store):
    at = day(1) + timedelta(microseconds=123456)
    store.publish("D", LAYOUT, table(FIRST), action=Action.MERGE, at=at)
    assert store.current("D").published_at == at
    assert store.current("D", as_of=at - timedelta(microseconds=1)) is None
