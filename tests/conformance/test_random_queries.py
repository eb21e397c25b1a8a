"""Data queries at random, made by pysdmx in every version of SDMX-REST that it knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from pysdmx.api.dc.query import (
    DateTimeFilter,
    MultiFilter,
    NumberFilter,
    Operator,
    SortBy,
    TextFilter,
)
from pysdmx.api.qb import (
    ApiVersion,
    AvailabilityMode,
    AvailabilityQuery,
    DataContext,
    DataQuery,
)
from werkzeug.test import TestResponse

from tests.conformance import fixtures as fx
from tests.conformance.answers import media, table
from tests.conformance.oracle import (
    TIME,
    VALUE,
    Survey,
    Test,
    Wanted,
    answer,
    shown_attributes,
    shows_series_alone,
)

QUERIES = 300
AVAILABILITIES = 100
BY_QUERY = 10

_RATES = Survey(
    "EXR",
    fx.SERIES,
    [
        {name: value for name, value in {**row, **fx.NOTE}.items() if value is not None}
        for row in fx.exr_rows()
    ],
    {
        "dataset": ("DS_NOTE",),
        "series": ("UNIT", "TITLE", "COLLECTION"),
        "obs": ("OBS_STATUS", "OBS_COM"),
    },
    {"UNIT": fx.SIBLING, "TITLE": fx.SERIES, "COLLECTION": fx.SERIES},
)
_COLUMNS = fx.availability("1.0.0").deliveries[0][1][0].columns
_LABOUR = Survey(
    "LFS",
    ("REF_AREA", "EMP_STATUS", "SEX"),
    [
        {name: str(value) for name, value in zip(_COLUMNS, values, strict=True)}
        for values in zip(*_COLUMNS.values(), strict=True)
    ],
)
_PERIODS = {
    "EXR": ("2009", "2010", "2010-01", "2010-02", "2010-03", "2010-01-05", "2010-Q1", "2011"),
    "LFS": ("2000", "2001", "2002", "2003", "2002-06", "2002-Q2", "2001-12-31"),
}
_WORDS = {
    "TITLE": ("US", "dollar", "monthly", "Euro", "Yen/", "nothing"),
    "DS_NOTE": ("Reference", "rates", "x"),
    "OBS_COM": ("revised", "vis", "x"),
}
_COMPARING = tuple(Operator(sign) for sign in ("=", "<>", "<", "<=", ">", ">="))
_OPERATORS = (*_COMPARING, Operator.LIKE, Operator.NOT_LIKE, Operator.IN, Operator.BETWEEN)
_V1_DETAILS = (("dsd", "all"), ("none", "all"), ("series", "none"), ("dsd", "none"))
_V1_FORMATS = (
    media("data+csv", "1.0.0"),
    media("data+json", "1.0.0"),
    media("genericdata+xml", "2.1"),
    media("structurespecificdata+xml", "2.1"),
)
_V2_FORMATS = (
    media("data+csv", "2.1.0"),
    media("data+json", "2.1.0"),
    media("data+xml", "3.1.0"),
)
_NOT_DATA = {"STRUCTURE", "STRUCTURE_ID", "ACTION", "DATAFLOW", "VALID_FROM", "VALID_TO"}


@dataclass(frozen=True)
class Asked:
    """A query, how it is asked, and what the answer must be."""

    query: DataQuery
    version: ApiVersion
    omit_defaults: bool
    accept: dict[str, str]
    survey: Survey
    wanted: Wanted

    @property
    def is_v2(self) -> bool:
        """Whether it is one of SDMX-REST 2."""
        return self.version >= ApiVersion.V2_0_0

    @property
    def url(self) -> str:
        """The URL below the root of the server."""
        path = self.query.get_url(self.version, self.omit_defaults)
        return f"/sdmx/v{2 if self.is_v2 else 1}{path}"


def any_query(random: Random) -> Asked:
    """Return a query made at random."""
    survey = random.choice((_RATES, _RATES, _LABOUR))
    version = random.choice(list(ApiVersion))
    newest = version >= ApiVersion.V2_2_0
    make = _v2_query if version >= ApiVersion.V2_0_0 else _v1_query
    query, survey, wanted = make(random, survey, newest)
    formats = _V2_FORMATS if version >= ApiVersion.V2_0_0 else _V1_FORMATS
    return Asked(query, version, random.random() < 0.5, random.choice(formats), survey, wanted)


def _v1_query(random: Random, survey: Survey, _: bool) -> tuple[DataQuery, Survey, Wanted]:
    key, positions = _v1_key(random, survey)
    attributes, measures = random.choice(_V1_DETAILS)
    shared, wanted = _shared(random, survey)
    query = DataQuery(
        DataContext.DATAFLOW,
        "TST",
        survey.name,
        random.choice(("~", "1.0.0", "*")),
        key,
        attributes=attributes,
        measures=measures,
        **shared,
    )
    shown = {("dsd", "none"): ("dataset", "series"), ("series", "none"): ("none",)}
    wanted = replace(
        wanted,
        keys=(positions,) if positions else (),
        attributes=shown.get((attributes, measures), (attributes,)),
        measures=measures,
    )
    return query, survey, wanted


def _v2_query(random: Random, survey: Survey, newest: bool) -> tuple[DataQuery, Survey, Wanted]:
    keys = [_v2_key(random, survey) for _ in range(random.choice((0, 1, 1, 2)))]
    context, name, survey = _context(random, survey)
    shared, wanted = _shared(random, survey)
    filters, tests = _filters(random, survey)
    attributes = _attributes(random, survey)
    measures = random.choice(("all", "all", "none", VALUE))
    wanted = replace(
        wanted,
        keys=tuple(positions for _, positions in keys),
        tests=tests,
        attributes=attributes,
        measures=measures,
    )
    more: dict[str, Any] = {}
    if newest:
        more, wanted = _newest(random, survey, wanted)
    query = DataQuery(
        context,
        random.choice(("TST", "*", ("TST", "SDMX"))),
        name,
        random.choice(("~", "+", "*", "1.0.0", ("1.0.0", "+"))),
        [text for text, _ in keys] or "*",
        components=filters,
        attributes=attributes,
        measures=measures,
        **shared,
        **more,
    )
    return query, survey, wanted


def _v1_key(random: Random, survey: Survey) -> tuple[str, tuple[frozenset[str], ...]]:
    if random.random() < 0.3:
        return "*", ()
    positions = [
        random.sample([*survey.codes(dimension), "ZZZ"], random.choice((1, 2)))
        if random.random() < 0.4
        else []
        for dimension in survey.dimensions
    ]
    return ".".join(map("+".join, positions)), tuple(map(frozenset, positions))


def _v2_key(random: Random, survey: Survey) -> tuple[str, tuple[frozenset[str], ...]]:
    length = random.randint(1, len(survey.dimensions))
    codes = [
        random.choice([*survey.codes(dimension), "ZZZ"]) if random.random() < 0.4 else "*"
        for dimension in survey.dimensions[:length]
    ]
    return ".".join(codes), tuple(frozenset({code} - {"*"}) for code in codes)


def _context(random: Random, survey: Survey) -> tuple[DataContext, str, Survey]:
    """Return the context, what is named in it, and what of the survey that is."""
    context = random.choice(list(DataContext))
    if context is DataContext.DATA_STRUCTURE:
        return context, f"DSD_{survey.name}", survey
    if context is DataContext.PROVISION_AGREEMENT and survey is _RATES:
        bank = random.choice(("ECB", "BIS"))
        rows = [row for row in survey.rows if row["@provider"] == f"TST.{bank}"]
        return context, f"PA_{bank}", replace(survey, rows=rows)
    return random.choice((DataContext.DATAFLOW, DataContext.ALL)), survey.name, survey


def _shared(random: Random, survey: Survey) -> tuple[dict[str, Any], Wanted]:
    """Return the parameters that both versions have."""
    first_n, last_n = (random.choice((None, None, 1, 2)) for _ in range(2))
    crossed = () if first_n or last_n else survey.dimensions
    dimension = random.choice((None, None, TIME, "AllDimensions", *crossed[:2]))
    before = random.random() < 0.9
    updated = random.choice((None, None, None, fx.CREATED + timedelta(days=-1 if before else 1)))
    given = {
        "first_n_obs": first_n,
        "last_n_obs": last_n,
        "obs_dimension": dimension,
        "updated_after": updated and updated.replace(tzinfo=None),
        "include_history": random.random() < 0.1,
    }
    wanted = Wanted(
        first_n=first_n,
        last_n=last_n,
        crossed=dimension or TIME,
        any_at_all=updated is None or before,
    )
    return given, wanted


def _attributes(random: Random, survey: Survey) -> tuple[str, ...]:
    words = ("dsd", "dsd", "all", "none", "msd", "dataset", "series", "obs")
    if random.random() < 0.7 or not survey.attributes:
        return (random.choice(words),)
    some = tuple(random.sample(survey.attributes, random.randint(1, 3)))
    return (*some, random.choice(("dataset", "obs"))) if random.random() < 0.3 else some


def _filters(random: Random, survey: Survey) -> tuple[MultiFilter | None, tuple[Test, ...]]:
    components = random.sample(
        [*survey.dimensions, TIME, VALUE, *survey.attributes], random.choice((0, 1, 1, 2))
    )
    tests = [_test(random, survey, each, random.choice(_OPERATORS)) for each in components]
    if tests and tests[-1].operator != "IN" and random.random() < 0.3:
        tests.append(_test(random, survey, components[-1], random.choice(_OPERATORS[:-2])))
    if not tests:
        return None, ()
    return MultiFilter([_filter(test) for test in tests]), tuple(tests)


def _test(random: Random, survey: Survey, component: str, by: Operator) -> Test:
    known = {TIME: _PERIODS[survey.name], **_WORDS}
    values = list(known.get(component) or (survey.codes(component) or ["x"]))
    if by in (Operator.LIKE, Operator.NOT_LIKE):
        text = random.choice(values)[:3]
        patterns = (f"%{text}%", f"{text}%", f"%{text[-1:]}")
        pattern = patterns[0] if by is Operator.NOT_LIKE else random.choice(patterns)
        return Test(component, by.value, pattern)
    if component == TIME and random.random() < 0.2 and by in _COMPARING:
        return Test(component, by.value, "2010-01-05T00:00:00")
    if by is Operator.IN:
        return Test(component, by.value, tuple(random.sample(values, min(2, len(values)))))
    if by is Operator.BETWEEN:
        numeric = component == VALUE
        low, high = sorted(
            (random.choice(values), random.choice(values)), key=float if numeric else str
        )
        return Test(component, by.value, (low, high))
    return Test(component, by.value, random.choice(values))


def _filter(test: Test) -> Any:
    by = Operator(test.operator)
    if test.component == VALUE and "LIKE" not in test.operator:
        value = test.value
        numbers = [float(v) for v in value] if isinstance(value, tuple) else float(value)
        return NumberFilter(VALUE, by, numbers)
    if "T00" in test.value:
        return DateTimeFilter(test.component, by, datetime.fromisoformat(test.value))
    return TextFilter(test.component, by, test.value)


def _newest(random: Random, survey: Survey, wanted: Wanted) -> tuple[dict[str, Any], Wanted]:
    """Return the parameters that SDMX-REST 2.2 added."""
    after = random.random() < 0.8
    as_of = random.choice((None, None, None, datetime(2012 if after else 2010, 12, 1, tzinfo=UTC)))
    names = random.sample(survey.dimensions, len(survey.dimensions))
    order = [SortBy(name, random.choice(("asc", "desc"))) for name in (*names, TIME)]
    if shows_series_alone(survey, wanted):
        order = [level for level in order if level.component != wanted.crossed]
    given = {
        "offset": random.choice((0, 0, 1, 3)),
        "limit": random.choice((None, None, 1, 4, 100)),
        "sort": random.choice(([], order, [SortBy("*", "desc")])),
        "as_of": as_of and as_of.replace(tzinfo=None),
    }
    wanted = replace(wanted, any_at_all=wanted.any_at_all and (as_of is None or after))
    return given, wanted


def rows_of(response: TestResponse, survey: Survey, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the rows of an answer, numbers as such and nothing where nothing is told."""
    asked = {*survey.dimensions, TIME, VALUE, *survey.attributes}
    rows = []
    for cells in table(response):
        assert set(cells) <= asked | _NOT_DATA
        rows.append(_plain({name: cells[name] for name in cells if name in asked}))
    assert {n for cells in rows for n in cells} & set(survey.attributes) <= shown_attributes(
        survey, wanted.attributes
    )
    return rows


