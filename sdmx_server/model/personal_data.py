"""Personal data that must never reach the server: what gives it away.

Only aggregates are accepted. A value that is refused for this reason is not repeated in the
report, which may be stored and sent on.

Source: UU 27/2022 on personal data protection; UU 16/1997 on statistics, article 21.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_COLUMNS = frozenset(
    (
        "nik",
        "noktp",
        "nomorktp",
        "nokk",
        "nomorkk",
        "nokartukeluarga",
        "nama",
        "namalengkap",
        "namaanak",
        "namaibu",
        "namaayah",
        "namapasien",
        "namasiswa",
        "namapemilik",
        "namakepalakeluarga",
        "alamat",
        "alamatrumah",
        "alamatlengkap",
        "tgllahir",
        "tanggallahir",
        "tempatlahir",
        "tempattanggallahir",
        "nohp",
        "notelp",
        "notelepon",
        "nomortelepon",
        "telepon",
        "email",
        "nobpjs",
        "npwp",
        "nisn",
        "koordinatrumah",
    )
)
_NOT_LETTER = re.compile(r"[^a-z]")
_WHOLE = re.compile(r"\s*\d{16}\s*")
_WITHIN_TEXT = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?:0[1-9]|1[0-2])\d{6}(?!\d)"
)


def is_personal_column(header: str) -> bool:
    """Whether a column by this name holds people: ``NIK``, ``no_kk``, ``Nama Lengkap`` ..."""
    return _NOT_LETTER.sub("", header.casefold()) in _COLUMNS


def is_identity_number(text: str) -> bool:
    """Whether a text is, or holds, a number of 16 digits as people and families have."""
    return _WHOLE.fullmatch(text) is not None or _WITHIN_TEXT.search(text) is not None


def naming(column: str) -> Mapping[str, str]:
    """Return what the sentence of a fault says holds the data."""
    return {"what_id": f"Kolom {column}", "what_en": f"Column {column}"}
