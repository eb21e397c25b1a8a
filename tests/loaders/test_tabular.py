"""Tables as offices keep them are loaded through a mapping, or refused at the right cell.

The figures are those that come with the server: stunted children by district, June 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from loaders.mapping import TableMapping, read_mapping
from loaders.numbers import is_shown_otherwise, read_number
from loaders.tabular import load
from sdmx_server.exchange.faults import report
from sdmx_server.model.artefact import Annotation
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault

AREAS = (
    ("3673040", "Serang", "KECAMATAN", "36.73.01", ""),
    ("3673060", "Kasemen", "KECAMATAN", "36.73.02", ""),
    ("3673030", "Cipocok Jaya", "KECAMATAN", "36.73.05", "Cipocokjaya"),
    ("3673030005", "Cipocok Jaya", "KELURAHAN", "36.73.05.1001", ""),
    ("3673", "Kota Serang", "KABKOTA", "36.73", ""),
)


def area(id_: str, name: str, level: str, code: str, spelling: str) -> Code:
    held = {"NAMA": name, "LEVEL": level, "KODE_KEMENDAGRI": code, "EJAAN_LAIN": spelling}
    annotations = tuple(Annotation(id=i, value=text) for i, text in held.items() if text)
    return Code(id=id_, names={"id": name, "en": name}, annotations=annotations)


CODELISTS = {
    "CL_AREA": Codelist(
        agency_id="TST", id="CL_AREA", names={"en": "Areas"}, codes=tuple(area(*a) for a in AREAS)
    )
}
MAPPING = """
dataflow = "TST:DF_STUNTING(1.0.0)"
provider = "TST.DINKES"
sheet = "Tabel 3.1"
ignored = ["No"]

[rows]
header = [3, 4]
first = 6
notes = ["Sumber", "Keterangan"]

[values]
columns = ["2024 / Juni"]
locale = "id"

[components]
FREQ = { value = "M" }
OBS_STATUS = { value = "A" }

[components.REF_AREA]
column = "Kecamatan"
codelist = "CL_AREA"
by = ["id", "NAMA", "EJAAN_LAIN", "KODE_KEMENDAGRI"]
where = { LEVEL = "KECAMATAN" }
prefixes = ["Kec.", "Kecamatan"]
codes = { Jumlah = "3673" }
what = { id = "nama kecamatan", en = "name of a district" }

[components.TIME_PERIOD]
level = 2
codes = { Juni = "2024-06" }
"""


def write(folder: Path, change: Callable[[Worksheet], None] = lambda sheet: None) -> Path:
    """Write the workbook of an office: title, merged header, numbered columns, total, notes."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Tabel 3.1"
    for row in (
        ["Jumlah balita stunting menurut kecamatan"],
        [],
        ["No", "Kecamatan", "2024"],
        ["", "", "Juni"],
        ["(1)", "(2)", "(3)"],
        [1, "Kec. Serang", 309],
        [2, "KASEMEN", 132],
        [3, "Cipocokjaya", 36],
        ["", "Jumlah", 732],
        [],
        ["Sumber: Dinas Kesehatan"],
        ["Keterangan: keadaan Juni"],
    ):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    change(sheet)
    path = folder / "stunting.xlsx"
    workbook.save(path)
    return path


def mapping_of(folder: Path, text: str = MAPPING) -> TableMapping:
    path = folder / "stunting.toml"
    path.write_text(text, "utf-8")
    return read_mapping(path)


def load_workbook(
    folder: Path,
    change: Callable[[Worksheet], None] = lambda sheet: None,
    mapping: str = MAPPING,
) -> Delivery:
    (delivery,) = load(write(folder, change), mapping_of(folder, mapping), CODELISTS)
    return delivery


def faults_of(
    folder: Path, change: Callable[[Worksheet], None], mapping: str = MAPPING
) -> tuple[Fault, ...]:
    with pytest.raises(DeliveryFaults) as caught:
        load_workbook(folder, change, mapping)
    return caught.value.faults


def put(cell: str, value: object) -> Callable[[Worksheet], None]:
    """Return a change that writes one cell."""

    def change(sheet: Worksheet) -> None:
        sheet[cell] = value

    return change


