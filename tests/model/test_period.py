"""Time periods, by SDMX 3.1 Technical Notes, section 3.2."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmx_server.model import period

SPANS = {
    "2010": ("2010-01-01", "2010-12-31"),
    "2010Z": ("2010-01-01", "2010-12-31"),
    "9999": ("9999-01-01", "9999-12-31"),
    "2010-02": ("2010-02-01", "2010-02-28"),
    "2012-02": ("2012-02-01", "2012-02-29"),
    "2010-12": ("2010-12-01", "2010-12-31"),
    "2010-05-03": ("2010-05-03", "2010-05-03"),
    "9999-12-31": ("9999-12-31", "9999-12-31"),
    "2010-A1": ("2010-01-01", "2010-12-31"),
    "2010-S1": ("2010-01-01", "2010-06-30"),
    "2010-S2": ("2010-07-01", "2010-12-31"),
    "2010-T3": ("2010-09-01", "2010-12-31"),
    "2010-Q2": ("2010-04-01", "2010-06-30"),
    "2010-M02": ("2010-02-01", "2010-02-28"),
    "2010-W01": ("2010-01-04", "2010-01-10"),
    "2009-W53": ("2009-12-28", "2010-01-03"),
    "2011-W36": ("2011-09-05", "2011-09-11"),
    "2010-D001": ("2010-01-01", "2010-01-01"),
    "2012-D366": ("2012-12-31", "2012-12-31"),
    "2010-05-03/P7D": ("2010-05-03", "2010-05-09"),
    "2010-01-31/P1M": ("2010-01-31", "2010-02-27"),
    "2010-05-03/P1Y2M": ("2010-05-03", "2011-07-02"),
}
REPORTING_YEARS = {
    ("2010-Q2", "--07-01"): ("2010-10-01", "2010-12-31"),
    ("2010-Q3", "--07-01"): ("2011-01-01", "2011-03-31"),
    ("2011-W36", "--07-01"): ("2012-03-05", "2012-03-11"),
    ("2010-A1", "--04-01"): ("2010-04-01", "2011-03-31"),
    ("2010-D001", "--07-01"): ("2010-07-01", "2010-07-01"),
    ("2011-D366", "--07-01"): ("2012-06-30", "2012-06-30"),
    ("2011-M12", "--02-29"): ("2012-01-28", "2012-02-27"),
    ("2010", "--07-01"): ("2010-01-01", "2010-12-31"),
}
MALFORMED = """
2010-13 2010-00 2010-Q5 2010-Q0 2010-W54 2010-W00 2010-D367 2010-D000 2010-D01 2010-02-30
2011-02-29 2010-04-31 abcd 10 20100 2010-A2 2010-S3 2010-T4 2010-M13 2010Q1 2010-q1 0000 0000-Q1
2010-1 2010-5-3 2010-05-03T10 2010-05-03T10:00 -2010 2010+15:00 2010-05-03T25:00:00
2010-05-03T24:00:01 2010-05-03T10:60:00 2010-05-03T10:00:61 2010-05-03/P 2010-05-03/PT
2010-05-03/7D 2010/P1Y 2010-01-01/2010-02-01 P1D 2010-01-01/P1DT ٢٠١٠ 2010-Q1-Q2
0001-01-01+01:00 2010/2011
"""
BLANKS = ("", " ", "2010 ", "2010\n", "2010-01-01 10:00:00")


def whole_days(first, last):
    return (
        datetime.fromisoformat(first),
        datetime.fromisoformat(f"{last}T23:59:59.999999"),
    )


@pytest.mark.parametrize(("text", "days"), SPANS.items())
def test_a_period_covers_whole_days(text, days):
    start, end = period.span(text)
    assert start == datetime.fromisoformat(days[0])
    assert end.date().isoformat() == days[1]
    assert end.microsecond >= 999998


@pytest.mark.parametrize(("asked", "days"), REPORTING_YEARS.items())
def test_a_reporting_period_counts_from_the_start_of_its_year(asked, days):
    assert period.span(*asked) == whole_days(*days)


@pytest.mark.parametrize("text", [*MALFORMED.split(), *BLANKS])
def test_what_is_no_period_is_refused_by_name(text):
    with pytest.raises(ValueError, match="no period") as refusal:
        period.span(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("year_start", ["", "07-01", "--13-01", "--04-31", "--7-1", "---07-01"])
def test_what_is_no_start_of_a_year_is_refused(year_start):
    with pytest.raises(ValueError, match=r"no start|month|day"):
        period.check_year_start(year_start)
    with pytest.raises(ValueError, match="no period"):
        period.span("2010-Q1", year_start)


def test_a_date_and_time_is_a_point():
    at = datetime(2010, 5, 3, 12, 30, 15, 250000)
    assert period.span("2010-05-03T12:30:15.25") == (at, at)
    assert period.span("2010-05-03T24:00:00")[0] == datetime(2010, 5, 4)


def test_a_range_of_hours_ends_within_the_day():
    start, end = period.span("2000-01-01T06:00:00/PT6H")
    assert (start.hour, end.hour, end.day) == (6, 11, 1)
    assert period.span("2000-01-01T06:00:00/P0D") == (start, start)


@pytest.mark.parametrize(
    "text", ["2010", "2010-05", "2010-05-03", "2010-Q1", "2010-05-03T00:00:00"]
)
def test_a_zone_moves_a_period(text):
    start, end = period.span(text)
    earlier = timedelta(hours=7)
    assert period.span(f"{text}+07:00") == (start - earlier, end - earlier)
    assert period.span(f"{text}-07:00") == (start + earlier, end + earlier)
    assert period.span(f"{text}Z") == (start, end)


def test_periods_are_ordered_in_time_and_not_by_their_text():
    ordered = [
        "2009",
        "2010-M01",
        "2010-01-01T00:00:00",
        "2010-Q2",
        "2010-W20",
        "2010-12-31",
        "2011",
    ]
    assert sorted(reversed(ordered), key=period.sort_key) == sorted(ordered, key=period.sort_key)
    assert [p for p in sorted(ordered, key=period.sort_key) if p[:4] != "2010"] == ["2009", "2011"]
    assert sorted(["2010-W10", "2010-W09", "2010-02"], key=period.sort_key)[0] == "2010-02"


@pytest.mark.parametrize(
    ("text", "frequency", "fits"),
    [
        ("2024", "M", False),
        ("2024-01", "M", True),
        ("2024-01", "A", False),
        ("2024", "A2", True),
        ("2024-01-05", "B", True),
        ("2024-01-05", "W", True),
        ("2024-W01", "D", False),
        ("2024-01-05T10:00:00", "H", True),
        ("2024-01-05", "H", False),
        ("2024-01-05T10:00:00", "M", False),
        ("2024-01-05/P1M", "M", True),
        ("2010-A1", "A", True),
        ("2010-M05", "M", True),
        ("2010-M05", "Q", False),
        ("2010-D005", "D", True),
        ("2010-Q1", "Q", True),
        ("2010-S1", "S", True),
        ("2010-T1", "T", True),
        ("2010-W01", "W", True),
        ("2024", "OA", True),
        ("2024", "_U", True),
    ],
)
def test_a_period_fits_its_frequency_or_not(text, frequency, fits):
    assert period.fits(text, frequency) is fits


def test_the_frequency_of_no_period_is_refused():
    with pytest.raises(ValueError, match="2024-13"):
        period.fits("2024-13", "M")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2009-05-15T14:15:00Z", datetime(2009, 5, 15, 14, 15, tzinfo=UTC)),
        ("2009-05-15T14:15:00+01:00", datetime(2009, 5, 15, 13, 15, tzinfo=UTC)),
        ("2009-05-15T14:15:00.5-01:30", datetime(2009, 5, 15, 15, 45, 0, 500000, tzinfo=UTC)),
    ],
)
def test_an_instant_is_in_utc(text, instant):
    assert period.parse_instant(text) == instant


@pytest.fixture
def jakarta(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()
    period.parse_instant.cache_clear()
    yield
    monkeypatch.undo()
    time.tzset()
    period.parse_instant.cache_clear()


@pytest.mark.usefixtures("jakarta")
def test_an_instant_without_zone_is_in_that_of_the_server():
    assert period.parse_instant("2009-05-15T07:00:00") == datetime(2009, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2009", "2009-05-15", "2009-02-30T00:00:00Z", ""])
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match="no date and time"):
        period.parse_instant(text)


@given(st.text(alphabet="0123456789-QWMDAST:TZ+/P ", max_size=25))
def test_a_text_is_a_period_or_refused(text):
    try:
        start, end = period.span(text)
    except ValueError:
        return
    assert start <= end
