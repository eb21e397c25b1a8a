"""Whether each key stands once, and each attribute once for what it is attached to.

Source: SDMX 3.1 Information Model, section 5.3 (attribute relationship); Technical Notes,
"Data sets".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sdmx_server.dataset import Component, Level
from sdmx_server.exchange import faults
from sdmx_server.exchange.validation_columns import Column, Examined, Rows, combine, list_faults
from sdmx_server.model.delivery import Fault, complain

_SCOPES = {
    Level.DATASET: ("seluruh kiriman", "the whole delivery"),
    Level.GROUP: ("seluruh kelompok deret ini", "the whole group of series"),
    Level.SERIES: ("seluruh deret ini", "the whole series"),
    Level.OBSERVATION: ("baris ini", "this row"),
}


def check_keys(examined: Examined) -> Iterator[Fault]:
    """Yield the rows whose key stands in an earlier row."""
    columns = [examined.columns.get(c.id) for c in examined.structure.key]
    keys = [column for column in columns if column is not None]
    if len(keys) < len(columns) or not len(examined.delivery.rows):
        return
    whole = np.flatnonzero(~np.any([column.is_empty for column in keys], axis=0))
    _, firsts, which = np.unique(
        combine(keys, len(examined.delivery.rows))[whole], return_index=True, return_inverse=True
    )
    earlier = whole[firsts[which]]
    repeated = np.flatnonzero(earlier != whole)
    found = (
        complain(
            faults.DUPLICATE_KEY,
            examined.place(int(whole[i]), None),
            ".".join(str(column.text(int(whole[i]))) for column in keys),
            (),
            other_row=examined.delivery.rows[int(earlier[i])],
        )
        for i in repeated
    )
    yield from list_faults(examined, "", faults.DUPLICATE_KEY, found, whole[repeated])


def check_attachment(examined: Examined) -> Iterator[Fault]:
    """Yield the rows in which an attribute differs from an earlier row of the same series.

    The same holds for groups, and for attributes of the whole dataset.
    """
    for column in examined.columns.values():
        level = column.component.level
        if level is not None and level is not Level.OBSERVATION:
            yield from _check_one_value(examined, column, level)


def group_rows(examined: Examined, attribute: Component) -> Rows:
    """Return a number a row, the same in all rows that share the value of an attribute."""
    ids: Sequence[str] = attribute.dimensions
    if attribute.level is Level.DATASET:
        ids = ()
    elif not ids:
        ids = [c.id for c in examined.structure.dimensions]
    columns = [examined.columns[id_] for id_ in ids if id_ in examined.columns]
    return combine(columns, len(examined.delivery.rows))


def scope(level: Level | None) -> tuple[str, str]:
    """Return what an attribute is attached to, in Indonesian and English."""
    return _SCOPES[level or Level.OBSERVATION]


def _check_one_value(examined: Examined, column: Column, level: Level) -> Iterator[Fault]:
    rows = np.flatnonzero(~column.is_empty)
    _, firsts, which = np.unique(
        group_rows(examined, column.component)[rows], return_index=True, return_inverse=True
    )
    earlier = rows[firsts[which]]
    differs = column.codes[rows] != column.codes[earlier]
    _, once = np.unique(
        np.stack([which[differs], column.codes[rows][differs]]), axis=1, return_index=True
    )
    pairs = np.stack([rows, earlier], axis=1)[differs][np.sort(once)]
    found = (_conflict(examined, column, level, int(row), int(other)) for row, other in pairs)
    kind = faults.CONFLICTING_ATTRIBUTE
    yield from list_faults(examined, column.component.id, kind, found, pairs[:, 0])


def _conflict(examined: Examined, column: Column, level: Level, row: int, other: int) -> Fault:
    scope_id, scope_en = scope(level)
    return complain(
        faults.CONFLICTING_ATTRIBUTE,
        examined.place(row, column.component.id),
        column.text(row),
        (),
        attribute=column.component.id,
        other=column.text(other),
        other_row=examined.delivery.rows[other],
        scope_id=scope_id,
        scope_en=scope_en,
    )