def test_a_workbook_of_an_office_is_loaded(tmp_path: Path) -> None:
    delivery = load_workbook(tmp_path)

    assert dict(delivery.columns) == {
        "FREQ": ["M"] * 4,
        "OBS_STATUS": ["A"] * 4,
        "REF_AREA": ["3673040", "3673060", "3673030", "3673"],
        "TIME_PERIOD": ["2024-06"] * 4,
        "OBS_VALUE": ["309", "132", "36", "732"],
    }
    assert (delivery.sheet, list(delivery.rows)) == ("Tabel 3.1", [6, 7, 8, 9])
    assert dict(delivery.cells) == {"REF_AREA": "B", "OBS_VALUE": "C"}
    assert (delivery.provider, delivery.action) == ("TST.DINKES", "Merge")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kecamatan  Cipocok Jaya", "3673030"),
        ("CIPOCOKJAYA", "3673030"),
        ("36.73.05", "3673030"),
        ("3673030", "3673030"),
    ],
)
def test_an_area_is_known_by_name_spelling_or_either_code(
    tmp_path: Path, text: str, code: str
) -> None:
    assert load_workbook(tmp_path, put("B8", text)).columns["REF_AREA"][2] == code


@pytest.mark.parametrize("text", ["Kec. Cipocok Jya", "CIPOCOKJAIA"])
def test_a_code_of_several_spellings_is_suggested_once(tmp_path: Path, text: str) -> None:
    (fault,) = faults_of(tmp_path, put("B8", text))

    assert fault.suggestions == ("3673030",)
    assert fault.indonesian.count("(3673030)") == 1
    assert fault.english.count("(3673030)") == 1


def test_a_misspelt_name_is_told_with_sheet_cell_and_the_nearest_one(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, put("B8", "Cipocok Jya"))

    assert [(f.code, f.value, f.suggestions) for f in faults] == [
        ("unknown-name", "Cipocok Jya", ("3673030",))
    ]
    assert report(faults, "id") == (
        "Lembar 'Tabel 3.1', sel B8: 'Cipocok Jya' bukan nama kecamatan; mungkin "
        "'Cipocok Jaya' (3673030).\n"
    )
    assert report(faults, "en") == (
        "Sheet 'Tabel 3.1', cell B8: 'Cipocok Jya' is not the name of a district; perhaps "
        "'Cipocok Jaya' (3673030).\n"
    )


@pytest.mark.parametrize("empty", [None, "  "])
def test_an_empty_value_beside_numbers_is_one_fault(tmp_path: Path, empty: str | None) -> None:
    faults = faults_of(tmp_path, put("C7", empty))

    assert [(f.code, f.place.cell) for f in faults] == [("empty-value", "C7")]


def test_a_name_of_two_codes_is_not_decided(tmp_path: Path) -> None:
    mapping = MAPPING.replace('where = { LEVEL = "KECAMATAN" }\n', "")

    (fault,) = faults_of(tmp_path, put("B8", "Cipocok Jaya"), mapping)

    assert (fault.code, fault.place.cell) == ("ambiguous-name", "B8")
    assert fault.suggestions == ("3673030", "3673030005")


def hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[7].hidden = True


def hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["C"].hidden = True


def merge_values(sheet: Worksheet) -> None:
    sheet.merge_cells("C6:C7")


def shown_as_percent(sheet: Worksheet) -> None:
    sheet["C6"].number_format = "0.0%"


def second_table(sheet: Worksheet) -> None:
    sheet["A14"] = "Tabel 3.2"


