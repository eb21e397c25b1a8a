"""Annotations of data as text: each list of annotations is one cell of a column.

The columns stand beside those of components and are none. Whoever delivers data writes
what is said of the thing that a row is about into ``ANNOTATIONS``: of an observation, or of
the series, group or dataset whose part of the key the row gives.

Source: SDMX 3.1 Information Model, section 3 (AnnotableArtefact) and section 5 (DataSet,
SeriesKey, GroupKey, Observation are annotable).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sdmx_server.model.artefact import Annotation

ANNOTATIONS = "@annotations"
"""The column of a delivery that holds what is said of the thing that a row is about."""

DATASET_ANNOTATIONS = "@dataset-annotations"
SERIES_ANNOTATIONS = "@series-annotations"
OBSERVATION_ANNOTATIONS = "@observation-annotations"

_COLUMNS = (ANNOTATIONS, DATASET_ANNOTATIONS, SERIES_ANNOTATIONS, OBSERVATION_ANNOTATIONS)
_GROUP = "@group-annotations:"
_LIST = msgspec.json.Decoder(tuple[Annotation, ...])


def group_annotations(group: str) -> str:
    """Return the column that holds what is said of the groups of one kind."""
    return f"{_GROUP}{group}"


def holds_annotations(column: str) -> bool:
    """Whether a column holds annotations, of whatever it may be."""
    return column in _COLUMNS or column.startswith(_GROUP)


def to_text(annotations: Iterable[Annotation]) -> str:
    """Return annotations as the JSON text of a cell; equal ones give the same text."""
    return msgspec.json.encode(tuple(annotations)).decode()


def from_text(text: str) -> tuple[Annotation, ...]:
    """Return the annotations of a cell.

    Raises:
        ValueError: if the text is no list of annotations.
    """
    return _LIST.decode(text)


def of_observation(
    series: Mapping[str, str], own: Mapping[str, str], *, in_time: bool
) -> dict[str, str]:
    """Return the cells of an observation: its own, and those of its series.

    Args:
        series: the cells of the series; what is said of it in ``ANNOTATIONS``.
        own: the cells of the observation alone.
        in_time: whether the series is one in time. What is said of another goes to its
            observations, because the series is a way to present them.
    """
    said = series.get(ANNOTATIONS)
    if said is None:
        return {**series, **own}
    if in_time:
        rest = {id_: text for id_, text in series.items() if id_ != ANNOTATIONS}
        return {**rest, **own, SERIES_ANNOTATIONS: said}
    both = from_text(said) + from_text(own.get(ANNOTATIONS, "[]"))
    return {**series, **own, ANNOTATIONS: to_text(both)}
