"""Files taken in part by part: checked while they are read, and staged for the store.

Only what is plain comes in this way: rows of one structure and action, each with its whole
key. That is what large files are. Anything else ends the attempt; the file is then read as a
whole and checked by ``validation``.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import PROVIDER, Action, Level, ResolvedStructure
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.context import context_of
from sdmx_server.exchange.cube import dataset_of
from sdmx_server.exchange.faults import in_order
from sdmx_server.exchange.providers import providers_of, with_provider
from sdmx_server.exchange.resolution import layout_of, resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.validation import check_rows
from sdmx_server.exchange.validation_columns import Examined, examine
from sdmx_server.exchange.validation_inspection import Inspection
from sdmx_server.exchange.validation_rows import SWITCHED_OFF
from sdmx_server.exchange.validation_staged import check_staged
from sdmx_server.model.cells import array_of, holds
from sdmx_server.model.delivery import CUSTOM_COLUMNS, Delivery, DeliveryFaults, Fault, Indivisible
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.staging import LINE, Staging

Parts = Callable[[], Iterator[Delivery]]
"""Reads a file from its beginning, as deliveries of some rows each, of one structure and action.

Raises ``Indivisible`` where that cannot be done, on the way too.
"""

_MEMORY = 64_000_000  # bytes of staged rows, which take about three times that to be sorted
_PLAIN = tuple(action.value for action in (Action.APPEND, Action.MERGE, Action.REPLACE))


def stage(files: Sequence[Parts], stores: Stores, areas: ExitStack) -> list[Publication]:
    """Read and check files; return what publishes each.

    Args:
        files: the files.
        stores: what they are checked against.
        areas: where staged rows are kept until it is closed.

    Raises:
        DeliveryFaults: with every fault of every file.
        Indivisible: if a file has to be checked as a whole.
    """
    found: list[Fault] = []
    steps = [_staged(parts, stores, areas, (found, _MEMORY // len(files))) for parts in files]
    if found:
        raise DeliveryFaults(found)
    return steps


def _staged(
    parts: Parts, stores: Stores, areas: ExitStack, limits: tuple[list[Fault], int]
) -> Publication:
    found, memory = limits
    deliveries = parts()
    first = next(deliveries)
    catalogue = stores.catalogues.at()
    try:
        context = context_of(first, catalogue)
        structure = resolve(context, catalogue)
    except SemanticError as error:
        raise Indivisible(error.detail) from error
    allowed = providers_of(context, catalogue)
    staging = areas.enter_context(Staging(layout_of(structure), memory=memory))
    dataset: dict[str, str] = {}
    inspection = Inspection()
    faults: list[Fault] = []
    for delivery in chain([first], deliveries):
        examined = _examined(with_provider(delivery, allowed), structure, inspection)
        faults += check_rows(examined)
        _agree(dataset, examined)
        staging.add(_table(examined))
    _check_dataset(dataset, structure)
    faults += check_staged(staging, structure, first.file, inspection)
    found += in_order([*faults, *inspection.rest()])
    return Publication(
        dataset=dataset_of(structure.dataflow_urn or structure.urn),
        layout=staging.layout,
        rows=staging,
        action=Action(first.action),
        dataset_attributes=dataset,
    )


def _examined(delivery: Delivery, structure: ResolvedStructure, inspection: Inspection) -> Examined:
    """Return rows as their structure reads them.

    Raises:
        Indivisible: if they are not plain.
    """
    if not _is_plain(delivery, structure):
        raise Indivisible("the rows are not plain")
    return examine(delivery, structure, inspection)


def _is_plain(delivery: Delivery, structure: ResolvedStructure) -> bool:
    """Whether each row is an observation, and stands for itself."""
    has_metadata = any(attribute.is_metadata for attribute in structure.attributes)
    if delivery.action not in _PLAIN or delivery.labelled or delivery.dataset_attributes:
        return False
    if delivery.action == Action.REPLACE.value and has_metadata:
        return False
    known = CUSTOM_COLUMNS.union(component.id for component in structure.components)
    key = [delivery.columns.get(component.id) for component in structure.key]
    return known.issuperset(delivery.columns) and not any(
        cells is None or array_of(cells).null_count or holds(array_of(cells), SWITCHED_OFF)
        for cells in key
    )


def _agree(dataset: dict[str, str], examined: Examined) -> None:
    """Take up what rows say of the dataset.

    Raises:
        Indivisible: if that is two things.
    """
    for id_, column in examined.columns.items():
        if column.component.level is Level.DATASET:
            for text in column.texts:
                if dataset.setdefault(id_, text) != text:
                    raise Indivisible("an attribute of the dataset has two values")


def _table(examined: Examined) -> pa.Table:
    """Return the rows as they are staged; what the dataset has is no part of them."""
    delivery = examined.delivery
    columns = {
        id_: column.array
        for id_, column in examined.columns.items()
        if column.component.level is not Level.DATASET
    }
    rows = delivery.rows
    lines = np.arange(rows.start, rows.stop) if isinstance(rows, range) else np.asarray(rows)
    columns[LINE] = pa.array(lines, pa.int64())
    if delivery.provider is not None:
        provider = pa.DictionaryArray.from_arrays(
            np.zeros(len(rows), np.int32), [delivery.provider]
        )
        columns[PROVIDER] = provider
    return pa.table(columns)


def _check_dataset(dataset: dict[str, str], structure: ResolvedStructure) -> None:
    """Check that the dataset has what it must have.

    Raises:
        Indivisible: if it has not.
    """
    for attribute in structure.attributes:
        if attribute.mandatory and attribute.level is Level.DATASET and attribute.id not in dataset:
            raise Indivisible("the dataset lacks an attribute")
