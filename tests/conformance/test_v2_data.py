"""SDMX-REST 2.2: paths, contexts and keys of data queries (rows 132 to 159)."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conformance.answers import Periods, count, error, media_type, rates, row, some, table

EXR = "dataflow/TST/EXR/1.0.0"
MONTHLY = "M.USD M.CHF M.JPY"


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(f"/sdmx/v2/data{path}")


def urns(response: TestResponse) -> list[str]:
    """Return what each dataset says that it is about."""
    data = json.loads(response.data)["data"]
    structures = data["structures"]
    for place, structure in enumerate(structures):
        for number in structure["dataSets"]:
            assert data["dataSets"][number].get("structure", 0) == place
    return [structures[each.get("structure", 0)]["links"][0]["urn"] for each in data["dataSets"]]


def short(response: TestResponse) -> list[str]:
    """Return the same, shortened to ``Class=AG:ID(VERSION)``, sorted."""
    return sorted(urn.rpartition(".infomodel.")[2].partition(".")[2] for urn in urns(response))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(132, f"/{EXR}/*", some()),
        row(133, "/dataflow/TST/EXR", some()),
        row(133, "/dataflow/TST/EXR/", some()),
        row(133, "/dataflow/TST/EXR/*", some()),
        row(133, "/dataflow/TST/EXR/*/*", some()),
        row(141, "/datastructure/TST/DSD_EXR", some()),
        row(145, f"/{EXR}/M.*.EUR.SP00.A", some(MONTHLY)),
        row(146, f"/{EXR}/M.USD", some("M.USD")),
        row(147, f"/{EXR}/*.USD", some("M.USD A.USD D.USD")),
        row(148, f"/{EXR}/M.USD.EUR.SP00.A,A.USD.EUR.SP00.A", some("M.USD A.USD")),
        row(150, f"/{EXR}/M..EUR.SP00.A", some(MONTHLY)),
        row(157, f"/{EXR}?startPeriod=2010-02&detail=dataonly", some()),
        row(158, f"/{EXR}/%2A", some()),
    ],
)
def test_a_path_finds_exactly_these_observations(v2: FlaskClient, path: str, expected: Periods):
    response = get(v2, path)
    assert rates(response) == expected
    assert media_type(response) == "data+json;version=2.1.0"
    assert len(urns(response)) == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(136, "/dataflow/TST/EXR/+/M.USD.EUR.SP00.A", ["Dataflow=TST:EXR(1.0.0)"]),
        row(137, "/dataflow/TST/EXR/~", ["Dataflow=TST:EXR(1.1.0-draft)"]),
        row(
            138,
            "/dataflow/TST/EXR/1.0.0,1.1.0-draft",
            ["Dataflow=TST:EXR(1.0.0)", "Dataflow=TST:EXR(1.1.0-draft)"],
        ),
    ],
)
def test_versions_choose_dataflows(drafts: FlaskClient, path: str, expected: list[str]):
    assert short(get(drafts, path)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(
            134,
            "",
            [
                "Dataflow=TST:DF_POP(1.0.0)",
                "Dataflow=TST:DF_POP_SA(1.0.0)",
                "Dataflow=TST:EXR(1.0.0)",
                "Dataflow=TST:FLAT(1.0.0)",
                "Dataflow=TST:HIST(1.0.0)",
                "Dataflow=TST:LFS(1.0.0)",
                "Dataflow=TST:MULTI(1.0.0)",
                "Dataflow=TST:MULTI_LONE(1.0.0)",
            ],
        ),
        row(
            139,
            "/dataflow/TST,SDMX/EXR,LFS/*",
            ["Dataflow=TST:EXR(1.0.0)", "Dataflow=TST:LFS(1.0.0)"],
        ),
        row(
            140,
            "/provisionagreement/TST/PA_ECB,PA_BIS",
            ["ProvisionAgreement=TST:PA_BIS(1.0.0)", "ProvisionAgreement=TST:PA_ECB(1.0.0)"],
        ),
        row(141, "/datastructure/TST/DSD_EXR", ["DataStructure=TST:DSD_EXR(1.0.0)"]),
        row(142, "/dataflow/TST/EXR", ["Dataflow=TST:EXR(1.0.0)"]),
        row(142, "/*/TST/EXR", ["Dataflow=TST:EXR(1.0.0)"]),
    ],
)
def test_a_dataset_names_what_was_asked_for(v2: FlaskClient, path: str, expected: list[str]):
    assert short(get(v2, path)) == expected


def test_a_filter_on_every_dataflow_passes_over_those_without_the_component(v2: FlaskClient):
    """Row 135."""
    response = get(v2, "/?c[REF_AREA]=FR&c[SEX]=F,M&attributes=none&measures=none")
    assert short(response) == ["Dataflow=TST:FLAT(1.0.0)", "Dataflow=TST:LFS(1.0.0)"]
    keys = {(r["REF_AREA"], r.get("EMP_STATUS"), r["SEX"]) for r in table(response)}
    assert keys == {("FR", "EMP", "M"), ("FR", "UEMP", "F"), ("FR", None, "F")}


@pytest.mark.parametrize(
    ("agreement", "expected"),
    [
        row(140, "PA_ECB", some("M.USD M.CHF A.USD D.USD")),
        row(140, "PA_BIS", some("M.JPY")),
    ],
)
def test_an_agreement_holds_what_its_provider_supplied(
    v2: FlaskClient, agreement: str, expected: Periods
):
    assert rates(get(v2, f"/provisionagreement/TST/{agreement}")) == expected
    assert count(expected) == {"PA_ECB": 13, "PA_BIS": 4}[agreement]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        row(143, "/codelist/TST/CL_FREQ", 400),
        row(144, "/dataflow,datastructure/TST/EXR", 400),
        row(149, f"/{EXR}/M.USD+CHF.EUR.SP00.A", 400),
        row(151, f"/{EXR}/M.USD.EUR.SP00.A.X", 400),
        row(152, f"/{EXR}/M.USD.EUR.SP00.A.2010-01", 400),
        row(155, "/dataflow/TST/EXR/1.+.3", 400),
        row(156, "/dataflow/TST/EXR/latest", 400),
    ],
)
def test_a_path_against_the_grammar_is_refused(v2: FlaskClient, path: str, status: int):
    response = get(v2, path)
    assert response.status_code == status
    assert error(response) == status


@pytest.mark.parametrize(
    "path", [row(153, f"/{EXR}/M.ZZZ.EUR.SP00.A"), row(154, "/dataflow/TST/NOFLOW")]
)
def test_nothing_found_is_an_empty_answer(v2: FlaskClient, path: str):
    response = get(v2, path)
    assert (response.status_code, response.data) == (204, b"")


def test_data_without_time_are_flat(v2: FlaskClient):
    """Row 159."""
    response = get(v2, "/dataflow/TST/FLAT")
    (dataset,) = json.loads(response.data)["data"]["dataSets"]
    assert "series" not in dataset
    assert {(r["REF_AREA"], r["SEX"], r["OBS_VALUE"]) for r in table(response)} == {
        ("FR", "F", "3"),
        ("UK", "F", "1"),
        ("UK", "M", "2"),
    }
