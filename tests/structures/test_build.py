"""What the shipped content is built into."""

import csv
from collections import Counter
from pathlib import Path
from typing import TypeVar

import pytest

from sdmx_server.model.artefact import ItemScheme, Maintainable, Nameable
from sdmx_server.model.catalogue import ARTEFACT_TYPES, decode, encode, items, type_name
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.constraint import DataConstraint
from sdmx_server.model.datastructure import Attribute, Dataflow, DataStructure
from sdmx_server.model.hierarchy import HierarchicalCode, Hierarchy
from sdmx_server.model.mapping import RepresentationMap, StructureMap
from sdmx_server.model.urn import parse_urn
from structures.build import build

OBSERVATIONS = Path(__file__).parents[1] / "data" / "observations.csv"

Kind = TypeVar("Kind", bound=Maintainable)

ARTEFACTS = build()


def find(kind: type[Kind], id_: str, agency: str = "ID_KOTASERANG") -> Kind:
    """Return the artefact of a type, agency and id."""
    return next(
        artefact
        for artefact in ARTEFACTS
        if isinstance(artefact, kind) and (artefact.agency_id, artefact.id) == (agency, id_)
    )


def allowed(dataflow_id: str) -> dict[str, set[str]]:
    """Return the codes that a dataflow may hold, by dimension."""
    constraint = next(
        artefact
        for artefact in ARTEFACTS
        if isinstance(artefact, DataConstraint)
        and artefact.constraint_attachment
        and parse_urn(artefact.constraint_attachment.dataflows[0]).id == dataflow_id
    )
    return {
        key.id: {value.value for value in key.values}
        for key in constraint.cube_regions[0].key_values
    }


def observations() -> list[dict[str, str]]:
    """Return the published figures, the breakdown as columns of its own."""
    with OBSERVATIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for part in filter(None, row["BREAKDOWN"].split(";")):
            dimension, _, code = part.partition("=")
            row[dimension] = code.split()[0]
        row["REF_AREA"] = row["REF_AREA_BPS"]
        row["FISCAL_ITEM"] = row["INDICATOR"]
    return rows


def test_every_kind_of_artefact_is_there() -> None:
    counted = Counter(artefact.artefact_type for artefact in ARTEFACTS)
    assert counted["dataflow"] == counted["dataconstraint"] == 39
    assert counted["categorisation"] == 2 * 39
    assert counted["datastructure"] == 10
    assert set(counted) == {
        "agencyscheme",
        "categorisation",
        "categoryscheme",
        "codelist",
        "conceptscheme",
        "dataconstraint",
        "dataconsumerscheme",
        "dataflow",
        "dataproviderscheme",
        "datastructure",
        "hierarchy",
        "provisionagreement",
        "representationmap",
        "structuremap",
    }


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=lambda artefact: artefact.urn)
def test_every_artefact_and_item_is_named_in_both_languages(artefact: Maintainable) -> None:
    named: list[Nameable] = [artefact]
    if isinstance(artefact, ItemScheme):
        named.extend(items(artefact))
    for each in named:
        assert list(each.names) == ["id", "en"], each.id
        assert list(each.descriptions) in ([], ["id", "en"]), each.id


def test_an_artefact_comes_after_what_it_refers_to() -> None:
    order = [type(artefact) for artefact in ARTEFACTS]
    assert set(order) <= set(ARTEFACT_TYPES)
    assert order.index(Codelist) < order.index(Dataflow)
    assert max(i for i, kind in enumerate(order) if kind is DataStructure) < order.index(Dataflow)


def test_artefacts_survive_being_stored() -> None:
    for artefact in ARTEFACTS:
        assert decode(type_name(artefact), encode(artefact)) == artefact


def test_no_two_artefacts_have_one_urn() -> None:
    assert len({artefact.urn for artefact in ARTEFACTS}) == len(ARTEFACTS)


def test_all_areas_of_the_city_have_the_codes_of_both_systems() -> None:
    codes = find(Codelist, "CL_AREA_SERANG").codes
    notes = {code.id: {a.type: a.value for a in code.annotations} for code in codes}
    in_city = [code.id for code in codes if code.id.startswith("3673")]
    assert len(in_city) == 1 + 6 + 67
    assert all(notes[id_]["KODE_KEMENDAGRI"].startswith("36.73") for id_ in in_city)
    assert notes["3673040"]["KODE_KEMENDAGRI"] == "36.73.01"
    assert notes["3673040001"] == {
        "LEVEL": "KELURAHAN",
        "NAMA": "Serang",
        "KODE_KEMENDAGRI": "36.73.01.1001",
        "KODE_POS": "42116",
    }


