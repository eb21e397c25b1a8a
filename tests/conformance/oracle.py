"""What a data query must answer, found by looking at one row after the other.

Nothing of the server is used here: rows are plain texts, and periods are read anew.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Cells = dict[str, str]

TIME = "TIME_PERIOD"
VALUE = "OBS_VALUE"
_INSTANT = timedelta(microseconds=1)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WITHIN: dict[str, Callable[[datetime, datetime, datetime, datetime], bool]] = {
    # first and last instant of the observation, then of the period asked for
    "=": lambda first, last, start, end: start <= first and last <= end,
    "<>": lambda first, last, start, end: not (start <= first and last <= end),
    "<": lambda _first, last, start, _end: last < start,
    "<=": lambda _first, last, _start, end: last <= end,
    ">": lambda first, _last, _start, end: first > end,
    ">=": lambda first, _last, start, _end: first >= start,
}


@dataclass(frozen=True)
class Test:
    """A condition on a component, in the operators of SQL."""

    __test__ = False

    component: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Survey:
    """A dataflow with its rows.

    Attributes:
        name: id of the dataflow.
        dimensions: ids of the dimensions without time, in order.
        rows: the observations.
        levels: attribute ids by level: ``dataset``, ``series``, ``obs``.
        depending: the dimensions on which attributes of series depend.
    """

    name: str
    dimensions: tuple[str, ...]
    rows: Sequence[Cells]
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depending: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Ids of all attributes."""
        return tuple(name for level in self.levels.values() for name in level)

    def codes(self, component: str) -> list[str]:
        """Return the values of a component that rows have."""
        return sorted({row[component] for row in self.rows if component in row})


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        keys: alternatives of keys, each with the codes allowed at a dimension; none for any.
        tests: conditions that must hold, all of them.
        first_n, last_n: how many observations of each series.
        attributes: ``dsd`` and the like, or ids.
        measures: ``all``, ``none`` or ids.
        crossed: the dimension that stands at the observations; ``AllDimensions`` for no series.
        any_at_all: whether the instants asked about have any data.
    """

    keys: tuple[tuple[frozenset[str], ...], ...] = ()
    tests: tuple[Test, ...] = ()
    first_n: int | None = None
    last_n: int | None = None
    attributes: tuple[str, ...] = ("dsd",)
    measures: str = "all"
    crossed: str = TIME
    any_at_all: bool = True


def answer(survey: Survey, wanted: Wanted) -> list[Cells]:
    """Return the rows that the answer must hold, in no order."""
    rows = [row for row in survey.rows if wanted.any_at_all and _is_wanted(row, survey, wanted)]
    rows = _ends(rows, survey, wanted)
    shown = shown_attributes(survey, wanted.attributes)
    columns = [*survey.dimensions, TIME, *([VALUE] if wanted.measures != "none" else []), *shown]
    if shows_series_alone(survey, wanted):
        columns.remove(wanted.crossed)
    cut = [tuple((name, row[name]) for name in columns if name in row) for row in rows]
    return [dict(cells) for cells in dict.fromkeys(cut)]


def shown_attributes(survey: Survey, attributes: Iterable[str]) -> set[str]:
    """Return the ids of the attributes that are shown."""
    everything = {"dsd": survey.attributes, "all": survey.attributes, **survey.levels}
    nothing: dict[str, tuple[str, ...]] = dict.fromkeys(("none", "msd"), ())
    of = {**everything, **nothing}
    return {name for asked in attributes for name in of.get(asked, (asked,))}


def shows_series_alone(survey: Survey, wanted: Wanted) -> bool:
    """Whether nothing is shown that an observation has, so that series are listed."""
    if wanted.measures != "none" or wanted.crossed == "AllDimensions":
        return False
    return not any(
        name in survey.levels.get("obs", ()) or wanted.crossed in survey.depending.get(name, ())
        for name in shown_attributes(survey, wanted.attributes)
    )


def _is_wanted(row: Cells, survey: Survey, wanted: Wanted) -> bool:
    by_key = not wanted.keys or any(
        all(
            not codes or row[dimension] in codes
            for dimension, codes in zip(survey.dimensions, key, strict=False)
        )
        for key in wanted.keys
    )
    return by_key and all(_holds(test, row.get(test.component)) for test in wanted.tests)


def _ends(rows: list[Cells], survey: Survey, wanted: Wanted) -> list[Cells]:
    if wanted.first_n is None and wanted.last_n is None:
        return rows
    series: dict[tuple[str, ...], list[Cells]] = {}
    for row in sorted(rows, key=lambda row: span(row[TIME])[0]):
        series.setdefault(tuple(row[name] for name in survey.dimensions), []).append(row)
    return [
        row
        for found in series.values()
        for place, row in enumerate(found)
        if place < (wanted.first_n or 0) or place >= len(found) - (wanted.last_n or 0)
    ]


def _holds(test: Test, value: str | None) -> bool:
    if test.operator == "IN":
        return any(_holds(Test(test.component, "=", each), value) for each in test.value)
    if test.operator == "BETWEEN":
        low, high = test.value
        return all(
            _holds(Test(test.component, op, each), value)
            for op, each in ((">=", low), ("<=", high))
        )
    if value is None:
        return test.operator in ("<>", "NOT LIKE")
    if test.operator in ("LIKE", "NOT LIKE"):
        return _is_like(value, test.value) == (test.operator == "LIKE")
    if test.component == TIME:
        return _WITHIN[test.operator](*span(value), *span(str(test.value)))
    if test.component == VALUE:
        return _COMPARE[test.operator](float(value), float(test.value))
    return _COMPARE[test.operator](value, test.value)


def _is_like(value: str, pattern: str) -> bool:
    text = pattern.strip("%")
    if pattern.startswith("%") and pattern.endswith("%"):
        return text in value
    return value.endswith(text) if pattern.startswith("%") else value.startswith(text)


def span(period: str) -> tuple[datetime, datetime]:
    """Return the first and last instant of a year, quarter, month, day or instant."""
    if "T" in period:
        instant = datetime.fromisoformat(period)
        return instant, instant
    year, *rest = period.split("-")
    first = datetime(int(year), 1, 1)
    if not rest:
        return first, _months_later(first, 12) - _INSTANT
    if rest[0].startswith("Q"):
        start = _months_later(first, 3 * int(rest[0][1:]) - 3)
        return start, _months_later(start, 3) - _INSTANT
    start = _months_later(first, int(rest[0]) - 1)
    if len(rest) == 1:
        return start, _months_later(start, 1) - _INSTANT
    day = start + timedelta(days=int(rest[1]) - 1)
    return day, day + timedelta(days=1) - _INSTANT


def _months_later(first: datetime, months: int) -> datetime:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)
