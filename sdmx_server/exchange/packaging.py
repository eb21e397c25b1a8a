"""What of the components an answer shows, and at which level each stands in it.

Source: SDMX-REST 2.2, doc/data.md ("attributes", "measures", "dimensionAtObservation").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sdmx_server.dataset import Component, Level, ResolvedStructure
from sdmx_server.errors import QuerySyntaxError
from sdmx_server.query import ALL_DIMENSIONS, DataQuery

_WORDS: Mapping[str, Callable[[Component], bool]] = {
    "all": lambda component: True,
    "none": lambda component: False,
    "dsd": lambda component: not component.is_metadata,
    "msd": lambda component: component.is_metadata,
    "dataset": lambda component: component.level is Level.DATASET,
    "series": lambda component: component.level in (Level.GROUP, Level.SERIES),
    "obs": lambda component: component.level is Level.OBSERVATION,
}
"""The words of the parameter ``attributes``, and which attributes each stands for.

At a level metadata attributes stand as well as those of the data structure, and what a word
says of attributes it says of annotations too: SDMX-REST counts both as documentation.
"""

_ABOVE_SERIES = {Level.GROUP, Level.DATASET}


@dataclass(frozen=True, slots=True)
class Packaging:
    """How the observations of one structure are arranged in an answer.

    Attributes:
        dimension_at_observation: a dimension id or ``AllDimensions``.
        series_key: the dimensions that tell series apart, in DSD order; time among them
            where another dimension is at observation level.
        attributes: ids of the attributes to show, in DSD order.
        measures: ids of the measures to show, in DSD order.
        levels: where each shown attribute stands, and each shown column of annotations.
        with_observations: whether observations are shown at all.
        regrouped: whether the series are others than those that the store holds.
    """

    dimension_at_observation: str
    series_key: tuple[str, ...]
    attributes: tuple[str, ...]
    measures: tuple[str, ...]
    levels: Mapping[str, Level]
    with_observations: bool
    regrouped: bool

    @property
    def is_above_series(self) -> bool:
        """Whether nothing is shown but attributes of groups or of the whole dataset."""
        levels = set(self.levels.values())
        return not self.with_observations and bool(levels) and levels <= _ABOVE_SERIES


def packaging_of(query: DataQuery, structure: ResolvedStructure) -> Packaging:
    """Decide how to arrange the answer to a query.

    Raises:
        QuerySyntaxError: if the query names a component that the structure lacks.
    """
    at_observation = dimension_at_observation(query.dimension_at_observation, structure)
    flat = at_observation == ALL_DIMENSIONS
    attributes = _chosen("attributes", query.attributes, structure.attributes)
    measures = _chosen("measures", query.measures, structure.measures)
    levels = {a.id: _level(a, at_observation) for a in attributes}
    annotations = [
        a for a in structure.annotations if any(_is_meant(a, w) for w in query.attributes)
    ]
    crossed = not flat and at_observation != (structure.time.id if structure.time else None)
    key = structure.key if crossed else structure.dimensions
    return Packaging(
        dimension_at_observation=at_observation,
        series_key=tuple(d.id for d in key if d.id != at_observation),
        attributes=tuple(a.id for a in attributes),
        measures=tuple(m.id for m in measures),
        levels=levels | {a.id: _level(a, at_observation) for a in annotations},
        with_observations=flat or bool(measures) or Level.OBSERVATION in levels.values(),
        regrouped=crossed,
    )


def for_deletion(packed: Packaging, named: tuple[str, ...]) -> Packaging:
    """Return the same packaging for values that are gone.

    Args:
        packed: how the observations that hold are packaged.
        named: the components whose values are gone; empty for whole observations, of which
            the keys are told.
    """
    if not named:
        return replace(packed, attributes=(), measures=(), levels={}, with_observations=True)
    attributes = tuple(id_ for id_ in packed.attributes if id_ in named)
    levels = {id_: packed.levels[id_] for id_ in attributes}
    measures = tuple(id_ for id_ in packed.measures if id_ in named)
    return replace(
        packed,
        attributes=attributes,
        measures=measures,
        levels=levels,
        with_observations=bool(measures) or Level.OBSERVATION in levels.values(),
    )


def dimension_at_observation(wanted: str | None, structure: ResolvedStructure) -> str:
    """Return the dimension at observation level: the one wanted, else time, else all.

    Where there is but one dimension, it is all of them: no series could have a key.

    Raises:
        QuerySyntaxError: if it is no dimension of the structure.
    """
    allowed = [*(d.id for d in structure.key), ALL_DIMENSIONS]
    if wanted is not None and wanted not in allowed:
        raise QuerySyntaxError(
            f"dimensionAtObservation={wanted!r} is no dimension of {structure.dsd_urn}; "
            f"one of {', '.join(allowed)} is allowed."
        )
    if len(structure.key) == 1:
        return ALL_DIMENSIONS
    return wanted or (structure.time.id if structure.time else ALL_DIMENSIONS)


def _chosen(
    parameter: str, wanted: tuple[str, ...], components: tuple[Component, ...]
) -> list[Component]:
    """Return the components that a parameter names, by keyword or id, in DSD order.

    A metadata attribute that others are below stands for these too.
    """
    for word in wanted:
        if word not in _WORDS and not any(_is_named(c, word) for c in components):
            allowed = ", ".join(sorted(c.id for c in components)) or "none"
            raise QuerySyntaxError(f"{parameter}={word!r} is unknown; allowed ids: {allowed}.")
    return [c for c in components if any(_is_named(c, w) or _is_meant(c, w) for w in wanted)]


def _is_named(component: Component, id_: str) -> bool:
    return component.id == id_ or (component.is_nested and component.id.startswith(f"{id_}."))


def _is_meant(component: Component, word: str) -> bool:
    return word in _WORDS and _WORDS[word](component)


def _level(attribute: Component, at_observation: str) -> Level:
    level = attribute.level or Level.OBSERVATION
    if level in (Level.GROUP, Level.SERIES) and at_observation in attribute.dimensions:
        return Level.OBSERVATION
    return level
