"""What a version of SDMX 3 cannot say, taken out of artefacts before they are written.

Source: SDMX 3.1 release notes; the XML and JSON schemas of 3.0 and 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import Any

from msgspec import structs

from sdmx_server.formats.structure.availability import actual_constraint
from sdmx_server.model.artefact import Maintainable, Value
from sdmx_server.model.category import Categorisation
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ConstraintAttachment,
    CubeRegionKey,
    DataConstraint,
    DataKey,
    DataKeySet,
    MetadataConstraint,
    MetadataConstraintAttachment,
    MetadataTargetRegion,
)
from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    Dataflow,
    DataStructure,
    DataStructureComponents,
    Dimension,
    DimensionList,
    Group,
)
from sdmx_server.model.declaration import declared
from sdmx_server.model.hierarchy import HierarchicalCode, Hierarchy
from sdmx_server.model.legacy import AttachmentConstraint, StructureSet
from sdmx_server.model.metadatastructure import (
    Metadataflow,
    MetadataStructure,
    MetadataStructureComponents,
)
from sdmx_server.model.organisation import OrganisationUnitScheme
from sdmx_server.model.representation import Representation, TextFormat
from sdmx_server.model.transformation import VtlMappingScheme
from sdmx_server.model.urn import PREFIX

SDMX_3_0 = "3.0.0"
SDMX_3_1 = "3.1.0"

ANY_TARGET = f"{PREFIX}base.Any=*:*(*)"
"""What a metadataflow is about that does not say: anything."""

_SDMX_2_1_ONLY: dict[type[Value], tuple[str, ...]] = {
    Maintainable: ("is_final",),
    Dimension: ("is_measure_dimension",),
    Group: ("attachment_constraint",),
    AttributeRelationship: ("attachment_groups",),
    ConstraintAttachment: ("data_set_references",),
    DataConstraint: ("reference_period",),
    MetadataConstraintAttachment: ("metadata_set_references",),
    MetadataConstraint: ("reference_period", "metadata_key_sets"),
    MetadataTargetRegion: ("report", "metadata_target", "key_values"),
    MetadataStructureComponents: ("metadata_targets", "report_structures"),
    Hierarchy: ("hierarchical_codelist",),
    HierarchicalCode: ("version", "codelist_alias"),
    OrganisationUnitScheme: ("version",),
}

ML21_ONLY: tuple[type[Value], ...] = (AttachmentConstraint, StructureSet)
"""The artefacts that no version of SDMX 3 knows."""

LACKING: dict[str, dict[type[Value], tuple[str, ...]]] = {
    SDMX_3_0: {
        Maintainable: ("is_partial_language",),
        DataStructure: ("evolving_structure",),
        Dataflow: ("dimension_constraint",),
    },
    SDMX_3_1: {
        Categorisation: ("version",),
        DataConstraint: ("role", "release_calendar"),
        ConstraintAttachment: ("simple_data_sources", "queryable_data_sources"),
        MetadataConstraint: ("role", "release_calendar"),
        MetadataConstraintAttachment: (
            "metadata_sets",
            "simple_data_sources",
            "queryable_data_sources",
        ),
    },
}
"""The fields that a version has no place for, by class; they are left at their defaults."""

PARTS: dict[type[Value], tuple[str, ...]] = {
    DataStructure: ("data_structure_components",),
    DataStructureComponents: ("dimension_list", "groups", "attribute_list"),
    DimensionList: ("dimensions",),
    AttributeList: ("attributes",),
    Attribute: ("attribute_relationship",),
    DataConstraint: ("constraint_attachment", "data_key_sets"),
    MetadataConstraint: ("constraint_attachment", "metadata_target_regions"),
    MetadataStructure: ("metadata_structure_components",),
    Hierarchy: ("hierarchical_codes",),
    HierarchicalCode: ("hierarchical_codes",),
}
"""The fields within which something may have to be left out, by class."""


_ATTACHED_TO_NOTHING = (ConstraintAttachment(), MetadataConstraintAttachment())


def utc(instant: datetime) -> str:
    """Return an instant as messages give it: UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def expressible(
    artefacts: Sequence[Maintainable | AvailabilityConstraint], version: str
) -> tuple[Maintainable | AvailabilityConstraint, ...]:
    """Return the artefacts as far as a version of SDMX can express them.

    Those that it does not know are left out. Availability becomes a data constraint in
    3.0; constraints get the role that 3.0 demands, and keys with several values of a
    dimension become several keys there.
    """
    return tuple(
        actual_constraint(artefact)
        if version == SDMX_3_0 and isinstance(artefact, AvailabilityConstraint)
        else _within(artefact, version)
        for artefact in artefacts
        if can_hold(artefact, version)
    )


