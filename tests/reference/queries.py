"""Queries at random, whose answers hold what writers and selections stumble over."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random

from tests.reference.conditions import exact
from tests.reference.question import ALL, DETAILS, Alternatives, Question
from tests.reference.survey import TIME, Component, Survey, Value

_COMPARING = ("eq", "ne", "lt", "le", "gt", "ge")
_MATCHING = ("co", "nc", "sw", "ew")
_PERIODS = ("2009", "2009-06", "2009-11-05", "2010", "2010-02", "2010-Q1", "2010-S2", "2011",
            "2010-W20", "2012")  # fmt: skip
_WORDS = ("dsd", "dsd", "dsd", "all", "none", "dataset", "series", "obs")


def question_of_2(random: Random, survey: Survey) -> Question:
    """Return a query of SDMX-REST 2.2."""
    context, provider = _context(random, survey)
    first, last = _ends(random)
    observed = _observed(random, survey)
    as_of = _instant(random, survey, 0.2)
    after = _instant(random, survey, 0.2)
    if after and as_of and after > as_of:
        after = None  # which would be an error
    return Question(
        keys=tuple(_key(random, survey, 1) for _ in range(random.choice((0, 0, 1, 1, 2, 3)))),
        filters=_filters(random, survey),
        provider=provider,
        first=first,
        last=last,
        observed=observed,
        attributes=_attributes(random, survey),
        measures=_measures(random, survey),
        offset=random.choice((0, 0, 0, 1, 7, 60)),
        limit=random.choice((None, None, None, 1, 5, 80)),
        sort=_sort(random, survey, observed),
        as_of=as_of,
        after=after,
        history=random.random() < 0.1,
        context=context,
    )


def question_of_1(random: Random, survey: Survey) -> Question:
    """Return a query of SDMX-REST 1.5."""
    first, last = _ends(random)
    attributes, measures = random.choice([*DETAILS, *([next(iter(DETAILS))] * 3)])
    provider = random.choice((None, None, *survey.agreements))
    bounds = [(operator, random.choice(_PERIODS)) for operator in ("ge", "le")]
    bounds = random.choice(([], [], bounds, bounds[:1], bounds[1:])) if survey.has_time else []
    return Question(
        keys=tuple(_key(random, survey, 3) for _ in range(random.choice((0, 1, 1)))),
        filters={TIME: (tuple(bounds),)} if bounds else {},
        provider=provider,
        first=first,
        last=last,
        observed=_observed(random, survey),
        attributes=attributes,
        measures=measures,
        after=_instant(random, survey, 0.2),
        history=random.random() < 0.1,
    )


def _context(random: Random, survey: Survey) -> tuple[str, str | None]:
    context = random.choice(("dataflow", "dataflow", "datastructure", "provisionagreement"))
    if context != "provisionagreement":
        return context, None
    if not survey.agreements:
        return "dataflow", None
    return context, random.choice(list(survey.agreements))


def _key(random: Random, survey: Survey, most: int) -> tuple[frozenset[str], ...]:
    """Return a key: some positions with codes, of which one may be unknown.

    Several codes a position are SDMX-REST 1.5, which takes none but ids.
    """
    allowed = re.compile("[A-Za-z0-9_@$-]+" if most > 1 else "[^ .,+*]+")
    positions = []
    for id_ in survey.dimensions:
        known = sorted({row[id_] for row in survey.publications[-1].rows})
        codes = [*filter(allowed.fullmatch, known), "ZZZ"]
        some = random.sample(codes, min(random.randint(1, most), len(codes)))
        positions.append(frozenset(some) if random.random() < 0.5 else frozenset())
    return tuple(positions)


def _ends(random: Random) -> tuple[int | None, int | None]:
    usual = ((None, None),) * 5
    return random.choice((*usual, (1, None), (2, None), (None, 1), (None, 3), (1, 1), (3, 2)))


def _observed(random: Random, survey: Survey) -> str | None:
    return random.choice((None, None, None, ALL, ALL, *survey.key))


def _attributes(random: Random, survey: Survey) -> tuple[str, ...]:
    if random.random() < 0.75:
        return (random.choice(_WORDS),)
    ids = [c.id for c in survey.of_kind("attribute")]
    some = tuple(random.sample(ids, random.randint(1, 3)))
    return (*some, random.choice(("dataset", "obs"))) if random.random() < 0.3 else some


def _measures(random: Random, survey: Survey) -> tuple[str, ...]:
    ids = [c.id for c in survey.of_kind("measure")]
    return random.choice((("all",), ("all",), ("all",), ("none",), (random.choice(ids),)))


def _instant(random: Random, survey: Survey, often: float) -> datetime | None:
    """Return an instant at a publication, or a little before or after it; mostly none."""
    if random.random() >= often:
        return None
    return random.choice(survey.publications).at + timedelta(days=random.choice((0, 3)))


def _sort(random: Random, survey: Survey, observed: str | None) -> tuple[tuple[str, bool], ...]:
    if random.random() < 0.5:
        return ()
    is_flat = observed == ALL or not survey.has_time
    short = [("*", random.random() < 0.5)] if is_flat else [("series_key", random.random() < 0.5)]
    ids = [c.id for c in survey.components if not (c.is_array or c.is_multilingual)]
    some = [(id_, random.random() < 0.5) for id_ in random.sample(ids, random.randint(1, 3))]
    return tuple(random.choice((short, some, some, short + some, some + short)))


def _filters(random: Random, survey: Survey) -> dict[str, Alternatives]:
    chosen = random.sample(survey.components, random.choice((0, 0, 1, 1, 2)))
    return {c.id: _alternatives(random, survey, c) for c in chosen}


def _alternatives(random: Random, survey: Survey, component: Component) -> Alternatives:
    return tuple(
        tuple(_condition(random, survey, component) for _ in range(random.choice((1, 1, 2))))
        for _ in range(random.choice((1, 1, 1, 2, 3)))
    )


def _condition(random: Random, survey: Survey, component: Component) -> tuple[str, str]:
    values = sorted(_texts([row.get(component.id) for row in survey.publications[-1].rows]))
    if component.level == "dataset":
        values = sorted(_texts([survey.publications[-1].of_dataset.get(component.id)]))
    value = random.choice([v for v in values if len(v) < 100] or ["x"])
    by = random.choice((*_COMPARING, *_COMPARING, *_MATCHING))
    if component.kind == "time":
        return random.choice(_COMPARING), random.choice(_PERIODS)
    if component.data_type in ("Double", "Integer", "Decimal") and by in _COMPARING:
        return (by if exact(value) is not None else random.choice(("eq", "ne"))), value
    if by in _MATCHING and len(value) > 2:
        start = random.randrange(len(value) - 2)
        value = value[start : start + 2] if by in ("co", "nc") else value[:2]
    return by, value


def _texts(value: Value) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value
    return {text for part in parts for text in _texts(part)}
