"""Structure sets of SDMX 2.1 and the maps of SDMX 3."""

from __future__ import annotations

from typing import Any

import pytest

from sdmx_server.formats.structure import ml3, ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.model.artefact import Annotation, Maintainable
from sdmx_server.model.legacy import StructureSet
from sdmx_server.model.mapping import (
    CategorySchemeMap,
    ComponentMap,
    ConceptSchemeMap,
    ItemMap,
    MappedValue,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    RepresentationMap,
    RepresentationMapping,
    StructureMap,
    ValueMapping,
)
from tests.formats.structure.ml21_messages import DATA, MESSAGE, plain

URN = "urn:sdmx:org.sdmx.infomodel."
CL_A = f"{URN}codelist.Codelist=AG:CL_A(1.0)"
CL_B = f"{URN}codelist.Codelist=AG:CL_B(1.0)"


def by_id(artefacts: tuple[Maintainable, ...]) -> dict[tuple[str, str], Any]:
    return {(type(artefact).__name__, artefact.id): artefact for artefact in artefacts}


@pytest.fixture
def found() -> dict[tuple[str, str], Any]:
    """What comes of the structure set with every kind of map."""
    return by_id(ml21.read((DATA / "21_more/structureset.xml").read_bytes()))


def test_a_structure_set_is_kept_with_its_maps_beside_it(found: dict[Any, Any]) -> None:
    assert list(found) == [
        ("StructureSet", "SS"),
        ("OrganisationSchemeMap", "SS_OM"),
        ("CategorySchemeMap", "SS_CM"),
        ("RepresentationMap", "SS_LM"),
        ("ConceptSchemeMap", "SS_KM"),
        ("ReportingTaxonomyMap", "SS_RM"),
        ("RepresentationMap", "SS_SM_STATUS"),
        ("StructureMap", "SS_SM"),
    ]


def test_a_codelist_map_maps_representations(found: dict[Any, Any]) -> None:
    held = found["RepresentationMap", "SS_LM"]

    assert held.source == (RepresentationMapping(codelist=CL_A),)
    assert held.target == (RepresentationMapping(codelist=CL_B),)
    assert held.representation_mappings == (
        ValueMapping(source_values=(MappedValue(value="A"),), target_values=("B",)),
        ValueMapping(source_values=(MappedValue(value="C"),), target_values=("D",)),
    )


def test_components_are_mapped_through_the_representation_maps(found: dict[Any, Any]) -> None:
    held = found["StructureMap", "SS_SM"]

    assert held.source == f"{URN}datastructure.Dataflow=AG:DF(1.0)"
    assert held.component_maps == (
        ComponentMap(
            annotations=(Annotation(type="T"),),
            source=("AREA",),
            target=("REF_AREA",),
            representation_map=found["RepresentationMap", "SS_LM"].urn,
        ),
        ComponentMap(
            source=("STATUS",),
            target=("OBS_STATUS",),
            representation_map=found["RepresentationMap", "SS_SM_STATUS"].urn,
        ),
        ComponentMap(source=("SEX",), target=("TITLE",)),
        ComponentMap(source=("FREQ",), target=("FREQ",)),
    )


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_the_maps_are_valid_in_sdmx_3(found: dict[Any, Any], version: str) -> None:
    content = ml3.write(tuple(found.values()), MESSAGE, version)
    validate(content, version)

    ids = [artefact.id for artefact in ml3.read(content)]
    assert sorted(ids) == sorted(id_ for kind, id_ in found if kind != "StructureSet")


def test_maps_are_not_written_beside_their_structure_set(found: dict[Any, Any]) -> None:
    content = ml21.write(tuple(found.values()), MESSAGE)

    assert plain(content) == plain((DATA / "21_more/structureset.xml").read_bytes())


def item_map(source: str, target: str | None, **more: Any) -> ItemMap:
    return ItemMap(source_value=MappedValue(value=source, **more), target_value=target)


def end(package: str, urn_class: str, id_: str) -> str:
    return f"{URN}{package}.{urn_class}=AG:{id_}(1.0)"


