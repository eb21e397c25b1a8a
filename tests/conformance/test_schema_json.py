"""JSON Schemas of structures: they refuse messages that were spoiled in many ways."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from jsonschema.protocols import Validator

from tests.conformance.answers import media, media_type

VALIDATORS = {
    "2.0.0": jsonschema.Draft7Validator,
    "2.1.0": jsonschema.Draft201909Validator,
}
EXR = "dataflow/TST/EXR"


def validator(client: FlaskClient, path: str, version: str) -> Validator:
    """Ask for a schema and make sure that it is one."""
    response = client.get(f"/sdmx/v2/schema/{path}", headers=media("schema+json", version))
    assert response.status_code == 200, response.text
    assert media_type(response) == f"schema+json;version={version}"
    return compiled(response.text, version)


@cache
def compiled(text: str, version: str) -> Validator:
    """Compile a schema; jsonschema takes its time for the official one within it."""
    schema = json.loads(text)
    VALIDATORS[version].check_schema(schema)
    return VALIDATORS[version](schema)


def message(client: FlaskClient, path: str, version: str) -> Any:
    """Ask for data."""
    response = client.get(f"/sdmx/v2/data/{path}", headers=media("data+json", version))
    assert response.status_code == 200, response.text
    return json.loads(response.text)


def faults(schema: Validator, document: Any) -> list[str]:
    """Return what is wrong with a message."""
    return [f"{e.json_path}: {e.message[:200]}" for e in schema.iter_errors(document)]


def component(document: Any, kind: str, id_: str) -> dict[str, Any]:
    """Return a component of the first structure, at whatever level it stands."""
    levels = document["data"]["structures"][0][kind].values()
    return next(c for level in levels for c in level if c["id"] == id_)


def _wrong_code(document: Any) -> None:
    component(document, "dimensions", "CURRENCY")["values"][0]["id"] = "XXX"


def _wrong_attribute(document: Any) -> None:
    component(document, "attributes", "OBS_STATUS")["values"][0]["id"] = "XXX"


def _wrong_period(document: Any) -> None:
    component(document, "dimensions", "TIME_PERIOD")["values"][0]["value"] = "last year"


def _wrong_place(document: Any) -> None:
    component(document, "dimensions", "CURRENCY")["keyPosition"] = 4


def _unknown_dimension(document: Any) -> None:
    component(document, "dimensions", "CURRENCY")["id"] = "MONEY"


def _unknown_attribute(document: Any) -> None:
    component(document, "attributes", "TITLE")["id"] = "HEADING"


def _no_dimension(document: Any) -> None:
    levels = document["data"]["structures"][0]["dimensions"]
    for level, held in levels.items():
        levels[level] = [d for d in held if d["id"] != "EXR_TYPE"]


def _wrong_measure(document: Any) -> None:
    measure = document["data"]["structures"][0]["measures"]["observation"][0]
    measure["values"] = [{"value": "much"}]


def _wrong_level(document: Any) -> None:
    levels = document["data"]["structures"][0]["dimensions"]
    levels["observation"] = levels["observation"] + levels["series"]


def _no_json_message(document: Any) -> None:
    document["data"]["dataSets"] = {}


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize(
    "spoil",
    [
        _wrong_code,
        _wrong_attribute,
        _wrong_period,
        _wrong_place,
        _unknown_dimension,
        _unknown_attribute,
        _no_dimension,
        _wrong_measure,
        _wrong_level,
        _no_json_message,
    ],
)
def test_a_schema_refuses_what_is_wrong(v2: FlaskClient, spoil: Any, version: str):
    document = message(v2, EXR, version)
    spoil(document)
    assert faults(validator(v2, EXR, version), document)


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_a_cell_holds_the_number_of_a_value_or_a_value(v2: FlaskClient, version: str):
    schema = validator(v2, "dataflow/TST/LFS", version)
    document = message(v2, "dataflow/TST/LFS", version)
    observations = next(iter(document["data"]["dataSets"][0]["series"].values()))["observations"]
    key = next(iter(observations))
    for cell, is_valid in ((12.5, True), ("NaN", True), (None, True), ("a lot", False)):
        observations[key] = [cell]
        assert (not faults(schema, document)) is is_valid, cell


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("dataflow/TST/EXR/1.0.0", {"JPY", "GBP"}),
        ("provisionagreement/TST/PA_ECB/1.0.0", {"JPY", "GBP", "CHF"}),
    ],
)
def test_constraints_decide_which_codes_are_allowed(
    constrained: FlaskClient, path: str, refused: set[str]
):
    schema = validator(constrained, path, "2.1.0")
    document = message(constrained, "dataflow/TST/EXR/1.0.0", "2.1.0")
    values = component(document, "dimensions", "CURRENCY")["values"]
    found = set()
    for code in ("USD", "EUR", "CHF", "JPY", "GBP"):
        values[:] = [{"id": code, "name": code}]
        if faults(schema, document):
            found.add(code)
    assert found == refused


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_a_schema_for_deletions_demands_no_dimension(v2: FlaskClient, version: str):
    document = message(v2, f"{EXR}?dimensionAtObservation=AllDimensions&limit=1", version)
    _no_dimension(document)
    component(document, "measures", "OBS_VALUE")["values"] = [{"value": "-"}]
    path = f"{EXR}?dimensionAtObservation=AllDimensions"
    assert faults(validator(v2, path, version), document)
    assert not faults(validator(v2, f"{path}&deletion=true", version), document)
