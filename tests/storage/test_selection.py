"""Selections: masks and keys on every kind of column."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from sdmx_server.dataset import PROVIDER, Action, Layout
from sdmx_server.errors import Unavailable
from sdmx_server.model.annotations import OBSERVATION_ANNOTATIONS
from sdmx_server.storage.chunks import decode_chunk
from sdmx_server.storage.draft import Arrangement, Shelf
from sdmx_server.storage.ends import Ends
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.publication import Contents, Publication, apply
from sdmx_server.storage.selection import Selection
from sdmx_server.storage.series_index import empty_index
from sdmx_server.storage.wanted import Wanted
from tests.storage.figures import LAYOUT, TIMELESS, compact, read, row, table

NOW = datetime(2024, 1, 1, tzinfo=UTC)

FIGURES = [
    row("A.3673.2019", "10", UNIT="PS", STATUS="A", **{PROVIDER: "ID.BPS"}),
    row("A.3673.2020", "11", UNIT="PS", STATUS="E", NOTE="sementara", **{PROVIDER: "ID.BPS"}),
    row("A.3673.2022", None, UNIT="PS", STATUS="M", **{PROVIDER: "ID.BPS"}),
    row("A.3673010.2020", "1.10", UNIT="IDR"),
    row("A.3673010.2021", "", UNIT="IDR", NOTE="é\n"),
    row("M.3673.2020-01", "007", STATUS="A"),
    row("M.3673.2020-10", "NA", STATUS="A"),
    row("M.3673.2020-02", "null"),
]


def only(*texts):
    """A mask that lets these texts pass; None for an absent value."""
    return lambda values: np.array([value in texts for value in values])


@pytest.fixture
def select(engine):
    store = ObservationStore(engine, arrangement=Arrangement(chunk=2))
    version = store.publish("D", LAYOUT, table(FIGURES), action=Action.MERGE, at=NOW)
    return lambda **wanted: store.select(version, **wanted)


def test_everything_comes_in_the_order_of_series_and_time(select):
    assert list(compact(select())) == [
        "A.3673.2019",
        "A.3673.2020",
        "A.3673.2022",
        "A.3673010.2020",
        "A.3673010.2021",
        "M.3673.2020-01",
        "M.3673.2020-02",
        "M.3673.2020-10",
    ]


def test_texts_come_back_exactly_as_they_were(select):
    assert compact(select()) == {
        "A.3673.2019": "10",
        "A.3673.2020": "11",
        "A.3673.2022": None,
        "A.3673010.2020": "1.10",
        "A.3673010.2021": "",
        "M.3673.2020-01": "007",
        "M.3673.2020-02": "null",
        "M.3673.2020-10": "NA",
    }


def test_a_selection_may_be_read_twice(select):
    selection = select()
    assert read(selection) == read(selection)


def test_dictionaries_are_sorted_by_code_point_and_periods_by_time(select):
    assert select().dictionaries == {
        "FREQ": ("A", "M"),
        "AREA": ("3673", "3673010"),
        "TIME_PERIOD": ("2019", "2020-01", "2020", "2020-02", "2020-10", "2021", "2022"),
        "UNIT": ("IDR", "PS"),
        PROVIDER: ("ID.BPS",),
        "STATUS": ("A", "E", "M"),
        OBSERVATION_ANNOTATIONS: (),
    }


@pytest.mark.parametrize(
    ("masks", "found"),
    [
        ({"FREQ": only("M")}, ["M.3673.2020-01", "M.3673.2020-02", "M.3673.2020-10"]),
        ({"AREA": only("3673010", "X")}, ["A.3673010.2020", "A.3673010.2021"]),
        ({"TIME_PERIOD": only("2020")}, ["A.3673.2020", "A.3673010.2020"]),
        ({"TIME_PERIOD": only("2021", "2022")}, ["A.3673.2022", "A.3673010.2021"]),
        ({"UNIT": only("PS")}, ["A.3673.2019", "A.3673.2020", "A.3673.2022"]),
        ({"UNIT": only(None), "STATUS": only("A")}, ["M.3673.2020-01", "M.3673.2020-10"]),
        ({PROVIDER: only("ID.BPS"), "STATUS": only("E", "M")}, ["A.3673.2020", "A.3673.2022"]),
        ({"STATUS": only(None)}, ["A.3673010.2020", "A.3673010.2021", "M.3673.2020-02"]),
        ({"VALUE": only("007", "1.10")}, ["A.3673010.2020", "M.3673.2020-01"]),
        ({"VALUE": only(None)}, ["A.3673.2022"]),
        ({"VALUE": only("")}, ["A.3673010.2021"]),
        ({"NOTE": only("é\n", "sementara")}, ["A.3673.2020", "A.3673010.2021"]),
        ({"NOTE": only("é\n"), "TIME_PERIOD": only("2020")}, []),
        ({"AREA": only("X")}, []),
        ({"TITLE": only(None)}, None),
        ({"TITLE": only("IPM")}, []),
        ({"NEW_ATTRIBUTE": only("x")}, []),
    ],
)
def test_masks_choose_by_any_component(select, masks, found):
    everything = list(compact(select()))
    assert list(compact(select(masks=masks))) == (everything if found is None else found)


def test_a_mask_is_asked_once_for_each_text_and_for_absence(select):
    asked = []

    def mask(values):
        asked.append(list(values))
        return np.ones(len(values), np.bool_)

    read(select(masks={"STATUS": mask}))
    assert asked == [["A", "E", "M", None]]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ([{"FREQ": {"A"}, "AREA": {"3673010"}}], ["A.3673010.2020", "A.3673010.2021"]),
        ([{"FREQ": {"M"}}], ["M.3673.2020-01", "M.3673.2020-02", "M.3673.2020-10"]),
        ([{"AREA": {"3673010"}}], ["A.3673010.2020", "A.3673010.2021"]),
        ([{"FREQ": {"M", "X"}, "AREA": {"3673", "X"}}], ["M"]),
        ([{"FREQ": {"Q"}}], []),
        ([{"FREQ": {"A"}, "AREA": {"Q"}}], []),
        ([{"FREQ": {"M"}}, {"AREA": {"3673010"}}], ["A.3673010", "M"]),
        ([{"FREQ": {"A"}}, {"FREQ": {"A"}, "AREA": {"3673"}}], ["A"]),
        ([{}], [""]),
    ],
)
def test_keys_choose_series(select, keys, found):
    keys = [{name: frozenset(codes) for name, codes in key.items()} for key in keys]
    everything = list(compact(select()))
    wanted = [key for key in everything if any(key.startswith(each) for each in found)]
    assert list(compact(select(keys=keys))) == wanted


def test_counts_are_exact_where_all_observations_of_the_series_are_wanted(select):
    selection = select(keys=[{"FREQ": frozenset("A")}])
    assert selection.is_exact
    assert (selection.series_count, selection.observation_count) == (2, 5)
    assert selection.counts.tolist() == [3, 2]
    times = selection.dictionaries["TIME_PERIOD"]
    assert [times[code] for code in selection.first] == ["2019", "2020"]
    assert [times[code] for code in selection.last] == ["2022", "2021"]


def test_series_without_a_wanted_period_are_dropped_before_chunks_are_read(select):
    selection = select(masks={"TIME_PERIOD": only("2019")})
    assert not selection.is_exact
    assert selection.series_count == 1


def test_a_mask_on_time_that_leaves_whole_series_keeps_counts_exact(select):
    years = only("2019", "2020", "2021", "2022", "2020-01", "2020-02", "2020-10")
    assert select(masks={"TIME_PERIOD": years}).is_exact


def test_columns_that_are_not_stored_are_absent_and_others_can_be_left_out(select):
    wider = Layout(("FREQ", "AREA"), "TIME_PERIOD", ("NEW_S",), ("NEW_C",), ("VALUE", "NEW_T"))
    (batch, *_) = select(layout=wider).batches()
    assert set(batch.series["NEW_S"].tolist()) == {-1}
    assert set(batch.observations["NEW_C"].tolist()) == {-1}
    assert set(batch.texts["NEW_T"].to_pylist()) == {None}
    assert set(batch.series) == {"FREQ", "AREA", "NEW_S"}


@pytest.mark.parametrize(
    "layout",
    [
        Layout(("AREA", "FREQ"), "TIME_PERIOD", (), (), ()),
        Layout(("FREQ", "AREA"), None, (), (), ()),
        Layout(("FREQ", "AREA"), "TIME_PERIOD", ("STATUS",), (), ()),
        Layout(("FREQ", "AREA"), "TIME_PERIOD", (), ("NOTE",), ()),
        Layout(("FREQ", "AREA"), "TIME_PERIOD", (), (), ("UNIT",)),
    ],
)
def test_a_component_whose_role_has_changed_must_be_published_again(select, layout):
    with pytest.raises(Unavailable, match="published again"):
        select(layout=layout)


def test_without_time_each_key_is_a_series_of_one_observation(engine):
    store = ObservationStore(engine)
    rows = [
        {"AREA": "B", "SEX": "F", "UNIT": "PS", "VALUE": "1"},
        {"AREA": "A", "SEX": "M", "STATUS": "E", "VALUE": "2"},
    ]
    version = store.publish("D", TIMELESS, table(rows, TIMELESS), action=Action.MERGE, at=NOW)
    selection = store.select(version)
    (batch,) = selection.batches()
    assert batch.offsets.tolist() == [0, 1, 2]
    assert set(batch.observations) == {"STATUS"}
    assert read(selection) == [rows[1], rows[0]]
    assert selection.first.tolist() == [-1, -1]


MASKS = {
    "FREQ": ("A", "M"),
    "AREA": ("1", "2", "3"),
    "TIME_PERIOD": ("2019", "2020", "2021", "2022"),
    "UNIT": ("PS", "IDR", None),
    "STATUS": ("A", "E", None),
    "VALUE": ("1", "2", "", None),
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {name: st.sampled_from(texts) for name, texts in MASKS.items() if name != "UNIT"}
    ),
    max_size=25,
    unique_by=lambda found: (found["FREQ"], found["AREA"], found["TIME_PERIOD"]),
)
WANTED = st.dictionaries(
    st.sampled_from(sorted(MASKS)),
    st.integers(0, 15),
    max_size=3,
)
KEYS = st.lists(
    st.dictionaries(
        st.sampled_from(["FREQ", "AREA"]),
        st.frozensets(st.sampled_from(["A", "M", "1", "2", "3", "X"]), min_size=1),
    ),
    max_size=2,
)


def selected(rows, wanted, keys, places=None):
    """A selection of rows in small chunks, and what a plain filter finds in order."""
    units = ("PS", "IDR", None)
    rows = [{**found, "UNIT": units[int(found["AREA"]) - 1]} for found in rows]
    rows.sort(key=lambda found: [found[name] for name in KEY])
    allowed = {
        name: [text for place, text in enumerate(MASKS[name]) if bits >> place & 1]
        for name, bits in wanted.items()
    }
    stored = {}
    shelf = Shelf(lambda _: iter(()), stored.__setitem__)
    publication = Publication("D", LAYOUT, table(rows), Action.MERGE)
    contents = apply(publication, Contents(empty_index(LAYOUT), {}), shelf, Arrangement(chunk=3))
    masks = {name: only(*texts) for name, texts in allowed.items()}
    selection = Selection(
        contents.index,
        Wanted(LAYOUT, masks, keys, None if places is None else np.array(places, np.int64)),
        {},
        lambda entries, _: (decode_chunk(stored[entry.digest]) for entry in entries),
    )
    expected = [
        {name: text for name, text in found.items() if text is not None}
        for place, found in enumerate(rows)
        if all(found[name] in texts for name, texts in allowed.items())
        and (not keys or any(all(found[d] in codes for d, codes in key.items()) for key in keys))
        and (places is None or place in places)
    ]
    return selection, expected


KEY = ("FREQ", "AREA", "TIME_PERIOD")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(ROWS, WANTED, KEYS)
def test_any_masks_and_keys_choose_what_a_plain_filter_chooses(rows, wanted, keys):
    selection, expected = selected(rows, wanted, keys)
    assert read(selection) == expected
    if selection.is_exact:
        assert selection.observation_count == len(expected)


def by_series(rows):
    return [list(group) for _, group in groupby(rows, key=lambda row: (row["FREQ"], row["AREA"]))]


ENDS = st.builds(Ends, st.one_of(st.none(), st.integers(1, 3)), st.integers(1, 3))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(ROWS, WANTED, KEYS, ENDS, st.one_of(st.none(), st.sets(st.integers(0, 24)).map(sorted)))
def test_the_ends_of_series_are_those_of_what_is_wanted(rows, wanted, keys, ends, places):
    if places is not None:
        places = [place for place in places if place < len(rows)]
    selection, expected = selected(rows, wanted, keys, places)
    assert read(selection) == expected
    kept = [
        row
        for series in by_series(expected)
        for place, row in enumerate(series)
        if place < (ends.first or 0) or place >= len(series) - ends.last
    ]
    assert read(selection, ends) == kept


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ROWS, WANTED, KEYS, st.integers(0, 30))
def test_leading_series_can_be_left_out_unread(rows, wanted, keys, count):
    selection, expected = selected(rows, wanted, keys)
    rest, left_out = selection.beyond(count)
    assert read(rest) == expected[left_out:]
    assert rest.series_count == len(rest.series["AREA"])
    if selection.is_exact:
        fitting = [0, *np.cumsum([len(series) for series in by_series(expected)]).tolist()]
        assert left_out == max(size for size in fitting if size <= count)
    else:
        assert left_out == 0


def test_columns_that_are_not_needed_do_not_come(select):
    batches = list(select().batches(columns={"AREA", "TIME_PERIOD", "NOTE"}))
    assert {id_ for batch in batches for id_ in batch.series} == {"AREA"}
    assert {id_ for batch in batches for id_ in batch.observations} == {"TIME_PERIOD"}
    notes = [text for batch in batches for text in batch.texts["NOTE"].to_pylist()]
    assert [text for text in notes if text] == ["sementara", "é\n"]


def test_the_first_batch_is_small_so_that_it_comes_at_once(engine):
    rows = [
        row(f"M.{area:04}.{year}-{month:02}", str(area))
        for area in range(200)
        for year in range(2010, 2012)
        for month in range(1, 13)
    ]
    store = ObservationStore(engine)
    version = store.publish("D", LAYOUT, table(rows), action=Action.MERGE, at=NOW)
    selection = store.select(version)
    first, *others = selection.batches()
    assert 500 < first.observation_count < 1_500
    assert sum(batch.observation_count for batch in (first, *others)) == len(rows)
    assert len(read(selection)) == len(rows)