def can_hold(artefact: Maintainable | AvailabilityConstraint, version: str) -> bool:
    """Return whether a version of SDMX knows such artefacts.

    In 3.1 constraints say what may be reported, those on metadata in 3.0 as well. What there
    is (``Actual``) is no artefact then, but the answer to an availability query. Hierarchies
    have codes.
    """
    if isinstance(artefact, DataConstraint):
        return version != SDMX_3_1 or artefact.role != "Actual"
    if isinstance(artefact, MetadataConstraint):
        return artefact.role != "Actual"
    if isinstance(artefact, Hierarchy):
        return bool(artefact.hierarchical_codes)
    return not isinstance(artefact, ML21_ONLY)


def _within(value: Any, version: str) -> Any:
    """Return a value, or values, without what a version lacks."""
    if isinstance(value, tuple):
        return tuple(_within(part, version) for part in value)
    if not isinstance(value, Value):
        return value
    adapt = _ADAPTED.get((version, type(value))) or _ADAPTED.get(("", type(value)))
    if adapt is not None:
        value = adapt(value)
    changes = _defaults(value, version)
    for field in PARTS.get(type(value), ()):
        part = _within(getattr(value, field), version)
        changes[field] = None if part in _ATTACHED_TO_NOTHING else part
    needed = {field: new for field, new in changes.items() if getattr(value, field) != new}
    return structs.replace(value, **needed) if needed else value


def _defaults(value: Any, version: str) -> dict[str, Any]:
    cls: type[Value] = type(value)
    return {field: default for field, default in _lacking(cls, version)}


@cache
def _lacking(cls: type[Value], version: str) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a class that a version lacks, with their defaults."""
    names = {
        field
        for table in (_SDMX_2_1_ONLY, LACKING[version])
        for declaring, fields in table.items()
        if issubclass(cls, declaring)
        for field in fields
    }
    return tuple((field.name, field.default) for field in declared(cls) if field.name in names)


def _attached(relationship: AttributeRelationship) -> AttributeRelationship:
    """Return a relationship to attachment groups alone as one to the first of them."""
    others = (
        relationship.dataflow,
        relationship.dimensions or None,
        relationship.group,
        relationship.observation,
    )
    if not relationship.attachment_groups or any(other is not None for other in others):
        return relationship
    return structs.replace(relationship, group=relationship.attachment_groups[0])


def _single_level(code: HierarchicalCode) -> HierarchicalCode:
    """Return a code whose level is one id: 2.1 names the levels above it as well."""
    level = code.level and code.level.rpartition(".")[2]
    return structs.replace(code, level=level) if level != code.level else code


def _with_targets(metadataflow: Metadataflow) -> Metadataflow:
    targets = metadataflow.targets or (ANY_TARGET,)
    return structs.replace(metadataflow, targets=targets)


def _with_dimensions(components: DataStructureComponents) -> DataStructureComponents:
    """Leave out groups that only an attachment constraint defines."""
    groups = tuple(group for group in components.groups if group.group_dimensions)
    return structs.replace(components, groups=groups)


def _uncoded(dimension: Dimension) -> Dimension:
    """Return the measure dimension of 2.1, coded by concepts, as one of plain text."""
    if not dimension.is_measure_dimension:
        return dimension
    local = dimension.local_representation
    if local is None or ".ConceptScheme=" not in (local.enumeration or ""):
        return dimension
    text = Representation(format=TextFormat(data_type="String"))
    return structs.replace(dimension, local_representation=text)


def _of_artefacts(scheme: VtlMappingScheme) -> VtlMappingScheme:
    """Leave out mappings of whole concept schemes, which 2.1 alone has."""
    kept = tuple(each for each in scheme.vtl_mappings if each.concept_scheme is None)
    return structs.replace(scheme, vtl_mappings=kept)


def _allowed(constraint: Any) -> Any:
    return structs.replace(constraint, role=constraint.role or "Allowed")


def _with_single_values(key_set: DataKeySet) -> DataKeySet:
    keys = tuple(single for key in key_set.keys for single in single_valued(key))
    return structs.replace(key_set, keys=keys)


def single_valued(key: DataKey) -> tuple[DataKey, ...]:
    """Return the keys that a key with several values of a dimension stands for."""
    if all(len(dimension.values) == 1 for dimension in key.key_values):
        return (key,)
    choices: list[list[CubeRegionKey]] = [
        [structs.replace(dimension, values=(value,)) for value in dimension.values]
        for dimension in key.key_values
    ]
    return tuple(structs.replace(key, key_values=chosen) for chosen in product(*choices))


_ADAPTED: dict[tuple[str, type[Value]], Callable[[Any], Any]] = {
    ("", AttributeRelationship): _attached,
    ("", DataStructureComponents): _with_dimensions,
    ("", Dimension): _uncoded,
    ("", HierarchicalCode): _single_level,
    ("", Metadataflow): _with_targets,
    ("", VtlMappingScheme): _of_artefacts,
    (SDMX_3_0, DataConstraint): _allowed,
    (SDMX_3_0, MetadataConstraint): _allowed,
    (SDMX_3_0, DataKeySet): _with_single_values,
}
"""What must be said otherwise, by version (any where it is empty) and class."""
