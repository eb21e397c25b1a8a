"""Arrow reads SDMX-CSV as the reader of records does, or leaves it to that."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sdmx_server.formats.data.readers import csv_parts, csv_records
from sdmx_server.formats.data.readers.csv import parts, read
from sdmx_server.formats.data.readers.csv_table import Table, joined
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model.delivery import DeliveryFaults, Indivisible

HEAD = "DATAFLOW,A,B\n"
MANY = 200
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
SNIPPETS = (
    *('"', '""', ",", ";", "\n", "\r\n", "\r", " ", "\t", "a", "b,", ",a", "TST:X,1,2\n", "\n\n"),
    *('"a"', '"a\nb"', '"a""b"', ',"",', "é", MARK, "\x00", "\u2028", "NA"),
)  # fmt: skip
SIZES = st.sampled_from((1, 7, 40, 1 << 20))
CELLS = st.text(st.sampled_from('a"\n\r,;é \t\x00') | st.characters(codec="utf-8"), max_size=6)


def rows_of(table: Table) -> tuple[list[list[str | None]], list[int]]:
    return [column.to_pylist() for column in table.columns], list(table.rows)


def in_parts(content: bytes, size: int) -> tuple[list[list[str | None]], list[int]]:
    return rows_of(joined(list(csv_parts.read(io.BytesIO(content), size))))


@settings(deadline=None, max_examples=MANY)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=30), SIZES)
@example(['TST:X,"a"b,1\n'], 40)
@example(['TST:X,1,"a\n'], 40)
@example(["\n", "TST:X,1,2\n", "\r\n", 'TST:X,"\n\n",2\r\n', "TST:X,3,"], 1)
@example(["TST:X,1,2\r", "TST:X,1,2\n"], 40)
@example(['TST:X,1,"a\rb"\n', "TST:X,1,2\n"], 40)
@example([MARK, "TST:X,1,2\n"], 40)
def test_what_arrow_reads_is_what_stands_there(snippets: Sequence[str], size: int) -> None:
    content = (HEAD + "".join(snippets)).encode()
    found = FaultList("x.csv")
    with suppress(Indivisible):
        told = in_parts(content, size)

        assert told == rows_of(csv_records.read(content, found))
        assert not found.faults


@settings(deadline=None, max_examples=MANY)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8),
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
    st.sampled_from(",;|\t"),
    st.booleans(),
    SIZES,
)
def test_sound_files_are_read_by_arrow(
    rows: list[tuple[str, str, str]],
    end: str,
    quoting: int,
    separator: str,
    is_marked: bool,
    size: int,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    cells = [tuple(cell.replace("\r", "") or "-" for cell in row) for row in rows]
    writer.writerows([("DATAFLOW", "A", "B"), *cells])
    content = (MARK * is_marked + text.getvalue()).encode()

    if any(MARK in row[0] for row in cells):
        return  # a part that begins so is left to the reader of records
    columns, lines = in_parts(content, max(size, len(content) // 2))

    assert columns == [list(column) for column in zip(*cells, strict=True)]
    assert (columns, lines) == rows_of(csv_records.read(content, FaultList("x.csv")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"FLOW,A\nx,1\n",
        b"DATAFLOW,A\n",
        b"DATAFLOW,A,A\nTST:X,1,2\n",
        b"DATAFLOW,A\nTST:X,\xff\n",
        b"DATAFLOW,\xff\nTST:X,1\n",
        b"DATAFLOW,A\nTST:X,1,2\n",
        b'DATAFLOW,A\nTST:X,"open\n',
        b'DATAFLOW,A\nTST:X,"a"b\n',
        b"DATAFLOW,A\rTST:X,1\r",
        b"DATAFLOW,A\nTST:X,1\rTST:X,2\n",
        b'DATAFLOW,"A\nTST:X,1\n',
        b"DATAFLOW,A\nTST:X," + b"x" * 200_000 + b"\n",
        "DATAFLOW§A\nTST:X§1\n".encode(),
    ],
)
def test_whatever_is_unusual_is_left_to_the_reader_of_records(content: bytes) -> None:
    with pytest.raises(Indivisible):
        in_parts(content, 1 << 20)


@pytest.mark.parametrize(
    "text",
    [
        "STRUCTURE,STRUCTURE_ID,ACTION,A\ndataflow,TST:X,M,1\ndataflow,TST:X,R,2\n",
        "STRUCTURE,STRUCTURE_ID,ACTION,A\ndataflow,TST:X,M,1\ndataflow,TST:Y,M,2\n",
        "STRUCTURE,STRUCTURE_ID,ACTION,A\ndataflow,TST:X,U,1\n",
    ],
)
def test_a_file_of_several_structures_or_actions_is_read_as_a_whole(text: str) -> None:
    with pytest.raises(Indivisible):
        list(parts(io.BytesIO(text.encode()), "x.csv"))


def test_the_parts_of_a_file_are_its_rows_in_their_lines() -> None:
    rows = "".join(f'TST:X(1.0.0),{n},"n\n{n}"\n' for n in range(100_000))
    content = ("DATAFLOW,A,B\n" + rows).encode()

    (whole,) = read(content, "x.csv")
    several = list(parts(io.BytesIO(content), "x.csv", 1 << 18))

    assert len(several) > 5
    assert [d.structure for d in several] == ["TST:X(1.0.0)"] * len(several)
    for id_ in whole.columns:
        assert [cell for d in several for cell in d.columns[id_]] == list(whole.columns[id_])
    assert [row for d in several for row in d.rows] == list(whole.rows)
    assert list(whole.rows) == list(range(2, 200_002, 2))


def test_a_mistake_far_down_keeps_its_line() -> None:
    content = ("DATAFLOW,A\n" + "TST:X,1\n" * 50_000 + "TST:X\n").encode()

    with pytest.raises(DeliveryFaults) as caught:
        read(content, "x.csv")

    assert [(f.code, f.place.row) for f in caught.value.faults] == [("row-length", 50_002)]
