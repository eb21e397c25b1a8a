"""Chunks: what is stored comes back, compact, and equal observations make equal chunks."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from sdmx_server.storage.chunks import compact, compress, decode_chunk, encode_chunk
from sdmx_server.storage.sparse import SparseTexts, joined, sparse, spread, taken

TEXTS = st.one_of(st.none(), st.sampled_from(["", "1.10", "é\U0001f3b2", "x" * 300, " "]))
ROWS = st.lists(st.tuples(st.integers(-1, 2), TEXTS, TEXTS), min_size=1, max_size=40)
DICTIONARY = pa.array(["2019", "2020", "2021"])


def columns_of(rows):
    codes = np.array([row[0] for row in rows], np.int32)
    return {
        "TIME": compact(codes, DICTIONARY)[0],
        "VALUE": pa.array([row[1] for row in rows], pa.string()),
        "NOTE": pa.array([row[2] for row in rows], pa.string()),
    }


def as_found(chunk):
    return {name: texts.to_pylist() for name, texts in chunk.texts.items()}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(ROWS)
def test_what_is_stored_comes_back(rows):
    columns = columns_of(rows)
    chunk = decode_chunk(encode_chunk(columns, len(rows))[1])
    assert chunk.rows == len(rows)
    assert as_found(chunk) == {name: columns[name].to_pylist() for name in ("VALUE", "NOTE")}
    for texts in chunk.texts.values():
        texts.validate(full=True)
    expected = columns["TIME"].indices.fill_null(-1).to_pylist()
    assert chunk.codes["TIME"].tolist() == expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ROWS, ROWS)
def test_equal_observations_have_one_name_wherever_they_were_cut_from(rows, others):
    wide = {n: c for n, c in columns_of([*others, *rows, *others]).items() if n != "TIME"}
    cut = {name: column.slice(len(others), len(rows)) for name, column in wide.items()}
    whole = {name: column for name, column in columns_of(rows).items() if name != "TIME"}
    backwards = dict(reversed(cut.items()))
    assert encode_chunk(backwards, len(rows)) == encode_chunk(whole, len(rows))


def test_bytes_behind_an_absent_text_are_not_stored():
    odd = pa.StringArray.from_buffers(
        3,
        pa.py_buffer(np.array([0, 1, 9, 10], np.int32)),
        pa.py_buffer(b"ahidden__b"),
        pa.py_buffer(b"\x05"),
    )
    plain = pa.array(["a", None, "b"])
    assert odd.equals(plain)
    assert encode_chunk({"VALUE": odd}, 3) == encode_chunk({"VALUE": plain}, 3)


def test_a_chunk_of_a_former_release_is_read():
    columns = columns_of([(0, "1", None), (-1, None, "é")])
    sink = pa.BufferOutputStream()
    batch = pa.record_batch(columns)
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    chunk = decode_chunk(compress(sink.getvalue().to_pybytes()))
    assert as_found(chunk) == {"VALUE": ["1", None], "NOTE": [None, "é"]}
    assert (chunk.codes["TIME"].tolist(), chunk.rows) == ([0, -1], 2)


def test_what_says_little_takes_little_memory():
    count = 16_000
    same = np.zeros(count, np.int32)
    empty = pa.nulls(count, pa.string())
    full = pa.array(["1.5"] * count)
    few = pa.array([f"See table {n}" if n % 1_000 == 0 else None for n in range(count)])
    columns = {"STATUS": compact(same, DICTIONARY)[0], "COMMENT": few, "VALUE": full}
    held = decode_chunk(encode_chunk(columns, count)[1])
    assert isinstance(held.columns["COMMENT"], SparseTexts)
    assert held.codes["STATUS"].strides == (0,)
    assert held.size < 1.1 * count * len("1.5" + "4321" + "1")
    absent = decode_chunk(encode_chunk({**columns, "NOTE": empty, "OTHER": empty}, count)[1])
    assert absent.size < held.size + 2_000


PLACES = st.lists(st.integers(0, 19), min_size=1, max_size=20, unique=True).map(sorted)
COLUMN = st.lists(st.sampled_from([None, None, None, "", "a", "é"]), min_size=20, max_size=20)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(COLUMN, PLACES)
def test_sparse_texts_are_cut_like_others(texts, places):
    whole = pa.array(texts, pa.string())
    found = taken(sparse(whole), np.array(places))
    assert spread(found).to_pylist() == [texts[place] for place in places]
    spread(found).validate(full=True)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(COLUMN, min_size=1, max_size=3))
def test_sparse_texts_are_joined_like_others(columns):
    together = joined([sparse(pa.array(texts, pa.string())) for texts in columns])
    assert spread(together).to_pylist() == sum(columns, [])


@pytest.mark.parametrize("count", [1, 254, 255, 256, 70_000])
def test_texts_of_any_length_are_stored(count):
    columns = {"VALUE": pa.array(["x" * count, "", None, "y"])}
    assert as_found(decode_chunk(encode_chunk(columns, 4)[1])) == {
        "VALUE": ["x" * count, "", None, "y"]
    }


def test_observations_that_are_nothing_but_their_keys_are_counted():
    chunk = decode_chunk(encode_chunk({}, 3)[1])

    assert (chunk.rows, chunk.codes, chunk.columns) == (3, {}, {})
