"""What can be wrong with a table so that it cannot be mapped."""

from __future__ import annotations

from sdmx_server.model.delivery import FaultKind

MALFORMED_MAPPING = FaultKind(
    "malformed-mapping",
    "Berkas pemetaan tidak dapat dibaca: {reason}.",
    "The mapping file cannot be read: {reason}.",
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
AMBIGUOUS_SOURCE = FaultKind(
    "ambiguous-source",
    "Komponen {value} harus punya tepat satu dari value, column atau level.",
    "Component {value} needs exactly one of value, column or level.",
)
OLD_WORKBOOK = FaultKind(
    "old-workbook",
    "Berkas {value} tidak dapat dibaca; simpan sebagai .xlsx atau CSV.",
    "Files of type {value} cannot be read; save it as .xlsx or CSV.",
)
UNREADABLE_WORKBOOK = FaultKind(
    "unreadable-workbook",
    "Berkas bukan buku kerja Excel, rusak, atau berkata sandi.",
    "The file is no Excel workbook, is damaged, or has a password.",
)
TOO_LARGE = FaultKind(
    "too-large",
    "Buku kerja berukuran {value} byte setelah dibuka; paling besar {limit}.",
    "The workbook has {value} bytes when unpacked; at most {limit} are read.",
)
TOO_MANY_CELLS = FaultKind(
    "too-many-cells",
    "Buku kerja mencakup {value} sel; paling banyak {limit}. Hapus baris dan kolom kosong di luar "
    "tabel, dan pisahkan sel gabungan yang terlalu besar.",
    "The workbook spans {value} cells; at most {limit} are read. Delete empty rows and columns "
    "beyond the table, and split merged cells that are too large.",
)
UNKNOWN_SHEET = FaultKind(
    "unknown-sheet",
    "Lembar {value!r} tidak ada; yang ada: {allowed}.",
    "Sheet {value!r} is missing; there are {allowed}.",
)
DUPLICATE_COLUMN = FaultKind(
    "duplicate-column",
    "Ada lebih dari satu kolom {value!r}; tulis kepala lengkapnya: {allowed}.",
    "More than one column is {value!r}; write its whole header: {allowed}.",
)
NO_ROWS = FaultKind("no-data", "Tabel tidak memuat baris data.", "The table has no rows of data.")
HIDDEN = FaultKind(
    "hidden-cells",
    "Baris atau kolom ini tersembunyi; tampilkan, hapus, atau atur rows.hidden.",
    "This row or column is hidden; show it, delete it, or set rows.hidden.",
)
AFTER_TABLE = FaultKind(
    "rows-after-table",
    "{value!r} di bawah tabel bukan catatan yang disebut pemetaan; tabel kedua perlu pemetaan "
    "sendiri.",
    "{value!r} below the table is no note that the mapping names; a second table needs its own "
    "mapping.",
)
FORMULA = FaultKind(
    "formula",
    "Sel ini rumus; tempel sebagai nilai, atau atur values.formulas.",
    "This cell is a formula; paste it as a value, or set values.formulas.",
)
MERGED_VALUE = FaultKind(
    "merged-value",
    "Sel nilai ini digabung dengan sel lain; pisahkan.",
    "This value cell is merged with others; split them.",
)
SHOWN_OTHERWISE = FaultKind(
    "number-format",
    "Sel memuat {value} tetapi ditampilkan dengan format {format!r}; ubah ke format biasa.",
    "The cell holds {value} but is shown in the format {format!r}; use a plain format.",
)
MIXED_COLUMN = FaultKind(
    "mixed-column",
    "Kolom {column} memuat angka dan teks bercampur; {value!r} adalah teks. Jadikan semuanya "
    "angka atau semuanya teks.",
    "Column {column} mixes numbers and text; {value!r} is text. Make all of them numbers or all "
    "of them text.",
)
MALFORMED_NUMBER = FaultKind(
    "malformed-number",
    "{value!r} bukan angka dalam penulisan yang dinyatakan, misalnya {example}, dan bukan simbol "
    "dalam pemetaan.",
    "{value!r} is no number as declared, e.g. {example}, and no symbol of the mapping.",
)
EMPTY_VALUE = FaultKind(
    "empty-value",
    "Sel nilai kosong; isi, atau nyatakan arti sel kosong dalam pemetaan.",
    "The value cell is empty; fill it, or say in the mapping what an empty cell means.",
)
EMPTY_CELL = FaultKind("empty-cell", "Sel {component} kosong.", "The cell of {component} is empty.")
UNKNOWN_NAME = FaultKind(
    "unknown-name",
    "{value!r} bukan {what_id}{hint_id}.",
    "{value!r} is not the {what_en}{hint_en}.",
)
AMBIGUOUS_NAME = FaultKind(
    "ambiguous-name",
    "{value!r} dapat berarti beberapa kode: {allowed}; tulis kodenya.",
    "{value!r} may mean several codes: {allowed}; write the code.",
)
UNKNOWN_CODELIST = FaultKind(
    "unknown-codelist",
    "Daftar kode {value!r} tidak ada; yang ada: {allowed}.",
    "Codelist {value!r} is missing; there are {allowed}.",
)
PERSONAL_DATA = FaultKind(
    "personal-data",
    "Tabel memuat data pribadi; hapus sebelum mengirim. Hanya data agregat yang diterima.",
    "The table holds personal data; remove it before sending. Only aggregates are accepted.",
)
