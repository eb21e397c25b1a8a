"""The descriptions of component values in SDMX-JSON: codes, periods, texts.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "component value";
sdmx-json 1.0.0, the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from sdmx_server.dataset import Component, Message, Role, localised
from sdmx_server.formats.data.writers.json_dialect import Dialect
from sdmx_server.formats.data.writers.json_numbers import NUMBERS, typed_array
from sdmx_server.formats.data.writers.json_values import Values
from sdmx_server.model.period import span

Object = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9_@$-]+")


def describe_values(values: Values, dialect: Dialect, message: Message) -> list[Object]:
    """Return a description of each value, in the order of their numbers."""
    component = values.component
    if component.codes is not None and (values.has_members or not component.is_array):
        order = {id_: place for place, id_ in enumerate(component.codes)}
        return [_coded(id_, component, order, dialect, message) for id_ in values.numbers]
    if component.role is Role.TIME:
        return [_period(text, dialect) for text in values.numbers]
    if component.is_json:
        return [_document(text, component, dialect, message) for text in values.numbers]
    if dialect.is_version_2:
        return [{"value": text} for text in values.numbers]
    if component.role is Role.DIMENSION:
        return [{"id": text, "name": text} for text in values.numbers]
    return [{"name": text} for text in values.numbers]


def _coded(
    id_: str,
    component: Component,
    order: Mapping[str, int],
    dialect: Dialect,
    message: Message,
) -> Object:
    """Return a code. The ids of value lists may have characters that no id may have here."""
    code = component.codes.get(id_) if component.codes else None
    names = code.names if code else {}
    identity = "id" if _ID.fullmatch(id_) or not dialect.is_version_2 else "value"
    found: Object = {identity: id_, "name": localised(names, message.languages) or id_}
    if message.all_languages and names:
        found["names"] = dict(names)
    if code and (dialect.is_version_2 or component.role is Role.DIMENSION):
        if code.parent:
            found["parent"] = code.parent
        found["order"] = order[id_]
    return found


def _period(text: str, dialect: Dialect) -> Object:
    """Return a period with the instants it covers, both inclusive."""
    found: Object = {"value": text} if dialect.is_version_2 else {"id": text, "name": text}
    return {**found, **_instants(text)}


@lru_cache(maxsize=4_096)
def _instants(text: str) -> Mapping[str, str]:
    try:
        start, end = span(text)
    except ValueError:
        return {}
    return {"start": _instant(start), "end": _instant(end)}


def _instant(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _document(text: str, component: Component, dialect: Dialect, message: Message) -> Object:
    """Return a value that holds several values or several languages."""
    if dialect.is_version_2_1 and component.is_array and component.data_type in NUMBERS:
        return {"values": msgspec.Raw(typed_array(text).encode())}
    document = msgspec.json.decode(text)
    if not dialect.is_version_2:
        return {"name": localised(document, message.languages), "names": document}
    return {"values": document} if isinstance(document, list) else {"value": document}
