"""Checks of the references between the artefacts once they are built."""

from __future__ import annotations

from collections.abc import Iterator

from sdmx_server.model.artefact import ItemScheme, Maintainable
from sdmx_server.model.catalogue import items, references
from sdmx_server.model.category import Category
from sdmx_server.model.urn import parse_urn
from structures.build import build_with_origins
from structures.checks.documents import external_urns
from structures.content import Content
from structures.findings import Finding, finding
from structures.rows import Origin


def check_references(content: Content) -> Iterator[Finding]:
    """Find URNs that lead nowhere, and URNs that two artefacts have."""
    built = list(build_with_origins(content))
    known: dict[str, Origin] = {}
    for artefact, origin in built:
        first = known.setdefault(artefact.urn, origin)
        if first != origin:
            yield finding("duplicate-id", origin, artefact.urn, other=first)
        known.update(dict.fromkeys(_item_urns(artefact), origin))
    outside = set(external_urns(content))
    for artefact, origin in built:
        for urn in references(artefact):
            if urn not in known and urn not in outside:
                yield finding("dangling-reference", origin, urn, other=_short(artefact.urn))


def _item_urns(artefact: Maintainable) -> Iterator[str]:
    if isinstance(artefact, ItemScheme):
        for item in items(artefact):
            yield artefact.item_urn(item.id)
            if isinstance(item, Category):
                yield from (artefact.item_urn(path) for path in _paths(item))


def _paths(category: Category) -> Iterator[str]:
    for below in category.categories:
        yield f"{category.id}.{below.id}"
        yield from (f"{category.id}.{path}" for path in _paths(below))


def _short(urn: str) -> str:
    return parse_urn(urn).short
