"""What an answer must hold: observations, and how they are packed.

Source: SDMX-REST 2.2, doc/data.md ("attributes", "measures", "dimensionAtObservation",
"offset", "limit"); SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.reference.changes import Episode, episodes
from tests.reference.question import ALL, Question
from tests.reference.selection import ends, in_order
from tests.reference.survey import SAID_OF_OBSERVATION, SAID_OF_SERIES, TIME, Component, Row, Survey


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
        annotated: ``series`` and ``observation`` where what is said of them is shown.
        valid_from, valid_to: since when these hold, until when they did; None for not asked.
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
    of_dataset: Row = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    annotated: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_to: datetime | None = None

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

    def said_of_series(self, row: Row) -> list[Row]:
        """Return the annotations of the series that an observation belongs to."""
        is_theirs = "series" in self.annotated and self.observed == TIME
        return row.get(SAID_OF_SERIES, []) if is_theirs else []

    def said_of_observation(self, row: Row) -> list[Row]:
        """Return the annotations of an observation; of series other than in time, those too."""
        said: list[Row] = []
        if "series" in self.annotated and self.observed != TIME:
            said += row.get(SAID_OF_SERIES, [])
        return said + (row.get(SAID_OF_OBSERVATION, []) if "observation" in self.annotated else [])

    def at(self, *levels: str) -> list[Component]:
        """Return the shown attributes of some levels."""
        shown = (self.survey.component(id_) for id_ in self.attributes)
        return [a for a in shown if self.levels[a.id] in levels]


def packed(survey: Survey, asked: Question) -> Answer:
    """Return how answers to a query are packed, without anything in them."""
    observed = asked.observed or (TIME if survey.has_time else ALL)
    attributes = _shown(asked.attributes, survey.of_kind("attribute"))
    measures = _shown(asked.measures, survey.of_kind("measure"))
    levels = {id_: _level(survey.component(id_), observed) for id_ in attributes}
    key = survey.dimensions if observed in (ALL, TIME) else survey.key
    is_whole = asked.attributes in (("dsd",), ("all",)) and asked.measures == ("all",)
    is_by_agreement = asked.context == "provisionagreement"
    return Answer(
        survey=survey,
        context=asked.context,
        agreement=survey.agreements[asked.provider or ""] if is_by_agreement else None,
        action="Replace" if is_whole else "Merge",
        observed=observed,
        series_key=tuple(id_ for id_ in key if id_ != observed),
        attributes=attributes,
        measures=measures,
        levels=levels,
        with_observations=observed == ALL or bool(measures) or "observation" in levels.values(),
        annotated=_annotated(asked.attributes),
    )


def answers(surveys: Sequence[Survey], asked: Question) -> list[Answer]:
    """Return what the datasets of an answer must hold; none where nothing is found.

    What lacks a component that is filtered does not match.
    """
    found = []
    skip, left = asked.offset, asked.limit
    matching = [s for s in surveys if asked.filters.keys() <= {c.id for c in s.components}]
    for survey, episode in ((s, e) for s in matching for e in episodes(s, asked)):
        pack = _of_what_is_gone(packed(survey, asked), episode)
        if pack is None:
            continue
        rows = _listed(episode.rows, pack, asked)
        shown = rows[skip:][:left]
        skip = max(0, skip - len(rows))
        left = None if left is None else left - len(shown)
        if shown:
            found.append(_filled(pack, episode, shown))
    return found


def _of_what_is_gone(pack: Answer, episode: Episode) -> Answer | None:
    """Return how what is gone is packed; None where it need not be told.

    Values are told only where they were asked for, and where no replacement of the whole
    observation tells of them.
    """
    gone = episode.gone
    if gone is None:
        return pack
    if gone == "":
        return replace(
            pack,
            action="Delete",
            attributes=(),
            measures=(),
            levels={},
            with_observations=True,
            annotated=frozenset(),
        )
    if pack.action == "Replace" or gone not in (*pack.attributes, *pack.measures):
        return None
    return replace(
        pack,
        action="Delete",
        attributes=tuple(id_ for id_ in pack.attributes if id_ == gone),
        measures=tuple(id_ for id_ in pack.measures if id_ == gone),
        levels={id_: level for id_, level in pack.levels.items() if id_ == gone},
        with_observations=True,
        annotated=frozenset(),
    )


def _filled(pack: Answer, episode: Episode, rows: list[Row]) -> Answer:
    return replace(
        pack,
        rows=rows,
        of_dataset={
            id_: episode.of_dataset[id_]
            for id_, level in pack.levels.items()
            if level == "dataset" and id_ in episode.of_dataset
        },
        groups=_groups(pack, rows),
        valid_from=episode.valid_from,
        valid_to=episode.valid_to,
    )


def _listed(rows: list[Row], pack: Answer, asked: Question) -> list[Row]:
    """Return observations, or the first of each series where none are shown, in order."""
    rows = ends(rows, pack.survey, asked)
    if asked.sort or pack.observed not in (ALL, TIME):
        rows = in_order(rows, pack.survey, asked, pack.series_key)
    if pack.with_observations:
        return rows
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        first.setdefault(tuple(row[id_] for id_ in pack.series_key), row)
    return list(first.values())


def _groups(pack: Answer, rows: list[Row]) -> list[Group]:
    found: dict[tuple[str, tuple[str, ...]], Group] = {}
    for id_, members in pack.survey.groups.items():
        ids = [a for a, level in pack.levels.items() if level == "group"]
        ids = [a for a in ids if pack.survey.component(a).group == id_]
        for row in rows:
            key = {d: row[d] for d in pack.survey.dimensions if d in members}
            attributes = {a: row[a] for a in ids if a in row}
            if attributes:
                found.setdefault((id_, tuple(key.values())), Group(id_, key, attributes))
    return [found[place] for place in sorted(found)]


def _shown(words: tuple[str, ...], components: Sequence[Component]) -> tuple[str, ...]:
    """Return the ids that words or ids stand for, in the order of the structure."""
    levels = {"dataset": ("dataset",), "series": ("group", "series"), "obs": ("observation",)}
    return tuple(
        c.id
        for c in components
        if {"all", "dsd", c.id} & set(words) or any(c.level in levels.get(w, ()) for w in words)
    )


def _annotated(words: tuple[str, ...]) -> frozenset[str]:
    """Return whose annotations are shown: where all attributes of a level are."""
    levels = {"series": "series", "obs": "observation"}
    if {"all", "dsd"} & set(words):
        return frozenset(levels.values())
    return frozenset(level for word, level in levels.items() if word in words)


def _level(attribute: Component, observed: str) -> str:
    """Return where an attribute stands: what depends on the observed dimension, there."""
    if attribute.level in ("group", "series") and observed in attribute.attached_to:
        return "observation"
    return attribute.level
