"""Houses: every one can be filled and served, and holds what the table of rows is about."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from sdmx_server.conformance.furnishing import Unfurnished, furnish, publish_later, serving
from sdmx_server.conformance.houses import FIXTURES, House, Load, houses
from sdmx_server.model.urn import parse_urn
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import data_faults

CSV = {"Accept": "text/csv"}
MESSAGES = sorted(
    (file for file in FIXTURES.rglob("*.*") if file.suffix in (".xml", ".json")),
    key=lambda file: (b"/v2_1/message" in file.read_bytes(), file),
)
"""In an order by which one server after the other is needed."""

EXCHANGE_RATES = """
M.USD.EUR.SP00.A 2010-01 1.4272 A
M.USD.EUR.SP00.A 2010-02 1.3686 A
M.USD.EUR.SP00.A 2010-03 1.3569 A revised
M.USD.EUR.SP00.A 2010-04 1.3406 P
M.CHF.EUR.SP00.A 2010-01 1.4765 A
M.CHF.EUR.SP00.A 2010-02 1.4671 A
M.CHF.EUR.SP00.A 2010-03 1.4482 A
M.CHF.EUR.SP00.A 2010-04 1.4337 P
A.USD.EUR.SP00.A 2009 1.3948 A
A.USD.EUR.SP00.A 2010 1.3257 A
D.USD.EUR.SP00.A 2010-01-04 1.4389 A
D.USD.EUR.SP00.A 2010-01-05 1.4442 A
D.USD.EUR.SP00.A 2010-01-06 1.4404 A
M.JPY.EUR.SP00.A 2010-01 130.34 A
M.JPY.EUR.SP00.A 2010-02 123.46 A
M.JPY.EUR.SP00.A 2010-03 122.80 A
M.JPY.EUR.SP00.A 2010-04 125.33 A
"""
TITLES = {
    "M.USD": "US dollar/Euro, monthly",
    "M.CHF": "Swiss franc/Euro, monthly",
    "A.USD": "US dollar/Euro, annual",
    "D.USD": "US dollar/Euro, daily",
    "M.JPY": "Yen/Euro, monthly",
}
EXCHANGE_RATE_SERIES = ("FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX")

OBSERVATIONS = {
    "broken": 500,
    "changing": {"EXR": 17, "LFS": 7},
    "closed": {"EXR": 17, "HIST": 2},
    "constrained": {"EXR": 26},
    "data_metadata": {"EXR": 17},
    "drafts": {"EXR": 21},
    "empty": {},
    "external": {},
    "limited": 413,
    "members": 401,
    "metadata": {"EXR": 17},
    "open_denominator": {"EXR": 17},
    "periods": {"LFS": 7},
    "restricted": {"EXR": 17},
    "revised": {"LFS": 7},
    "sdmx21": {"EXR": 17, "LFS": 7, "FLAT": 3, "HIST": 3},
    "sdmx3": {
        **{"EXR": 17, "LFS": 7, "FLAT": 3, "HIST": 3},
        **{"MULTI": 4, "MULTI_LONE": 1, "DF_POP": 1, "DF_POP_SA": 1},
    },
    "shared_codelist": {"EXR": 17, "LFS": 7},
    "vtl": {},
    "without_history": {"EXR": 17, "HIST": 3},
    "years_by_dataset": {"YEARS": 2},
    "years_by_series": {"YEARS": 5},
}
"""How many observations of each dataflow there are, or the status where they are not told."""
ON_SDMX3 = pytest.mark.parametrize("server", ["sdmx3"], indirect=True)


class Server:
    """A server that holds a house."""

    def __init__(self, house: str, address: str) -> None:
        self.house = house
        self._address = address

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self._address}/sdmx/{path}", headers=headers, timeout=60)

    def table(self, path: str) -> list[dict[str, str]]:
        answer = self.get(path, **CSV)
        assert answer.status_code in (200, 204), answer.text
        return list(csv.DictReader(io.StringIO(answer.text)))

    def structures(self, path: str) -> dict[str, list[dict[str, Any]]]:
        answer = self.get(f"v2/structure/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with the house that a test names; tests of one house run one after the other."""
    with serving(houses()[request.param]) as address:
        yield Server(request.param, address)


@pytest.mark.parametrize("server", list(houses()), indirect=True)
def test_every_house_serves_its_observations(server: Server):
    expected = OBSERVATIONS[server.house]
    if isinstance(expected, int):
        assert server.get("v2/data/*/*/*/*").status_code == expected
        return
    rows = server.table("v2/data/*/*/*/*")
    flows = [row["STRUCTURE_ID"].partition(":")[2].partition("(")[0] for row in rows]
    assert {flow: flows.count(flow) for flow in flows} == expected


