"""The JSON Schemas of component values: data types, their facets, codes.

Values that a message lists once are text there, whatever their type is, so numbers and
booleans may also be text that is one.

Source: SDMX-JSON 2.0 and 2.1, data message field guide, "Data type conversions between SDMX
and JSON"; JSON Schema 2019-09, validation vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sdmx_server.dataset import Component, Role
from sdmx_server.formats.data.writers.json_numbers import BOOLEANS, NUMBERS, number

Schema = dict[str, Any]

_INTEGERS = frozenset({"Integer", "Count", "Long", "Short"})
_NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]+$"
_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})?"
_GREGORIAN = f"-?[0-9]{{4,}}(-[0-9]{{2}}(-[0-9]{{2}})?)?{_ZONE}"
_INSTANT = f"-?[0-9]{{4,}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]+{_ZONE}"
_REPORTING = f"[0-9]{{4}}-[ASTQMWD][0-9]{{1,3}}{_ZONE}"
_RANGE = "[^/]+/P.+"
_PATTERNS: Mapping[str, str] = {
    "Alpha": "[A-Za-z]+",
    "AlphaNumeric": "[A-Za-z0-9]+",
    "ObservationalTimePeriod": f"{_GREGORIAN}|{_INSTANT}|{_REPORTING}|{_RANGE}",
    "StandardTimePeriod": f"{_GREGORIAN}|{_INSTANT}|{_REPORTING}",
    "BasicTimePeriod": f"{_GREGORIAN}|{_INSTANT}",
    "GregorianTimePeriod": _GREGORIAN,
    "GregorianYear": f"-?[0-9]{{4,}}{_ZONE}",
    "GregorianYearMonth": f"-?[0-9]{{4,}}-[0-9]{{2}}{_ZONE}",
    "GregorianDay": f"-?[0-9]{{4,}}-[0-9]{{2}}-[0-9]{{2}}{_ZONE}",
    "ReportingTimePeriod": _REPORTING,
    "ReportingYear": f"[0-9]{{4}}-A1{_ZONE}",
    "ReportingSemester": f"[0-9]{{4}}-S[1-2]{_ZONE}",
    "ReportingTrimester": f"[0-9]{{4}}-T[1-3]{_ZONE}",
    "ReportingQuarter": f"[0-9]{{4}}-Q[1-4]{_ZONE}",
    "ReportingMonth": f"[0-9]{{4}}-M[0-1][0-9]{_ZONE}",
    "ReportingWeek": f"[0-9]{{4}}-W[0-5][0-9]{_ZONE}",
    "ReportingDay": f"[0-9]{{4}}-D[0-3][0-9]{{2}}{_ZONE}",
    "DateTime": _INSTANT,
    "TimeRange": _RANGE,
    **dict.fromkeys(
        ("Decimal", "Incremental", "InclusiveValueRange", "ExclusiveValueRange"), _NUMBER[1:-1]
    ),
    "BigInteger": _INTEGER[1:-1],
}
"""What the text of a data type looks like."""

_BOUNDS = {
    "minValue": "minimum",
    "startValue": "minimum",
    "maxValue": "maximum",
    "endValue": "maximum",
}
_LENGTHS = ("minLength", "maxLength")
_NOT_IN_JSON = re.compile(r"\\[icpICP]|-\[")
"""What the patterns of XML Schema have and those of JSON Schema have not."""

_NOT_APPLICABLE = "~"
_MISSING = "#N/A"
_NOT_A_NUMBER = "NaN"


def value_schema(component: Component) -> Schema:
    """Return the schema of one value of a component.

    A component with several values has each of them so; text by language is an object.
    """
    schema = plain_schema(component)
    if component.is_multilingual:
        schema = {"type": "object", "additionalProperties": schema}
    instead = _instead(component)
    return {"anyOf": [schema, {"enum": instead}]} if instead else schema


def plain_schema(component: Component) -> Schema:
    """Return the schema of one value in one language that is not missing."""
    if component.codes is not None:
        allowed = component.allowed
        return {"enum": [id_ for id_ in component.codes if allowed is None or id_ in allowed]}
    if component.data_type in NUMBERS:
        return _number(component)
    if component.data_type == "Boolean":
        return {"anyOf": [{"type": "boolean"}, {"enum": list(BOOLEANS)}]}
    return _text(component)


def _instead(component: Component) -> list[str]:
    """Return what may stand for a value that is missing or does not apply."""
    if component.role is Role.DIMENSION:
        return [_NOT_APPLICABLE]
    if component.role is Role.TIME:
        return []
    is_number = component.codes is None and component.data_type in NUMBERS
    return [_NOT_A_NUMBER if is_number else _MISSING]


def _number(component: Component) -> Schema:
    is_integer = component.data_type in _INTEGERS
    facets = component.facets.items()
    bounds = {_BOUNDS[name]: _bound(limit) for name, limit in facets if name in _BOUNDS}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    return {
        "anyOf": [
            {"type": "integer" if is_integer else "number", **given},
            {"type": "string", "pattern": _INTEGER if is_integer else _NUMBER},
        ]
    }


def _bound(limit: str) -> msgspec.Raw | None:
    text = number(limit)
    return None if text.startswith('"') else msgspec.Raw(text.encode())


def _text(component: Component) -> Schema:
    facets = component.facets
    schema: Schema = {"type": "string"}
    schema |= {name: int(facets[name]) for name in _LENGTHS if facets.get(name, "").isdecimal()}
    patterns = [_PATTERNS[component.data_type]] if component.data_type in _PATTERNS else []
    if "pattern" in facets and _is_in_json(facets["pattern"]):
        patterns.append(facets["pattern"])
    anchored = [{"pattern": f"^(?:{pattern})$"} for pattern in patterns]
    if len(anchored) > 1:
        return {**schema, "allOf": anchored}
    return {**schema, **(anchored[0] if anchored else {})}


def _is_in_json(pattern: str) -> bool:
    if _NOT_IN_JSON.search(pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
