"""The rows of a delivery as its structure reads them.

Readers hand on what a message says without knowing the structure. Here cells with labels lose
them, arrays of one value become arrays, and rows that give attributes for a part of the key
give them to the observations that match.

Source: SDMX-CSV 2.1 field guide (labels, partial keys); SDMX-ML 3.1 (Atts, Group).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Component, Level, ResolvedStructure, Role
from sdmx_server.exchange.metadata_values import in_shape
from sdmx_server.exchange.validation_attachment import attached
from sdmx_server.metadata import Leaf, mapped
from sdmx_server.model.cells import Cells, array_of, encoded, holds
from sdmx_server.model.delivery import Delivery

SWITCHED_OFF = "~"
"""Stands for a dimension that an attribute is not attached to, or that does not apply."""

Column = list[str | None]


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery as its structure reads it.

    Attributes:
        delivery: the delivery.
        partial: rows with a part of the key whose attributes belong to series that are not
            in the delivery; the store may hold them.
        clashing: rows with a part of the key that say otherwise than the rows that match.
    """

    delivery: Delivery
    partial: tuple[int, ...] = ()
    clashing: tuple[int, ...] = ()


def settle(delivery: Delivery, structure: ResolvedStructure) -> Settled:
    """Return the delivery with its cells and rows as the structure reads them."""
    delivery = attached(delivery, structure)
    columns: dict[str, Sequence[str | None]] = dict(delivery.columns)
    for component in (*structure.components, *structure.annotations):
        if component.id in columns:
            array = array_of(columns[component.id])
            columns[component.id] = Cells(_settle_cells(array, component, delivery.labelled))
    dataset: dict[str, str] = {}
    for id_, given in delivery.dataset_attributes.items():
        known = structure.component(id_)
        text = _settle_text(given, known, delivery.labelled) if known else given
        if text is None:
            continue
        if known is None or known.level is Level.DATASET:
            dataset[id_] = text
        else:  # SDMX-JSON writes what is the same everywhere once
            array = _array(delivery, columns, id_)
            columns[id_] = Cells(pc.fill_null(array.cast(pa.string()), text))
    settled = replace(delivery, columns=columns, dataset_attributes=dataset)
    return Settled(settled) if delivery.action == "Delete" else _join(settled, structure)


def _array(delivery: Delivery, columns: Mapping[str, Sequence[str | None]], id_: str) -> pa.Array:
    if id_ in columns:
        return array_of(columns[id_])
    return pa.nulls(len(delivery.rows), pa.string())


def _settle_cells(array: pa.Array, component: Component, labelled: bool) -> pa.Array:
    """Return cells as the component reads them; each distinct text is settled once."""
    is_plain = not (component.is_json or component.is_metadata or (labelled and component.is_coded))
    if is_plain and not (component.role is Role.ATTRIBUTE and holds(array, SWITCHED_OFF)):
        return array
    array = encoded(array)
    texts = array.dictionary.to_pylist()
    settled = [_settle_text(text, component, labelled) for text in texts]
    return array if settled == texts else pa.array(settled, pa.string()).take(array.indices)


def _settle_text(given: str, component: Component, labelled: bool) -> str | None:
    if labelled and component.codes is not None:
        given = _without_labels(given, component.codes)
    text: str | None = given
    if component.is_metadata:
        text = in_shape(given, component)
    elif component.is_json:
        text = _in_shape(given, component)
    return None if text == SWITCHED_OFF and component.role is Role.ATTRIBUTE else text


def _without_labels(cell: str, codes: Mapping[str, object]) -> str:
    if cell in codes:
        return cell
    if cell.startswith("["):
        values: Any = _decoded(cell)
        if isinstance(values, list):
            return _encoded(mapped(values, lambda leaf: _leaf_without_label(leaf, codes)))
    return cell.partition(": ")[0]


def _leaf_without_label(leaf: Leaf, codes: Mapping[str, object]) -> Leaf:
    return _without_labels(leaf, codes) if isinstance(leaf, str) else leaf


