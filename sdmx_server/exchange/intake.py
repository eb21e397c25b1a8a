"""Files taken in part by part: checked while they are read, and staged for the store.

Only what is plain comes in this way: rows of one structure and action, each with its whole
key, without a fault. That is what large files are. Whatever else there is, a fault above all,
ends the attempt; the file is then read and checked as a whole, by ``validation``, which finds
every fault and says it.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import PROVIDER, Action, Component, Level, ResolvedStructure
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.context import context_of
from sdmx_server.exchange.cube import dataset_of
from sdmx_server.exchange.providers import providers_of, with_provider
from sdmx_server.exchange.resolution import layout_of, resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.validation import check_rows
from sdmx_server.exchange.validation_columns import Examined, examine
from sdmx_server.exchange.validation_rows import SWITCHED_OFF
from sdmx_server.model.cells import array_of, holds
from sdmx_server.model.delivery import CUSTOM_COLUMNS, Delivery, Indivisible
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
        Indivisible: if a file has a fault, or has to be checked as a whole.
    """
    return [_staged(parts, stores, areas, _MEMORY // len(files)) for parts in files]


def _staged(parts: Parts, stores: Stores, areas: ExitStack, memory: int) -> Publication:
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
    for delivery in chain([first], deliveries):
        examined = _examined(with_provider(delivery, allowed), structure)
        _agree(dataset, examined)
        staging.add(_table(examined))
    _check_whole(staging, dataset, structure)
    return Publication(
        dataset=dataset_of(structure.dataflow_urn or structure.urn),
        layout=staging.layout,
        rows=staging,
        action=Action(first.action),
        dataset_attributes=dataset,
    )


def _examined(delivery: Delivery, structure: ResolvedStructure) -> Examined:
    """Check rows by themselves.

    Raises:
        Indivisible: if they are not plain, or have a fault.
    """
    if not _is_plain(delivery, structure):
        raise Indivisible("the rows are not plain")
    examined = examine(delivery, structure)
    if check_rows(examined):
        raise Indivisible("there are faults in rows")
    return examined


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


def _check_whole(staging: Staging, dataset: dict[str, str], structure: ResolvedStructure) -> None:
    """Check what rows say together, and give to whole groups what is said of them.

    Raises:
        Indivisible: if there is a fault.
    """
    for attribute in structure.attributes:
        if attribute.level is Level.DATASET:
            is_sound = attribute.id in dataset or not attribute.mandatory
        else:
            is_sound = attribute.level is Level.OBSERVATION or _is_shared(
                staging, attribute, structure
            )
        if not is_sound:
            raise Indivisible("an attribute is lacking, or contradicts itself")
    if next(staging.repeated(), None) is not None:
        raise Indivisible("a key repeats")


def _is_shared(staging: Staging, attribute: Component, structure: ResolvedStructure) -> bool:
    """Whether series, or groups, have one value; give it to all that share it."""
    everything = tuple(dimension.id for dimension in structure.dimensions)
    dimensions = attribute.dimensions or everything
    if next(staging.contradictions(attribute.id, dimensions), None) is not None:
        return False
    if attribute.mandatory and next(staging.lacking(attribute.id, dimensions), None) is not None:
        return False
    if len(dimensions) < len(everything):
        staging.spread(attribute.id, dimensions)
    return True
