"""The artefact store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from sdmx_server.errors import SemanticError
from sdmx_server.model.category import Categorisation, Category, CategoryScheme
from sdmx_server.model.codelist import Code, Codelist, GeographicCodelist
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.datastructure import (
    Dataflow,
    DataStructure,
    DataStructureComponents,
    Dimension,
    DimensionList,
    ProvisionAgreement,
)
from sdmx_server.model.organisation import DataProviderScheme, Organisation
from sdmx_server.storage.artefacts import ArtefactStore

MODEL = "urn:sdmx:org.sdmx.infomodel."


def day(number):
    return datetime(2024, 1, number, tzinfo=UTC)


def codelist(version="1.0.0", id="CL_AREA", **fields):
    return Codelist(id=id, agency_id="TST", version=version, **fields)


def dataflow(structure="DSD(1.0.0)", id="DF", **fields):
    urn = f"{MODEL}datastructure.DataStructure=TST:{structure}"
    return Dataflow(id=id, agency_id="TST", version="1.0.0", structure=urn, **fields)


def dsd(version="1.0.0", id="DSD"):
    concept = f"{MODEL}conceptscheme.Concept=TST:CS(1.0.0).AREA"
    area = Dimension(id="AREA", concept_identity=concept)
    components = DataStructureComponents(dimension_list=DimensionList(dimensions=(area,)))
    return DataStructure(
        id=id, agency_id="TST", version=version, data_structure_components=components
    )


CONCEPTS = ConceptScheme(id="CS", agency_id="TST", version="1.0.0", concepts=(Concept(id="AREA"),))
PROVIDERS = DataProviderScheme(
    id="DATA_PROVIDERS", agency_id="TST", version="1.0", data_providers=(Organisation(id="BPS"),)
)
AGREEMENT = ProvisionAgreement(
    id="PA",
    agency_id="TST",
    version="1.0.0",
    dataflow=dataflow().urn,
    data_provider=f"{MODEL}base.DataProvider=TST:DATA_PROVIDERS(1.0).BPS",
)
CATEGORIES = CategoryScheme(
    id="THEMES",
    agency_id="TST",
    version="1.0.0",
    categories=(Category(id="A", categories=(Category(id="A1"),)),),
)
CATEGORISATION = Categorisation(
    id="CAT",
    agency_id="TST",
    version="1.0",
    source=dataflow().urn,
    target=f"{MODEL}categoryscheme.Category=TST:THEMES(1.0.0).A.A1",
)


@pytest.fixture
def store(engine):
    return ArtefactStore(engine)


def ids(stored):
    return sorted(f"{each.urn_class} {each.id} {each.version}" for each in stored)


def test_an_artefact_comes_back_as_it_was_stored(store):
    held = codelist(
        names={"id": "Wilayah", "en": "Areas"},
        codes=(Code(id="3673", names={"id": "Kota Serang"}), Code(id="007", parent="3673")),
    )
    assert store.put([held], day(1)) == 1
    assert store.get([held.urn]) == [held]


def test_artefacts_come_in_the_order_asked_for_and_missing_ones_are_left_out(store):
    first, second = codelist("1.0.0"), codelist("2.0.0")
    store.put([first, second], day(1))
    assert store.get([second.urn, codelist("3.0.0").urn, first.urn]) == [second, first]


def test_a_class_that_shares_its_urn_class_keeps_its_own(store):
    geographic = GeographicCodelist(id="GEO", agency_id="TST", version="1.0.0")
    store.put([geographic], day(1))
    assert store.get([geographic.urn]) == [geographic]
    assert type(store.get([geographic.urn])[0]) is GeographicCodelist


def test_storing_identical_content_again_changes_nothing(store):
    store.put([codelist()], day(1))
    before = store.revision()
    assert store.put([codelist()], day(2)) == 0
    assert store.revision() == before


def test_only_what_has_changed_is_counted(store):
    store.put([codelist("1.0.0"), codelist("1.1.0")], day(1))
    changed = codelist("1.1.0", names={"en": "Areas"})
    assert store.put([codelist("1.0.0"), changed, codelist("2.0.0")], day(2)) == 2


def test_every_change_raises_the_revision(store):
    assert store.revision().number == 0
    store.put([codelist(), dsd()], day(1))
    assert (store.revision().number, store.revision().changed) == (1, day(1))
    store.put([codelist(names={"en": "Areas"})], day(2))
    assert (store.revision().number, store.revision().changed) == (2, day(2))
    assert store.delete([codelist().urn], day(3)) == 1
    assert (store.revision().number, store.revision().changed) == (3, day(3))
    assert store.delete([codelist().urn], day(4)) == 0
    assert store.revision().number == 3


def test_the_revision_of_an_instant_stays_whatever_comes_later(store):
    store.put([codelist()], day(1))
    store.put([codelist(names={"en": "Areas"})], day(5))
    then = store.revision_at(day(5))
    assert then.changed == day(5)
    assert store.revision_at(day(4)).changed == day(1)
    store.delete([codelist().urn], day(9))
    store.put([dsd()], day(10))
    assert store.revision_at(day(5)) == store.revision_at(day(8)) == then
    numbers = [store.revision_at(day(n)).number for n in (1, 5, 9, 10)]
    assert len(set(numbers)) == 4
    assert store.revision_at(datetime(2023, 1, 1, tzinfo=UTC)).number == 0


def test_a_replaced_artefact_can_be_read_as_of_before(store):
    old, new = codelist(names={"en": "Old"}), codelist(names={"en": "New"})
    store.put([old], day(1))
    store.put([new], day(10))
    assert store.get([old.urn]) == [new]
    assert store.get([old.urn], as_of=day(10)) == [new]
    assert store.get([old.urn], as_of=day(9)) == [old]
    assert store.get([old.urn], as_of=datetime(2023, 1, 1, tzinfo=UTC)) == []


def test_a_deleted_artefact_can_be_read_as_of_before(store):
    store.put([codelist()], day(1))
    store.delete([codelist().urn], day(5))
    assert store.get([codelist().urn]) == []
    assert store.find() == []
    assert store.get([codelist().urn], as_of=day(4)) == [codelist()]
    assert ids(store.find(as_of=day(4))) == ["Codelist CL_AREA 1.0.0"]


def test_a_deleted_artefact_can_be_stored_again(store):
    store.put([codelist()], day(1))
    store.delete([codelist().urn], day(2))
    assert store.put([codelist()], day(3)) == 1
    assert store.get([codelist().urn]) == [codelist()]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Codelist CL_AREA 1.0.0", "Codelist CL_AREA 1.1.0", "Dataflow DF 1.0.0"]),
        ({"types": ["codelist"]}, ["Codelist CL_AREA 1.0.0", "Codelist CL_AREA 1.1.0"]),
        ({"types": ["dataflow", "valuelist"]}, ["Dataflow DF 1.0.0"]),
        ({"ids": ["DF"]}, ["Dataflow DF 1.0.0"]),
        ({"agencies": ["TST"], "ids": ["DF", "X"]}, ["Dataflow DF 1.0.0"]),
        ({"agencies": ["tst"]}, []),
        ({"ids": ["df"]}, []),
    ],
)
def test_artefacts_are_found_by_type_agency_and_id(store, asked, found):
    store.put([codelist("1.0.0"), codelist("1.1.0"), dataflow()], day(1))
    assert ids(store.find(**asked)) == found


def test_what_was_found_can_be_read_without_asking_for_it_again(store):
    store.put([codelist(), dataflow()], day(1))
    found = store.find(["codelist"])
    store.put([codelist(names={"en": "New"})], day(2))
    assert store.get(found) == [codelist()]


def test_a_thousand_artefacts_are_stored_and_read_at_once(store):
    many = [codelist(id=f"CL_{number}") for number in range(1200)]
    store.put(many, day(1))
    assert store.get([each.urn for each in many]) == many


@pytest.fixture
def family(store):
    store.put(
        [dsd(), CONCEPTS, dataflow(), PROVIDERS, AGREEMENT, CATEGORIES, CATEGORISATION], day(1)
    )
    return store


@pytest.mark.parametrize(
    ("artefact", "children", "parents"),
    [
        (
            dataflow(),
            ["DataStructure DSD 1.0.0"],
            ["Categorisation CAT 1.0", "ProvisionAgreement PA 1.0.0"],
        ),
        (dsd(), ["ConceptScheme CS 1.0.0"], ["Dataflow DF 1.0.0"]),
        (CONCEPTS, [], ["DataStructure DSD 1.0.0"]),
        (AGREEMENT, ["DataProviderScheme DATA_PROVIDERS 1.0", "Dataflow DF 1.0.0"], []),
        (PROVIDERS, [], ["ProvisionAgreement PA 1.0.0"]),
        (CATEGORISATION, ["CategoryScheme THEMES 1.0.0", "Dataflow DF 1.0.0"], []),
        (CATEGORIES, [], ["Categorisation CAT 1.0"]),
    ],
)
def test_children_and_parents_are_found_through_references(family, artefact, children, parents):
    assert ids(family.children([artefact.urn])) == children
    assert ids(family.parents([artefact.urn])) == parents


def test_children_of_several_artefacts_come_once(family):
    assert ids(family.children([AGREEMENT.urn, CATEGORISATION.urn])) == [
        "CategoryScheme THEMES 1.0.0",
        "DataProviderScheme DATA_PROVIDERS 1.0",
        "Dataflow DF 1.0.0",
    ]


def test_references_to_what_is_not_there_have_no_children(store):
    store.put([dataflow()], day(1))
    assert store.children([dataflow().urn]) == []


@pytest.mark.parametrize(
    ("reference", "child"),
    [
        ("DSD(1.0.0)", "1.0.0"),
        ("DSD(1.0+.0)", "1.2.0"),
        ("DSD(1.2.0+)", "1.2.0"),
        ("DSD(2+.0.0)", "2.0.0"),
    ],
)
def test_a_version_wildcard_picks_among_the_versions_that_are_there(store, reference, child):
    store.put([dsd("1.0.0"), dsd("1.2.0"), dsd("2.0.0"), dataflow(reference)], day(1))
    assert ids(store.children([dataflow().urn])) == [f"DataStructure DSD {child}"]
    for version in ("1.0.0", "1.2.0", "2.0.0"):
        expected = ["Dataflow DF 1.0.0"] if version == child else []
        assert ids(store.parents([dsd(version).urn])) == expected


def test_references_are_followed_as_they_were(store):
    store.put([dsd("1.0.0"), dsd("2.0.0"), dataflow("DSD(1.0.0)")], day(1))
    store.put([dataflow("DSD(2.0.0)")], day(10))
    assert ids(store.children([dataflow().urn])) == ["DataStructure DSD 2.0.0"]
    assert ids(store.children([dataflow().urn], as_of=day(5))) == ["DataStructure DSD 1.0.0"]
    assert ids(store.parents([dsd("1.0.0").urn])) == []
    assert ids(store.parents([dsd("1.0.0").urn], as_of=day(5))) == ["Dataflow DF 1.0.0"]


def test_an_artefact_with_a_reference_that_is_no_urn_is_refused_and_nothing_is_stored(store):
    wrong = Dataflow(id="DF", agency_id="TST", version="1.0.0", structure="TST:DSD(1.0.0)")
    with pytest.raises(SemanticError, match="TST:DSD"):
        store.put([codelist(), wrong], day(1))
    assert store.find() == []
    assert store.revision().number == 0


def test_two_threads_may_store_the_same_artefact_at_once(store):
    lists = [codelist(names={"en": f"Number {number}"}) for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: store.put([each], day(1)), lists))
    assert store.get([codelist().urn])[0] in lists
    assert store.revision().number == 8
