"""Hierarchical codelists of SDMX-ML 2.1, each hierarchy of which is an artefact of 3.1.

Source: SDMX 2.1 SDMXStructureHierarchicalCodelist.xsd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from msgspec import structs

from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import (
    local_reference,
    read_local,
    read_reference,
    reference,
    write_local,
    write_reference,
)
from sdmx_server.formats.structure.ml21_shapes import (
    IDENTIFIABLE,
    LEVEL_FORMAT,
    MAINTAINABLE,
    NAMEABLE,
)
from sdmx_server.formats.structure.parts import (
    Element,
    Node,
    Part,
    Place,
    Shape,
    add,
    attribute,
    fault,
    flag,
    many,
    one,
    read_value,
    text,
    write_value,
)
from sdmx_server.model.artefact import Maintainable, Nameable
from sdmx_server.model.hierarchy import (
    HierarchicalCode,
    HierarchicalCodelist,
    Hierarchy,
    IncludedCodelist,
    Level,
)
from sdmx_server.model.urn import parse_urn

_SHARED = (
    "agency_id",
    "version",
    "valid_from",
    "valid_to",
    "is_final",
    "is_external_reference",
    "service_url",
    "structure_url",
)


class Tree(Nameable):
    """A hierarchy as an element of 2.1: without agency and version."""

    has_formal_levels: bool = False
    level: Level | None = None
    hierarchical_codes: tuple[HierarchicalCode, ...] = ()


class TreeList(Maintainable):
    """A hierarchical codelist as an element of 2.1."""

    artefact_type: ClassVar[str] = "hierarchicalcodelist"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "HierarchicalCodelist"
    container: ClassVar[str] = "hierarchicalCodelists"

    included_codelists: tuple[IncludedCodelist, ...] = ()
    trees: tuple[Tree, ...] = ()


_ALIAS = f"{STR}CodelistAliasRef"
_CODE = reference(f"{STR}Code", "code", "Code")


def _write_code(urn: str, place: Place) -> None:
    """Write a code by the alias of its codelist, where there is one, or by a reference."""
    if place.element.find(_ALIAS) is None:
        write_reference(urn, add(place.element, f"{STR}Code"), place.scope)
    else:
        write_local(parse_urn(urn).item or "", place.element, f"{STR}CodeID")


HIERARCHICAL_CODE = Shape(
    HierarchicalCode,
    (
        *IDENTIFIABLE,
        attribute("version", "version"),
        attribute("validFrom", "valid_from"),
        attribute("validTo", "valid_to"),
        text(_ALIAS, "codelist_alias"),
        replace(_CODE, write=_write_code),
        many(f"{STR}HierarchicalCode", "hierarchical_codes"),
        local_reference(f"{STR}Level", "level"),
    ),
    "HierarchicalCode",
    nests=True,
)


def _read_level(node: Node) -> Any:
    return next((read_value(child, LEVEL) for child in node.take(f"{STR}Level")), None)


def _write_level(level: Level | None, place: Place) -> None:
    if level is not None:
        write_value(level, add(place.element, f"{STR}Level"), LEVEL, place.scope)


_LEVEL = Part("level", _read_level, _write_level)
LEVEL = Shape(
    Level,
    (*NAMEABLE, one(f"{STR}CodingFormat", "coding_format", LEVEL_FORMAT), _LEVEL),
    "Level",
    nests=True,
)
TREE = Shape(
    Tree,
    (
        *NAMEABLE,
        flag("leveled", "has_formal_levels"),
        many(f"{STR}HierarchicalCode", "hierarchical_codes", HIERARCHICAL_CODE),
        _LEVEL,
    ),
    "Hierarchy",
    nests=True,
)


def _read_included(node: Node) -> tuple[IncludedCodelist, ...]:
    return tuple(
        IncludedCodelist(codelist=read_reference(child, "Codelist"), alias=child.get("alias"))
        for child in node.take(f"{STR}IncludedCodelist")
    )


def _write_included(included: tuple[IncludedCodelist, ...], place: Place) -> None:
    for entry in included:
        child = add(place.element, f"{STR}IncludedCodelist")
        if entry.alias is not None:
            child.set("alias", entry.alias)
        write_reference(entry.codelist, child, place.scope)


HIERARCHICAL_CODELIST = Shape(
    TreeList,
    (
        *MAINTAINABLE,
        Part("included_codelists", _read_included, _write_included),
        many(f"{STR}Hierarchy", "trees", TREE),
    ),
)


def spell_out_aliases(element: Element) -> None:
    """Give every code that is named by an alias of its codelist a full reference as well.

    Raises:
        MessageSyntaxError: if an alias is unknown.
    """
    codelists = {
        child.get("alias"): read_reference(child, "Codelist")
        for child in element.iterchildren(f"{STR}IncludedCodelist")
    }
    for code_id in list(element.iter(f"{STR}CodeID")):
        place = code_id.getparent()
        alias = (place.findtext(_ALIAS) or "").strip() if place is not None else ""
        if place is None or alias not in codelists:
            raise fault(code_id, f"no included codelist has the alias {alias!r}.")
        urn = codelists[alias].replace(".Codelist=", ".Code=", 1)
        add(add(place, f"{STR}Code"), "URN", f"{urn}.{read_local(code_id)}")
        place.remove(code_id)


def hierarchies(container: TreeList) -> tuple[Hierarchy, ...]:
    """Return the hierarchies of a hierarchical codelist, each as an artefact.

    A single one takes the id of the hierarchical codelist; of several each has that id and
    its own, so that ids stay unique.
    """
    if not container.trees:
        return (_empty_hierarchy(container),)
    return tuple(_hierarchy(container, tree) for tree in container.trees)


def tree_lists(artefacts: Iterable[Hierarchy]) -> list[TreeList]:
    """Return the hierarchical codelists that hold these hierarchies, in their order."""
    groups: dict[tuple[str, str, str], list[Hierarchy]] = {}
    for artefact in artefacts:
        id_ = _header(artefact).id
        groups.setdefault((artefact.agency_id, id_, artefact.version), []).append(artefact)
    return [_tree_list(group) for group in groups.values()]


def _with_levels(
    codes: tuple[HierarchicalCode, ...], rename: Callable[[str], str]
) -> tuple[HierarchicalCode, ...]:
    return tuple(
        structs.replace(
            code,
            level=None if code.level is None else rename(code.level),
            hierarchical_codes=_with_levels(code.hierarchical_codes, rename),
        )
        for code in codes
    )


def _own_id(path: str) -> str:
    """Return the id of a level, which 2.1 writes behind those of the levels above it."""
    return path.rpartition(".")[2]


def _level_paths(level: Level | None) -> dict[str, str]:
    """Return the dotted path of each level by its id."""
    paths: dict[str, str] = {}
    path = ""
    while level is not None:
        path = f"{path}.{level.id}".lstrip(".")
        paths[level.id] = path
        level = level.level
    return paths


def _shared(artefact: Maintainable) -> dict[str, Any]:
    return {field: getattr(artefact, field) for field in _SHARED}


def _empty_hierarchy(container: TreeList) -> Hierarchy:
    included = container.included_codelists
    return Hierarchy(
        id=container.id,
        uri=container.uri,
        annotations=container.annotations,
        names=container.names,
        descriptions=container.descriptions,
        hierarchical_codelist=HierarchicalCodelist(id=container.id, included_codelists=included)
        if included
        else None,
        **_shared(container),
    )


def _hierarchy(container: TreeList, tree: Tree) -> Hierarchy:
    is_alone = len(container.trees) == 1
    found = Hierarchy(
        id=container.id if is_alone else f"{container.id}_{tree.id}",
        uri=tree.uri,
        annotations=tree.annotations,
        names=tree.names,
        descriptions=tree.descriptions,
        has_formal_levels=tree.has_formal_levels,
        level=tree.level,
        hierarchical_codes=_with_levels(tree.hierarchical_codes, _own_id),
        hierarchical_codelist=HierarchicalCodelist(
            id=container.id,
            hierarchy_id=tree.id,
            uri=container.uri,
            annotations=container.annotations,
            names=container.names,
            descriptions=container.descriptions,
            included_codelists=container.included_codelists,
        ),
        **_shared(container),
    )
    without = structs.replace(found, hierarchical_codelist=None)
    return without if found.hierarchical_codelist == _header(without) else found


def _header(artefact: Hierarchy) -> HierarchicalCodelist:
    """Return what holds a hierarchy: of one of SDMX 3 a list of the same name."""
    return artefact.hierarchical_codelist or HierarchicalCodelist(
        id=artefact.id,
        hierarchy_id=artefact.id,
        names=artefact.names,
        descriptions=artefact.descriptions,
    )


def _tree_list(group: Sequence[Hierarchy]) -> TreeList:
    first = group[0]
    header = _header(first)
    trees = tuple(
        _tree(a) for a in group if a.hierarchical_codes and _header(a).hierarchy_id is not None
    )
    is_stub = header.hierarchy_id is None and bool(header.names)
    described = header if trees or is_stub else first
    return TreeList(
        id=header.id,
        uri=described.uri,
        annotations=described.annotations,
        names=described.names,
        descriptions=described.descriptions,
        included_codelists=header.included_codelists,
        trees=trees,
        **_shared(first),
    )


def _tree(artefact: Hierarchy) -> Tree:
    paths = _level_paths(artefact.level)
    return Tree(
        id=_header(artefact).hierarchy_id or artefact.id,
        uri=artefact.uri,
        annotations=artefact.annotations,
        names=artefact.names,
        descriptions=artefact.descriptions,
        has_formal_levels=artefact.has_formal_levels,
        level=artefact.level,
        hierarchical_codes=_with_levels(
            artefact.hierarchical_codes, lambda level: paths.get(level, level)
        ),
    )
