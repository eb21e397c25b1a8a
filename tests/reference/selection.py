"""What an answer must hold, found by looking at one observation after the other.

Source: SDMX-REST 2.2, doc/data.md; SDMX-REST 1.5, section 4.4; SDMX 3.1 Technical Notes,
section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

from tests.reference.conditions import exact, holds
from tests.reference.periods import chronological
from tests.reference.question import ALL, Question
from tests.reference.survey import AGENCY, PROVIDER, TIME, Component, Row, Survey


@dataclass(frozen=True)
class Group:
    """What is said of a group: its id, its part of the key, attributes by id."""

    id: str
    key: Row
    attributes: Row


@dataclass(frozen=True)
class Series:
    """A series, or a flat observation: its key, and its observations with all that they have."""

    key: Row
    rows: list[Row]


@dataclass(frozen=True)
class Answer:
    """One dataset of an answer.

    Attributes:
        survey: what it is of.
        context: what it was asked by.
        agreement: the id of the provision agreement, where it was asked by one.
        action: ``Replace``, ``Merge`` or ``Delete``.
        observed: the dimension at the observations, or ``AllDimensions``.
        series_key: ids of the dimensions that tell series apart.
        attributes, measures: ids of what is shown.
        levels: where each of the attributes stands.
        with_observations: whether observations are shown.
        of_dataset: values of attributes of the dataset.
        groups: what is said of groups.
        rows: the observations, or series where none are shown, in order.
        as_of: the instant asked about.
    """

    survey: Survey
    context: str
    agreement: str | None
    action: str
    observed: str
    series_key: tuple[str, ...]
    attributes: tuple[str, ...]
    measures: tuple[str, ...]
    levels: dict[str, str]
    with_observations: bool
    of_dataset: Row
    groups: list[Group]
    rows: list[Row]
    as_of: datetime | None = None

    @property
    def title(self) -> str:
        """English name of what was asked."""
        if self.context == "datastructure":
            return f"Structure DSD_{self.survey.name}"
        by_id = {id_: provider for provider, id_ in self.survey.agreements.items()}
        return f"Agreement with {by_id[self.agreement]}" if self.agreement else self.survey.title

    @property
    def is_flat(self) -> bool:
        """Whether there are no series."""
        return self.observed == ALL

    @property
    def series(self) -> list[Series]:
        """The series in the order of their first observation."""
        found: dict[tuple[str, ...], Series] = {}
        for row in self.rows:
            key = {id_: row[id_] for id_ in self.series_key}
            found.setdefault(tuple(key.values()), Series(key, [])).rows.append(row)
        return list(found.values())

    def at(self, *levels: str) -> list[Component]:
        """Return the shown attributes of some levels."""
        shown = (self.survey.component(id_) for id_ in self.attributes)
        return [a for a in shown if self.levels[a.id] in levels]


def answer(survey: Survey, asked: Question) -> Answer:
    """Return what an answer must hold; without any rows there must be none."""
    publications = [p for p in survey.publications if asked.as_of is None or p.at <= asked.as_of]
    now = publications[-1]
    rows = [
        row
        for row in _in_order(survey, now.rows)
        if _is_wanted({**now.of_dataset, **row}, survey, asked)
    ]
    return _arranged(survey, asked, rows, now.of_dataset)


def _is_wanted(row: Row, survey: Survey, asked: Question) -> bool:
    if asked.provider and row.get(PROVIDER) != f"{AGENCY}.{asked.provider}":
        return False
    by_key = not asked.keys or any(
        all(not key[n] or row[id_] in key[n] for n, id_ in enumerate(survey.dimensions))
        for key in asked.keys
    )
    return by_key and all(
        holds(alternatives, survey.component(id_), row.get(id_))
        for id_, alternatives in asked.filters.items()
    )


def _in_order(survey: Survey, rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [_rank(survey.component(id_), row) for id_ in survey.key])


def _rank(component: Component, row: Row) -> Any:
    """Return what values order by: codes as text, time by when it is, numbers as such."""
    value = row.get(component.id)
    if component.kind == "time":
        return chronological(value)
    if component.data_type in ("Double", "Integer", "Decimal"):
        number = None if value is None else exact(value)
        return (-inf, value or "") if number is None else (float(number), "")
    return (0, "") if value is None else (1, value)


def _arranged(survey: Survey, asked: Question, rows: list[Row], of_dataset: Row) -> Answer:
    observed = asked.observed or (TIME if survey.has_time else ALL)
    attributes = _shown(asked.attributes, survey.of_kind("attribute"))
    measures = _shown(asked.measures, survey.of_kind("measure"))
    levels = {id_: _level(survey.component(id_), observed) for id_ in attributes}
    usual = observed in (ALL, TIME)
    series_key = tuple(i for i in (survey.dimensions if usual else survey.key) if i != observed)
    with_observations = observed == ALL or bool(measures) or "observation" in levels.values()
    rows = _ends(rows, survey, asked)
    if asked.sort or not usual:
        rows = _sorted(rows, survey, asked, series_key)
    if not with_observations:
        first = {tuple(row[id_] for id_ in series_key): row for row in reversed(rows)}
        rows = [row for row in rows if first[tuple(row[id_] for id_ in series_key)] is row]
    rows = rows[asked.offset :][: asked.limit]
    is_whole = asked.attributes in (("dsd",), ("all",)) and asked.measures == ("all",)
    return Answer(
        survey=survey,
        context=asked.context,
        agreement=survey.agreements[asked.provider or ""]
        if asked.context == "provisionagreement"
        else None,
        action="Replace" if is_whole else "Merge",
        observed=observed,
        series_key=series_key,
        attributes=attributes,
        measures=measures,
        levels=levels,
        with_observations=with_observations,
        of_dataset={
            id_: of_dataset[id_]
            for id_ in attributes
            if levels[id_] == "dataset" and id_ in of_dataset
        },
        groups=_groups(survey, levels, rows),
        rows=rows,
        as_of=asked.as_of,
    )


def _shown(words: tuple[str, ...], components: Sequence[Component]) -> tuple[str, ...]:
    """Return the ids that words or ids stand for, in the order of the structure."""
    levels = {"dataset": ("dataset",), "series": ("group", "series"), "obs": ("observation",)}
    return tuple(
        c.id
        for c in components
        if {"all", "dsd", c.id} & set(words) or any(c.level in levels.get(w, ()) for w in words)
    )


def _level(attribute: Component, observed: str) -> str:
    """Return where an attribute stands: what depends on the observed dimension, there."""
    if attribute.level in ("group", "series") and observed in attribute.attached_to:
        return "observation"
    return attribute.level


def _ends(rows: list[Row], survey: Survey, asked: Question) -> list[Row]:
    if asked.first is None and asked.last is None:
        return rows
    series: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        series.setdefault(tuple(row[id_] for id_ in survey.dimensions), []).append(row)
    return [
        row
        for found in series.values()
        for place, row in enumerate(found)
        if place < (asked.first or 0) or place >= len(found) - (asked.last or 0)
    ]


def _sorted(
    rows: list[Row], survey: Survey, asked: Question, series_key: tuple[str, ...]
) -> list[Row]:
    """Return rows in the order asked for, or else by series and then what is observed."""
    observed = tuple((id_, False) for id_ in survey.key if id_ not in series_key)
    short = {"series_key": series_key, "*": survey.key}
    spelled: dict[str, bool] = {}
    for id_, down in asked.sort or (("series_key", False), *observed):
        for each in short.get(id_, (id_,)):
            spelled.setdefault(each, down)
    for id_, down in reversed(spelled.items()):
        component = survey.component(id_)
        if component.level == "dataset":
            continue
        ranks = sorted({_rank(component, row) for row in rows})
        place = {rank: n for n, rank in enumerate(reversed(ranks) if down else ranks)}
        rows = sorted(rows, key=lambda row, c=component, p=place: p[_rank(c, row)])
    return rows


def _groups(survey: Survey, levels: dict[str, str], rows: list[Row]) -> list[Group]:
    found: dict[tuple[str, tuple[str, ...]], Group] = {}
    for id_, members in survey.groups.items():
        ids = [a for a, level in levels.items() if level == "group"]
        ids = [a for a in ids if survey.component(a).group == id_]
        for row in rows:
            key = {d: row[d] for d in survey.dimensions if d in members}
            attributes = {a: row[a] for a in ids if a in row}
            if attributes:
                found.setdefault((id_, tuple(key.values())), Group(id_, key, attributes))
    return [found[place] for place in sorted(found)]
