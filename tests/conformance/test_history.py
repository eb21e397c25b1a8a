"""A history, applied publication by publication, leads to what holds now."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.conformance.answers import media, table

HIST = "/sdmx/v2/data/dataflow/TST/HIST"
CSV = media("data+csv", "2.1.0")


def test_a_client_that_applies_every_publication_holds_what_the_server_holds(v2: FlaskClient):
    held: dict[str, str] = {}
    for cells in table(v2.get(f"{HIST}?includeHistory=true", headers=CSV)):
        if cells["ACTION"] == "D":
            del held[cells["TIME_PERIOD"]]
        else:
            held[cells["TIME_PERIOD"]] = cells["OBS_VALUE"]
    now = table(v2.get(HIST, headers=CSV))
    assert held == {cells["TIME_PERIOD"]: cells["OBS_VALUE"] for cells in now}
