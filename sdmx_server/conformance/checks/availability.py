"""Availability queries, on both versions of SDMX-REST.

Source: SDMX-REST 1.5, section 4.6.1; SDMX-REST 2.2, doc/availability.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask, Check
from sdmx_server.conformance.decoding.data import Observation, code, without
from sdmx_server.conformance.decoding.structure import Artefact, Region
from sdmx_server.conformance.expectations import (
    nothing,
    refused,
    require,
    require_references,
    structures_of,
)
from sdmx_server.conformance.facts import (
    NOWHERE,
    Facts,
    Inapplicable,
    having,
    require_whole,
    series,
    varied,
)
from sdmx_server.conformance.request import Answer, Request, get

_V1 = Area("v1", "availability", "SDMX-REST 1.5, section 4.6.1")
_V2 = Area("v2", "availability", "SDMX-REST 2.2, doc/availability.md")
CONSTRAINTS = ("contentconstraint", "dataconstraint", "availabilityconstraint")
Codes = dict[str, set[str]]
Rows = Callable[[int, int], tuple[int, ...]]


def _available(query: str = "", component: str = "") -> Ask:
    return lambda f: get(paths.availability(f, query, component=component))


def _of_first_code(query: str = "") -> Ask:
    """Ask for what is available of the first code of the dimension with the most."""
    return lambda f: get(paths.availability(f, query, of=paths.key(f, _first(f))))


def _first(facts: Facts) -> dict[str, str]:
    dimension, found = varied(facts)
    return {dimension: found[0]}


def constraint(answer: Answer) -> Artefact:
    """Return the one constraint of an answer.

    Raises:
        Unmet, Inapplicable: if there is not exactly one, or by its status.
    """
    found = structures_of(answer).of(*CONSTRAINTS)
    require(len(found) == 1, f"{len(found)} constraints came, not 1")
    return found[0]


def _region(answer: Answer) -> Region:
    region = constraint(answer).region
    return region or Region({}, frozenset())


def codes_of(facts: Facts, observations: Sequence[Observation]) -> Codes:
    """Return the codes in use of each dimension, time aside."""
    return {d: {code(o.key, d) for o in observations} for d in facts.shape.dimensions}


def require_codes(region: Region, expected: Codes) -> None:
    """Go on where a region has exactly some codes.

    Raises:
        Unmet: where it has not, naming a code that is missing or too much.
    """
    for dimension, wanted in expected.items():
        came = region.values.get(dimension, frozenset())
        lacking, extra = sorted(wanted - came), sorted(came - wanted)
        require(not lacking, f"{dimension} lacks {', '.join(lacking[:5])}")
        require(not extra, f"{dimension} has {', '.join(extra[:5])}, without data")


def _all_codes(facts: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_codes(_region(answer), codes_of(facts, facts.data.observations))


def _codes_of_first(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the codes that have data together with the first code."""
    for answer in answers:
        require_codes(_region(answer), codes_of(facts, _observations_of_first(facts)))


def _observations_of_first(facts: Facts) -> tuple[Observation, ...]:
    ((dimension, first),) = _first(facts).items()
    return having(facts, lambda key: code(key, dimension) == first)


