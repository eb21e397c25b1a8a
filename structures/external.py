"""Stubs of artefacts that others maintain and the content refers to."""

from __future__ import annotations

from collections.abc import Iterator

from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.datastructure import DataStructure
from structures.content import Content
from structures.rows import Row

EXTERNALS: dict[str, type[Maintainable]] = {
    kind.artefact_type: kind for kind in (Codelist, DataStructure)
}


def build_externals(content: Content) -> Iterator[tuple[Maintainable, Row]]:
    """Make a stub of every artefact outside, with the row that names it."""
    for row in content.externals.rows:
        kind = EXTERNALS.get(row["type"])
        if kind is not None:
            yield (
                kind(
                    agency_id=row["agency"],
                    id=row["id"],
                    version=row["version"],
                    names=row.texts("name", content.settings.languages),
                    is_external_reference=True,
                    structure_url=row["structure_url"] or None,
                ),
                row,
            )
