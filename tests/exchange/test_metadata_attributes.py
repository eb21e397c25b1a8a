"""Which metadata attributes data have, where each stands, and how its values are shaped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sdmx_server.dataset import Component, Level, ResolvedStructure
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.catalogue import CatalogueCache
from sdmx_server.exchange.metadata_values import in_shape
from sdmx_server.exchange.resolution import layout_of, resolve
from sdmx_server.formats.metadata.contents import content_along, reported
from sdmx_server.metadata import Content, leaves
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.datastructure import (
    AttributeRelationship,
    Dataflow,
    DataStructure,
    Empty,
    MetadataAttributeUsage,
)
from sdmx_server.model.metadatastructure import (
    MetadataAttribute,
    MetadataAttributeList,
    MetadataStructure,
    MetadataStructureComponents,
)
from sdmx_server.storage.artefacts import ArtefactStore
from tests.conformance import fixtures as fx
from tests.conformance.metadata_sets import CONCEPTS, GRADES
from tests.conformance.metadata_sets import STRUCTURE as QUALITY
from tests.exchange.test_publication import AT
from tests.formats.data.metadata_attributes import attribute

WHOLE = AttributeRelationship(dataflow=Empty())
OBSERVATIONS = AttributeRelationship(observation=Empty())
SERIES = AttributeRelationship(dimensions=fx.SERIES)
GROUP = AttributeRelationship(group="Sibling")
CURRENCIES = AttributeRelationship(dimensions=("CURRENCY",))


def metadata_attribute(id_: str, *below: MetadataAttribute, **more: Any) -> MetadataAttribute:
    urn = CONCEPTS.item_urn(id_)
    return MetadataAttribute(id=id_, concept_identity=urn, metadata_attributes=below, **more)


def metadata_structure(*attributes: MetadataAttribute) -> MetadataStructure:
    listed = MetadataAttributeList(metadata_attributes=attributes)
    parts = MetadataStructureComponents(metadata_attribute_list=listed)
    return structs.replace(QUALITY, metadata_structure_components=parts)


def resolved(
    engine: Any,
    msd: MetadataStructure | None,
    usages: dict[str, AttributeRelationship],
    **flow_fields: Any,
) -> ResolvedStructure:
    """Return the exchange rates with metadata attributes, as their dataflow has them."""
    dsd, flow, others = fx.exr_structures("1.0.0")
    parts = dsd.data_structure_components
    assert parts is not None
    assert parts.attribute_list is not None
    used = tuple(
        MetadataAttributeUsage(metadata_attribute_reference=id_, attribute_relationship=where)
        for id_, where in usages.items()
    )
    listed = structs.replace(parts.attribute_list, metadata_attribute_usages=used)
    dsd = structs.replace(
        dsd,
        metadata=QUALITY.urn,
        data_structure_components=structs.replace(parts, attribute_list=listed),
    )
    flow = structs.replace(flow, **flow_fields)
    held: list[Maintainable] = [*fx.shared("1.0.0"), CONCEPTS, GRADES, dsd, flow]
    held += [a for a in others if not isinstance(a, Dataflow | DataStructure)]
    store = ArtefactStore(engine)
    store.put([*held, *([msd] if msd else [])], AT)
    return resolve(flow, CatalogueCache(store).at())


def places(structure: ResolvedStructure) -> dict[str, Level | None]:
    return {a.id: a.level for a in structure.attributes if a.is_metadata}


TREE = (
    metadata_attribute(
        "CONTACT",
        metadata_attribute("NAME"),
        metadata_attribute("EMAIL", max_occurs=3),
        is_presentational=True,
        max_occurs="unbounded",
    ),
    metadata_attribute("SUMMARY", metadata_attribute("DELAY", metadata_attribute("AUDITED"))),
)


@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ({}, (Level.OBSERVATION,) * 5),
        ({"CONTACT": WHOLE, "SUMMARY": SERIES}, (Level.DATASET,) * 2 + (Level.SERIES,) * 3),
        (
            {"CONTACT": WHOLE, "CONTACT.EMAIL": SERIES},
            (Level.DATASET, Level.SERIES, *(Level.OBSERVATION,) * 3),
        ),
        (
            {"EMAIL": GROUP, "DELAY": CURRENCIES},
            (Level.OBSERVATION, Level.GROUP, Level.OBSERVATION, Level.SERIES, Level.SERIES),
        ),
        (
            {"SUMMARY.DELAY.AUDITED": WHOLE, "SUMMARY": OBSERVATIONS},
            (*(Level.OBSERVATION,) * 4, Level.DATASET),
        ),
    ],
)
def test_what_is_said_of_one_holds_for_those_below_it(
    engine: Any, usages: dict[str, AttributeRelationship], expected: tuple[Level, ...]
) -> None:
    ids = ("CONTACT.NAME", "CONTACT.EMAIL", "SUMMARY", "SUMMARY.DELAY", "SUMMARY.DELAY.AUDITED")
    structure = resolved(engine, metadata_structure(*TREE), usages)
    assert places(structure) == dict(zip(ids, expected, strict=True))


def test_each_knows_its_path_and_what_of_it_may_repeat(engine: Any) -> None:
    structure = resolved(engine, metadata_structure(*TREE), {})
    found = {a.id: (a.repeats, a.is_array, a.is_nested) for a in structure.attributes}
    assert found["CONTACT.NAME"] == ((True, False), True, True)
    assert found["CONTACT.EMAIL"] == ((True, True), True, True)
    assert found["SUMMARY"] == ((False,), False, True)
    assert found["SUMMARY.DELAY.AUDITED"] == ((False, False, False), False, True)
    email = structure.component("CONTACT.EMAIL")
    assert email is not None
    assert email.metadata_urn == (
        "urn:sdmx:org.sdmx.infomodel.metadatastructure.MetadataAttribute="
        "TST:MSD_Q(1.0.0).CONTACT.EMAIL"
    )
    assert email.names == {"en": "E-mail", "fr": "Courriel"}
    assert not email.mandatory


def test_the_store_keeps_each_at_its_level(engine: Any) -> None:
    usages = {"CONTACT": WHOLE, "SUMMARY": SERIES, "DELAY": GROUP}
    layout = layout_of(resolved(engine, QUALITY, usages))
    assert {"DS_NOTE", "CONTACT.NAME", "CONTACT.EMAIL"} <= set(layout.dataset)
    assert {"SUMMARY", "DELAY"} < set(layout.series)
    assert "GRADE" in layout.coded
    assert "AUDITED" in layout.texts


def test_one_with_the_id_of_a_component_is_left_out(engine: Any) -> None:
    dsd, _, _ = fx.exr_structures("1.0.0")
    taken = metadata_attribute("GRADE")
    twins = [structs.replace(taken, id=id_) for id_ in ("TITLE", "OBS_VALUE", "FREQ", "OWN")]
    structure = resolved(engine, metadata_structure(*twins), {"TITLE": WHOLE})
    assert list(places(structure)) == ["OWN"]
    assert [a.id for a in structure.attributes].count("TITLE") == 1


def test_a_dataflow_that_does_without_a_dimension_does_without_what_hangs_on_it(
    engine: Any,
) -> None:
    usages = {"GRADE": CURRENCIES, "SUMMARY": SERIES}
    structure = resolved(
        engine, QUALITY, usages, dimension_constraint=("FREQ", "CURRENCY_DENOM", "EXR_TYPE")
    )
    assert "GRADE" not in places(structure)
    summary = structure.component("SUMMARY")
    assert summary is not None
    assert summary.dimensions == ("FREQ", "CURRENCY_DENOM", "EXR_TYPE")


def test_without_the_metadata_structure_data_are_what_they_were(engine: Any) -> None:
    assert places(resolved(engine, None, {"GRADE": WHOLE})) == {}


def test_an_unknown_metadata_attribute_is_passed_over(engine: Any) -> None:
    structure = resolved(engine, QUALITY, {"NOTHING": WHOLE, "GRADE": SERIES})
    assert places(structure)["GRADE"] is Level.SERIES


def test_codes_that_are_not_held_are_a_fault_of_the_structure(engine: Any) -> None:
    parts = QUALITY.metadata_structure_components
    assert parts is not None
    assert parts.metadata_attribute_list is not None
    (grade,) = [a for a in parts.metadata_attribute_list.metadata_attributes if a.id == "GRADE"]
    assert grade.local_representation is not None
    elsewhere = structs.replace(
        grade.local_representation,
        enumeration=(grade.local_representation.enumeration or "").replace("CL_GRADE", "CL_NONE"),
    )
    msd = metadata_structure(structs.replace(grade, local_representation=elsewhere))
    with pytest.raises(SemanticError, match=r"GRADE.*CL_NONE"):
        resolved(engine, msd, {})


@pytest.mark.parametrize(
    ("one", "text", "expected"),
    [
        (attribute("A", False), "plain", "plain"),
        (attribute("A", False), '["a"', '["a"'),
        (attribute("A", False), "", None),
        (attribute("A", False), '{"a": 1}', '{"a": 1}'),
        (attribute("A", False), '["a", "b"]', '["a", "b"]'),
        (attribute("A.B", False, False), "{}", "{}"),
        (attribute("A", True), "one", '["one"]'),
        (attribute("A", True), '["a",null,"b",null]', '["a",null,"b"]'),
        (attribute("A", True), '["",null]', None),
        (attribute("A.B", False, False), '[["x"]]', "x"),
        (attribute("A.B", False, True), '[["x","y"]]', '["x","y"]'),
        (attribute("A.B", True, False), '[["x"],[],["y"]]', '["x",null,"y"]'),
        (attribute("A.B", True, True), '[["x","y"],null]', '[["x","y"]]'),
        (attribute("A.B", True, True), '["x"]', '[["x"]]'),
        (attribute("A.B", True, False), '[["x","y"]]', '[["x","y"]]'),
        (attribute("A.B", False, False), '["x"]', '["x"]'),
        (attribute("A", False, is_multilingual=True), '[{"en":"x"}]', '[{"en":"x"}]'),
        (attribute("A", False, data_type="XHTML"), '{"en":"<p>x</p>"}', "<p>x</p>"),
        (
            attribute("A", False, data_type="XHTML", is_multilingual=True),
            "<p>x</p>",
            '{"en":"<p>x</p>"}',
        ),
    ],
)
def test_values_take_the_shape_that_their_metadata_structure_has(
    one: Component, text: str, expected: str | None
) -> None:
    assert in_shape(text, one) == expected


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)
LEAVES = TEXT | st.dictionaries(st.sampled_from(["en", "id", "fr"]), TEXT, min_size=1)


def nested(depth: int, leaf: st.SearchStrategy[Content]) -> st.SearchStrategy[Content]:
    """Return content with so many lists around each value, none ending in nothing."""
    for _ in range(depth):
        inner = leaf
        leaf = st.tuples(st.lists(st.none() | inner, max_size=3), inner).map(
            lambda parts: [*parts[0], parts[1]]
        )
    return leaf


@given(data=st.data(), repeats=st.lists(st.booleans(), min_size=1, max_size=4))
def test_any_value_comes_back_from_a_tree_of_reported_attributes(
    data: st.DataObject, repeats: list[bool]
) -> None:
    path = tuple("ABCD"[: len(repeats)])
    one = attribute(".".join(path), *repeats)
    content = data.draw(nested(sum(repeats), TEXT))
    text = content if isinstance(content, str) else json.dumps(content)
    tree = reported([(path, repeats, content)])
    # A tree has no places for what is absent, so they are closed up there.
    whole = content_along(tree, path, [True] * len(path))
    assert [leaf for leaf in leaves(content) if leaf] == list(leaves(whole))
    settled = in_shape(text, one)
    assert settled is not None
    again = settled if not one.is_array else json.loads(settled)
    assert again == content
    assert in_shape(settled, one) == settled