def _codes_beside_first(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect every code of the dimension that is chosen from, and of others what goes with it."""
    require_whole(facts)
    ((dimension, _),) = _first(facts).items()
    expected = codes_of(facts, _observations_of_first(facts))
    expected[dimension] = codes_of(facts, facts.data.observations)[dimension]
    require_codes(_region(answers[0]), expected)


def _codes_of_series(facts: Facts, answers: Sequence[Answer]) -> None:
    own = series(facts)
    require_codes(_region(answers[0]), {d: {code(own, d)} for d in facts.shape.dimensions})


def _one_component(facts: Facts, answers: Sequence[Answer]) -> None:
    dimension, found = varied(facts)
    region = _region(answers[0])
    require(set(region.values) == {dimension}, f"{', '.join(sorted(region.values))} came")
    require_codes(region, {dimension: set(found)})


def _counts(facts: Facts, answers: Sequence[Answer]) -> None:
    region = _region(answers[0])
    if region.series is None and region.observations is None:
        raise Inapplicable("the service tells no counts")
    time = facts.shape.time or ""
    series_count = len({without(each.key, time) for each in facts.data.observations})
    came = (region.series, region.observations)
    expected = (series_count, len(facts.data.observations))
    wrong = [
        f"{a} is told, not {b}" for a, b in zip(came, expected, strict=True) if a not in (None, b)
    ]
    require(not wrong, f"of series and observations, {' and '.join(wrong)}")


def _counts_are_told(_: Facts, answers: Sequence[Answer]) -> None:
    region = _region(answers[0])
    require(region.series is not None, "the number of series is not told")
    require(region.observations is not None, "the number of observations is not told")


def _time_is_told(facts: Facts, answers: Sequence[Answer]) -> None:
    region = _region(answers[0])
    time = facts.shape.time
    if time is None:
        raise Inapplicable("the data structure found has no time dimension")
    require(time in region.ranged or time in region.values, f"{time} is not told")


def _actual(facts: Facts, answers: Sequence[Answer]) -> None:
    found = constraint(answers[0])
    require(found.role == "Actual", f"the constraint is of type {found.role}")
    require(facts.dataflow in found.refers, "the constraint is not attached to the dataflow")


def _attached(facts: Facts, answers: Sequence[Answer]) -> None:
    require(facts.dataflow in constraint(answers[0]).refers, "it is not attached to the dataflow")


def _with_codelists(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect codelists of codes in use and their parents, marked where they are cut."""
    message = structures_of(answers[0])
    require_references(message, kinds=(*CONSTRAINTS, "codelist"))
    whole = {a.reference: a for a in facts.structures.of("codelist")}
    lists = {a.reference: a for a in message.of("codelist")}
    for dimension, reference in facts.shape.codelists:
        found = lists.get(reference)
        if found is None or reference not in whole:
            require(reference not in whole, f"{reference} is not in the answer")
            continue
        used = _used_items(facts, reference)
        lacking = used - set(found.items)
        require(not lacking, f"{reference} lacks {', '.join(sorted(lacking)[:5])}")
        cut = len(found.items) < len(whole[reference].items)
        require(found.partial or not cut, f"{reference} is cut and not marked as partial")
        unused = [i for i in found.items if i not in used and i not in found.parents]
        require(not unused, f"{dimension}: {', '.join(unused[:5])} is neither used nor a parent")


def _used_items(facts: Facts, reference: object) -> set[str]:
    dimensions = [d for d, codelist in facts.shape.codelists if codelist == reference]
    return {code(o.key, d) for o in facts.data.observations for d in dimensions}


def _with_everything(facts: Facts, answers: Sequence[Answer]) -> None:
    message = structures_of(answers[0])
    require_references(message, having=(facts.dataflow, facts.datastructure))
    for kind in ("codelist", "conceptscheme"):
        require(bool(message.of(kind)), f"no {kind} is in the answer")


def _key_of(text: str) -> Ask:
    def ask(facts: Facts) -> Sequence[Request]:
        dimension, _ = varied(facts)
        return get(paths.availability(facts, of=paths.key(facts, {dimension: text})))

    return ask


def _both(area: Area, rows: Rows) -> list[Check]:
    """Return what holds for both versions; ``rows`` chooses a row of each."""
    return [*_codes(area, rows), *_references(area, rows), *_counted(area, rows)]


def _codes(area: Area, rows: Rows) -> list[Check]:
    return [
        area.check(
            "available", rows(99, 245), 1, "Exactly the codes that have data are available.",
            ask=_available(), expect=_all_codes,
        ),
        area.check(
            "available-exact", rows(100, 250), 1, "A key leaves the codes of the data it brings.",
            ask=_of_first_code(), expect=_codes_of_first,
        ),
        area.check(
            "available-mode-exact", rows(100, 250), 1, "mode=exact is the default.",
            ask=_of_first_code("mode=exact"), expect=_codes_of_first,
        ),
        area.check(
            "available-others", rows(101, 247), 1,
            "mode=available leaves also what may be chosen instead.",
            ask=_of_first_code("mode=available"), expect=_codes_beside_first,
        ),
        area.check(
            "available-series", rows(100, 250), 1, "A full key leaves its own codes.",
            ask=lambda f: get(paths.availability(f, of=paths.key(f, series(f)))),
            expect=_codes_of_series,
        ),
        area.check(
            "available-component", rows(103, 249), 1, "A component can be asked for alone.",
            ask=lambda f: _available(component=varied(f)[0])(f), expect=_one_component,
        ),
        area.check(
            "available-nothing", rows(106, 254), 1, "Without data nothing is available.",
            ask=_key_of(NOWHERE), expect=nothing,
        ),
    ]  # fmt: skip


def _references(area: Area, rows: Rows) -> list[Check]:
    return [
        area.check(
            "available-codelists", rows(104, 251), 1,
            "references=codelist brings the codes in use, in codelists marked as partial.",
            ask=_available("references=codelist"), expect=_with_codelists,
        ),
        area.check(
            "available-all", rows(105, 251), 1,
            "references=all brings the dataflow, its structure, concepts and codes.",
            ask=_available("references=all"), expect=_with_everything,
        ),
        area.check(
            "available-bad-mode", rows(107, 253), 1, "An unknown mode is refused with 400.",
            ask=_available("mode=maybe"), expect=refused(),
        ),
        area.check(
            "available-bad-references", rows(107, 251), 1, "Unknown references are refused.",
            ask=_available("references=bogus"), expect=refused(),
        ),
        area.check(
            "available-bad-component", rows(103, 253), 2, "An unknown component is refused.",
            ask=_available(component=NOWHERE), expect=refused(400, 403, 404, 422),
        ),
    ]  # fmt: skip


def _counted(area: Area, rows: Rows) -> list[Check]:
    return [
        area.check(
            "available-counts", rows(108, 245), 1, "Counts that are told are those of the data.",
            ask=_available(), expect=_counts,
        ),
        area.check(
            "available-counted", rows(108, 245), 2, "Series and observations are counted.",
            ask=_available(), expect=_counts_are_told,
        ),
        area.check(
            "available-time", rows(99, 257), 2, "The time that is covered is told.",
            ask=_available(), expect=_time_is_told,
        ),
    ]  # fmt: skip


CHECKS = (
    *_both(_V1, lambda v1, v2: (v1,)),
    _V1.check(
        "available-actual", (99,), 1, "A constraint of type Actual is attached to the dataflow.",
        ask=_available(), expect=_actual,
    ),
    *_both(_V2, lambda v1, v2: (v2,)),
    _V2.check(
        "available-attached", (245,), 1, "The constraint is attached to the dataflow.",
        ask=_available(), expect=_attached,
    ),
    _V2.check(
        "available-filter", (246,), 1, "A filter leaves the same as the key would.",
        ask=lambda f: get(
            *(paths.availability(f, f"c[{d}]={first}") for d, first in _first(f).items())
        ),
        expect=_codes_of_first,
    ),
    _V2.check(
        "available-context", (252,), 1, "The context is one, and none of any other type.",
        ask=lambda f: get(
            f"/availability/*/{f.dataflow.agency}/{f.dataflow.id}",
            f"/availability/dataflow,datastructure/{f.dataflow.agency}/{f.dataflow.id}",
            f"/availability/codelist/{f.dataflow.agency}/{f.dataflow.id}",
        ),
        expect=refused(),
    ),
)  # fmt: skip
