"""Traps that clients in use fall into, one test or more each (``-k trap_8``).

They were found in the code of clients in Python, R, JavaScript and Java and of spreadsheets.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from msgspec.structs import replace

from sdmx_server.model.constraint import CubeRegionKey, Period, TimeRange
from tests.conformance import fixtures as fx
from tests.conformance.answers import (
    SDMX,
    XML_LANG,
    artefacts,
    error,
    listed,
    media,
    media_type,
    rates,
    some,
    xml,
)
from tests.conformance.artefacts import allowing
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content

EXR = "/sdmx/v2/data/dataflow/TST/EXR/1.0.0"
LABOUR = "/sdmx/v2/availability/dataflow/TST/LFS/1.0.0"


def trap(number: int, *values: Any) -> Any:
    """Return test values that bear the number of the trap."""
    return pytest.param(*values, id=f"trap_{number}")


@pytest.mark.parametrize(
    "path",
    [
        trap(1, "dataflow/all/all/latest"),
        trap(1, "dataflow/TST"),
        trap(1, "dataflow/TST/all/latest"),
        trap(1, "dataflow/TST/EXR/latest?references=descendants"),
        trap(1, "dataflow/all/EXR/latest"),
        trap(1, "datastructure/all/DSD_EXR/latest?references=children"),
        trap(1, "codelist/TST/CL_FREQ/1.0/all"),
        trap(1, "data/EXR"),
        trap(1, "data/TST,EXR,1.0/all/all?detail=serieskeysonly"),
        trap(1, "availableconstraint/EXR"),
        trap(1, "availableconstraint/EXR/all/all/all?mode=available"),
        trap(10, "dataflow/ALL/ALL/LATEST"),
        trap(10, "dataflow/TST/EXR/LATEST"),
        trap(10, "data/EXR/ALL/ALL"),
        trap(10, "dataflow/TST/latest"),
    ],
)
def test_left_out_and_upper_case_segments_are_answered_at_once(v1: FlaskClient, path: str):
    bare, mark, parameters = path.partition("?")
    for each in (bare, f"{bare}/"):
        response = v1.get(f"/sdmx/v1/{each}{mark}{parameters}")
        assert response.status_code == 200, "not every client follows a redirect"


@pytest.mark.parametrize(
    "path",
    [
        trap(1, "structure/dataflow"),
        trap(1, "structure/dataflow/*"),
        trap(1, "structure/dataflow/TST/EXR/~/*"),
        trap(1, "structure/codelist/TST/CL_FREQ/+/*"),
        trap(1, "data/dataflow/TST/EXR/+"),
        trap(1, "availability/dataflow/TST/LFS/+"),
        trap(1, "schema/dataflow/TST/EXR"),
        trap(11, "data/dataflow/TST/EXR/1.0.0/M.USD.EUR.SP00.A,A.USD.EUR.SP00.A"),
        trap(11, "data/dataflow/TST/EXR/1.0.0/M.USD"),
        trap(11, "data/dataflow/TST/EXR/1.0.0/*"),
        trap(11, "data/dataflow/TST/EXR/1.0.0/%2A"),
        trap(11, "data/dataflow/TST/EXR/1.0.0/M.USD.EUR.SP00."),
        trap(11, "data/dataflow/TST/EXR/1.0.0"),
    ],
)
def test_segments_may_be_left_out_in_the_second_version(v2: FlaskClient, path: str):
    for each in (path, f"{path}/"):
        assert v2.get(f"/sdmx/v2/{each}").status_code == 200


@pytest.mark.parametrize("path", [trap(2, "datastructure/TST/DSD_EXR?references=all")])
def test_structures_of_2_1_are_what_old_clients_read(v1: FlaskClient, path: str):
    root = xml(v1.get(f"/sdmx/v1/{path}"))
    assert not list(root.iter("URN", "{*}URN"))
    to_artefacts = [ref for ref in root.iter("Ref") if ref.get("agencyID")]
    assert all(ref.get("class") and ref.get("package") for ref in to_artefacts)
    structure = next(root.iter("{*}DataStructureComponents"))
    assert all(part.get("id") for part in structure)
    dimensions = list(structure.find("{*}DimensionList"))
    assert [d.get("position") for d in dimensions] == [str(n + 1) for n in range(6)]
    assert all(name.get(XML_LANG) for name in root.iter("{*}Name"))
    identified = [e for e in root.iter("{*}*") if e.get("id") and e.tag != "Ref"]
    bare = {etree.QName(e).localname for e in identified if not e.get("urn")}
    assert bare <= {"Sender", "Annotation", "Contact", "KeyValue"}


@pytest.mark.parametrize("kind", [trap(3, "genericdata+xml"), trap(3, "structurespecificdata+xml")])
def test_data_of_2_1_are_what_old_clients_read(v1: FlaskClient, kind: str):
    response = v1.get("/sdmx/v1/data/EXR", headers=media(kind, "2.1"))
    root = xml(response)
    head = response.data[:1000]
    assert head.startswith(b"<?xml")
    assert b"<message:" in head
    uris = list(root.nsmap.values())
    assert sorted(uris, key=lambda uri: str(uri).startswith("urn:")) == uris
    assert root.nsmap.get("generic", "").endswith("generic") == (kind == "genericdata+xml")
    assert root.find("{*}Header/{*}Structure").get("structureID") == "DSD_EXR"
    assert len([e for e in root.iter() if etree.QName(e).localname == "Series"]) == 5


@pytest.mark.parametrize("path", [trap(3, "dataflow/TST/EXR?references=descendants")])
def test_what_is_referred_to_stands_before_what_refers(v1: FlaskClient, path: str):
    containers = [
        etree.QName(e).localname for e in xml(v1.get(f"/sdmx/v1/{path}")).find("{*}Structures")
    ]
    assert containers.index("Codelists") < containers.index("Concepts")
    assert containers.index("Concepts") < containers.index("DataStructures")


@pytest.mark.parametrize("version", ["v1/data/EXR", "v2/data/dataflow/TST/EXR/1.0.0"])
@pytest.mark.parametrize(
    ("accept", "told"),
    [
        trap(4, f"{SDMX}data+json;version=1.0.0", "data+json;version=1.0.0"),
        trap(4, f"{SDMX}data+json;version=1.0", "data+json;version=1.0.0"),
        trap(4, f"{SDMX}data+json;version=2", "data+json;version=2.0.0"),
        trap(4, f"{SDMX}data+json; version=2.0.0", "data+json;version=2.0.0"),
        trap(4, f"{SDMX}data+csv;version=1.0.0;charset=utf-8", "data+csv;version=1.0.0"),
        trap(4, f"{SDMX}data+json;version=1.0.0;urn=true;file=true", "data+json;version=1.0.0"),
        trap(4, f"{SDMX}data+csv;version=1.0.0;labels=both", "data+csv;version=1.0.0;labels=both"),
        trap(4, f"a/b, c/d;q=0.9, {SDMX}data+csv;version=2.0.0;q=0.1", "data+csv;version=2.0.0"),
        trap(6, f"{SDMX}data+csv;version=2.0.0", "data+csv;version=2.0.0"),
        trap(6, f"{SDMX}data+json;version=1.0.0", "data+json;version=1.0.0"),
        trap(6, f"{SDMX}genericdata+xml;version=2.1", "genericdata+xml;version=2.1"),
        trap(6, f"{SDMX}data+xml;version=3.0.0", "data+xml;version=3.0.0"),
    ],
)
def test_formats_are_asked_for_loosely_and_told_exactly(
    v2: FlaskClient, version: str, accept: str, told: str
):
    response = v2.get(f"/sdmx/{version}", headers={"Accept": accept})
    assert (response.status_code, media_type(response)) == (200, told)
    assert "charset" not in response.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        trap(5, "v2/data/dataflow/TST/EXR/1.0.0?c[CURRENCY]=USD,CHF&c[FREQ]=M", "M.USD M.CHF"),
        trap(
            5, "v2/data/dataflow/TST/EXR/1.0.0?c%5BCURRENCY%5D=USD%2CCHF&c[FREQ]=M", "M.USD M.CHF"
        ),
        trap(5, "v2/data/dataflow/TST%2CSDMX/EXR/1.0.0/M.CHF%2CM.USD", "M.USD M.CHF"),
        trap(5, "v1/data/TST%2CEXR%2C1.0.0/M.USD%2BCHF...", "M.USD M.CHF"),
        trap(5, "v1/data/TST,EXR,1.0.0/M.USD+CHF...?&detail=&", "M.USD M.CHF"),
        trap(5, "v1/data/TST,EXR,1.0.0/M.USD+CHF...&format=jsondata", "M.USD M.CHF"),
    ],
)
def test_separators_may_be_encoded_or_raw(v2: FlaskClient, path: str, expected: str):
    assert rates(v2.get(f"/sdmx/{path}")) == some(expected)


@pytest.mark.parametrize("plus", [trap(5, "+"), trap(5, "%2B"), trap(5, "%2b")])
def test_a_plus_between_conditions_is_never_a_blank(v2: FlaskClient, plus: str):
    found = rates(v2.get(f"{EXR}?c[TIME_PERIOD]=ge%3A2010-02{plus}le:2010-03"))
    assert found == some("M.USD M.CHF M.JPY", "2010-02 2010-03")


@pytest.mark.parametrize(
    ("path", "default"),
    [
        trap(7, "v1/data/EXR", "genericdata+xml;version=2.1"),
        trap(7, "v1/dataflow/TST", "structure+xml;version=2.1"),
        trap(7, "v2/data/dataflow/TST/EXR/1.0.0", "data+json;version=2.1.0"),
        trap(7, "v2/structure/dataflow/TST", "structure+json;version=2.1.0"),
    ],
)
def test_whoever_takes_anything_gets_the_format_of_the_version(
    v2: FlaskClient, path: str, default: str
):
    assert media_type(v2.get(f"/sdmx/{path}", headers={"Accept": "*/*"})) == default


def with_periods(version: str) -> Content:
    """A survey with a constraint that says which codes and periods it holds."""
    survey = fx.availability(version)
    actual = allowing("CR_ACTUAL", survey.artefacts[1], {"SEX": ("F", "M")}, role="Actual")
    span = TimeRange(start_period=Period(period="2000"), end_period=Period(period="2003"))
    (region,) = actual.cube_regions
    keys = (*region.key_values, CubeRegionKey(id="TIME_PERIOD", time_range=span))
    regions = (replace(region, key_values=keys),)
    shared = Content([*fx.shared(version), *fx.organisations()])
    return shared + survey + Content([replace(actual, cube_regions=regions)])


@pytest.fixture(scope="module")
def survey(serving: Serving) -> FlaskClient:
    """A server with a constraint on time."""
    return serving(with_periods("1.0"))


@pytest.mark.parametrize(
    ("path", "version", "components"),
    [
        trap(8, "dataflow/TST/LFS?references=all", "2.1", ["SEX"]),
        trap(8, "dataflow/TST/LFS?references=contentconstraint", "2.1", ["SEX"]),
        trap(8, "contentconstraint/TST", "2.1", ["SEX", "TIME_PERIOD"]),
        trap(8, "dataflow/TST/LFS?references=all", "3.0.0", ["SEX", "TIME_PERIOD"]),
    ],
)
def test_constraints_that_come_along_in_2_1_have_no_time(
    survey: FlaskClient, path: str, version: str, components: list[str]
):
    root = xml(survey.get(f"/sdmx/v1/{path}", headers=media("structure+xml", version)))
    found = [key.get("id") for region in root.iter("{*}CubeRegion") for key in region]
    assert found == components


@pytest.mark.parametrize("path", [trap(8, "/sdmx/v1/availableconstraint/LFS")])
def test_availability_keeps_its_time(survey: FlaskClient, path: str):
    assert list(xml(survey.get(path)).iter("{*}TimeRange"))


@pytest.mark.parametrize("path", [trap(9, "availableconstraint/LFS?references=all")])
def test_availability_brings_the_dataflow_and_one_constraint(v1: FlaskClient, path: str):
    found = artefacts(v1.get(f"/sdmx/v1/{path}"))
    assert "Dataflow=TST:LFS(1.0)" in found
    (constraint,) = (each for name, each in found.items() if name.startswith("ContentConstraint"))
    assert constraint.get("type") == "Actual"
    assert [key.get("id") for key in constraint.iter("{*}KeyValue")] == [
        "REF_AREA",
        "EMP_STATUS",
        "SEX",
        "TIME_PERIOD",
    ]
    counts = [a.findtext("{*}AnnotationTitle") for a in constraint.iter("{*}Annotation")]
    assert counts == ["3", "7"]


@pytest.mark.parametrize("path", [trap(9, "?references=all")])
def test_availability_of_the_second_version_brings_the_dataflow(v2: FlaskClient, path: str):
    response = v2.get(f"{LABOUR}{path}", headers=media("structure+json", "2.0.0"))
    (constraint,) = response.json["data"]["dataConstraints"]
    assert constraint["role"] == "Actual"
    assert "dataflows=TST:LFS(1.0.0)" in listed(response)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        trap(12, "v1/data/EXR/M.ZZZ...", 404),
        trap(12, "v1/dataflow/TST/NOPE", 404),
        trap(12, "v1/vtlmappingscheme/TST", 404),
        trap(12, "v2/registration/id/R1", 404),
        trap(12, "v2/subscription", 501),
        trap(12, "v2/structure/nothing", 400),
        trap(12, "v2/nothing", 404),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
def test_what_went_wrong_is_told_by_the_status_and_never_in_html(
    v2: FlaskClient, path: str, status: int, accept: str
):
    response = v2.get(f"/sdmx/{path}", headers={"Accept": accept})
    assert response.status_code == status if accept == "*/*" else response.status_code >= 400
    assert "html" not in response.headers["Content-Type"]
    assert error(response)


@pytest.mark.parametrize("path", [trap(12, "v1/data/EXR"), trap(12, "v2/structure/codelist")])
def test_a_type_that_cannot_be_had_is_406(v2: FlaskClient, path: str):
    assert v2.get(f"/sdmx/{path}", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", [trap(13, "v1/data/EXR"), trap(13, "v2/structure/codelist")])
def test_browsers_are_served(v2: FlaskClient, path: str):
    headers = {"Accept-Language": "*", "Accept-Encoding": "gzip", "Content-Type": "text/plain"}
    response = v2.get(f"/sdmx/{path}", headers=headers | {"Origin": "https://example.org"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept" in response.headers["Vary"].split(", ")


@pytest.mark.parametrize("version", [trap(14, "3.0.0")])
def test_sdmx_ml_3_says_no_more_than_sdmx1_reads(v2: FlaskClient, version: str):
    asked = media("structure+xml", version)
    structure = v2.get("/sdmx/v2/structure/datastructure/TST/DSD_EXR/1.0.0", headers=asked)
    assert not list(xml(structure).iter("{*}MeasureRelationship"))
    one = xml(v2.get(f"{LABOUR}/*/SEX", headers=asked))
    assert not list(one.iter("{*}TimeRange"))
    assert [key.get("id") for key in one.iter("{*}KeyValue")] == ["SEX"]


@pytest.mark.parametrize(
    ("path", "kind", "version"),
    [
        trap(15, path, kind, version)
        for path, kind in (
            ("data/dataflow/TST/EXR/1.0.0", "data"),
            ("structure/dataflow/TST/EXR/1.0.0?references=all", "structure"),
            ("availability/dataflow/TST/LFS/1.0.0", "structure"),
        )
        for version in ("1.0.0", "2.0.0", "2.1.0")
    ],
)
def test_sdmx_json_begins_with_what_it_is(v2: FlaskClient, path: str, kind: str, version: str):
    response = v2.get(f"/sdmx/v2/{path}", headers=media(f"{kind}+json", version))
    assert response.status_code == 200
    assert response.text.startswith('{"meta":{"schema":"https://')
    document = json.loads(response.text)
    if kind == "structure":
        assert [] not in list(_values(document)), "an empty list where the schema wants a member"
        return
    structure = document["data"].get("structure") or document["data"]["structures"][0]
    assert all(isinstance(structure["dimensions"][level], list) for level in LEVELS)


LEVELS = ("dataSet", "series", "observation")


def _values(value: Any) -> Any:
    yield value
    members = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    for member in members:
        yield from _values(member)
