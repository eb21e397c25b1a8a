"""SDMX-REST 2.2: what data come with: attributes and measures, pages, order, vintages.

Source: SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask, Expect
from sdmx_server.conformance.checks import data as expected
from sdmx_server.conformance.checks.formats import SDMX
from sdmx_server.conformance.decoding.data import code
from sdmx_server.conformance.expectations import (
    data_of,
    nothing,
    observations,
    refused,
    require,
    require_same_data,
)
from sdmx_server.conformance.facts import (
    NOWHERE,
    Facts,
    Inapplicable,
    periods,
    series,
    time_dimension,
    varied,
)
from sdmx_server.conformance.request import Answer, Request, get

AREA = Area("v2", "packaging and pages", "SDMX-REST 2.2, doc/data.md")
_CSV = f"{SDMX}data+csv;version=2.1.0"


def _each(*queries: str) -> Ask:
    return lambda f: get(*(paths.data(f, query) for query in queries))


def _series(query: str) -> Ask:
    return lambda f: get(paths.series_of(f, series(f), query))


def _levels(*levels: str) -> Expect:
    """Expect attributes of some levels alone, by the data structure."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        found = data_of(facts, answers[0])
        require_same_data(found, facts.data)
        known = {each.id: each.level for each in facts.shape.attributes}
        wrong = [each for each in found.attributes if known.get(each) not in levels]
        require(not wrong, f"the attribute {wrong[0] if wrong else ''} came too")
        wanted = {each for each in facts.data.attributes if known.get(each) in levels}
        lacking = wanted - found.attributes
        require(not lacking, f"attributes are missing: {', '.join(sorted(lacking))}")

    return expect


def _attribute(facts: Facts) -> str:
    if not facts.data.attributes:
        raise Inapplicable("no attribute has a value in the data found")
    return min(facts.data.attributes)


def _one_attribute(facts: Facts, answers: Sequence[Answer]) -> None:
    found = data_of(facts, answers[0])
    require_same_data(found, facts.data)
    own = {_attribute(facts)}
    require(found.attributes == own, f"attributes came: {', '.join(sorted(found.attributes))}")


def _rows(facts: Facts, answer: Answer) -> list[str]:
    """Return the observations of a table as text, in its order."""
    if answer.status == 406:
        raise Inapplicable("the service does not offer SDMX-CSV 2.1.0")
    found = data_of(facts, answer).observations
    order = facts.shape.coordinates
    return [" ".join(code(each.key, name) for name in order) for each in found]


def _table(*queries: str) -> Ask:
    return lambda f: get(*(paths.data(f, query) for query in queries), accept=_CSV)


