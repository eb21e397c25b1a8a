"""SDMX-REST 2.2: availability queries (rows 245 to 258)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from tests.conformance.answers import error, ids, media, media_type, row, xml

LFS = "/sdmx/v2/availability/dataflow/TST/LFS"
Values = Mapping[str, set[str]]
EVERYTHING = {"REF_AREA": {"UK", "FR"}, "EMP_STATUS": {"EMP", "UEMP"}, "SEX": {"M", "F"}}
WOMEN = {"REF_AREA": {"FR"}, "EMP_STATUS": {"UEMP"}, "SEX": {"F"}}
FRANCE = {"REF_AREA": {"FR"}, "EMP_STATUS": {"EMP", "UEMP"}, "SEX": {"M", "F"}}


def values_of(region: etree._Element) -> Values:
    """Return the values of each dimension of a cube region; time is told apart."""
    return {
        key.get("id"): {value.text for value in key.iterfind("{*}Value")}
        for key in region.iterfind("{*}KeyValue")
        if key.get("id") != "TIME_PERIOD"
    }


def constraint(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    assert media_type(response) == "structure+json;version=2.1.0"
    (found,) = json.loads(response.data)["data"]["availabilityConstraints"]
    return dict(found)


def values(found: Mapping[str, Any]) -> Values:
    return {
        key["id"]: {value["value"] if isinstance(value, dict) else value for value in key["values"]}
        for key in found["cubeRegion"]["keyValues"]
        if "values" in key
    }


@pytest.mark.parametrize(
    ("path", "expected", "counts"),
    [
        row(245, "/1.0.0/*/*", EVERYTHING, (3, 7)),
        row(246, "/1.0.0/*/*?c[REF_AREA]=FR&c[SEX]=F", WOMEN, (1, 1)),
        row(
            247,
            "/1.0.0/*/*?c[REF_AREA]=FR&c[SEX]=F&mode=available",
            {**WOMEN, "SEX": {"M", "F"}},
            (1, 1),
        ),
        row(248, "?c[REF_AREA]=FR&c[SEX]=M,F", FRANCE, (2, 4)),
        row(248, "?c[REF_AREA]=FR&c[SEX]=M,F&mode=available", EVERYTHING, (2, 4)),
        row(249, "/*/*/SEX", {"SEX": {"M", "F"}}, (3, 7)),
        row(249, "/*/*/SEX,REF_AREA", {"SEX": {"M", "F"}, "REF_AREA": {"UK", "FR"}}, (3, 7)),
        row(250, "/1.0.0/FR.*.F/*", WOMEN, (1, 1)),
        row(250, "/1.0.0/FR.*.F/*?mode=available", {**WOMEN, "SEX": {"M", "F"}}, (1, 1)),
        row(257, "?c[TIME_PERIOD]=2003", {**WOMEN, "EMP_STATUS": {"EMP"}, "SEX": {"M"}}, (1, 1)),
    ],
)
def test_available_values_are_exactly_these(
    v2: FlaskClient, path: str, expected: Values, counts: tuple[int, int]
):
    found = constraint(v2.get(f"{LFS}{path}"))
    assert values(found) == expected
    assert (found["seriesCount"], found["obsCount"]) == counts
    assert not {"id", "agencyID", "version"} & set(found)


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        row(251, "codelist,valuelist", {"codelists"}),
        row(
            251,
            "all",
            {"codelists", "conceptSchemes", "dataStructures", "dataflows", "dataProviderSchemes"},
        ),
        row(251, "dataflow", {"dataflows"}),
    ],
)
def test_references_bring_these_kinds(v2: FlaskClient, wanted: str, kinds: set[str]):
    response = v2.get(f"{LFS}?c[REF_AREA]=FR&c[SEX]=F&references={wanted}")
    data = json.loads(response.data)["data"]
    assert set(data) - {"availabilityConstraints"} == kinds
    if "codelists" in kinds:
        found = {each["id"]: {code["id"] for code in each["codes"]} for each in data["codelists"]}
        assert found == {"CL_AREA": {"EU", "FR"}, "CL_EMP": {"UEMP"}, "CL_SEX": {"F"}}
        assert all(each["isPartial"] for each in data["codelists"])


@pytest.mark.parametrize(
    "path",
    [
        row(251, "dataflow/TST/LFS?references=bogus"),
        row(252, "*/TST/LFS"),
        row(252, "dataflow,datastructure/TST/LFS"),
        row(253, "dataflow/TST/LFS?mode=none"),
        row(253, "dataflow/TST/LFS/*/*/BOGUS"),
    ],
)
def test_a_query_against_the_grammar_is_refused(v2: FlaskClient, path: str):
    response = v2.get(f"/sdmx/v2/availability/{path}")
    assert (response.status_code, error(response)) == (400, 400)


def test_nothing_available_is_an_empty_answer(v2: FlaskClient):
    """Row 254."""
    response = v2.get(f"{LFS}?c[SEX]=X")
    assert (response.status_code, response.data) == (204, b"")


def test_sdmx_ml_3_0_has_a_constraint_on_actual_data(v2: FlaskClient):
    """Row 255."""
    root = xml(v2.get(LFS, headers=media("structure+xml", "3.0.0")))
    (found,) = root.iter("{*}DataConstraint")
    assert found.get("role") == "Actual"
    counts = {
        note.get("id"): note.find("{*}AnnotationTitle").text for note in found.iter("{*}Annotation")
    }
    assert counts == {"series_count": "3", "obs_count": "7"}
    assert {note.find("{*}AnnotationType").text for note in found.iter("{*}Annotation")} == {
        "sdmx_metrics"
    }
    assert values_of(found.find("{*}CubeRegion")) == EVERYTHING


def test_sdmx_ml_3_1_has_constraints_of_their_own(v2: FlaskClient):
    """Row 256."""
    root = xml(v2.get(LFS, headers=media("structure+xml", "3.1.0")))
    (found,) = root.find("{*}Structures/{*}AvailabilityConstraints")
    assert (found.get("seriesCount"), found.get("obsCount")) == ("3", "7")
    assert not {"id", "urn", "agencyID"} & set(found.attrib)
    assert values_of(found.find("{*}CubeRegion")) == EVERYTHING


def test_the_periods_covered_are_told(v2: FlaskClient):
    """Row 257."""
    keys = {key["id"]: key for key in constraint(v2.get(LFS))["cubeRegion"]["keyValues"]}
    time_range = keys["TIME_PERIOD"]["timeRange"]
    assert time_range["startPeriod"]["period"] == "2000"
    assert time_range["endPeriod"]["period"] == "2003"


@pytest.mark.parametrize(
    ("agreement", "currencies", "counts"),
    [row(258, "PA_ECB", {"USD", "CHF"}, (4, 13)), row(258, "PA_BIS", {"JPY"}, (1, 4))],
)
def test_an_agreement_has_the_values_of_its_provider(
    v2: FlaskClient, agreement: str, currencies: set[str], counts: tuple[int, int]
):
    found = constraint(v2.get(f"/sdmx/v2/availability/provisionagreement/TST/{agreement}"))
    assert values(found)["CURRENCY"] == currencies
    assert (found["seriesCount"], found["obsCount"]) == counts


def test_several_dataflows_have_a_constraint_each(v2: FlaskClient):
    response = v2.get("/sdmx/v2/availability/dataflow/TST/LFS,EXR")
    found = json.loads(response.data)["data"]["availabilityConstraints"]
    assert sorted(each["seriesCount"] for each in found) == [3, 5]


def test_codes_above_those_in_use_come_along(v2: FlaskClient):
    root = xml(v2.get(f"{LFS}?references=codelist", headers=media("structure+xml", "3.1.0")))
    lists = {each.get("id"): ids(each, "Code") for each in root.iter("{*}Codelist")}
    assert lists["CL_AREA"] == ["EU", "UK", "FR"]
