"""The check of a delivery against its structure, and the delivery as a table for the store.

Every fault is found, not the first. Each distinct text is looked at once and its rows are
found by vector operations, so that a million rows take seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import PROVIDER, Component, Level, ResolvedStructure, Role
from sdmx_server.exchange import faults, validation_annotations, vocabulary
from sdmx_server.exchange.validation_columns import (
    Column,
    Examined,
    Rows,
    examine,
    list_faults,
    place,
)
from sdmx_server.exchange.validation_deletion import check_deletion, names_dataset_alone
from sdmx_server.exchange.validation_keys import check_attachment, check_keys, group_rows
from sdmx_server.exchange.validation_presence import (
    check_attributes,
    check_dimensions,
    check_measures,
)
from sdmx_server.exchange.validation_rows import settle
from sdmx_server.exchange.validation_screening import doubtful
from sdmx_server.exchange.validation_values import Complaint, complaint
from sdmx_server.exchange.vocabulary import Vocabulary
from sdmx_server.model import period, personal_data
from sdmx_server.model.annotations import ANNOTATIONS, holds_annotations
from sdmx_server.model.cells import array_of, distinct
from sdmx_server.model.delivery import CUSTOM_COLUMNS, Delivery, Fault, Place, complain

_FREQUENCY = "FREQ"
_EXAMPLES = {
    "A": "2024",
    "S": "2024-S1",
    "T": "2024-T1",
    "Q": "2024-Q1",
    "M": "2024-05",
    "W": "2024-W01",
    "D": "2024-05-31",
    "B": "2024-05-31",
}
_HIDDEN = "*" * 16


def check(delivery: Delivery, structure: ResolvedStructure) -> list[Fault]:
    """Return every fault of a delivery, by row; an empty list where it can be stored.

    Past 1,000 faults of one kind in one column the rest is one fault that counts them.
    """
    examined = examine(delivery, structure)
    checks = [_check_columns(delivery, structure), _check_values(examined)]
    if examined.is_deletion:
        checks.append(check_deletion(examined))
    else:
        checks += [
            check_dimensions(examined),
            _check_frequency(examined),
            check_measures(examined),
            check_attributes(examined),
            check_attachment(examined),
            check_keys(examined),
            validation_annotations.check_annotated(examined),
        ]
    found = list(chain.from_iterable(checks))
    return faults.in_order([*found, *examined.inspection.rest()])


def check_rows(examined: Examined) -> list[Fault]:
    """Return the faults that rows with whole keys have by themselves, whatever others say.

    Those past what is listed are in the rest of the inspection.
    """
    checks = (
        _check_columns(examined.delivery, examined.structure),
        _check_values(examined),
        _check_frequency(examined),
        check_measures(examined),
        check_attributes(examined, (Level.OBSERVATION,)),
    )
    return list(chain.from_iterable(checks))


def to_table(delivery: Delivery, structure: ResolvedStructure) -> pa.Table:
    """Return a sound delivery as one string column a component, null where nothing is given.

    Annotations have columns where there are any. Attributes and annotations of series and
    groups stand in every row of theirs; those of the dataset are not in the table
    (``dataset_attributes``). ``PROVIDER`` is there where it is known. Rows of a deletion that
    name attributes of the dataset alone are left out.
    """
    examined = examine(delivery, structure)
    settled = examined.delivery
    columns = {
        component.id: _spread(examined, component)
        if component.level in (Level.SERIES, Level.GROUP) and not examined.is_deletion
        else _cells(examined, component)
        for component in _columns(settled, structure)
        if component.level is not Level.DATASET
    }
    provider = _provider(settled)
    if provider.null_count < len(provider):
        columns[PROVIDER] = provider
    table = pa.table(columns)
    return table.filter(pa.array(~names_dataset_alone(examined))) if examined.is_deletion else table


def dataset_attributes(delivery: Delivery, structure: ResolvedStructure) -> dict[str, str]:
    """Return the values that a sound delivery gives to attributes of the whole dataset.

    Those of a deletion are named by rows, or a message, that name nothing below the dataset.
    """
    settled = settle(delivery, structure).delivery
    if delivery.action == "Delete":
        settled = _of_dataset(examine(delivery, structure))
    texts = dict(settled.dataset_attributes)
    for attribute in structure.attributes:
        if attribute.level is Level.DATASET and attribute.id in settled.columns:
            for text in distinct(array_of(settled.columns[attribute.id]))[:1].to_pylist():
                texts.setdefault(attribute.id, text)
    return texts


def _columns(settled: Delivery, structure: ResolvedStructure) -> list[Component]:
    """Return the components, and the columns of annotations that there are."""
    annotated = (column for column in structure.annotations if column.id in settled.columns)
    return [*structure.components, *annotated]


def _of_dataset(examined: Examined) -> Delivery:
    """Return what a deletion says of the dataset itself."""
    delivery = examined.delivery
    rows = np.flatnonzero(names_dataset_alone(examined)).tolist()
    return replace(
        delivery,
        columns={id_: [cells[row] for row in rows] for id_, cells in delivery.columns.items()},
        rows=[delivery.rows[row] for row in rows],
        dataset_attributes=delivery.dataset_attributes if rows else {},
    )


def _cells(examined: Examined, component: Component) -> pa.Array:
    column = examined.columns.get(component.id)
    return pa.nulls(len(examined.delivery.rows), pa.string()) if column is None else column.array


def _provider(settled: Delivery) -> pa.Array:
    if PROVIDER in settled.columns:
        return array_of(settled.columns[PROVIDER])
    return pa.repeat(pa.scalar(settled.provider, pa.string()), len(settled.rows))


def _spread(examined: Examined, attribute: Component) -> pa.Array:
    """Return the attribute in every row of its series or group."""
    column = examined.columns.get(attribute.id)
    if column is None or column.array.null_count in (0, len(column.array)):
        return _cells(examined, attribute)
    rows = np.flatnonzero(~column.is_empty)
    _, which = np.unique(group_rows(examined, attribute), return_inverse=True)
    of_group = np.full(which.max() + 1, -1, np.int32)
    of_group[which[rows]] = column.codes[rows]
    codes = of_group[which]
    texts = pa.array(column.texts, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), texts)


def _check_columns(delivery: Delivery, structure: ResolvedStructure) -> Iterator[Fault]:
    known = vocabulary.of_components(structure.components)
    annotations = {ANNOTATIONS, *(column.id for column in structure.annotations)}
    beside = annotations | CUSTOM_COLUMNS | {PROVIDER}
    for id_ in (*delivery.columns, *delivery.dataset_attributes):
        if id_ in beside or structure.component(id_) is not None:
            continue
        where = Place(delivery.file, None, id_, delivery.sheet)
        if personal_data.is_personal_column(id_):
            naming = personal_data.naming(id_)
            yield complain(faults.PERSONAL_DATA, where, None, (), **naming)
            continue
        nearest = known.nearest(id_)
        yield complain(faults.UNKNOWN_COLUMN, where, id_, nearest, **known.hints(nearest))
        yield from _check_people(delivery, id_)


def _check_people(delivery: Delivery, id_: str) -> Iterator[Fault]:
    column = array_of(delivery.columns.get(id_, ()))
    texts = distinct(column).unique().to_pylist()
    bad = next((text for text in texts if personal_data.is_identity_number(text)), None)
    if bad is not None:
        row = pc.index(column.cast(pa.string()), bad).as_py()
        naming = personal_data.naming(id_)
        yield complain(faults.PERSONAL_DATA, place(delivery, row, id_), _HIDDEN, (), **naming)


def _check_values(examined: Examined) -> Iterator[Fault]:
    for column in examined.columns.values():
        if examined.is_deletion and column.component.role not in (Role.DIMENSION, Role.TIME):
            continue  # in a row to delete any value stands for the one that is there
        texts = doubtful(distinct(column.array), column.component)
        if texts:
            yield from _list_complaints(examined, column, _complaints(examined, texts, column))
    known = {c.id: c for c in (*examined.structure.components, *examined.structure.annotations)}
    for id_, text in examined.delivery.dataset_attributes.items():
        if id_ in known:
            found = _complaint(text, known[id_], vocabulary.of_codes(known[id_]))
            if found is not None:
                yield _fault(found, Place(examined.delivery.file, None, id_), text)


def _complaints(examined: Examined, texts: Iterable[str], column: Column) -> dict[str, Complaint]:
    words = examined.inspection.words(column.component)
    found = ((text, _complaint(text, column.component, words)) for text in texts)
    return {text: reason for text, reason in found if reason is not None}


def _complaint(text: str, component: Component, words: Vocabulary) -> Complaint | None:
    if holds_annotations(component.id):
        return validation_annotations.complaint(text, component, words)
    return complaint(text, component, words)


def _list_complaints(
    examined: Examined, column: Column, bad: Mapping[str, Complaint]
) -> Iterator[Fault]:
    for kind in dict.fromkeys(found.kind for found in bad.values()):
        rows = np.flatnonzero(column.holding(t for t, found in bad.items() if found.kind is kind))
        texts = ((int(row), str(column.text(int(row)))) for row in rows)
        found = (
            _fault(bad[text], examined.place(row, column.component.id), text) for row, text in texts
        )
        yield from list_faults(examined, column.component.id, kind, found, rows)


def _fault(found: Complaint, where: Place, text: str) -> Fault:
    value = _HIDDEN if found.kind is faults.PERSONAL_DATA else text
    return complain(found.kind, where, value, found.suggestions, **found.details)


def _check_frequency(examined: Examined) -> Iterator[Fault]:
    time = examined.columns.get(examined.structure.time.id) if examined.structure.time else None
    frequency = examined.columns.get(_FREQUENCY)
    if time is None or frequency is None:
        return
    width = len(time.texts) + 1
    pairs = (frequency.codes.astype(np.int64) + 1) * width + time.codes + 1
    bad = [pair for pair in np.unique(pairs) if not _fits(frequency, time, *divmod(pair, width))]
    rows: Rows = np.flatnonzero(np.isin(pairs, bad))
    found = (_misfit(examined, frequency, time, int(row)) for row in rows)
    yield from list_faults(examined, time.component.id, faults.PERIOD_FREQUENCY, found, rows)


def _fits(frequency: Column, time: Column, frequency_code: int, time_code: int) -> bool:
    if not (frequency_code and time_code):
        return True  # one is absent, which is said elsewhere
    code, text = frequency.texts[frequency_code - 1], time.texts[time_code - 1]
    try:
        return period.fits(text, code)
    except ValueError:
        return True  # no period at all, which is said elsewhere


def _misfit(examined: Examined, frequency: Column, time: Column, row: int) -> Fault:
    code = str(frequency.text(row))
    return complain(
        faults.PERIOD_FREQUENCY,
        examined.place(row, time.component.id),
        time.text(row),
        (),
        frequency=code,
        example=_EXAMPLES.get(code[:1], "2024-05-31T12:00:00"),
    )
