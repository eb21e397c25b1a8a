"""SDMX-REST 1.5: data queries.

Source: SDMX-REST 1.5, section 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask
from sdmx_server.conformance.checks import data as expected
from sdmx_server.conformance.expectations import (
    data_of,
    nothing,
    observations,
    refused,
    require,
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

AREA = Area("v1", "data", "SDMX-REST 1.5, section 4.4")


def _each(parameter: str, *values: str) -> Ask:
    return lambda f: get(*(paths.data(f, f"{parameter}={value}") for value in values))


def _series(query: Callable[[list[str]], str]) -> Ask:
    """Ask for the longest series with a query made of its periods."""
    return lambda f: get(paths.series_of(f, series(f), query(periods(f, 3))))


def _key(form: Callable[[list[str]], str]) -> Ask:
    """Ask for a key that has something made of its codes at the dimension with the most."""

    def ask(facts: Facts) -> Sequence[Request]:
        dimension, codes = varied(facts)
        return get(paths.series_of(facts, {dimension: form(codes)}))

    return ask


def _whole_dataflow(form: str) -> Ask:
    """Ask for all data in a longer form; a dataflow that is too large is not asked for."""

    def ask(facts: Facts) -> Sequence[Request]:
        require_whole(facts)
        flow = facts.dataflow
        written = form.format(flow=flow, dots="." * (len(facts.shape.dimensions) - 1))
        return get(f"/data/{written}")

    return ask


def _time_at_observation(facts: Facts, answers: Sequence[Answer]) -> None:
    found = data_of(facts, answers[0])
    require(bool(found.series), "no series came")
    time = time_dimension(facts)
    came = found.at_observation
    require(came in (time, None), f"the dimension at the observation is {came}, not {time}")


def _parts(count: int) -> Callable[[Facts], Sequence[Request]]:
    """Ask for the key of the longest series with parts cut off, or more of them."""

    def ask(facts: Facts) -> Sequence[Request]:
        written = paths.key(facts, series(facts))
        if count > 0:
            return get(paths.data(facts, of=written + ".X" * count))
        if len(facts.shape.dimensions) < 2:
            raise Inapplicable("the data structure found has one dimension in its keys")
        return get(paths.data(facts, of=written.rpartition(".")[0]))

    return ask


CHECKS = (
    AREA.check(
        "data-default", (42,), 1, "Data come as series, with time at the observation.",
        ask=expected.all_data(), expect=_time_at_observation,
    ),
    AREA.check(
        "data-all", (43,), 1, "Key and provider all, spelt out, mean the same as left out.",
        ask=lambda f: (
            *_whole_dataflow("{flow.agency},{flow.id},{flow.version}")(f),
            *_whole_dataflow("{flow.agency},{flow.id},{flow.version}/all")(f),
            *_whole_dataflow("{flow.agency},{flow.id},{flow.version}/all/all")(f),
        ),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "data-latest", (43,), 1, "A dataflow without version means the latest.",
        ask=lambda f: (
            *_whole_dataflow("{flow.agency},{flow.id}/all")(f),
            *_whole_dataflow("{flow.agency},{flow.id},latest/all")(f),
        ),
        expect=same(),
    ),
    AREA.check(
        "data-id-alone", (42,), 1, "A dataflow can be named by its id alone.",
        ask=_whole_dataflow("{flow.id}"), expect=status(200),
    ),
    AREA.check(
        "key-series", (44,), 1, "A full key brings that series alone.",
        ask=lambda f: get(paths.series_of(f, series(f))),
        expect=observations(expected.the_series),
    ),
    AREA.check(
        "key-wildcard", (44,), 1, "An empty position in a key means any code.",
        ask=_key(lambda codes: codes[0]), expect=observations(expected.first_code),
    ),
    AREA.check(
        "key-or", (45,), 1, "A plus in a key means either code.",
        ask=_key(lambda codes: "+".join(codes[:2])),
        expect=observations(expected.first_two_codes),
    ),
    AREA.check(
        "key-or-encoded", (45,), 1, "A percent-encoded plus in a key means the same.",
        ask=_key(lambda codes: "+".join(codes[:2]).replace("+", "%2B")),
        expect=observations(expected.first_two_codes),
    ),
    AREA.check(
        "key-empty", (46,), 1, "A key of empty positions brings everything.",
        ask=_whole_dataflow("{flow.agency},{flow.id},{flow.version}/{dots}"),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "key-short", (49,), 2, "A key with too few positions is refused.",
        ask=_parts(-1), expect=refused(400, 403),
    ),
    AREA.check(
        "key-long", (50,), 2, "A key with too many positions is refused.",
        ask=_parts(1), expect=refused(400, 403),
    ),
    AREA.check(
        "key-unknown", (51,), 1, "A code that has no data brings 404.",
        ask=_key(lambda _: NOWHERE), expect=nothing,
    ),
    AREA.check(
        "key-half-unknown", (52,), 2, "Of a known and an unknown code, the known one counts.",
        ask=_key(lambda codes: f"{codes[0]}+{NOWHERE}"),
        expect=observations(expected.first_code),
    ),
    AREA.check(
        "no-dataflow", (53,), 1, "A dataflow that is not there brings 404.",
        ask=lambda f: get(f"/data/{NOWHERE}", f"/data/{f.dataflow.agency},{NOWHERE},1.0/all"),
        expect=nothing,
    ),
    AREA.check(
        "bad-dataflow", (54,), 1, "A dataflow of four parts is refused with 400.",
        ask=lambda f: get("/data/A,B,1.0,D"), expect=refused(),
    ),
    AREA.check(
        "periods", (55,), 1, "startPeriod and endPeriod cut, both included.",
        ask=_series(lambda p: f"startPeriod={p[1]}&endPeriod={p[1]}"),
        expect=observations(expected.between(1, 1)),
    ),
    AREA.check(
        "start", (55,), 1, "startPeriod alone is open towards the future.",
        ask=_series(lambda p: f"startPeriod={p[1]}"), expect=observations(expected.between(1, -1)),
    ),
    AREA.check(
        "end", (58,), 1, "endPeriod alone is open towards the past.",
        ask=_series(lambda p: f"endPeriod={p[1]}"), expect=observations(expected.between(0, 1)),
    ),
    AREA.check(
        "period-empty", (57,), 1, "Periods without data bring 404.",
        ask=lambda f: get(
            *(paths.series_of(f, series(f), q) for q in ("startPeriod=2999", "endPeriod=1000"))
        ),
        expect=nothing,
    ),
    AREA.check(
        "bad-month", (61,), 1, "A month 13 is refused with 400.",
        ask=expected.all_data("startPeriod=2010-13"), expect=refused(),
    ),
    AREA.check(
        "bad-periods", (62,), 1, "Periods that there are not are refused with 400.",
        ask=lambda f: get(
            *(
                paths.data(f, f"{p}Period={v}")
                for p in ("start", "end")
                for v in ("2010-W54", "2010-Q5", "abc", "2010-02-30")
            )
        ),
        expect=refused(),
    ),
    AREA.check(
        "period-reversed", (63,), 2, "A start after the end brings nothing or is refused.",
        ask=expected.all_data("startPeriod=2011&endPeriod=2010"), expect=status(400, 404),
    ),
    AREA.check(
        "first", (64,), 1, "firstNObservations=1 brings the earliest of each series.",
        ask=expected.all_data("firstNObservations=1"), expect=expected.one_each(latest=False),
    ),
    AREA.check(
        "last", (65,), 1, "lastNObservations=1 brings the latest of each series.",
        ask=expected.all_data("lastNObservations=1"), expect=expected.one_each(latest=True),
    ),
    AREA.check(
        "first-and-last", (66,), 2, "firstN and lastN together bring both ends, once each.",
        ask=_series(lambda p: "firstNObservations=1&lastNObservations=1"),
        expect=observations(expected.ends(1, 1)),
    ),
    AREA.check(
        "last-two", (65,), 1, "lastNObservations=2 brings two of a longer series.",
        ask=_series(lambda p: "lastNObservations=2"), expect=observations(expected.ends(0, 2)),
    ),
    AREA.check(
        "last-after-start", (67,), 1, "lastNObservations counts from startPeriod on.",
        ask=_series(lambda p: f"startPeriod={p[1]}&lastNObservations=1"),
        expect=observations(expected.ends(0, 1)),
    ),
    AREA.check(
        "last-before-end", (68,), 1, "lastNObservations counts until endPeriod.",
        ask=_series(lambda p: f"endPeriod={p[1]}&lastNObservations=1"),
        expect=observations(expected.between(1, 1)),
    ),
    AREA.check(
        "bad-count", (69,), 1, "Counts that are no positive number are refused with 400.",
        ask=lambda f: (
            *_each("lastNObservations", "0", "-1", "x")(f),
            *_each("firstNObservations", "0", "x")(f),
        ),
        expect=refused(),
    ),
    AREA.check(
        "data-only", (70,), 1, "detail=dataonly brings values without attributes.",
        ask=expected.all_data("detail=dataonly"), expect=expected.no_attributes,
    ),
    AREA.check(
        "series-keys-only", (71,), 1, "detail=serieskeysonly brings the keys of the series alone.",
        ask=expected.all_data("detail=serieskeysonly"), expect=expected.series_alone,
    ),
    AREA.check(
        "no-data", (72,), 1, "detail=nodata brings attributes without values.",
        ask=expected.all_data("detail=nodata"), expect=expected.no_measures,
    ),
    AREA.check(
        "full", (73,), 1, "detail=full is the default.",
        ask=expected.all_data("detail=full"), expect=observations(expected.everything),
    ),
    AREA.check(
        "bad-data-detail", (74,), 1, "An unknown detail is refused with 400.",
        ask=expected.all_data("detail=everything"), expect=refused(),
    ),
    AREA.check(
        "flat", (75,), 1, "dimensionAtObservation=AllDimensions brings no series.",
        ask=expected.all_data("dimensionAtObservation=AllDimensions"), expect=expected.flat,
    ),
    AREA.check(
        "across", (76,), 1, "Another dimension at the observation puts time into the series.",
        ask=lambda f: get(paths.data(f, f"dimensionAtObservation={varied(f)[0]}")),
        expect=expected.across,
    ),
    AREA.check(
        "bad-dimension", (77,), 2, "An unknown dimension at the observation is refused.",
        ask=expected.all_data(f"dimensionAtObservation={NOWHERE}"), expect=refused(400, 403),
    ),
    AREA.check(
        "no-history", (79,), 1, "includeHistory=false is the default.",
        ask=expected.all_data("includeHistory=false"), expect=observations(expected.everything),
    ),
    AREA.check(
        "bad-history", (79,), 1, "includeHistory is a truth value, else it is refused.",
        ask=expected.all_data("includeHistory=perhaps"), expect=refused(400, 501),
    ),
    AREA.check(
        "no-updates", (83,), 1, "Nothing is newer than the year 2999.",
        ask=expected.all_data("updatedAfter=2999-01-01T00%3A00%3A00Z"), expect=nothing,
    ),
    AREA.check(
        "updates", (84,), 1, "Everything is newer than the year 1900; a time zone is allowed.",
        ask=expected.all_data("updatedAfter=1900-01-01T00%3A00%3A00%2B01%3A00"),
        expect=status(200),
    ),
    AREA.check(
        "updates-raw", (85,), 2, "A raw plus in updatedAfter makes no server fail.",
        ask=expected.all_data("updatedAfter=1900-01-01T00:00:00+01:00"),
        expect=expected.never_fails,
    ),
    AREA.check(
        "bad-updates", (86,), 1, "An updatedAfter that is no time is refused with 400.",
        ask=expected.all_data("updatedAfter=yesterday"), expect=refused(),
    ),
    AREA.check(
        "unknown-parameter", (94,), 2, "A parameter that the standard does not know is ignored.",
        ask=expected.all_data("unknown=1&_=2"), expect=observations(expected.everything),
    ),
    AREA.check(
        "groups", (95,), 1, "Attributes of groups stand at groups, not at series.",
        ask=expected.all_data(), expect=expected.group_attributes,
    ),
    AREA.check(
        "metadata", (97,), 1, "Reference metadata are answered or left out with 501.",
        ask=lambda f: get(f"/metadata/{NOWHERE}"), expect=status(404, 501),
    ),
)  # fmt: skip