@pytest.mark.parametrize(
    ("change", "code", "cell", "value"),
    [
        (put("B8", None), "empty-cell", "B8", None),
        (put("C7", "132"), "mixed-column", "C7", "132"),
        (put("C7", None), "empty-value", "C7", ""),
        (put("C7", "n/a"), "malformed-number", "C7", "n/a"),
        (put("C7", "=C6-177"), "formula", "C7", ""),
        (put("C4", "Mei"), "missing-column", None, "2024 / Juni"),
        (put("D4", "Juli"), "unmapped-column", "D4", "Juli"),
        (put("D4", "NIK"), "personal-data", "D4", None),
        (put("A13", "3673041508900001"), "personal-data", "A13", None),
        (hide_row, "hidden-cells", None, None),
        (hide_column, "hidden-cells", "C4", None),
        (merge_values, "merged-value", "C6", "309"),
        (shown_as_percent, "number-format", "C6", "309"),
        (second_table, "rows-after-table", None, "Tabel 3.2"),
    ],
)
def test_each_trap_of_a_workbook_is_told_at_its_cell(
    tmp_path: Path,
    change: Callable[[Worksheet], None],
    code: str,
    cell: str | None,
    value: str | None,
) -> None:
    faults = faults_of(tmp_path, change)

    assert (faults[0].place.file, faults[0].place.sheet) == ("stunting.xlsx", "Tabel 3.1")
    assert (code, cell, value) in [(f.code, f.place.cell, f.value) for f in faults]
    assert all(fault.indonesian != fault.english for fault in faults)


def test_every_fault_of_a_table_is_told_at_once(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B6"], sheet["C7"], sheet["B8"] = "Serangg", "x", "Cipocok"

    faults = faults_of(tmp_path, change)

    assert [f.place.cell for f in faults] == ["B6", "C7", "C7", "B8"]


def test_hidden_rows_may_be_skipped_on_purpose(tmp_path: Path) -> None:
    mapping = MAPPING.replace("first = 6", 'first = 6\nhidden = "skip"')

    assert list(load_workbook(tmp_path, hide_row, mapping).rows) == [6, 8, 9]


def test_totals_may_be_skipped_on_purpose(tmp_path: Path) -> None:
    mapping = MAPPING.replace("first = 6", 'first = 6\nskip = { Kecamatan = ["Jumlah"] }')

    assert list(load_workbook(tmp_path, mapping=mapping).rows) == [6, 7, 8]


def test_symbols_and_marks_mean_what_the_mapping_says(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        'locale = "id"',
        'locale = "id"\ncomment = "COMMENT_OBS"\nmarks = { "*" = "P" }\n'
        'symbols = { "..." = { status = "L" }, "-" = { value = "0" }, "" = { skip = true } }',
    )

    def change(sheet: Worksheet) -> None:
        sheet["C6"], sheet["C7"], sheet["C8"], sheet["C9"] = "...", "-", None, "1.234,5*"

    delivery = load_workbook(tmp_path, change, mapping)

    assert list(delivery.rows) == [6, 7, 9]
    assert list(delivery.columns["OBS_VALUE"]) == [None, "0", "1234.5"]
    assert list(delivery.columns["OBS_STATUS"]) == ["L", "A", "P"]
    assert list(delivery.columns["COMMENT_OBS"]) == ["...", "-", None]


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("1.234", "1234", "1.234"),
        ("1,234", "1.234", "1234"),
        ("1.234.567,89", "1234567.89", None),
        ("1,234,567.89", None, "1234567.89"),
        ("-5", "-5", "-5"),
        ("−5", "-5", "-5"),
        ("007", "007", "007"),
        (" 12 ", "12", "12"),
        ("12,50", "12.50", None),
        ("1.23", None, "1.23"),
        ("1 234", None, None),
        ("Rp 5", None, None),
        ("5%", None, None),
        ("", None, None),
    ],
)
def test_a_number_is_read_by_the_declared_locale_alone(
    text: str, indonesian: str | None, english: str | None
) -> None:
    assert read_number(text, "id") == indonesian
    assert read_number(text, "en") == english


@pytest.mark.parametrize(
    ("number_format", "otherwise"),
    [
        ("General", False),
        ("0.00", False),
        ("#,##0", False),
        ("#,##0.0;[Red]-#,##0.0", False),
        ('0 "jiwa"', False),
        ("0%", True),
        ("#,##0,", True),
        ("0.00E+00", True),
    ],
)
def test_formats_that_show_another_number_are_known(number_format: str, otherwise: bool) -> None:
    assert is_shown_otherwise(number_format) is otherwise


TIDY = """kode;bulan;jumlah
36.73.01;2024-06;309
36.73.02;2024-06;132
"""
TIDY_MAPPING = """
dataflow = "TST:DF_STUNTING(1.0.0)"
provider = "TST.DINKES"
separator = ";"

[values]
columns = ["jumlah"]
locale = "id"

[components]
TIME_PERIOD = { column = "bulan" }
REF_AREA = { column = "kode", codelist = "CL_AREA", by = ["KODE_KEMENDAGRI"] }
"""


