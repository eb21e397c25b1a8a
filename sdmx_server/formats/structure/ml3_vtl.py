"""The VTL schemes in SDMX-ML 3.x.

Source: SDMX 3.1, SDMXStructureTransformation.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml3_components import EMPTY
from sdmx_server.formats.structure.ml3_parts import (
    STR,
    required,
    token,
    token_list,
    with_urn,
)
from sdmx_server.formats.structure.ml3_shapes import NAMEABLE, item_scheme
from sdmx_server.formats.structure.parts import Part, Shape, attribute, boolean, many, one, text
from sdmx_server.model.artefact import Value
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

DEFAULT_VTL_VERSION = "2.0"
"""Written where none is known: the schema demands one."""

_VTL_VERSION = required(attribute("vtlVersion", "vtl_version"), DEFAULT_VTL_VERSION)
_VTL_MAPPING_SCHEME = token("VtlMappingScheme", "vtl_mapping_scheme")
_RULESET_SCHEMES = token_list("RulesetScheme", "ruleset_schemes")
_SPACE_KEY = Shape(SpaceKey, (token_list("Key", "keys"),))


def _items(cls: type[Value], field: str, *parts: Part) -> Part:
    name = cls.__name__
    return many(f"{STR}{name}", field, Shape(cls, (*NAMEABLE, *parts), name))


_VTL_MAPPING = Shape(
    VtlMapping,
    (
        attribute("alias", "alias"),
        *NAMEABLE,
        with_urn(token("Dataflow", "dataflow"), "VtlDataflowMapping"),
        with_urn(one(f"{STR}GenericDataflow", "generic_dataflow", EMPTY), "VtlDataflowMapping"),
        one(
            f"{STR}ToVtlMapping",
            "to_vtl_mapping",
            Shape(
                ToVtlMapping,
                (
                    attribute("method", "method"),
                    one(f"{STR}ToVtlSubSpace", "to_vtl_sub_space", _SPACE_KEY),
                ),
            ),
        ),
        one(
            f"{STR}FromVtlMapping",
            "from_vtl_mapping",
            Shape(
                FromVtlMapping,
                (
                    attribute("method", "method"),
                    one(f"{STR}FromVtlSuperSpace", "from_vtl_super_space", _SPACE_KEY),
                ),
            ),
        ),
        with_urn(token("Codelist", "codelist"), "VtlCodelistMapping"),
        with_urn(token("Concept", "concept"), "VtlConceptMapping"),
    ),
)

SHAPES: tuple[Shape, ...] = (
    Shape(
        CustomTypeScheme,
        item_scheme(
            _VTL_VERSION,
            _items(
                CustomType,
                "custom_types",
                text(f"{STR}VtlScalarType", "vtl_scalar_type"),
                token("DataType", "data_type"),
                text(f"{STR}VtlLiteralFormat", "vtl_literal_format"),
                text(f"{STR}OutputFormat", "output_format"),
                text(f"{STR}NullValue", "null_value"),
            ),
        ),
    ),
    Shape(
        NamePersonalisationScheme,
        item_scheme(
            _VTL_VERSION,
            _items(
                NamePersonalisation,
                "name_personalisations",
                attribute("vtlArtefact", "vtl_artefact"),
                text(f"{STR}VtlDefaultName", "vtl_default_name"),
                text(f"{STR}PersonalisedName", "personalised_name"),
            ),
        ),
    ),
    Shape(
        RulesetScheme,
        item_scheme(
            _VTL_VERSION,
            _items(
                Ruleset,
                "rulesets",
                attribute("rulesetType", "ruleset_type"),
                attribute("rulesetScope", "ruleset_scope"),
                text(f"{STR}RulesetDefinition", "ruleset_definition"),
            ),
            _VTL_MAPPING_SCHEME,
        ),
    ),
    Shape(
        TransformationScheme,
        item_scheme(
            _VTL_VERSION,
            _items(
                Transformation,
                "transformations",
                boolean("isPersistent", "is_persistent"),
                text(f"{STR}Expression", "expression"),
                text(f"{STR}Result", "result"),
            ),
            _VTL_MAPPING_SCHEME,
            token("NamePersonalisationScheme", "name_personalisation_scheme"),
            token("CustomTypeScheme", "custom_type_scheme"),
            _RULESET_SCHEMES,
            token_list("UserDefinedOperatorScheme", "user_defined_operator_schemes"),
        ),
    ),
    Shape(
        UserDefinedOperatorScheme,
        item_scheme(
            _VTL_VERSION,
            _items(
                UserDefinedOperator,
                "user_defined_operators",
                text(f"{STR}OperatorDefinition", "operator_definition"),
            ),
            _VTL_MAPPING_SCHEME,
            _RULESET_SCHEMES,
        ),
    ),
    Shape(
        VtlMappingScheme,
        item_scheme(many(f"{STR}VtlMapping", "vtl_mappings", _VTL_MAPPING)),
    ),
)
"""The six VTL schemes."""
