"""SDMX-REST 1.5: availability and schema queries (rows 99 to 113)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from tests.conformance.answers import artefacts, error, ids, media, media_type, row, xml
from tests.formats.xsd_validation import validate_data

AVAILABLE = "/sdmx/v1/availableconstraint"
Values = Mapping[str, set[str]]


def values_of(region: etree._Element) -> Values:
    """Return the values of each dimension of a cube region; time is told apart."""
    return {
        key.get("id"): {value.text for value in key.iterfind("{*}Value")}
        for key in region.iterfind("{*}KeyValue")
        if key.get("id") != "TIME_PERIOD"
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(
            99,
            "LFS",
            {"REF_AREA": {"UK", "FR"}, "EMP_STATUS": {"EMP", "UEMP"}, "SEX": {"M", "F"}},
        ),
        row(100, "LFS/FR..F", {"REF_AREA": {"FR"}, "EMP_STATUS": {"UEMP"}, "SEX": {"F"}}),
        row(
            101,
            "LFS/FR..F?mode=available",
            {"REF_AREA": {"FR"}, "EMP_STATUS": {"UEMP"}, "SEX": {"M", "F"}},
        ),
        row(
            102,
            "LFS/FR..M+F?mode=available",
            {"REF_AREA": {"UK", "FR"}, "EMP_STATUS": {"EMP", "UEMP"}, "SEX": {"M", "F"}},
        ),
        row(103, "LFS/all/all/SEX", {"SEX": {"M", "F"}}),
    ],
)
def test_available_values_are_exactly_these(v1: FlaskClient, path: str, expected: Values):
    response = v1.get(f"{AVAILABLE}/{path}")
    (constraint,) = artefacts(response).values()
    assert media_type(response) == "structure+xml;version=2.1"
    assert constraint.get("type") == "Actual"
    assert constraint.find("{*}ConstraintAttachment/{*}Dataflow/Ref").get("id") == "LFS"
    (region,) = constraint.iterfind("{*}CubeRegion")
    assert region.get("include") == "true"
    assert values_of(region) == expected


def test_codelists_come_cut_to_what_is_available(v1: FlaskClient):
    """Row 104: with the codes above those in use."""
    found = artefacts(v1.get(f"{AVAILABLE}/LFS/FR..F?references=codelist"))
    lists = {name: element for name, element in found.items() if name.startswith("Codelist")}
    assert set(found) - set(lists) == {n for n in found if n.startswith("ContentConstraint")}
    assert {name: set(ids(element, "Code")) for name, element in lists.items()} == {
        "Codelist=TST:CL_AREA(1.0)": {"EU", "FR"},
        "Codelist=TST:CL_EMP(1.0)": {"UEMP"},
        "Codelist=TST:CL_SEX(1.0)": {"F"},
    }
    assert {element.get("isPartial") for element in lists.values()} == {"true"}


def test_all_references_are_these_kinds(v1: FlaskClient):
    """Row 105."""
    found = artefacts(v1.get(f"{AVAILABLE}/LFS?references=all"))
    assert {name for name in found if not name.startswith("ContentConstraint")} == {
        "Dataflow=TST:LFS(1.0)",
        "DataStructure=TST:DSD_LFS(1.0)",
        "ConceptScheme=TST:CS(1.0)",
        "Codelist=TST:CL_AREA(1.0)",
        "Codelist=TST:CL_EMP(1.0)",
        "Codelist=TST:CL_SEX(1.0)",
        "DataProviderScheme=TST:DATA_PROVIDERS(1.0)",
    }
    concepts = found["ConceptScheme=TST:CS(1.0)"]
    used = {"REF_AREA", "EMP_STATUS", "SEX", "TIME_PERIOD", "OBS_VALUE"}
    assert set(ids(concepts, "Concept")) == used
    assert ids(found["DataProviderScheme=TST:DATA_PROVIDERS(1.0)"], "DataProvider") == ["BIS"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        row(106, "availableconstraint/LFS/XX..", 404, 100),
        row(107, "availableconstraint/LFS?mode=maybe", 400, 140),
        row(112, "schema/dataflow/all/EXR", 400, 140),
        row(112, "schema/dataflow/TST/EXR+B", 400, 140),
        row(113, "schema/codelist/TST/CL_FREQ", 400, 140),
    ],
)
def test_a_query_that_fails_says_why(v1: FlaskClient, path: str, status: int, code: int):
    response = v1.get(f"/sdmx/v1/{path}")
    assert (response.status_code, error(response)) == (status, code)


def test_series_and_observations_are_counted(v1: FlaskClient):
    """Row 108."""
    (constraint,) = artefacts(v1.get(f"{AVAILABLE}/LFS")).values()
    counts = {
        note.get("id"): note.find("{*}AnnotationTitle").text
        for note in constraint.iter("{*}Annotation")
        if note.find("{*}AnnotationType").text == "sdmx_metrics"
    }
    assert counts == {"series_count": "3", "obs_count": "7"}


@pytest.mark.parametrize(
    ("query", "dimension"),
    [
        row(109, "/1.0", "TIME_PERIOD"),
        row(110, "?dimensionAtObservation=AllDimensions", "AllDimensions"),
    ],
)
def test_a_schema_validates_data_of_its_dataflow(v1: FlaskClient, query: str, dimension: str):
    schema = v1.get(f"/sdmx/v1/schema/dataflow/TST/EXR{query}")
    assert media_type(schema) == "schema+xml;version=2.1"
    assert xml(schema).get("targetNamespace").endswith(f":{dimension}")
    data = v1.get(
        f"/sdmx/v1/data/EXR?dimensionAtObservation={dimension}",
        headers=media("structurespecificdata+xml", "2.1"),
    )
    validate_data(data.data, schema.data, "2.1")


def test_a_schema_as_structures_is_cut_by_all_constraints(constrained: FlaskClient):
    """Row 111."""
    response: TestResponse = constrained.get(
        "/sdmx/v1/schema/provisionagreement/TST/PA_ECB/1.0",
        headers=media("structure+xml", "2.1"),
    )
    found = artefacts(response)
    currencies = found["Codelist=TST:CL_CURRENCY(1.0)"]
    assert set(ids(currencies, "Code")) == {"USD", "EUR"}
    assert currencies.get("isPartial") == "true"
    kinds = {name.partition("=")[0] for name in found}
    assert kinds - {"ContentConstraint"} == {
        *("DataStructure", "Codelist", "ConceptScheme", "AgencyScheme")
    }
    assert ids(found["AgencyScheme=SDMX:AGENCIES(1.0)"], "Agency") == ["TST"]
