"""XML text made of columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sdmx_server.formats.data.writers.fragments import (
    PIECE_BYTES,
    Cell,
    Columns,
    Wrapper,
    escape,
    escape_all,
    fill,
    in_pieces,
    interleave,
    rows,
    tables,
)

TEXTS = [
    ("plain", "plain"),
    ("it's", "it's"),
    ("a & b", "a &amp; b"),
    ('<"quoted">', "&lt;&quot;quoted&quot;&gt;"),
    ("line\nline\ttab\rreturn", "line&#10;line&#9;tab&#13;return"),
    ("bell\x07 nul\x00", "bell\N{REPLACEMENT CHARACTER} nul\N{REPLACEMENT CHARACTER}"),
    ("half \ud800", "half \N{REPLACEMENT CHARACTER}"),
    ("no character \uffff", "no character \N{REPLACEMENT CHARACTER}"),
    ("Jalan Ciptayasa \N{EN DASH} Serang \N{GRINNING FACE}",) * 2,
]

STATUS = Cell("STATUS", ' STATUS="', '"')
NOTE = Cell("NOTE", ' NOTE="', '"')


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_text_is_escaped(text: str, expected: str) -> None:
    assert escape(text) == expected
    assert escape_all(["before", text]) == ["before", expected]
    content = f'<a b="{expected}">{expected}</a>'.encode()
    parsed = etree.fromstring(content)
    if "\N{REPLACEMENT CHARACTER}" not in expected:
        assert (parsed.get("b"), parsed.text) == (text, text)


@given(st.lists(st.text(), min_size=1))
def test_any_text_makes_well_formed_xml_and_legal_text_comes_back(texts: list[str]) -> None:
    elements = "".join(f'<o t="{text}"/>' for text in escape_all(texts))
    parsed = etree.fromstring(f"<a>{elements}</a>".encode())
    for text, element in zip(texts, parsed, strict=True):
        if "\N{REPLACEMENT CHARACTER}" not in escape(text):
            assert element.get("t") == text


def test_texts_with_nothing_to_escape_are_not_copied() -> None:
    texts = ["1.5", "Serang"]
    assert escape_all(texts) is texts


def filled(plan: tuple[str | Cell | Wrapper, ...], notes: list[str | None]) -> list[str]:
    columns = Columns(3, {"STATUS": np.array([1, -1, 0], dtype=np.int32)}, {"NOTE": notes})
    columns_filled = fill(plan, columns, tables(plan, {"STATUS": ("A", "<")}))
    assert "".join(interleave(columns_filled, 3)) == "".join(rows(columns_filled, 3))
    return rows(columns_filled, 3)


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


def test_components_that_a_batch_lacks_leave_nothing() -> None:
    other = Cell("OTHER", "(", ")")
    plan = ("<o>", other, Wrapper("[", (other,), "]"), "</o>")
    assert filled(plan, [None] * 3) == ["<o></o>"] * 3


@pytest.mark.parametrize("sizes", [[10], [PIECE_BYTES - 1, 2], [3 * PIECE_BYTES + 5], [7] * 9, []])
def test_pieces_are_of_about_one_megabyte(sizes: list[int]) -> None:
    pieces = list(in_pieces("x" * size for size in sizes))
    assert sum(map(len, pieces)) == sum(sizes)
    assert all(len(piece) == PIECE_BYTES for piece in pieces[:-1])
    assert all(pieces)
