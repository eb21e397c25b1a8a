"""URNs as SDMX-JSON 1.0 has them: whatever is referred to has one, of a class of SDMX 2.1.

Source: SDMX-JSON 1.0, structure message JSON schema; SDMX 2.1 Registry Specification,
section 6.2 (URNs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdmx_server.formats.structure.ml21_references import (
    ML21_CLASSES,
    MODEL_CLASSES,
    PACKAGES,
    resolved_version,
)
from sdmx_server.formats.structure.parts import Scope
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.catalogue import by_urn_class
from sdmx_server.model.legacy import LocalReference
from sdmx_server.model.urn import PREFIX, Urn, item_urn, maintainable_urn, parse_urn

_UNTOUCHED = frozenset({"annotations", "links"})
_KEPT = frozenset({"DataAttribute"})  # references have another name for it, URNs have not
_CONTAINED = frozenset({"HierarchicalCode"})
_PARTS = {"HierarchicalCodelist": "HierarchicalCode"}
"""What stands within artefacts that are no item schemes, where it is not said."""


def artefact_urn(artefact: Maintainable) -> str:
    """Return the URN of an artefact."""
    urn_class = ML21_CLASSES.get(artefact.urn_class, artefact.urn_class)
    identity = (artefact.agency_id, artefact.id, artefact.version)
    return maintainable_urn(artefact.package, urn_class, *identity)


def part_urn(artefact: Maintainable, urn_class: str, path: str) -> str:
    """Return the URN of something within an artefact; ``path`` is dotted."""
    identity = (artefact.agency_id, artefact.id, artefact.version)
    return item_urn(PACKAGES[urn_class], urn_class, *identity, path)


def mapped_urn(whole: str, local: LocalReference) -> str:
    """Return the URN of an item or component within a mapped artefact, given by its URN."""
    target = parse_urn(whole)
    urn_class = local.urn_class or _part_class(target)
    path = f"{local.container_id}.{local.id}" if urn_class in _CONTAINED else local.id
    identity = (target.agency_id, target.id, target.version)
    package = PACKAGES.get(urn_class, target.package)
    return item_urn(package, MODEL_CLASSES.get(urn_class, urn_class), *identity, path)


def referring_in_2_1(formed: Any, versions: Mapping[tuple[str, str, str], tuple[str, ...]]) -> Any:
    """Return what was formed with all its references as SDMX 2.1 has them.

    Args:
        formed: an object, or part of one.
        versions: versions in the same message by package, agency and id, by which late bound
            references are resolved.
    """
    if isinstance(formed, dict):
        return {
            name: part if name in _UNTOUCHED else referring_in_2_1(part, versions)
            for name, part in formed.items()
        }
    if isinstance(formed, list | tuple):
        return [referring_in_2_1(part, versions) for part in formed]
    is_urn = isinstance(formed, str) and formed.startswith(PREFIX)
    return _in_2_1(formed, versions) if is_urn else formed


def _in_2_1(urn: str, versions: Mapping[tuple[str, str, str], tuple[str, ...]]) -> str:
    try:
        target = parse_urn(urn)
    except ValueError:  # text that only begins like one
        return urn
    kept = target.urn_class in _KEPT
    urn_class = target.urn_class if kept else ML21_CLASSES.get(target.urn_class, target.urn_class)
    version = resolved_version(target, Scope("", "", "", "", versions=dict(versions)))
    identity = (target.agency_id, target.id, version)
    if target.item is None:
        return maintainable_urn(target.package, urn_class, *identity)
    return item_urn(target.package, urn_class, *identity, target.item)


def _part_class(target: Urn) -> str:
    classes = by_urn_class(target.package, target.urn_class)
    named = (getattr(cls, "item_class", None) for cls in classes)
    return next(filter(None, named), None) or _PARTS.get(target.urn_class, "Dimension")
