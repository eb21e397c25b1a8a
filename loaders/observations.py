"""The figures that come with the server, each with the source it was taken from.

``data/observations.csv`` holds the figures, ``data/observations.toml`` says which column is
which component and what else belongs to each dataflow. The code knows neither.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from loaders import faults
from sdmx_server.model import fault_kinds
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault, Place, complain

FIGURES = Path(__file__).parent / "data" / "observations.csv"
MAPPING = Path(__file__).parent / "data" / "observations.toml"


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes by the texts of a column."""

    column: str
    codes: dict[str, str]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values of components for the rows that hold certain codes."""

    when: dict[str, str]
    values: dict[str, str]


class DataflowMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the rows of one dataflow are read.

    ``breakdown`` names the components in the breakdown column, ``breakdown_codes`` their
    codes where these are written otherwise.
    """

    provider: str
    columns: dict[str, str] = {}
    values: dict[str, str] = {}
    ignored: dict[str, str] = {}
    breakdown: tuple[str, ...] = ()
    breakdown_codes: dict[str, dict[str, str]] = {}
    translate: dict[str, Translation] = {}
    where: tuple[Condition, ...] = ()


class ObservationsMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file is read.

    ``dataflow`` and ``breakdown`` are names of columns, ``provider_component`` is the attribute
    that names the provider of a dataflow.
    """

    agency: str
    version: str
    dataflow: str
    breakdown: str
    provider_component: str
    columns: dict[str, str]
    dataflows: dict[str, DataflowMapping]


@dataclass(slots=True)
class _Reading:
    """The rows of each dataflow so far, and the faults."""

    file: str
    mapping: ObservationsMapping
    rows: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def place(self, row: int | None, column: str | None = None) -> Place:
        return Place(self.file, row, column)


def load(path: Path = FIGURES, mapping: Path = MAPPING) -> list[Delivery]:
    """Return the figures, one delivery a dataflow, in the order of the file.

    Raises:
        DeliveryFaults: if a row cannot be mapped whole; every fault with its line.
    """
    reading = _Reading(path.name, read_mapping(mapping))
    header, records = _records(path, reading)
    _check_header(header, reading)
    for row, record in records:
        _read_row(row, dict(zip(header, record, strict=True)), reading)
    if reading.faults:
        raise DeliveryFaults(reading.faults)
    return [_delivery(dataflow, reading) for dataflow in reading.rows]


def read_mapping(path: Path) -> ObservationsMapping:
    """Read a mapping file.

    Raises:
        DeliveryFaults: if it is no mapping.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=ObservationsMapping)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fault = complain(faults.MALFORMED_MAPPING, Place(path.name), reason=error)
        raise DeliveryFaults([fault]) from error


def _records(path: Path, reading: _Reading) -> tuple[list[str], list[tuple[int, list[str]]]]:
    reader = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True)
    header = next(reader, [])
    records, line = [], reader.line_num + 1
    for record in reader:
        if len(record) == len(header):
            records.append((line, record))
        else:
            fault = complain(
                fault_kinds.ROW_LENGTH,
                reading.place(line),
                str(len(record)),
                (),
                expected=len(header),
            )
            reading.faults.append(fault)
        line = reader.line_num + 1
    return header, records


def _check_header(header: Sequence[str], reading: _Reading) -> None:
    mapping = reading.mapping
    wanted = {mapping.dataflow, mapping.breakdown, *mapping.columns.values()}
    for flow in mapping.dataflows.values():
        wanted |= {*flow.columns.values(), *flow.ignored}
        wanted |= {translation.column for translation in flow.translate.values()}
    place = reading.place(1)
    missing = [
        complain(faults.MISSING_COLUMN, place, name, (), allowed=", ".join(header))
        for name in sorted(wanted - set(header))
    ]
    unmapped = [complain(faults.UNMAPPED_COLUMN, place, n) for n in header if n not in wanted]
    if missing or unmapped:
        raise DeliveryFaults([*reading.faults, *missing, *unmapped])


def _read_row(row: int, record: Mapping[str, str], reading: _Reading) -> None:
    mapping = reading.mapping
    id_ = record[mapping.dataflow]
    flow = mapping.dataflows.get(id_)
    if flow is None:
        place, allowed = reading.place(row, mapping.dataflow), ", ".join(mapping.dataflows)
        reading.faults.append(complain(faults.UNKNOWN_DATAFLOW, place, id_, (), allowed=allowed))
        return
    cells = {component: record[name] for component, name in mapping.columns.items()}
    cells |= {component: record[name] for component, name in flow.columns.items()}
    cells |= flow.values | {mapping.provider_component: flow.provider}
    cells |= _breakdown(row, record[mapping.breakdown], flow, reading)
    cells |= _translated(row, record, flow, reading)
    for condition in flow.where:
        if all(cells.get(component) == code for component, code in condition.when.items()):
            cells |= condition.values
    for column, only in flow.ignored.items():
        if record[column] != only:
            place = reading.place(row, column)
            reading.faults.append(
                complain(faults.NOT_IGNORED, place, record[column], (), column=column, allowed=only)
            )
    reading.rows.setdefault(id_, []).append((row, cells))


def _breakdown(row: int, text: str, flow: DataflowMapping, reading: _Reading) -> dict[str, str]:
    """Split ``COICOP=01;BASE_PER=2018`` into its components."""
    parts = [part.partition("=") for part in text.split(";")] if text else []
    cells = {component: code for component, _, code in parts}
    if len(parts) != len(cells) or set(cells) != set(flow.breakdown) or "" in cells.values():
        expected = ", ".join(flow.breakdown) or "—"
        place = reading.place(row, reading.mapping.breakdown)
        reading.faults.append(
            complain(faults.MALFORMED_BREAKDOWN, place, text, (), expected=expected)
        )
    return {
        component: flow.breakdown_codes.get(component, {}).get(code, code)
        for component, code in cells.items()
    }


def _translated(
    row: int, record: Mapping[str, str], flow: DataflowMapping, reading: _Reading
) -> dict[str, str]:
    cells = {}
    for component, translation in flow.translate.items():
        text = record[translation.column]
        code = translation.codes.get(text)
        if code is None:
            place = reading.place(row, translation.column)
            allowed = ", ".join(map(repr, translation.codes))
            reading.faults.append(
                complain(
                    faults.NO_TRANSLATION, place, text, (), component=component, allowed=allowed
                )
            )
            continue
        cells[component] = code
    return cells


def _delivery(id_: str, reading: _Reading) -> Delivery:
    mapping, rows = reading.mapping, reading.rows[id_]
    components = dict.fromkeys(component for _, cells in rows for component in cells)
    return Delivery(
        structure=f"{mapping.agency}:{id_}({mapping.version})",
        context="dataflow",
        action="Merge",
        columns={c: [cells.get(c) or None for _, cells in rows] for c in components},
        file=reading.file,
        rows=[row for row, _ in rows],
        provider=f"{mapping.agency}.{mapping.dataflows[id_].provider}",
    )
