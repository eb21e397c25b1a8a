"""What a version of SDMX 3 cannot say, taken out of artefacts before they are written.

Source: SDMX 3.1 release notes; the XML and JSON schemas of 3.0 and 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import NODEFAULT, structs

from sdmx_server.formats.structure.availability import actual_constraint
from sdmx_server.model.artefact import Maintainable, Value
from sdmx_server.model.category import Categorisation
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ConstraintAttachment,
    DataConstraint,
    MetadataConstraint,
    MetadataConstraintAttachment,
)
from sdmx_server.model.datastructure import Dataflow, DataStructure

SDMX_3_0 = "3.0.0"
SDMX_3_1 = "3.1.0"

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
"""The fields that a version has no place for, by class."""

_ROLES: dict[type[Value], str] = {DataConstraint: "Allowed", MetadataConstraint: "Allowed"}


def expressible(
    artefacts: Sequence[Maintainable | AvailabilityConstraint], version: str
) -> tuple[Maintainable | AvailabilityConstraint, ...]:
    """Return the artefacts as far as a version of SDMX can express them.

    Availability becomes a data constraint in 3.0; fields that the version lacks are left
    at their defaults; constraints get the role that 3.0 demands.
    """
    return tuple(_expressible(artefact, version) for artefact in artefacts)


def _expressible(
    artefact: Maintainable | AvailabilityConstraint, version: str
) -> Maintainable | AvailabilityConstraint:
    if isinstance(artefact, AvailabilityConstraint):
        return actual_constraint(artefact) if version == SDMX_3_0 else artefact
    changes: dict[str, Any] = _without(artefact, version)
    attachment = getattr(artefact, "constraint_attachment", None)
    if attachment is not None:
        changes["constraint_attachment"] = _changed(attachment, _without(attachment, version))
    if version == SDMX_3_0 and type(artefact) in _ROLES:
        changes["role"] = getattr(artefact, "role", None) or _ROLES[type(artefact)]
    changed: Maintainable = _changed(artefact, changes)
    return changed


def _without(value: Value, version: str) -> dict[str, Any]:
    """Return the defaults of the fields that a version lacks, where they are set."""
    lacking = {
        field
        for cls, fields in LACKING[version].items()
        if isinstance(value, cls)
        for field in fields
    }
    return {
        field.name: field.default
        for field in structs.fields(value)
        if field.name in lacking and field.default is not NODEFAULT
    }


def _changed(value: Any, changes: dict[str, Any]) -> Any:
    needed = {field: new for field, new in changes.items() if getattr(value, field) != new}
    return structs.replace(value, **needed) if needed else value
