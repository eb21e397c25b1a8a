"""SDMX-REST 2.2: filters on components.

Source: SDMX-REST 2.2, doc/data.md, parameter ``c`` and "Operators".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask, Expect
from sdmx_server.conformance.checks import data as expected
from sdmx_server.conformance.decoding.data import Observation, code
from sdmx_server.conformance.expectations import nothing, observations, refused, status
from sdmx_server.conformance.facts import (
    NOWHERE,
    Facts,
    Inapplicable,
    having,
    of_series,
    periods,
    series,
    time_dimension,
    varied,
)
from sdmx_server.conformance.request import Request, get

AREA = Area("v2", "filters", "SDMX-REST 2.2, doc/data.md")


def _codes(form: Callable[[list[str]], str], brackets: str = "c[{}]") -> Ask:
    """Ask with a filter on the dimension with the most codes, made of these."""

    def ask(facts: Facts) -> Sequence[Request]:
        dimension, codes = varied(facts)
        return get(paths.data(facts, f"{brackets.format(dimension)}={form(codes)}"))

    return ask


def _where(condition: Callable[[str, list[str]], bool]) -> Expect:
    """Expect the observations whose code meets a condition; it is given all codes too."""

    def choose(facts: Facts) -> Iterable[Observation]:
        dimension, codes = varied(facts)
        return having(facts, lambda key: condition(code(key, dimension), codes))

    return observations(choose)


def _times(form: Callable[[list[str]], str]) -> Ask:
    """Ask for the longest series with a filter made of its periods."""

    def ask(facts: Facts) -> Sequence[Request]:
        query = f"c[{time_dimension(facts)}]={form(periods(facts, 3))}"
        return get(paths.series_of(facts, series(facts), query))

    return ask


def _when(condition: Callable[[str, list[str]], bool]) -> Expect:
    """Expect the observations of the longest series whose period meets a condition."""

    def choose(facts: Facts) -> Iterable[Observation]:
        own, time, every = series(facts), time_dimension(facts), periods(facts, 3)
        return having(facts, lambda key: own <= key and condition(code(key, time), every))

    return observations(choose)


def _bound(facts: Facts) -> tuple[str, str, Decimal]:
    """Return a measure and one of its values with others above and below it.

    Raises:
        Inapplicable: if there is none.
    """
    measure = facts.shape.measures[0] if facts.shape.measures else ""
    texts = {each.values[measure] for each in facts.data.observations if measure in each.values}
    numbers = sorted((value, text) for text in texts if (value := _number(text)) is not None)
    if len(numbers) < 3 or len(numbers) != len(texts):
        raise Inapplicable("the data found have not three values that are numbers")
    value, text = numbers[len(numbers) // 2]
    return measure, text, value


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _value(operator: str) -> Ask:
    def ask(facts: Facts) -> Sequence[Request]:
        measure, text, _ = _bound(facts)
        return get(paths.data(facts, f"c[{measure}]={operator}:{text}"))

    return ask


def _valued(condition: Callable[[Decimal, Decimal], bool]) -> Expect:
    def choose(facts: Facts) -> Iterable[Observation]:
        measure, _, bound = _bound(facts)
        texts = ((each, each.values.get(measure, "")) for each in facts.data.observations)
        return [each for each, text in texts if text and condition(Decimal(text), bound)]

    return observations(choose)


def _status(facts: Facts) -> tuple[str, str]:
    """Return an attribute of observations, and a value that some of them have and some not."""
    count = len(facts.data.observations)
    seen: dict[tuple[str, str], int] = {}
    for each in facts.data.observations:
        for pair in each.attributes.items():
            seen[pair] = seen.get(pair, 0) + 1
    simple = [pair for pair, number in seen.items() if number < count and pair[1].isalnum()]
    levels = {each.id: each.level for each in facts.shape.attributes}
    found = [pair for pair in simple if levels.get(pair[0]) == "observation"]
    if not found:
        raise Inapplicable("no attribute of observations has different values in the data found")
    return min(found)


def _attribute(facts: Facts) -> Sequence[Request]:
    name, value = _status(facts)
    return get(paths.data(facts, f"c[{name}]={value}"))


def _with_attribute(facts: Facts) -> Iterable[Observation]:
    name, value = _status(facts)
    return [each for each in facts.data.observations if each.attributes.get(name) == value]


def _two_filters(facts: Facts) -> Sequence[Request]:
    """Ask for one series by filters on all its dimensions."""
    query = "&".join(f"c[{name}]={value}" for name, value in sorted(series(facts)))
    return get(paths.data(facts, query))


def _twice(facts: Facts) -> Sequence[Request]:
    dimension, codes = varied(facts)
    return get(paths.data(facts, f"c[{dimension}]={codes[0]}&c[{dimension}]={codes[1]}"))


def _against_key(facts: Facts) -> Sequence[Request]:
    """Ask for one code by the key, and for another by a filter."""
    dimension, codes = varied(facts)
    return get(paths.series_of(facts, {dimension: codes[0]}, f"c[{dimension}]={codes[1]}"))


def _future(facts: Facts) -> Sequence[Request]:
    return get(paths.data(facts, f"c[{time_dimension(facts)}]=ge:2999"))


def _bad_time(facts: Facts) -> Sequence[Request]:
    time = time_dimension(facts)
    texts = ("2010-13", "ge:2010-W54", "le:abc")
    return get(*(paths.data(facts, f"c[{time}]={text}") for text in texts))


def _of_all(facts: Facts) -> Sequence[Request]:
    """Ask every dataflow for the codes of one series."""
    query = "&".join(f"c[{name}]={value}" for name, value in sorted(series(facts)))
    return get(f"/data/dataflow/{facts.dataflow.agency}/{facts.dataflow.id}/*/?{query}")


CHECKS = (
    AREA.check(
        "filter", (172,), 1, "A value means that the component equals it.",
        ask=_codes(lambda codes: codes[0]), expect=observations(expected.first_code),
    ),
    AREA.check(
        "filter-eq", (172,), 1, "eq is what a value without operator means.",
        ask=_codes(lambda codes: f"eq:{codes[0]}"), expect=observations(expected.first_code),
    ),
    AREA.check(
        "filter-or", (161,), 1, "A comma means either value.",
        ask=_codes(lambda codes: ",".join(codes[:2])),
        expect=observations(expected.first_two_codes),
    ),
    AREA.check(
        "filter-encoded", (162,), 1, "Percent-encoded brackets and commas mean the same.",
        ask=_codes(lambda codes: "%2C".join(codes[:2]), brackets="c%5B{}%5D"),
        expect=observations(expected.first_two_codes),
    ),
    AREA.check(
        "filter-ne", (163,), 1, "ne leaves all other values.",
        ask=_codes(lambda codes: f"ne:{codes[0]}"),
        expect=_where(lambda each, codes: each != codes[0]),
    ),
    AREA.check(
        "filter-and", (164,), 1, "A plus means both conditions.",
        ask=_codes(lambda codes: f"ne:{codes[0]}+ne:{codes[1]}"),
        expect=lambda f, a: (
            nothing if len(varied(f)[1]) == 2
            else _where(lambda each, codes: each not in codes[:2])
        )(f, a),
    ),
    AREA.check(
        "filter-and-encoded", (182,), 2, "A percent-encoded plus means the same.",
        ask=_codes(lambda codes: f"ne:{codes[0]}%2Bne:{NOWHERE}"),
        expect=_where(lambda each, codes: each != codes[0]),
    ),
    AREA.check(
        "filter-or-ne", (165,), 1, "Not the one or not the other is everything.",
        ask=_codes(lambda codes: f"ne:{codes[0]},ne:{codes[1]}"),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "filter-mixed", (166,), 1, "An operator belongs to the value that it stands before.",
        ask=_codes(lambda codes: f"ne:{codes[0]},{codes[0]}"),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "filter-sw", (168,), 1, "sw means begins with.",
        ask=_codes(lambda codes: f"sw:{codes[0][:1]}"),
        expect=_where(lambda each, codes: each.startswith(codes[0][:1])),
    ),
    AREA.check(
        "filter-ew", (169,), 1, "ew means ends with.",
        ask=_codes(lambda codes: f"ew:{codes[0][-1:]}"),
        expect=_where(lambda each, codes: each.endswith(codes[0][-1:])),
    ),
    AREA.check(
        "filter-co", (170,), 1, "co means contains.",
        ask=_codes(lambda codes: f"co:{codes[0][-1:]}"),
        expect=_where(lambda each, codes: codes[0][-1:] in each),
    ),
    AREA.check(
        "filter-nc", (171,), 1, "nc means does not contain.",
        ask=_codes(lambda codes: f"nc:{codes[0]}"),
        expect=_where(lambda each, codes: codes[0] not in each),
    ),
    AREA.check(
        "filter-gt", (173,), 2, "gt orders codes by their ids.",
        ask=_codes(lambda codes: f"gt:{codes[0]}"),
        expect=_where(lambda each, codes: each > codes[0]),
    ),
    AREA.check(
        "filter-both", (174,), 1, "One value cannot be two.",
        ask=_codes(lambda codes: "+".join(codes[:2])), expect=nothing,
    ),
    AREA.check(
        "filter-half-unknown", (175,), 2, "Of a known and an unknown code, the known one counts.",
        ask=_codes(lambda codes: f"{codes[0]},{NOWHERE}"),
        expect=observations(expected.first_code),
    ),
    AREA.check(
        "filter-unknown", (176,), 2, "A code without data brings nothing.",
        ask=_codes(lambda _: NOWHERE), expect=nothing,
    ),
    AREA.check(
        "filter-case", (206,), 2, "Codes are told apart by case.",
        ask=_codes(lambda codes: f"{codes[0]}_{NOWHERE.lower()}"), expect=nothing,
    ),
    AREA.check(
        "filter-component", (177,), 2, "An unknown component is refused.",
        ask=lambda f: get(paths.data(f, f"c[{NOWHERE}]=1")), expect=refused(400, 422),
    ),
    AREA.check(
        "filter-twice", (178,), 1, "A component is filtered once.",
        ask=_twice, expect=refused(400, 422),
    ),
    AREA.check(
        "filter-no-operator", (179,), 2, "What is no operator is part of the value.",
        ask=_codes(lambda codes: f"xx:{codes[0]}"), expect=status(204, 400, 404),
    ),
    AREA.check(
        "filter-empty", (180,), 2, "A filter without a component is refused.",
        ask=lambda f: get(paths.data(f, "c[]=A")), expect=refused(400, 422),
    ),
    AREA.check(
        "filters", (160, 203), 1, "Filters on several components all hold.",
        ask=_two_filters, expect=observations(expected.the_series),
    ),
    AREA.check(
        "filters-open-path", (135,), 1, "Filters work behind a path that is left open.",
        ask=_of_all, expect=observations(lambda f: of_series(f, series(f))),
    ),
    AREA.check(
        "filter-and-key", (202,), 1, "Filter and key both hold.",
        ask=_against_key, expect=nothing,
    ),
    AREA.check(
        "time-range", (181,), 1, "A raw plus joins the ends of a range of time.",
        ask=_times(lambda p: f"ge:{p[1]}+le:{p[1]}"),
        expect=_when(lambda each, p: each == p[1]),
    ),
    AREA.check(
        "time-range-encoded", (182,), 2, "A percent-encoded plus does so too.",
        ask=_times(lambda p: f"ge:{p[0]}%2Ble:{p[1]}"),
        expect=_when(lambda each, p: each in p[:2]),
    ),
    AREA.check(
        "time-equal", (183,), 1, "A period means all within it.",
        ask=_times(lambda p: p[1]), expect=_when(lambda each, p: each == p[1]),
    ),
    AREA.check(
        "time-gt", (184,), 1, "gt leaves what begins after the period.",
        ask=_times(lambda p: f"gt:{p[0]}"), expect=_when(lambda each, p: each > p[0]),
    ),
    AREA.check(
        "time-lt", (185,), 1, "lt leaves what ends before the period.",
        ask=_times(lambda p: f"lt:{p[-1]}"), expect=_when(lambda each, p: each < p[-1]),
    ),
    AREA.check(
        "time-or", (187,), 1, "A plus binds tighter than a comma.",
        ask=_times(lambda p: f"ge:{p[0]}+le:{p[0]},ge:{p[-1]}"),
        expect=_when(lambda each, p: each in (p[0], p[-1])),
    ),
    AREA.check(
        "time-nothing", (186,), 1, "A time to come has no data.", ask=_future, expect=nothing,
    ),
    AREA.check(
        "time-bad", (190,), 1, "Periods that there are not are refused with 400.",
        ask=_bad_time, expect=refused(),
    ),
    AREA.check(
        "value-gt", (191,), 1, "gt compares values as numbers.",
        ask=_value("gt"), expect=_valued(lambda value, bound: value > bound),
    ),
    AREA.check(
        "value-le", (193,), 1, "le compares values as numbers.",
        ask=_value("le"), expect=_valued(lambda value, bound: value <= bound),
    ),
    AREA.check(
        "value-eq", (191,), 1, "A value can be asked for as it is.",
        ask=_value("eq"), expect=_valued(lambda value, bound: value == bound),
    ),
    AREA.check(
        "value-bad", (194,), 2, "A value that is no number makes no server fail.",
        ask=lambda f: get(paths.data(f, f"c[{_bound(f)[0]}]=gt:abc")),
        expect=expected.never_fails,
    ),
    AREA.check(
        "attribute", (195,), 1, "A filter on an attribute leaves the observations that have it.",
        ask=_attribute, expect=observations(_with_attribute),
    ),
)  # fmt: skip
