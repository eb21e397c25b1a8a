"""Checks of the tables as such: columns, schemes, settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from structures.content import Content
from structures.findings import Finding, finding
from structures.rows import Origin, Row, Table, line_of
from structures.schemes import SCHEMES

_TABLES = {
    "schemes.csv": ("type agency id version file name_*", "description_*"),
    "attributes.csv": ("concept attached_to usage", ""),
    "dataflows.csv": ("id version name_* datastructure producers categories", "description_*"),
    "constraints.csv": ("dataflow component values", ""),
    "external.csv": ("type agency id version name_* structure_url", ""),
}

_ORGANISATION = "contact_name_* contact_role_* email telephone uri"
_ITEMS = {
    "codelist": "parent",
    "categoryscheme": "parent",
    "conceptscheme": "parent codelist data_type max_length",
    "agencyscheme": _ORGANISATION,
    "dataproviderscheme": _ORGANISATION,
    "dataconsumerscheme": _ORGANISATION,
}

_ID = re.compile(r"[A-Za-z0-9_@$\-]+")
_NAME_ID = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)(\.(0|[1-9]\d*)(-[A-Za-z0-9][A-Za-z0-9.\-]*)?)?")


def check_columns(content: Content) -> Iterator[Finding]:
    """Find columns that are missing or unknown."""
    languages = content.settings.languages
    for table in _own_tables(content):
        needed, optional = _TABLES[table.file]
        yield from _columns(table, _expand(needed, languages), _expand(optional, languages))
    for file, table in content.items.items():
        kinds = {row["type"] for row in content.schemes.rows if row["file"] == file}
        optional = " ".join(["description_*", *(_ITEMS.get(kind, "") for kind in kinds)])
        yield from _columns(table, _expand("id name_*", languages), _expand(optional, languages))


def check_schemes(content: Content) -> Iterator[Finding]:
    """Find schemes of an unknown type or agency, with illegal or repeated ids or versions."""
    rows = content.schemes.rows
    yield from identified(rows, content.settings.languages, name_ids=True)
    yield from duplicates(rows, lambda row: f"{row['type']} {row['id']}")
    for row in rows:
        if row["type"] not in SCHEMES:
            yield finding("unknown-type", row.origin, row["type"], allowed=SCHEMES)
        yield from unknown_agency(content, row)


def check_settings(content: Content) -> Iterator[Finding]:
    """Find settings that name a scheme, file or column that is not there."""
    settings = content.settings
    for kind, id_ in (
        ("conceptscheme", settings.concepts),
        ("dataproviderscheme", settings.providers),
        *(("codelist", id_) for id_ in settings.fully_used),
        *(("codelist", coded.codelist) for coded in settings.coded_columns),
        ("codelist", settings.naming_words.regions.codelist),
    ):
        if content.scheme(kind, id_) is None:
            origin = line_of(content.folder, "settings.toml", f'"{id_}"')
            ids = [row["id"] for row in content.schemes.rows if row["type"] == kind]
            yield finding("unknown-scheme", origin, id_, allowed=ids)
    for naming in settings.naming:
        yield from _column_named(content, naming.file, naming.column)
    for coded in settings.coded_columns:
        yield from _column_named(content, coded.file, coded.column)


def check_files(content: Content) -> Iterator[Finding]:
    """Find tables in folders of items that no scheme names."""
    for folder in dict.fromkeys(file.rpartition("/")[0] for file in content.items):
        for path in sorted((content.folder / folder).glob("*.csv")):
            file = path.relative_to(content.folder).as_posix()
            if file not in content.items and "/" in file:
                yield finding("unlisted-file", Origin(file, 1), file)


def identified(
    rows: Iterable[Row], languages: tuple[str, ...], *, name_ids: bool, versioned: bool = True
) -> Iterator[Finding]:
    """Find illegal ids and versions and missing translations."""
    for row in rows:
        if not is_id(row["id"], name_id=name_ids):
            yield finding("illegal-id", row.origin, row["id"])
        if versioned and not _VERSION.fullmatch(row["version"]):
            yield finding("illegal-version", row.origin, row["version"])
        yield from _untranslated(row, languages)


def is_id(text: str, *, name_id: bool) -> bool:
    """Say whether a text is a legal id, of what must begin with a letter or of any item."""
    return bool((_NAME_ID if name_id else _ID).fullmatch(text))


def is_version(text: str) -> bool:
    """Say whether a text is a legal version."""
    return bool(_VERSION.fullmatch(text))


def duplicates(rows: Iterable[Row], key: Callable[[Row], str]) -> Iterator[Finding]:
    """Find rows whose key another row above has."""
    seen: dict[str, Row] = {}
    for row in rows:
        first = seen.setdefault(key(row), row)
        if first is not row:
            yield finding("duplicate-id", row.origin, key(row), other=first.origin)


def unknown_agency(content: Content, row: Row) -> Iterator[Finding]:
    """Find an agency that no agency scheme has."""
    agencies = [
        agency["id"]
        for scheme in content.schemes.rows
        if scheme["type"] == "agencyscheme"
        for agency in content.items_of("agencyscheme", scheme["id"])
    ]
    if row["agency"] not in agencies:
        yield finding("unknown-agency", row.origin, row["agency"], allowed=agencies)


def _own_tables(content: Content) -> tuple[Table, ...]:
    return (
        content.schemes,
        content.attributes,
        content.dataflows,
        content.constraints,
        content.externals,
    )


def _expand(columns: str, languages: tuple[str, ...]) -> list[str]:
    return [
        column.replace("*", language)
        for column in columns.split()
        for language in (languages if "*" in column else ("",))
    ]


def _columns(table: Table, needed: list[str], optional: list[str]) -> Iterator[Finding]:
    head = Origin(table.file, 1)
    for column in needed:
        if column not in table.columns:
            yield finding("missing-column", head, column)
    for column in table.columns:
        if column not in needed and column not in optional and not column.isupper():
            yield finding("extra-column", head, column, allowed=[*needed, *optional])


def _untranslated(row: Row, languages: tuple[str, ...]) -> Iterator[Finding]:
    for column, needed in (("name", True), ("description", False)):
        texts = row.texts(column, languages)
        if texts or needed:
            for language in languages:
                if language not in texts:
                    yield finding("missing-translation", row.origin, f"{column}_{language}")


def _column_named(content: Content, file: str, column: str) -> Iterator[Finding]:
    table = content.items.get(file)
    if table is None:
        origin = line_of(content.folder, "settings.toml", f'"{file}"')
        yield finding("unknown-file", origin, file, allowed=content.items)
    elif column not in table.columns:
        origin = line_of(content.folder, "settings.toml", f'"{column}"')
        yield finding("unknown-column", origin, column, other=file, allowed=table.columns)
