"""SDMX-JSON 2.0 and 2.1 data messages.

Numbers keep their digits: ``1.10`` stays ``1.10``. JSON has no lines that survive its
decoding, so a row is told by the number of the observation in the message, from 1.

Source: SDMX-JSON 2.1 data message field guide and JSON schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.json_structure import Axis, JsonStructure, read_structure
from sdmx_server.formats.data.readers.json_value import as_index, as_list, as_object, decode_json
from sdmx_server.formats.data.readers.ml_header import ACTIONS, DEFAULT_ACTION
from sdmx_server.formats.data.readers.row_list import RowList
from sdmx_server.formats.data.readers.text import decode
from sdmx_server.formats.structure.json import main_language
from sdmx_server.model.annotations import (
    ANNOTATIONS,
    DATASET_ANNOTATIONS,
    of_observation,
    to_text,
)
from sdmx_server.model.delivery import Delivery

_SWITCHED_OFF = "~"


@dataclass(slots=True)
class _Reading:
    """Where in the message reading is; ``number`` counts the rows."""

    found: FaultList
    number: int = 0


def read(content: bytes, file: str) -> list[Delivery]:
    """Read a message, one delivery a data set.

    Raises:
        DeliveryFaults: if the message cannot be read.
    """
    found = FaultList(file)
    try:
        return _read(content, found)
    except RecursionError:
        found.stop(faults.MALFORMED_JSON, None, reason="nested too deeply")


def _read(content: bytes, found: FaultList) -> list[Delivery]:
    message = as_object(decode_json(decode(content, found), found), "message", found)
    _refuse_version_1(message, found)
    data = as_object(message.get("data"), "data", found)
    structures = [
        read_structure(structure, f"structures[{i}]", main_language(message), found)
        for i, structure in enumerate(as_list(data.get("structures"), "data.structures", found))
    ]
    reading = _Reading(found)
    deliveries = []
    for i, item in enumerate(as_list(data.get("dataSets", []), "data.dataSets", found)):
        data_set = as_object(item, f"dataSets[{i}]", found)
        structure = _structure_of(data_set, structures, f"dataSets[{i}]", found)
        deliveries.append(_delivery(data_set, structure, f"dataSets[{i}]", reading))
    if not any(delivery.rows for delivery in deliveries):
        found.add(faults.NO_DATA)
    found.raise_if_any()
    return deliveries


def _refuse_version_1(message: Mapping[str, object], found: FaultList) -> None:
    """Refuse a message with one ``structure``, as SDMX-JSON has until 1.0."""
    data = message.get("data", message)
    if isinstance(data, dict) and "structure" in data and "structures" not in data:
        found.stop(faults.OLD_JSON)


def _structure_of(
    data_set: Mapping[str, object],
    structures: Sequence[JsonStructure],
    where: str,
    found: FaultList,
) -> JsonStructure:
    written = str(data_set.get("structure", "0"))
    index = as_index(written)
    if index is None or index >= len(structures):
        expected = f"0 – {len(structures) - 1}"
        found.stop(faults.JSON_SHAPE, None, written, where=f"{where}.structure", expected=expected)
    return structures[index]


def _delivery(
    data_set: Mapping[str, object], structure: JsonStructure, where: str, reading: _Reading
) -> Delivery:
    found = reading.found
    rows = RowList()
    action = str(data_set.get("action", DEFAULT_ACTION))
    if action not in ACTIONS:
        found.add(faults.UNKNOWN_ACTION, None, action, "action", allowed=", ".join(ACTIONS))
    shared = {axis.id: text for axis in structure.constants if (text := axis.text("0")) is not None}
    _read_groups(data_set, structure, where, rows, reading)
    _read_series(data_set, shared, structure, where, rows, reading)
    _read_observations(data_set, shared, structure, where, rows, reading)
    attributes = as_list(data_set.get("attributes", []), f"{where}.attributes", found)
    rows.dataset_attributes |= _cells(structure.dataset_attributes, attributes, where, found)
    said = as_list(data_set.get("annotations", []), f"{where}.annotations", found)
    for text in _said(said, structure, where, found).values():
        rows.dataset_attributes[DATASET_ANNOTATIONS] = text
    if action == "Delete" and not rows.rows:
        _add(rows, {}, reading)  # nothing is named: everything is meant
    return Delivery(
        structure=structure.reference,
        context=structure.context,
        action=action,
        columns=rows.columns,
        file=found.file,
        rows=rows.rows,
        dataset_attributes=rows.dataset_attributes,
    )


def _read_groups(
    data_set: Mapping[str, object],
    structure: JsonStructure,
    where: str,
    rows: RowList,
    reading: _Reading,
) -> None:
    found = reading.found
    where = f"{where}.dimensionGroupAttributes"
    groups = as_object(data_set.get("dimensionGroupAttributes", {}), where, found)
    for key, values in groups.items():
        here = f"{where}[{key!r}]"
        cells = _key(_presented(key, structure.key), structure.key, here, found)
        axes, texts = structure.group_attributes, as_list(values, here, found)
        cells |= _cells(axes, texts, where, found)
        cells |= _said(texts[len(axes) :], structure, here, found)
        _add(rows, cells, reading)


def _read_series(
    data_set: Mapping[str, object],
    shared: Mapping[str, str],
    structure: JsonStructure,
    where: str,
    rows: RowList,
    reading: _Reading,
) -> None:
    found = reading.found
    where = f"{where}.series"
    for key, item in as_object(data_set.get("series", {}), where, found).items():
        here = f"{where}[{key!r}]"
        series = as_object(item, here, found)
        cells = {**shared, **_key(key, structure.series, here, found)}
        attributes = as_list(series.get("attributes", []), f"{here}.attributes", found)
        cells |= _cells(structure.series_attributes, attributes, here, found)
        said = as_list(series.get("annotations", []), f"{here}.annotations", found)
        cells |= _said(said, structure, here, found)
        if not series.get("observations"):
            _add(rows, cells, reading)
        _read_observations(series, cells, structure, here, rows, reading)


def _read_observations(
    holder: Mapping[str, object],
    shared: Mapping[str, str],
    structure: JsonStructure,
    where: str,
    rows: RowList,
    reading: _Reading,
) -> None:
    """Read the observations of a series, or of a data set without series."""
    found, is_in_time = reading.found, structure.is_in_time
    where = f"{where}.observations"
    for key, item in as_object(holder.get("observations", {}), where, found).items():
        here = f"{where}[{key!r}]"
        values = as_list(item, here, found)
        cells = _key(key, structure.observation, here, found)
        cells |= _cells(structure.observed, values, here, found)
        if len(values) > len(structure.observed):
            cells |= _said(values[len(structure.observed) :], structure, here, found)
        _add(rows, of_observation(shared, cells, in_time=is_in_time), reading)


def _add(rows: RowList, cells: Mapping[str, str], reading: _Reading) -> None:
    reading.number += 1
    rows.add(reading.number, cells)


def _key(key: str, axes: Sequence[Axis], where: str, found: FaultList) -> dict[str, str]:
    """Return the codes of a key such as ``0:3``; empty positions are left out."""
    parts = key.split(":") if axes else []
    if len(parts) != len(axes):
        expected = ":".join(axis.id for axis in axes)
        found.stop(faults.JSON_SHAPE, None, key, where=where, expected=expected)
    cells: dict[str, str] = {}
    for axis, part in zip(axes, parts, strict=True):
        if part and part != _SWITCHED_OFF:
            text = axis.text(part)
            if text is None:
                found.stop(faults.JSON_SHAPE, None, part, axis.id, where=where, expected=axis.range)
            cells[axis.id] = text
    return cells


def _presented(key: str, axes: Sequence[Axis]) -> str:
    """Return the key of a group without the empty places of dimensions that have no value."""
    places = {axis.position for axis in axes}
    parts = enumerate(key.split(":"))
    return ":".join(part for place, part in parts if place in places or part)


def _cells(
    axes: Sequence[Axis], values: Sequence[object], where: str, found: FaultList
) -> dict[str, str]:
    """Return the texts of values; those past the axes are numbers of annotations."""
    cells: dict[str, str] = {}
    for axis, value in zip(axes, values, strict=False):
        if value is None:
            continue
        text = axis.text(value)
        if text is None:
            shown = json.dumps(value, ensure_ascii=False)
            found.stop(faults.JSON_SHAPE, None, shown, axis.id, where=where, expected=axis.range)
        cells[axis.id] = text
    return cells


def _said(
    numbers: Sequence[object], structure: JsonStructure, where: str, found: FaultList
) -> dict[str, str]:
    """Return the cell of the annotations with these numbers; none where there are none."""
    annotations = []
    for number in numbers:
        index = as_index(number)
        if index is None or index >= len(structure.annotations):
            shown = json.dumps(number, ensure_ascii=False)
            expected = f"annotations 0 – {len(structure.annotations) - 1}"
            found.stop(faults.JSON_SHAPE, None, shown, where=where, expected=expected)
        annotations.append(structure.annotations[index])
    return {ANNOTATIONS: to_text(annotations)} if annotations else {}
