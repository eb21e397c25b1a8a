"""A row of each kind on PostgreSQL, which must answer as SQLite does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conformance.answers import listed, media, table

DATA = "/sdmx/v2/data/dataflow/TST"
CSV = media("data+csv", "2.1.0")


@pytest.mark.parametrize(
    "path",
    [
        "EXR",
        "EXR/1.0.0/M.USD,A.*",
        "EXR?c[TIME_PERIOD]=ge:2010-02+le:2010-03",
        "EXR?c[OBS_VALUE]=gt:2",
        "EXR?c[DS_NOTE]=co:rates&c[UNIT]=USD",
        "EXR?lastNObservations=1&sort=CURRENCY:desc",
        "EXR?offset=5&limit=4",
        "MULTI",
        "FLAT",
        "HIST?includeHistory=true",
        "HIST?updatedAfter=2012-03-01T00:00:00Z",
        "HIST?asOf=2012-03-01T00:00:00Z",
    ],
)
def test_data_are_those_of_sqlite(v2: FlaskClient, on_postgresql: FlaskClient, path: str):
    expected = table(v2.get(f"{DATA}/{path}", headers=CSV))
    assert table(on_postgresql.get(f"{DATA}/{path}", headers=CSV)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "structure",
        "structure/codelist/TST/CL_VER/1.*.0",
        "structure/datastructure/TST/DSD_EXR?references=all",
        "structure/codelist/TST/CL_FREQ?asOf=2011-06-02T00:00:00Z",
    ],
)
def test_structures_are_those_of_sqlite(v2: FlaskClient, on_postgresql: FlaskClient, path: str):
    expected = listed(v2.get(f"/sdmx/v2/{path}"))
    assert listed(on_postgresql.get(f"/sdmx/v2/{path}")) == expected


def test_availability_is_that_of_sqlite(v2: FlaskClient, on_postgresql: FlaskClient):
    path = "/sdmx/v2/availability/dataflow/TST/LFS?c[SEX]=F&mode=available"
    expected = v2.get(path).json["data"]
    assert on_postgresql.get(path).json["data"] == expected
