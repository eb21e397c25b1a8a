"""SDMX-REST 2.2: data queries: paths, keys, packaging, pages, order and vintages.

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
    require_status,
    same,
    status,
)
from sdmx_server.conformance.facts import (
    NOWHERE,
    Facts,
    Inapplicable,
    periods,
    require_whole,
    series,
    time_dimension,
    varied,
)
from sdmx_server.conformance.request import Answer, Request, get

AREA = Area("v2", "data", "SDMX-REST 2.2, doc/data.md")
_PACKAGING = Area("v2", "packaging and pages", "SDMX-REST 2.2, doc/data.md")
_CSV = f"{SDMX}data+csv;version=2.1.0"


def _all(query: str = "") -> Ask:
    return lambda f: get(paths.data(f, query))


def _each(*queries: str) -> Ask:
    return lambda f: get(*(paths.data(f, query) for query in queries))


def _series(query: str) -> Ask:
    return lambda f: get(paths.series_of(f, series(f), query))


def _whole_dataflow(*forms: str) -> Ask:
    """Ask for all data in several forms; a dataflow that is too large is not asked for."""

    def ask(facts: Facts) -> Sequence[Request]:
        require_whole(facts)
        return get(*(form.format(flow=facts.dataflow, f=facts) for form in forms))

    return ask


def _key(form: Callable[[list[str]], str]) -> Ask:
    """Ask for a key that has something made of its codes at the dimension with the most."""

    def ask(facts: Facts) -> Sequence[Request]:
        dimension, codes = varied(facts)
        return get(paths.series_of(facts, {dimension: form(codes)}))

    return ask


def _two_keys(facts: Facts) -> Sequence[Request]:
    dimension, codes = varied(facts)
    both = (paths.key(facts, {dimension: each}) for each in codes[:2])
    return get(paths.data(facts, of=",".join(both)))


def _cut_key(facts: Facts) -> Sequence[Request]:
    """Ask for a key that ends behind the dimension with the most codes."""
    dimension, codes = varied(facts)
    written = paths.key(facts, {dimension: codes[0]}).split(".")
    end = facts.shape.dimensions.index(dimension) + 1
    if any(each != "*" for each in written[end:]):
        raise Inapplicable("the key would be cut within what keeps answers small")
    return get(paths.data(facts, of=".".join(written[:end])))


def _longer(part: str) -> Ask:
    return lambda f: get(paths.data(f, of=f"{paths.key(f, series(f))}.{part}"))


def _by_structure(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the observations of the dataflow among those of its data structure."""
    found = data_of(facts, answers[0])
    lacking = facts.data.keys - found.keys
    require(not lacking, f"{len(lacking)} observations of the dataflow are missing")


