"""Whether a value meets a condition, looked at one by one.

Source: SDMX-REST 2.2, doc/data.md, "Operators"; SDMX 3.1 Technical Notes, section 4.2 (time).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from tests.reference.periods import span
from tests.reference.question import Alternatives
from tests.reference.survey import Component, Value

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "co": lambda text, wanted: wanted in text,
    "nc": lambda text, wanted: wanted not in text,
    "sw": str.startswith,
    "ew": str.endswith,
}
_WITHIN: dict[str, Callable[[datetime, datetime, datetime, datetime], bool]] = {
    # first and last instant of the observation, then of the period asked for
    "eq": lambda first, last, start, end: start <= first and last <= end,
    "ne": lambda first, last, start, end: not (start <= first and last <= end),
    "lt": lambda _first, last, start, _end: last < start,
    "le": lambda _first, last, _start, end: last <= end,
    "gt": lambda first, _last, _start, end: first > end,
    "ge": lambda first, _last, start, _end: first >= start,
}
_NUMERIC = ("Double", "Integer", "Decimal")


def holds(alternatives: Alternatives, component: Component, value: Value) -> bool:
    """Whether a value, or None, meets a filter on its component."""
    return any(all(_met(component, *term, value) for term in each) for each in alternatives)


def _met(component: Component, by: str, wanted: str, value: Value) -> bool:
    refuses = by in ("ne", "nc")
    if value is None:
        return refuses
    found = [_holds(component, by, wanted, text) for text in _texts(value)]
    return all(found) if refuses else any(found)


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if not isinstance(value, str):
            yield from _texts(part)


def _holds(component: Component, by: str, wanted: str, text: str) -> bool:
    if by in _TEXT:
        return _TEXT[by](text, wanted)
    if component.kind == "time":
        return _WITHIN[by](*span(text), *span(wanted))
    if component.data_type not in _NUMERIC or component.codes is not None:
        return _COMPARE[by](text, wanted)
    number, asked = exact(text), exact(wanted)
    if number is None or asked is None:
        same = number is None and asked is None and text == wanted
        return {"eq": same, "ne": not same}.get(by, False)
    return _COMPARE[by](number, asked)


@cache
def exact(text: str) -> Decimal | None:
    """Return the number that a text is; None where it is none, ``NaN`` among them."""
    try:
        number = Decimal(text.replace("INF", "Infinity"))
    except InvalidOperation:
        return None
    return None if number.is_nan() else number
