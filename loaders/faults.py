"""What can be wrong with a table so that it cannot be mapped."""

from __future__ import annotations

from sdmx_server.model.delivery import FaultKind

MALFORMED_MAPPING = FaultKind(
    "malformed-mapping",
    "Berkas pemetaan tidak dapat dibaca: {reason}.",
    "The mapping file cannot be read: {reason}.",
)
NOT_UTF8 = FaultKind(
    "not-utf8",
    "Byte {value} bukan UTF-8; simpan berkas sebagai UTF-8.",
    "Byte {value} is not UTF-8; save the file as UTF-8.",
)
ROW_LENGTH = FaultKind(
    "row-length",
    "Baris memuat {value} sel, padahal kepala tabel memuat {expected} kolom.",
    "The row has {value} cells, but the header has {expected} columns.",
)
MISSING_COLUMN = FaultKind(
    "missing-column",
    "Kolom {value!r} yang disebut pemetaan tidak ada; yang ada: {allowed}.",
    "Column {value!r} that the mapping names is missing; there are {allowed}.",
)
UNMAPPED_COLUMN = FaultKind(
    "unmapped-column",
    "Kolom {value!r} tidak disebut dalam pemetaan; petakan atau abaikan dengan sengaja.",
    "Column {value!r} is not in the mapping; map it or ignore it on purpose.",
)
UNKNOWN_DATAFLOW = FaultKind(
    "unknown-dataflow",
    "Dataflow {value!r} tidak ada dalam pemetaan; yang ada: {allowed}.",
    "Dataflow {value!r} is not in the mapping; there are {allowed}.",
)
NOT_IGNORED = FaultKind(
    "unexpected-text",
    "{value!r} tidak diharapkan di kolom {column}; hanya {allowed!r} yang boleh diabaikan.",
    "{value!r} is not expected in column {column}; only {allowed!r} may be ignored.",
)
NO_TRANSLATION = FaultKind(
    "no-translation",
    "{value!r} tidak ada dalam pemetaan {component}; yang ada: {allowed}.",
    "{value!r} is not in the mapping of {component}; there are {allowed}.",
)
MALFORMED_BREAKDOWN = FaultKind(
    "malformed-breakdown",
    "{value!r} bukan rincian {expected}; tulis misalnya COICOP=01;BASE_PER=2018.",
    "{value!r} is no breakdown by {expected}; write e.g. COICOP=01;BASE_PER=2018.",
)
