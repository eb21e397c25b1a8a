"""Item schemes in SDMX-ML 3.x: organisations, codes, concepts, categories, reports.

Source: SDMX 3.1, SDMXStructureOrganisation.xsd, SDMXStructureCodelist.xsd,
SDMXStructureConcept.xsd, SDMXStructureCategory.xsd, SDMXStructureReportingTaxonomy.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml3_parts import STR, constant, flat, token, token_list
from sdmx_server.formats.structure.ml3_shapes import (
    ANNOTATIONS,
    DESCRIPTIONS,
    NAMEABLE,
    NAMES,
    REPRESENTATION,
    VERSION_UNLESS_FIXED,
    item_scheme,
    maintainable,
)
from sdmx_server.formats.structure.parts import (
    Node,
    Part,
    Place,
    Shape,
    add,
    attribute,
    decode_boolean,
    encode_boolean,
    many,
    one,
    text,
    text_list,
    texts,
)
from sdmx_server.model.category import Categorisation, Category, CategoryScheme
from sdmx_server.model.codelist import (
    Code,
    Codelist,
    CodelistExtension,
    CodeSelection,
    GeoFeatureSetCode,
    GeographicCodelist,
    GeoGridCode,
    GeoGridCodelist,
    MemberValue,
    ValueItem,
    ValueList,
)
from sdmx_server.model.concept import Concept, ConceptScheme, IsoConceptReference
from sdmx_server.model.organisation import (
    AgencyScheme,
    Contact,
    DataConsumerScheme,
    DataProviderScheme,
    MetadataProviderScheme,
    Organisation,
    OrganisationUnit,
    OrganisationUnitScheme,
)
from sdmx_server.model.reportingtaxonomy import ReportingCategory, ReportingTaxonomy


def decode_cascade(cascade: str) -> bool | str:
    """Return whether codes below a code are meant as well; not itself: ``excluderoot``."""
    return cascade if cascade == "excluderoot" else decode_boolean(cascade)


def encode_cascade(cascade: bool | str) -> str:
    """Return the text of a cascade."""
    return cascade if isinstance(cascade, str) else encode_boolean(cascade)


CONTACT = Shape(
    Contact,
    (
        attribute("id", "id"),
        NAMES,
        texts(f"{STR}Department", "departments"),
        texts(f"{STR}Role", "roles"),
        text_list(f"{STR}Telephone", "telephones"),
        text_list(f"{STR}Fax", "faxes"),
        text_list(f"{STR}X400", "x400s"),
        text_list(f"{STR}URI", "uris"),
        text_list(f"{STR}Email", "emails"),
    ),
)
_CONTACTS = many(f"{STR}Contact", "contacts", CONTACT)


def _organisations(item_class: str, field: str) -> tuple[Part, ...]:
    organisation = Shape(Organisation, (*NAMEABLE, _CONTACTS), item_class)
    return item_scheme(
        many(f"{STR}{item_class}", field, organisation), version=VERSION_UNLESS_FIXED
    )


_UNIT = Shape(
    OrganisationUnit, (*NAMEABLE, token("Parent", "parent"), _CONTACTS), "OrganisationUnit"
)

_CODE_PARTS = (*NAMEABLE, token("Parent", "parent"))


def _read_wildcards(node: Node) -> tuple[str, ...]:
    return tuple(
        (child.text or "").strip()
        for child in node.element.iterchildren(f"{STR}MemberValue")
        if _is_wildcard(child.text or "", child.get("cascadeValues"))
    )


def _is_wildcard(value: str, cascade: str | None) -> bool:
    return "%" in value and cascade is None


def _write_wildcards(values: tuple[str, ...], place: Place) -> None:
    for value in values:
        add(place.element, f"{STR}MemberValue", value)


def _parse_members(found: list[tuple[str, str, dict[str, str]]]) -> tuple[MemberValue, ...]:
    return tuple(
        MemberValue(
            value=value.strip(),
            cascade_values=decode_cascade(attributes["cascadeValues"])
            if "cascadeValues" in attributes
            else None,
        )
        for _, value, attributes in found
        if not _is_wildcard(value, attributes.get("cascadeValues"))
    )


def _spell_members(members: tuple[MemberValue, ...]) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (
            "MemberValue",
            member.value,
            {}
            if member.cascade_values is None
            else {"cascadeValues": encode_cascade(member.cascade_values)},
        )
        for member in members
    ]


_SELECTION = Shape(
    CodeSelection,
    (
        Part("wildcarded_member_values", _read_wildcards, _write_wildcards),
        flat(("MemberValue",), "member_values", _parse_members, _spell_members),
    ),
)

_EXTENSIONS = many(
    f"{STR}CodelistExtension",
    "codelist_extensions",
    Shape(
        CodelistExtension,
        (
            attribute("prefix", "prefix"),
            token("Codelist", "codelist"),
            one(f"{STR}InclusiveCodeSelection", "inclusive_code_selection", _SELECTION),
            one(f"{STR}ExclusiveCodeSelection", "exclusive_code_selection", _SELECTION),
        ),
    ),
)

_ISO_CONCEPT = Shape(
    IsoConceptReference,
    (
        token("ConceptAgency", "concept_agency"),
        token("ConceptSchemeID", "concept_scheme_id"),
        token("ConceptID", "concept_id"),
    ),
)

_CONCEPT = Shape(
    Concept,
    (
        *NAMEABLE,
        token("Parent", "parent"),
        one(f"{STR}CoreRepresentation", "core_representation", REPRESENTATION),
        one(f"{STR}ISOConceptReference", "iso_concept_reference", _ISO_CONCEPT),
    ),
    "Concept",
)

_CATEGORY = Shape(
    Category, (*NAMEABLE, many(f"{STR}Category", "categories")), "Category", nests=True
)

_REPORTING_CATEGORY = Shape(
    ReportingCategory,
    (
        *NAMEABLE,
        many(f"{STR}ReportingCategory", "reporting_categories"),
        token_list("StructuralMetadata", "structural_metadata"),
        token_list("ProvisioningMetadata", "provisioning_metadata"),
    ),
    "ReportingCategory",
    nests=True,
)

SHAPES: tuple[Shape, ...] = (
    Shape(AgencyScheme, _organisations("Agency", "agencies")),
    Shape(DataProviderScheme, _organisations("DataProvider", "data_providers")),
    Shape(DataConsumerScheme, _organisations("DataConsumer", "data_consumers")),
    Shape(MetadataProviderScheme, _organisations("MetadataProvider", "metadata_providers")),
    Shape(
        OrganisationUnitScheme,
        item_scheme(
            many(f"{STR}OrganisationUnit", "organisation_units", _UNIT),
            version=VERSION_UNLESS_FIXED,
        ),
    ),
    Shape(
        Codelist,
        item_scheme(
            many(f"{STR}Code", "codes", Shape(Code, _CODE_PARTS, "Code")),
            _EXTENSIONS,
        ),
    ),
    Shape(
        GeographicCodelist,
        item_scheme(
            constant("geoType", "GeographicCodelist"),
            many(
                f"{STR}GeoFeatureSetCode",
                "geo_feature_set_codes",
                Shape(GeoFeatureSetCode, (attribute("value", "value"), *_CODE_PARTS), "Code"),
            ),
            _EXTENSIONS,
        ),
    ),
    Shape(
        GeoGridCodelist,
        item_scheme(
            constant("geoType", "GeoGridCodelist"),
            many(
                f"{STR}GeoGridCode",
                "geo_grid_codes",
                Shape(GeoGridCode, (*_CODE_PARTS, text(f"{STR}GeoCell", "geo_cell")), "Code"),
            ),
            _EXTENSIONS,
            text(f"{STR}GridDefinition", "grid_definition"),
        ),
    ),
    Shape(
        ValueList,
        maintainable(
            many(
                f"{STR}ValueItem",
                "value_items",
                Shape(ValueItem, (attribute("id", "id"), ANNOTATIONS, NAMES, DESCRIPTIONS)),
            )
        ),
    ),
    Shape(ConceptScheme, item_scheme(many(f"{STR}Concept", "concepts", _CONCEPT))),
    Shape(CategoryScheme, item_scheme(many(f"{STR}Category", "categories", _CATEGORY))),
    Shape(
        Categorisation,
        maintainable(
            token("Source", "source"),
            token("Target", "target"),
            version=VERSION_UNLESS_FIXED,
        ),
    ),
    Shape(
        ReportingTaxonomy,
        item_scheme(many(f"{STR}ReportingCategory", "reporting_categories", _REPORTING_CATEGORY)),
    ),
)
"""Item schemes and categorisations."""
