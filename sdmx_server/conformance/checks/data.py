"""What both versions of SDMX-REST say of data: requests and expectations that they share.

Source: SDMX-REST 1.5, section 4.4; SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Ask, Expect
from sdmx_server.conformance.decoding.data import Key, Observation, code, without
from sdmx_server.conformance.expectations import (
    Choose,
    data_of,
    require,
    require_same_data,
    spell,
)
from sdmx_server.conformance.facts import (
    Facts,
    Inapplicable,
    having,
    of_series,
    periods,
    series,
    time_dimension,
    varied,
)
from sdmx_server.conformance.request import Answer, get


def all_data(query: str = "") -> Ask:
    """Ask for all data within the scope."""
    return lambda f: get(paths.data(f, query))


def everything(facts: Facts) -> Iterable[Observation]:
    """Choose all observations."""
    return facts.data.observations


def the_series(facts: Facts) -> Iterable[Observation]:
    """Choose the observations of the longest series."""
    return of_series(facts, series(facts))


def first_code(facts: Facts) -> Iterable[Observation]:
    """Choose the observations with the first code of the dimension with the most codes."""
    return with_codes(facts, 0, 1)


def first_two_codes(facts: Facts) -> Iterable[Observation]:
    """Choose the observations with the first two codes of that dimension."""
    return with_codes(facts, 0, 2)


def with_codes(facts: Facts, start: int, end: int | None) -> Iterable[Observation]:
    """Choose the observations with some codes of the dimension with the most codes."""
    dimension, found = varied(facts)
    wanted = set(found[start:end])
    return having(facts, lambda key: code(key, dimension) in wanted)


def between(start: int, end: int, minimum: int = 3) -> Choose:
    """Choose the observations of the longest series between two of its periods, both included."""

    def choose(facts: Facts) -> Iterable[Observation]:
        wanted = set(periods(facts, minimum)[start:][: end - start + 1 if end >= 0 else None])
        own, time = series(facts), time_dimension(facts)
        return having(facts, lambda key: own <= key and code(key, time) in wanted)

    return choose


def ends(first: int, last: int) -> Choose:
    """Choose some observations at the start and at the end of the longest series."""

    def choose(facts: Facts) -> Iterable[Observation]:
        found = periods(facts, 3)
        wanted = {*found[:first], *(found[-last:] if last else ())}
        own, time = series(facts), time_dimension(facts)
        return having(facts, lambda key: own <= key and code(key, time) in wanted)

    return choose


def one_each(latest: bool) -> Expect:
    """Expect every series with its first or its last observation alone."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        time = time_dimension(facts)
        found = data_of(facts, answers[0])
        lists: dict[Key, list[str]] = {}
        for each in found.observations:
            lists.setdefault(without(each.key, time), []).append(code(each.key, time))
        for key, times in lists.items():
            require(len(times) == 1, f"{len(times)} observations came of {spell(key)}")
        known = {without(each.key, time) for each in facts.data.observations}
        lacking = known - set(lists)
        require(not lacking, f"{len(lacking)} series are not in the answer")
        own = periods(facts, 2)
        wanted = own[-1] if latest else own[0]
        came = lists[series(facts)][0]
        require(came == wanted, f"{came} came of {spell(series(facts))}, not {wanted}")

    return expect


def series_alone(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the keys of all series, and no observation or attribute."""
    time = time_dimension(facts)
    known = {without(each.key, time) for each in facts.data.observations}
    for answer in answers:
        found = data_of(facts, answer)
        require(not found.observations, f"{len(found.observations)} observations came")
        require(set(found.series) == known, f"{len(found.series)} series came, not {len(known)}")
        require(not found.attributes, f"attributes came: {', '.join(sorted(found.attributes))}")


def no_measures(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the attributes that all data have, and no value of a measure."""
    found = data_of(facts, answers[0])
    valued = [each for each in found.observations if each.values]
    require(not valued, f"{len(valued)} observations have values")
    wanted = {a for level, a in facts.data.levels if level in ("dataset", "group", "series")}
    lacking = wanted - found.attributes
    require(not lacking, f"attributes are missing: {', '.join(sorted(lacking))}")


def no_attributes(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect all observations with their values, and no attribute."""
    found = data_of(facts, answers[0])
    require_same_data(found, facts.data)
    require(not found.attributes, f"attributes came: {', '.join(sorted(found.attributes))}")


def flat(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect all observations, and no series around them."""
    found = data_of(facts, answers[0])
    require_same_data(found, facts.data)
    require(not found.series, f"{len(found.series)} series came, not observations alone")


def across(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect all observations, with time in the keys of the series and another dimension not."""
    dimension, _ = varied(facts)
    found = data_of(facts, answers[0])
    require_same_data(found, facts.data)
    require(bool(found.series), "no series came")
    time = time_dimension(facts)
    for key in found.series:
        names = {name for name, _ in key}
        require(dimension not in names, f"{dimension} is part of the series {spell(key)}")
        require(time in names, f"{time} is no part of the series {spell(key)}")


def group_attributes(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect attributes of groups at groups, never at series."""
    found = data_of(facts, answers[0])
    of_groups = {each.id for each in facts.shape.attributes if each.level == "group"}
    came = of_groups & found.attributes
    if not came:
        raise Inapplicable("no attribute of a group has a value in the data found")
    at_series = {a for level, a in found.levels if level in ("series", "observation")} & of_groups
    require(not at_series, f"{', '.join(sorted(at_series))} stands at series or observations")


def never_fails(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect any answer but a failure of the server."""
    for answer in answers:
        require(answer.failure is None, answer.failure or "")
        require(answer.status != 500, f"the status of {answer.request.path[:80]} is 500")
