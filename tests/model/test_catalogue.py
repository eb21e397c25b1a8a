from __future__ import annotations

import re

import pytest
from msgspec import structs

from sdmx_server.model.artefact import Annotation, ItemScheme, Link
from sdmx_server.model.catalogue import (
    ARTEFACT_TYPES,
    by_container,
    by_item_class,
    by_urn_class,
    decode,
    encode,
    items,
    references,
    type_name,
    with_items,
)
from sdmx_server.model.category import Categorisation, Category, CategoryScheme
from sdmx_server.model.codelist import (
    Code,
    Codelist,
    CodelistExtension,
    GeographicCodelist,
    GeoGridCodelist,
)
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ConstraintAttachment,
    CubeRegion,
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
    Empty,
)
from sdmx_server.model.representation import Representation

INFOMODEL = "urn:sdmx:org.sdmx.infomodel."
DSD = f"{INFOMODEL}datastructure.DataStructure=SRG:DSD_PDDK(1.0.0+)"
CODELIST = f"{INFOMODEL}codelist.Codelist=SRG:CL_KECAMATAN(1.0.0)"
CONCEPT = f"{INFOMODEL}conceptscheme.Concept=SRG:CS_SRG(1.0.0)."

_PART = re.compile("[A-Z][a-z]*")


@pytest.mark.parametrize("cls", ARTEFACT_TYPES, ids=lambda cls: cls.__name__)
def test_every_artefact_type_says_what_it_is(cls):
    assert cls.artefact_type == cls.artefact_type.lower()
    assert by_container(cls.container) is cls
    assert cls in by_urn_class(cls.package, cls.urn_class)


@pytest.mark.parametrize(
    "cls",
    [cls for cls in ARTEFACT_TYPES if issubclass(cls, ItemScheme)],
    ids=lambda cls: cls.__name__,
)
def test_every_scheme_names_the_field_of_its_items(cls):
    scheme = cls(id="X", agency_id="SRG")
    assert items(scheme) == ()
    assert cls in by_item_class(cls.package, cls.item_class)
    assert scheme.item_urn("A") == (f"{INFOMODEL}{cls.package}.{cls.item_class}=SRG:X(1.0).A")


def test_three_classes_of_lists_share_one_name_in_queries_and_urns():
    of_urn = by_urn_class("codelist", "Codelist")
    assert of_urn == (Codelist, GeographicCodelist, GeoGridCodelist)
    assert {cls.artefact_type for cls in of_urn} == {"codelist"}
    assert by_container("nothing") is None


def test_items_can_be_exchanged_for_others():
    codelist = Codelist(id="CL", agency_id="SRG", codes=(Code(id="A"), Code(id="B")))
    cut = with_items(codelist, [code for code in items(codelist) if code.id == "B"])
    assert cut == structs.replace(codelist, codes=(Code(id="B"),))


def _dsd() -> DataStructure:
    relationship = AttributeRelationship(observation=Empty())
    return DataStructure(
        id="DSD_PDDK",
        agency_id="SRG",
        links=(Link(rel="about", urn=f"{CONCEPT}LINKED"),),
        annotations=(Annotation(value=f"{CONCEPT}NOTED"),),
        data_structure_components=DataStructureComponents(
            dimension_list=DimensionList(
                dimensions=(
                    Dimension(
                        id="KECAMATAN",
                        concept_identity=f"{CONCEPT}KECAMATAN",
                        local_representation=Representation(enumeration=CODELIST),
                        concept_roles=(f"{CONCEPT}GEO",),
                    ),
                    Dimension(id="KEC2", concept_identity=f"{CONCEPT}KECAMATAN"),
                )
            ),
            attribute_list=AttributeList(
                attributes=(
                    Attribute(
                        id="NOTE",
                        concept_identity=f"{CONCEPT}NOTE",
                        attribute_relationship=relationship,
                    ),
                )
            ),
        ),
    )


@pytest.mark.parametrize(
    ("artefact", "expected"),
    [
        (Dataflow(id="DF", agency_id="SRG", structure=DSD), (DSD,)),
        (Dataflow(id="DF", agency_id="SRG"), ()),
        (
            Codelist(
                id="CL",
                agency_id="SRG",
                codes=(Code(id="A", names={"en": CODELIST}),),
                codelist_extensions=(CodelistExtension(codelist=CODELIST),),
            ),
            (CODELIST,),
        ),
        (
            ConceptScheme(
                id="CS",
                agency_id="SRG",
                concepts=(
                    Concept(id="A", core_representation=Representation(enumeration=CODELIST)),
                ),
            ),
            (CODELIST,),
        ),
        (
            _dsd(),
            (
                f"{CONCEPT}KECAMATAN",
                CODELIST,
                f"{CONCEPT}GEO",
                f"{CONCEPT}NOTE",
            ),
        ),
        (
            CategoryScheme(id="CAT", agency_id="SRG", categories=(Category(id="A", uri=CODELIST),)),
            (),
        ),
        (
            Categorisation(id="C", agency_id="SRG", source=DSD, target=CODELIST),
            (DSD, CODELIST),
        ),
        (
            AvailabilityConstraint(
                constraint_attachment=ConstraintAttachment(data_structures=(DSD,)),
                cube_region=CubeRegion(),
            ),
            (DSD,),
        ),
    ],
)
def test_references_are_the_urns_that_an_artefact_needs_each_once_and_in_order(artefact, expected):
    assert references(artefact) == expected


def test_the_stored_document_comes_back_equal():
    dsd = _dsd()
    assert decode(type_name(dsd), encode(dsd)) == dsd


def test_a_geographic_codelist_comes_back_as_one():
    codelist = GeographicCodelist(id="CL", agency_id="SRG")
    assert type_name(codelist) == "GeographicCodelist"
    assert isinstance(decode("GeographicCodelist", encode(codelist)), GeographicCodelist)
