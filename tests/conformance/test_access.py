"""Who may read what, in every way of asking, and what a closed service answers to whatever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.tokens import issue
from sdmx_server.site import EXTENSION
from sdmx_server.storage.maintenance import Maintenance
from sdmx_server.storage.tokens import Role
from tests.conformance.answers import artefacts, error, media, table
from tests.conformance.artefacts import agreement
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content, exr, flat, history, organisations, shared

V1, V2 = "/sdmx/v1", "/sdmx/v2"
REALM = 'Bearer realm="ID_KOTASERANG"'
WRONG = "sdmx_000000000000_" + 43 * "A"
TRUSTED = (Role.ADMINISTRATOR, Role.STEWARD, Role.REVIEWER)
OTHERS = (Role.PRODUCER, Role.READER)
EMBARGOED = (
    f"{V1}/data/HIST",
    f"{V1}/data/HIST/I1?detail=serieskeysonly",
    f"{V1}/data/HIST?includeHistory=true",
    f"{V1}/data/HIST?updatedAfter=2012-03-01T00:00:00Z",
    f"{V1}/availableconstraint/HIST",
    f"{V2}/data/dataflow/TST/HIST",
    f"{V2}/data/dataflow/TST/HIST/1.0.0/I1",
    f"{V2}/data/dataflow/TST/HIST?asOf=2012-03-20T00:00:00Z",
    f"{V2}/data/dataflow/TST/HIST?includeHistory=true",
    f"{V2}/data/datastructure/TST/DSD_HIST",
    f"{V2}/availability/dataflow/TST/HIST",
    f"{V2}/availability/datastructure/TST/DSD_HIST",
)
OPEN = (
    f"{V1}/data/EXR",
    f"{V1}/dataflow/TST/HIST",
    f"{V1}/dataflow/TST/HIST?references=all",
    f"{V1}/datastructure/TST/DSD_HIST?references=all",
    f"{V1}/schema/dataflow/TST/HIST",
    f"{V1}/availableconstraint/EXR",
    f"{V2}/data/dataflow/TST/EXR",
    f"{V2}/structure/dataflow/TST/HIST?references=all",
    f"{V2}/schema/dataflow/TST/HIST",
    f"{V2}/availability/dataflow/TST/EXR",
    "/health/live",
    "/health/ready",
    "/",
)
DATA = tuple(path for path in OPEN if "/data/" in path or "/avail" in path)
JSON = media("data+json", "2.1.0")


def content() -> Content:
    made = Content(shared("1.0.0")) + Content(organisations())
    return made + exr("1.0.0") + history("1.0.0") + flat("1.0.0")


@pytest.fixture(scope="module")
def restricted(serving: Serving) -> FlaskClient:
    """A server on which the data of one dataflow are for a few."""
    return serving(content(), restricted=("TST:HIST",))


@pytest.fixture(scope="module")
def closed_house(serving: Serving) -> FlaskClient:
    """A server whose data are for holders of tokens alone."""
    return serving(content(), anonymous_read=False)


def stores(client: FlaskClient) -> Stores:
    return client.application.extensions[EXTENSION].stores


def bearing(client: FlaskClient, role: Role = Role.READER, days: int = 1) -> dict[str, str]:
    """Make a token and return the header that shows it."""
    made = issue(stores(client).tokens, "x", role, datetime.now(UTC), timedelta(days=days))
    return {"Authorization": f"Bearer {made}"}


def is_for_some(response: TestResponse) -> bool:
    """Whether caches are told that others may get another answer, which has to be all or none."""
    varies = "Authorization" in response.headers.get("Vary", "")
    private = "private" in response.headers.get("Cache-Control", "")
    assert varies == private
    return varies


def flows(response: TestResponse) -> set[str]:
    return {cells["STRUCTURE_ID"] for cells in table(response)}


# -- who may read what -------------------------------------------------------------------


@pytest.mark.parametrize("path", EMBARGOED)
@pytest.mark.parametrize(
    "kind", [None, "application/xml", "application/json"], ids=["any", "xml", "json"]
)
def test_who_does_not_say_who_he_is_is_asked_to(
    restricted: FlaskClient, path: str, kind: str | None
):
    response = restricted.get(path, headers={"Accept": kind} if kind else {})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == REALM
    is_json = kind == "application/json" or (kind is None and path.startswith(V2))
    assert response.content_type == ("application/json" if is_json else "application/xml")
    assert error(response) == (401 if is_json and path.startswith(V2) else 110)
    assert "TST:HIST" in response.text
    assert is_for_some(response)


@pytest.mark.parametrize("path", EMBARGOED)
@pytest.mark.parametrize("role", OTHERS)
def test_who_may_not_read_it_is_told_so(restricted: FlaskClient, path: str, role: Role):
    response = restricted.get(path, headers=bearing(restricted, role))
    assert response.status_code == 403
    assert "WWW-Authenticate" not in response.headers
    assert error(response) == (403 if path.startswith(V2) else 110)
    assert f"a {role}" in response.text
    assert is_for_some(response)


@pytest.mark.parametrize("path", EMBARGOED)
@pytest.mark.parametrize("role", TRUSTED)
def test_who_may_read_it_does(restricted: FlaskClient, path: str, role: Role):
    response = restricted.get(path, headers=bearing(restricted, role))
    assert response.status_code == 200
    assert is_for_some(response)


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_stays_so_for_everyone(restricted: FlaskClient, path: str):
    response = restricted.get(path)
    assert response.status_code == 200
    assert not is_for_some(response)
    known = restricted.get(path, headers=bearing(restricted))
    assert (known.status_code, known.headers.get("ETag")) == (200, response.headers.get("ETag"))


@pytest.mark.parametrize("path", DATA)
def test_where_strangers_read_nothing_every_token_reads(closed_house: FlaskClient, path: str):
    response = closed_house.get(path)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, REALM)
    for role in Role:
        response = closed_house.get(path, headers=bearing(closed_house, role))
        assert response.status_code == 200
        assert is_for_some(response)


@pytest.mark.parametrize("path", [path for path in OPEN if path not in DATA])
def test_structures_schemas_and_health_need_no_token(closed_house: FlaskClient, path: str):
    response = closed_house.get(path)
    assert response.status_code == 200
    assert not is_for_some(response)


@pytest.mark.parametrize(
    "path", ["/data", "/data/dataflow/TST/*", "/data/dataflow/TST/EXR,HIST", "/data/datastructure"]
)
def test_of_several_dataflows_those_are_left_out_that_may_not_be_read(
    restricted: FlaskClient, path: str
):
    only = "&c[TIME_PERIOD]=ge:2009" if "HIST" in path else ""
    url = f"{V2}{path}?attributes=none{only}"
    csv = media("data+csv", "2.1.0")
    some = restricted.get(url, headers=csv)
    every = restricted.get(url, headers=csv | bearing(restricted, Role.STEWARD))
    assert flows(every) - flows(some) == {name for name in flows(every) if "HIST" in name}
    assert [name for name in flows(some) if "EXR" in name]
    assert some.headers["ETag"] != every.headers["ETag"]
    assert is_for_some(some)
    assert is_for_some(every)


def test_availability_leaves_out_what_may_not_be_read(restricted: FlaskClient):
    url = f"{V2}/availability/dataflow/TST"
    some = restricted.get(url).json["data"]["availabilityConstraints"]
    headers = bearing(restricted, Role.STEWARD)
    every = restricted.get(url, headers=headers).json["data"]["availabilityConstraints"]
    assert len(every) == len(some) + 1
    assert "HIST" not in str(some)


@pytest.mark.parametrize(
    ("path", "stranger"),
    [("/dataflow/TST/EXR", 401), ("/provider/TST/BIS", 401), ("/dataflow/TST/*", 200)],
)
def test_where_restricted_data_are_to_be_had_is_told_to_who_may_read_them(
    serving: Serving, path: str, stranger: int
):
    structure, flow = flat("1.0.0").artefacts
    ((at, (given,)),) = flat("1.0.0").deliveries
    supplied = [(at, [replace(given, provider="TST.ECB")])]
    open_ = Content([structure, flow, agreement("PA_FLAT", "1.0.0", flow, "ECB")], supplied)
    made = Content(shared("1.0.0")) + Content(organisations()) + exr("1.0.0") + open_
    client = serving(made, restricted=("TST:EXR",))
    url = f"{V2}/registration{path}"
    some = client.get(url)
    assert some.status_code == stranger
    assert "PA_ECB" not in some.text
    assert ("PA_FLAT" in some.text) == (stranger == 200)
    assert client.get(url, headers=bearing(client)).status_code == {401: 403}.get(stranger, 200)
    every = client.get(url, headers=bearing(client, Role.STEWARD))
    assert every.status_code == 200
    assert "PA_BIS" in every.text
    assert is_for_some(some)
    assert is_for_some(every)


@pytest.mark.parametrize("rules", [{"restricted": ("TST:HIST",)}, {"anonymous_read": False}, {}])
def test_a_structure_does_not_tell_what_there_is_of_restricted_data(serving: Serving, rules: Any):
    client = serving(content(), **rules)
    for headers in ({}, bearing(client, Role.STEWARD)):
        told = artefacts(client.get(f"{V1}/dataflow/TST/HIST?references=all", headers=headers))
        assert [name for name in told if "Constraint" in name] == (
            [] if rules else ["ContentConstraint=TST:HIST(1.0.0)"]
        )


@pytest.mark.parametrize(
    "query", ["?c[NOPE]=1", "/1.0.0/A.B.C", "/9.9.9", "?c[TIME_PERIOD]=ge:2050", "/1.0.0/NOPE"]
)
def test_nothing_is_told_of_what_may_not_be_read(restricted: FlaskClient, query: str):
    """Whether a query fits, and whether it finds something, are told to who may read alone."""
    response = restricted.get(f"{V2}/data/dataflow/TST/HIST{query}")
    held = query != "/9.9.9"
    assert response.status_code == (401 if held else 204)


@pytest.mark.parametrize("path", EMBARGOED)
@pytest.mark.parametrize("field", ["If-None-Match", "If-Modified-Since"])
def test_a_validator_opens_nothing(restricted: FlaskClient, path: str, field: str):
    trusted = bearing(restricted, Role.REVIEWER)
    held = restricted.get(path, headers=trusted).headers
    asked = {field: held["ETag" if field == "If-None-Match" else "Last-Modified"]}
    again = restricted.get(path, headers=trusted | asked)
    assert again.status_code == 304
    assert is_for_some(again)
    assert restricted.get(path, headers=asked).status_code == 401
    assert restricted.get(path, headers={"If-None-Match": "*"}).status_code == 401
    assert restricted.get(path, headers=bearing(restricted) | asked).status_code == 403
    stranger = restricted.head(path, headers=asked)
    assert "ETag" not in stranger.headers
    assert "Last-Modified" not in stranger.headers


@pytest.mark.parametrize("path", [f"{V1}/data/HIST", f"{V2}/data/dataflow/TST/EXR"])
def test_a_wrong_token_is_refused_where_tokens_count(restricted: FlaskClient, path: str):
    """Wrong, expired or revoked."""
    revoked = bearing(restricted, Role.STEWARD)
    stores(restricted).tokens.revoke(revoked["Authorization"].split("_")[1], datetime.now(UTC))
    expired = bearing(restricted, Role.STEWARD, days=-1)
    for headers in ({"Authorization": f"Bearer {WRONG}"}, {"Authorization": "Bearer "}):
        refused(restricted.get(path, headers=headers))
    refused(restricted.get(path, headers=revoked))
    assert "expired" in refused(restricted.get(path, headers=expired)).text


def refused(response: TestResponse) -> TestResponse:
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == f'{REALM}, error="invalid_token"'
    assert is_for_some(response)
    assert "sdmx_" not in response.text
    return response


@pytest.mark.parametrize("header", ["Basic c2RteDpzZG14", "bearer", "Digest x", ""])
def test_other_ways_to_say_who_one_is_are_those_of_a_stranger(restricted: FlaskClient, header: str):
    headers = {"Authorization": header}
    assert restricted.get(f"{V2}/data/dataflow/TST/EXR", headers=headers).status_code in (200, 401)
    assert restricted.get(f"{V2}/data/dataflow/TST/HIST", headers=headers).status_code == 401


def test_the_name_of_the_scheme_may_be_written_as_one_likes(restricted: FlaskClient):
    (token,) = bearing(restricted, Role.STEWARD).values()
    for written in (token.replace("Bearer", "bearer"), token.replace("Bearer ", "BEARER   ")):
        response = restricted.get(f"{V1}/data/HIST", headers={"Authorization": written})
        assert response.status_code == 200


def test_who_sends_wrong_tokens_again_and_again_has_to_wait(serving: Serving):
    """The token that is right has to wait too, what is open does not."""
    client = serving(content(), restricted=("TST:HIST",))
    path = f"{V2}/data/dataflow/TST/HIST"
    right, known = bearing(client, Role.STEWARD), bearing(client, Role.STEWARD)
    assert client.get(path, headers=known).status_code == 200
    wrong = {"Authorization": f"Bearer {WRONG}"}
    assert {client.get(path, headers=wrong).status_code for _ in range(20)} == {401}
    for headers in (wrong, right):
        response = client.get(path, headers=headers)
        assert (response.status_code, error(response)) == (429, 429)
        assert 0 < int(response.headers["Retry-After"]) <= 60
    assert client.get(path, headers=known).status_code == 200
    assert client.get(f"{V2}/data/dataflow/TST/EXR").status_code == 200
    elsewhere = client.get(path, headers=right, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 200


def test_a_script_in_a_browser_may_send_a_token(restricted: FlaskClient):
    for path in ("/sdmx/v1/data/HIST", "/sdmx/v2/data/dataflow/TST/HIST"):
        response = restricted.options(path, headers={"Origin": "http://localhost:9"})
        assert response.status_code == 200
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        exposed = restricted.get(path).headers["Access-Control-Expose-Headers"]
        assert "WWW-Authenticate" in exposed


# -- maintenance -------------------------------------------------------------------------

ANYTHING = (
    *(path for path in (*EMBARGOED, *OPEN) if path.startswith("/sdmx/")),
    "/sdmx/v1",
    "/sdmx/v2/",
    "/sdmx/v2/nonsense",
    "/sdmx/v2/metadata/metadataset",
    "/sdmx/v2/data/dataflow/TST/NOPE",
)


@pytest.fixture
def being_maintained(restricted: FlaskClient) -> Iterator[FlaskClient]:
    """The server while it is closed."""
    store = stores(restricted).maintenance
    store.close(Maintenance("Kembali pukul 14.00 WIB.", 7200, datetime.now(UTC)))
    yield restricted
    store.open()


@pytest.mark.parametrize("path", ANYTHING)
def test_a_service_that_is_being_maintained_says_when_to_ask_again(
    being_maintained: FlaskClient, path: str
):
    for headers in ({}, {"If-None-Match": "*"}, bearing(being_maintained, Role.ADMINISTRATOR)):
        response = being_maintained.get(path, headers=headers)
        assert (response.status_code, error(response)) == (503, 503)
        assert response.headers["Retry-After"] == "7200"
        assert "Kembali pukul 14.00 WIB." in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_nothing_can_be_sent_to_it_either(being_maintained: FlaskClient, method: str):
    response = being_maintained.open(f"{V2}/structure", method=method)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "7200")


def test_it_lives_but_is_not_ready(being_maintained: FlaskClient):
    assert being_maintained.get("/health/live").status_code == 200
    assert being_maintained.get("/health/ready").status_code == 503
    assert being_maintained.options(f"{V2}/data").status_code == 200


def test_once_it_is_open_again_it_answers(restricted: FlaskClient):
    assert restricted.get(f"{V2}/data/dataflow/TST/EXR").status_code == 200
    assert restricted.get("/health/ready").status_code == 200
