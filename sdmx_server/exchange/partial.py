"""Artefacts shown in part: stubs, single items, and item schemes cut to what is used.

Source: SDMX-REST 2.2, doc/structures.md ("detail", "Item scheme queries").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import structs

from sdmx_server.dataset import Component
from sdmx_server.metadata import MetadataAttributeDefinition
from sdmx_server.model.artefact import ItemScheme, Maintainable
from sdmx_server.model.catalogue import items, references, with_items
from sdmx_server.model.hierarchy import HierarchicalCodelist, Hierarchy
from sdmx_server.model.organisation import AgencyScheme
from sdmx_server.model.urn import parse_urn

_IDENTITY = ("id", "agency_id", "version", "names", "uri", "is_external_reference")
_ADDRESSES = ("service_url", "structure_url", "is_partial_language")
_COMPLETE = ("descriptions", "annotations", "is_final", "valid_from", "valid_to")
Coded = Component | MetadataAttributeDefinition

_BRANCHES = ("categories", "reporting_categories")


def stub(artefact: Maintainable, *, complete: bool) -> Maintainable:
    """Return the artefact without content; a complete stub keeps what describes it.

    What the schema demands even of a stub stays: the dataflow of an agreement, for example.
    """
    described = _COMPLETE if complete else ()
    kept = dict.fromkeys((*_IDENTITY, *_ADDRESSES, *described, *type(artefact).stub_fields))
    shown = type(artefact)(**{field: getattr(artefact, field) for field in kept})
    if not isinstance(artefact, Hierarchy):
        return shown
    holder = _empty_list(artefact, complete=complete)
    return structs.replace(shown, hierarchical_codelist=holder)


def _empty_list(hierarchy: Hierarchy, *, complete: bool) -> HierarchicalCodelist:
    """Return what SDMX 2.1 shows of a stub: the list that holds the hierarchy, without it."""
    holder = hierarchy.hierarchical_codelist or HierarchicalCodelist(
        id=hierarchy.id,
        uri=hierarchy.uri,
        annotations=hierarchy.annotations,
        names=hierarchy.names,
        descriptions=hierarchy.descriptions,
    )
    bare = structs.replace(holder, hierarchy_id=None, included_codelists=())
    return bare if complete else structs.replace(bare, annotations=(), descriptions={})


def cut_to_items(scheme: ItemScheme, wanted: Iterable[str]) -> ItemScheme | None:
    """Return the scheme with these items alone; None if it has none of them.

    The ids of nested items are dotted; the items above them come along, without others
    below these.
    """
    paths = [path.split(".") if _is_tree(scheme) else [path] for path in wanted]
    kept = _branches(items(scheme), paths)
    return structs.replace(with_items(scheme, kept), is_partial=True) if kept else None


def _is_tree(scheme: ItemScheme) -> bool:
    return any(hasattr(item, branch) for item in items(scheme)[:1] for branch in _BRANCHES)


def _branches(level: Iterable[Any], paths: Sequence[Sequence[str]]) -> list[Any]:
    kept = []
    for item in level:
        below = [path[1:] for path in paths if path and path[0] == item.id]
        if not below:
            continue
        branch = next((name for name in _BRANCHES if hasattr(item, name)), None)
        deeper = [path for path in below if path]
        children = _branches(getattr(item, branch), deeper) if branch else []
        if children or len(deeper) < len(below):
            kept.append(structs.replace(item, **{branch: tuple(children)}) if branch else item)
    return kept


def cut_to_used(
    matched: Sequence[Maintainable],
    others: Sequence[Maintainable],
    coded: Iterable[Coded],
) -> list[Maintainable]:
    """Return the other artefacts, item schemes cut to the items that are in use.

    Args:
        matched: the artefacts that were asked for; they are never cut.
        others: those that come along.
        coded: the components of the data structures, or metadata attributes, among all of
            them, with what constraints allow.
    """
    used = _used_items([*matched, *others])
    allowed = _allowed_codes(coded)
    agencies = {artefact.agency_id for artefact in (*matched, *others)}
    return [_cut(artefact, used, allowed, agencies) for artefact in others]


def _cut(
    artefact: Maintainable,
    used: Mapping[str, set[str]],
    allowed: Mapping[str, frozenset[str] | None],
    agencies: set[str],
) -> Maintainable:
    if isinstance(artefact, ItemScheme) and artefact.urn in allowed:
        codes = allowed[artefact.urn]
        return artefact if codes is None else cut_with_parents(artefact, codes)
    if isinstance(artefact, AgencyScheme):
        prefix = "" if artefact.agency_id == "SDMX" else f"{artefact.agency_id}."
        kept = {a.removeprefix(prefix).split(".")[0] for a in agencies if a.startswith(prefix)}
        return cut_with_parents(artefact, kept)
    if isinstance(artefact, ItemScheme) and _key(artefact.urn) in used:
        wanted = used[_key(artefact.urn)]
        if _is_tree(artefact):
            return cut_to_items(artefact, wanted) or artefact
        return cut_with_parents(artefact, wanted)
    return artefact


def cut_with_parents(scheme: ItemScheme, wanted: Iterable[str]) -> ItemScheme:
    """Return the scheme with these items and those above them; whole if that is all."""
    by_id = {item.id: item for item in items(scheme)}
    kept: set[str] = set()
    for id_ in wanted:
        current: str | None = id_
        while current is not None and current in by_id and current not in kept:
            kept.add(current)
            current = getattr(by_id[current], "parent", None)
    if len(kept) == len(by_id):
        return scheme
    chosen = (item for id_, item in by_id.items() if id_ in kept)
    return structs.replace(with_items(scheme, chosen), is_partial=True)


def _used_items(artefacts: Iterable[Maintainable]) -> dict[str, set[str]]:
    """Return the items referred to, by package and short URN of their scheme."""
    used: dict[str, set[str]] = defaultdict(set)
    for artefact in artefacts:
        for urn in references(artefact):
            item = parse_urn(urn).item
            if item is not None and not isinstance(artefact, ItemScheme):
                used[_key(urn)].add(item)
    return used


def _key(urn: str) -> str:
    parts = parse_urn(urn)
    kind = parts.urn_class.removesuffix("Scheme").removesuffix("list")
    return f"{parts.package}.{kind}={parts.short}"


def _allowed_codes(coded: Iterable[Coded]) -> dict[str, frozenset[str] | None]:
    """Return the codes in use by URN of the codelist; None where all of them are."""
    found: dict[str, frozenset[str] | None] = {}
    for each in coded:
        urn, codes = each.codelist_urn, each.allowed
        if urn is not None:
            before = found.get(urn, frozenset())
            found[urn] = None if codes is None or before is None else before | codes
    return found