def _in_shape(text: str, component: Component) -> str:
    """Make one value an array of one, or texts of one language each one object."""
    value = _decoded(text)
    if component.is_array:
        if isinstance(value, dict) and component.is_multilingual:
            return _encoded([value])
        is_plain = not isinstance(value, list | dict) and not component.is_multilingual
        return _encoded([text]) if is_plain and not text.startswith("[") else text
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        merged = {language: item for part in value for language, item in part.items()}
        return _encoded(merged) if len(merged) == sum(map(len, value)) else text
    return text


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _join(delivery: Delivery, structure: ResolvedStructure) -> Settled:
    """Give the attributes of rows with a partial key to the rows that match, and drop those."""
    partial = _partial_rows(delivery, structure)
    if not partial:
        return Settled(delivery)
    joining = _Joining(delivery, structure, frozenset(partial))
    outcomes = {row: joining.take(row) for row in partial}
    kept = [row for row in range(len(delivery.rows)) if outcomes.get(row) is not Outcome.TAKEN]
    joined = replace(
        delivery,
        columns={id_: [cells[row] for row in kept] for id_, cells in joining.columns.items()},
        rows=[delivery.rows[row] for row in kept],
        dataset_attributes=joining.dataset_attributes,
    )
    places = {row: place for place, row in enumerate(kept)}
    return Settled(
        joined,
        tuple(places[r] for r, outcome in outcomes.items() if outcome is Outcome.UNMATCHED),
        tuple(places[r] for r, outcome in outcomes.items() if outcome is Outcome.CLASH),
    )


def _partial_rows(delivery: Delivery, structure: ResolvedStructure) -> list[int]:
    """Return the rows with an empty dimension, without a measure but with an attribute."""
    key, measures, attached = (
        [_array(delivery, delivery.columns, c.id) for c in components]
        for components in (structure.key, structure.measures, _attached_columns(structure))
    )
    if not any(array.null_count or holds(array, SWITCHED_OFF) for array in key):
        return []
    partial = np.zeros(len(delivery.rows), np.bool_)
    for array in key:
        partial |= np.asarray(pc.fill_null(pc.equal(array.cast(pa.string()), SWITCHED_OFF), True))
    for array in measures:
        partial &= np.asarray(array.is_null())
    given = np.zeros(len(delivery.rows), np.bool_)
    for array in attached:
        given |= np.asarray(array.is_valid())
    rows: list[int] = np.flatnonzero(partial & given).tolist()
    return rows


def _attached_columns(structure: ResolvedStructure) -> tuple[Component, ...]:
    """Return what is attached to a part of the key: attributes, and annotations."""
    return (*structure.attributes, *structure.annotations)


class Outcome(Enum):
    """What became of a row with a partial key, from best to worst."""

    TAKEN = 0
    UNMATCHED = 1
    CLASH = 2


class _Joining:
    """The columns while attributes of partial keys are written into them."""

    def __init__(
        self, delivery: Delivery, structure: ResolvedStructure, partial: frozenset[int]
    ) -> None:
        self.columns: dict[str, Column] = {i: list(c) for i, c in delivery.columns.items()}
        self.dataset_attributes = dict(delivery.dataset_attributes)
        self._structure = structure
        self._whole = [row for row in range(len(delivery.rows)) if row not in partial]
        self._matches: dict[tuple[str, ...], dict[tuple[str | None, ...], list[int]]] = {}

    def take(self, row: int) -> Outcome:
        """Write the attributes of a row where they belong."""
        key = {
            c.id: self.columns[c.id][row]
            for c in self._structure.key
            if c.id in self.columns and self.columns[c.id][row] not in (None, SWITCHED_OFF)
        }
        given = [
            (c, str(self.columns[c.id][row]))
            for c in _attached_columns(self._structure)
            if c.id in self.columns and self.columns[c.id][row] is not None
        ]
        rows = self._rows(tuple(key), tuple(key.values()))
        outcomes = {self._write(attribute, text, rows) for attribute, text in given}
        return max(outcomes, key=lambda outcome: outcome.value)

    def _rows(self, ids: tuple[str, ...], values: tuple[str | None, ...]) -> list[int]:
        if ids not in self._matches:
            index: dict[tuple[str | None, ...], list[int]] = {}
            for row in self._whole:
                index.setdefault(tuple(self.columns[id_][row] for id_ in ids), []).append(row)
            self._matches[ids] = index
        return self._matches[ids].get(values, [])

    def _write(self, attribute: Component, text: str, rows: list[int]) -> Outcome:
        if attribute.level is Level.DATASET:
            held = self.dataset_attributes.setdefault(attribute.id, text)
            return Outcome.TAKEN if held == text else Outcome.CLASH
        cells = self.columns[attribute.id]
        if any(cells[row] not in (None, text) for row in rows):
            return Outcome.CLASH
        for row in rows:
            cells[row] = text
        return Outcome.TAKEN if rows else Outcome.UNMATCHED
