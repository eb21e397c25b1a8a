"""What can be wrong with a delivery that was read, and reports of faults for people.

A report is written in Indonesian (``id``) or English (``en``), one fault a line, sorted by
file and row; every fault is in it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sdmx_server.model.delivery import Fault, FaultKind, Place

UNKNOWN_COLUMN = FaultKind(
    "unknown-column",
    "Kolom {value!r} tidak ada dalam struktur{hint_id}.",
    "Column {value!r} is not in the structure{hint_en}.",
)
MISSING_COLUMN = FaultKind(
    "missing-column",
    "Kolom dimensi {value} tidak ada.",
    "The column of dimension {value} is missing.",
)
EMPTY_DIMENSION = FaultKind(
    "empty-dimension",
    "Dimensi {dimension} kosong; setiap dimensi harus diisi.",
    "Dimension {dimension} is empty; every dimension needs a value.",
)
UNMATCHED_ATTRIBUTES = FaultKind(
    "unmatched-attributes",
    "Baris ini memberi atribut pengamatan untuk sebagian kunci, tetapi tidak ada data dalam "
    "kiriman yang cocok.",
    "This row gives observation attributes for a part of the key, but no data in the delivery "
    "match it.",
)
CLASHING_ATTRIBUTES = FaultKind(
    "clashing-attributes",
    "Atribut di baris ini berbeda dengan nilai pada data yang cocok dengan kuncinya.",
    "The attributes in this row differ from the values of the data that match its key.",
)
UNKNOWN_CODE = FaultKind(
    "unknown-code",
    "{value!r} bukan kode {component}{hint_id}.",
    "{value!r} is no code of {component}{hint_en}.",
)
CODE_NOT_ALLOWED = FaultKind(
    "code-not-allowed",
    "Kode {value!r} ada dalam daftar, tetapi tidak boleh untuk {component} di sini{hint_id}.",
    "Code {value!r} is in the list, but not allowed for {component} here{hint_en}.",
)
UNKNOWN_PROVIDER = FaultKind(
    "unknown-provider",
    "{value!r} tidak punya perjanjian untuk menyediakan data dataflow ini{hint_id}.",
    "{value!r} has no agreement to provide data of this dataflow{hint_en}.",
)
MALFORMED_PERIOD = FaultKind(
    "malformed-period",
    "{value!r} bukan periode; tulis misalnya 2024, 2024-S1, 2024-Q1, 2024-05 atau 2024-05-31.",
    "{value!r} is no period; write e.g. 2024, 2024-S1, 2024-Q1, 2024-05 or 2024-05-31.",
)
PERIOD_FREQUENCY = FaultKind(
    "period-frequency",
    "Periode {value!r} tidak cocok dengan FREQ={frequency}; tulis misalnya {example}.",
    "Period {value!r} does not fit FREQ={frequency}; write e.g. {example}.",
)
MALFORMED_NUMBER = FaultKind(
    "malformed-number",
    "{value!r} bukan angka ({data_type}); tulis titik desimal dan tanpa pemisah ribuan, "
    "misalnya 1234.5.",
    "{value!r} is no number ({data_type}); write a decimal point and no thousands mark, "
    "e.g. 1234.5.",
)
MALFORMED_VALUE = FaultKind(
    "malformed-value",
    "{value!r} bukan {data_type}.",
    "{value!r} is no {data_type}.",
)
FACET = FaultKind(
    "facet",
    "{value!r} melanggar {facet}={limit} dari {component}.",
    "{value!r} breaks {facet}={limit} of {component}.",
)
MALFORMED_JSON = FaultKind(
    "malformed-json",
    "{value!r} bukan JSON {component}: {expected_id}.",
    "{value!r} is not the JSON of {component}: {expected_en}.",
)
ILLEGAL_CHARACTER = FaultKind(
    "illegal-character",
    "Teks memuat karakter kendali {character} yang tidak boleh ada dalam XML.",
    "The text holds control character {character}, which XML does not allow.",
)
MALFORMED_ANNOTATIONS = FaultKind(
    "malformed-annotations",
    "Anotasi tidak dapat dibaca: {reason}.",
    "The annotations cannot be read: {reason}.",
)
UNATTACHED_ANNOTATIONS = FaultKind(
    "unattached-annotations",
    "Anotasi di baris ini bukan tentang pengamatan, deret, kelompok ({groups}) atau set data; "
    "lengkapi dimensinya.",
    "The annotations in this row are of no observation, series, group ({groups}) or data set; "
    "complete its dimensions.",
)
MISSING_ATTRIBUTE = FaultKind(
    "missing-attribute",
    "Atribut wajib {attribute} kosong{scope_id}.",
    "Mandatory attribute {attribute} is empty{scope_en}.",
)
MANDATORY_DELETED = FaultKind(
    "mandatory-deleted",
    "{component} wajib diisi dan tidak dapat dihapus selama yang dijelaskannya tetap ada; "
    "{hint_id}kosongkan semua sel selain dimensi untuk menghapus seluruh pengamatan.",
    "{component} is mandatory and cannot be deleted while what it belongs to stays; {hint_en}"
    "leave every cell but the dimensions empty to delete whole observations.",
)
MISSING_MEASURE = FaultKind(
    "missing-measure",
    "{measure} kosong; isi nilainya, atau beri OBS_STATUS yang berarti tidak ada nilai: "
    "{statuses}.",
    "{measure} is empty; give a value, or an OBS_STATUS that says there is none: {statuses}.",
)
MEASURE_DESPITE_STATUS = FaultKind(
    "measure-despite-status",
    "{measure} berisi nilai padahal OBS_STATUS={status} berarti nilai tidak ada; kosongkan "
    "nilainya atau ganti statusnya.",
    "{measure} has a value although OBS_STATUS={status} says there is none; empty the value "
    "or change the status.",
)
CONFLICTING_ATTRIBUTE = FaultKind(
    "conflicting-attribute",
    "{attribute} bernilai {value!r} di sini dan {other!r} di baris {other_row}; nilainya harus "
    "satu untuk {scope_id}.",
    "{attribute} is {value!r} here and {other!r} in row {other_row}; it must have one value "
    "for {scope_en}.",
)
DUPLICATE_KEY = FaultKind(
    "duplicate-key",
    "Kunci {value} sudah ada di baris {other_row}.",
    "Key {value} already stands in row {other_row}.",
)
PERSONAL_DATA = FaultKind(
    "personal-data",
    "{what_id} memuat data pribadi; hapus sebelum mengirim. Hanya data agregat yang diterima.",
    "{what_en} holds personal data; remove it before sending. Only aggregates are accepted.",
)
FURTHER = FaultKind(
    "further-faults",
    "{count} baris lagi sampai baris {last} memuat kesalahan {code} di kolom {column}.",
    "{count} more rows up to row {last} have faults of the kind {code} in column {column}.",
)

_WORDS = {
    "id": ("Berkas", "lembar", "sel", "baris", "kolom", "kesalahan", "Ringkasan"),
    "en": ("File", "sheet", "cell", "row", "column", "faults", "Summary"),
}
_SUMMARISED_FROM = 10  # faults; a shorter report is seen at one glance


def describe(place: Place, language: str) -> str:
    """Say where a place is, e.g. ``Lembar 'Tabel 3.1', sel D7``."""
    file, sheet, cell, row, column, *_ = _WORDS[language]
    if place.sheet is not None:
        parts = [f"{sheet.capitalize()} {place.sheet!r}"]
    else:
        parts = [f"{file} {place.file}"]
    if place.cell is not None:
        parts.append(f"{cell} {place.cell}")
    elif place.row is not None:
        parts.append(f"{row} {place.row}")
    if place.column is not None and place.cell is None:
        parts.append(f"{column} {place.column}")
    return ", ".join(parts)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults by file, sheet and row; those of a whole file first."""
    return sorted(faults, key=lambda f: (f.place.file, f.place.sheet or "", f.place.row or 0))


