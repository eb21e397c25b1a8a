"""Annotations of data: where they stand in an answer, and when they come with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.conformance.answers import media

DATA = "/sdmx/v2/data/dataflow/TST/EXR/1.0.0"
V1_DATA = "/sdmx/v1/data/EXR"
XML = [
    ("genericdata+xml", "2.1"),
    ("generictimeseriesdata+xml", "2.1"),
    ("structurespecificdata+xml", "2.1"),
    ("structurespecifictimeseriesdata+xml", "2.1"),
    ("data+xml", "3.0.0"),
    ("data+xml", "3.1.0"),
]
JSON = ("1.0.0", "2.0.0", "2.1.0")


@pytest.mark.parametrize("version", JSON)
def test_numbers_of_annotations_stand_behind_all_attributes(v2: FlaskClient, version: str):
    """Row 398."""
    data = v2.get(DATA, headers=media("data+json", version)).json["data"]
    structure = data["structure"] if version == "1.0.0" else data["structures"][0]
    shown = len(structure["attributes"]["observation"]) + 1  # and the measure
    longer = [values for values in _observations(data) if len(values) > shown]
    ((*_, comment, number),) = longer
    assert structure["annotations"][number]["type"] == "REVISION"
    comments = structure["attributes"]["observation"][1]
    assert comments["id"] == "OBS_COM"
    said = comments["values"][comment] if "values" in comments else comment
    assert said in ("revised", {"value": "revised"}, {"name": "revised"})


@pytest.mark.parametrize("version", JSON)
def test_the_place_of_an_attribute_without_value_is_kept_before_annotations(
    v2: FlaskClient, version: str
):
    """Row 398."""
    address = f"{DATA}?attributes=dsd&dimensionAtObservation=AllDimensions"
    data = v2.get(address, headers=media("data+json", version)).json["data"]
    structure = data["structure"] if version == "1.0.0" else data["structures"][0]
    shown = len(structure["attributes"]["observation"]) + 1
    annotated = [values for values in _observations(data) if len(values) > shown]
    assert [len(values) - shown for values in sorted(annotated, key=len)] == [1, 1, 1, 2]
    without_comment = [values for values in annotated if len(values) == shown + 1]
    assert all(values[shown - 1] is None for values in without_comment)


@pytest.mark.parametrize("version", JSON)
def test_a_series_refers_to_its_annotations(v2: FlaskClient, version: str):
    data = v2.get(DATA, headers=media("data+json", version)).json["data"]
    structure = data["structure"] if version == "1.0.0" else data["structures"][0]
    series = data["dataSets"][0]["series"].values()
    ((number,),) = [each["annotations"] for each in series if "annotations" in each]
    said = structure["annotations"][number]
    assert (said["id"], said["title"]) == ("S1", "Source")
    assert said["texts"] == {"en": "Markets", "fr": "Marchés"}


@pytest.mark.parametrize(("kind", "version"), XML)
def test_annotations_stand_in_the_element_that_they_are_about(
    v2: FlaskClient, kind: str, version: str
):
    root = etree.fromstring(v2.get(DATA, headers=media(kind, version)).data)
    titles = [_types(series) for series in root.iter("{*}Series")]
    assert sorted(titles) == [[], [], [], [], ["SOURCE"]]
    (revised,) = [obs for obs in root.iter("{*}Obs") if _types(obs)]
    assert _types(revised) == ["REVISION"]
    assert "2010-03" in etree.tostring(revised).decode()
    (address,) = revised.iter("{*}AnnotationURL")
    assert address.text == "https://tst.example/revisions?a=1&b=2"


@pytest.mark.parametrize(("kind", "version"), XML[::2])
def test_flat_observations_have_the_annotations_of_their_series(
    v2: FlaskClient, kind: str, version: str
):
    address = f"{DATA}?dimensionAtObservation=AllDimensions"
    root = etree.fromstring(v2.get(address, headers=media(kind, version)).data)
    said = [_types(obs) for obs in root.iter("{*}Obs") if _types(obs)]
    assert sorted(said) == [["SOURCE"], ["SOURCE"], ["SOURCE"], ["SOURCE", "REVISION"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"SOURCE", "REVISION"}),
        ("?attributes=all", {"SOURCE", "REVISION"}),
        ("?attributes=series", {"SOURCE"}),
        ("?attributes=series&measures=none", {"SOURCE"}),
        ("?attributes=obs", {"REVISION"}),
        ("?attributes=dataset", set()),
        ("?attributes=msd", set()),
        ("?attributes=none", set()),
        ("?attributes=OBS_STATUS", set()),
        ("?c[TIME_PERIOD]=2010-02", {"SOURCE"}),
        ("?dimensionAtObservation=CURRENCY", {"SOURCE", "REVISION"}),
        ("?sort=TIME_PERIOD:desc", {"SOURCE", "REVISION"}),
        ("?limit=1&sort=OBS_VALUE", set()),
    ],
)
def test_annotations_come_where_attributes_of_their_level_do(
    v2: FlaskClient, query: str, expected: set[str]
):
    for kind, version in (("data+xml", "3.1.0"), ("structurespecificdata+xml", "2.1")):
        root = etree.fromstring(v2.get(DATA + query, headers=media(kind, version)).data)
        assert {said.text for said in root.iter("{*}AnnotationType")} == expected
    for version in JSON:
        data = v2.get(DATA + query, headers=media("data+json", version)).json["data"]
        structure = data["structure"] if version == "1.0.0" else data["structures"][0]
        assert {said["type"] for said in structure["annotations"]} == expected


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("full", ["REVISION", "SOURCE"]),
        ("dataonly", []),
        ("serieskeysonly", []),
        ("nodata", ["SOURCE"]),
    ],
)
def test_detail_of_1_5_says_whether_annotations_come(
    v1: FlaskClient, detail: str, expected: list[str]
):
    response = v1.get(f"{V1_DATA}?detail={detail}", headers=media("genericdata+xml", "2.1"))
    root = etree.fromstring(response.data)
    assert sorted(said.text or "" for said in root.iter("{*}AnnotationType")) == expected


def test_sdmx_csv_has_no_place_for_annotations(v2: FlaskClient):
    body = v2.get(DATA, headers=media("data+csv", "2.1.0")).text
    assert "REVISION" not in body
    assert "annotations" not in body


def _types(element: etree._Element) -> list[str]:
    """Return the types of the annotations of an element, not of what is in it."""
    return [
        said.findtext("{*}AnnotationType") or ""
        for said in element.iterfind("{*}Annotations/{*}Annotation")
    ]


def _observations(data: dict[str, Any]) -> Iterator[list[Any]]:
    for data_set in data["dataSets"]:
        holders = [data_set, *data_set.get("series", {}).values()]
        for holder in holders:
            yield from json.loads(json.dumps(holder.get("observations", {}))).values()
