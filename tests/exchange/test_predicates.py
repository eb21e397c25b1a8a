"""Component filters as masks, apart from any store."""

from __future__ import annotations

import pytest

from sdmx_server.dataset import Component, Level, Role
from sdmx_server.exchange.predicates import YearStarts, both, mask_of, one_of
from sdmx_server.grammar.conditions import parse_filter
from sdmx_server.model.codelist import Code

CODED = Component(id="X", role=Role.DIMENSION, codes={c: Code(id=c) for c in ("A", "B", "C")})
TEXT = Component(id="X", role=Role.ATTRIBUTE, level=Level.OBSERVATION)
NUMBER = Component(id="X", role=Role.MEASURE, data_type="Double")
TIME = Component(id="TIME_PERIOD", role=Role.TIME)
ARRAY = Component(id="X", role=Role.ATTRIBUTE, is_array=True)
LANGUAGES = Component(id="X", role=Role.ATTRIBUTE, is_multilingual=True)
BOTH = Component(id="X", role=Role.ATTRIBUTE, is_array=True, is_multilingual=True)


def kept(expression: str, component: Component, texts: list[str | None]) -> list[str | None]:
    """Return the texts that a filter keeps."""
    mask = mask_of(parse_filter(f"c[{component.id}]", (expression,)), component)
    return [text for text, keep in zip(texts, mask(texts), strict=True) if keep]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("B", ["B"]),
        ("eq:B", ["B"]),
        ("ne:B", ["A", "C", None]),
        ("lt:B", ["A"]),
        ("le:B", ["A", "B"]),
        ("gt:B", ["C"]),
        ("ge:B", ["B", "C"]),
        ("A,C", ["A", "C"]),
        ("ne:A+ne:B", ["C", None]),
        ("ne:A,ne:B", ["A", "B", "C", None]),
        ("ne:A,B", ["B", "C", None]),
        ("A+B", []),
        ("b", []),
        ("xx:A", []),
    ],
)
def test_codes_compare_by_their_ids(expression: str, expected: list[str | None]):
    assert kept(expression, CODED, ["A", "B", "C", None]) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("co:an", ["banana", "an apple"]),
        ("nc:an", ["Apple", None]),
        ("sw:an", ["an apple"]),
        ("ew:apple", ["an apple"]),
        ("sw:A", ["Apple"]),
        ("co:n a", ["an apple"]),
    ],
)
def test_texts_compare_by_their_parts(expression: str, expected: list[str | None]):
    assert kept(expression, TEXT, ["banana", "an apple", "Apple", None]) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("gt:9", ["10", "1e2"]),
        ("10", ["10"]),
        ("10.0", ["10"]),
        ("ne:10", ["9.5", "1e2", "NaN", None]),
        ("lt:10", ["9.5"]),
        ("ge:9.5+lt:100", ["9.5", "10"]),
        ("NaN", ["NaN"]),
        ("abc", []),
    ],
)
def test_numbers_compare_as_numbers(expression: str, expected: list[str | None]):
    texts = ["9.5", "10", "1e2", "NaN", None]
    if expression == "gt:9":
        expected = ["9.5", *expected]
    assert kept(expression, NUMBER, texts) == expected


PERIODS: list[str | None] = ["2009", "2010", "2010-02", "2010-Q1", "2010-06-30", "2011-W01"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("2010", ["2010", "2010-02", "2010-Q1", "2010-06-30"]),
        ("2010-Q1", ["2010-02", "2010-Q1"]),
        ("2010-02", ["2010-02"]),
        ("ne:2010", ["2009", "2011-W01"]),
        ("ge:2010-06", ["2010-06-30", "2011-W01"]),
        ("gt:2010-06", ["2011-W01"]),
        ("gt:2009-06", ["2010", "2010-02", "2010-Q1", "2010-06-30", "2011-W01"]),
        ("lt:2010", ["2009"]),
        ("lt:2010-06", ["2009", "2010-02", "2010-Q1"]),
        ("le:2010-03", ["2009", "2010-02", "2010-Q1"]),
        ("ge:2010+le:2010-03-31", ["2010-02", "2010-Q1"]),
        ("2009,ge:2011", ["2009", "2011-W01"]),
    ],
)
def test_periods_compare_by_what_they_span(expression: str, expected: list[str | None]):
    assert kept(expression, TIME, PERIODS) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("A", ['["A"]', '["A","B"]']),
        ("A+B", ['["A","B"]']),
        ("A,B", ['["A"]', '["A","B"]', '["B"]']),
        ("ne:A", ['["B"]', None]),
        ("nc:A", ['["B"]', None]),
    ],
)
def test_an_array_is_met_by_its_members(expression: str, expected: list[str | None]):
    assert kept(expression, ARRAY, ['["A"]', '["A","B"]', '["B"]', None]) == expected


@pytest.mark.parametrize(
    ("component", "text"),
    [
        (LANGUAGES, '{"en":"Good","fr":"Bon"}'),
        (BOTH, '[{"en":"Bad"},{"en":"Good","fr":"Bon"}]'),
    ],
)
@pytest.mark.parametrize(
    ("expression", "met"), [("Good", True), ("co:on", True), ("Mal", False), ("ne:Bon", False)]
)
def test_text_in_languages_is_met_by_any_of_them(
    component: Component, text: str, expression: str, met: bool
):
    assert kept(expression, component, [text]) == ([text] if met else [])


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2010-Q1", ["2010-07", "2010-08", "2010-09"]), ("2010-Q3", ["2011-01"])],
)
def test_reporting_periods_of_a_query_begin_with_its_year(period: str, expected: list[str]):
    texts = ["2010-01", "2010-07", "2010-08", "2010-09", "2011-01"]
    mask = mask_of(parse_filter("c[TIME_PERIOD]", (period,)), TIME, YearStarts("--07-01"))
    assert [text for text, keep in zip(texts, mask(texts), strict=True) if keep] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("2010-Q1", ["2010-Q1", "2010-02"]), ("2010", ["2010-Q1", "2010-02"]), ("2011", ["2010-Q3"])],
)
def test_reporting_periods_of_data_begin_with_their_year(expression: str, expected: list[str]):
    texts = ["2010-Q1", "2010-Q3", "2010-02"]
    wanted = parse_filter("c[TIME_PERIOD]", (expression,))
    mask = mask_of(wanted, TIME, YearStarts(held="--07-01"))
    assert [text for text, keep in zip(texts, mask(texts), strict=True) if keep] == expected


def test_masks_may_be_joined():
    mask = both(one_of(frozenset({"A", "B"})), one_of(frozenset({"B", "C"})))
    assert mask(["A", "B", "C", None]).tolist() == [False, True, False, False]
