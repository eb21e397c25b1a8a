"""Checks of data structures and of the attributes that they share."""

from __future__ import annotations

from collections.abc import Iterator

from sdmx_server.model.artefact import Texts
from structures.checks.tables import duplicates, is_id, is_version
from structures.content import Content, DataStructureFile
from structures.datastructures import RELATIONSHIPS, components_of
from structures.findings import Finding, finding
from structures.rows import Origin, line_of

_USAGES = ("mandatory", "optional")


def check_attributes(content: Content) -> Iterator[Finding]:
    """Find shared attributes of no concept, attached to nothing, or of unknown usage."""
    rows = content.attributes.rows
    yield from duplicates(rows, lambda row: row["concept"])
    groups = [set(document.groups) for document in content.structures.values()]
    shared = set.intersection(*groups) if groups else set()
    for row in rows:
        if row["concept"] not in content.concepts:
            yield finding("unknown-concept", row.origin, row["concept"], allowed=content.concepts)
        if row["attached_to"] not in RELATIONSHIPS and row["attached_to"] not in shared:
            yield finding(
                "unknown-group",
                row.origin,
                row["attached_to"],
                allowed=[*RELATIONSHIPS, *sorted(shared)],
            )
        if row["usage"] not in _USAGES:
            yield finding("illegal-usage", row.origin, row["usage"], allowed=_USAGES)


def check_datastructures(content: Content) -> Iterator[Finding]:
    """Find data structures with illegal ids, unknown concepts, or groups of no dimensions."""
    seen: dict[str, str] = {}
    for file, document in content.structures.items():
        yield from identified_document(content, file, document.id, document.version, document.name)
        first = seen.setdefault(document.id, file)
        if first != file:
            origin = line_of(content.folder, file, document.id)
            yield finding("duplicate-id", origin, document.id, other=Origin(first, 1))
        yield from _components(content, file, document)
        yield from _groups(content, file, document)


def identified_document(
    content: Content, file: str, id_: str, version: str, name: Texts
) -> Iterator[Finding]:
    """Find an illegal id or version and missing translations in a document."""
    origin = line_of(content.folder, file, f'"{id_}"')
    if not is_id(id_, name_id=True):
        yield finding("illegal-id", origin, id_)
    if not is_version(version):
        yield finding("illegal-version", line_of(content.folder, file, f'"{version}"'), version)
    for language in content.settings.languages:
        if not name.get(language):
            yield finding("missing-translation", origin, f"name.{language}")


def _components(content: Content, file: str, document: DataStructureFile) -> Iterator[Finding]:
    used: set[str] = set()
    for id_ in components_of(content, document.id):
        origin = line_of(content.folder, file, f'"{id_}"')
        if id_ not in content.concepts:
            yield finding("unknown-concept", origin, id_, allowed=content.concepts)
        elif id_ in document.dimensions and not content.concepts[id_]["codelist"]:
            yield finding("uncoded-dimension", origin, id_)
        if id_ in used:
            yield finding("component-twice", origin, id_, other=document.id)
        used.add(id_)
    attributes = [row["concept"] for row in content.attributes.rows]
    for id_ in document.without_attributes:
        if id_ not in attributes:
            origin = line_of(content.folder, file, f'"{id_}"')
            yield finding("unknown-attribute", origin, id_, allowed=attributes)


def _groups(content: Content, file: str, document: DataStructureFile) -> Iterator[Finding]:
    for group, dimensions in document.groups.items():
        if not is_id(group, name_id=True):
            yield finding("illegal-id", line_of(content.folder, file, group), group)
        for id_ in dimensions:
            if id_ not in document.dimensions:
                origin = line_of(content.folder, file, f'"{id_}"')
                yield finding(
                    "unknown-dimension",
                    origin,
                    id_,
                    other=document.id,
                    allowed=document.dimensions,
                )
