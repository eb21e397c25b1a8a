"""The VTL schemes in SDMX-ML 2.1.

Source: SDMX 2.1 SDMXStructureTransformation.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml21_datastructure import EMPTY
from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import reference, references
from sdmx_server.formats.structure.ml21_shapes import ITEM_SCHEME, NAMEABLE
from sdmx_server.formats.structure.parts import (
    Node,
    Part,
    Place,
    Shape,
    attribute,
    boolean,
    many,
    one,
    text,
    text_list,
)
from sdmx_server.model.transformation import (
    CustomType,
    CustomTypeScheme,
    FromVtlMapping,
    NamePersonalisation,
    NamePersonalisationScheme,
    Ruleset,
    RulesetScheme,
    SpaceKey,
    ToVtlMapping,
    Transformation,
    TransformationScheme,
    UserDefinedOperator,
    UserDefinedOperatorScheme,
    VtlMapping,
    VtlMappingScheme,
)


def _read_vtl_version(node: Node) -> str | None:
    return node.element.get("vtlVersion") or None


def _write_vtl_version(version: str | None, place: Place) -> None:
    """Write the version of VTL, which 2.1 demands; empty where it is not known."""
    place.element.set("vtlVersion", version or "")


_VTL_SCHEME = (*ITEM_SCHEME, Part("vtl_version", _read_vtl_version, _write_vtl_version))
_MAPPINGS = reference(f"{STR}VtlMappingScheme", "vtl_mapping_scheme", "VtlMappingScheme")
_RULESETS = references(f"{STR}RulesetScheme", "ruleset_schemes", "RulesetScheme")

TRANSFORMATION = Shape(
    Transformation,
    (
        *NAMEABLE,
        boolean("isPersistent", "is_persistent"),
        text(f"{STR}Expression", "expression"),
        text(f"{STR}Result", "result"),
    ),
    "Transformation",
)
TRANSFORMATION_SCHEME = Shape(
    TransformationScheme,
    (
        *_VTL_SCHEME,
        many(f"{STR}Transformation", "transformations", TRANSFORMATION),
        _MAPPINGS,
        reference(
            f"{STR}NamePersonalisationScheme",
            "name_personalisation_scheme",
            "NamePersonalisationScheme",
        ),
        reference(f"{STR}CustomTypeScheme", "custom_type_scheme", "CustomTypeScheme"),
        _RULESETS,
        references(
            f"{STR}UserDefinedOperatorScheme",
            "user_defined_operator_schemes",
            "UserDefinedOperatorScheme",
        ),
    ),
)
RULESET = Shape(
    Ruleset,
    (
        *NAMEABLE,
        attribute("rulesetType", "ruleset_type"),
        attribute("rulesetScope", "ruleset_scope"),
        text(f"{STR}RulesetDefinition", "ruleset_definition"),
    ),
    "Ruleset",
)
RULESET_SCHEME = Shape(
    RulesetScheme, (*_VTL_SCHEME, many(f"{STR}Ruleset", "rulesets", RULESET), _MAPPINGS)
)
USER_DEFINED_OPERATOR = Shape(
    UserDefinedOperator,
    (*NAMEABLE, text(f"{STR}OperatorDefinition", "operator_definition")),
    "UserDefinedOperator",
)
USER_DEFINED_OPERATOR_SCHEME = Shape(
    UserDefinedOperatorScheme,
    (
        *_VTL_SCHEME,
        many(f"{STR}UserDefinedOperator", "user_defined_operators", USER_DEFINED_OPERATOR),
        _MAPPINGS,
        _RULESETS,
    ),
)
CUSTOM_TYPE = Shape(
    CustomType,
    (
        *NAMEABLE,
        text(f"{STR}VtlScalarType", "vtl_scalar_type"),
        text(f"{STR}DataType", "data_type"),
        text(f"{STR}VtlLiteralFormat", "vtl_literal_format"),
        text(f"{STR}OutputFormat", "output_format"),
        text(f"{STR}NullValue", "null_value"),
    ),
    "CustomType",
)
CUSTOM_TYPE_SCHEME = Shape(
    CustomTypeScheme, (*_VTL_SCHEME, many(f"{STR}CustomType", "custom_types", CUSTOM_TYPE))
)
NAME_PERSONALISATION = Shape(
    NamePersonalisation,
    (
        *NAMEABLE,
        attribute("vtlArtefact", "vtl_artefact"),
        text(f"{STR}VtlDefaultName", "vtl_default_name"),
        text(f"{STR}PersonalisedName", "personalised_name"),
    ),
    "NamePersonalisation",
)
NAME_PERSONALISATION_SCHEME = Shape(
    NamePersonalisationScheme,
    (
        *_VTL_SCHEME,
        many(f"{STR}NamePersonalisation", "name_personalisations", NAME_PERSONALISATION),
    ),
)

_SPACE = Shape(SpaceKey, (text_list(f"{STR}Key", "keys"),))
_METHOD = attribute("method", "method")
VTL_MAPPING = Shape(
    VtlMapping,
    (
        *NAMEABLE,
        attribute("alias", "alias"),
        reference(f"{STR}Dataflow", "dataflow", "Dataflow"),
        one(f"{STR}GenericDataflow", "generic_dataflow", EMPTY),
        one(
            f"{STR}ToVtlMapping",
            "to_vtl_mapping",
            Shape(ToVtlMapping, (_METHOD, one(f"{STR}ToVtlSubSpace", "to_vtl_sub_space", _SPACE))),
        ),
        one(
            f"{STR}FromVtlMapping",
            "from_vtl_mapping",
            Shape(
                FromVtlMapping,
                (_METHOD, one(f"{STR}FromVtlSuperSpace", "from_vtl_super_space", _SPACE)),
            ),
        ),
        reference(f"{STR}Codelist", "codelist", "Codelist"),
        reference(f"{STR}ConceptScheme", "concept_scheme", "ConceptScheme"),
        reference(f"{STR}Concept", "concept", "Concept"),
    ),
    "VtlMapping",
)
VTL_MAPPING_SCHEME = Shape(
    VtlMappingScheme, (*ITEM_SCHEME, many(f"{STR}VtlMapping", "vtl_mappings", VTL_MAPPING))
)
