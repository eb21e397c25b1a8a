"""Where SDMX-JSON 1.0 structure messages differ from the declarations of the model.

1.0 speaks of SDMX 2.1: measures, constraints and representations are those of that version.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema.
"""

from __future__ import annotations

from sdmx_server.formats.structure import (
    json1_constraints,
    json1_hierarchy,
    json1_mapping,
    json1_metadata,
)
from sdmx_server.formats.structure.json1_urns import artefact_urn
from sdmx_server.formats.structure.json2_rules import (
    SELF,
    write_annotation_link,
    write_identifiable,
    write_link,
    write_maintainable,
    write_nameable,
    write_text_format,
)
from sdmx_server.formats.structure.jsonform import Dialect, Object, renamed, without
from sdmx_server.model.artefact import (
    Annotation,
    AnnotationLink,
    Identifiable,
    ItemScheme,
    Link,
    Maintainable,
    Nameable,
)
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    Dataflow,
    DataStructure,
    DimensionList,
    MeasureList,
    ProvisionAgreement,
)
from sdmx_server.model.organisation import Contact, OrganisationUnitScheme
from sdmx_server.model.representation import Representation, TextFormat
from sdmx_server.model.version import is_stable

PRIMARY_MEASURE = "OBS_VALUE"
"""The id of the one measure of SDMX 2.1."""

ASSIGNMENTS = {"mandatory": "Mandatory", "optional": "Conditional"}
"""The assignment status of an attribute by its usage."""

UNKNOWN_TYPES = frozenset({"GeospatialInformation"})
"""Data types that 1.0 does not know; their values are text."""


def _write_maintainable(formed: Object, artefact: Maintainable) -> Object:
    """Add the link to the artefact, with its class in 2.1, and whether it is final."""
    written = write_maintainable(formed, artefact)
    written["links"][0] = {"rel": SELF, "urn": artefact_urn(artefact)}
    written.pop("isPartialLanguage", None)
    is_final = artefact.is_final or is_stable(artefact.version)
    return written | ({"isFinal": True} if is_final else {})


def _write_annotation(formed: Object, annotation: Annotation) -> Object:
    """Write the value as the title, if that is free: 1.0 has no values."""
    value = formed.pop("value", None)
    return formed if value is None else {"title": value, **formed}


def _write_text_format(formed: Object, text_format: TextFormat) -> Object:
    formed = write_text_format(formed, text_format)
    formed.pop("sentinelValues", None)
    data_type = formed.pop("dataType", None)
    if data_type is None:
        return formed
    return {"textType": "String" if data_type in UNKNOWN_TYPES else data_type, **formed}


def _write_representation(formed: Object, representation: Representation) -> Object:
    if ".ValueList=" in formed.get("enumeration", ""):  # 1.0 knows none; its values are text
        return {"textFormat": formed.get("enumerationFormat", {})}
    names = {
        "enumeration": "enumeration",
        "enumerationFormat": "enumerationFormat",
        "format": "textFormat",
    }
    return {new: formed[old] for old, new in names.items() if old in formed}


def _write_parents(formed: Object, scheme: ItemScheme) -> Object:
    """Write the parents of concepts and units as URNs."""
    name = type(scheme).container.removesuffix("Schemes")
    items = "concepts" if name == "concept" else "organisationUnits"
    for item in formed.get(items, ()):
        if "parent" in item:
            item["parent"] = scheme.item_urn(item["parent"])
    return formed


def _write_dimension_list(formed: Object, dimensions: DimensionList) -> Object:
    written = {key: formed[key] for key in ("id", "links", "annotations") if key in formed}
    found: dict[str, list[Object]] = {"dimensions": [], "measureDimensions": []}
    for position, dimension in enumerate(formed.get("dimensions", ())):
        is_measure = dimension.pop("isMeasureDimension", False)
        kind = "MeasureDimension" if is_measure else "Dimension"
        found["measureDimensions" if is_measure else "dimensions"].append(
            {**dimension, "position": position, "type": kind}
        )
    time = formed.get("timeDimension")
    if time is not None:
        time.pop("conceptRoles", None)
        time.setdefault("localRepresentation", {"textFormat": {}})
        position = len(formed.get("dimensions", ()))
        found["timeDimensions"] = [{**time, "position": position, "type": "TimeDimension"}]
    return written | {name: entries for name, entries in found.items() if entries}


def _write_attribute(formed: Object, attribute: Attribute) -> Object:
    formed.pop("measureRelationship", None)
    formed["assignmentStatus"] = ASSIGNMENTS[formed.pop("usage")]
    return formed


def _write_relationship(formed: Object, relationship: AttributeRelationship) -> Object:
    written: Object = {
        name: formed[name] for name in ("attachmentGroups", "dimensions", "group") if name in formed
    }
    if "dataflow" in formed:
        written["none"] = {}
    if "observation" in formed:
        written["primaryMeasure"] = PRIMARY_MEASURE
    return written


def _write_measure_list(formed: Object, measures: MeasureList) -> Object:
    """Write the one measure under the only id that 2.1 lets it have."""
    measure = without("usage", "conceptRoles")(formed.pop("measures")[0], None)
    return {**formed, "primaryMeasure": {**measure, "id": PRIMARY_MEASURE}}


DIALECT = Dialect(
    write={
        Maintainable: _write_maintainable,
        Identifiable: write_identifiable,
        Nameable: write_nameable,
        Link: write_link,
        Annotation: _write_annotation,
        AnnotationLink: write_annotation_link,
        Contact: without("id"),
        TextFormat: _write_text_format,
        Representation: _write_representation,
        Concept: without("isoConceptReference"),
        ConceptScheme: _write_parents,
        OrganisationUnitScheme: _write_parents,
        DimensionList: _write_dimension_list,
        Attribute: _write_attribute,
        AttributeRelationship: _write_relationship,
        AttributeList: without("metadataAttributeUsages"),
        MeasureList: _write_measure_list,
        DataStructure: without("metadata", "evolvingStructure"),
        Dataflow: without("dimensionConstraint"),
        ProvisionAgreement: renamed("dataflow", "structureUsage"),
        **json1_constraints.RULES,
        **json1_hierarchy.RULES,
        **json1_mapping.RULES,
        **json1_metadata.RULES,
    }
)
"""SDMX-JSON 1.0."""
