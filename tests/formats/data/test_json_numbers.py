"""Columns of texts as columns of JSON values."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from sdmx_server.formats.data.writers.json_numbers import (
    booleans,
    documents,
    number,
    numbers,
    plain_numbers,
    strings,
    typed_arrays,
)

NUMBERS = ("0", "-0", "7", "-7.50", "0.010", "-0.5", "10", "1e5", "2.5E-3", "-120")
TOO_LARGE = ("1e400", "9" * 400, "-" + "9" * 400)
OTHERS = (
    *TOO_LARGE,
    "",
    "-",
    ".",
    "-.",
    "--1",
    "1-2",
    "5-",
    "00",
    "007",
    "-01",
    "00.5",
    "1.",
    ".5",
    "-.5",
    "1..2",
    "1.2.3",
    "+1",
    "NaN",
    "INF",
    "1,5",
    "1 2",
    "x",
    'a"b',
    "\u0661",
)


def column(*texts):
    """Return texts as a part of a longer array."""
    return pa.array([".", *texts, "-"], pa.string()).slice(1, len(texts))


def test_a_column_of_numbers_stays_as_it_is():
    for texts in (NUMBERS, NUMBERS[:6], ("3", "44"), ("0.5", "1.5"), ("1" * 300,), ()):
        array = column(*texts)
        assert numbers(array) is array
        assert plain_numbers(array) is array


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_number_is_found_wherever_it_stands(other, place):
    texts = ["1.5", "12"]
    texts.insert(place, other)
    assert numbers(column(*texts)).to_pylist() == [number(text) for text in texts]
    quoted = other if other in TOO_LARGE else json.dumps(other, ensure_ascii=False)
    assert plain_numbers(column(*texts)).to_pylist() == [
        quoted if text == other else text for text in texts
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("007", "7"),
        ("+1", "1"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("1.", "1"),
        ("00.5", "0.5"),
        ("NaN", '"NaN"'),
        ("1e400", '"1e400"'),
        ("1.2.3", '"1.2.3"'),
        ("-", '"-"'),
    ],
)
def test_other_spellings_of_numbers_become_those_of_json(text, written):
    assert numbers(column(text)).to_pylist() == [written]


def test_texts_become_strings():
    texts = ["plain", "", 'a "quote"', "back\\slash", "two\nlines", "\x00\x1f\x7f", "é\u2028"]
    assert [json.loads(value) for value in strings(column(*texts)).to_pylist()] == texts


def test_booleans_and_documents():
    assert booleans(column("1", "false", "x")).to_pylist() == ["true", "false", '"x"']
    assert documents(column("[]", '["a"]', "{}", "")).to_pylist() == [
        "null",
        '["a"]',
        "null",
        "null",
    ]
    assert typed_arrays(column('["1","02"]', '["1","x"]', "[]")).to_pylist() == [
        "[1,2]",
        '["1","x"]',
        "null",
    ]
