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
    OfSeries,
    Texts,
    content,
    each,
    escaping,
    filled,
    in_pieces,
    lowered,
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


@pytest.mark.parametrize("size", [3, 5000])
@pytest.mark.parametrize("kept", [0, 2, 100])
def test_a_text_of_a_dictionary_is_spelt_when_it_is_asked_for(size, kept, monkeypatch):
    monkeypatch.setattr(texts, "_KEPT", kept)
    written = []

    def write(text):
        written.append(text)
        return text.upper()

    lookup = Lookup([f"a{n}" for n in range(size)], write, "-")
    for codes in ([1, -1, 2], [2, 2, 0], [-1, -1, -1], [], [1, 0, 2], [-1]):
        column = lookup.column(np.array(codes, np.int32))
        expected = ["-" if code < 0 else f"A{code}" for code in codes]
        assert rows([column], len(codes)).to_pylist() == expected
    assert set(written) == {"a0", "a1", "a2"}
    assert (len(written) == 3) is (kept == 100)
    assert lookup.column(np.array([0], np.int32)) == "A0"


def test_the_texts_of_a_large_dictionary_are_not_all_woven_into_a_few_rows(monkeypatch):
    monkeypatch.setattr(texts, "_SPARE", 3)
    lookup = Lookup([f"a{n}" for n in range(9)], str)
    assert len(lookup.column(np.arange(9, dtype=np.int32)).values) == 11
    column = lookup.column(np.array([8, 2], np.int32))
    assert column.values.to_pylist() == ["a8", "a2"]


@pytest.mark.parametrize("values", [["a", None, "b", None], ["a", "b"], [None], []])
def test_values_become_text_and_what_is_absent_too(values):
    column = filled(pa.array(values, pa.string()), each(str.upper), "-")
    assert rows([column], len(values)).to_pylist() == [v.upper() if v else "-" for v in values]


def test_what_stays_the_same_through_a_series_is_joined_once_a_series():
    series = OfSeries(Texts(pa.array(["a", "b", "c"])))
    pieces = ["<", series, ":", OfSeries("s"), NUMBERS, "-", ">", series]
    joined = lowered(pieces, np.array([2, 0, 2]))
    assert [type(piece) for piece in joined] == [Texts] * 3
    assert rows(joined, 4).to_pylist() == ["<a:s1->a", "<a:s->a", "<c:s22->c", "<c:s5->c"]
    assert lowered(["<", OfSeries("s"), ">"], np.array([1])) == ["<s>"]


def test_a_column_of_series_is_repeated_for_their_observations():
    kinds = OfSeries(Texts(KINDS.values, KINDS.codes[:3]))
    (column,) = lowered([kinds], np.array([2, 0, 1]))
    assert column.values is KINDS.values
    assert rows([column], 3).to_pylist() == ["a", "a", "b"]


@pytest.mark.parametrize("rows_a_pair", [1, 2, 99])
def test_neighbours_of_few_texts_become_one_column(rows_a_pair, monkeypatch):
    monkeypatch.setattr(texts, "_PAIRED_ROWS", 4)
    monkeypatch.setattr(texts, "_ROWS_A_PAIR", rows_a_pair)
    with_null = Texts(pa.array([None, "0"]), np.array([0, 1, 1, 0], np.int32))
    pieces = ["<", "!", KINDS, with_null, "/", NUMBERS, "[", "]", with_null]
    assert text_of(pieces, 4) == "<!a/1[]<!b0/[]0<!b0/22[]0<!/5[]"


@pytest.mark.parametrize(
    "values",
    [
        ["a", "é", "", None],
        ["a,b", None, "é,", "", "c", ",,", "a,b"],
        [",a"],
        [],
    ],
)
def test_only_texts_with_special_bytes_are_written(values):
    seen = []

    def write(text):
        seen.append(text)
        return text.replace(",", "(comma)")

    array = pa.array(["x,", *values, ",y"], pa.string()).slice(1, len(values))
    written = escaping(b",;", each(write))(array)
    assert written.to_pylist() == [value and value.replace(",", "(comma)") for value in values]
    assert sorted(seen) == sorted({value for value in values if value and "," in value})


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
