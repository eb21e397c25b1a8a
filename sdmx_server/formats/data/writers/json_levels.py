"""Where the components of an SDMX-JSON answer stand: data set, group, series, observation.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "dimensions,
measures, attributes"; sdmx-json 1.0.0, the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdmx_server.dataset import Component, Dataset, Level, ResolvedStructure
from sdmx_server.formats.data.writers.annotations import annotated
from sdmx_server.query import ALL_DIMENSIONS

Components = tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """The components of the data sets of one structure, by the level they are presented at.

    Attributes:
        structure: the structure.
        is_flat: whether observations stand alone, each with its whole key.
        dataset_dimensions: dimensions that hold one code in all the data sets.
        series_dimensions: the dimensions that make up the keys of series, in order.
        observation_dimensions: those that make up the keys of observations, in order.
        measures: the measures.
        dataset_attributes: attributes with one value a data set.
        group_attributes: attributes of partial keys.
        series_attributes: attributes of series.
        observation_attributes: attributes of observations.
        series_annotations: columns that hold what is said of series.
        observation_annotations: columns that hold what is said of observations.
    """

    structure: ResolvedStructure
    is_flat: bool
    dataset_dimensions: Components
    series_dimensions: Components
    observation_dimensions: Components
    measures: Components
    dataset_attributes: Components
    group_attributes: Components
    series_attributes: Components
    observation_attributes: Components
    series_annotations: tuple[str, ...]
    observation_annotations: tuple[str, ...]

    @property
    def dimensions(self) -> Components:
        """All dimensions that are presented."""
        return (
            *self.dataset_dimensions,
            *self.series_dimensions,
            *self.observation_dimensions,
        )

    @property
    def attributes(self) -> Components:
        """All attributes that are presented."""
        return (
            *self.dataset_attributes,
            *self.group_attributes,
            *self.series_attributes,
            *self.observation_attributes,
        )


def levels_of(datasets: Sequence[Dataset], *, has_groups: bool) -> Levels:
    """Return where the components of data sets that share a structure stand.

    Series keys alone cannot be presented flat where there is time: they stay series.

    Args:
        datasets: the data sets.
        has_groups: whether the format presents attributes of partial keys by themselves.
    """
    first = datasets[0]
    structure = first.structure
    inner = first.dimension_at_observation
    if inner == ALL_DIMENSIONS and not first.with_observations and structure.time:
        inner = structure.time.id
    is_flat = inner == ALL_DIMENSIONS
    outer = [c for c in structure.key if c.id != inner]
    constants = _constants(datasets, outer)
    varying = tuple(c for c in outer if c.id not in constants)
    by_level = {
        level: tuple(
            a
            for a in structure.attributes
            if a.id in first.attributes
            and _presented(a, first.levels[a.id], inner, has_groups=has_groups) is level
        )
        for level in Level
    }
    placed = {
        column.id: _presented(column, first.levels[column.id], inner, has_groups=has_groups)
        for column in annotated(datasets)
    }
    return Levels(
        structure=structure,
        is_flat=is_flat,
        dataset_dimensions=tuple(c for c in outer if c.id in constants),
        series_dimensions=() if is_flat else varying,
        observation_dimensions=(
            varying if is_flat else tuple(c for c in structure.key if c.id == inner)
        ),
        measures=tuple(m for m in structure.measures if m.id in first.measures),
        dataset_attributes=by_level[Level.DATASET],
        group_attributes=by_level[Level.GROUP],
        series_attributes=by_level[Level.SERIES],
        observation_attributes=by_level[Level.OBSERVATION],
        series_annotations=tuple(c for c, at in placed.items() if at is Level.SERIES),
        observation_annotations=tuple(c for c, at in placed.items() if at is Level.OBSERVATION),
    )


def same_levels(dataset: Dataset) -> object:
    """Return what data sets that can be described together have in common."""
    return (
        dataset.structure.urn,
        dataset.dimension_at_observation,
        dataset.with_observations,
        dataset.attributes,
        dataset.measures,
        tuple(sorted((id_, level.value) for id_, level in dataset.levels.items())),
    )


def _constants(datasets: Sequence[Dataset], outer: Sequence[Component]) -> frozenset[str]:
    """Return the dimensions that hold one code in all data sets.

    One dimension always stays behind: a series or a flat observation needs a key.
    """
    shared = set(datasets[0].constants.items())
    for dataset in datasets[1:]:
        shared &= set(dataset.constants.items())
    ids = {id_ for id_, _ in shared} & {c.id for c in outer}
    if len(ids) == len(outer) and outer:
        ids.discard(outer[-1].id)
    return frozenset(ids)


def _presented(attribute: Component, level: Level, inner: str, *, has_groups: bool) -> Level:
    if level is Level.GROUP and not has_groups:
        level = Level.OBSERVATION if inner in attribute.dimensions else Level.SERIES
    if level is Level.SERIES and inner == ALL_DIMENSIONS:
        return Level.OBSERVATION
    return level
