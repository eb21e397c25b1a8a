"""What the store has of a dataflow, told along with the dataflow by SDMX-REST 1.5."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from lxml import etree

from sdmx_server.formats.structure.schemas import validate
from tests.conformance import fixtures as fx
from tests.conformance.answers import artefacts, media
from tests.conformance.artefacts import allowing
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content
from tests.formats.json_validation import validate_json

LFS = "/sdmx/v1/dataflow/TST/LFS/1.0"
CONTENTS = "ContentConstraint=TST:LFS(1.0)"
VALUES = {"REF_AREA": ["FR", "UK"], "EMP_STATUS": ["EMP", "UEMP"], "SEX": ["F", "M"]}


@pytest.fixture(scope="module")
def surveyed(serving: Serving) -> FlaskClient:
    """A server with two dataflows, and no constraint on what they hold."""
    shared = Content([*fx.shared("1.0"), *fx.organisations()])
    return serving(shared + fx.availability("1.0") + fx.flat("1.0"))


def values(constraint: etree._Element) -> dict[str, list[str | None]]:
    """Return the values of each component in a constraint."""
    return {
        key.get("id"): [value.text for value in key.iter("{*}Value")]
        for key in constraint.iter("{*}KeyValue")
    }


@pytest.mark.parametrize(
    "references", ["all", "parents", "parentsandsiblings", "contentconstraint", "actualconstraint"]
)
def test_what_there_is_comes_as_a_parent_of_the_dataflow(surveyed: FlaskClient, references: str):
    found = artefacts(surveyed.get(f"{LFS}?references={references}"))
    constraint = found[CONTENTS]
    assert constraint.get("type") == "Actual"
    assert values(constraint) == VALUES  # clients in use fail at a range of time
    (attached,) = constraint.iterfind(".//{*}ConstraintAttachment/{*}Dataflow/{*}Ref")
    assert attached.get("id") == "LFS"
    assert "Dataflow=TST:LFS(1.0)" in found


@pytest.mark.parametrize(
    "query",
    ["", "?references=none", "?references=children", "?references=descendants"]
    + ["?references=allowedconstraint", "?references=datastructure"],
)
def test_it_does_not_come_with_what_the_dataflow_refers_to(surveyed: FlaskClient, query: str):
    assert CONTENTS not in artefacts(surveyed.get(f"{LFS}{query}"))


def test_it_comes_with_every_dataflow_that_has_data(surveyed: FlaskClient):
    found = artefacts(surveyed.get("/sdmx/v1/dataflow?references=all"))
    contents = {name for name in found if name.startswith("ContentConstraint")}
    assert contents == {CONTENTS, "ContentConstraint=TST:FLAT(1.0)"}


def test_a_data_structure_has_no_contents_of_its_own(surveyed: FlaskClient):
    found = artefacts(surveyed.get("/sdmx/v1/datastructure/TST/DSD_LFS?references=all"))
    assert CONTENTS not in found


@pytest.mark.parametrize(
    ("detail", "parts"), [("allstubs", 1), ("referencestubs", 1), ("referencepartial", None)]
)
def test_it_is_a_stub_where_stubs_are_wanted(surveyed: FlaskClient, detail: str, parts: int | None):
    found = artefacts(surveyed.get(f"{LFS}?references=parents&detail={detail}"))
    constraint = found[CONTENTS]
    assert constraint.get("type") == "Actual"
    names = {etree.QName(child).localname for child in constraint}
    assert ("CubeRegion" in names) == (parts is None)


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("structure+xml", "2.1"),
        ("structure+xml", "3.0.0"),
        ("structure+xml", "3.1.0"),
        ("structure+json", "1.0.0"),
        ("structure+json", "2.0.0"),
        ("structure+json", "2.1.0"),
    ],
)
@pytest.mark.parametrize("detail", ["full", "allstubs", "referencestubs", "allcompletestubs"])
def test_every_format_holds_it_validly(surveyed: FlaskClient, kind: str, version: str, detail: str):
    response = surveyed.get(
        f"{LFS}?references=parents&detail={detail}", headers=media(kind, version)
    )
    assert response.status_code == 200
    if kind == "structure+xml":
        validate(response.data, version)
    else:
        validate_json(response.data, "structure", version)
    if detail == "full":
        assert b"UEMP" in response.data


def test_sdmx_3_1_tells_it_as_availability(surveyed: FlaskClient):
    headers = media("structure+json", "2.1.0")
    data = surveyed.get(f"{LFS}?references=all", headers=headers).json["data"]
    (constraint,) = data["availabilityConstraints"]
    assert (constraint["seriesCount"], constraint["obsCount"]) == (3, 7)
    assert "dataConstraints" not in data


def test_the_second_version_tells_it_elsewhere(v2: FlaskClient):
    data = v2.get("/sdmx/v2/structure/dataflow/TST/LFS?references=all").json["data"]
    assert not {"availabilityConstraints", "dataConstraints"} & set(data)


@pytest.fixture(scope="module")
def telling(serving: Serving) -> FlaskClient:
    """A server with a stored constraint that says what there is of a dataflow."""
    survey = fx.availability("1.0")
    flow = survey.artefacts[1]
    actual = allowing("CR_ACTUAL", flow, {"SEX": ("F", "M")}, role="Actual")
    unknown = msgspec.structs.replace(flow, id="NO_DATA", names={"en": "Nothing yet"})
    shared = Content([*fx.shared("1.0"), *fx.organisations()])
    return serving(shared + survey + Content([actual, unknown]))


def test_a_stored_constraint_that_says_what_there_is_is_the_only_one(telling: FlaskClient):
    found = artefacts(telling.get(f"{LFS}?references=all"))
    constraints = [name for name in found if name.startswith("ContentConstraint")]
    assert constraints == ["ContentConstraint=TST:CR_ACTUAL(1.0)"]


def test_a_dataflow_without_data_has_no_contents(telling: FlaskClient):
    found = artefacts(telling.get("/sdmx/v1/dataflow/TST/NO_DATA?references=all"))
    assert not [name for name in found if name.startswith("ContentConstraint")]


@pytest.mark.parametrize(
    ("kind", "version", "role"),
    [
        ("structure+json", "2.1.0", None),
        ("structure+xml", "3.1.0", None),
        ("structure+json", "2.0.0", "Actual"),
        ("structure+xml", "3.0.0", "Actual"),
        ("structure+json", "1.0.0", "Actual"),
        ("structure+xml", "2.1", "Actual"),
    ],
)
@pytest.mark.parametrize("detail", ["full", "allstubs"])
def test_stored_constraints_on_what_there_is_are_unknown_to_3_1(
    telling: FlaskClient, kind: str, version: str, role: str | None, detail: str
):
    path = f"/sdmx/v2/structure/dataconstraint/TST/CR_ACTUAL?detail={detail}"
    response = telling.get(path, headers=media(kind, version))
    assert response.status_code == (406 if role is None else 200)
    assert role is None or _says(response.data, role)


def _says(content: bytes, role: str) -> bool:
    return any(
        word in content
        for name in ("role", "type")
        for word in (f'{name}="{role}"'.encode(), f'"{name}":"{role}"'.encode())
    )


def test_in_3_1_they_stay_away_when_they_come_along(telling: FlaskClient):
    data: dict[str, Any] = telling.get("/sdmx/v2/structure/dataflow/TST/LFS?references=all").json[
        "data"
    ]
    assert "dataConstraints" not in data
