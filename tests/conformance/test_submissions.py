"""Maintenance and submission, which the service leaves out (rows 323 to 365)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conformance.answers import error, rates, row, some

CODELIST = "structure/codelist/TST/CL_A/1.0.0"
CATEGORIES = "structure/categoryscheme/TST/DOMAINS/1.0.0"
XML = {"Content-Type": "application/vnd.sdmx.structure+xml;version=3.1.0"}
NEW = (
    '<Structure xmlns="http://www.sdmx.org/resources/sdmxml/schemas/v3_1/message">'
    "<Header/><Structures/></Structure>"
)
ENTITIES = (
    '<!DOCTYPE a [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY b "&file;&file;">]>'
    "<a>&b;&b;</a>"
)
ROWS = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ\ndataflow,TST:EXR(1.0.0),D,\n"


def refused(client: FlaskClient, method: str, path: str, body: str = "") -> int:
    """Send what the service does not take and return the status, having read the message."""
    response = client.open(f"/sdmx/{path}", method=method, data=body, headers=XML)
    assert "html" not in response.headers["Content-Type"]
    assert error(response)
    assert "Traceback" not in response.text
    return response.status_code


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        row(323, "POST", "registration", NEW),
        row(323, "POST", "subscription", NEW),
        row(323, "POST", "", NEW),
        row(324, "POST", "structure", NEW),
        row(333, "POST", "structure/codelist", NEW),
        row(334, "PUT", CODELIST, NEW),
        row(343, "DELETE", CODELIST, ""),
        row(347, "DELETE", f"{CODELIST}/A2", ""),
        row(348, "DELETE", f"{CATEGORIES}/A.A1", ""),
        row(349, "DELETE", "structure/codelist/TST/*", ""),
        row(349, "DELETE", "structure/codelist/TST/CL_A,CL_B/1.0.0", ""),
        row(350, "POST", "structure", ""),
        row(350, "POST", "structure", "<Structure"),
        row(351, "POST", "structure", ENTITIES),
        row(355, "POST", "data", ROWS),
        row(365, "POST", "data/dataflow/TST/EXR", "c[FREQ]=M"),
        row(385, "DELETE", "data", ""),
        ("PUT", "metadata/metadataset/MP1/QR1/1.0.0", NEW),
    ],
)
def test_a_service_that_answers_queries_alone_takes_nothing(
    v2: FlaskClient, method: str, path: str, body: str
):
    """Rows 325 to 332, 335 to 342, 344 to 346, 353, 354 and 356 to 364: whatever is in it."""
    assert refused(v2, method, f"v2/{path}", body) == 501


def test_what_was_refused_has_changed_nothing(v2: FlaskClient):
    """Rows 343 and 357."""
    assert refused(v2, "DELETE", f"v2/{CODELIST}") == 501
    assert refused(v2, "POST", "v2/data", ROWS) == 501
    assert v2.get(f"/sdmx/v2/{CODELIST}").status_code == 200
    assert rates(v2.get("/sdmx/v2/data/dataflow/TST/EXR/1.0.0")) == some()


def test_a_format_that_cannot_be_had_is_no_error_of_a_submission(v2: FlaskClient):
    """Row 352."""
    response = v2.post("/sdmx/v2/structure", data=NEW, headers=XML | {"Accept": "image/png"})
    assert (response.status_code, error(response)) == (501, 501)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "v2/schema/dataflow/TST/EXR"),
        ("PUT", "v2/availability/dataflow/TST/EXR"),
        ("PATCH", "v2/structure/codelist/TST/CL_A/1.0.0"),
        row(41, "POST", "v1/codelist"),
        row(41, "PUT", "v1/codelist/TST/CL_FREQ/1.0"),
        row(41, "DELETE", "v1/data/EXR"),
    ],
)
def test_where_the_standard_knows_only_queries_other_methods_are_not_allowed(
    v2: FlaskClient, method: str, path: str
):
    assert refused(v2, method, path) == 405
    allowed = v2.open(f"/sdmx/{path}", method=method).headers["Allow"].split(", ")
    assert set(allowed) == {"GET", "HEAD", "OPTIONS"}
