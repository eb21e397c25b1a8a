"""The conformance table: what is no row is told, and every row can be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdmx_server.conformance.houses import houses
from sdmx_server.conformance.request import Request
from sdmx_server.conformance.rows.row import BadTable, entries, read, rows

HEAD = 'api = "v2"\nhouse = "sdmx3"\npage = "a page"\n'
ROW = """
[[row]]
number = 145
get = "/data/dataflow/TST/EXR"
expect = { status = 200 }
"""


def table(folder: Path, text: str) -> Path:
    """Write a file of a table."""
    file = folder / "wrong.toml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("status = 200", "stattus = 200", "row 145: stattus is none of about, artefacts"),
        ("expect =", "expects =", "row 145: expects is none of accept, api, body"),
        ("number = 145", "number = 414", "row 414: the table has no such row"),
        ("number = 145", "", "row None: the table has no such row"),
        ("{ status = 200 }", "{}", "nothing is expected of /data/dataflow/TST/EXR"),
        ('get = "/data/dataflow/TST/EXR"', "", "row 145: no address is asked"),
        ("expect = { status = 200 }", "together = { same = true }", "same is none of"),
        ("[[row]]", "[[rows]]", "rows is none of api, house, page, row"),
        ("{ status = 200 }", "{ status = 200", "wrong.toml: "),
        (
            'get = "/data/dataflow/TST/EXR"\nexpect = { status = 200 }',
            'steps = [{ get = "/data", expect = { status = 200 }, says = "Why" }]',
            "says is none of accept, body",
        ),
    ],
)
def test_what_is_no_row_is_told_with_its_place(tmp_path: Path, right: str, wrong: str, told: str):
    assert [row.number for row in read(table(tmp_path, HEAD + ROW))] == [145]
    with pytest.raises(BadTable, match=r"^wrong\.toml") as refused:
        list(read(table(tmp_path, HEAD + ROW.replace(right, wrong))))
    assert told in str(refused.value)


def test_addresses_and_media_types_are_asked_in_every_combination(tmp_path: Path):
    several = """
    [[row]]
    number = [1, 2]
    get = ["/a", "/{B*3}"]
    accept = ["data+csv", "text/html"]
    expect = { status = 200 }
    """
    first, second = read(table(tmp_path, HEAD + several))
    assert (first.number, second.number) == (1, 2)
    assert [step.request for step in first.steps] == [
        Request(path, (("Accept", accept),))
        for path in ("/a", "/BBB")
        for accept in ("application/vnd.sdmx.data+csv", "text/html")
    ]


def test_a_row_may_differ_from_its_file(tmp_path: Path):
    own = f'{ROW}api = "v1"\nhouse = "drafts"\npage = "another"\n'
    (row,) = read(table(tmp_path, HEAD + own))
    assert (row.api, row.house, row.page) == ("v1", "drafts", "another")


def test_every_row_has_a_name_of_its_own_and_is_asked_of_a_house_that_there_is():
    assert len({row.id for row in rows()}) == len(rows())
    assert {row.number for row in rows()} == set(entries())
    for row in rows():
        assert row.house in houses(), row.id
        loads = {step.load for step in row.steps if step.load}
        assert loads <= set(houses()[row.house].later), row.id
