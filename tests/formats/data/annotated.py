"""EXR with something said of the dataset, a group, two series and three observations."""

from __future__ import annotations

from sdmx_server.dataset import Dataset
from sdmx_server.model.annotations import (
    DATASET_ANNOTATIONS,
    OBSERVATION_ANNOTATIONS,
    SERIES_ANNOTATIONS,
    group_annotations,
    to_text,
)
from sdmx_server.model.artefact import Annotation, AnnotationLink
from tests.formats.data import datasets as source
from tests.formats.data.packing import pack

GROUP_ANNOTATIONS = group_annotations("Sibling")

REVISED = Annotation(
    id="R1",
    title='A "title" & more',
    type="REVISION",
    texts={"en": "Revised <twice>", "id": "Diperbaiki\ndua kali"},
    links=(AnnotationLink(href="https://tst.example/?a=1&b=2"),),
)
CHECKED = Annotation(type="CHECK", texts={"en": "Checked \U0001f3b2"})
BARE = Annotation(id="BARE")

OF_DATASET = to_text([CHECKED])
OF_GROUP = to_text([BARE, CHECKED])
OF_SERIES = to_text([Annotation(type="SERIES", title="Of the series")])
OF_OBSERVATION = to_text([REVISED, CHECKED])


def rows() -> list[dict[str, str]]:
    """Return the rows of EXR with annotations, those of higher levels repeated."""
    found = source.exr_rows()
    for row in found:
        row[DATASET_ANNOTATIONS] = OF_DATASET
        key = row["FREQ"], row["CURRENCY"]
        if row["CURRENCY"] == "USD":
            row[GROUP_ANNOTATIONS] = OF_GROUP
        if key in (("M", "USD"), ("D", "USD")):
            row[SERIES_ANNOTATIONS] = OF_SERIES
        if (*key, row["TIME_PERIOD"]) in OBSERVATIONS:
            row[OBSERVATION_ANNOTATIONS] = OF_OBSERVATION
    return found


OBSERVATIONS = (("M", "USD", "2010-03"), ("M", "CHF", "2010-01"), ("D", "USD", "2010-01-06"))


def dataset(**choices: object) -> Dataset:
    """Return EXR with annotations; ``choices`` are those of ``pack``."""
    return pack(source.exr_structure(), rows(), **choices)  # type: ignore[arg-type]


def without_values() -> Dataset:
    """Return annotated EXR flat, with neither measures nor attributes."""
    columns = tuple(column.id for column in source.exr_structure().annotations)
    return dataset(dimension_at_observation="AllDimensions", attributes=columns, measures=())
