"""What goes when reference metadata are replaced.

A message that replaces gives all metadata attributes that there are at a combination of
dimensions if it gives any; those that it omits there are to go. Attributes of the data
structure above observations are merged instead.

Source: SDMX-CSV 2.1 data message field guide, "ACTION" (Replace); SDMX 3.1 Technical Notes,
section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Action, Component, Level, ResolvedStructure
from sdmx_server.exchange.cube import dataset_of
from sdmx_server.exchange.resolution import layout_of
from sdmx_server.exchange.validation import dataset_attributes
from sdmx_server.exchange.validation_columns import Examined, combine, examine
from sdmx_server.model.delivery import Delivery
from sdmx_server.storage.publication import Publication

_ANY = "-"  # in what is to go any value stands for the one that is there


def omission(delivery: Delivery, structure: ResolvedStructure) -> Publication | None:
    """Return the deletion of what a sound delivery omits, to be published before it."""
    metadata = [a for a in structure.attributes if a.is_metadata]
    if delivery.action != Action.REPLACE.value or not metadata:
        return None
    shared = [a for a in metadata if a.level is Level.DATASET]
    given = dataset_attributes(delivery, structure)
    omitted = [a.id for a in shared if a.id not in given]
    named = omitted if len(omitted) < len(shared) else []
    examined = examine(delivery, structure)
    rows = [row for alike in _attached_alike(metadata) for row in _rows(examined, alike)]
    if not (rows or named):
        return None
    columns = [c.id for c in structure.components if c.level is not Level.DATASET]
    return Publication(
        dataset=dataset_of(structure.dataflow_urn or structure.urn),
        layout=layout_of(structure),
        rows=pa.table({id_: pa.array([r.get(id_) for r in rows], pa.string()) for id_ in columns}),
        action=Action.DELETE,
        dataset_attributes=dict.fromkeys(named, _ANY),
    )


def _attached_alike(metadata: Sequence[Component]) -> list[list[Component]]:
    """Return the attributes of series and groups by the dimensions that they are attached to."""
    found: dict[tuple[str, ...], list[Component]] = {}
    for attribute in metadata:
        if attribute.level in (Level.SERIES, Level.GROUP):
            found.setdefault(attribute.dimensions, []).append(attribute)
    return list(found.values())


def _rows(examined: Examined, attributes: Sequence[Component]) -> Iterator[Mapping[str, str]]:
    """Yield a key with the attributes that are omitted, for each key that is given others."""
    given = [a for a in attributes if a.id in examined.columns]
    key = [examined.columns[d] for d in attributes[0].dimensions if d in examined.columns]
    if not given or len(key) < len(attributes[0].dimensions):
        return
    has_any = np.logical_or.reduce([~examined.columns[a.id].is_empty for a in given])
    rows = np.flatnonzero(has_any & ~np.logical_or.reduce([column.is_empty for column in key]))
    keys = combine(key, len(examined.delivery.rows))[rows]
    _, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
    omitted = np.ones((len(attributes), len(firsts)), np.bool_)
    for place, attribute in enumerate(attributes):
        if attribute.id in examined.columns:
            omitted[place, which[~examined.columns[attribute.id].is_empty[rows]]] = False
    for number in np.flatnonzero(omitted.any(axis=0)).tolist():
        row = int(rows[firsts[number]])
        cells = {column.component.id: str(column.text(row)) for column in key}
        names = [a.id for a, goes in zip(attributes, omitted[:, number], strict=True) if goes]
        yield cells | dict.fromkeys(names, _ANY)
