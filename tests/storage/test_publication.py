"""Publications against a plain account of what the standard says of each action."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given, settings

from sdmx_server.dataset import PROVIDER, Action
from sdmx_server.model.annotations import OBSERVATION_ANNOTATIONS
from sdmx_server.storage.changes import difference
from sdmx_server.storage.chunks import decode_chunk
from sdmx_server.storage.draft import Arrangement, Shelf
from sdmx_server.storage.publication import Contents, Publication, apply
from sdmx_server.storage.rows import whole_rows
from sdmx_server.storage.selection import Selection
from sdmx_server.storage.series_index import decode_index, empty_index, encode_index
from sdmx_server.storage.wanted import Wanted
from tests.storage.figures import LAYOUT, TIMELESS, read, table

SMALL_CHUNKS = Arrangement(chunk=4)
TEXTS = ("", "007", "1.10", "NA", "null", "é\n\U0001f3b2", " ")
CELLS = {
    "UNIT": ("PS", "IDR"),
    "STATUS": ("A", "E", ""),
    "VALUE": TEXTS,
    "NOTE": TEXTS,
    PROVIDER: ("ID.BPS", "ID.DINKES"),
    OBSERVATION_ANNOTATIONS: ('[{"title":"Revised"}]', '[{"title":"Checked"}]'),
}
KEYS = {
    "FREQ": ("A", "M"),
    "AREA": ("3673", "ZZ", "a", "é", "\U0001f3b2", "AA"),
    "SEX": ("F", "M"),
    "TIME_PERIOD": ("2020", "2019", "2020-01", "2020-Q1", "1999-12"),
}
LAYOUTS = (LAYOUT, TIMELESS)
BESIDE = (OBSERVATION_ANNOTATIONS,)
"""What is said of an observation goes with its last value."""


def key_of(layout):
    return (*layout.dimensions, layout.time) if layout.time else layout.dimensions


def cells_of(layout):
    return (*layout.series, *layout.coded, *layout.texts)


@st.composite
def steps(draw, layout):
    action = draw(st.sampled_from([Action.APPEND, Action.MERGE, Action.REPLACE, Action.DELETE]))
    rows = draw(st.lists(row_of(layout, wildcards=action is Action.DELETE), max_size=12))
    if action is not Action.DELETE:
        rows = list({tuple(row[c] for c in key_of(layout)): row for row in rows}.values())
        rows = [_agreeing(row, rows, layout) for row in rows]
    replace_all = action is not Action.DELETE and draw(st.integers(0, 5)) == 0
    return action, rows, replace_all


def row_of(layout, *, wildcards):
    maybe = {name: st.one_of(st.none(), st.sampled_from(CELLS[name])) for name in cells_of(layout)}
    keys = {name: st.sampled_from(KEYS[name]) for name in key_of(layout)}
    if wildcards:
        keys = {name: st.one_of(st.none(), values) for name, values in keys.items()}
        maybe = {name: st.one_of(st.none(), values) for name, values in maybe.items()}
    return st.fixed_dictionaries({**keys, **maybe})


def _agreeing(row, rows, layout):
    """The row with the series attributes that the first row of its series gives."""
    first = next(r for r in rows if all(r[d] == row[d] for d in layout.dimensions))
    return {**row, **{name: first[name] for name in layout.series if row[name] is not None}}


def expected_after(held, step, layout):
    """The observations after a step, by key; each a dict of cells."""
    action, rows, replace_all = step
    after = {} if replace_all else {key: dict(cells) for key, cells in held.items()}
    if action is Action.DELETE:
        _delete(after, rows, layout)
        return after
    for row in rows:
        key = tuple(row[name] for name in key_of(layout))
        own = {n: row[n] for n in (*layout.coded, *layout.texts) if row[n] is not None}
        before = {} if action is Action.REPLACE else after.get(key, {})
        series = _series_attributes(after, key, layout)
        after[key] = {**{n: t for n, t in before.items() if n not in layout.series}, **own}
        series |= {n: row[n] for n in layout.series if row[n] is not None}
        _set_series_attributes(after, key, layout, series)
    return after


def _series_attributes(held, key, layout):
    width = len(layout.dimensions)
    for other, cells in held.items():
        if other[:width] == key[:width]:
            return {n: t for n, t in cells.items() if n in layout.series}
    return {}


def _set_series_attributes(held, key, layout, series):
    width = len(layout.dimensions)
    for other, cells in held.items():
        if other[:width] == key[:width]:
            for name in layout.series:
                cells.pop(name, None)
            cells |= series


def _delete(held, rows, layout):
    width = len(layout.dimensions)
    for row in rows:
        named = [n for n in cells_of(layout) if n != PROVIDER and row[n] is not None]
        wanted = [row[name] for name in key_of(layout)]
        of_observations = [name for name in named if name not in layout.series]
        if of_observations and (layout.time is None or row[layout.time] is not None):
            named = of_observations
        for key, cells in list(held.items()):
            of_provider = row.get(PROVIDER) in (None, cells.get(PROVIDER))
            hit = of_provider and _matches(wanted, key)
            of_series = of_provider and _matches(wanted[:width], key[:width])
            if not named and hit:
                del held[key]
            for name in named:
                if hit or (of_series and name in layout.series):
                    cells.pop(name, None)
            if of_observations and hit and not cells.keys() - {*layout.series, *BESIDE}:
                del held[key]


def _matches(wanted, key):
    return all(w is None or w == k for w, k in zip(wanted, key, strict=True))


def as_rows(held, layout):
    return sorted(
        (tuple(sorted({**dict(zip(key_of(layout), key, strict=True)), **cells}.items())))
        for key, cells in held.items()
    )


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_every_action_does_what_the_standard_says(data):
    layout = data.draw(st.sampled_from(LAYOUTS))
    contents, stored, held = Contents(empty_index(layout), {}), {}, {}
    for step in data.draw(st.lists(steps(layout), max_size=6)):
        action, rows, replace_all = step
        publication = Publication("D", layout, table(rows, layout), action, {}, replace_all)
        earlier = contents
        shelf = Shelf(lambda entries: map(reader(stored), entries), stored.__setitem__)
        contents = apply(publication, contents, shelf, SMALL_CHUNKS)
        before, held = held, expected_after(held, step, layout)
        check_changes((earlier.index, contents.index), stored, (before, held), layout)
        contents = Contents(decode_index(layout, encode_index(contents.index)), {})
        check(contents.index, stored, held, layout)


def check_changes(indexes, stored, held, layout):
    fetch = reader(stored)
    found = difference(*indexes, lambda entries, _: map(fetch, entries), SMALL_CHUNKS)
    before, after = held
    changed = sorted(key for key, cells in after.items() if before.get(key) != cells)
    gone = sorted(before.keys() - after.keys())
    assert keys_at(indexes[1], found.updated, stored, layout) == changed
    assert keys_at(indexes[0], found.deleted, stored, layout) == gone
    former = sorted([*gone, *(key for key in changed if key in before)])
    assert keys_at(indexes[0], found.former, stored, layout) == former
    emptied = {name: emptied_of(name, before, after, layout) for name in cells_of(layout)}
    told = {n: keys_at(indexes[0], places, stored, layout) for n, places in found.emptied.items()}
    assert told == {name: keys for name, keys in emptied.items() if keys}


def emptied_of(name, before, after, layout):
    """The observations that have lost a value; those of a series where it has."""
    width = len(layout.dimensions) if name in layout.series else None
    having = {key[:width]: name in cells for key, cells in after.items()}
    return sorted(
        key
        for key, cells in before.items()
        if name in cells and key[:width] in having and not having[key[:width]]
    )


def keys_at(index, places, stored, layout):
    fetch = reader(stored)
    wanted = Wanted(layout, {}, (), places)
    selection = Selection(index, wanted, {}, lambda entries, _: map(fetch, entries))
    return sorted(tuple(found[name] for name in key_of(layout)) for found in read(selection))


def reader(stored):
    return lambda entry: decode_chunk(stored[entry.digest])


def check(index, stored, held, layout):
    fetch = reader(stored)
    selection = Selection(index, Wanted(layout, {}, ()), {}, lambda entries, _: map(fetch, entries))
    found = read(selection)
    assert sorted(tuple(sorted(row.items())) for row in found) == as_rows(held, layout)
    assert selection.observation_count == len(held)
    keys = [tuple(row[name] for name in layout.dimensions) for row in found]
    assert keys == sorted(keys)
    rows = whole_rows(index, fetch).to_pylist()
    assert [{n: t for n, t in row.items() if t is not None} for row in rows] == found
    for column, texts in index.dictionaries.items():
        assert set(texts) == {row[column] for row in found if column in row}
        if column != layout.time:
            assert list(texts) == sorted(texts)
