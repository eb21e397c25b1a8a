"""SDMX-ML 3.0 and 3.1 data messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from sdmx_server.dataset import Action, Dataset, Level, Rendering
from sdmx_server.formats.data.writers import ml3
from sdmx_server.formats.schema import xsd
from tests.formats.data.datasets import (
    DETAILS,
    MESSAGE,
    awkward,
    awkward_rows,
    exr,
    exr_rows,
    flat,
    flat_rows,
    multi,
    multi_rows,
)
from tests.formats.data.ml_rows import rows_of, sort
from tests.formats.xsd_validation import data_faults, validate_data

VERSIONS = ("3.0.0", "3.1.0")
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

CASES = [
    (exr, exr_rows, "TIME_PERIOD"),
    (exr, exr_rows, "AllDimensions"),
    (exr, exr_rows, "CURRENCY"),
    (awkward, awkward_rows, "TIME_PERIOD"),
    (awkward, awkward_rows, "AllDimensions"),
    (multi, multi_rows, "TIME_PERIOD"),
    (multi, multi_rows, "AllDimensions"),
    (multi, multi_rows, "REF_AREA"),
    (flat, flat_rows, "AllDimensions"),
    (flat, flat_rows, "SEX"),
]


def written(version: str, *datasets: Dataset) -> bytes:
    return b"".join(ml3.write(datasets, MESSAGE, Rendering(version)))


def validate(version: str, content: bytes, dataset: Dataset) -> None:
    """Check a message against the official schema and that of its structure."""
    validate_data(content, schema(version, content, dataset), version)


def schema(version: str, content: bytes, dataset: Dataset) -> bytes:
    header = found(content, "{*}Header/{*}Structure")[0]
    return xsd.write(
        dataset.structure,
        version=version,
        dimension_at_observation=header.get("dimensionAtObservation"),
    )


def found(content: bytes, path: str) -> list[etree._Element]:
    return etree.fromstring(content).findall(path)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize(("build", "_rows", "packaging"), CASES)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_packaging_and_detail_is_valid(
    version: str, build: Callable[..., Dataset], _rows: object, packaging: str, detail: str
) -> None:
    dataset = build(dimension_at_observation=packaging, detail=detail)
    validate(version, written(version, dataset), dataset)


@pytest.mark.parametrize(("build", "rows", "packaging"), CASES)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_packaging_holds_the_same_observations(
    version: str,
    build: Callable[..., Dataset],
    rows: Callable[[], list[dict[str, str]]],
    packaging: str,
) -> None:
    content = written(version, build(dimension_at_observation=packaging))
    assert rows_of(content) == sort(rows())


def test_an_array_of_one_value_is_still_a_comp_element() -> None:
    dataset = multi()
    one = replace(dataset, dataset_attributes={"CONTACT": '["Ann"]'})
    content = written("3.1.0", one)
    validate("3.1.0", content, one)
    (comp,) = found(content, ".//Atts/Comp")
    assert comp.get("id") == "CONTACT"
    assert comp.get(XSI_TYPE) == "ns1:CONTACT"
    assert [value.text for value in comp] == ["Ann"]


def test_dataset_attributes_stand_in_atts() -> None:
    content = written("3.1.0", exr())
    assert [dict(atts.attrib) for atts in found(content, ".//Atts")] == [
        {"DS_NOTE": "Reference rates"}
    ]
    assert not found(content, ".//{*}DataSet[@DS_NOTE]")


def test_group_attributes_stand_in_groups_alone() -> None:
    content = written("3.1.0", exr())
    groups = found(content, ".//Group")
    assert [group.get("UNIT") for group in groups] == ["CHF", "JPY", "USD"]
    assert {group.get(XSI_TYPE) for group in groups} == {"ns1:Sibling"}
    assert not found(content, ".//Series[@UNIT]")


@pytest.mark.parametrize(
    ("context", "element"),
    [
        ("dataflow", "StructureUsage"),
        ("datastructure", "Structure"),
        ("provisionagreement", "ProvisionAgreement"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_header_names_the_structure_that_was_asked_for(
    version: str, context: str, element: str
) -> None:
    dataset = exr(context)
    content = written(version, dataset)
    validate(version, content, dataset)
    (declared,) = found(content, "{*}Header/{*}Structure")
    urn = dataset.structure.urn
    assert declared.get("namespace") == f"{urn}:ObsLevelDim:TIME_PERIOD"
    assert [(etree.QName(child).localname, child.text) for child in declared] == [(element, urn)]


@pytest.mark.parametrize(
    ("version", "action", "name"),
    [
        ("3.0.0", Action.MERGE, "Append"),
        ("3.1.0", Action.MERGE, "Merge"),
        ("3.1.0", Action.REPLACE, "Replace"),
        ("3.0.0", Action.DELETE, "Delete"),
    ],
)
def test_the_action_has_the_name_of_its_version(version: str, action: Action, name: str) -> None:
    dataset = exr(action=action, valid_from=datetime(2012, 2, 15, 12, tzinfo=UTC))
    content = written(version, dataset)
    validate(version, content, dataset)
    assert f'ss:action="{name}" ss:validFromDate="2012-02-15T12:00:00Z"'.encode() in content


def test_datasets_of_several_structures_have_their_own_namespaces() -> None:
    datasets = [exr(), multi(), flat()]
    content = written("3.1.0", *datasets)
    schemas = tuple(xsd.write(dataset.structure, version="3.1.0") for dataset in datasets)
    validate_data(content, schemas, "3.1.0")
    types = [data_set.get(XSI_TYPE) for data_set in found(content, "{*}DataSet")]
    assert types == ["ns1:DataSetType", "ns2:DataSetType", "ns3:DataSetType"]


def test_a_group_may_have_complex_attributes() -> None:
    dataset = exr()
    title = replace(
        dataset.structure.attributes[1],
        id="NAME",
        codes=None,
        codelist_urn=None,
        is_multilingual=True,
    )
    group = replace(dataset.groups[0], attributes={"NAME": '{"id":"Kurs","en":"Rate"}'})
    changed = replace(
        dataset,
        structure=replace(dataset.structure, attributes=(*dataset.structure.attributes, title)),
        attributes=(*dataset.attributes, "NAME"),
        levels={**dataset.levels, "NAME": Level.GROUP},
        groups=(group,),
    )
    content = written("3.1.0", changed)
    validate("3.1.0", content, changed)
    texts = found(content, ".//Group/Comp/Value/{*}Text")
    assert [text.text for text in texts] == ["Kurs", "Rate"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<p>One &amp; two</p>", ["One & two"]),
        ("no <b>end", []),
        ('<!DOCTYPE p [<!ENTITY e "x">]><p>&e;</p>', []),
    ],
)
def test_xhtml_is_markup_where_it_is_well_formed_and_else_text(
    value: str, expected: list[str]
) -> None:
    dataset = exr()
    title = replace(dataset.structure.attributes[2], data_type="XHTML")
    attributes = [title if a.id == "TITLE" else a for a in dataset.structure.attributes]
    dictionaries = {**dataset.dictionaries, "TITLE": (value,) * 5}
    content = written(
        "3.1.0",
        replace(
            dataset,
            structure=replace(dataset.structure, attributes=tuple(attributes)),
            dictionaries=dictionaries,
        ),
    )
    structured = found(content, ".//Series/Comp/Value/{*}StructuredText")
    assert len(structured) == 5
    assert [p.text for p in structured[0].iter("{http://www.w3.org/1999/xhtml}p")] == expected
    if not expected:
        assert structured[0].text == value


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_code_is_not_valid(version: str) -> None:
    dataset = exr()
    content = written(version, dataset)
    wrong = content.replace(b'CURRENCY="JPY"', b'CURRENCY="XXX"')
    assert data_faults(wrong, schema(version, content, dataset), version)


def test_not_applicable_and_missing_values_are_valid_since_3_1() -> None:
    dataset = multi(dimension_at_observation="AllDimensions")
    content = written("3.1.0", dataset)
    special = content.replace(b'REF_AREA="B"', b'REF_AREA="~"').replace(b'"9"', b'"#N/A"')
    assert special != content
    validate("3.1.0", special, dataset)
    older = special.replace(b"v3_1", b"v3_0")
    assert data_faults(older, schema("3.0.0", older, dataset), "3.0.0")
