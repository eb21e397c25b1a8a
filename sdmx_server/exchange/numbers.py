"""Filters on numbers: whole columns compared at once, exactly.

Texts are compared as double precision numbers first; only where these are equal, which is
rare, is the exact decimal value looked at.

Source: SDMX-REST 2.2, doc/data.md, "Operators".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from math import isnan

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.query import Condition, Operator

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Texts = Sequence[str | None]

_FROM_SIGN: dict[Operator, Callable[[npt.NDArray[np.int8]], Flags]] = {
    Operator.EQUAL: lambda sign: sign == 0,
    Operator.NOT_EQUAL: lambda sign: sign != 0,
    Operator.LESS: lambda sign: sign < 0,
    Operator.LESS_OR_EQUAL: lambda sign: sign <= 0,
    Operator.GREATER: lambda sign: sign > 0,
    Operator.GREATER_OR_EQUAL: lambda sign: sign >= 0,
}
COMPARISONS = frozenset(_FROM_SIGN)
"""The operators that compare numbers; the others look at the text."""

_FEW = 16


def number(text: str | None) -> float:
    """Return the number that a text is; NaN where there is none, or it is none."""
    if text is None or "_" in text:  # Python's own way of grouping digits is not SDMX's
        return np.nan
    try:
        return float(text)
    except ValueError:
        return np.nan


def numbers(texts: Texts) -> Floats:
    """Return the numbers in a column; NaN where a text is absent or none.

    Arrow reads numbers several times as fast as Python and to the same values, but nothing of
    a column in which it finds a text that is none.
    """
    if len(texts) > _FEW:
        with suppress(pa.ArrowInvalid):
            found = pa.array(texts, pa.string()).cast(pa.float64())
            return np.asarray(found.to_numpy(zero_copy_only=False), np.float64)
    return np.fromiter(map(number, texts), dtype=np.float64, count=len(texts))


def compared(condition: Condition, texts: Texts, values: Floats) -> Flags:
    """Return where a comparison holds.

    A text that is no number, ``NaN`` among them, equals the same text alone; an absent
    value is unequal to everything.

    Args:
        condition: a comparison (``COMPARISONS``).
        texts: the column.
        values: the same as numbers.
    """
    operator, wanted = condition.operator, number(condition.value)
    if isnan(wanted):
        same = np.fromiter((t == condition.value for t in texts), np.bool_, len(texts))
        return {Operator.EQUAL: same, Operator.NOT_EQUAL: ~same}.get(operator, np.zeros_like(same))
    sign = np.where(values < wanted, -1, 1).astype(np.int8)
    for row in np.flatnonzero(values == wanted).tolist():
        exact = _exact(texts[row] or "")
        sign[row] = (exact > _exact(condition.value)) - (exact < _exact(condition.value))
    holds = _FROM_SIGN[operator](sign)
    return np.where(np.isnan(values), operator is Operator.NOT_EQUAL, holds)


def equal_to_any(wanted: Iterable[str], texts: Texts, values: Floats) -> Flags:
    """Return where a number equals one of many."""
    exact = {_exact(value) for value in wanted if not isnan(number(value))}
    near = np.isin(values, [float(value) for value in exact])
    for row in np.flatnonzero(near).tolist():
        near[row] = _exact(texts[row] or "") in exact
    others = {value for value in wanted if isnan(number(value))}
    if others:
        near |= np.fromiter((text in others for text in texts), np.bool_, len(texts))
    return near


def _exact(text: str) -> Decimal:
    return Decimal(text.strip().replace("INF", "Infinity"))
