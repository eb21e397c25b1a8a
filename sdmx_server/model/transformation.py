"""Transformations and what they need: the VTL part of the model.

Source: SDMX 3.1 Information Model, section 13; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import ItemScheme, Nameable, Reference, Value
from sdmx_server.model.datastructure import Empty


class Transformation(Nameable):
    """A statement: ``result`` is assigned the value of ``expression``."""

    expression: str
    result: str
    is_persistent: bool


class TransformationScheme(ItemScheme):
    """Statements that are run together, and the schemes that they use."""

    artefact_type: ClassVar[str] = "transformationscheme"
    package: ClassVar[str] = "transformation"
    urn_class: ClassVar[str] = "TransformationScheme"
    container: ClassVar[str] = "transformationSchemes"
    items_field: ClassVar[str] = "transformations"
    item_class: ClassVar[str] = "Transformation"

    vtl_version: str | None = None
    transformations: tuple[Transformation, ...] = ()
    vtl_mapping_scheme: Reference | None = None
    name_personalisation_scheme: Reference | None = None
    custom_type_scheme: Reference | None = None
    ruleset_schemes: tuple[Reference, ...] = ()
    user_defined_operator_schemes: tuple[Reference, ...] = ()


class Ruleset(Nameable):
    """A set of VTL rules."""

    ruleset_definition: str
    ruleset_type: str
    ruleset_scope: str


class RulesetScheme(ItemScheme):
    """A list of rulesets."""

    artefact_type: ClassVar[str] = "rulesetscheme"
    package: ClassVar[str] = "transformation"
    urn_class: ClassVar[str] = "RulesetScheme"
    container: ClassVar[str] = "rulesetSchemes"
    items_field: ClassVar[str] = "rulesets"
    item_class: ClassVar[str] = "Ruleset"

    vtl_version: str | None = None
    rulesets: tuple[Ruleset, ...] = ()
    vtl_mapping_scheme: Reference | None = None


class UserDefinedOperator(Nameable):
    """A VTL operator."""

    operator_definition: str


class UserDefinedOperatorScheme(ItemScheme):
    """A list of operators."""

    artefact_type: ClassVar[str] = "userdefinedoperatorscheme"
    package: ClassVar[str] = "transformation"
    urn_class: ClassVar[str] = "UserDefinedOperatorScheme"
    container: ClassVar[str] = "userDefinedOperatorSchemes"
    items_field: ClassVar[str] = "user_defined_operators"
    item_class: ClassVar[str] = "UserDefinedOperator"

    vtl_version: str | None = None
    user_defined_operators: tuple[UserDefinedOperator, ...] = ()
    vtl_mapping_scheme: Reference | None = None
    ruleset_schemes: tuple[Reference, ...] = ()


class CustomType(Nameable):
    """An SDMX data type for a VTL scalar type."""

    vtl_scalar_type: str
    data_type: str
    vtl_literal_format: str | None = None
    output_format: str | None = None
    null_value: str | None = None


class CustomTypeScheme(ItemScheme):
    """A list of custom types."""

    artefact_type: ClassVar[str] = "customtypescheme"
    package: ClassVar[str] = "transformation"
    urn_class: ClassVar[str] = "CustomTypeScheme"
    container: ClassVar[str] = "customTypeSchemes"
    items_field: ClassVar[str] = "custom_types"
    item_class: ClassVar[str] = "CustomType"

    vtl_version: str | None = None
    custom_types: tuple[CustomType, ...] = ()


class NamePersonalisation(Nameable):
    """Another name for a default name of VTL."""

    vtl_default_name: str
    personalised_name: str
    vtl_artefact: str


class NamePersonalisationScheme(ItemScheme):
    """A list of personalised names."""

    artefact_type: ClassVar[str] = "namepersonalisationscheme"
    package: ClassVar[str] = "transformation"
    urn_class: ClassVar[str] = "NamePersonalisationScheme"
    container: ClassVar[str] = "namePersonalisationSchemes"
    items_field: ClassVar[str] = "name_personalisations"
    item_class: ClassVar[str] = "NamePersonalisation"

    vtl_version: str | None = None
    name_personalisations: tuple[NamePersonalisation, ...] = ()


class SpaceKey(Value):
    """Dimension ids that span a subspace or superspace."""

    keys: tuple[str, ...] = ()


class ToVtlMapping(Value):
    """How SDMX data become VTL data."""

    to_vtl_sub_space: SpaceKey | None = None
    method: str | None = None


class FromVtlMapping(Value):
    """How VTL data become SDMX data."""

    from_vtl_super_space: SpaceKey | None = None
    method: str | None = None


class VtlMapping(Nameable):
    """An alias of a dataflow, of any dataflow, of a codelist or of a concept."""

    alias: str
    dataflow: Reference | None = None
    generic_dataflow: Empty | None = None
    codelist: Reference | None = None
    concept: Reference | None = None
    concept_scheme: Reference | None = None  # SDMX 2.1 only
    to_vtl_mapping: ToVtlMapping | None = None
    from_vtl_mapping: FromVtlMapping | None = None


class VtlMappingScheme(ItemScheme):
    """A list of aliases."""

    artefact_type: ClassVar[str] = "vtlmappingscheme"
    package: ClassVar[str] = "transformation"
    urn_class: ClassVar[str] = "VtlMappingScheme"
    container: ClassVar[str] = "vtlMappingSchemes"
    items_field: ClassVar[str] = "vtl_mappings"
    item_class: ClassVar[str] = "VtlMapping"

    vtl_mappings: tuple[VtlMapping, ...] = ()