def test_the_hierarchy_holds_every_area_once() -> None:
    def ids(codes: tuple[HierarchicalCode, ...]) -> list[str]:
        return [id_ for code in codes for id_ in (code.id, *ids(code.hierarchical_codes))]

    hierarchy = find(Hierarchy, "H_WILAYAH")
    codelist = find(Codelist, "CL_AREA_SERANG")
    assert sorted(ids(hierarchy.hierarchical_codes)) == sorted(code.id for code in codelist.codes)


def test_the_method_is_part_of_the_key_of_the_human_development_index_alone() -> None:
    keys = {
        dsd.id: [d.id for d in dsd.data_structure_components.dimension_list.dimensions]
        for dsd in ARTEFACTS
        if isinstance(dsd, DataStructure) and dsd.data_structure_components
    }
    assert keys["DSD_IPM"] == ["FREQ", "REF_AREA", "INDICATOR", "METHOD"]
    assert [id_ for id_, key in keys.items() if "METHOD" in key] == ["DSD_IPM"]


def test_attributes_stand_where_they_vary() -> None:
    components = find(DataStructure, "DSD_PENDUDUK").data_structure_components
    assert components is not None
    assert components.attribute_list is not None
    attributes = {attribute.id: attribute for attribute in components.attribute_list.attributes}

    def level(attribute: Attribute) -> object:
        relation = attribute.attribute_relationship
        if relation.observation is not None:
            return "observation"
        if relation.dataflow is not None:
            return "dataflow"
        return relation.group or relation.dimensions

    assert level(attributes["OBS_STATUS"]) == "observation"
    assert level(attributes["COLL_METHOD"]) == "dataflow"
    assert level(attributes["TITLE"]) == "Sibling"
    assert level(attributes["UNIT_MEASURE"]) == ("FREQ", "REF_AREA", "INDICATOR", "SEX", "AGE")
    mandatory = {id_ for id_, each in attributes.items() if each.usage == "mandatory"}
    assert mandatory == {"UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS"}
    assert components.groups[0].group_dimensions == ("REF_AREA", "INDICATOR", "SEX", "AGE")


def test_every_code_of_the_published_figures_is_allowed_by_its_dataflow() -> None:
    rows = observations()
    assert len(rows) == 249
    for row in rows:
        for dimension, codes in allowed(row["DATAFLOW"]).items():
            if row.get(dimension):
                assert row[dimension] in codes, (row["DATAFLOW"], dimension, row[dimension])


@pytest.mark.parametrize(
    ("column", "codelist", "agency"),
    [
        ("UNIT_MEASURE", "CL_UNIT_SERANG", "ID_KOTASERANG"),
        ("UNIT_MULT", "CL_UNIT_MULT", "SDMX"),
        ("OBS_STATUS", "CL_OBS_STATUS", "SDMX"),
        ("FREQ", "CL_FREQ", "SDMX"),
        ("SEX", "CL_SEX", "SDMX"),
        ("COICOP", "CL_COICOP", "ID_KOTASERANG"),
        ("BASE_PER", "CL_BASE_PER", "ID_KOTASERANG"),
        ("PRICES", "CL_PRICES", "ID_KOTASERANG"),
        ("STAGE", "CL_STAGE", "ID_KOTASERANG"),
        ("ACTIVITY", "CL_ACTIVITY", "ID_KOTASERANG"),
    ],
)
def test_codes_of_the_published_figures_are_in_the_lists(
    column: str, codelist: str, agency: str
) -> None:
    codes = {code.id for code in find(Codelist, codelist, agency).codes}
    assert {row[column] for row in observations() if row.get(column)} <= codes


def test_a_dataflow_may_hold_only_areas_of_its_level() -> None:
    assert allowed("DF_APBD")["REF_AREA"] == {"3673"}
    assert len(allowed("DF_PADI")["REF_AREA"]) == 1 + 6
    assert len(allowed("DF_PEMILIH")["REF_AREA"]) == 1 + 6 + 67


def test_a_word_with_a_plus_allows_a_code_and_all_below_it() -> None:
    assert allowed("DF_PADI")["PRODUCT"] == {"_T", "PADI", "PADI_SAWAH", "PADI_LADANG"}


def test_indicators_become_series_of_the_global_goals() -> None:
    values = find(RepresentationMap, "RM_INDICATOR_SERIES").representation_mappings
    series = {each.source_values[0].value: each.target_values[0] for each in values}
    assert series["POV_P0"] == "SI_POV_NAHC"
    structure = find(StructureMap, "SM_KETENAGAKERJAAN_SDG")
    targets = [each.target for each in structure.fixed_value_maps]
    mapped = [target for each in structure.component_maps for target in each.target]
    assert "SEX" in mapped
    assert len({*targets, *mapped}) == len(targets) + len(mapped)
