"""Workbooks that are damaged, or small files that unfold to what no memory holds."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from loaders.archive import MOST_CELLS
from loaders.grid import read_grid
from loaders.mapping import TableMapping, read_mapping
from sdmx_server.model.delivery import DeliveryFaults, Fault

MAPPING = """
dataflow = "TST:DF_STUNTING(1.0.0)"
provider = "TST.DINKES"
[values]
columns = ["jumlah"]
locale = "id"
[components]
"""
SHEET = "xl/worksheets/sheet1.xml"
WORKSHEET = (
    b'<worksheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
)
WHOLE_SHEET = "A1:XFD1048576"
Change = Callable[[bytes], bytes]


@pytest.fixture
def mapping(tmp_path: Path) -> TableMapping:
    path = tmp_path / "stunting.toml"
    path.write_text(MAPPING, "utf-8")
    return read_mapping(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.append(["kode", "jumlah"])
    workbook.active.append(["36.73.01", 309])
    path = tmp_path / "stunting.xlsx"
    workbook.save(path)
    return path


def rewrite(path: Path, change: Change, *further: tuple[str, bytes]) -> None:
    """Change the sheet of a workbook, and put further parts beside it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[SHEET] = change(parts[SHEET])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*parts.items(), *further):
            archive.writestr(name, content)


def replacing(old: bytes, new: bytes) -> Change:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new)

    return change


def after_rows(element: str) -> Change:
    return replacing(b"</sheetData>", b"</sheetData>" + element.encode())


def fault_of(path: Path, mapping: TableMapping) -> Fault:
    with pytest.raises(DeliveryFaults) as caught:
        read_grid(path, mapping)
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:-40],
        lambda content: b"",
        lambda content: b"<x/>" + content,
        replacing(b'r="B2"', b'r="2"'),
        replacing(b'r="B2"', b'r="B2" t="s"'),
        replacing(b"309", b"many"),
        after_rows('<mergeCells><mergeCell ref="A1:B2" x="1"/></mergeCells>'),
        after_rows("<mergeCells><mergeCell/></mergeCells>"),
        after_rows('<hyperlinks><hyperlink ref="A1" r:id="rId9"/></hyperlinks>'),
        after_rows('<tableParts><tablePart r:id="rId9"/></tableParts>'),
        replacing(b"<sheetData>", b'<cols><col min="x"/></cols><sheetData>'),
        replacing(b"<sheetData>", b'<cols><col max="9"/></cols><sheetData>'),
    ],
)
def test_a_workbook_with_a_damaged_sheet_is_refused(path, mapping, change):
    namespace = b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    rewrite(
        path, lambda content: change(content.replace(b"<worksheet ", b"<worksheet " + namespace))
    )

    assert fault_of(path, mapping).code == "unreadable-workbook"


def test_an_archive_with_a_damaged_part_is_refused(path, mapping):
    content = bytearray(path.read_bytes())
    start = content.index(SHEET.encode()) + len(SHEET)
    content[start : start + 40] = b"\xff" * 40
    path.write_bytes(content)

    assert fault_of(path, mapping).code == "unreadable-workbook"


def test_a_doctype_is_refused_before_any_entity_is_unfolded(path, mapping):
    doctype = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">]>'
    rewrite(path, lambda content: doctype + content)

    assert fault_of(path, mapping).code == "doctype"


@pytest.mark.parametrize(
    "change",
    [
        after_rows(f'<mergeCells><mergeCell ref="{WHOLE_SHEET}"/></mergeCells>'),
        after_rows("<mergeCells>" + '<mergeCell ref="A1:J1000"/>' * 101 + "</mergeCells>"),
        after_rows(f'<hyperlinks><hyperlink ref="{WHOLE_SHEET}"/></hyperlinks>'),
        after_rows('<hyperlinks><hyperlink ref="A:B"/></hyperlinks>'),
        after_rows('<hyperlinks><hyperlink ref="1:100"/></hyperlinks>'),
    ],
)
def test_areas_that_would_fill_the_memory_are_refused_before_the_workbook_is_opened(
    path, mapping, change, monkeypatch
):
    rewrite(path, change)
    opened = []
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *of, **how: opened.append(of))

    fault = fault_of(path, mapping)

    assert (fault.code, opened) == ("too-many-cells", [])
    assert str(MOST_CELLS) in fault.indonesian
    assert str(MOST_CELLS) in fault.english


def test_a_comment_on_a_whole_sheet_is_refused_before_the_workbook_is_opened(path, mapping):
    comment = f'<comments><commentList><comment ref="{WHOLE_SHEET}"/></commentList></comments>'
    rewrite(path, lambda content: content, ("xl/elsewhere.bin", comment.encode()))

    assert fault_of(path, mapping).code == "too-many-cells"


def test_a_cell_at_the_end_of_the_sheet_is_refused_before_the_cells_are_walked(
    path, mapping, monkeypatch
):
    rewrite(path, replacing(b'r="B2"', b'r="XFD1048576"'))
    walked = []
    monkeypatch.setattr(
        "openpyxl.worksheet.worksheet.Worksheet.iter_rows", lambda *of, **how: walked.append(of)
    )

    fault = fault_of(path, mapping)

    assert (fault.code, fault.place.sheet, walked) == ("too-many-cells", "Sheet", [])


def test_hidden_columns_beyond_the_table_are_not_counted_out(path, mapping):
    hidden = '<cols><col min="2" max="999999999999" hidden="1"/></cols>'
    rewrite(path, replacing(b"<sheetData>", f"{hidden}<sheetData>".encode()))

    assert read_grid(path, mapping).hidden_columns == {2}


def test_merged_cells_pictures_and_rows_of_a_common_workbook_are_read(path, mapping):
    merged = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    rewrite(path, after_rows(merged), ("xl/media/image1.png", b"\x89PNG\r\n\x1a\n"))

    grid = read_grid(path, mapping)

    assert grid.cell(1, 2).text == "kode"
    assert grid.cell(2, 2).text == "309"
