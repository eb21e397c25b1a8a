"""Whether a delivery gives all that its structure demands.

A measure that is mandatory may be absent only where the observation status says that there is
no value. Mandatory attributes are asked for wherever there is a measure to describe.

Source: SDMX 3.1 Information Model, section 5.3 (usage); SDMX:CL_OBS_STATUS.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np

from sdmx_server.dataset import Component, Level
from sdmx_server.exchange import faults
from sdmx_server.exchange.validation_columns import Column, Examined, Mask, Rows, list_faults
from sdmx_server.exchange.validation_keys import group_rows, scope
from sdmx_server.exchange.validation_values import NO_VALUES
from sdmx_server.model.delivery import Fault, FaultKind, Place, complain

STATUS = "OBS_STATUS"
MISSING_STATUSES = ("H", "L", "M", "O", "Q")
"""Codes of CL_OBS_STATUS by which an observation has no value; Q is a suppressed one."""


def check_dimensions(examined: Examined) -> Iterator[Fault]:
    """Yield dimensions that have no column, or no value in a row.

    A row may leave out time, or other dimensions, where it only gives attributes of series.
    """
    apart = _apart(examined)
    for dimension in examined.structure.key:
        column = examined.columns.get(dimension.id)
        if column is None and not apart.all():
            where = Place(examined.delivery.file, None, dimension.id, examined.delivery.sheet)
            yield complain(faults.MISSING_COLUMN, where, dimension.id)
        if column is not None:
            rows = np.flatnonzero(column.is_empty & ~apart)
            kind = faults.EMPTY_DIMENSION
            yield from _at_rows(examined, dimension.id, kind, rows, dimension=dimension.id)
    unmatched = np.setdiff1d(examined.partial, np.flatnonzero(_excused(examined)))
    yield from _at_rows(examined, None, faults.UNMATCHED_ATTRIBUTES, unmatched)
    yield from _at_rows(examined, None, faults.CLASHING_ATTRIBUTES, examined.clashing)


def check_measures(examined: Examined) -> Iterator[Fault]:
    """Yield measures that are absent without a reason, or there although there is one."""
    status = examined.columns.get(STATUS)
    excused = status.holding(MISSING_STATUSES) if status else _nowhere(examined)
    for measure in examined.structure.measures:
        absent = _absent(examined, measure)
        wanted = absent & ~excused & ~_attributes_only(examined, status)
        if measure.mandatory:
            yield from _at_rows(
                examined,
                measure.id,
                faults.MISSING_MEASURE,
                np.flatnonzero(wanted),
                measure=measure.id,
                statuses=", ".join(MISSING_STATUSES),
            )
        if status is not None:
            yield from _check_status(examined, measure, status, excused & ~absent)


def check_attributes(
    examined: Examined, levels: Container[Level | None] = tuple(Level)
) -> Iterator[Fault]:
    """Yield mandatory attributes of some levels that are not given."""
    for attribute in examined.structure.attributes:
        if not attribute.mandatory or attribute.level not in levels:
            continue
        if attribute.level is Level.DATASET:
            yield from _check_dataset_attribute(examined, attribute)
            continue
        column = examined.columns.get(attribute.id)
        empty = column.is_empty if column else ~_nowhere(examined)
        if attribute.level is Level.OBSERVATION:
            rows = np.flatnonzero(empty & _with_measure(examined, attribute.measures))
        else:
            rows = _first_of_groups_without(examined, attribute, empty)
        scope_id, scope_en = scope(attribute.level)
        yield from _at_rows(
            examined,
            attribute.id,
            faults.MISSING_ATTRIBUTE,
            rows,
            attribute=attribute.id,
            scope_id=f" untuk {scope_id}",
            scope_en=f" for {scope_en}",
        )


def _apart(examined: Examined) -> Mask:
    """Return the rows that give attributes for a part of the key, and are no observations."""
    apart = _nowhere(examined)
    apart[examined.partial] = apart[examined.clashing] = True
    return apart


def _excused(examined: Examined) -> Mask:
    """Return the rows that need no whole key: series attributes for what the store holds."""
    excused = _nowhere(examined)
    excused[examined.partial] = True
    time = examined.structure.time
    if time is not None and time.id in examined.columns:
        excused &= examined.columns[time.id].is_empty
    for column in examined.columns.values():
        if column.component.level is Level.OBSERVATION:
            excused &= column.is_empty
    return excused


def _check_status(
    examined: Examined, measure: Component, status: Column, contradicted: Mask
) -> Iterator[Fault]:
    for code in MISSING_STATUSES:
        yield from _at_rows(
            examined,
            measure.id,
            faults.MEASURE_DESPITE_STATUS,
            np.flatnonzero(contradicted & status.holding((code,))),
            measure=measure.id,
            status=code,
        )


def _check_dataset_attribute(examined: Examined, attribute: Component) -> Iterator[Fault]:
    delivery = examined.delivery
    column = examined.columns.get(attribute.id)
    given = attribute.id in delivery.dataset_attributes or (column and not column.is_empty.all())
    if not given and len(delivery.rows):
        scope_id, scope_en = scope(Level.DATASET)
        yield complain(
            faults.MISSING_ATTRIBUTE,
            Place(delivery.file, None, attribute.id, delivery.sheet),
            None,
            (),
            attribute=attribute.id,
            scope_id=f" untuk {scope_id}",
            scope_en=f" for {scope_en}",
        )


def _first_of_groups_without(examined: Examined, attribute: Component, empty: Mask) -> Rows:
    """Return the first row of each series (or group) that nowhere has the attribute."""
    rows = np.flatnonzero(~_apart(examined))
    _, firsts, which = np.unique(
        group_rows(examined, attribute)[rows], return_index=True, return_inverse=True
    )
    has_value = np.zeros(len(firsts), np.bool_)
    has_value[which[~empty[rows]]] = True
    return np.sort(rows[firsts[~has_value]])


def _at_rows(
    examined: Examined, column: str | None, kind: FaultKind, rows: Rows, **details: object
) -> Iterator[Fault]:
    found = (complain(kind, examined.place(int(row), column), None, (), **details) for row in rows)
    yield from list_faults(examined, column or "", kind, found, rows)


def _nowhere(examined: Examined) -> Mask:
    return np.zeros(len(examined.delivery.rows), np.bool_)


def _absent(examined: Examined, measure: Component) -> Mask:
    column = examined.columns.get(measure.id)
    if column is None:
        return ~_nowhere(examined)
    return column.is_empty | column.holding(NO_VALUES)


def _with_measure(examined: Examined, ids: tuple[str, ...] = ()) -> Mask:
    """Return the rows that give one of the measures, of any where none is named."""
    given = _nowhere(examined)
    for measure in examined.structure.measures:
        if measure.id in examined.columns and (not ids or measure.id in ids):
            given |= ~examined.columns[measure.id].is_empty
    return given if examined.structure.measures else ~given


def _with_attribute(examined: Examined) -> Mask:
    given = _nowhere(examined)
    for attribute in (*examined.structure.attributes, *examined.structure.annotations):
        if attribute.id in examined.columns:
            given |= ~examined.columns[attribute.id].is_empty
    return given


def _attributes_only(examined: Examined, status: Column | None) -> Mask:
    """Return the rows of a merge that change attributes, not the status, of what is there."""
    if examined.delivery.action == "Replace":
        return _nowhere(examined)
    without_status = status.is_empty if status else ~_nowhere(examined)
    return without_status & ~_with_measure(examined) & _with_attribute(examined)
