"""Reference metadata within data: valid in every format of SDMX 3, absent from those of 2.1."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from lxml import etree

from sdmx_server.dataset import Dataset, Rendering
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers import csv1, csv2, json1, json2, ml3, ml21
from sdmx_server.formats.schema import jsonschema as json_schema
from sdmx_server.formats.schema import xsd
from tests.formats.data import metadata_attributes as quality
from tests.formats.data.datasets import MESSAGE
from tests.formats.json_validation import validate_json
from tests.formats.metadata.test_ml import XHTML
from tests.formats.xsd_validation import data_faults

PACKAGINGS = ("TIME_PERIOD", "CURRENCY", "AllDimensions")


def written(write: Callable[..., Any], dataset: Dataset, version: str, **choices: str) -> bytes:
    return b"".join(write([dataset], MESSAGE, Rendering(version, **choices)))


def faults(content: bytes, version: str, dimension: str) -> list[str]:
    generated = xsd.write(quality.structure(), version=version, dimension_at_observation=dimension)
    return data_faults(content, (generated, XHTML), version)


@pytest.mark.parametrize("dimension", PACKAGINGS)
def test_sdmx_ml_3_1_follows_the_official_schema_and_that_of_the_structure(dimension: str) -> None:
    dataset = quality.dataset(dimension_at_observation=dimension)
    assert faults(written(ml3.write, dataset, "3.1.0"), "3.1.0", dimension) == []


@pytest.mark.parametrize("dimension", PACKAGINGS)
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_sdmx_json_follows_the_official_schema_and_that_of_the_structure(
    version: str, dimension: str
) -> None:
    dataset = quality.dataset(dimension_at_observation=dimension)
    document = validate_json(written(json2.write, dataset, version), "data", version)
    schema = json_schema.write(
        quality.structure(), version=version, dimension_at_observation=dimension
    )
    validator = jsonschema.validators.validator_for(json.loads(schema))(json.loads(schema))
    assert [error.message[:200] for error in validator.iter_errors(document)] == []
    document["data"]["structures"][0]["attributes"]["dataSet"][1]["id"] = "CONTACT-PHONE"
    assert not validator.is_valid(document)


def test_attributes_within_others_stand_within_these_in_sdmx_ml() -> None:
    root = etree.fromstring(written(ml3.write, quality.dataset(), "3.1.0"))
    (data_set,) = root.iterchildren("{*}DataSet")
    (metadata,) = data_set.iterchildren("Metadata")
    first, second = metadata
    assert [(a.get("id"), a[0].text) for a in first] == [
        ("NAME", "Ann"), ("EMAIL", "a@x.org"), ("EMAIL", "b@x.org")
    ]  # fmt: skip
    assert second[0].text == "Bob & Co"
    assert [(a.get("id"), a[0].text) for a in second[1:]] == [
        ("NAME", "Bob; <b>"), ("EMAIL", "c@x.org")
    ]  # fmt: skip
    assert data_set.find("Atts").get("LICENCE") == "CC BY 4.0"
    assert data_set.find(".//Obs[@GRADE='A']/Metadata/{*}Attribute").get("id") == "CHECK"
    (sizes,) = data_set.xpath("Series[@CURRENCY='JPY']/Metadata/*[@id='METHOD']")
    assert [child.get("id") for child in sizes] == ["TEXT", "SIZES", "SIZES"]


def test_sdmx_ml_3_0_has_no_room_for_attributes_within_others() -> None:
    with pytest.raises(NotAcceptable, match=r"CONTACT\.EMAIL"):
        written(ml3.write, quality.dataset(), "3.0.0")
    alone = [a.id for a in quality.structure().attributes if not a.is_nested]
    content = written(ml3.write, quality.dataset(attributes=alone), "3.0.0")
    assert faults(content, "3.0.0", "TIME_PERIOD") == []
    assert b' GRADE="A"' in content


def test_sdmx_csv_names_paths_and_aligns_what_belongs_together() -> None:
    content = written(csv2.write, quality.dataset(), "2.1.0").decode()
    header, first = content.split("\r\n")[:2]
    assert header.endswith(
        ",CONTACT[],CONTACT[].NAME[en;fr],CONTACT[].EMAIL[],LICENCE,REVIEW.BY,REVIEW.GRADES[],"
        "SUMMARY[en;fr],METHOD.TEXT[en],METHOD.SIZES[],GRADE,CHECK.GRADE,CHECK.NOTE[en;id],"
        "CHECK.DELAY"
    )
    assert ',;Bob & Co,"""en:Ann;fr:Anne"";""en:""""Bob; <b>""""""",' in first
    assert ',"""a@x.org;b@x.org"";c@x.org",CC BY 4.0,' in first


def test_sdmx_csv_names_the_codes_of_each_of_several_values() -> None:
    content = written(csv2.write, quality.dataset(), "2.1.0", labels="both").decode()
    assert "REVIEW.GRADES[]: Grades" in content
    assert ",A: Baik;B: Cukup," in content


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_sdmx_json_links_each_to_its_metadata_structure(version: str) -> None:
    message = json.loads(written(json2.write, quality.dataset(), version))
    (structure,) = message["data"]["structures"]
    described = {a["id"]: a for level in structure["attributes"].values() for a in level}
    for attribute in quality.ATTRIBUTES:
        found = described[attribute.id.replace(".", "-")]
        assert found["links"] == [{"urn": attribute.metadata_urn, "rel": "metadataattribute"}]
    assert described["CONTACT-EMAIL"]["values"] == [
        {"values": [["a@x.org", "b@x.org"], ["c@x.org"]]}
    ]
    assert "links" not in described["OBS_STATUS"]
    sizes = [12, 7] if version == "2.1.0" else ["12", "7"]
    assert described["METHOD-SIZES"]["values"] == [{"values": sizes}]


@pytest.mark.parametrize(
    ("write", "version"),
    [
        (ml21.write_generic, "2.1"),
        (ml21.write_structure_specific, "2.1"),
        (json1.write, "1.0.0"),
        (csv1.write, "1.0.0"),
    ],
)
def test_the_formats_of_sdmx_2_1_say_what_they_say_without_metadata(
    write: Callable[..., Any], version: str
) -> None:
    plain = [a.id for a in quality.structure().attributes if not a.is_metadata]
    with_metadata = written(write, quality.dataset(), version)
    assert with_metadata == written(write, quality.dataset(attributes=plain), version)
    assert b"GRADE" not in with_metadata


def test_the_schema_of_sdmx_ml_checks_codes_of_attributes_that_stand_alone() -> None:
    content = written(ml3.write, quality.dataset(), "3.1.0")
    wrong = content.replace(b' GRADE="A"', b' GRADE="Z"')
    assert wrong != content
    assert faults(wrong, "3.1.0", "TIME_PERIOD")


def test_the_schema_of_sdmx_2_1_knows_no_metadata() -> None:
    structure = quality.structure()
    plain = tuple(a for a in structure.attributes if not a.is_metadata)
    assert xsd.write(structure, version="2.1") == xsd.write(
        replace(structure, attributes=plain), version="2.1"
    )
