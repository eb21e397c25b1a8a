"""What constraints leave of the codes of each component.

Source: SDMX 3.1 Technical Notes, section 7 (Constraints).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from sdmx_server.exchange.members import members
from sdmx_server.model.codelist import Code
from sdmx_server.model.constraint import CubeRegion, CubeRegionKey, DataConstraint

Codes = Mapping[str, Code]


def allowed_codes(
    constraints: Sequence[DataConstraint], codes_by_component: Mapping[str, Codes]
) -> dict[str, frozenset[str]]:
    """Return the codes allowed for each component that a constraint cuts.

    Every constraint cuts further: what one forbids no other allows. Actual constraints say
    what data there are, not what may be, and are passed over.

    Args:
        constraints: those on the data structure, the dataflow and the agreement.
        codes_by_component: all codes of each coded component.
    """
    told = [each.cube_regions for each in constraints if each.role != "Actual"]
    return left_by_all(told, codes_by_component)


def left_by_all(
    constraints: Iterable[Sequence[CubeRegion]], codes_by_component: Mapping[str, Codes]
) -> dict[str, frozenset[str]]:
    """Return the codes that constraints leave, each given by its regions."""
    allowed: dict[str, frozenset[str]] = {}
    for regions in constraints:
        for component, codes in codes_by_component.items():
            left = _left_by(regions, component, codes)
            if left is not None:
                allowed[component] = allowed.get(component, frozenset(codes)) & left
    return allowed


def without_time(constraint: DataConstraint) -> DataConstraint:
    """Leave ranges of time out of what an Actual constraint says."""
    if constraint.role != "Actual":
        return constraint
    regions = [
        msgspec.structs.replace(
            region, key_values=tuple(key for key in region.key_values if key.time_range is None)
        )
        for region in constraint.cube_regions
    ]
    kept = tuple(region for region in regions if region.key_values or region.components)
    return msgspec.structs.replace(constraint, cube_regions=kept)


def _left_by(regions: Iterable[CubeRegion], component: str, codes: Codes) -> frozenset[str] | None:
    """Return what regions leave of the codes; None where they do not speak of the component."""
    included: list[frozenset[str]] = []
    excluded: frozenset[str] = frozenset()
    mentioned = False
    for region in regions:
        keys = (*region.key_values, *region.components)
        mine = [key for key in keys if key.id == component and (key.values or not key.include)]
        if region.include:
            included.extend(_selected(key, codes) for key in mine)
            mentioned = mentioned or bool(mine)
        elif mine and len(keys) == 1:  # a region of several keys excludes combinations only
            excluded |= _selected(mine[0], codes)
            mentioned = True
    if not mentioned:
        return None
    allowed = frozenset().union(*included) if included else frozenset(codes)
    return allowed - excluded


def _selected(key: CubeRegionKey, codes: Codes) -> frozenset[str]:
    chosen: frozenset[str] = frozenset().union(
        *(members(value.value, value.cascade_values, codes) for value in key.values)
    )
    return chosen if key.include else frozenset(codes) - chosen
