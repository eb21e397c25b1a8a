"""What can be wrong with the content, in words for those who edit it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from structures.rows import Origin


class Severity(Enum):
    """Whether the content may be published with a finding."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the content.

    Attributes:
        code: what kind of fault; programs go by it.
        severity: whether it must be mended before publication.
        file: the file, relative to the folder of the content.
        line: the line, counted from 1.
        indonesian: what is wrong and what to change.
        english: the same in English.
    """

    code: str
    severity: Severity
    file: str
    line: int
    indonesian: str
    english: str


_SEVERITIES = dict.fromkeys(("extra-column", "unlisted-file", "unused-code"), Severity.WARNING)

_MESSAGES = {
    "missing-column": (
        "Kolom '{value}' tidak ada.",
        "The column '{value}' is missing.",
    ),
    "extra-column": (
        "Kolom '{value}' tidak dikenal{hint}. Nama kolom anotasi ditulis dengan huruf besar.",
        "The column '{value}' is unknown{hint}. Names of annotation columns are in capitals.",
    ),
    "illegal-id": (
        "'{value}' bukan id yang sah: hanya huruf, angka, _ , - , @ dan $; id skema, konsep, "
        "dan dataflow diawali huruf.",
        "'{value}' is no legal id: only letters, digits, _ , - , @ and $; ids of schemes, "
        "concepts and dataflows begin with a letter.",
    ),
    "illegal-version": (
        "'{value}' bukan versi; tulis tiga angka seperti 1.0.0, atau dua seperti 1.0.",
        "'{value}' is no version; write three numbers as in 1.0.0, or two as in 1.0.",
    ),
    "missing-translation": (
        "Kolom '{value}' kosong: setiap nama harus ada dalam semua bahasa, dan keterangan "
        "dalam semua bahasa atau tidak sama sekali.",
        "'{value}' is empty: every name is needed in all languages, and a description in all "
        "languages or in none.",
    ),
    "duplicate-id": (
        "'{value}' sudah ada di {other}.",
        "'{value}' is already in {other}.",
    ),
    "unknown-parent": (
        "Induk '{value}' tidak ada dalam berkas ini{hint}.",
        "The parent '{value}' is not in this file{hint}.",
    ),
    "cyclic-parent": (
        "Induk '{value}' pada akhirnya menunjuk kembali ke kode ini.",
        "The parent '{value}' leads back to this code.",
    ),
    "unknown-type": (
        "Jenis '{value}' tidak dikenal{hint}.",
        "The type '{value}' is unknown{hint}.",
    ),
    "unknown-agency": (
        "Badan '{value}' tidak ada dalam daftar badan pemelihara{hint}.",
        "The agency '{value}' is in no agency scheme{hint}.",
    ),
    "unknown-codelist": (
        "Daftar kode '{value}' tidak ada dalam schemes.csv{hint}.",
        "The codelist '{value}' is not in schemes.csv{hint}.",
    ),
    "unknown-concept": (
        "Konsep '{value}' tidak ada dalam skema konsep{hint}.",
        "The concept '{value}' is not in the concept scheme{hint}.",
    ),
    "unknown-data-type": (
        "Tipe data '{value}' tidak dikenal{hint}.",
        "The data type '{value}' is unknown{hint}.",
    ),
    "no-representation": (
        "Konsep '{value}' perlu tepat satu dari kolom codelist dan data_type.",
        "The concept '{value}' needs exactly one of the columns codelist and data_type.",
    ),
    "illegal-number": (
        "'{value}' bukan bilangan bulat positif.",
        "'{value}' is no positive whole number.",
    ),
    "illegal-usage": (
        "'{value}' bukan pilihan yang sah{hint}.",
        "'{value}' is not a possible choice{hint}.",
    ),
    "unknown-group": (
        "Atribut dilekatkan pada '{value}', yang bukan tingkat maupun grup{hint}.",
        "The attribute is attached to '{value}', neither a level nor a group{hint}.",
    ),
    "unknown-dimension": (
        "'{value}' bukan dimensi struktur data {other}{hint}.",
        "'{value}' is no dimension of the data structure {other}{hint}.",
    ),
    "uncoded-dimension": (
        "Dimensi '{value}' tidak berdaftar kode; hanya waktu yang boleh begitu.",
        "The dimension '{value}' has no codelist; only time may have none.",
    ),
    "component-twice": (
        "'{value}' dipakai dua kali dalam struktur data {other}.",
        "'{value}' is used twice in the data structure {other}.",
    ),
    "unknown-attribute": (
        "'{value}' bukan atribut dalam attributes.csv{hint}.",
        "'{value}' is no attribute of attributes.csv{hint}.",
    ),
    "unknown-datastructure": (
        "Struktur data '{value}' tidak ada{hint}.",
        "The data structure '{value}' does not exist{hint}.",
    ),
    "no-producer": (
        "Dataflow '{value}' tidak punya produsen.",
        "The dataflow '{value}' has no producer.",
    ),
    "unknown-producer": (
        "Produsen '{value}' tidak ada dalam daftar produsen{hint}.",
        "The producer '{value}' is not among the producers{hint}.",
    ),
    "no-category": (
        "Dataflow '{value}' tidak punya kategori.",
        "The dataflow '{value}' has no category.",
    ),
    "unknown-category": (
        "Kategori '{value}' tidak ada; tulis seperti SKEMA:INDUK.ANAK.",
        "The category '{value}' does not exist; write it as SCHEME:PARENT.CHILD.",
    ),
    "no-constraint": (
        "Dataflow '{value}' tidak punya baris di constraints.csv.",
        "The dataflow '{value}' has no line in constraints.csv.",
    ),
    "unknown-dataflow": (
        "Dataflow '{value}' tidak ada dalam dataflows.csv{hint}.",
        "The dataflow '{value}' is not in dataflows.csv{hint}.",
    ),
    "unknown-code": (
        "'{value}' tidak memilih satu kode pun dari {other}{hint}.",
        "'{value}' picks no code of {other}{hint}.",
    ),
    "no-values": (
        "Baris ini tidak menyebut nilai yang diizinkan.",
        "This line names no allowed values.",
    ),
    "unused-code": (
        "Kode '{value}' tidak diizinkan oleh dataflow mana pun; tambahkan di constraints.csv.",
        "The code '{value}' is allowed by no dataflow; add it in constraints.csv.",
    ),
    "too-deep": (
        "Kode '{value}' berada lebih dalam daripada tingkat hierarki {other}.",
        "The code '{value}' lies deeper than the levels of the hierarchy {other}.",
    ),
    "unknown-scheme": (
        "Skema '{value}' tidak ada dalam schemes.csv{hint}.",
        "The scheme '{value}' is not in schemes.csv{hint}.",
    ),
    "unknown-file": (
        "Berkas '{value}' bukan salah satu berkas isi{hint}.",
        "The file '{value}' is none of the files of items{hint}.",
    ),
    "unlisted-file": (
        "Berkas ini tidak disebut dalam schemes.csv, jadi isinya tidak dipakai.",
        "This file is named in no line of schemes.csv, so nothing is made of it.",
    ),
    "unknown-column": (
        "Kolom '{value}' tidak ada dalam {other}{hint}.",
        "There is no column '{value}' in {other}{hint}.",
    ),
    "unknown-rule": (
        "Aturan penamaan '{value}' tidak dikenal{hint}.",
        "The naming rule '{value}' is unknown{hint}.",
    ),
    "unknown-component": (
        "'{value}' bukan komponen dari struktur data yang dipetakan{hint}.",
        "'{value}' is a component of none of the mapped data structures{hint}.",
    ),
    "unknown-value-map": (
        "Peta nilai '{value}' tidak ada dalam berkas ini{hint}.",
        "The value map '{value}' is not in this file{hint}.",
    ),
    "no-address": (
        "Artefak luar '{value}' tidak punya structure_url.",
        "The outside artefact '{value}' has no structure_url.",
    ),
    "dangling-reference": (
        "{other} merujuk ke {value}, yang tidak ada.",
        "{other} refers to {value}, which does not exist.",
    ),
    "name-title": (
        "Nama '{value}': kata '{other}' harus diawali huruf besar.",
        "The name '{value}': the word '{other}' should begin with a capital.",
    ),
    "name-unique": (
        "Nama '{value}' sudah dipakai di {other}.",
        "The name '{value}' is already used in {other}.",
    ),
    "name-short": (
        "Nama '{value}': tulis lengkap singkatan '{other}'.",
        "The name '{value}': write the abbreviation '{other}' in full.",
    ),
    "name-measure": (
        "Nama '{value}' tidak boleh diawali ukuran '{other}'.",
        "The name '{value}' may not begin with the measure '{other}'.",
    ),
    "name-period": (
        "Nama '{value}' tidak boleh memuat periode '{other}'.",
        "The name '{value}' may not hold the period '{other}'.",
    ),
    "name-region": (
        "Nama '{value}' tidak boleh memuat wilayah '{other}'.",
        "The name '{value}' may not hold the region '{other}'.",
    ),
}

CODES = tuple(_MESSAGES)
"""Every kind of finding, but for a file that cannot be read."""


def finding(
    code: str,
    origin: Origin,
    value: str,
    *,
    other: str | Origin = "",
    allowed: Iterable[str] = (),
) -> Finding:
    """Return a finding of a kind; ``allowed`` are the values to suggest the nearest of."""
    indonesian, english = _MESSAGES[code]
    where = f"{other.file}:{other.line}" if isinstance(other, Origin) else other
    near = _nearest(value, list(allowed))
    return Finding(
        code,
        _SEVERITIES.get(code, Severity.ERROR),
        origin.file,
        origin.line,
        indonesian.format(value=value, other=where, hint=f"; mungkin {near}" if near else ""),
        english.format(value=value, other=where, hint=f"; perhaps {near}" if near else ""),
    )


def _nearest(value: str, allowed: list[str]) -> str:
    few = 6
    if len(allowed) <= few:
        return ", ".join(allowed)
    return ", ".join(get_close_matches(value, allowed, n=3, cutoff=0.5))
