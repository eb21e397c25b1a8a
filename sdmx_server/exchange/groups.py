"""What an answer says of groups: their attributes and annotations.

Source: SDMX 3.1 Information Model, section 5 (GroupDimensionDescriptor, AttributeRelationship).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from sdmx_server.dataset import Batch, Codes, Dataset, GroupValues, Level
from sdmx_server.exchange.cube import Slice
from sdmx_server.exchange.packaging import Packaging
from sdmx_server.exchange.selection import Selection
from sdmx_server.model.annotations import group_annotations
from sdmx_server.storage.columns import pack


def groups_of(part: Slice, packed: Packaging, selection: Selection) -> tuple[GroupValues, ...]:
    """Return what is said of groups, one entry a group key of which something is."""
    structure = part.structure
    held = selection.dictionaries
    found: list[GroupValues] = []
    for group, dimensions in structure.groups.items():
        attributes = [
            a.id
            for a in (*structure.attributes, *structure.annotations)
            if a.group == group and packed.levels.get(a.id) is Level.GROUP and held.get(a.id)
        ]
        if attributes:
            key = [d.id for d in structure.dimensions if d.id in dimensions]
            found.extend(_group_values(group, key, attributes, selection))
    return tuple(found)


def shown_in(dataset: Dataset, taken: Sequence[Batch]) -> tuple[GroupValues, ...]:
    """Return the groups of a dataset that series in a window of it belong to."""
    seen: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for group in dataset.groups:
        columns = tuple(group.key)
        if columns not in seen:
            texts = [dataset.dictionaries[id_] for id_ in columns]
            seen[columns] = {
                tuple(known[code] for known, code in zip(texts, row, strict=True))
                for batch in taken
                for row in zip(*(batch.series[id_].tolist() for id_ in columns), strict=True)
            }
    return tuple(g for g in dataset.groups if tuple(g.key.values()) in seen[tuple(g.key)])


def _group_values(
    group: str, key: list[str], attributes: list[str], selection: Selection
) -> Iterator[GroupValues]:
    texts = selection.dictionaries
    for row in _distinct(selection, (*key, *attributes)):
        values = {
            id_: texts[id_][code]
            for id_, code in zip((*key, *attributes), row, strict=True)
            if code >= 0
        }
        reported = {id_: values[id_] for id_ in attributes if id_ in values}
        annotations = reported.pop(group_annotations(group), None)
        if reported or annotations:
            yield GroupValues(group, {id_: values[id_] for id_ in key}, reported, annotations)


def _distinct(selection: Selection, columns: tuple[str, ...]) -> list[list[int]]:
    """Return the distinct codes of some series columns, of series with observations alone."""
    if selection.is_exact:
        sources: Iterable[Mapping[str, Codes]] = [selection.series]
    else:
        sources = (batch.series for batch in selection.batches(columns=columns))
    found = [np.stack([source[id_] for id_ in columns]) for source in sources]
    if not found:
        return []
    codes = np.concatenate(found, axis=1)
    sizes = [len(selection.dictionaries[id_]) + 1 for id_ in columns]  # an absent one counts
    keys = pack(list(codes + 1), sizes, codes.shape[1])
    rows: list[list[int]] = codes[:, np.unique(keys, return_index=True)[1]].T.tolist()
    return rows
