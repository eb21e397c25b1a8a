"""What is let pass without being looked at is what the rules let pass."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdmx_server.dataset import Component, Role
from sdmx_server.exchange import vocabulary
from sdmx_server.exchange.validation_screening import doubtful
from sdmx_server.exchange.validation_values import complaint
from sdmx_server.model.codelist import Code

TYPES = (
    *("BigInteger", "Count", "Integer", "Long", "Short", "Decimal", "Float", "Double"),
    *("InclusiveValueRange", "ExclusiveValueRange", "Incremental", "String", "XHTML", "Boolean"),
    *("ObservationalTimePeriod", "GregorianYear", "URI", "Alpha", "Duration"),
)
FACETS: tuple[Mapping[str, str], ...] = (
    {},
    {"minValue": "0"},
    {"minValue": "-1.5", "maxValue": "100"},
    {"startValue": "1e3", "endValue": "soon"},
    {"decimals": "2"},
    {"minLength": "2", "maxLength": "5"},
    {"pattern": "[0-9]+"},
    {"isSequence": "true", "interval": "1"},
)
NUMBERS = st.from_regex(r"\A[+-]?[0-9]{0,20}(\.[0-9]{0,4})?([Ee][+-]?[0-9]{1,3})?\Z")
WORDS = st.text(st.sampled_from("0123456789.-+eE INFa\n\x00\x1f\N{ARABIC-INDIC DIGIT ONE}é"))
IDENTITY = st.sampled_from(
    ("3673041508900001", "NIK 3673041508900001.", "\N{ARABIC-INDIC DIGIT ONE}" * 16, " " + "9" * 16)
)
MARKS = st.sampled_from(
    ("NaN", "INF", "-INF", "#N/A", "", "~", "inf", "nan", "1e999", "32768", "2147483648",
     "9223372036854775808", "100", "100.0", "-1.5", "1000", "\ufffe", "true", "2010")
)  # fmt: skip
CODES = {id_: Code(id=id_) for id_ in ("a", "1", "3673041508900001")}
TEXTS = st.lists(NUMBERS | WORDS | IDENTITY | MARKS, min_size=1, max_size=20)


@settings(deadline=None, max_examples=400)
@given(
    TEXTS,
    st.sampled_from(TYPES),
    st.sampled_from(FACETS),
    st.sampled_from((Role.MEASURE, Role.ATTRIBUTE, Role.DIMENSION, Role.TIME)),
)
def test_whatever_the_rules_forbid_is_looked_at(
    texts: list[str], data_type: str, facets: Mapping[str, str], role: Role
) -> None:
    component = Component("X", role, data_type=data_type, facets=facets)
    words = vocabulary.of_codes(component)
    forbidden = [t for t in dict.fromkeys(texts) if complaint(t, component, words) is not None]

    looked_at = doubtful(pa.array(texts * 101), component)

    assert [text for text in looked_at if text in forbidden] == forbidden


@pytest.mark.parametrize(
    ("component", "texts"),
    [
        (Component("X", Role.MEASURE, data_type="Double"), ["1.5", "-0.25", "1e-05", "007", "3."]),
        (Component("X", Role.MEASURE, data_type="Integer"), ["1", "-7", "999999999"]),
        (
            Component("X", Role.MEASURE, data_type="Decimal",
                      facets={"minValue": "0", "maxValue": "100", "decimals": "2"}),
            ["0.01", "99.99", "12"],
        ),
        (Component("X", Role.ATTRIBUTE), ["Catatan", "tabel 3.1, halaman 12", "é\n"]),
        (Component("X", Role.ATTRIBUTE, facets={"maxLength": "9"}), ["nine char", ""]),
        (Component("X", Role.DIMENSION, codes=CODES, facets={"pattern": "x"}), ["a", "1"]),
    ],
)  # fmt: skip
def test_what_is_usual_is_let_pass(component: Component, texts: list[str]) -> None:
    assert doubtful(pa.array(texts * 101), component) == []


@pytest.mark.parametrize(
    ("component", "text"),
    [
        (Component("X", Role.MEASURE, data_type="ExclusiveValueRange", facets={"minValue": "0"}),
         "0"),
        (Component("X", Role.MEASURE, data_type="ExclusiveValueRange", facets={"maxValue": "5"}),
         "5.0"),
        (Component("X", Role.ATTRIBUTE), "a\x1f"),
        (Component("X", Role.ATTRIBUTE), "a\uffff"),
        (Component("X", Role.ATTRIBUTE, data_type="Long"), "3673041508900001"),
        (Component("X", Role.ATTRIBUTE, facets={"pattern": "a"}), "b"),
        (Component("X", Role.MEASURE, codes={}), "b"),
        (Component("X", Role.DIMENSION, codes=CODES), "b"),
        (Component("X", Role.DIMENSION, codes=CODES, allowed=frozenset("1")), "a"),
        (Component("X", Role.DIMENSION, codes=CODES), "3673041508900001"),
    ],
)  # fmt: skip
def test_what_is_at_a_limit_is_looked_at(component: Component, text: str) -> None:
    assert text in doubtful(pa.array(["1", text] * 101), component)


def test_few_texts_are_all_looked_at() -> None:
    assert doubtful(pa.array(["1", "2", "1"]), Component("X", Role.MEASURE)) == ["1", "2"]
