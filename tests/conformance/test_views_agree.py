"""Whichever dimension is observed, in whichever format: the rows are those delivered.

The structures have groups, attributes of every level and of partial keys, several measures,
values in arrays and languages, time or none; the readers know nothing of the server.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sdmx_server.model.datastructure import AttributeRelationship, Dataflow
from tests.conformance import fixtures as fx
from tests.conformance.answers import media, table
from tests.conformance.artefacts import DATAFLOW, OBSERVATION, attached, dataflow, dsd, text
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import CREATED, Content, Row, delivery
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import data_faults

AREAS = {"SEX": ("F", "M"), "CURRENCY": ("CHF", "JPY", "USD"), "REF_AREA": ("FR", "UK")}
TIMES = ("2009", "2010", "2011")
BY_SEX = AttributeRelationship(dimensions=("SEX", "CURRENCY"))
BY_AREA = AttributeRelationship(dimensions=("REF_AREA",))
BY_SERIES = AttributeRelationship(dimensions=tuple(AREAS))
SIMPLE = [
    attached("DS_NOTE", None, DATAFLOW),
    attached("UNIT", None, AttributeRelationship(group="Currency")),
    attached("COLLECTION", "CL_EXR_SUFFIX", BY_SEX),
    attached("SRC", None, BY_AREA),
    attached("TITLE", None, BY_SERIES),
    attached("OBS_STATUS", "CL_OBS_STATUS", OBSERVATION),
    attached("OBS_COM", None, OBSERVATION),
]
RICH = [
    *SIMPLE,
    attached("CONTACT", text(most=3), BY_SERIES),
    attached("METHOD", text(most=2, multilingual=True), BY_AREA),
    attached("OBS_NOTE", text(multilingual=True), OBSERVATION),
]
NUMBER = {"OBS_VALUE": text("Double")}
NUMBERS = {**NUMBER, "OBS_COUNT": text("Integer")}
GROUPS = {"Currency": ("CURRENCY",), "Both": ("CURRENCY", "REF_AREA")}
NOTE = {"DS_NOTE": 'Of the whole, "always" & <ever>'}
META = {"DATAFLOW", "STRUCTURE", "STRUCTURE[;]", "STRUCTURE_ID", "ACTION"}
ARRAYS = {"CONTACT", "METHOD"}

OLD = [
    ("data+csv", "1.0.0"),
    ("data+json", "1.0.0"),
    ("genericdata+xml", "2.1"),
    ("structurespecificdata+xml", "2.1"),
]
NEW = [
    ("data+csv", "2.1.0"),
    ("data+csv", "2.0.0"),
    ("data+json", "2.1.0"),
    ("data+json", "2.0.0"),
    ("data+xml", "3.1.0"),
    ("data+xml", "3.0.0"),
]
FLOWS = {
    "SIMPLE": (tuple(AREAS), True, NUMBER, SIMPLE, [*OLD, *NEW]),
    "RICH": (tuple(AREAS), True, NUMBERS, RICH, NEW),
    "TIMELESS": (tuple(AREAS), False, NUMBER, SIMPLE, [*OLD, *NEW]),
    "RICH_TIMELESS": (tuple(AREAS), False, NUMBERS, RICH, NEW),
    "BARE": (("CURRENCY",), True, NUMBER, [], [*OLD, *NEW]),
    "BARE_TIMELESS": (("CURRENCY",), False, NUMBER, [], [*OLD, *NEW]),
}
"""By id of a dataflow its dimensions, whether it has time, measures, attributes, formats."""

CHOICES = ("", "attributes=none", "attributes=series", "attributes=dataset,OBS_COM,CONTACT")


def values_of(place: int, key: dict[str, str]) -> dict[str, str | None]:
    """Return what is said of an observation, with gaps at every level."""
    area = key.get("REF_AREA")
    pair = (key.get("SEX"), key["CURRENCY"])
    return {
        "OBS_VALUE": None if place % 7 == 3 else f"{place}.5",
        "OBS_COUNT": None if place % 5 == 2 else str(place),
        "UNIT": None if key["CURRENCY"] == "JPY" else f"Unit of {key['CURRENCY']}",
        "COLLECTION": None if pair == ("F", "CHF") else "AE"[pair[0] == "F"],
        "SRC": 'Office of "France", & more' if area == "FR" else None,
        "TITLE": None if pair == ("F", "USD") else "/".join(key[d] for d in AREAS if d in key),
        "OBS_STATUS": "AP"[place % 2],
        "OBS_COM": None if place % 2 else f"Remark; {place}",
        "CONTACT": json.dumps(["a;b", 'say "c"']) if area == "UK" else None,
        "METHOD": json.dumps([{"en": "Survey; all", "fr": "Enquête"}, {"en": "Census"}])
        if area == "FR"
        else None,
        "OBS_NOTE": json.dumps({"en": f"Note, {place}", "fr": "Remarque"}) if place % 3 else None,
    }


def rows_delivered(flow: str) -> list[Row]:
    dimensions, has_time, measures, attributes, _ = FLOWS[flow]
    known = [*measures, *(attribute[0] for attribute in attributes)]
    keys = product(*(AREAS[d] for d in dimensions), *([TIMES] if has_time else []))
    names = [*dimensions, *(["TIME_PERIOD"] if has_time else [])]
    rows = []
    for place, key in enumerate(keys):
        if place % 11 == 10:
            continue  # not every key has an observation
        cells = dict(zip(names, key, strict=True))
        said = values_of(place if attributes else 0, cells)
        rows.append({**cells, **{name: said.get(name) for name in known if name != "DS_NOTE"}})
    return rows


def content() -> Content:
    made = Content([*fx.shared("1.0.0"), *fx.organisations()])
    for id_, (dimensions, has_time, measures, attributes, _) in FLOWS.items():
        lists = {"SEX": "CL_SEX", "CURRENCY": "CL_CURRENCY", "REF_AREA": "CL_AREA"}
        structure = dsd(
            f"DSD_{id_}",
            "1.0.0",
            {dimension: lists[dimension] for dimension in dimensions},
            time=has_time,
            measures=measures,
            attributes=attributes,
            groups=GROUPS if attributes else None,
        )
        flow: Dataflow = dataflow(id_, "1.0.0", structure)
        note = NOTE if attributes else {}
        told = delivery(flow, rows_delivered(id_), "Replace", note)
        made += Content([structure, flow], [(CREATED, [told])])
    return made


@pytest.fixture(scope="module")
def server(serving: Serving) -> FlaskClient:
    return serving(content())


def expected(flow: str, choice: str) -> list[str]:
    dimensions, has_time, measures, attributes, _ = FLOWS[flow]
    shown = {*dimensions, *measures} | ({"TIME_PERIOD"} if has_time else set())
    wanted = choice.partition("=")[2].split(",")
    shown |= {a[0] for a in attributes if _is_wanted(a, wanted)}
    note = NOTE if attributes else {}
    return canonical([{**note, **row} for row in rows_delivered(flow)], shown)


def _is_wanted(attribute: tuple[Any, ...], wanted: list[str]) -> bool:
    id_, _, relationship, *_ = attribute
    if wanted == [""] or id_ in wanted:
        return True
    level = "dataset" if relationship is DATAFLOW else "series"
    return ("obs" if relationship is OBSERVATION else level) in wanted


def canonical(rows: list[Row], shown: set[str] | None = None) -> list[str]:
    """Return rows as sorted text: values as they are, JSON decoded, nothing that is absent."""
    return sorted(
        json.dumps(
            {
                name: _plain(value)
                for name, value in row.items()
                if value not in (None, "") and name not in META and (not shown or name in shown)
            },
            sort_keys=True,
        )
        for row in rows
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list | dict):
        return value
    if str(value).startswith(("[", "{")):
        return json.loads(value)
    try:
        return str(Decimal(str(value)).normalize())
    except InvalidOperation:
        return str(value)


def told(response: TestResponse) -> list[str]:
    if "csv" not in response.headers["Content-Type"]:
        return canonical(table(response))
    return canonical([dict(_of_csv(row)) for row in table(response)])


def _of_csv(row: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for title, cell in row.items():
        name, _, languages = title.partition("[")
        if cell and languages and title not in META:
            members = _split(cell)
            by_language = languages != "]"
            if name in ARRAYS and by_language:
                yield name, [dict(part.split(":", 1) for part in _split(m)) for m in members]
            else:
                pairs = (part.split(":", 1) for part in members)
                yield name, dict(pairs) if by_language else members
        else:
            yield title, cell


def _split(cell: str) -> list[str]:
    return next(csv.reader([cell], delimiter=";", strict=True))


CASES = [
    (flow, view, format_)
    for flow, (dimensions, has_time, *_, formats) in FLOWS.items()
    for view in ("", *dimensions, *(["TIME_PERIOD"] if has_time else []), "AllDimensions")
    for format_ in formats
]


@pytest.mark.parametrize(("flow", "view", "format_"), CASES)
def test_every_view_in_every_format_tells_what_was_delivered(
    server: FlaskClient, flow: str, view: str, format_: tuple[str, str]
):
    for choice in CHOICES:
        if "CONTACT" in choice and not flow.startswith("RICH"):
            continue
        parameters = "&".join(filter(None, [choice, view and f"dimensionAtObservation={view}"]))
        path = f"/sdmx/v2/data/dataflow/TST/{flow}?{parameters}"
        assert told(server.get(path, headers=media(*format_))) == expected(flow, choice), choice


@pytest.mark.parametrize(("kind", "version"), [("data+xml", "3.1.0"), ("genericdata+xml", "2.1")])
def test_the_only_dimension_is_all_of_them(server: FlaskClient, kind: str, version: str):
    """A series without a key would not be valid."""
    path = "dataflow/TST/BARE_TIMELESS/1.0.0?dimensionAtObservation=CURRENCY"
    schema = server.get(f"/sdmx/v2/schema/{path}", headers=media("schema+xml", version)).data
    message = server.get(f"/sdmx/v2/data/{path}", headers=media(kind, version)).data
    assert b'dimensionAtObservation="AllDimensions"' in message
    assert data_faults(message, schema if kind == "data+xml" else (), version) == []


SEEN = list(dict.fromkeys((flow, view) for flow, view, _ in CASES if view))


@pytest.mark.parametrize(("flow", "view"), SEEN)
def test_every_view_is_valid(server: FlaskClient, flow: str, view: str):
    path = f"dataflow/TST/{flow}/1.0.0?dimensionAtObservation={view}"
    for kind, version in FLOWS[flow][-1]:
        message = server.get(f"/sdmx/v2/data/{path}", headers=media(kind, version)).data
        if "json" in kind:
            validate_json(message, "data", version)
        elif "xml" in kind:
            accept = media("schema+xml", version)
            schema = server.get(f"/sdmx/v2/schema/{path}", headers=accept).data
            assert data_faults(message, () if "generic" in kind else schema, version) == []
