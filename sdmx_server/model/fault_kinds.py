"""What can be wrong alike with a data message and with a table: its bytes, its CSV, its XML."""

from __future__ import annotations

from sdmx_server.model.delivery import FaultKind

NOT_UTF8 = FaultKind(
    "not-utf8",
    "Byte {value} (byte ke-{position} dalam berkas) bukan UTF-8; simpan berkas sebagai UTF-8.",
    "Byte {value} (byte {position} of the file) is not UTF-8; save the file as UTF-8.",
)
UTF16 = FaultKind(
    "utf16",
    'Berkas disandikan sebagai UTF-16 ("Unicode Text" di Excel); simpan sebagai UTF-8, di Excel '
    '"CSV UTF-8".',
    'The file is in UTF-16 (Excel\'s "Unicode Text"); save it as UTF-8, in Excel "CSV UTF-8".',
)
ROW_LENGTH = FaultKind(
    "row-length",
    "Baris memuat {value} sel, padahal kepala tabel memuat {expected} kolom.",
    "The row has {value} cells, but the header has {expected} columns.",
)
MALFORMED_CSV = FaultKind(
    "malformed-csv",
    "CSV tidak dapat dibaca mulai baris ini: {reason_id}.",
    "The CSV cannot be read from this row on: {reason_en}.",
)
DOCTYPE = FaultKind(
    "doctype", "XML tidak boleh memuat DOCTYPE.", "The XML must not hold a DOCTYPE."
)

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How a text in UTF-16 begins."""

_CSV_REASONS = {
    "unexpected end of data": (
        "sebuah tanda kutip dibuka dan tidak ditutup",
        "a quote is opened and not closed",
    ),
    "' expected after '": (
        "ada teks di belakang tanda kutip penutup",
        "there is text behind a closing quote",
    ),
    "field larger than field limit": ("sebuah sel terlalu panjang", "a cell is too long"),
}


def csv_reason(error: Exception) -> dict[str, str]:
    """Return what the decoder of CSV says, in both languages, as ``MALFORMED_CSV`` takes it."""
    reasons = (told for known, told in _CSV_REASONS.items() if known in str(error))
    indonesian, english = next(reasons, ("isinya bukan CSV", str(error)))
    return {"reason_id": indonesian, "reason_en": english}
