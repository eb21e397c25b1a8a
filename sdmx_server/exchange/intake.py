"""Files taken in part by part: checked while they are read, and staged for the store.

Only what is plain comes in this way: rows of one structure and action, each with its whole
key. That is what large files are. Anything else ends the attempt; the file is then read as a
whole and checked by ``validation``.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
_ROWS = 250_000  # that are staged at a time, more or less
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
    memory = _MEMORY // len(files)
    staged = [_staged(parts, stores, areas, memory) for parts in files]
    found = [fault for _, faults in staged for fault in faults]
    if found:
        raise DeliveryFaults(found)
    return [step for step, _ in staged]


def _staged(
    parts: Parts, stores: Stores, areas: ExitStack, memory: int
) -> tuple[Publication, list[Fault]]:
    """Stage a file; return what publishes it, and its faults."""
    deliveries = parts()
    first = next(deliveries)
    catalogue = stores.catalogues.at()
    try:
        context = context_of(first, catalogue)
        structure = resolve(context, catalogue)
    except SemanticError as error:
        raise Indivisible(error.detail) from error
    intake = _Intake(structure, providers_of(context, catalogue))
    staging = areas.enter_context(Staging(layout_of(structure), memory=memory))
    for table in _gathered(map(intake.table, chain([first], deliveries))):
        staging.add(table)
    step = Publication(
        dataset=dataset_of(structure.dataflow_urn or structure.urn),
        layout=staging.layout,
        rows=staging,
        action=Action(first.action),
        dataset_attributes=intake.dataset,
    )
    return step, intake.faults(staging, first.file)


class _Intake:
    """What the parts of one file have in common, and what was found in them.

    Attributes:
        dataset: what they say of the dataset.
    """

    def __init__(self, structure: ResolvedStructure, allowed: Sequence[str]) -> None:
        self.dataset: dict[str, str] = {}
        self._structure, self._allowed = structure, allowed
        self._inspection = Inspection()
        self._faults: list[Fault] = []

    def table(self, delivery: Delivery) -> pa.Table:
        """Check rows, and return them as they are staged.

        Raises:
            Indivisible: if they have to be checked as a whole.
        """
        if not _is_plain(delivery, self._structure):
            raise Indivisible("the rows are not plain")
        delivery = with_provider(delivery, self._allowed)
        examined = examine(delivery, self._structure, self._inspection)
        self._faults += check_rows(examined)
        _agree(self.dataset, examined)
        return _table(examined)

    def faults(self, staging: Staging, file: str) -> list[Fault]:
        """Return all faults once everything is staged.

        Raises:
            Indivisible: if the dataset lacks an attribute.
        """
        for attribute in self._structure.attributes:
            is_lacking = attribute.mandatory and attribute.id not in self.dataset
            if is_lacking and attribute.level is Level.DATASET:
                raise Indivisible("the dataset lacks an attribute")
        self._faults += check_staged(staging, self._structure, file, self._inspection)
        return in_order([*self._faults, *self._inspection.rest()])


def _gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Put small tables of one form together: what is staged is set beside all series each time."""
    held: list[pa.Table] = []
    for table in tables:
        rows = sum(each.num_rows for each in held)
        if rows >= _ROWS or (held and table.schema != held[0].schema):
            yield pa.concat_tables(held)
            held = []
        held.append(table)
    yield pa.concat_tables(held)


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
