"""The formats of components in SDMX-JSON 2: data types, limits, how many values.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "format".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from sdmx_server.dataset import Component, Role
from sdmx_server.formats.data.writers.json_dialect import Dialect

UNBOUNDED = "unbounded"

_UNKNOWN_TYPES = frozenset(
    {"KeyValues", "IdentifiableReference", "DataSetReference", "AttachmentConstraintReference"}
)


def format_of(component: Component, dialect: Dialect) -> dict[str, Any]:
    """Return the format of an uncoded component; in 2.0 it also tells how many values."""
    found: dict[str, Any] = {}
    if not component.is_coded:
        if component.data_type not in _UNKNOWN_TYPES:
            found["dataType"] = component.data_type
        found |= _facets(component.facets)
        if component.is_multilingual and component.role is not Role.DIMENSION:
            found["isMultiLingual"] = True
    if component.is_array and not dialect.is_version_2_1:
        found["maxOccurs"] = _max_occurs(component)
    return found


def occurrences(component: Component, dialect: Dialect) -> dict[str, Any]:
    """Return how many values a component may have, where the version says so beside it."""
    if component.is_array and dialect.is_version_2_1:
        return {"maxOccurs": _max_occurs(component)}
    return {}


def _max_occurs(component: Component) -> int | str:
    return _positive(component.facets.get("maxOccurs", UNBOUNDED)) or UNBOUNDED


def _positive(text: str) -> int | None:
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _number(text: str) -> float | int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return (int(value) if value.is_integer() else value) if isfinite(value) else None


_FACETS: Mapping[str, Callable[[str], object]] = {
    "isSequence": lambda text: text == "true",
    "interval": _number,
    "startValue": _number,
    "endValue": _number,
    "timeInterval": str,
    "startTime": str,
    "endTime": str,
    "minLength": _positive,
    "maxLength": _positive,
    "minValue": _number,
    "maxValue": _number,
    "decimals": _positive,
    "pattern": str,
}
"""The limits that the format knows; a limit that it cannot hold is left out."""


def _facets(facets: Mapping[str, str]) -> dict[str, object]:
    read = {name: read(facets[name]) for name, read in _FACETS.items() if name in facets}
    return {name: value for name, value in read.items() if value is not None}
