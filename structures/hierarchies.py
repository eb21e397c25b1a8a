"""Hierarchies that follow the parents of a codelist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sdmx_server.model.hierarchy import HierarchicalCode, Hierarchy, Level
from structures.content import Content, HierarchyFile, LevelEntry
from structures.rows import Origin, Row
from structures.schemes import item_urn


def build_hierarchies(content: Content) -> Iterator[tuple[Hierarchy, Origin]]:
    """Make every hierarchy, with the file that it stands in."""
    for file, document in content.hierarchies.items():
        rows = content.items_of("codelist", document.codelist)
        yield (
            Hierarchy(
                agency_id=content.settings.agency,
                id=document.id,
                version=document.version,
                names=document.name,
                descriptions=document.description,
                has_formal_levels=True,
                level=_levels(document.levels),
                hierarchical_codes=_codes(content, document, rows, depth=0),
            ),
            Origin(file, 1),
        )


def _levels(entries: Sequence[LevelEntry]) -> Level | None:
    if not entries:
        return None
    return Level(id=entries[0].id, names=entries[0].name, level=_levels(entries[1:]))


def _codes(
    content: Content, document: HierarchyFile, rows: Sequence[Row], depth: int, parent: str = ""
) -> tuple[HierarchicalCode, ...]:
    """Return the codes below a parent; their depth says which level they are of."""
    if depth == len(document.levels):
        return ()
    return tuple(
        HierarchicalCode(
            id=row["id"],
            code=item_urn(content, "codelist", document.codelist, row["id"]),
            hierarchical_codes=_codes(content, document, rows, depth + 1, row["id"]),
        )
        for row in rows
        if row["parent"] == parent
    )
