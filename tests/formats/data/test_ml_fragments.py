"""XML text made of columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sdmx_server.formats.data.writers.fragments import (
    Cell,
    Columns,
    Joint,
    Plan,
    Wrapper,
    escape,
    escape_all,
    fill,
    filling,
    write_row,
)
from sdmx_server.formats.data.writers.texts import rows, weave

TEXTS = [
    ("plain", "plain"),
    ("it's", "it's"),
    ("a & b", "a &amp; b"),
    ('<"quoted">', "&lt;&quot;quoted&quot;&gt;"),
    ("line\nline\ttab\rreturn", "line&#10;line&#9;tab&#13;return"),
    ("bell\x07 nul\x00", "bell\N{REPLACEMENT CHARACTER} nul\N{REPLACEMENT CHARACTER}"),
    ("no character \uffff", "no character \N{REPLACEMENT CHARACTER}"),
    ("Jalan Ciptayasa \N{EN DASH} Serang \N{GRINNING FACE}",) * 2,
]

STATUS = Cell("STATUS", ' STATUS="', '"')
NOTE = Cell("NOTE", ' NOTE="', '"')


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_text_is_escaped(text: str, expected: str) -> None:
    assert escape(text) == expected
    found = escape_all(pa.array(["before", text, None]))
    assert found.to_pylist() == ["before", expected, None]
    content = f'<a b="{expected}">{expected}</a>'.encode()
    parsed = etree.fromstring(content)
    if "\N{REPLACEMENT CHARACTER}" not in expected:
        assert (parsed.get("b"), parsed.text) == (text, text)


@given(st.lists(st.text("a&<>\"\t\n\r'é\x07\uffff\ufffd"), min_size=1))
def test_many_texts_are_escaped_as_each_is(texts: list[str]) -> None:
    assert escape_all(pa.array(texts, pa.string())).to_pylist() == [escape(t) for t in texts]


def test_a_half_of_a_character_is_replaced() -> None:
    assert escape("half \ud800") == "half \N{REPLACEMENT CHARACTER}"


@given(st.lists(st.text(), min_size=1))
def test_any_text_makes_well_formed_xml_and_legal_text_comes_back(texts: list[str]) -> None:
    escaped = escape_all(pa.array(texts, pa.string())).to_pylist()
    elements = "".join(f'<o t="{text}"/>' for text in escaped)
    parsed = etree.fromstring(f"<a>{elements}</a>".encode())
    for text, element in zip(texts, parsed, strict=True):
        if "\N{REPLACEMENT CHARACTER}" not in escape(text):
            assert element.get("t") == text


def test_texts_with_nothing_to_escape_are_not_copied() -> None:
    texts = pa.array(["1.5", "Serang"])
    assert escape_all(texts) is texts


def test_only_what_is_seen_of_an_array_is_looked_at() -> None:
    texts = pa.array(["<", "1.5", "&"]).slice(1, 1)
    assert escape_all(texts) is texts


def filled(plan: Plan, notes: list[str | None]) -> list[str]:
    codes = {"STATUS": np.array([1, -1, 0], np.int32)}
    columns = Columns(3, codes, {"NOTE": pa.array(notes, pa.string())})
    pieces = fill(plan, columns, filling(plan, {"STATUS": ("A", "<")}))
    found: list[str] = rows(pieces, 3).to_pylist()
    assert b"".join(map(bytes, weave(pieces, 3))).decode() == "".join(found)
    values = zip(["<", None, "A"], notes, strict=True)
    for row, (status, note) in zip(found, values, strict=True):
        given = {"STATUS": status, "NOTE": note}
        assert write_row(plan, {id_: text for id_, text in given.items() if text}) == row
    return found


def test_absent_values_leave_nothing() -> None:
    assert filled(("<o", STATUS, NOTE, "/>"), ["x", None, "&"]) == [
        '<o STATUS="&lt;" NOTE="x"/>',
        "<o/>",
        '<o STATUS="A" NOTE="&amp;"/>',
    ]


def test_a_wrapper_is_left_out_where_it_would_be_empty() -> None:
    plan = ("<o>", Wrapper("[", (STATUS, NOTE), "]"), "</o>")
    assert filled(plan, [None, None, "x"]) == [
        '<o>[ STATUS="&lt;"]</o>',
        "<o></o>",
        '<o>[ STATUS="A" NOTE="x"]</o>',
    ]
    assert filled(plan, ["x", "y", "z"])[1] == '<o>[ NOTE="y"]</o>'


def test_several_components_make_one_text() -> None:
    plan = ("<o>", Joint(("STATUS", "NOTE"), lambda values: f"{values}"), "</o>")
    assert filled(plan, ["x", None, "y"]) == [
        "<o>('<', 'x')</o>",
        "<o></o>",
        "<o>('A', 'y')</o>",
    ]


def test_components_that_a_batch_lacks_leave_nothing() -> None:
    other = Cell("OTHER", "(", ")")
    plan = ("<o>", other, Wrapper("[", (other,), "]"), "</o>")
    assert filled(plan, [None] * 3) == ["<o></o>"] * 3
