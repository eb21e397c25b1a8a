"""The words of the conformance table: what each lets pass, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from sdmx_server.conformance.check import Unmet
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.rows.words import TOGETHER, WORDS

ASKED = Request("/asked")
MESSAGES = "http://www.sdmx.org/resources/sdmxml/schemas"
CSV = "STRUCTURE,FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE\n"
RATES = f"{CSV}dataflow,M,USD,2010-01,1.4272\ndataflow,M,USD,2010-02,1.3686\n"
WHOLE, FIRST, SECOND = (
    CSV + "".join(f"dataflow,M,USD,{period},1\n" for period in periods)
    for periods in (("2010-01", "2010-02", "2010-03"), ("2010-01", "2010-02"), ("2010-03",))
)
KEYS = f"{CSV}dataflow,A,USD,,\ndataflow,M,USD,,\n"
ERROR = (
    '<Error><ErrorMessage code="140"><Text>Wrong</Text></ErrorMessage></Error>',
    '{"errors": [{"code": 140, "title": "Wrong"}]}',
)
TRACED = '{"errors": [{"code": 140, "title": "Wrong: Traceback (most recent call last)"}]}'
HISTORY = """STRUCTURE,ACTION,FREQ,TIME_PERIOD,OBS_VALUE
dataflow,R,A,2010,1.10
dataflow,D,A,2011,
"""
SERIES = """{"data": {"structures": [{"dimensions": {
  "series": [{"id": "FREQ", "keyPosition": 0, "values": [{"id": "A"}, {"id": "M"}]}],
  "observation": [{"id": "TIME_PERIOD", "keyPosition": 1, "values": [{"value": "2010"}]}]},
  "measures": {"observation": [{"id": "OBS_VALUE"}]},
  "attributes": {"series": [{"id": "UNIT", "values": [{"id": "EUR"}]}]}}],
  "dataSets": [{"action": "Replace", "validFrom": "2012-02-15T12:00:00Z",
    "dimensionGroupAttributes": {":0": [0]},
    "series": {"0": {"attributes": [0], "observations": {"0": [1.5]}}}}]}}"""
METADATA = """MDSTRUCTURE[;],GRADE
metadataflow,A
metadataprovision,
"""
SCHEMA = """<schema xmlns="http://www.w3.org/2001/XMLSchema">
  <simpleType>
    <restriction><enumeration value="USD"/><enumeration value="~"/></restriction>
  </simpleType>
