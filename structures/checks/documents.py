"""Checks of hierarchies, of maps, and of artefacts outside."""

from __future__ import annotations

from collections.abc import Iterator

from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.datastructure import DataStructure
from sdmx_server.model.urn import maintainable_urn
from structures.checks.datastructures import identified_document
from structures.checks.tables import duplicates, identified, unknown_agency
from structures.content import Content, HierarchyFile, StructureMapFile
from structures.datastructures import components_of
from structures.findings import Finding, finding
from structures.rows import Origin, line_of

EXTERNALS: dict[str, type[Maintainable]] = {
    kind.artefact_type: kind for kind in (Codelist, DataStructure)
}


def external_urns(content: Content) -> Iterator[str]:
    """Return the URNs of the artefacts outside."""
    for row in content.externals.rows:
        kind = EXTERNALS[row["type"]]
        yield maintainable_urn(
            kind.package, kind.urn_class, row["agency"], row["id"], row["version"]
        )


def check_hierarchies(content: Content) -> Iterator[Finding]:
    """Find hierarchies of no codelist, or with codes deeper than their levels."""
    for file, document in content.hierarchies.items():
        yield from identified_document(content, file, document.id, document.version, document.name)
        for level in document.levels:
            yield from identified_document(content, file, level.id, document.version, level.name)
        if content.scheme("codelist", document.codelist) is None:
            yield _unknown_codelist(content, file, document.codelist)
        yield from _too_deep(content, document)


def check_maps(content: Content) -> Iterator[Finding]:
    """Find maps of or to something that is not there."""
    for file, document in content.maps.items():
        yield from _sources(content, file, document)
        yield from _value_maps(content, file, document)
        yield from _pairs(content, file, document)


def check_externals(content: Content) -> Iterator[Finding]:
    """Find artefacts outside of unknown type or agency, or without an address."""
    rows = content.externals.rows
    yield from identified(rows, content.settings.languages, name_ids=True)
    yield from duplicates(rows, lambda row: f"{row['type']} {row['agency']}:{row['id']}")
    for row in rows:
        yield from unknown_agency(content, row)
        if row["type"] not in EXTERNALS:
            yield finding("unknown-type", row.origin, row["type"], allowed=EXTERNALS)
        if not row["structure_url"]:
            yield finding("no-address", row.origin, row["id"])


def _unknown_codelist(content: Content, file: str, codelist: str) -> Finding:
    return finding(
        "unknown-codelist",
        line_of(content.folder, file, f'"{codelist}"'),
        codelist,
        allowed=[row["id"] for row in content.schemes.rows if row["type"] == "codelist"],
    )


def _too_deep(content: Content, document: HierarchyFile) -> Iterator[Finding]:
    rows = content.items_of("codelist", document.codelist)
    level = [row for row in rows if not row["parent"]]
    for _ in document.levels:
        above = {row["id"] for row in level}
        level = [row for row in rows if row["parent"] in above]
    for row in level:
        yield finding("too-deep", row.origin, row["id"], other=document.id)


def _sources(content: Content, file: str, document: StructureMapFile) -> Iterator[Finding]:
    known = [each.id for each in content.structures.values()]
    for source in document.sources:
        yield from identified_document(content, file, source.id, document.version, source.name)
        if source.datastructure not in known:
            origin = line_of(content.folder, file, f'"{source.datastructure}"')
            yield finding("unknown-datastructure", origin, source.datastructure, allowed=known)


def _value_maps(content: Content, file: str, document: StructureMapFile) -> Iterator[Finding]:
    for entry in document.value_maps:
        yield from identified_document(content, file, entry.id, entry.version, entry.name)
        scheme = content.scheme("codelist", entry.codelist)
        if scheme is None:
            yield _unknown_codelist(content, file, entry.codelist)
            continue
        columns = content.items[scheme["file"]].columns
        if entry.column not in columns:
            yield finding(
                "unknown-column",
                line_of(content.folder, file, f'"{entry.column}"'),
                entry.column,
                other=scheme["file"],
                allowed=columns,
            )


def _pairs(content: Content, file: str, document: StructureMapFile) -> Iterator[Finding]:
    sources = {
        component: None
        for source in document.sources
        for component in components_of(content, source.datastructure)
    }
    maps = [entry.id for entry in document.value_maps]
    for pair in document.components:
        if pair.source not in sources:
            yield finding("unknown-component", _at(content, file, pair.source), pair.source)
        if pair.values is not None and pair.values not in maps:
            origin = _at(content, file, pair.values)
            yield finding("unknown-value-map", origin, pair.values, allowed=maps)


def _at(content: Content, file: str, word: str) -> Origin:
    return line_of(content.folder, file, f'"{word}"')
