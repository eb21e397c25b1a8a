"""Codelists, their extension, geographic codelists, and value lists.

Source: SDMX 3.1 Information Model, section 4.4; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import Annotable, ItemScheme, Nameable, Reference, Texts, Value


class Code(Nameable):
    """A code; ``parent`` is the id of the code above it."""

    parent: str | None = None


class MemberValue(Value):
    """A code, or several by the wildcard ``%``; ``cascade_values`` true, false, excluderoot."""

    value: str
    cascade_values: bool | str | None = None


class CodeSelection(Value):
    """Codes picked out of an inherited list."""

    wildcarded_member_values: tuple[str, ...] = ()
    member_values: tuple[MemberValue, ...] = ()


class CodelistExtension(Value):
    """Codes inherited from another list, given a prefix and cut to a selection."""

    codelist: Reference
    prefix: str | None = None
    inclusive_code_selection: CodeSelection | None = None
    exclusive_code_selection: CodeSelection | None = None


class Codelist(ItemScheme):
    """A list of codes."""

    artefact_type: ClassVar[str] = "codelist"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "Codelist"
    container: ClassVar[str] = "codelists"
    items_field: ClassVar[str] = "codes"
    item_class: ClassVar[str] = "Code"

    codes: tuple[Code, ...] = ()
    codelist_extensions: tuple[CodelistExtension, ...] = ()


class GeoFeatureSetCode(Code):
    """A code of an area; ``value`` is its outline as a list of coordinates."""

    value: str


class GeographicCodelist(ItemScheme):
    """A codelist of areas."""

    artefact_type: ClassVar[str] = "codelist"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "Codelist"
    container: ClassVar[str] = "geographicCodelists"
    items_field: ClassVar[str] = "geo_feature_set_codes"
    item_class: ClassVar[str] = "Code"

    geo_feature_set_codes: tuple[GeoFeatureSetCode, ...] = ()
    codelist_extensions: tuple[CodelistExtension, ...] = ()


class GeoGridCode(Code):
    """A code of a cell; ``geo_cell`` is its place in the grid."""

    geo_cell: str


class GeoGridCodelist(ItemScheme):
    """A codelist of the cells of a grid."""

    artefact_type: ClassVar[str] = "codelist"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "Codelist"
    container: ClassVar[str] = "geoGridCodelists"
    stub_fields: ClassVar[tuple[str, ...]] = ("grid_definition",)
    items_field: ClassVar[str] = "geo_grid_codes"
    item_class: ClassVar[str] = "Code"

    geo_grid_codes: tuple[GeoGridCode, ...] = ()
    codelist_extensions: tuple[CodelistExtension, ...] = ()
    grid_definition: str | None = None


class ValueItem(Annotable):
    """A value with names; its id may hold any characters."""

    id: str
    names: Texts = {}
    descriptions: Texts = {}


class ValueList(ItemScheme):
    """A list of values whose ids need not be legal code ids."""

    artefact_type: ClassVar[str] = "valuelist"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "ValueList"
    container: ClassVar[str] = "valueLists"
    items_field: ClassVar[str] = "value_items"
    item_class: ClassVar[str] = "ValueItem"

    value_items: tuple[ValueItem, ...] = ()