@pytest.mark.parametrize("server", ["sdmx3", "sdmx21", "metadata", "drafts"], indirect=True)
def test_the_exchange_rates_are_those_of_the_table(server: Server):
    version = "1.0" if server.house == "sdmx21" else "1.0.0"
    rows = server.table(f"v2/data/dataflow/TST/EXR/{version}")

    told = {
        " ".join(
            [
                ".".join(row[name] for name in EXCHANGE_RATE_SERIES),
                *(row[name] for name in ("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")),
                row["OBS_COM"],
            ]
        ).strip()
        for row in rows
    }
    assert (len(rows), told) == (17, set(EXCHANGE_RATES.strip().splitlines()))
    for row in rows:
        assert row["TITLE"] == TITLES[f"{row['FREQ']}.{row['CURRENCY']}"]
        assert (row["COLLECTION"], row["UNIT"]) == ("A", row["CURRENCY"])
        assert row["DS_NOTE"] == "Reference rates"


@pytest.mark.parametrize("server", ["sdmx3", "sdmx21"], indirect=True)
@pytest.mark.parametrize(("provider", "count"), [("ECB", 13), ("BIS", 4), ("ECB+BIS", 17)])
def test_the_exchange_rates_have_their_providers(server: Server, provider: str, count: int):
    assert len(server.table(f"v1/data/EXR/all/{provider}")) == count


@pytest.mark.parametrize("server", ["sdmx3", "sdmx21"], indirect=True)
@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2012-02-15T11:59:59Z", {}),
        ("2012-02-15T12:00:00Z", {"2011-12": "10", "2012-01": "11"}),
        ("2012-03-15T12:00:00Z", {"2012-01": "11", "2012-02": "12"}),
        ("2012-04-15T12:00:00Z", {"2012-01": "11", "2012-02": "12.5", "2012-03": "13"}),
    ],
)
def test_the_history_has_its_three_releases(server: Server, instant: str, expected: dict[str, str]):
    rows = server.table(f"v2/data/dataflow/TST/HIST/*?asOf={instant}")
    assert {row["TIME_PERIOD"]: row["OBS_VALUE"] for row in rows} == expected


@ON_SDMX3
def test_several_measures_arrays_and_languages_are_kept(server: Server):
    (row, *_) = server.table("v2/data/dataflow/TST/MULTI?c[REF_AREA]=FR")
    assert row["OBS_VALUE"] == "1.10"
    assert row["OBS_COUNT"] == "7"
    assert row["CONTACT[]"] == "A;B"
    assert row["SRC"] == 'Say "NA"\nor, not'
    assert row["METHOD[en;fr]"] == '"en:Survey;fr:Enquête";"en:Census"'


@pytest.mark.parametrize(
    ("server", "path", "expected"),
    [
        ("sdmx3", "codelist/TST/CL_X", ["A2", "A3", "B_B1", "B_A1", "X1", "A1"]),
        ("sdmx3", "codelist/TST/CL_Y", ["A1", "A2", "A3", "B1"]),
        ("sdmx3", "valuelist/TST/VL_ODD", ["50 % a/b", "C"]),
        ("constrained", "codelist/TST/CL_CURRENCY/1.0", ["USD", "CHF", "JPY", "GBP", "EUR"]),
        ("changing", "codelist/TST/CL_SEX", ["F", "M"]),
    ],
    indirect=["server"],
)
def test_the_lists_hold_their_items(server: Server, path: str, expected: list[str]):
    (artefacts,) = server.structures(path).values()
    items = artefacts[0].get("codes") or artefacts[0]["valueItems"]
    assert sorted(item["id"] for item in items) == sorted(expected)


@ON_SDMX3
def test_one_codelist_has_twelve_versions(server: Server):
    (found,) = server.structures("codelist/TST/CL_VER/*").values()
    assert {each["version"] for each in found} == {
        *("0.9.0", "1.0", "1.0.0", "1.1.0", "1.1.1", "1.2.0", "2.0", "2.0.0"),
        *("2.3.0", "2.3.1", "2.4.0-draft", "3.0.0-draft"),
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("dataflow/TST/EXR", ["USD", "CHF", "EUR"]),
        ("provisionagreement/TST/PA_ECB", ["USD", "EUR"]),
        ("datastructure/TST/DSD_EXR", ["USD", "CHF", "JPY", "EUR"]),
    ],
)
@pytest.mark.parametrize("version", ["1.0", "1.0.0"])
@pytest.mark.parametrize("server", ["constrained"], indirect=True)
def test_constraints_leave_fewer_currencies(
    server: Server, path: str, expected: list[str], version: str
):
    query = "?references=descendants&detail=referencepartial"
    found = server.structures(f"{path}/{version}{query}")["codelists"]
    (currencies,) = (each for each in found if each["id"] == "CL_CURRENCY")
    assert [code["id"] for code in currencies["codes"]] == expected


@pytest.mark.parametrize("server", ["metadata"], indirect=True)
def test_three_metadata_sets_report_in_languages_and_markup(server: Server):
    answer = server.get("v2/metadata/metadataset/*/*/*", **{"Accept-Language": "fr"})
    sets = answer.json()["data"]["metadataSets"]
    assert {f"{each['agencyID']}:{each['id']}({each['version']})" for each in sets} == {
        *("MP1:QR1(1.0.0)", "MP1:QR1(1.1.0-draft)", "MP2:QR2(1.0.0)")
    }
    text = answer.text
    assert "Accueil" in text
    assert "<p>Good &amp; <b>fast</b></p>" in text


