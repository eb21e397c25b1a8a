"""The words of the conformance table: what each lets pass, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from sdmx_server.conformance.check import Unmet
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.rows.words import TOGETHER, WORDS

ASKED = Request("/asked")
CSV = "STRUCTURE,FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE\n"
RATES = f"{CSV}dataflow,M,USD,2010-01,1.4272\ndataflow,M,USD,2010-02,1.3686\n"
KEYS = f"{CSV}dataflow,A,USD,,\ndataflow,M,USD,,\n"
ERROR = (
    '<Error><ErrorMessage code="140"><Text>Wrong</Text></ErrorMessage></Error>',
    '{"errors": [{"code": 140, "title": "Wrong"}]}',
)
SILENT = (
    '<Error><ErrorMessage code="140"><Text/></ErrorMessage></Error>',
    '{"errors": [{"code": 140}]}',
)


def answered(content: str, status: int = 200, **fields: str) -> Answer:
    """Return an answer with some content."""
    return Answer(ASKED, status, fields, content.encode())


def nothing_more(request: Request) -> Answer:
    """Refuse to be asked further."""
    raise AssertionError(f"{request} was asked")


def passes(word: str, value: Any, answer: Answer) -> bool:
    """Whether a word lets an answer pass."""
    try:
        WORDS[word](value, answer, nothing_more)
    except Unmet:
        return False
    return True


def pass_together(word: str, value: Any, *contents: str) -> bool:
    """Whether a word lets several answers pass."""
    try:
        TOGETHER[word](value, [answered(content) for content in contents])
    except Unmet:
        return False
    return True


@pytest.mark.parametrize(
    ("word", "value", "content", "expected"),
    [
        ("distinct", {"FREQ": ["M"]}, RATES, True),
        ("distinct", {"TIME_PERIOD": ["2010-01", "2010-02"]}, RATES, True),
        ("distinct", {"TIME_PERIOD": ["2010-01"]}, RATES, False),
        ("distinct", {"FREQ": ["A", "M"]}, RATES, False),
        ("rates", ["M.USD @ 2010-01 2010-02"], RATES, True),
        ("rates", ["M.USD @ 2010-01"], RATES, False),
        ("rates", "M.USD", RATES, False),
        ("rates", ["A.USD M.USD @"], KEYS, True),
        ("rates", ["all @"], KEYS, False),
        ("error", 140, ERROR[0], True),
        ("error", 140, ERROR[1], True),
        ("error", 100, ERROR[0], False),
        ("error", 100, ERROR[1], False),
        ("error", 140, SILENT[0], False),
        ("error", 140, SILENT[1], False),
    ],
)
def test_a_word_lets_pass_what_it_says_and_nothing_else(
    word: str, value: Any, content: str, expected: bool
):
    assert passes(word, value, answered(content)) is expected


@pytest.mark.parametrize(
    ("word", "value", "contents", "expected"),
    [
        ("same_content", True, (RATES, RATES), True),
        ("same_content", True, (RATES, KEYS), False),
        ("same_content", False, (RATES, KEYS), True),
        ("same_content", False, (RATES, RATES), False),
    ],
)
def test_a_word_about_several_answers_looks_at_all_of_them(
    word: str, value: Any, contents: tuple[str, ...], expected: bool
):
    assert pass_together(word, value, *contents) is expected


def test_series_keys_of_all_rates_are_theirs_without_periods():
    keys = ("M,USD", "M,CHF", "A,USD", "D,USD", "M,JPY")
    content = CSV + "".join(f"dataflow,{key},,\n" for key in keys)
    assert passes("rates", ["all @"], answered(content))


def test_stubs_are_named_one_by_one_or_several_at_once():
    name = "<Name>Frequencies</Name>"
    lists = f"""
      <Codelist agencyID="TST" id="A" version="1.0">{name}</Codelist>
      <Codelist agencyID="TST" id="B" version="1.0">{name}<Code id="X"/></Codelist>"""
    message = answered(
        f"""<Structure xmlns="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message">
        <Structures><Codelists>{lists}</Codelists></Structures></Structure>"""
    )
    assert passes("stubs", ["codelist TST:A(1.0)"], message)
    assert not passes("stubs", ["codelist TST:{A,B}(1.0)"], message)
    assert not passes("stubs", ["codelist TST:{A,C}(1.0)"], message)
    assert not passes("stubs", True, message)
