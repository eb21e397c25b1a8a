"""Maps: of structures, of representations and of item schemes.

Source: SDMX 3.1 Information Model, section 12; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from sdmx_server.model.artefact import Annotable, Identifiable, Maintainable, Reference, Value


class MappedComponent(Value):
    """A pair of component ids."""

    source: str
    target: str


class DateMap(Identifiable):
    """How dates become periods: by a frequency dimension, or of one frequency."""

    id: str | None = None  # type: ignore[assignment]
    mapped_components: tuple[MappedComponent, ...] = ()
    frequency_dimension: str | None = None
    mapped_frequencies: tuple[str, ...] = ()
    target_frequency_id: str | None = None
    resolve_period: str | None = None


class EpochMap(DateMap):
    """Dates counted in units of ``epoch_period`` since ``base_period``."""

    base_period: str
    epoch_period: str


class DatePatternMap(DateMap):
    """Dates written in a pattern, in a locale."""

    source_pattern: str
    locale: str


class FrequencyFormatMapping(Identifiable):
    """The date pattern of a frequency."""

    id: str | None = None  # type: ignore[assignment]
    frequency_id: str = msgspec.field(name="frequencyId")
    date_pattern: str


class ComponentMap(Annotable):
    """Source components mapped to target components through a representation map."""

    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    representation_map: Reference | None = None


class FixedValueMap(Annotable):
    """A component of source or target that has fixed values."""

    source: str | None = None
    target: str | None = None
    values: tuple[str, ...] = ()


class StructureMap(Maintainable):
    """How data of one structure become data of another."""

    artefact_type: ClassVar[str] = "structuremap"
    package: ClassVar[str] = "structuremapping"
    urn_class: ClassVar[str] = "StructureMap"
    container: ClassVar[str] = "structureMaps"
    stub_fields: ClassVar[tuple[str, ...]] = ("source", "target")

    source: Reference | None = None
    target: Reference | None = None
    epoch_maps: tuple[EpochMap, ...] = ()
    date_pattern_maps: tuple[DatePatternMap, ...] = ()
    frequency_format_mappings: tuple[FrequencyFormatMapping, ...] = ()
    component_maps: tuple[ComponentMap, ...] = ()
    fixed_value_maps: tuple[FixedValueMap, ...] = ()


class MappedValue(Value):
    """A source value, a regular expression, or part of a value."""

    value: str
    is_reg_ex: bool | None = None
    start_index: int | None = None
    end_index: int | None = None


class ValueMapping(Annotable):
    """Source values in the order of the sources, and the target values."""

    source_values: tuple[MappedValue, ...] = ()
    target_values: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None


class RepresentationMapping(Value):
    """One column of a representation map: a list of codes or values, or a data type."""

    codelist: Reference | None = None
    data_type: str | None = None


class RepresentationMap(Maintainable):
    """Values mapped to values."""

    artefact_type: ClassVar[str] = "representationmap"
    package: ClassVar[str] = "structuremapping"
    urn_class: ClassVar[str] = "RepresentationMap"
    container: ClassVar[str] = "representationMaps"
    stub_fields: ClassVar[tuple[str, ...]] = ("source", "target")

    source: tuple[RepresentationMapping, ...] = ()
    target: tuple[RepresentationMapping, ...] = ()
    representation_mappings: tuple[ValueMapping, ...] = ()


class ItemMap(Annotable):
    """An item, or a pattern of items, mapped to an item of the other scheme."""

    source_value: MappedValue
    target_value: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class ItemSchemeMap(Maintainable):
    """Items of one scheme mapped to items of another; ``source`` and ``target`` are URNs."""

    stub_fields: ClassVar[tuple[str, ...]] = ("source", "target")

    source: Reference | None = None
    target: Reference | None = None
    item_maps: tuple[ItemMap, ...] = ()


class ConceptSchemeMap(ItemSchemeMap):
    """Concepts mapped to concepts."""

    artefact_type: ClassVar[str] = "conceptschememap"
    package: ClassVar[str] = "structuremapping"
    urn_class: ClassVar[str] = "ConceptSchemeMap"
    container: ClassVar[str] = "conceptSchemeMaps"


class CategorySchemeMap(ItemSchemeMap):
    """Categories mapped to categories."""

    artefact_type: ClassVar[str] = "categoryschememap"
    package: ClassVar[str] = "structuremapping"
    urn_class: ClassVar[str] = "CategorySchemeMap"
    container: ClassVar[str] = "categorySchemeMaps"


class OrganisationSchemeMap(ItemSchemeMap):
    """Organisations mapped to organisations."""

    artefact_type: ClassVar[str] = "organisationschememap"
    package: ClassVar[str] = "structuremapping"
    urn_class: ClassVar[str] = "OrganisationSchemeMap"
    container: ClassVar[str] = "organisationSchemeMaps"


class ReportingTaxonomyMap(ItemSchemeMap):
    """Reporting categories mapped to reporting categories."""

    artefact_type: ClassVar[str] = "reportingtaxonomymap"
    package: ClassVar[str] = "structuremapping"
    urn_class: ClassVar[str] = "ReportingTaxonomyMap"
    container: ClassVar[str] = "reportingTaxonomyMaps"