@pytest.mark.parametrize(
    ("server", "path", "status"),
    [
        ("limited", "v1/data/LFS", 413),
        ("limited", "v1/data/LFS/FR..", 200),
        ("broken", "v2/data/dataflow/TST/EXR", 500),
        ("broken", "v2/structure/dataflow/TST/EXR?references=all", 500),
        ("broken", "v2/availability/dataflow/TST/EXR", 500),
        ("broken", "v2/metadata/metadataset", 500),
        ("broken", "v2/schema/dataflow/TST/EXR", 500),
        ("broken", "v1/codelist", 500),
        ("empty", "v2/structure", 204),
        ("empty", "v1/structure", 404),
    ],
    indirect=["server"],
)
def test_a_house_answers_as_its_settings_and_state_say(server: Server, path: str, status: int):
    assert server.get(path).status_code == status


def test_files_kept_back_are_published_while_the_server_runs(tmp_path: Path):
    house = houses()["changing"]
    with serving(house, tmp_path) as address:

        def values() -> dict[str, str]:
            answer = httpx.get(f"{address}/sdmx/v2/data/dataflow/TST/LFS", headers=CSV)
            rows = csv.DictReader(io.StringIO(answer.text))
            return {f"{r['REF_AREA']} {r['TIME_PERIOD']} {r['SEX']}": r["OBS_VALUE"] for r in rows}

        assert values()["UK 2000 M"] == "1"
        publish_later(house, "revision.csv", tmp_path)
        assert values()["UK 2000 M"] == "1.5"
        publish_later(house, "deletion.csv", tmp_path)
        assert set(values()) == {"FR 2001 M", "FR 2002 M", "FR 2003 M", "FR 2002 F"}
        new = f"{address}/sdmx/v2/structure/codelist/TST/CL_NEW"
        assert httpx.get(new).status_code == 204
        publish_later(house, "codelist.xml", tmp_path)
        assert httpx.get(new).status_code == 200
        with pytest.raises(KeyError, match="none.csv"):
            publish_later(house, "none.csv", tmp_path)


def test_a_house_that_cannot_be_filled_says_why(tmp_path: Path):
    file = tmp_path / "letter.xml"
    file.write_text("<letter/>", "utf-8")
    house = House("odd", {}, (Load(("structures", "load"), (file,)),), {})

    with pytest.raises(Unfurnished, match="letter.xml: The root element 'letter'"):
        furnish(house, tmp_path / "home")


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path):
    furnish(houses()["empty"], tmp_path)
    house = replace(houses()["empty"], settings={"threads": "many"}, steps=())

    with (
        pytest.raises(Unfurnished, match="'many' is no whole number"),
        serving(house, tmp_path),
    ):
        pass


# -- the messages -------------------------------------------------------------------------------


def test_every_message_belongs_to_a_house():
    used = {
        file
        for house in houses().values()
        for load in (*house.steps, *house.later.values())
        for file in load.files
    }
    there = {file for file in FIXTURES.rglob("*.*") if file.is_file()}
    assert used == {file for file in there if file.suffix in (".xml", ".json", ".csv")}
    assert all(file.name == "house.toml" for file in there - used)


def _version(file: Path) -> str:
    return "2.1" if b"/v2_1/message" in file.read_bytes() else "3.1.0"


@pytest.mark.parametrize(
    ("server", "file"),
    [
        pytest.param(
            "sdmx21" if _version(file) == "2.1" else "sdmx3",
            file,
            id=f"{file.parent.name}/{file.name}",
        )
        for file in MESSAGES
    ],
    indirect=["server"],
)
def test_every_message_is_valid(server: Server, file: Path):
    content, version = file.read_bytes(), _version(file)
    if file.suffix == ".json":
        kinds = {"metadataSets": "metadata", "dataSets": "data"}
        found = [kind for member, kind in kinds.items() if f'"{member}": ['.encode() in content]
        validate_json(content, found[0] if found else "structure", "2.1.0")
        return
    faults = data_faults(content, _schemas(server, etree.fromstring(content), version), version)
    assert [fault for fault in faults if "{http://www.w3.org/1999/xhtml}" not in fault] == []


def _schemas(server: Server, root: etree._Element, version: str) -> tuple[bytes, ...]:
    """Return the schemas of the structures of a message, where it is specific to them."""
    if not str(root.tag).endswith("StructureSpecificData"):
        return ()
    accept = f"application/vnd.sdmx.schema+xml;version={version}"
    found = []
    for structure in root.findall("{*}Header/{*}Structure"):
        urn = parse_urn(structure.get("namespace", "").partition(":ObsLevelDim")[0])
        path = f"{urn.urn_class.lower()}/{urn.agency_id}/{urn.id}/{urn.version}"
        answer = server.get(f"v2/schema/{path}", Accept=accept)
        assert answer.status_code == 200, answer.text
        found.append(answer.content)
    return tuple(found)
