"""SDMX-ML 2.1 structure messages read by the Python clients in use: sdmx1 and pysdmx."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pysdmx.io
import pysdmx.model as pm
import pytest
import sdmx
from sdmx.model import v21

from sdmx_server.formats.structure import ml21
from sdmx_server.model.artefact import Annotation, Maintainable
from sdmx_server.model.category import Categorisation, Category, CategoryScheme
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
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
    Group,
    Measure,
    MeasureList,
    ProvisionAgreement,
    TimeDimension,
)
from sdmx_server.model.organisation import (
    AgencyScheme,
    Contact,
    DataProviderScheme,
    Organisation,
)
from sdmx_server.model.representation import Representation, TextFormat
from tests.formats.structure.ml21_messages import MESSAGE

Artefact = Maintainable | AvailabilityConstraint

AREAS = Codelist(
    id="CL_AREA",
    agency_id="AG",
    version="1.0.0",
    names={"id": "Wilayah", "en": "Areas"},
    annotations=(Annotation(id="N", type="NOTE", texts={"en": "A note"}),),
    codes=(
        Code(id="3673", names={"id": "Kota Serang", "en": "Serang City"}),
        Code(id="367301", names={"en": "Curug"}, parent="3673"),
    ),
)
STATUSES = Codelist(
    id="CL_OBS_STATUS",
    agency_id="AG",
    version="1.0.0",
    names={"en": "Status"},
    codes=(Code(id="A", names={"en": "Normal"}),),
)
CONCEPTS = ConceptScheme(
    id="CS",
    agency_id="AG",
    version="1.0.0",
    names={"en": "Concepts"},
    concepts=tuple(
        Concept(id=id_, names={"en": id_.title()})
        for id_ in ("FREQ", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "TITLE", "NOTE")
    ),
)


def concept(id_: str) -> str:
    return CONCEPTS.item_urn(id_)


DSD = DataStructure(
    id="DSD",
    agency_id="AG",
    version="1.0.0",
    names={"en": "Structure"},
    data_structure_components=DataStructureComponents(
        dimension_list=DimensionList(
            dimensions=(
                Dimension(
                    id="FREQ",
                    concept_identity=concept("FREQ"),
                    local_representation=Representation(format=TextFormat(data_type="String")),
                    position=0,
                ),
                Dimension(
                    id="REF_AREA",
                    concept_identity=concept("REF_AREA"),
                    local_representation=Representation(enumeration=AREAS.urn),
                    position=1,
                ),
            ),
            time_dimension=TimeDimension(concept_identity=concept("TIME_PERIOD")),
        ),
        groups=(Group(id="Sibling", group_dimensions=("REF_AREA",)),),
        attribute_list=AttributeList(
            attributes=(
                Attribute(
                    id="OBS_STATUS",
                    concept_identity=concept("OBS_STATUS"),
                    local_representation=Representation(enumeration=STATUSES.urn),
                    usage="mandatory",
                    attribute_relationship=AttributeRelationship(observation=Empty()),
                ),
                Attribute(
                    id="TITLE",
                    concept_identity=concept("TITLE"),
                    attribute_relationship=AttributeRelationship(group="Sibling"),
                ),
                Attribute(
                    id="NOTE",
                    concept_identity=concept("NOTE"),
                    attribute_relationship=AttributeRelationship(dataflow=Empty()),
                ),
            )
        ),
        measure_list=MeasureList(
            measures=(
                Measure(
                    id="OBS_VALUE",
                    concept_identity=concept("OBS_VALUE"),
                    local_representation=Representation(format=TextFormat(data_type="Double")),
                ),
            )
        ),
    ),
)
FLOW = Dataflow(
    id="DF",
    agency_id="AG",
    version="1.0.0",
    names={"id": "Penduduk", "en": "Population"},
    structure=DSD.urn,
)
AGENCIES = AgencyScheme(
    id="AGENCIES",
    agency_id="SDMX",
    names={"en": "Agencies"},
    agencies=(
        Organisation(
            id="AG",
            names={"en": "Agency"},
            contacts=(Contact(names={"en": "Desk"}, emails=("desk@example.org",)),),
        ),
    ),
)
PROVIDERS = DataProviderScheme(
    id="DATA_PROVIDERS",
    agency_id="AG",
    names={"en": "Providers"},
    data_providers=(Organisation(id="DP", names={"en": "Provider"}),),
)
AGREEMENT = ProvisionAgreement(
    id="PA",
    agency_id="AG",
    version="1.0.0",
    names={"en": "Agreement"},
    dataflow=FLOW.urn,
    data_provider=PROVIDERS.item_urn("DP"),
)
CATEGORIES = CategoryScheme(
    id="CAT",
    agency_id="AG",
    version="1.0.0",
    names={"en": "Topics"},
    categories=(
        Category(
            id="POP",
            names={"en": "People"},
            categories=(Category(id="AGE", names={"en": "Ages"}),),
        ),
    ),
)
CATEGORISATION = Categorisation(
    id="C1",
    agency_id="AG",
    names={"en": "Population by age"},
    source=FLOW.urn,
    target=CATEGORIES.item_urn("POP.AGE"),
)
AVAILABILITY = AvailabilityConstraint(
    constraint_attachment=ConstraintAttachment(dataflows=(FLOW.urn,)),
    cube_region=CubeRegion(
        key_values=(
            CubeRegionKey(id="FREQ", values=(ComponentValue(value="A"),)),
            CubeRegionKey(id="REF_AREA", values=(ComponentValue(value="3673"),)),
        )
    ),
    series_count=1,
    obs_count=2,
)

ALL: tuple[Artefact, ...] = (
    AGENCIES,
    PROVIDERS,
    FLOW,
    CATEGORIES,
    CATEGORISATION,
    AREAS,
    STATUSES,
    CONCEPTS,
    DSD,
    AGREEMENT,
    AVAILABILITY,
)


@pytest.fixture(scope="module")
def by_sdmx() -> Any:
    """The message as sdmx1 reads it."""
    return sdmx.read_sdmx(io.BytesIO(ml21.write(ALL, MESSAGE)))


@pytest.fixture(scope="module")
def by_pysdmx() -> Any:
    """The message as pysdmx reads it; availability is not among what it knows."""
    content = ml21.write([a for a in ALL if a is not AVAILABILITY], MESSAGE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pysdmx.io.read_sdmx(io.BytesIO(content), validate=True)


def test_sdmx1_reads_codes_with_languages_and_parents(by_sdmx: Any) -> None:
    areas = by_sdmx.codelist["CL_AREA"]

    assert areas.name.localizations == {"id": "Wilayah", "en": "Areas"}
    assert list(areas.items) == ["3673", "367301"]
    assert areas["367301"].parent is areas["3673"]
    assert areas.is_final
    assert areas.urn == AREAS.urn
    assert areas.get_annotation(id="N").text.localizations == {"en": "A note"}


def test_sdmx1_reads_the_data_structure_with_its_lists(by_sdmx: Any) -> None:
    structure = by_sdmx.structure["DSD"]

    assert [dimension.id for dimension in structure.dimensions] == [
        "FREQ",
        "REF_AREA",
        "TIME_PERIOD",
    ]
    area = structure.dimensions.get("REF_AREA").local_representation.enumerated
    assert area is by_sdmx.codelist["CL_AREA"]
    status, title, note = structure.attributes
    assert status.concept_identity is by_sdmx.concept_scheme["CS"]["OBS_STATUS"]
    assert isinstance(status.related_to, v21.PrimaryMeasureRelationship)
    assert title.related_to.group_key.id == "Sibling"
    assert isinstance(note.related_to, v21.NoSpecifiedRelationship)
    assert [measure.id for measure in structure.measures] == ["OBS_VALUE"]


def test_sdmx1_reads_the_flow_and_where_it_belongs(by_sdmx: Any) -> None:
    flow = by_sdmx.dataflow["DF"]
    categorisation = by_sdmx.categorisation["C1"]

    assert flow.structure is by_sdmx.structure["DSD"]
    assert categorisation.artefact is flow
    assert categorisation.category.id == "AGE"
    assert by_sdmx.provisionagreement["PA"].structure_usage is flow
    assert by_sdmx.organisation_scheme["AGENCIES"]["AG"].contact[0].email == ["desk@example.org"]


def test_sdmx1_reads_which_data_exist(by_sdmx: Any) -> None:
    (constraint,) = by_sdmx.constraint.values()
    members = constraint.data_content_region[0].member

    assert constraint.role.role.name == "actual"
    assert {
        dimension.id: [v.value for v in found.values] for dimension, found in members.items()
    } == {
        "FREQ": ["A"],
        "REF_AREA": ["3673"],
    }
    assert {a.id: str(a.title) for a in constraint.annotations} == {
        "series_count": "1",
        "obs_count": "2",
    }


def test_pysdmx_reads_codes_and_concepts(by_pysdmx: Any) -> None:
    codelists = {found.id: found for found in by_pysdmx.get_codelists()}
    (concepts,) = by_pysdmx.get_concept_schemes()

    assert [code.id for code in codelists["CL_AREA"].items] == ["3673", "367301"]
    assert [found.id for found in concepts.items] == [found.id for found in CONCEPTS.concepts]


def test_pysdmx_reads_the_data_structure_with_its_lists(by_pysdmx: Any) -> None:
    (structure,) = by_pysdmx.get_data_structure_definitions()
    components = structure.components

    assert [found.id for found in components.dimensions] == ["FREQ", "REF_AREA", "TIME_PERIOD"]
    assert [found.id for found in components.measures] == ["OBS_VALUE"]
    assert {found.id: found.attachment_level for found in components.attributes} == {
        "OBS_STATUS": "O",
        "TITLE": "REF_AREA",
        "NOTE": "D",
    }
    area = components["REF_AREA"].local_codes
    assert [code.id for code in area.items] == ["3673", "367301"]
    assert components["OBS_VALUE"].dtype == pm.DataType.DOUBLE


def test_pysdmx_reads_the_flow(by_pysdmx: Any) -> None:
    (flow,) = by_pysdmx.get_dataflows()

    assert flow.id == "DF"
    assert flow.structure == "DataStructure=AG:DSD(1.0.0)"
