"""Time periods: which instants each SDMX time format covers, and instants themselves.

The instants of a period carry no zone and are in UTC; a period that names no zone is taken to
be in UTC. Both ends are inclusive: the last instant of 2010 is 2010-12-31T23:59:59.999999.

Source: SDMX 3.1 Technical Notes, section 3.2 (time and date format); SDMXCommon.xsd,
``ObservationalTimePeriodType``; SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

Span = tuple[datetime, datetime]

YEAR_START = "--01-01"
ALLOWED = (
    "a year (2010), month (2010-05), date (2010-05-03), date and time (2010-05-03T12:00:00), "
    "reporting period (2010-A1, 2010-S1, 2010-T1, 2010-Q1, 2010-M01, 2010-W01, 2010-D001) or "
    "range (2010-05-03/P7D)"
)
"""What a period may be, for the message of an error."""

_ALLOWED_INSTANT = "one such as 2010-05-03T12:00:00Z or 2010-05-03T12:00:00+07:00"

_YEAR = r"(?P<year>[0-9]{4})"
_DATE = rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})"
_CLOCK = r"(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
_ZONE = r"(?P<zone>Z|[+-](?:14:00|(?:0[0-9]|1[0-3]):[0-5][0-9]))?"
_NUMBER = (
    r"(?P<letter>[ASTQMWD])(?P<number>(?<=A)1|(?<=S)[12]|(?<=T)[1-3]|(?<=Q)[1-4]|"
    r"(?<=M)(?:0[1-9]|1[0-2])|(?<=W)(?:0[1-9]|[1-4][0-9]|5[0-3])|"
    r"(?<=D)(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6]))"
)
_DURATION = (
    r"P(?=[0-9T])(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,5})M)?(?:(?P<days>[0-9]{1,7})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,8})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,11}(?:\.[0-9]{1,6})?)S)?)?"
)
_YEAR_START = re.compile(rf"--(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}}){_ZONE}")
_DATE_TIME = re.compile(f"{_DATE}T{_CLOCK}{_ZONE}")

_LEAP_YEAR = 2000
_INSTANT = timedelta(microseconds=1)
_MONTHS = {"A": 12, "S": 6, "T": 4, "Q": 3, "M": 1}
_FORMATS_OF_FREQUENCY: Mapping[str, str] = {
    "A": "A",
    "S": "S",
    "T": "T",
    "Q": "Q",
    "M": "M",
    "W": "WD",
    "D": "D",
    "B": "D",
    "H": "",
    "I": "",
    "N": "",
}


@lru_cache(maxsize=65536)
def span(text: str, year_start: str = YEAR_START) -> Span:
    """Return the first and the last instant of a period, both inclusive, in UTC.

    Args:
        text: a period in any SDMX time format.
        year_start: the day on which reporting years start, ``--MM-DD``; only reporting
            periods go by it. Week 53 and day 366 are counted on where a year has none.

    Raises:
        ValueError: if the text is no such period, or the year start no such day.
    """
    match, read, _ = _recognise(text)
    try:
        start, after = read(match, year_start)
        away = _offset(match["zone"])
        return start - away, max(start, after - _INSTANT) - away
    except (ValueError, OverflowError) as reason:
        raise ValueError(f"{text!r} is no period ({reason}); allowed is {ALLOWED}.") from None


def sort_key(text: str, year_start: str = YEAR_START) -> tuple[datetime, datetime, str]:
    """Return what periods are ordered by: their start, then their end.

    Raises:
        ValueError: as ``span``.
    """
    return (*span(text, year_start), text)


def fits(text: str, frequency: str) -> bool:
    """Whether the format of a period can stand for a frequency of the codelist CL_FREQ.

    Multiples such as ``A2`` or ``W3`` go by their letter and a range fits every frequency;
    so does every period fit a frequency that tells nothing of the format, such as ``OA``.

    Raises:
        ValueError: as ``span``.
    """
    wanted = _FORMATS_OF_FREQUENCY.get(frequency.rstrip("0123456789"))
    given = _format(text)
    if wanted is None or given == "range":
        return True
    return given == "instant" if not wanted else given in wanted


@lru_cache(maxsize=1024)
def parse_instant(text: str) -> datetime:
    """Read an ``xs:dateTime`` as an instant in UTC; without a zone it is in the server's own.

    Raises:
        ValueError: if it is none.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date and time; allowed is {_ALLOWED_INSTANT}.")
    try:
        moment, _ = _read_instant(match, YEAR_START)
        if match["zone"] is None:
            return moment.astimezone(UTC)
        return (moment - _offset(match["zone"])).replace(tzinfo=UTC)
    except (ValueError, OverflowError) as reason:
        raise ValueError(
            f"{text!r} is no date and time ({reason}); allowed is {_ALLOWED_INSTANT}."
        ) from None