def _of_agreement(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect no observations but those of the dataflow."""
    if answers[0].status == 204:
        raise Inapplicable("the provision agreement found has no data")
    found = data_of(facts, answers[0])
    extra = found.keys - facts.data.keys
    require(not extra, f"{len(extra)} observations are not among those of the dataflow")


def _agreement(facts: Facts) -> Sequence[Request]:
    require_whole(facts)
    if facts.agreement is None:
        raise Inapplicable("no provision agreement of the dataflow was found")
    place = facts.agreement
    return get(f"/data/provisionagreement/{place.agency}/{place.id}/{place.version}")


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


def _vintage(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the data as they are now, where a time is asked for that is still to come."""
    require_status(answers[0], 200)
    require_same_data(data_of(facts, answers[0]), facts.data)


CHECKS = (
    AREA.check(
        "data-all", (132,), 1, "A dataflow in one version brings all its data.",
        ask=_all(), expect=observations(expected.everything),
    ),
    AREA.check(
        "data-defaults", (133,), 1, "What is left out of a path means *.",
        ask=_whole_dataflow(
            "/data/dataflow/{flow.agency}/{flow.id}/{flow.version}",
            "/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/*",
            "/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/%2A",
        ),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "data-versions", (133,), 1, "Without a version, all versions come.",
        ask=_whole_dataflow(
            "/data/dataflow/{flow.agency}/{flow.id}", "/data/dataflow/{flow.agency}/{flow.id}/*"
        ),
        expect=same(),
    ),
    AREA.check(
        "data-context", (141,), 1, "A data structure brings the data of its dataflows.",
        ask=_whole_dataflow(
            "/data/datastructure/{f.datastructure.agency}/{f.datastructure.id}"
            "/{f.datastructure.version}"
        ),
        expect=_by_structure,
    ),
    AREA.check(
        "data-agreement", (140,), 1, "A provision agreement brings what its provider supplied.",
        ask=_agreement, expect=_of_agreement,
    ),
    AREA.check(
        "data-agencies", (139,), 1, "A comma between agencies brings the data of both.",
        ask=_whole_dataflow(
            f"/data/dataflow/{{flow.agency}},{NOWHERE}/{{flow.id}}/{{flow.version}}"
        ),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "bad-context", (143, 144), 1, "The context is one, and none of any other type.",
        ask=lambda f: get(
            f"/data/codelist/{f.dataflow.agency}/{f.dataflow.id}",
            f"/data/dataflow,datastructure/{f.dataflow.agency}/{f.dataflow.id}",
        ),
        expect=refused(),
    ),
    AREA.check(
        "key-series", (145,), 1, "A full key brings that series alone.",
        ask=_series(""), expect=observations(expected.the_series),
    ),
    AREA.check(
        "key-wildcard", (145,), 1, "An asterisk in a key means any code.",
        ask=_key(lambda codes: codes[0]), expect=observations(expected.first_code),
    ),
    AREA.check(
        "key-cut", (146, 147), 1, "A key may end early; what is missing means any code.",
        ask=_cut_key, expect=observations(expected.first_code),
    ),
    AREA.check(
        "keys", (148,), 1, "A comma between keys brings the series of both.",
        ask=_two_keys, expect=observations(expected.first_two_codes),
    ),
    AREA.check(
        "key-plus", (149,), 2, "A plus in a key is no alternative any more.",
        ask=_key(lambda codes: "+".join(codes[:2])), expect=status(400, 422, 204, 404),
    ),
    AREA.check(
        "key-long", (151,), 2, "A key with too many positions is refused.",
        ask=_longer("X"), expect=refused(400, 422),
    ),
    AREA.check(
        "key-time", (152,), 2, "Time is no part of the key.",
        ask=lambda f: _longer(periods(f, 1)[0])(f), expect=refused(400, 422),
    ),
    AREA.check(
        "key-unknown", (153,), 2, "A code that has no data brings nothing.",
        ask=_key(lambda _: NOWHERE), expect=nothing,
    ),
    AREA.check(
        "no-dataflow", (154,), 1, "A dataflow that is not there brings nothing.",
        ask=lambda f: get(f"/data/dataflow/{f.dataflow.agency}/{NOWHERE}"), expect=nothing,
    ),
    AREA.check(
        "bad-version", (155, 156), 1, "A version that is none is refused with 400.",
        ask=lambda f: get(
            *(
                f"/data/dataflow/{f.dataflow.agency}/{f.dataflow.id}/{version}"
                for version in ("1.+.3", "latest")
            )
        ),
        expect=refused(),
    ),
    AREA.check(
        "old-parameters", (157,), 2, "Parameters of 1.5 do not cut any more.",
        ask=_all("startPeriod=2999&detail=serieskeysonly"),
        expect=lambda f, a: None if a[0].status == 400 else _vintage(f, a),
    ),
    _PACKAGING.check(
        "no-attributes", (207,), 1, "attributes=none brings values without attributes.",
        ask=_all("attributes=none"), expect=expected.no_attributes,
    ),
    _PACKAGING.check(
        "series-keys", (208,), 1, "Neither attributes nor measures: the keys of the series.",
        ask=_all("attributes=none&measures=none"), expect=expected.series_alone,
    ),
    _PACKAGING.check(
        "no-measures", (209,), 1, "measures=none brings attributes without values.",
        ask=_all("measures=none"), expect=expected.no_measures,
    ),
    _PACKAGING.check(
        "one-attribute", (210,), 1, "An attribute can be asked for alone.",
        ask=lambda f: get(paths.data(f, f"attributes={_attribute(f)}")), expect=_one_attribute,
    ),
    _PACKAGING.check(
        "dataset-attributes", (211,), 1, "attributes=dataset brings those of the dataflow.",
        ask=_all("attributes=dataset"), expect=_levels("dataflow"),
    ),
    _PACKAGING.check(
        "series-attributes", (211,), 1, "attributes=series brings those of series and groups.",
        ask=_all("attributes=series"), expect=_levels("series", "group"),
    ),
    _PACKAGING.check(
        "observation-attributes", (211,), 1, "attributes=obs brings those of observations.",
        ask=_all("attributes=obs"), expect=_levels("observation"),
    ),
    _PACKAGING.check(
        "measures", (215,), 1, "A measure can be asked for by its id.",
        ask=lambda f: get(paths.data(f, f"measures={','.join(f.shape.measures)}")),
        expect=observations(expected.everything),
    ),
    _PACKAGING.check(
        "bad-attributes", (214,), 2, "An unknown attribute or measure is refused.",
        ask=_each(f"attributes={NOWHERE}", f"measures={NOWHERE}"), expect=refused(400, 422),
    ),
    _PACKAGING.check(
        "flat", (216,), 1, "dimensionAtObservation=AllDimensions brings no series.",
        ask=_all("dimensionAtObservation=AllDimensions"), expect=expected.flat,
    ),
    _PACKAGING.check(
        "across", (217,), 1, "Another dimension at the observation puts time into the series.",
        ask=lambda f: get(paths.data(f, f"dimensionAtObservation={varied(f)[0]}")),
        expect=expected.across,
    ),
    _PACKAGING.check(
        "bad-dimension", (218,), 2, "An unknown dimension at the observation is refused.",
        ask=_all(f"dimensionAtObservation={NOWHERE}"), expect=refused(400, 422),
    ),
    _PACKAGING.check(
        "first", (219,), 1, "firstNObservations=1 brings the earliest of each series.",
        ask=_all("firstNObservations=1"), expect=expected.one_each(latest=False),
    ),
    _PACKAGING.check(
        "last", (219,), 1, "lastNObservations=1 brings the latest of each series.",
        ask=_all("lastNObservations=1"), expect=expected.one_each(latest=True),
    ),
    _PACKAGING.check(
        "last-two", (219,), 1, "lastNObservations=2 brings two of a longer series.",
        ask=_series("lastNObservations=2"), expect=observations(expected.ends(0, 2)),
    ),
    _PACKAGING.check(
        "first-and-last", (219,), 2, "firstN and lastN together bring both ends, once each.",
        ask=_series("firstNObservations=1&lastNObservations=1"),
        expect=observations(expected.ends(1, 1)),
    ),
    _PACKAGING.check(
        "bad-count", (220,), 1, "Counts that are no positive number are refused with 400.",
        ask=_each(
            "firstNObservations=0", "firstNObservations=x", "lastNObservations=-1",
            "lastNObservations=1.5",
        ),
        expect=refused(),
    ),
    _PACKAGING.check(
        "limit", (223,), 1, "limit cuts the number of observations.",
        ask=_all("limit=2"), expect=_limited,
    ),
    _PACKAGING.check(
        "limit-large", (223,), 1, "A limit above what there is cuts nothing.",
        ask=_all("limit=1000000"), expect=observations(expected.everything),
    ),
    _PACKAGING.check(
        "limit-series", (227,), 1, "Without observations, limit counts series.",
        ask=_all("attributes=none&measures=none&limit=1"), expect=_limited_series,
    ),
    _PACKAGING.check(
        "pages", (221, 222, 224), 2, "Pages put together are the whole, nothing twice.",
        ask=_pages, expect=_join,
    ),
    _PACKAGING.check(
        "offset-beyond", (225,), 1, "An offset beyond the end brings nothing.",
        ask=lambda f: get(paths.data(f, "offset=99999999")), expect=nothing,
    ),
    _PACKAGING.check(
        "bad-limit", (226,), 1, "limit and offset are numbers, else they are refused with 400.",
        ask=_each("limit=0", "limit=-1", "limit=x", "offset=-1"), expect=refused(),
    ),
    _PACKAGING.check(
        "sort", (228,), 1, "sort orders by a dimension, upwards.",
        ask=lambda f: _table(f"sort={varied(f)[0]}")(f), expect=_sorted(lambda f: [varied(f)[0]]),
    ),
    _PACKAGING.check(
        "sort-down", (228,), 1, "So it does downwards.",
        ask=lambda f: _table(f"sort={varied(f)[0]}:desc")(f),
        expect=_sorted(lambda f: [varied(f)[0]], descending=True),
    ),
    _PACKAGING.check(
        "sort-all", (229,), 1, "sort=* orders by all dimensions in their order.",
        ask=_table("sort=*"), expect=_sorted(lambda f: list(f.shape.dimensions)),
    ),
    _PACKAGING.check(
        "sort-time", (230,), 1, "sort orders by time, downwards.",
        ask=_series_of_time, expect=_time_of_series,
    ),
    _PACKAGING.check(
        "bad-sort", (231,), 2, "An order by what is not there is refused.",
        ask=_each(f"sort={NOWHERE}"), expect=refused(400, 422),
    ),
    _PACKAGING.check(
        "as-of", (235,), 1, "asOf a time to come brings the data as they are.",
        ask=_all("asOf=2999-01-01T00%3A00%3A00Z"), expect=_vintage,
    ),
    _PACKAGING.check(
        "before", (236,), 1, "Before there were data, there was nothing.",
        ask=_all("asOf=1900-01-01T00%3A00%3A00Z"), expect=nothing,
    ),
    _PACKAGING.check(
        "no-updates", (240,), 1, "Nothing is newer than the year 2999.",
        ask=_all("updatedAfter=2999-01-01T00%3A00%3A00Z"), expect=nothing,
    ),
    _PACKAGING.check(
        "bad-times", (241,), 1, "What is no time is refused with 400.",
        ask=_each("asOf=bogus", "updatedAfter=bogus"), expect=refused(),
    ),
    _PACKAGING.check(
        "no-history", (243,), 1, "includeHistory=false is the default.",
        ask=_all("includeHistory=false"), expect=observations(expected.everything),
    ),
    _PACKAGING.check(
        "bad-history", (242,), 1, "includeHistory is a truth value, else it is refused.",
        ask=_all("includeHistory=perhaps"), expect=refused(400, 501),
    ),
    _PACKAGING.check(
        "groups", (397, 401), 1, "Attributes of groups stand at groups, not at series.",
        ask=_all(), expect=expected.group_attributes,
    ),
)  # fmt: skip
