"""Reports hold every fault, in order, in Indonesian or English."""

from __future__ import annotations

import csv
import io

from sdmx_server.exchange.faults import MISSING_COLUMN, UNKNOWN_CODE, describe, report, report_csv
from sdmx_server.model.delivery import Fault, Place, complain


def fault(file: str, row: int | None, column: str = "SEX") -> Fault:
    return complain(
        UNKNOWN_CODE,
        Place(file, row, column),
        "X",
        ("M", "F"),
        component=column,
        hint_id="; yang boleh: M, F",
        hint_en="; allowed are M, F",
    )


def test_a_line_says_where_and_what_in_either_language() -> None:
    faults = [fault("b.csv", 7)]

    assert report(faults, "id") == (
        "Berkas b.csv, baris 7, kolom SEX: 'X' bukan kode SEX; yang boleh: M, F.\n"
    )
    assert report(faults, "en") == (
        "File b.csv, row 7, column SEX: 'X' is no code of SEX; allowed are M, F.\n"
    )


def test_faults_stand_by_file_and_row() -> None:
    faults = [fault("b.csv", 2), fault("a.csv", 10), fault("a.csv", 9), fault("a.csv", None)]

    lines = report(faults, "en").splitlines()

    assert [line.split(": ")[0] for line in lines] == [
        "File a.csv, column SEX",
        "File a.csv, row 9, column SEX",
        "File a.csv, row 10, column SEX",
        "File b.csv, row 2, column SEX",
    ]


def test_a_long_report_is_summed_up_and_not_cut() -> None:
    faults = [fault("a.csv", row) for row in range(2, 5002)]
    faults.append(complain(MISSING_COLUMN, Place("a.csv"), "AGE"))

    lines = report(faults, "id").splitlines()

    assert len([line for line in lines if line.startswith("Berkas")]) == 5001
    assert lines[-3:] == [
        "Ringkasan: 5001 kesalahan",
        "  missing-column: 1",
        "  unknown-code: 5000",
    ]


def test_no_fault_is_no_report() -> None:
    assert report([], "id") == ""


def test_the_report_as_csv_has_a_row_a_fault() -> None:
    rows = list(csv.DictReader(io.StringIO(report_csv([fault("a.csv", 2)], "id"))))

    assert rows == [
        {
            "code": "unknown-code",
            "file": "a.csv",
            "sheet": "",
            "row": "2",
            "column": "SEX",
            "cell": "",
            "value": "X",
            "message": "'X' bukan kode SEX; yang boleh: M, F.",
            "suggestions": "M;F",
        }
    ]


def test_a_cell_goes_before_its_row_and_column() -> None:
    place = Place("a.xlsx", 7, "Kecamatan", "Tabel 3.1", "D7")

    assert describe(place, "id") == "Lembar 'Tabel 3.1', sel D7"
    assert describe(place, "en") == "Sheet 'Tabel 3.1', cell D7"
