"""Columns of texts as columns of JSON values.

The digits of a number stay as they were received: ``1.10`` is written ``1.10``.

Source: sdmx-json 2.1.0, field guide, "Data type conversions between SDMX and JSON";
RFC 8259, section 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import isfinite

import msgspec

from sdmx_server.dataset import Component
from sdmx_server.metadata import Content, leaves

NULL = "null"

NUMBERS = frozenset({"Numeric", "Long", "Short", "Float", "Double", "Integer", "Count"})
BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LOOSE = re.compile(
    r"\s*(?P<sign>[+-]?)0*(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<power>[eE][+-]?[0-9]+)?\s*"
)

Texts = Sequence[str | None]


def quote(text: str) -> str:
    """Return a text as a JSON string."""
    return msgspec.json.encode(text).decode()


def strings(column: Texts) -> list[str]:
    """Return texts as JSON strings."""
    joined = "".join([text for text in column if text is not None])
    if '"' in joined or "\\" in joined or not joined.isprintable():
        quoted = {text: quote(text) for text in set(column) if text is not None}
        return [NULL if text is None else quoted[text] for text in column]
    return [NULL if text is None else f'"{text}"' for text in column]


def numbers(column: Texts) -> list[str]:
    """Return texts as JSON numbers, those that are none (``NaN``) as strings."""
    if _all_numbers(column):
        return [NULL if text is None else text for text in column]
    return [NULL if text is None else number(text) for text in column]


def plain_numbers(column: Texts) -> list[str]:
    """Return texts that are JSON numbers as they are, the others (``007``) as strings."""
    if _all_numbers(column):
        return [NULL if text is None else text for text in column]
    return [
        NULL if text is None else text if _NUMBER.fullmatch(text) else quote(text)
        for text in column
    ]


def number(text: str) -> str:
    """Return one text as a JSON number, or as a string where it is none."""
    if _NUMBER.fullmatch(text):
        return text if isfinite(float(text)) else quote(text)
    match = _LOOSE.fullmatch(text)
    if match is None or not (match["whole"] or match["part"] or "0" in text):
        return quote(text)
    sign = "-" if match["sign"] == "-" else ""
    fraction = f".{match['part']}" if match["part"] else ""
    return number(f"{sign}{match['whole'] or '0'}{fraction}{match['power'] or ''}")


def booleans(column: Texts) -> list[str]:
    """Return texts as JSON booleans, those that are none as strings."""
    return [NULL if text is None else BOOLEANS.get(text) or quote(text) for text in column]


def documents(column: Texts) -> list[str]:
    """Return texts that are JSON already; an empty array or object is no value."""
    return [NULL if text is None or text in {"[]", "{}", ""} else text for text in column]


def typed_arrays(column: Texts) -> list[str]:
    """Return arrays of texts as arrays of numbers; where a member is none all are texts."""
    found = {text: typed_array(text) for text in dict.fromkeys(column) if text is not None}
    return [NULL if text is None else found[text] for text in column]


def typed_array(text: str) -> str:
    """Return an array of texts as one of numbers, or as it is where a member is no number."""
    content = msgspec.json.decode(text)
    if not content:
        return NULL
    members = numbers([leaf for leaf in leaves(content) if isinstance(leaf, str)])
    return text if any(member.startswith('"') for member in members) else _typed(content)


def _typed(content: Content) -> str:
    if isinstance(content, list):
        return f"[{','.join(map(_typed, content))}]"
    return number(content) if isinstance(content, str) else NULL


def as_json(component: Component) -> Callable[[Texts], list[str]]:
    """Return how the texts of a component become JSON values in SDMX-JSON 2.1."""
    if component.is_array and component.data_type in NUMBERS:
        return typed_arrays
    return as_plain_json(component)


def as_plain_json(component: Component) -> Callable[[Texts], list[str]]:
    """Return the same for 2.0, whose schema has no valid array of integers."""
    if component.is_json:
        return documents
    if component.data_type in NUMBERS:
        return numbers
    return booleans if component.data_type == "Boolean" else strings


def _all_numbers(column: Texts) -> bool:
    """Tell whether all the texts of a column are JSON numbers.

    One decode of the whole column is several times faster than a pattern for each text.
    """
    texts = [text for text in column if text is not None]
    try:
        found = msgspec.json.decode(f"[{','.join(texts)}]", type=list[float])
    except msgspec.DecodeError:
        return False
    return len(found) == len(texts)
