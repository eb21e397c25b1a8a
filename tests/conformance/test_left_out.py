"""What a larger answer leaves out, because its format cannot hold it, and how it says so."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.conformance.answers import media, table
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import data_faults

EVERYTHING = "/sdmx/v2/data"
BOTH = "/sdmx/v2/data/dataflow/TST/LFS,MULTI/*"
SEVERAL_MEASURES = "Left out: urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=TST:MULTI(1.0.0): "
CROSSED = f"{EVERYTHING}?dimensionAtObservation=SEX"


def warnings(content: bytes) -> list[tuple[str, str, str]]:
    """Return code, severity and text of the messages in the footer."""
    root = etree.fromstring(content)
    assert len(root.findall("{*}Footer")) <= 1
    return [
        (each.get("code"), each.get("severity"), each.findtext("{*}Text"))
        for each in root.findall("{*}Footer/{*}Message")
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "genericdata+xml",
        "structurespecificdata+xml",
        "structurespecifictimeseriesdata+xml",
        "generictimeseriesdata+xml",
    ],
)
def test_sdmx_ml_2_1_says_in_its_footer_what_is_left_out(v2: FlaskClient, kind: str):
    response = v2.get(BOTH, headers=media(kind, "2.1"))
    assert {row["REF_AREA"] for row in table(response)} == {"UK", "FR"}
    ((code, severity, text),) = warnings(response.data)
    assert (code, severity) == ("140", "Warning")
    assert text.startswith(SEVERAL_MEASURES)
    assert "OBS_COUNT" in text
    if kind.startswith("generic"):
        assert data_faults(response.data, (), "2.1") == []


def test_of_everything_only_what_cannot_be_held_is_left_out(v2: FlaskClient):
    response = v2.get(EVERYTHING, headers=media("structurespecificdata+xml", "2.1"))
    told = [text.partition("(1.0.0)")[0].rpartition(":")[2] for *_, text in warnings(response.data)]
    assert told == ["MULTI", "MULTI_LONE"]


@pytest.mark.parametrize("path", ["/TST/MULTI/*", "/TST/MULTI,MULTI_LONE/*"])
def test_where_nothing_can_be_held_the_answer_is_406(v2: FlaskClient, path: str):
    response = v2.get(EVERYTHING + "/dataflow" + path, headers=media("genericdata+xml", "2.1"))
    assert response.status_code == 406
    assert "TST:MULTI(1.0.0): SDMX-ML 2.1 cannot express several measures" in response.text


def test_what_does_not_match_is_not_missed(v2: FlaskClient):
    response = v2.get(f"{BOTH}?c[TIME_PERIOD]=2003", headers=media("genericdata+xml", "2.1"))
    assert {row["TIME_PERIOD"] for row in table(response)} == {"2003"}
    assert warnings(response.data) == []
    response = v2.get(f"{BOTH}?c[TIME_PERIOD]=1800", headers=media("genericdata+xml", "2.1"))
    assert response.status_code == 204


def test_a_page_counts_what_it_can_show(v2: FlaskClient):
    path = "/sdmx/v2/data/dataflow/TST/MULTI,LFS/*?limit=2&offset=1"
    response = v2.get(path, headers=media("structurespecificdata+xml", "2.1"))
    assert len(table(response)) == 2
    assert len(warnings(response.data)) == 1


@pytest.mark.parametrize(("kind", "version"), [("data+json", "1.0.0"), ("data+csv", "1.0.0")])
def test_formats_without_a_place_for_warnings_leave_nothing_out(
    v2: FlaskClient, kind: str, version: str
):
    assert v2.get(BOTH, headers=media(kind, version)).status_code == 406


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_sdmx_ml_3_tells_of_structures_without_the_dimension_observed(
    v2: FlaskClient, version: str
):
    response = v2.get(CROSSED, headers=media("data+xml", version))
    texts = [text for *_, text in warnings(response.data)]
    assert any("TST:EXR(1.0.0): dimensionAtObservation='SEX'" in text for text in texts)
    assert not any("TST:LFS(1.0.0): " in text for text in texts)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_a_footer_is_valid(v2: FlaskClient, version: str):
    path = "/dataflow/TST/LFS/1.0.0?dimensionAtObservation=SEX"
    xsd = v2.get(f"/sdmx/v2/schema{path}", headers=media("schema+xml", version)).data
    path = "/dataflow/TST/LFS,EXR/1.0.0?dimensionAtObservation=SEX"
    response = v2.get(f"/sdmx/v2/data{path}", headers=media("data+xml", version))
    assert len(warnings(response.data)) == 1
    assert data_faults(response.data, xsd, version) == []


def test_sdmx_json_2_1_tells_it_beside_the_data(v2: FlaskClient):
    response = v2.get(CROSSED, headers=media("data+json", "2.1.0"))
    validate_json(response.data, "data", "2.1.0")
    errors = json.loads(response.data)["errors"]
    assert {error["code"] for error in errors} == {206}
    assert any("TST:EXR(1.0.0)" in error["detail"] for error in errors)


@pytest.mark.parametrize("version", ["2.0.0", "1.0.0"])
def test_sdmx_json_before_2_1_has_data_or_errors(v2: FlaskClient, version: str):
    path = "/sdmx/v2/data/dataflow/TST/LFS,EXR/*?dimensionAtObservation=SEX"
    response = v2.get(path, headers=media("data+json", version))
    assert response.status_code == 200
    assert "errors" not in json.loads(response.data)


def test_an_answer_that_holds_everything_has_no_footer(v2: FlaskClient):
    response = v2.get("/sdmx/v2/data/dataflow/TST/LFS", headers=media("data+xml", "3.1.0"))
    assert warnings(response.data) == []