def load_text(folder: Path, content: str | bytes, mapping: str = TIDY_MAPPING) -> Delivery:
    path = folder / "stunting.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (delivery,) = load(path, mapping_of(folder, mapping), CODELISTS)
    return delivery


def test_a_tidy_text_table_is_loaded(tmp_path: Path) -> None:
    delivery = load_text(tmp_path, TIDY)

    assert dict(delivery.columns) == {
        "TIME_PERIOD": ["2024-06", "2024-06"],
        "REF_AREA": ["3673040", "3673060"],
        "OBS_VALUE": ["309", "132"],
    }
    assert (delivery.sheet, dict(delivery.cells), list(delivery.rows)) == (None, {}, [2, 3])


@pytest.mark.parametrize(
    ("content", "code", "row", "column"),
    [
        (TIDY.encode().replace(b"132", b"13\xff"), "not-utf8", 3, None),
        (TIDY.encode("utf-16"), "utf16", 1, None),
        (TIDY.replace("132", '"132'), "malformed-csv", 3, None),
        (TIDY.replace("132", "132.5"), "malformed-number", 3, "jumlah"),
        (TIDY.replace("36.73.02", "36.73.99"), "unknown-name", 3, "kode"),
        (TIDY.replace("bulan", "jumlah"), "missing-column", 1, None),
        (TIDY.splitlines()[0] + "\n", "no-data", 2, None),
    ],
)
def test_each_mistake_in_a_text_table_is_told_with_its_line(
    tmp_path: Path, content: str | bytes, code: str, row: int, column: str | None
) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        load_text(tmp_path, content)

    assert (code, row, column) in [
        (f.code, f.place.row, f.place.column) for f in caught.value.faults
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[values]", "[value]", "malformed-mapping"),
        ('locale = "id"', 'locale = "de"', "malformed-mapping"),
        ('locale = "id"', "", "malformed-mapping"),
        ('{ column = "bulan" }', '{ column = "bulan", level = 1 }', "ambiguous-source"),
        ('{ column = "bulan" }', "{}", "ambiguous-source"),
        ('"CL_AREA"', '"CL_WILAYAH"', "unknown-codelist"),
    ],
)
def test_a_mapping_that_is_not_clear_is_refused(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    assert old in TIDY_MAPPING

    with pytest.raises(DeliveryFaults) as caught:
        load_text(tmp_path, TIDY, TIDY_MAPPING.replace(old, new, 1))

    assert caught.value.faults[0].code == code


def test_a_sheet_that_is_not_there_gets_the_nearest_one(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, put("A1", "x"), MAPPING.replace("Tabel 3.1", "Tabel 31"))

    assert (fault.code, fault.suggestions) == ("unknown-sheet", ("Tabel 3.1",))


@pytest.mark.parametrize(
    ("name", "code"), [("a.xls", "old-workbook"), ("a.xlsx", "unreadable-workbook")]
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(DeliveryFaults) as caught:
        load(path, mapping_of(tmp_path), CODELISTS)

    assert caught.value.faults[0].code == code


def test_a_workbook_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.archive.LARGEST", 1000)

    assert [f.code for f in faults_of(tmp_path, put("A1", "x"))] == ["too-large"]


def test_numbers_of_a_workbook_keep_all_their_digits(tmp_path: Path) -> None:
    delivery = load_workbook(tmp_path, put("C6", 9355.763))

    assert delivery.columns["OBS_VALUE"][0] == "9355.763"


def test_the_result_of_a_formula_is_taken_where_the_mapping_says_so(tmp_path: Path) -> None:
    mapping = msgspec.structs.replace(
        mapping_of(tmp_path),
        values=msgspec.structs.replace(mapping_of(tmp_path).values, formulas="result"),
    )

    with pytest.raises(DeliveryFaults) as caught:  # openpyxl saves no results
        load(write(tmp_path, put("C7", "=C6")), mapping, CODELISTS)

    assert caught.value.faults[0].code == "formula"