def check_year_start(text: str) -> None:
    """Make sure that a text is a day on which reporting years may start, ``--MM-DD``.

    Raises:
        ValueError: if it is not.
    """
    _year_begin(_LEAP_YEAR, text)


@lru_cache(maxsize=65536)
def _format(text: str) -> str:
    span(text)
    match, _, format_ = _recognise(text)
    return format_ or match["letter"]


def _recognise(text: str) -> tuple[re.Match[str], Reader, str]:
    for pattern, read, format_ in _FORMATS:
        match = pattern.fullmatch(text)
        if match is not None:
            return match, read, format_
    raise ValueError(f"{text!r} is no period; allowed is {ALLOWED}.")


def _read_year(match: re.Match[str], _: str) -> Span:
    start = datetime(int(match["year"]), 1, 1)
    return start, _months_later(start, 12)


def _read_month(match: re.Match[str], _: str) -> Span:
    start = datetime(int(match["year"]), int(match["month"]), 1)
    return start, _months_later(start, 1)


def _read_day(match: re.Match[str], _: str) -> Span:
    start = _day(match)
    return start, _later(start, timedelta(days=1))


def _read_instant(match: re.Match[str], _: str) -> Span:
    start = _moment(match)
    return start, start


def _read_reporting(match: re.Match[str], year_start: str) -> Span:
    begin = _year_begin(int(match["year"]), year_start)
    letter, before = match["letter"], int(match["number"]) - 1
    if letter in _MONTHS:
        months = _MONTHS[letter]
        return _months_later(begin, before * months), _months_later(begin, (before + 1) * months)
    if letter == "W":
        start = _later(_first_monday(begin), timedelta(weeks=before))
        return start, _later(start, timedelta(weeks=1))
    start = _later(begin, timedelta(days=before))
    return start, _later(start, timedelta(days=1))


def _read_range(match: re.Match[str], _: str) -> Span:
    start = _moment(match) if match["clock"] else _day(match)
    months = 12 * int(match["years"] or 0) + int(match["months"] or 0)
    rest = timedelta(
        days=int(match["days"] or 0),
        hours=int(match["hours"] or 0),
        minutes=int(match["minutes"] or 0),
        seconds=float(match["seconds"] or 0),
    )
    return start, _later(_months_later(start, months), rest)


def _day(match: re.Match[str]) -> datetime:
    return datetime(int(match["year"]), int(match["month"]), int(match["day"]))


def _moment(match: re.Match[str]) -> datetime:
    fraction = f"{match['fraction'] or ''}000000"
    hour, minute, second = map(int, match["clock"].split(":"))
    if (hour, minute, second, int(fraction)) == (24, 0, 0, 0):
        return _later(_day(match), timedelta(days=1))
    return _day(match).replace(
        hour=hour, minute=minute, second=second, microsecond=int(fraction[:6])
    )


def _year_begin(year: int, year_start: str) -> datetime:
    match = _YEAR_START.fullmatch(year_start)
    if match is None:
        raise ValueError(f"{year_start!r} is no start of a reporting year such as --07-01")
    in_leap_year = datetime(_LEAP_YEAR, int(match["month"]), int(match["day"]))
    return _months_later(in_leap_year, 12 * (year - _LEAP_YEAR))


def _first_monday(begin: datetime) -> datetime:
    """Return the Monday nearest to the day on which a reporting year starts."""
    weekday = begin.weekday()
    return begin + timedelta(days=-weekday if weekday < 4 else 7 - weekday)


def _months_later(moment: datetime, months: int) -> datetime:
    """Return the same day some months on, or the last of a month that is too short."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if year > datetime.max.year:
        return datetime.max
    if year < datetime.min.year:
        raise ValueError("there is no year 0")
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _later(moment: datetime, by: timedelta) -> datetime:
    return moment + by if by <= datetime.max - moment else datetime.max


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


Reader = Callable[[re.Match[str], str], Span]
"""Reads a match and a year start into the first instant and the one after the last."""

# The last column is the frequency that a format tells, where it is always the same one.
_FORMATS: tuple[tuple[re.Pattern[str], Reader, str], ...] = (
    (re.compile(_YEAR + _ZONE), _read_year, "A"),
    (re.compile(rf"{_YEAR}-(?P<month>[0-9]{{2}}){_ZONE}"), _read_month, "M"),
    (re.compile(_DATE + _ZONE), _read_day, "D"),
    (re.compile(f"{_YEAR}-{_NUMBER}{_ZONE}"), _read_reporting, ""),
    (_DATE_TIME, _read_instant, "instant"),
    (re.compile(f"{_DATE}(?:T{_CLOCK})?{_ZONE}/{_DURATION}"), _read_range, "range"),
)
