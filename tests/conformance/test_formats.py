"""What every format must hold (rows 391 to 413)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from sdmx_server.model.codelist import Codelist
from tests.conformance.answers import artefacts, listed, media, media_type, row, table, xml
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import OUTLINE, Content
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import validate_data

DATA = "/sdmx/v2/data/dataflow/TST"
V1_DATA = "/sdmx/v1/data"
STRUCTURE = "/sdmx/v2/structure"
FLOWS = ("EXR", "LFS", "FLAT", "HIST", "MULTI", "DF_POP")
SINGLE_VALUED = ("EXR", "LFS", "FLAT", "HIST", "DF_POP")
JSON = ("1.0.0", "2.0.0", "2.1.0")
ML = ("2.1", "3.0.0", "3.1.0")


@pytest.mark.parametrize("version", [row(391, version) for version in ("3.0.0", "3.1.0")])
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("dimension", ["TIME_PERIOD", "AllDimensions", "REF_AREA"])
def test_data_in_sdmx_ml_3_are_valid(v2: FlaskClient, flow: str, version: str, dimension: str):
    query = f"?dimensionAtObservation={dimension}"
    response = v2.get(f"{DATA}/{flow}{query}", headers=media("data+xml", version))
    if response.status_code == 400:  # the structure has no such dimension
        assert flow in ("EXR", "HIST", "FLAT")
        return
    schema = v2.get(
        f"/sdmx/v2/schema/dataflow/TST/{flow}{query}", headers=media("schema+xml", version)
    )
    validate_data(response.data, schema.data, version)


@pytest.mark.parametrize(
    "kind", [row(391, "genericdata+xml"), row(391, "structurespecificdata+xml")]
)
@pytest.mark.parametrize("flow", SINGLE_VALUED)
@pytest.mark.parametrize("detail", ["full", "dataonly", "serieskeysonly", "nodata"])
def test_data_in_sdmx_ml_2_1_are_valid(v2: FlaskClient, flow: str, kind: str, detail: str):
    response = v2.get(f"{V1_DATA}/{flow}?detail={detail}", headers=media(kind, "2.1"))
    assert response.status_code == 200
    schema = v2.get(f"/sdmx/v1/schema/dataflow/TST/{flow}")
    validate_data(response.data, schema.data if "specific" in kind else (), "2.1")


@pytest.mark.parametrize("version", [row(391, version) for version in ML])
@pytest.mark.parametrize(
    "query", ["", "?detail=allstubs", "?detail=allcompletestubs", "/*/*/DSD_EXR?references=all"]
)
def test_structures_in_sdmx_ml_are_valid(v2: FlaskClient, version: str, query: str):
    """Row 294 as well: stubs are valid."""
    response = v2.get(f"{STRUCTURE}{query}", headers=media("structure+xml", version))
    assert media_type(response) == f"structure+xml;version={version}"
    validate_data(response.data, (), version)


@pytest.mark.parametrize("version", [row(392, version) for version in JSON])
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize(
    "query",
    ["", "?dimensionAtObservation=AllDimensions", "?attributes=none&measures=none", "?limit=1"],
)
def test_data_in_sdmx_json_are_valid(v2: FlaskClient, flow: str, version: str, query: str):
    response = v2.get(f"{DATA}/{flow}{query}", headers=media("data+json", version))
    if flow == "MULTI" and version == "1.0.0" and response.status_code == 406:
        return  # two measures cannot be told in SDMX-JSON 1.0
    assert response.status_code == 200
    validate_json(response.data, "data", version)


@pytest.mark.parametrize("version", [row(392, version) for version in JSON])
@pytest.mark.parametrize("query", ["", "?detail=allstubs", "/dataflow/TST/EXR?references=all"])
def test_structures_in_sdmx_json_are_valid(v2: FlaskClient, version: str, query: str):
    response = v2.get(f"{STRUCTURE}{query}", headers=media("structure+json", version))
    validate_json(response.data, "structure", version)


@pytest.mark.parametrize("path", [row(391, "availability/dataflow/TST/LFS?references=all")])
@pytest.mark.parametrize("version", ML)
def test_availability_in_sdmx_ml_is_valid(v2: FlaskClient, path: str, version: str):
    response = v2.get(f"/sdmx/v2/{path}", headers=media("structure+xml", version))
    validate_data(response.data, (), version)


@pytest.mark.parametrize("version", [row(392, version) for version in JSON])
def test_availability_in_sdmx_json_is_valid(v2: FlaskClient, version: str):
    path = "/sdmx/v2/availability/dataflow/TST/LFS?references=all"
    validate_json(v2.get(path, headers=media("structure+json", version)).data, "structure", version)


CELLS = ("FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX", "TIME_PERIOD")
SHOWN = (*CELLS, "OBS_VALUE", "DS_NOTE", "UNIT", "TITLE", "COLLECTION", "OBS_STATUS", "OBS_COM")


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        row(393, "genericdata+xml", "2.1"),
        row(393, "structurespecificdata+xml", "2.1"),
        row(393, "data+xml", "3.0.0"),
        row(393, "data+xml", "3.1.0"),
        row(393, "data+json", "1.0.0"),
        row(393, "data+json", "2.0.0"),
        row(393, "data+csv", "1.0.0"),
        row(393, "data+csv", "2.0.0"),
        row(393, "data+csv", "2.1.0"),
    ],
)
def test_every_format_says_the_same(v2: FlaskClient, kind: str, version: str):
    def told(headers: dict[str, str]) -> set[tuple[str, ...]]:
        response = v2.get(f"{DATA}/EXR", headers=headers)
        return {tuple(_number(cells.get(name)) for name in SHOWN) for cells in table(response)}

    expected = told(media("data+json", "2.1.0"))
    assert len(expected) == 17
    assert told(media(kind, version)) == expected


def _number(text: str | None) -> str:
    try:
        return repr(float(text or ""))
    except ValueError:
        return text or ""


def test_dimensions_with_one_value_stand_at_the_dataset(v2: FlaskClient):
    """Row 394."""
    response = v2.get(f"{DATA}/EXR/1.0.0/M.USD")
    dimensions = json.loads(response.data)["data"]["structures"][0]["dimensions"]
    assert {"FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE"} <= ids_of(dimensions["dataSet"])
    assert len(dimensions["series"]) == 1, "one stays, so that keys are not empty"
    assert {(r["CURRENCY"], r["TIME_PERIOD"]) for r in table(response)} == {
        ("USD", f"2010-0{month}") for month in range(1, 5)
    }


def ids_of(components: list[dict[str, Any]]) -> set[str]:
    return {component["id"] for component in components}


def multi(client: FlaskClient, version: str = "2.1.0") -> dict[tuple[str, str], dict[str, Any]]:
    response = client.get(f"{DATA}/MULTI", headers=media("data+json", version))
    return {(r["REF_AREA"], r["TIME_PERIOD"]): r for r in table(response)}


def test_missing_values_are_null_or_text(v2: FlaskClient):
    """Row 395."""
    found = multi(v2)["FR", "2021"]
    assert found["OBS_VALUE"] == "NaN"
    assert not {"OBS_COUNT", "OBS_NOTE", "SRC"} & set(found)
    assert not {"METHOD", "GEO"} & set(multi(v2)["UK", "2020"])


def test_arrays_and_languages_have_json_forms(v2: FlaskClient):
    """Row 396."""
    found = multi(v2)["FR", "2020"]
    assert found["CONTACT"] == ["A", "B"]
    assert found["OBS_NOTE"] == {"en": "Good, year", "fr": "Bonne année"}
    assert found["METHOD"] == [{"en": "Survey", "fr": "Enquête"}, {"en": "Census"}]


def test_group_attributes_have_keys_of_all_dimensions(v2: FlaskClient):
    """Row 397."""
    data = json.loads(v2.get(f"{DATA}/EXR").data)["data"]
    keys = data["dataSets"][0]["dimensionGroupAttributes"]
    assert len(keys) == 3
    for key in keys:
        parts = key.split(":")
        assert len(parts) == 6
        assert [part == "" for part in parts] == [True, False, False, False, False, True]


def test_arrays_are_elements_in_sdmx_ml_3_1(v2: FlaskClient):
    """Row 399."""
    root = xml(v2.get(f"{DATA}/MULTI_LONE", headers=media("data+xml", "3.1.0")))
    (contact,) = root.xpath("//Comp[@id='CONTACT']")
    assert [value.text for value in contact.iterfind("Value")] == ["A"]
    assert not root.xpath("//@CONTACT")


def test_attributes_of_dataset_and_group_have_a_place_in_sdmx_ml_3_1(v2: FlaskClient):
    """Rows 400 and 401."""
    root = xml(v2.get(f"{DATA}/EXR", headers=media("data+xml", "3.1.0")))
    assert root.xpath("//Atts/@DS_NOTE") == ["Reference rates"]
    assert not root.xpath("//*[local-name()='DataSet']/@DS_NOTE")
    assert sorted(root.xpath("//Group/@UNIT | //Atts/@UNIT")) == ["CHF", "JPY", "USD"]
    assert not root.xpath("//Series/@UNIT")


@pytest.mark.parametrize(
    ("flow", "columns"),
    [
        row(402, "EXR", ["STRUCTURE", "STRUCTURE_ID", "ACTION", *SHOWN]),
        row(
            403,
            "MULTI",
            [
                *("STRUCTURE[;]", "STRUCTURE_ID", "ACTION", "REF_AREA", "TIME_PERIOD"),
                *("OBS_VALUE", "OBS_COUNT", "CONTACT[]", "METHOD[en;fr]", "GEO"),
                *("OBS_NOTE[en;fr]", "SRC"),
            ],
        ),
    ],
)
def test_sdmx_csv_has_these_columns(v2: FlaskClient, flow: str, columns: list[str]):
    rows = table(v2.get(f"{DATA}/{flow}", headers=media("data+csv", "2.1.0")))
    assert [name.replace("[][", "[") for name in rows[0]] == columns


def test_texts_survive_sdmx_csv(v2: FlaskClient):
    """Rows 404, 405, 407 and 408."""
    rows = table(v2.get(f"{DATA}/MULTI", headers=media("data+csv", "2.1.0")))
    found = {(r["REF_AREA"], r["TIME_PERIOD"]): r for r in rows}
    assert [r["OBS_VALUE"] for r in rows] == ["1.10", "NaN", "0.000010", "1e5"]
    assert found["FR", "2020"]["SRC"] == 'Say "NA"\nor, not'
    assert found["UK", "2020"]["SRC"] == "NA"
    assert found["UK", "2021"]["SRC"] == "null"
    assert found["FR", "2020"]["GEO"] == OUTLINE


@pytest.mark.parametrize("version", [row(407, "3.0.0"), row(407, "3.1.0")])
def test_texts_survive_sdmx_ml(v2: FlaskClient, version: str):
    root = xml(v2.get(f"{DATA}/MULTI", headers=media("data+xml", version)))
    assert root.xpath("//Series/@GEO") == [OUTLINE]
    assert sorted(root.xpath("//Obs/@OBS_VALUE")) == ["0.000010", "1.10", "1e5", "NaN"]
    assert 'Say "NA"\nor, not' in root.xpath("//Obs/@SRC")


def test_texts_survive_sdmx_json(v2: FlaskClient):
    """Rows 405, 407 and 408: numbers have the same value."""
    found = multi(v2)
    values = [found[key]["OBS_VALUE"] for key in sorted(found)]
    assert [float(value) for value in (values[0], *values[2:])] == [1.1, 0.00001, 100000.0]
    assert found["UK", "2020"]["SRC"] == "NA"
    assert found["FR", "2020"]["GEO"] == OUTLINE


def test_a_dataflow_may_do_without_a_dimension(v2: FlaskClient):
    """Row 406."""
    (alone,) = table(v2.get(f"{DATA}/DF_POP"))
    assert alone == {"FREQ": "A", "REF_AREA": "FR", "TIME_PERIOD": "2020", "OBS_VALUE": "67"}
    (adjusted,) = table(v2.get(f"{DATA}/DF_POP_SA"))
    assert adjusted["SEASONAL_ADJUST"] == "Y"


@pytest.mark.parametrize(
    ("kind", "version"), [row(406, "data+json", "2.1.0"), row(406, "data+csv", "2.1.0")]
)
def test_a_data_structure_shows_what_a_dataflow_switched_off(
    v2: FlaskClient, kind: str, version: str
):
    response = v2.get("/sdmx/v2/data/datastructure/TST/DSD_POP", headers=media(kind, version))
    found = {(r["SEASONAL_ADJUST"], r["OBS_VALUE"]) for r in table(response)}
    assert found == {("~", "67"), ("Y", "68")}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?c[SEASONAL_ADJUST]=~", {"~"}),
        ("?c[SEASONAL_ADJUST]=Y", {"Y"}),
        ("?c[SEASONAL_ADJUST]=ne:Y", {"~"}),
        ("?c[SEASONAL_ADJUST]=N", set()),
        ("/*/A.FR.~", {"~"}),
        ("/*/A.FR.Y", {"Y"}),
        ("/*/A.FR", {"~", "Y"}),
        ("/*/A.UK.~", set()),
        ("?c[TIME_PERIOD]=2020&sort=SEASONAL_ADJUST&limit=1", {"Y"}),
    ],
)
def test_what_is_switched_off_can_be_asked_for(v2: FlaskClient, query: str, expected: set[str]):
    response = v2.get(f"/sdmx/v2/data/datastructure/TST/DSD_POP{query}")
    rows = table(response) if response.status_code == 200 else []
    assert {r["SEASONAL_ADJUST"] for r in rows} == expected


def test_data_with_a_dimension_switched_off_are_valid(v2: FlaskClient):
    path = "datastructure/TST/DSD_POP"
    data = v2.get(f"/sdmx/v2/data/{path}", headers=media("data+xml", "3.1.0"))
    schema = v2.get(f"/sdmx/v2/schema/{path}", headers=media("schema+xml", "3.1.0"))
    validate_data(data.data, schema.data, "3.1.0")


@pytest.mark.parametrize("query", [row(409, "?c[FREQ]=ZZZ"), row(409, "?offset=17")])
@pytest.mark.parametrize("kind", ["data+json", "data+csv", "data+xml"])
def test_an_empty_answer_has_no_body(v2: FlaskClient, query: str, kind: str):
    version = "3.1.0" if kind == "data+xml" else "2.1.0"
    response = v2.get(f"{DATA}/EXR{query}", headers=media(kind, version))
    assert (response.status_code, response.data) == (204, b"")


def test_two_datasets_point_at_their_structures(v2: FlaskClient):
    """Row 410."""
    data = json.loads(v2.get(f"{DATA}/EXR,LFS").data)["data"]
    assert [structure["dataSets"] for structure in data["structures"]] == [[0], [1]]
    assert [dataset.get("structure", 0) for dataset in data["dataSets"]] == [0, 1]


@pytest.mark.parametrize(
    ("context", "urn"),
    [
        row(411, "dataflow/TST/EXR", "datastructure.Dataflow=TST:EXR(1.0.0)"),
        row(411, "datastructure/TST/DSD_EXR", "datastructure.DataStructure=TST:DSD_EXR(1.0.0)"),
        row(411, "provisionagreement/TST/PA_ECB", "registry.ProvisionAgreement=TST:PA_ECB(1.0.0)"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_the_header_names_the_context(v2: FlaskClient, context: str, urn: str, version: str):
    root = xml(v2.get(f"/sdmx/v2/data/{context}", headers=media("data+xml", version)))
    (structure,) = root.iterfind("{*}Header/{*}Structure")
    urn = f"urn:sdmx:org.sdmx.infomodel.{urn}"
    assert structure.get("dimensionAtObservation") == "TIME_PERIOD"
    assert structure.get("namespace") == f"{urn}:ObsLevelDim:TIME_PERIOD"
    (reference,) = structure
    assert reference.text == urn
    names = {
        "Dataflow": "StructureUsage",
        "DataStructure": "Structure",
        "ProvisionAgreement": "ProvisionAgreement",
    }
    local = etree.QName(reference).localname
    assert (
        local.replace("ProvisionAgrement", "ProvisionAgreement")
        == (names[urn.rpartition("=")[0].rpartition(".")[2]])
    )


ODD = "Keine Angabe – نعم 🙂"


@pytest.mark.parametrize("version", [row(412, version) for version in ML])
def test_names_survive_sdmx_ml(v2: FlaskClient, version: str):
    response = v2.get(f"{STRUCTURE}/codelist/TST/CL_LANG", headers=media("structure+xml", version))
    (found,) = artefacts(response).values()
    assert ODD in {name.text for name in found.iter("{*}Name")}
    assert not response.data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("version", [row(412, version) for version in JSON])
def test_names_survive_sdmx_json(v2: FlaskClient, version: str):
    headers = {**media("structure+json", version), "Accept-Language": "de"}
    response = v2.get(f"{STRUCTURE}/codelist/TST/CL_LANG", headers=headers)
    (found,) = response.json["data"]["codelists"]
    assert ODD in {code["name"] for code in found["codes"]}


def test_what_is_kept_elsewhere_says_where(serving: Serving):
    """Row 413."""
    elsewhere = Codelist(
        id="CL_FAR",
        agency_id="TST",
        version="1.0.0",
        names={"en": "Far"},
        is_external_reference=True,
        structure_url="https://example.org/CL_FAR",
        service_url="https://example.org/ws",
    )
    client = serving(Content([elsewhere]))
    path = "/sdmx/v2/structure/codelist/TST/CL_FAR?detail=allstubs"
    (found,) = listed(client.get(path)).values()
    assert found["isExternalReference"]
    for version in ML:
        response = client.get(path, headers=media("structure+xml", version))
        (element,) = artefacts(response).values()
        assert element.get("isExternalReference") == "true"
        assert element.get("structureURL") or element.get("serviceURL")