def _plain(cells: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in cells.items() if value not in (None, "")}
    return told | ({VALUE: float(told[VALUE])} if VALUE in told else {})


def counted(rows: list[dict[str, Any]]) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows)


@pytest.mark.parametrize("seed", range(QUERIES // BY_QUERY))
def test_an_answer_holds_what_a_look_at_every_row_finds(v2: FlaskClient, seed: int):
    random = Random(seed)
    for _ in range(BY_QUERY):
        asked = any_query(random)
        check(v2.get(asked.url, headers=asked.accept), asked)


def in_order(rows: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    """Return rows as the query wants them sorted: all levels of it together leave no choice."""
    names = (*asked.survey.dimensions, TIME)
    for level in reversed(asked.query.sort):
        columns = names if level.component == "*" else (level.component,)
        rows = sorted(
            rows,
            key=lambda row, columns=columns: [row.get(name, "") for name in columns],
            reverse=level.order == "desc",
        )
    return rows


def check(response: TestResponse, asked: Asked) -> None:
    said = f"{asked.url} as {asked.accept['Accept']}"
    everything = [_plain(dict(row)) for row in answer(asked.survey, asked.wanted)]
    offset, limit = asked.query.offset, asked.query.limit
    everything = in_order(everything, asked)
    expected = everything[offset:][:limit]
    updated, as_of = asked.query.updated_after, asked.query.as_of
    if updated and as_of and updated > as_of:
        assert response.status_code == 422, said
        return
    if not expected:
        assert response.status_code == (204 if asked.is_v2 else 404), said
        return
    assert response.status_code == 200, f"{said}: {response.text}"
    found = rows_of(response, asked.survey, asked.wanted)
    assert len(found) == len(expected), said
    if asked.query.sort and "csv" in asked.accept["Accept"]:
        assert found == expected, said
    elif len(expected) == len(everything):
        assert counted(found) == counted(everything), said
    else:
        assert counted(found) <= counted(everything), said


@pytest.mark.parametrize("seed", range(AVAILABILITIES // BY_QUERY))
def test_availability_lists_what_a_look_at_every_row_finds(v2: FlaskClient, seed: int):
    random = Random(seed)
    for _ in range(BY_QUERY):
        survey = random.choice((_RATES, _LABOUR))
        version = random.choice([v for v in ApiVersion if v >= ApiVersion.V1_3_0])
        is_v2 = version >= ApiVersion.V2_0_0
        key, positions = (_v2_key if is_v2 else _v1_key)(random, survey)
        filters, tests = _filters(random, survey) if is_v2 else (None, ())
        mode = random.choice(list(AvailabilityMode))
        query = AvailabilityQuery(
            DataContext.DATAFLOW, "TST", survey.name, "1.0.0", key, components=filters, mode=mode
        )
        url = f"/sdmx/v{2 if is_v2 else 1}{query.get_url(version, random.random() < 0.5)}"
        response = v2.get(url, headers=media("structure+json", "2.0.0"))
        wanted = Wanted(keys=(positions,) if positions else (), tests=tests)
        is_exact = mode is AvailabilityMode.EXACT
        expected = {
            dimension: {row[dimension] for row in answer(survey, each)}
            for dimension in survey.dimensions
            for each in [wanted if is_exact else regardless_of(dimension, survey, wanted)]
        }
        assert listed_values(response, survey) == {k: v for k, v in expected.items() if v}, url


def regardless_of(dimension: str, survey: Survey, wanted: Wanted) -> Wanted:
    """Return what is wanted, whatever a dimension holds."""
    place = survey.dimensions.index(dimension)
    keys = tuple(
        tuple(frozenset() if n == place else codes for n, codes in enumerate(key))
        for key in wanted.keys
    )
    tests = tuple(test for test in wanted.tests if test.component != dimension)
    return replace(wanted, keys=keys, tests=tests)


def listed_values(response: TestResponse, survey: Survey) -> dict[str, set[str]]:
    """Return the values of each dimension that an availability constraint lists."""
    if response.status_code in (204, 404):
        return {}
    assert response.status_code == 200, response.text
    (constraint,) = response.json["data"]["dataConstraints"]
    (region,) = constraint["cubeRegions"]
    return {
        key["id"]: {value if isinstance(value, str) else value["value"] for value in key["values"]}
        for key in region["keyValues"]
        if key["id"] in survey.dimensions and key.get("values")
    }
