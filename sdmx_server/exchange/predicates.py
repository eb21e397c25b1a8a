"""Component filters, turned into masks over the texts of a column.

Source: SDMX-REST 2.2, doc/data.md, "Operators"; SDMX 3.1 Technical Notes, section 4.2 (time).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isnan
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Component, Role
from sdmx_server.errors import QuerySyntaxError
from sdmx_server.exchange.numbers import (
    COMPARISONS,
    Floats,
    compared,
    equal_to_any,
    number,
    numbers,
)
from sdmx_server.metadata import leaves
from sdmx_server.model.period import YEAR_START, span
from sdmx_server.query import ComponentFilter, Condition, Operator

Flags = npt.NDArray[np.bool_]
Mask = Callable[[Sequence[str | None]], Flags]
Test = Callable[[str], bool]

NUMERIC_TYPES = frozenset(
    {"BigInteger", "Integer", "Long", "Short", "Decimal", "Float", "Double", "Count", "Numeric"}
    | {"InclusiveValueRange", "ExclusiveValueRange", "Incremental"}
)
TIME_TYPES = frozenset(
    {"ObservationalTimePeriod", "StandardTimePeriod", "BasicTimePeriod", "DateTime", "TimeRange"}
    | {"GregorianTimePeriod", "GregorianYear", "GregorianYearMonth", "GregorianDay"}
    | {"ReportingTimePeriod", "ReportingYear", "ReportingSemester", "ReportingTrimester"}
    | {"ReportingQuarter", "ReportingMonth", "ReportingWeek", "ReportingDay"}
)
_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
_TEXT: dict[Operator, Callable[[str, str], bool]] = {
    Operator.CONTAINS: lambda text, wanted: wanted in text,
    Operator.NOT_CONTAINS: lambda text, wanted: wanted not in text,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}
_PERIOD: dict[Operator, Callable[[datetime, datetime, datetime, datetime], bool]] = {
    # start and end of the observation, then of the period in the query
    Operator.EQUAL: lambda s, e, qs, qe: s >= qs and e <= qe,
    Operator.NOT_EQUAL: lambda s, e, qs, qe: not (s >= qs and e <= qe),
    Operator.LESS: lambda s, e, qs, qe: e < qs,
    Operator.LESS_OR_EQUAL: lambda s, e, qs, qe: e <= qe,
    Operator.GREATER: lambda s, e, qs, qe: s > qe,
    Operator.GREATER_OR_EQUAL: lambda s, e, qs, qe: s >= qs,
}
_HOLDS_WITHOUT_VALUE = frozenset({Operator.NOT_EQUAL, Operator.NOT_CONTAINS})


@dataclass(frozen=True, slots=True)
class YearStarts:
    """The days, ``--MM-DD``, on which reporting years start.

    Attributes:
        asked: what reporting periods in the query mean; None for what they mean in the data.
        held: what reporting periods in the data mean.
    """

    asked: str | None = None
    held: str = YEAR_START


def mask_of(
    wanted: ComponentFilter, component: Component, starts: YearStarts | None = None
) -> Mask:
    """Compile a filter on a component to a mask.

    Args:
        wanted: the filter.
        component: what it filters; its role and data type say how values compare.
        starts: when reporting years start.
    """
    if _is_number(component):
        _check_numbers(wanted, component)
    if _is_number(component) and not component.is_json:
        return partial(_number_mask, tuple(dict.fromkeys(wanted.alternatives)))
    branches = tuple(
        tuple((c.operator, _test(c, component, starts or YearStarts())) for c in branch)
        for branch in dict.fromkeys(wanted.alternatives)
    )
    return partial(_mask, partial(_holds, branches, component))


def one_of(codes: frozenset[str | None]) -> Mask:
    """Return a mask that holds for these codes; None is an absent one."""
    return lambda texts: np.fromiter(
        (text in codes for text in texts), dtype=np.bool_, count=len(texts)
    )


def both(first: Mask, second: Mask) -> Mask:
    """Return a mask that holds where both do."""
    return lambda texts: first(texts) & second(texts)


def _mask(holds: Callable[[str | None], bool], texts: Sequence[str | None]) -> Flags:
    known = {text: holds(text) for text in dict.fromkeys(texts)}
    return np.fromiter(map(known.__getitem__, texts), dtype=np.bool_, count=len(texts))


def _number_mask(
    alternatives: Sequence[tuple[Condition, ...]], texts: Sequence[str | None]
) -> Flags:
    """Compare a column of numbers; what is asked for as one of many values is looked up at once."""
    values = numbers(texts)
    single = [branch[0] for branch in alternatives if len(branch) == 1]
    equal = [condition.value for condition in single if condition.operator is Operator.EQUAL]
    found = equal_to_any(equal, texts, values)
    for branch in alternatives:
        if len(branch) > 1 or branch[0].operator is not Operator.EQUAL:
            found |= np.logical_and.reduce([_number_flags(c, texts, values) for c in branch])
    return found


_ORDERED = COMPARISONS - {Operator.EQUAL, Operator.NOT_EQUAL}


def _check_numbers(wanted: ComponentFilter, component: Component) -> None:
    """Make sure that what numbers are to be less or greater than is a number itself."""
    for condition in (condition for branch in wanted.alternatives for condition in branch):
        value = condition.value
        if condition.operator in _ORDERED and isnan(number(value)) and value != "NaN":
            raise QuerySyntaxError(
                f"c[{component.id}]={condition.operator.value}:{value} compares with "
                f"{value!r}; {component.id} is a {component.data_type}: write a number."
            )


def _number_flags(condition: Condition, texts: Sequence[str | None], values: Floats) -> Flags:
    if condition.operator in COMPARISONS:
        return compared(condition, texts, values)
    test = partial(_swap(_TEXT[condition.operator]), condition.value)
    absent = condition.operator in _HOLDS_WITHOUT_VALUE
    return _mask(lambda text: absent if text is None else test(text), texts)


def _is_number(component: Component) -> bool:
    return component.data_type in NUMERIC_TYPES and not component.is_coded


Branches = tuple[tuple[tuple[Operator, Test], ...], ...]


def _holds(branches: Branches, component: Component, text: str | None) -> bool:
    if text is None:
        return any(all(op in _HOLDS_WITHOUT_VALUE for op, _ in branch) for branch in branches)
    values = _values(text) if component.is_json else (text,)
    return any(all(_met(op, test, values) for op, test in branch) for branch in branches)


def _met(op: Operator, test: Test, values: Sequence[str]) -> bool:
    if op in _HOLDS_WITHOUT_VALUE:
        return all(test(value) for value in values)
    return any(test(value) for value in values)


def _values(text: str) -> tuple[str, ...]:
    """Return every value in the JSON text of an array or multilingual component."""
    return tuple(
        value
        for leaf in leaves(msgspec.json.decode(text.encode()))
        if leaf is not None
        for value in (leaf.values() if isinstance(leaf, dict) else (str(leaf),))
    )


def _test(condition: Condition, component: Component, starts: YearStarts) -> Test:
    if condition.operator in _TEXT:
        return partial(_swap(_TEXT[condition.operator]), condition.value)
    if component.role is Role.TIME:
        return _period_test(condition, starts)
    if _is_number(component):
        return _number_test(condition)
    if component.data_type in TIME_TYPES and _is_period(condition.value):
        return _lenient(_period_test(condition, starts))
    return partial(_swap(_COMPARE[condition.operator]), condition.value)


def _swap(compare: Callable[..., bool]) -> Callable[..., bool]:
    return lambda wanted, value: compare(value, wanted)


def _period_test(condition: Condition, starts: YearStarts) -> Test:
    """Return the test of a period.

    A reporting period in the query is compared with one in the data as if their years
    started alike, and with a calendar period as if they started on the first of January.
    """
    calendar = span(condition.value, starts.asked or YEAR_START)
    reporting = span(condition.value, starts.asked or starts.held)
    compare = _PERIOD[condition.operator]

    def test(text: str) -> bool:
        wanted = reporting if _REPORTING.match(text) else calendar
        return compare(*span(text, starts.held), *wanted)

    return test


_REPORTING = re.compile(r"[0-9]{4}-[A-Z]")


def _is_period(text: str) -> bool:
    try:
        span(text)
    except ValueError:
        return False
    return True


def _lenient(test: Test) -> Test:
    """Return a test that no text meets which is no period; attributes may hold such."""
    return lambda text: _is_period(text) and test(text)


def _number_test(condition: Condition) -> Test:
    """Return the test of one number in an array."""
    return lambda text: bool(_number_flags(condition, [text], numbers([text]))[0])
