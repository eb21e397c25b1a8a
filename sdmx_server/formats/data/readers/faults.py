"""What can be wrong with a data message so that it cannot be read, and the list of it.

Source: SDMX-CSV 2.1 field guide; SDMX-ML 2.1 and 3.1 schemas; SDMX-JSON 2.1 data message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from sdmx_server.model.delivery import (
    Delivery,
    DeliveryFaults,
    Fault,
    FaultKind,
    Place,
    complain,
)

MOST = 1_000
"""How many faults are listed before reading stops, which is then said as one more fault."""

EMPTY_FILE = FaultKind("empty-file", "Berkas kosong.", "The file is empty.")
UNKNOWN_FORMAT = FaultKind(
    "unknown-format",
    "Isi berkas bukan pesan data SDMX; yang dibaca SDMX-CSV 1.0 dan 2.x, SDMX-ML 2.1 dan 3.x, "
    "dan SDMX-JSON 2.x. Tabel lain atau buku kerja memerlukan pemetaan: --mapping "
    "(loaders/README.md).",
    "The content is no SDMX data message; SDMX-CSV 1.0 and 2.x, SDMX-ML 2.1 and 3.x, and "
    "SDMX-JSON 2.x are read. Another table or a workbook needs a mapping: --mapping "
    "(loaders/README.md).",
)
WRONG_FORMAT = FaultKind(
    "wrong-format",
    "Isi berkas adalah {value}, padahal disebut {declared}.",
    "The content is {value}, but was declared as {declared}.",
)
NO_DATA = FaultKind("no-data", "Pesan tidak memuat data.", "The message holds no data.")
FIRST_COLUMN = FaultKind(
    "unknown-first-column",
    "Kolom pertama {value!r} tidak dikenal; SDMX-CSV mulai dengan DATAFLOW, STRUCTURE atau "
    "STRUCTURE[;]. Tabel lain memerlukan pemetaan: --mapping (loaders/README.md).",
    "The first column {value!r} is unknown; SDMX-CSV begins with DATAFLOW, STRUCTURE or "
    "STRUCTURE[;]. Another table needs a mapping: --mapping (loaders/README.md).",
)
DUPLICATE_COLUMN = FaultKind(
    "duplicate-column",
    "Kolom {value!r} muncul lebih dari sekali.",
    "Column {value!r} stands more than once.",
)
UNNAMED_COLUMN = FaultKind(
    "unnamed-column",
    "Kolom ke-{number} tidak bernama.",
    "Column number {number} has no name.",
)
MISSING_COLUMN = FaultKind(
    "missing-column", "Kolom {value} tidak ada.", "Column {value} is missing."
)
UNKNOWN_STRUCTURE_TYPE = FaultKind(
    "unknown-structure-type",
    "Jenis struktur {value!r} tidak dikenal; pilih dataflow, datastructure atau dataprovision.",
    "Structure type {value!r} is unknown; it is dataflow, datastructure or dataprovision.",
)
MALFORMED_STRUCTURE = FaultKind(
    "malformed-structure",
    "{value!r} bukan acuan struktur; tulis AGENCY:ID(VERSI), misalnya TST:EXR(1.0.0).",
    "{value!r} refers to no structure; write AGENCY:ID(VERSION), e.g. TST:EXR(1.0.0).",
)
UNKNOWN_ACTION = FaultKind(
    "unknown-action",
    "Tindakan {value!r} tidak dikenal; pilih {allowed}.",
    "Action {value!r} is unknown; it is one of {allowed}.",
)
MALFORMED_LANGUAGES = FaultKind(
    "malformed-languages",
    "{value!r} bukan teks per bahasa; tulis misalnya id:Teks{separator}en:Text.",
    "{value!r} is no text by language; write e.g. id:Teks{separator}en:Text.",
)
MALFORMED_XML = FaultKind(
    "malformed-xml",
    "XML tidak dapat dibaca: {reason}.",
    "The XML cannot be read: {reason}.",
)
NOT_DATA = FaultKind(
    "not-a-data-message",
    "Elemen akar {value!r} bukan pesan data; yang diterima: {allowed}.",
    "Root element {value!r} is no data message; accepted are {allowed}.",
)
UNKNOWN_REFERENCE = FaultKind(
    "unknown-structure-reference",
    "structureRef {value!r} tidak ada di kepala pesan; yang ada: {allowed}.",
    "structureRef {value!r} is not in the header; there are {allowed}.",
)
UNEXPECTED_ELEMENT = FaultKind(
    "unexpected-element",
    "Elemen {value!r} tidak dikenal di sini.",
    "Element {value!r} is not known here.",
)
MALFORMED_ANNOTATIONS = FaultKind(
    "malformed-annotations",
    "Anotasi tidak dapat dibaca: {reason}",
    "The annotations cannot be read: {reason}",
)
MALFORMED_JSON = FaultKind(
    "malformed-json",
    "JSON tidak dapat dibaca: {reason}.",
    "The JSON cannot be read: {reason}.",
)
OLD_JSON = FaultKind(
    "old-json",
    "Pesan ini SDMX-JSON 1.0, yang tidak dibaca; yang dibaca SDMX-JSON 2.0 dan 2.1.",
    "This message is SDMX-JSON 1.0, which is not read; SDMX-JSON 2.0 and 2.1 are.",
)
DUPLICATE_MEMBER = FaultKind(
    "duplicate-member",
    "Anggota {value!r} muncul dua kali dalam satu objek JSON.",
    "Member {value!r} stands twice in one JSON object.",
)
JSON_SHAPE = FaultKind(
    "json-shape",
    "{where}: {value!r} tidak sesuai SDMX-JSON 2; {expected}.",
    "{where}: {value!r} does not follow SDMX-JSON 2; {expected}.",
)
TOO_MANY = FaultKind(
    "too-many-faults",
    "Pembacaan berhenti setelah {count} kesalahan; perbaiki dulu lalu kirim ulang.",
    "Reading stopped after {count} faults; mend these and send the file again.",
)


class FaultList:
    """The faults found so far in one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def add(
        self,
        kind: FaultKind,
        row: int | None = None,
        value: str | None = None,
        column: str | None = None,
        **details: object,
    ) -> None:
        """Note a fault.

        Raises:
            DeliveryFaults: if there are too many to go on.
        """
        self.faults.append(complain(kind, Place(self.file, row, column), value, (), **details))
        if len(self.faults) >= MOST:
            self.faults.append(complain(TOO_MANY, Place(self.file), count=MOST))
            raise DeliveryFaults(self.faults)

    def stop(
        self,
        kind: FaultKind,
        row: int | None = None,
        value: str | None = None,
        column: str | None = None,
        **details: object,
    ) -> NoReturn:
        """Note a fault after which nothing more can be read.

        Raises:
            DeliveryFaults: always, with what was found so far.
        """
        self.add(kind, row, value, column, **details)
        raise DeliveryFaults(self.faults)

    def raise_if_any(self, readable: Sequence[Delivery] = ()) -> None:
        """Go on only with a sound file; ``readable`` is what can be checked further.

        Raises:
            DeliveryFaults: if a fault was noted.
        """
        if self.faults:
            raise DeliveryFaults(self.faults, readable)
