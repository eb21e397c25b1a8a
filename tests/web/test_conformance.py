"""A person can see how well the server keeps to the standard."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lxml import html

from sdmx_server.app import create_app
from sdmx_server.exchange.stores import stores_of
from sdmx_server.settings import Settings
from sdmx_server.storage.self_checks import SelfCheck

CHECKS = [
    {
        "id": "row_1",
        "status": "pass",
        "expectation": "One codelist comes.",
        "reason": "",
        "page": "SDMX-REST 1.5, section 4.3",
    },
    {
        "id": "row_2",
        "status": "fail",
        "expectation": "All codelists <come>.",
        "reason": "3 artefacts came, not 4",
        "page": "SDMX-REST 1.5, section 4.3",
    },
]
REPORT = {
    "totals": {"pass": 1, "fail": 1, "notApplicable": 0, "score": 50.0},
    "areas": [
        {
            "standard": "SDMX-REST 1.5",
            "area": "structures",
            "pass": 1,
            "fail": 1,
            "notApplicable": 0,
        }
    ],
    "checks": CHECKS,
}
AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def stores(engine):
    return stores_of(engine)


@pytest.fixture
def client(stores):
    return create_app(Settings(), stores).test_client()


def test_before_the_first_self_check_the_page_says_how_to_run_one(client):
    page = html.fromstring(client.get("/conformance?lang=en").text)
    assert "sdmx-server conformance" in page.text_content()
    assert client.get("/conformance.json").status_code == 404


@pytest.mark.parametrize(("language", "score"), [("id", "50,0 %"), ("en", "50.0 %")])
def test_the_score_of_the_last_self_check_is_shown(client, stores, language, score):
    stores.self_checks.keep(SelfCheck(AT, "1.2.3", json.dumps(REPORT)))
    response = client.get(f"/conformance?lang={language}")
    page = html.fromstring(response.text)
    told = page.text_content()
    assert score in told
    assert "2026-01-02 03:04 UTC" in told
    assert "1.2.3" in told
    assert [cell.text for cell in page.xpath("//tbody//td[@class='number']")] == ["1", "1", "0"]
    failed = [" ".join(item.text_content().split()) for item in page.xpath("//li")]
    assert failed == [
        "row_2 All codelists <come>. 3 artefacts came, not 4 (SDMX-REST 1.5, section 4.3)"
    ]
    assert response.headers["Content-Language"] == language


def test_the_whole_report_can_be_had(client, stores):
    stores.self_checks.keep(SelfCheck(AT, "1.2.3", json.dumps(REPORT)))
    assert client.get("/conformance.json").json == REPORT