def _pages(facts: Facts) -> Sequence[Request]:
    """Ask for all observations in three pages."""
    size = -(-len(facts.data.observations) // 3)
    return _table(*(f"offset={number * size}&limit={size}" for number in range(3)))(facts)


def _join(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect pages that are the whole when put together, without anything twice."""
    rows = [row for answer in answers if answer.status != 204 for row in _rows(facts, answer)]
    require(len(rows) == len(set(rows)), "an observation stands on two pages")
    count = len(facts.data.observations)
    require(len(rows) == count, f"the pages have {len(rows)} observations, not {count}")


def _limited(facts: Facts, answers: Sequence[Answer]) -> None:
    wanted = min(2, len(facts.data.observations))
    came = len(data_of(facts, answers[0]).observations)
    require(came == wanted, f"{came} observations came, not {wanted}")


def _limited_series(facts: Facts, answers: Sequence[Answer]) -> None:
    found = data_of(facts, answers[0])
    require(not found.observations, "observations came")
    require(len(found.series) == 1, f"{len(found.series)} series came, not 1")


def _sorted(by: Callable[[Facts], list[str]], descending: bool = False) -> Expect:
    """Expect rows in the order of some dimensions."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        rows = [row.split(" ") for row in _rows(facts, answers[0])]
        positions = [facts.shape.coordinates.index(each) for each in by(facts)]
        came = [[row[position] for position in positions] for row in rows]
        require(len(came) == len(facts.data.observations), f"{len(came)} rows came")
        wrong = [n for n, each in enumerate(sorted(came, reverse=descending)) if each != came[n]]
        require(not wrong, f"row {wrong[0] + 1 if wrong else 0} is out of order")

    return expect


def _time_of_series(facts: Facts, answers: Sequence[Answer]) -> None:
    wanted = periods(facts, 2)[::-1]
    if answers[0].status == 406:
        raise Inapplicable("the service does not offer SDMX-CSV 2.1.0")
    time = time_dimension(facts)
    came = [code(each.key, time) for each in data_of(facts, answers[0]).observations]
    require(came == wanted, f"the periods come as {', '.join(came[:5])}")


def _series_of_time(facts: Facts) -> Sequence[Request]:
    query = f"sort={time_dimension(facts)}:desc"
    return get(paths.series_of(facts, series(facts), query), accept=_CSV)


CHECKS = (
    AREA.check(
        "no-attributes", (207,), 1, "attributes=none brings values without attributes.",
        ask=expected.all_data("attributes=none"), expect=expected.no_attributes,
    ),
    AREA.check(
        "series-keys", (208,), 1, "Neither attributes nor measures: the keys of the series.",
        ask=expected.all_data("attributes=none&measures=none"), expect=expected.series_alone,
    ),
    AREA.check(
        "no-measures", (209,), 1, "measures=none brings attributes without values.",
        ask=expected.all_data("measures=none"), expect=expected.no_measures,
    ),
    AREA.check(
        "one-attribute", (210,), 1, "An attribute can be asked for alone.",
        ask=lambda f: get(paths.data(f, f"attributes={_attribute(f)}")), expect=_one_attribute,
    ),
    AREA.check(
        "dataset-attributes", (211,), 1, "attributes=dataset brings those of the dataflow.",
        ask=expected.all_data("attributes=dataset"), expect=_levels("dataflow"),
    ),
    AREA.check(
        "series-attributes", (211,), 1, "attributes=series brings those of series and groups.",
        ask=expected.all_data("attributes=series"), expect=_levels("series", "group"),
    ),
    AREA.check(
        "observation-attributes", (211,), 1, "attributes=obs brings those of observations.",
        ask=expected.all_data("attributes=obs"), expect=_levels("observation"),
    ),
    AREA.check(
        "measures", (215,), 1, "A measure can be asked for by its id.",
        ask=lambda f: get(paths.data(f, f"measures={','.join(f.shape.measures)}")),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "bad-attributes", (214,), 2, "An unknown attribute or measure is refused.",
        ask=_each(f"attributes={NOWHERE}", f"measures={NOWHERE}"), expect=refused(400, 422),
    ),
    AREA.check(
        "flat", (216,), 1, "dimensionAtObservation=AllDimensions brings no series.",
        ask=expected.all_data("dimensionAtObservation=AllDimensions"), expect=expected.flat,
    ),
    AREA.check(
        "across", (217,), 1, "Another dimension at the observation puts time into the series.",
        ask=lambda f: get(paths.data(f, f"dimensionAtObservation={varied(f)[0]}")),
        expect=expected.across,
    ),
    AREA.check(
        "bad-dimension", (218,), 2, "An unknown dimension at the observation is refused.",
        ask=expected.all_data(f"dimensionAtObservation={NOWHERE}"), expect=refused(400, 422),
    ),
    AREA.check(
        "first", (219,), 1, "firstNObservations=1 brings the earliest of each series.",
        ask=expected.all_data("firstNObservations=1"), expect=expected.one_each(latest=False),
    ),
    AREA.check(
        "last", (219,), 1, "lastNObservations=1 brings the latest of each series.",
        ask=expected.all_data("lastNObservations=1"), expect=expected.one_each(latest=True),
    ),
    AREA.check(
        "last-two", (219,), 1, "lastNObservations=2 brings two of a longer series.",
        ask=_series("lastNObservations=2"), expect=observations(expected.ends(0, 2)),
    ),
    AREA.check(
        "first-and-last", (219,), 2, "firstN and lastN together bring both ends, once each.",
        ask=_series("firstNObservations=1&lastNObservations=1"),
        expect=observations(expected.ends(1, 1)),
    ),
    AREA.check(
        "bad-count", (220,), 1, "Counts that are no positive number are refused with 400.",
        ask=_each(
            "firstNObservations=0", "firstNObservations=x", "lastNObservations=-1",
            "lastNObservations=1.5",
        ),
        expect=refused(),
    ),
    AREA.check(
        "limit", (223,), 1, "limit cuts the number of observations.",
        ask=expected.all_data("limit=2"), expect=_limited,
    ),
    AREA.check(
        "limit-large", (223,), 1, "A limit above what there is cuts nothing.",
        ask=expected.all_data("limit=1000000"), expect=observations(expected.everything),
    ),
    AREA.check(
        "limit-series", (227,), 1, "Without observations, limit counts series.",
        ask=expected.all_data("attributes=none&measures=none&limit=1"), expect=_limited_series,
    ),
    AREA.check(
        "pages", (221, 222, 224), 2, "Pages put together are the whole, nothing twice.",
        ask=_pages, expect=_join,
    ),
    AREA.check(
        "offset-beyond", (225,), 1, "An offset beyond the end brings nothing.",
        ask=lambda f: get(paths.data(f, "offset=99999999")), expect=nothing,
    ),
    AREA.check(
        "bad-limit", (226,), 1, "limit and offset are numbers, else they are refused with 400.",
        ask=_each("limit=0", "limit=-1", "limit=x", "offset=-1"), expect=refused(),
    ),
    AREA.check(
        "sort", (228,), 1, "sort orders by a dimension, upwards.",
        ask=lambda f: _table(f"sort={varied(f)[0]}")(f), expect=_sorted(lambda f: [varied(f)[0]]),
    ),
    AREA.check(
        "sort-down", (228,), 1, "So it does downwards.",
        ask=lambda f: _table(f"sort={varied(f)[0]}:desc")(f),
        expect=_sorted(lambda f: [varied(f)[0]], descending=True),
    ),
    AREA.check(
        "sort-all", (229,), 1, "sort=* orders by all dimensions in their order.",
        ask=_table("sort=*"), expect=_sorted(lambda f: list(f.shape.dimensions)),
    ),
    AREA.check(
        "sort-time", (230,), 1, "sort orders by time, downwards.",
        ask=_series_of_time, expect=_time_of_series,
    ),
    AREA.check(
        "bad-sort", (231,), 2, "An order by what is not there is refused.",
        ask=_each(f"sort={NOWHERE}"), expect=refused(400, 422),
    ),
    AREA.check(
        "as-of", (235,), 1, "asOf a time to come brings the data as they are.",
        ask=expected.all_data("asOf=2999-01-01T00%3A00%3A00Z"),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "before", (236,), 1, "Before there were data, there was nothing.",
        ask=expected.all_data("asOf=1900-01-01T00%3A00%3A00Z"), expect=nothing,
    ),
    AREA.check(
        "no-updates", (240,), 1, "Nothing is newer than the year 2999.",
        ask=expected.all_data("updatedAfter=2999-01-01T00%3A00%3A00Z"), expect=nothing,
    ),
    AREA.check(
        "bad-times", (241,), 1, "What is no time is refused with 400.",
        ask=_each("asOf=bogus", "updatedAfter=bogus"), expect=refused(),
    ),
    AREA.check(
        "no-history", (243,), 1, "includeHistory=false is the default.",
        ask=expected.all_data("includeHistory=false"), expect=observations(expected.everything),
    ),
    AREA.check(
        "bad-history", (242,), 1, "includeHistory is a truth value, else it is refused.",
        ask=expected.all_data("includeHistory=perhaps"), expect=refused(400, 501),
    ),
    AREA.check(
        "groups", (397, 401), 1, "Attributes of groups stand at groups, not at series.",
        ask=expected.all_data(), expect=expected.group_attributes,
    ),
)  # fmt: skip
