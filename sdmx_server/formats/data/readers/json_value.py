"""JSON decoded strictly, and looked at with care.

Numbers come as the text they were written in, so that no digit is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NoReturn

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList

_LONGEST_INDEX = 9  # digits; no message holds more of anything
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def decode_json(text: str, found: FaultList) -> object:
    """Return the value of a document.

    Raises:
        DeliveryFaults: if it is not JSON, names a member twice, or holds ``NaN``.
        RecursionError: if it is nested too deeply.
    """
    reader = _Reader(found)
    try:
        value: object = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=reader.refuse_constant,
            object_pairs_hook=reader.unique,
        )
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        reason = f"{error.msg} ({error.colno})"
        found.stop(faults.MALFORMED_JSON, error.lineno, reason=reason)
    except UnicodeEncodeError:
        found.stop(faults.MALFORMED_JSON, None, reason="half of a surrogate pair")
    return value


def as_object(value: object, where: str, found: FaultList) -> dict[str, object]:
    """Return a value that must be an object.

    Raises:
        DeliveryFaults: if it is none.
    """
    if not isinstance(value, dict):
        found.stop(faults.JSON_SHAPE, None, _shown(value), where=where, expected="{…}")
    return value


def as_list(value: object, where: str, found: FaultList) -> list[object]:
    """Return a value that must be an array.

    Raises:
        DeliveryFaults: if it is none.
    """
    if not isinstance(value, list):
        found.stop(faults.JSON_SHAPE, None, _shown(value), where=where, expected="[…]")
    return value


def as_index(value: object) -> int | None:
    """Return a value that must be a whole number from 0; None for what is none, or too long."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_INDEX:
        return int(value)
    return None


def to_text(value: object) -> str:
    """Return a value as a delivery carries it: text, or JSON text of texts."""
    if isinstance(value, list | dict):
        return json.dumps(_texts(value), ensure_ascii=False, separators=(",", ":"))
    return _scalar(value)


def _texts(value: object) -> object:
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, dict):
        return {name: _texts(item) for name, item in value.items()}
    return None if value is None else _scalar(value)


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Reader:
    """Hooks of the decoder that can say what they refuse."""

    def __init__(self, found: FaultList) -> None:
        self._found = found

    def refuse_constant(self, name: str) -> NoReturn:
        """Refuse ``NaN`` and ``Infinity``, which JSON does not have."""
        self._found.stop(faults.MALFORMED_JSON, None, name, reason=f'{name} -> "{name}"')

    def unique(self, pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
        """Return an object whose members are all named differently."""
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            for name in dict.fromkeys(name for name in names if names.count(name) > 1):
                self._found.add(faults.DUPLICATE_MEMBER, None, name)
        return members
