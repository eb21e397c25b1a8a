"""Item schemes in SDMX-ML 2.1: organisations, codes, concepts, categories, reports.

Source: SDMX 2.1 SDMXStructureOrganisation.xsd, SDMXStructureCodelist.xsd,
SDMXStructureConcept.xsd, SDMXStructureCategory.xsd, SDMXStructureReportingTaxonomy.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import PARENT, references
from sdmx_server.formats.structure.ml21_shapes import (
    BASIC_FORMAT,
    ITEM_SCHEME,
    NAMEABLE,
    NAMES,
    representation,
)
from sdmx_server.formats.structure.parts import (
    Shape,
    attribute,
    many,
    one,
    text,
    text_list,
    texts,
)
from sdmx_server.model.category import Category, CategoryScheme
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.concept import Concept, ConceptScheme, IsoConceptReference
from sdmx_server.model.organisation import (
    AgencyScheme,
    Contact,
    DataConsumerScheme,
    DataProviderScheme,
    Organisation,
    OrganisationUnit,
    OrganisationUnitScheme,
)
from sdmx_server.model.reportingtaxonomy import ReportingCategory, ReportingTaxonomy

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


def _organisations(item_class: str) -> Shape:
    return Shape(Organisation, (*NAMEABLE, _CONTACTS), item_class)


AGENCY_SCHEME = Shape(
    AgencyScheme,
    (*ITEM_SCHEME, many(f"{STR}Agency", "agencies", _organisations("Agency"))),
)
DATA_CONSUMER_SCHEME = Shape(
    DataConsumerScheme,
    (
        *ITEM_SCHEME,
        many(f"{STR}DataConsumer", "data_consumers", _organisations("DataConsumer")),
    ),
)
DATA_PROVIDER_SCHEME = Shape(
    DataProviderScheme,
    (
        *ITEM_SCHEME,
        many(f"{STR}DataProvider", "data_providers", _organisations("DataProvider")),
    ),
)
ORGANISATION_UNIT = Shape(OrganisationUnit, (*NAMEABLE, PARENT, _CONTACTS), "OrganisationUnit")
ORGANISATION_UNIT_SCHEME = Shape(
    OrganisationUnitScheme,
    (*ITEM_SCHEME, many(f"{STR}OrganisationUnit", "organisation_units", ORGANISATION_UNIT)),
)

CODE = Shape(Code, (*NAMEABLE, PARENT), "Code")
CODELIST = Shape(Codelist, (*ITEM_SCHEME, many(f"{STR}Code", "codes", CODE)))

ISO_CONCEPT_REFERENCE = Shape(
    IsoConceptReference,
    (
        text(f"{STR}ConceptAgency", "concept_agency"),
        text(f"{STR}ConceptSchemeID", "concept_scheme_id"),
        text(f"{STR}ConceptID", "concept_id"),
    ),
)
CONCEPT = Shape(
    Concept,
    (
        *NAMEABLE,
        PARENT,
        representation(f"{STR}CoreRepresentation", "core_representation", BASIC_FORMAT),
        one(f"{STR}ISOConceptReference", "iso_concept_reference", ISO_CONCEPT_REFERENCE),
    ),
    "Concept",
)
CONCEPT_SCHEME = Shape(ConceptScheme, (*ITEM_SCHEME, many(f"{STR}Concept", "concepts", CONCEPT)))

CATEGORY = Shape(
    Category, (*NAMEABLE, many(f"{STR}Category", "categories")), "Category", nests=True
)
CATEGORY_SCHEME = Shape(
    CategoryScheme, (*ITEM_SCHEME, many(f"{STR}Category", "categories", CATEGORY))
)

REPORTING_CATEGORY = Shape(
    ReportingCategory,
    (
        *NAMEABLE,
        many(f"{STR}ReportingCategory", "reporting_categories"),
        references(f"{STR}StructuralMetadata", "structural_metadata", "DataStructure"),
        references(f"{STR}ProvisioningMetadata", "provisioning_metadata", "Dataflow"),
    ),
    "ReportingCategory",
    nests=True,
)
REPORTING_TAXONOMY = Shape(
    ReportingTaxonomy,
    (
        *ITEM_SCHEME,
        many(f"{STR}ReportingCategory", "reporting_categories", REPORTING_CATEGORY),
    ),
)