SAME: dict[str, Maintainable] = {
    "concepts": ConceptSchemeMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        source=end("conceptscheme", "ConceptScheme", "CS"),
        target=end("conceptscheme", "ConceptScheme", "CS2"),
        item_maps=(item_map("A", "B"), item_map("C", "D")),
    ),
    "categories": CategorySchemeMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        annotations=(Annotation(type="T"),),
        source=end("categoryscheme", "CategoryScheme", "CAT"),
        target=end("categoryscheme", "CategoryScheme", "CAT2"),
        item_maps=(item_map("A.B", "C"),),
    ),
    "organisations": OrganisationSchemeMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        source=end("base", "AgencyScheme", "AGENCIES"),
        target=end("base", "OrganisationUnitScheme", "OUS"),
        item_maps=(item_map("A", "B"),),
    ),
    "reporting categories": ReportingTaxonomyMap(
        id="M",
        agency_id="AG",
        version="1.2.3",
        names={"en": "Map"},
        source=end("categoryscheme", "ReportingTaxonomy", "RT"),
        target=end("categoryscheme", "ReportingTaxonomy", "RT2"),
        item_maps=(item_map("A", "B"),),
    ),
    "codes": RepresentationMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        descriptions={"en": "Codes to codes"},
        source=(RepresentationMapping(codelist=CL_A),),
        target=(RepresentationMapping(codelist=CL_B),),
        representation_mappings=(
            ValueMapping(source_values=(MappedValue(value="A"),), target_values=("B",)),
        ),
    ),
}


@pytest.mark.parametrize("held", SAME.values(), ids=SAME.keys())
def test_a_map_of_ids_goes_into_a_structure_set_and_comes_back(held: Maintainable) -> None:
    content = ml21.write((held,), MESSAGE)
    validate(content, "2.1")

    assert b"<str:StructureSet " in content
    assert ml21.read(content) == (held,)


def concepts(*item_maps: ItemMap) -> ConceptSchemeMap:
    return ConceptSchemeMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        source=end("conceptscheme", "ConceptScheme", "CS"),
        target=end("conceptscheme", "ConceptScheme", "CS2"),
        item_maps=item_maps,
    )


INEXPRESSIBLE: dict[str, Maintainable] = {
    "a pattern": concepts(item_map("A.*", "B", is_reg_ex=True)),
    "part of an id": concepts(item_map("A", "B", start_index=1)),
    "no target": concepts(item_map("A", None)),
    "no longer valid": concepts(
        ItemMap(
            source_value=MappedValue(value="A"), target_value="B", valid_to="2020-01-01T00:00:00"
        )
    ),
    "two columns": RepresentationMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        source=(RepresentationMapping(codelist=CL_A), RepresentationMapping(codelist=CL_A)),
        target=(RepresentationMapping(codelist=CL_B),),
        representation_mappings=(
            ValueMapping(
                source_values=(MappedValue(value="A"), MappedValue(value="B")),
                target_values=("C",),
            ),
        ),
    ),
    "text": RepresentationMap(
        id="M",
        agency_id="AG",
        names={"en": "Map"},
        source=(RepresentationMapping(data_type="String"),),
        target=(RepresentationMapping(codelist=CL_B),),
        representation_mappings=(
            ValueMapping(source_values=(MappedValue(value="A"),), target_values=("B",)),
        ),
    ),
    "structures": StructureMap(id="M", agency_id="AG", names={"en": "Map"}),
}


@pytest.mark.parametrize("held", INEXPRESSIBLE.values(), ids=INEXPRESSIBLE.keys())
def test_any_other_map_cannot_be_said(held: Maintainable) -> None:
    assert not ml21.expressible(held)
    assert ml21.read(ml21.write((held,), MESSAGE)) == ()


def test_a_map_of_nothing_as_stubs_are_is_a_set_of_no_maps() -> None:
    (found,) = ml21.read(ml21.write((concepts(),), MESSAGE))
    assert isinstance(found, StructureSet)
    assert (found.id, found.item_scheme_maps) == (concepts().id, ())


def test_a_set_that_says_more_than_its_map_is_kept_beside_it() -> None:
    content = ml21.write((SAME["codes"],), MESSAGE).replace(b">Codes to codes<", b">Other<", 1)
    found = ml21.read(content)

    assert [type(artefact) for artefact in found] == [StructureSet, RepresentationMap]
    assert found[1] == SAME["codes"]
