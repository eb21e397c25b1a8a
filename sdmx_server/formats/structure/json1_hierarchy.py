"""Hierarchical codelists in SDMX-JSON 1.0.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema ("hierarchicalCodelist").
"""

from __future__ import annotations

from collections.abc import Callable

from sdmx_server.formats.structure.json1_urns import part_urn
from sdmx_server.formats.structure.json2_rules import write_validity
from sdmx_server.formats.structure.jsonform import Object, WriteRule
from sdmx_server.formats.structure.ml21_hierarchy import TreeList
from sdmx_server.model.artefact import Value
from sdmx_server.model.hierarchy import HierarchicalCode
from sdmx_server.model.urn import parse_urn


def _write_list(formed: Object, held: TreeList) -> Object:
    trees = [_tree(tree, held) for tree in formed.pop("trees", [])]
    included = formed.pop("includedCodelists", None)
    if included is not None:
        pairs = zip(included, held.included_codelists, strict=True)
        formed["includedCodelists"] = {
            each.get("alias") or parse_urn(codelist.codelist).id: each["codelist"]
            for each, codelist in pairs
        }
    return formed | ({"hierarchies": trees} if trees else {})


def _tree(tree: Object, held: TreeList) -> Object:
    tree["leveled"] = tree.pop("hasFormalLevels")
    id_ = tree["id"]
    _write_levels(tree["hierarchicalCodes"], lambda level: _level_urn(held, id_, level))
    return tree


def _level_urn(held: TreeList, tree: str, level: str) -> str:
    return part_urn(held, "Level", f"{tree}.{level}")


def _write_levels(codes: list[Object], urn: Callable[[str], str]) -> None:
    for code in codes:
        if "level" in code:
            code["level"] = urn(code["level"])
        _write_levels(code.get("hierarchicalCodes", []), urn)


def _write_code(formed: Object, held: HierarchicalCode) -> Object:
    """Write a code by the alias of its codelist, where there is one, or by its URN."""
    formed = write_validity(formed, held)
    alias = formed.pop("codelistAlias", None)
    if alias is None:
        return formed
    del formed["code"]
    return {**formed, "codelistAliasRef": alias, "codeID": parse_urn(held.code).item}


RULES: dict[type[Value], WriteRule] = {
    TreeList: _write_list,
    HierarchicalCode: _write_code,
}