def report(faults: Sequence[Fault], language: str) -> str:
    """Return one line a fault, and a count per kind below a long list."""
    lines = [f"{describe(f.place, language)}: {_sentence(f, language)}" for f in in_order(faults)]
    if len(lines) >= _SUMMARISED_FROM:
        lines += ["", *_summary(faults, language)]
    return "\n".join(lines) + "\n" if lines else ""


def report_csv(faults: Sequence[Fault], language: str) -> str:
    """Return the report as CSV: code, file, sheet, row, column, cell, value, message."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ("code", "file", "sheet", "row", "column", "cell", "value", "message", "suggestions")
    )
    for fault in in_order(faults):
        place = fault.place
        writer.writerow(
            (
                fault.code,
                place.file,
                place.sheet,
                place.row,
                place.column,
                place.cell,
                fault.value,
                _sentence(fault, language),
                ";".join(fault.suggestions),
            )
        )
    return text.getvalue()


def _sentence(fault: Fault, language: str) -> str:
    return fault.indonesian if language == "id" else fault.english


def _summary(faults: Sequence[Fault], language: str) -> Iterator[str]:
    *_, word, title = _WORDS[language]
    yield f"{title}: {len(faults)} {word}"
    for code, count in sorted(Counter(f.code for f in faults).items()):
        yield f"  {code}: {count}"
