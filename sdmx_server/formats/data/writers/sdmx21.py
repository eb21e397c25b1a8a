"""Answers as the formats of SDMX 2.1 can hold them: without metadata attributes.

Data structures of SDMX 2.1 know none, and messages in its formats must follow these.

Source: SDMX 2.1 Information Model, section 5 (Data Structure Definition).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sdmx_server.dataset import Dataset, GroupValues


def in_sdmx21(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return the data sets without the metadata attributes that they show."""
    return [_without_metadata(dataset) for dataset in datasets]


def _without_metadata(dataset: Dataset) -> Dataset:
    metadata = {a.id for a in dataset.structure.attributes if a.is_metadata}
    if metadata.isdisjoint(dataset.attributes):
        return dataset
    groups = (_group_without(group, metadata) for group in dataset.groups)
    return replace(
        dataset,
        attributes=tuple(id_ for id_ in dataset.attributes if id_ not in metadata),
        levels={id_: level for id_, level in dataset.levels.items() if id_ not in metadata},
        dataset_attributes={
            id_: text for id_, text in dataset.dataset_attributes.items() if id_ not in metadata
        },
        groups=tuple(group for group in groups if group.attributes or group.annotations),
    )


def _group_without(group: GroupValues, metadata: Collection[str]) -> GroupValues:
    kept = {id_: text for id_, text in group.attributes.items() if id_ not in metadata}
    return replace(group, attributes=kept)