</schema>"""
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
        ("error", 140, TRACED, False),
        ("status", 200, RATES, True),
        ("status", [204, 404], RATES, False),
        ("empty", False, RATES, True),
        ("empty", True, RATES, False),
        ("byte_order_mark", True, f"\N{BOM}{RATES}", True),
        ("byte_order_mark", True, RATES, False),
        ("says", ["M,USD", "1.4272"], RATES, True),
        ("says", ["M,USD", "1.5"], RATES, False),
        ("never_says", ["CHF"], RATES, True),
        ("never_says", ["CHF", "USD"], RATES, False),
        ("count", 2, RATES, True),
        ("count", 3, RATES, False),
        ("measured", True, RATES, True),
        ("measured", True, KEYS, False),
        ("measured", False, KEYS, True),
        ("columns", CSV.strip().split(","), RATES, True),
        ("columns", ["STRUCTURE", "FREQ"], RATES, False),
        ("columns", ["STRUCTURE", "FREQ", "..."], RATES, True),
        ("columns", ["FREQ", "..."], RATES, False),
        (
            "rows",
            [{"TIME_PERIOD": "2011"}, {"OBS_VALUE": "1.1", "TIME_PERIOD": "2010"}],
            HISTORY,
            True,
        ),
        ("rows", [{"OBS_VALUE": "1.1"}], HISTORY, False),
        ("cells", [{"FREQ": "A"}], HISTORY, False),
        ("texts", {"OBS_VALUE": ["1.10", ""], "ACTION": ["R", "D"]}, HISTORY, True),
        ("texts", {"OBS_VALUE": ["1.1", ""]}, HISTORY, False),
        ("sequence", {"of": ["FREQ", "TIME_PERIOD"], "is": ["A.2010", "A.2011"]}, HISTORY, True),
        ("sequence", {"of": ["TIME_PERIOD"], "is": ["2011", "2010"]}, HISTORY, False),
        ("attributes", ["UNIT"], SERIES, True),
        ("attributes", [], SERIES, False),
        ("declared", ["UNIT"], SERIES, True),
        ("declared", ["UNIT", "TITLE"], SERIES, False),
        ("group_keys", {"positions": 2, "empty": [0]}, SERIES, True),
        ("group_keys", {"positions": 2, "empty": []}, SERIES, False),
        ("group_keys", {"positions": 3, "empty": [0]}, SERIES, False),
        (
            "datasets",
            [{"action": "Replace", "values": {"2010": "1.50"}, "from": "2012-02-15T12:00:00"}],
            SERIES,
            True,
        ),
        ("datasets", [{"action": "Replace", "values": {"2010": "1.50"}}], SERIES, False),
        ("datasets", [], SERIES, False),
        ("json", {"data.dataSets[*].action": ["Replace"]}, SERIES, True),
        ("json", {"data.dataSets[*].action": 1, "data.dataSets[*].attributes": 0}, SERIES, True),
        ("json", {"data.dataSets[*].action": ["Merge"]}, SERIES, False),
        ("json", {"data.dataSets[0].actoin": ["Replace"]}, SERIES, False),
        ("xml", {"//ErrorMessage/@code": ["140"], "//Text": ["Wrong"]}, ERROR[0], True),
        ("xml", {"//Text": 0}, ERROR[0], False),
        ("root", "Error", ERROR[0], True),
        ("root", "Structure", ERROR[0], False),
        ("metadata_columns", ["MDSTRUCTURE[;]", "GRADE"], METADATA, True),
        ("metadata_columns", ["MDSTRUCTURE[;]"], METADATA, False),
        ("metadata_cells", {"GRADE": ["A", ""]}, METADATA, True),
        ("metadata_cells", {"GRADE": ["A"]}, METADATA, False),
        ("metadata_cells", {"NOTE": ["A", ""]}, METADATA, False),
        ("enumeration", ["USD"], SCHEMA, True),
        ("enumeration", ["USD", "EUR"], SCHEMA, False),
        ("valid_by", "its owm", SERIES, False),
        ("valid_by", {"schema": "/x", "not": {}}, SERIES, False),
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
        ("same_data", ["FREQ", "OBS_VALUE"], (RATES, RATES), True),
        ("same_data", ["FREQ", "OBS_VALUE"], (RATES, KEYS), False),
        ("same_data", ["FREQ"], (RATES,), False),
        ("same_data", ["FREQQ"], (RATES, RATES), False),
        ("pages", ["TIME_PERIOD"], (WHOLE, FIRST, SECOND), True),
        ("pages", ["TIME_PERIOD"], (WHOLE, SECOND, FIRST), False),
        ("pages", ["TIME_PERIOD"], (WHOLE, FIRST), False),
        ("pages", ["TIME_PERIOD"], (WHOLE, FIRST, FIRST, SECOND), False),
        ("pages", ["FREQ"], (WHOLE, FIRST, SECOND), False),
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


FIELDS = {
    "etag": '"a"',
    "vary": "Accept, Accept-Language",
    "content-type": "text/csv; charset=utf-8",
}


@pytest.mark.parametrize(
    ("word", "value", "expected"),
    [
        ("headers", {"ETag": True, "Age": False}, True),
        ("headers", {"ETag": False}, False),
        ("headers", {"Age": True}, False),
        ("headers", {"ETag": '"a"'}, True),
        ("headers", {"ETag": '"b"'}, False),
        ("headers", {"Vary": ["Accept-Language", "Accept"]}, True),
        ("headers", {"Vary": ["Accept-Encoding"]}, False),
        ("headers", {"Age": ["1"]}, False),
        ("type", "text/csv;charset=utf-8", True),
        ("type", "data+csv;version=2.1.0", False),
        ("compressed", False, True),
        ("compressed", True, False),
    ],
)
def test_a_word_about_header_fields_looks_at_them(word: str, value: Any, expected: bool):
    assert passes(word, value, Answer(ASKED, 200, FIELDS, RATES.encode())) is expected


@pytest.mark.parametrize(
    ("word", "tags", "expected"),
    [
        ("same_headers", ("a", "a"), True),
        ("same_headers", ("a", "b"), False),
        ("same_headers", ("", ""), False),
        ("other_headers", ("a", "b"), True),
        ("other_headers", ("a", "b", "a"), False),
        ("other_headers", ("a", ""), False),
    ],
)
def test_header_fields_are_compared_only_where_all_answers_have_them(
    word: str, tags: tuple[str, ...], expected: bool
):
    answers = [Answer(ASKED, 200, {"etag": tag} if tag else {}, b"") for tag in tags]
    try:
        TOGETHER[word](["ETag"], answers)
    except Unmet:
        assert not expected
    else:
        assert expected


def structures(kind: str) -> Answer:
    """Return an answer with two codelists, the second of which is cut."""
    lists = """{"data": {"codelists": [
      {"id": "A", "agencyID": "TST", "version": "1.0.0", "name": "Letters",
       "names": {"en": "Letters"},
       "codes": [{"id": "X", "name": "Ex"}, {"id": "Y", "name": "Why"}]},
      {"id": "A", "agencyID": "TST", "version": "2.0.0", "name": "Letters",
       "names": {"en": "Letters"}, "isPartial": true, "codes": [{"id": "X", "name": "Ex"}]}]}}"""
    alone = """{"data": {"codelists": [{"id": "A", "agencyID": "TST", "version": "1.0.0",
      "name": "Letters", "names": {"en": "Letters"}, "codes": [{"id": "X", "name": "Ex"}]}]}}"""
    return answered({"two": lists, "one": alone}[kind])


ONE, TWO = "codelist TST:A(1.0.0)", "codelist TST:A(2.0.0)"


@pytest.mark.parametrize(
    ("word", "value", "kind", "expected"),
    [
        ("artefacts", [TWO, ONE], "two", True),
        ("artefacts", [ONE], "two", False),
        ("holds", [ONE], "two", True),
        ("holds", ["codelist TST:B(1.0.0)"], "two", False),
        ("lacks", ["dataflow"], "two", True),
        ("lacks", ["codelist"], "two", False),
        ("lacks", [ONE], "two", False),
        ("kinds", ["codelist"], "two", True),
        ("kinds", ["codelist", "dataflow"], "two", False),
        ("versions", ["1.0.0", "2.0.0"], "two", True),
        ("versions", [], "two", False),
        ("one_version_each", True, "one", True),
        ("one_version_each", True, "two", False),
        ("items", {ONE: ["X", "Y"], TWO: ["X"]}, "two", True),
        ("items", {ONE: ["Y", "X"]}, "two", False),
        ("items", {"only": ["X"]}, "one", True),
        ("items", {"only": ["X"]}, "two", False),
        ("named_items", {"X": "Ex"}, "one", True),
        ("named_items", {"X": "Why"}, "one", False),
        ("partial", {ONE: False, TWO: True}, "two", True),
        ("partial", {TWO: False}, "two", False),
        ("names", {"only": {"en": "Letters"}}, "one", True),
        ("names", {"only": {"en": "Letters", "fr": "Lettres"}}, "one", False),
        ("stubs", True, "one", False),
    ],
)
def test_a_word_about_structures_looks_at_what_came(
    word: str, value: Any, kind: str, expected: bool
):
    assert passes(word, value, structures(kind)) is expected


@pytest.mark.parametrize(
    ("said", "is_valid"),
    [("version=3.1.0", True), ("version=2.1", False), ("charset=utf-8", True)],
)
def test_a_valid_message_has_the_version_that_its_type_names(said: str, is_valid: bool):
    message = f"""<message:Error
      xmlns:message="{MESSAGES}/v3_1/message" xmlns:common="{MESSAGES}/v3_1/common">
      <message:ErrorMessage code="140"><common:Text>Wrong</common:Text></message:ErrorMessage>
    </message:Error>"""
    fields = {"content-type": f"application/vnd.sdmx.structure+xml;{said}"}
    assert passes("valid", True, Answer(ASKED, 400, fields, message.encode())) is is_valid
