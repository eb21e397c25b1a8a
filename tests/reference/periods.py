"""The instants that a period covers, read the slow way.

Source: SDMX 3.1 Technical Notes, section 3.2 (time and date format); both ends inclusive, in
UTC, reporting years beginning with the calendar.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache

_LAST = timedelta(microseconds=1)
_MONTHS = {"A": 12, "S": 6, "Q": 3, "M": 1}

Span = tuple[datetime, datetime]


@cache
def span(period: str) -> Span:
    """Return the first and the last instant of a period."""
    if "/P" in period:
        start, _, days = period.partition("/P")
        first = datetime.fromisoformat(start)
        return first, first + timedelta(days=int(days.removesuffix("D"))) - _LAST
    if "T" in period:
        instant = datetime.fromisoformat(period)
        return instant, instant
    year, *rest = period.split("-")
    first = datetime(int(year), 1, 1)
    if not rest:
        return first, _months_later(first, 12) - _LAST
    if rest[0][0].isalpha():
        return _reporting(first, rest[0][0], int(rest[0][1:]))
    first = _months_later(first, int(rest[0]) - 1)
    if len(rest) == 1:
        return first, _months_later(first, 1) - _LAST
    first += timedelta(days=int(rest[1]) - 1)
    return first, first + timedelta(days=1) - _LAST


def _reporting(year: datetime, letter: str, number: int) -> Span:
    if letter == "D":
        first = year + timedelta(days=number - 1)
        return first, first + timedelta(days=1) - _LAST
    if letter == "W":
        first = datetime.fromisocalendar(year.year, number, 1)
        return first, first + timedelta(days=7) - _LAST
    months = _MONTHS[letter]
    first = _months_later(year, months * (number - 1))
    return first, _months_later(first, months) - _LAST


def chronological(period: str) -> tuple[datetime, datetime, str]:
    """Return what periods are ordered by."""
    return (*span(period), period)


def normalised(periods: set[str]) -> dict[str, str]:
    """Return the start of each period, as exactly as the shortest of them needs.

    Source: SDMX-CSV 1.0 field guide, ``timeFormat``.
    """
    spans = {period: span(period) for period in periods}
    length = max((_length(*found) for found in spans.values()), default=4)
    return {period: start.isoformat()[:length] for period, (start, _) in spans.items()}


def _length(start: datetime, end: datetime) -> int:
    days = round((end - start) / timedelta(days=1), 3)
    if re.search("T00:00:00$", start.isoformat()) is None or days < 1:
        return len("2010-01-01T00:00:00")
    if start.day > 1 or days < 28:
        return len("2010-01-01")
    return len("2010-01") if start.month > 1 or days < 365 else len("2010")


def _months_later(first: datetime, months: int) -> datetime:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)
