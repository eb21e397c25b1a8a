"""Columns of texts as columns of JSON values.

The digits of a number stay as they were received: ``1.10`` is written ``1.10``.

Source: sdmx-json 2.1.0, field guide, "Data type conversions between SDMX and JSON";
RFC 8259, section 6.
"""

from __future__ import annotations

import re
from math import isfinite

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Component
from sdmx_server.formats.data.writers.texts import (
    Render,
    Texts,
    content,
    each,
    ends,
    escaping,
    weave,
)
from sdmx_server.metadata import Content, leaves

NULL = "null"
_EMPTY = pa.array(["[]", "{}", ""])
_OF_DECIMALS = b"0123456789.-"
_MINUS, _POINT, _ZERO = b"-.0"  # whatever else stands in decimals comes behind the zero
_DIGITS = 300  # of which a float may have more
_DECODER = msgspec.json.Decoder(list[float])

NUMBERS = frozenset({"Numeric", "Long", "Short", "Float", "Double", "Integer", "Count"})
BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LOOSE = re.compile(
    r"\s*(?P<sign>[+-]?)0*(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<power>[eE][+-]?[0-9]+)?\s*"
)


def quote(text: str) -> str:
    """Return a text as a JSON string."""
    return msgspec.json.encode(text).decode()


def _inside(text: str) -> str:
    return quote(text)[1:-1]


_escape = escaping({*range(0x20), *b'"\\'}, each(_inside))


def strings(texts: pa.StringArray) -> pa.StringArray:
    """Return texts as JSON strings."""
    return pc.binary_join_element_wise('"', _escape(texts), '"', "")


def numbers(texts: pa.StringArray) -> pa.StringArray:
    """Return texts as JSON numbers, those that are none (``NaN``) as strings."""
    return texts if _all_numbers(texts) else _numbers(texts)


def plain_numbers(texts: pa.StringArray) -> pa.StringArray:
    """Return texts that are JSON numbers as they are, the others (``007``) as strings."""
    return texts if _all_numbers(texts) else _plain_numbers(texts)


def _plain_number(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else quote(text)


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


_numbers = each(number)
_plain_numbers = each(_plain_number)


def _boolean(text: str) -> str:
    return BOOLEANS.get(text) or quote(text)


booleans = each(_boolean)
"""Returns texts as JSON booleans, those that are none as strings."""


def documents(texts: pa.StringArray) -> pa.StringArray:
    """Return texts that are JSON already; an empty array or object is no value."""
    return pc.if_else(pc.is_in(texts, value_set=_EMPTY), NULL, texts)


def typed_array(text: str) -> str:
    """Return an array of texts as one of numbers, or as it is where a member is no number."""
    content = msgspec.json.decode(text)
    if not content:
        return NULL
    members = (number(leaf) for leaf in leaves(content) if isinstance(leaf, str))
    return text if any(member.startswith('"') for member in members) else _typed(content)


typed_arrays = each(typed_array)
"""Returns arrays of texts as arrays of numbers; where a member is none all are texts."""


def _typed(content: Content) -> str:
    if isinstance(content, list):
        return f"[{','.join(map(_typed, content))}]"
    return number(content) if isinstance(content, str) else NULL


def as_json(component: Component) -> Render:
    """Return how the texts of a component become JSON values in SDMX-JSON 2.1."""
    if component.is_array and component.data_type in NUMBERS:
        return typed_arrays
    return as_plain_json(component)


def as_plain_json(component: Component) -> Render:
    """Return the same for 2.0, whose schema has no valid array of integers."""
    if component.is_json:
        return documents
    if component.data_type in NUMBERS:
        return numbers
    return booleans if component.data_type == "Boolean" else strings


def _all_numbers(texts: pa.StringArray) -> bool:
    """Tell whether all of some texts are JSON numbers; where they are not plain, JSON tells."""
    if _all_decimals(texts):
        return True
    listed = b"".join(map(bytes, weave([",", Texts(texts)], len(texts))))
    try:
        found = _DECODER.decode(b"[" + listed[1:] + b"]")
    except msgspec.DecodeError:
        return False
    return len(found) == len(texts)


def _all_decimals(texts: pa.StringArray) -> bool:
    """Tell whether all of some texts are JSON numbers without exponent that are not too large."""
    held = bytes(content(texts))
    if not held or held.translate(None, _OF_DECIMALS):
        return False
    places = ends(texts) - ends(texts)[0]
    starts, lasts = places[:-1], places[1:] - 1
    sizes = lasts - starts
    symbols = np.frombuffer(held, np.uint8)
    if sizes.min() < 0 or sizes.max() >= _DIGITS or symbols[lasts].min() < _ZERO:
        return False
    heads = starts + (symbols[starts] == _MINUS)
    signs = np.count_nonzero(heads - starts)
    if symbols[heads].min() < _ZERO or held.count(_MINUS) != signs:
        return False
    points = np.cumsum(symbols == _POINT, dtype=np.int32)[lasts]
    after = heads[(symbols[heads] == _ZERO) & (heads < lasts)] + 1
    return bool((np.diff(points, prepend=0) < 2).all() and (symbols[after] == _POINT).all())
