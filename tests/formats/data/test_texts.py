"""Columns of text woven into rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sdmx_server.formats.data.writers import texts
from sdmx_server.formats.data.writers.texts import (
    PIECE_BYTES,
    Between,
    Lookup,
    Texts,
    content,
    each,
    in_pieces,
    repeated,
    rows,
    weave,
)

NUMBERS = Texts(pa.array(["x", "1", None, "22", "5", "y"]).slice(1, 4))
KINDS = Texts(pa.array(["", "a", "b"]), np.array([1, 2, 2, 0], np.int32))
PIECES = ["<", NUMBERS, KINDS, ">"]


def text_of(pieces, count, between=None):
    return b"".join(map(bytes, weave(pieces, count, between))).decode()


def test_rows_are_made_of_columns():
    assert rows(PIECES, 4).to_pylist() == ["<1a>", "<b>", "<22b>", "<5>"]
    assert text_of(PIECES, 4) == "<1a><b><22b><5>"
    assert rows(PIECES, 0).to_pylist() == []
    assert text_of(PIECES, 0) == ""


@pytest.mark.parametrize("at_a_time", [1, 2, 3, 4, 99])
def test_texts_stand_between_rows(at_a_time, monkeypatch):
    monkeypatch.setattr(texts, "_ROWS", at_a_time)
    between = Between(np.array([0, 0, 2, 4, 4]), pa.array(["A", "B", "C", "D", "E"]))
    assert text_of(PIECES, 4, between) == "AB<1a><b>C<22b><5>DE"
    assert text_of([""], 0, Between(np.array([0, 0]), pa.array(["A", "B"]))) == "AB"


def test_what_series_have_is_repeated_for_their_observations():
    column = repeated(pa.array(["a", "b", "c"]), np.array([2, 0, 1]))
    assert rows([column], 3).to_pylist() == ["a", "a", "c"]


@pytest.mark.parametrize("size", [3, 1000])
def test_a_dictionary_is_spelt_whole_only_where_much_of_it_is_needed(size):
    written = []

    def write(text):
        written.append(text)
        return text.upper()

    lookup = Lookup([f"a{n}" for n in range(size)], each(write), "-")
    for codes in ([1, -1, 2], [2, 2, 0], [-1, -1, -1]):
        column = lookup.column(np.array(codes, np.int32))
        expected = ["-" if code < 0 else f"A{code}" for code in codes]
        assert rows([column], 3).to_pylist() == expected
    assert len(written) == min(size, 4)


def test_the_bytes_of_an_array_are_those_of_its_part():
    array = pa.array(["ab", None, "", "é", "f"])
    assert bytes(content(array.slice(1, 3))) == "é".encode()
    assert bytes(content(array.slice(0, 0))) == b""
    assert bytes(content(pa.array([], pa.string()))) == b""


def test_each_distinct_text_is_written_once():
    seen = []

    def write(text):
        seen.append(text)
        return f"({text})"

    assert each(write)(pa.array(["a", None, "b", "a"])).to_pylist() == ["(a)", None, "(b)", "(a)"]
    assert seen == ["a", "b"]


@pytest.mark.parametrize("kind", [str, bytes])
@pytest.mark.parametrize(
    "sizes", [[10], [PIECE_BYTES - 1, 2], [3 * PIECE_BYTES + 5], [7] * 9, [], [3, PIECE_BYTES, 4]]
)
def test_pieces_are_of_about_one_megabyte(sizes, kind):
    given = ["xyz"[n % 3] * size for n, size in enumerate(sizes)]
    pieces = list(in_pieces(t if kind is str else pa.py_buffer(t.encode()) for t in given))
    assert b"".join(pieces).decode() == "".join(given)
    assert all(0 < len(piece) <= 2 * PIECE_BYTES for piece in pieces)
    assert len(pieces) <= 1 + 2 * sum(sizes) // PIECE_BYTES
