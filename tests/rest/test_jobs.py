"""An answer that is fetched later is the one that would have come at once, for who asked alone."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sdmx_server.exchange.publication import publish
from sdmx_server.exchange.tokens import issue
from sdmx_server.settings import Settings
from sdmx_server.site import EXTENSION
from sdmx_server.storage.jobs import JobStore
from sdmx_server.storage.tokens import Role
from tests.conformance.conftest import serve
from tests.conformance.fixtures import T3, Content, exr, history, organisations, shared

EXR = "/sdmx/v2/data/dataflow/TST/EXR"
HIST = "/sdmx/v2/data/dataflow/TST/HIST"
CSV = {"Accept": "application/vnd.sdmx.data+csv;version=2.1.0"}
LATER = {"Prefer": "respond-async"}


def client_of(folder: Path, **settings) -> Iterator[FlaskClient]:
    made = Content([*shared("1.0.0"), *organisations()]) + exr("1.0.0") + history("1.0.0")
    url = f"sqlite:///{folder / 'sdmx.db'}"
    with serve(made, Settings(home=str(folder), database_url=url, **settings)) as client:
        yield client


@pytest.fixture
def client(tmp_path) -> Iterator[FlaskClient]:
    yield from client_of(tmp_path)


def path_of(url: str) -> str:
    return url.removeprefix("http://localhost")


def finished(client: FlaskClient, accepted: TestResponse, **headers: str) -> dict:
    """Wait until a job has ended, and return what is then told of it."""
    for _ in range(200):
        told = client.get(path_of(accepted.headers["Location"]), headers=headers)
        assert told.status_code == 200
        if told.json["state"] not in ("queued", "running"):
            return told.json
        time.sleep(0.02)
    raise AssertionError(told.json)


def result_of(client: FlaskClient, accepted: TestResponse, **headers: str) -> TestResponse:
    finished(client, accepted)
    return client.get(path_of(accepted.headers["Location"]) + "/result", headers=headers)


def test_who_would_rather_wait_is_told_where_the_answer_will_be(client):
    accepted = client.get(EXR, headers=LATER | CSV)

    assert accepted.status_code == 202
    assert accepted.headers["Preference-Applied"] == "respond-async"
    assert accepted.headers["Location"].startswith("http://localhost/sdmx/jobs/")
    assert accepted.headers["Cache-Control"] == "no-store"
    told = accepted.json
    assert told["state"] == "queued"
    assert told["question"] == EXR
    assert set(told["estimate"]) == {"series", "observations", "bytes"}

    done = finished(client, accepted)
    assert (done["state"], done["percent"]) == ("done", 100)
    assert done["links"]["result"] == f"{accepted.headers['Location']}/result"
    assert done["created"] <= done["started"] <= done["finished"]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    "question",
    [
        EXR,
        f"{EXR}?c[CURRENCY]=CHF&format=csvdata",
        f"{HIST}?includeHistory=true",
        "/sdmx/v1/data/EXR",
    ],
)
def test_the_answer_is_the_same_as_at_once(client, question, encoding):
    headers = {"Accept-Encoding": encoding, "Accept-Language": "en"}
    at_once = client.get(question, headers=headers)
    later = result_of(client, client.get(question, headers=headers | LATER))

    assert later.status_code == 200
    assert later.data == at_once.data
    passing = {"Content-Length", "Date"}
    assert {n: v for n, v in later.headers if n not in passing} == {
        n: v for n, v in at_once.headers if n not in passing
    }
    assert later.headers["Content-Length"] == str(len(later.data))


def test_the_answer_is_of_the_moment_of_the_question(client, tmp_path):
    at_once = client.get(HIST, headers=CSV)
    finished(client, client.get(EXR, headers=LATER))
    stores = client.application.extensions[EXTENSION].stores
    with JobStore(tmp_path / "jobs").place(1):  # nobody else can make one meanwhile
        accepted = client.get(HIST, headers=LATER | CSV)
        publish(history("1.0.0").deliveries[0][1], stores, T3 + timedelta(days=30))
        assert client.get(path_of(accepted.headers["Location"])).json["state"] == "queued"

    assert client.get(HIST, headers=CSV).data != at_once.data
    assert result_of(client, accepted).data == at_once.data


def test_parts_of_the_answer_are_given(client):
    accepted = client.get(EXR, headers=LATER | CSV)
    whole = result_of(client, accepted)
    part = result_of(client, accepted, Range="bytes=40-59", **{"If-Range": whole.headers["ETag"]})
    other = result_of(client, accepted, Range="bytes=40-59", **{"If-Range": '"other"'})
    behind = result_of(client, accepted, Range="bytes=1000000-")

    assert (part.status_code, part.data) == (206, whole.data[40:60])
    assert part.headers["Content-Range"] == f"bytes 40-59/{len(whole.data)}"
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert (other.status_code, other.data) == (200, whole.data)
    assert behind.status_code == 416


def test_a_client_that_holds_the_answer_need_not_fetch_it(client):
    accepted = client.get(EXR, headers=LATER)
    etag = client.get(EXR).headers["ETag"]

    assert result_of(client, accepted, **{"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("question", "headers", "status"),
    [
        (f"{EXR}?limit=x", {}, 400),
        (f"{EXR}?c[NONE]=1", {}, 400),
        ("/sdmx/v1/data/NONE", {}, 404),
        (EXR, {"Accept": "image/png"}, 406),
    ],
)
def test_a_question_that_has_no_answer_is_refused_at_once(client, question, headers, status):
    assert client.get(question, headers=LATER | headers).status_code == status


def test_nothing_found_is_told_as_it_would_be_at_once(client):
    first = client.get("/sdmx/v1/data/EXR/A.XXX...", headers=LATER | {"Accept": "application/xml"})
    second = client.get(f"{EXR}/*/A.XXX", headers=LATER)

    told = finished(client, first)
    assert (told["state"], told["error"]["status"]) == ("failed", 404)
    assert 'code="100"' in told["error"]["document"]
    missing = result_of(client, first)
    assert (missing.status_code, missing.content_type) == (404, "application/xml")
    empty = result_of(client, second)
    assert (empty.status_code, empty.data) == (204, b"")


@pytest.mark.parametrize("prefer", ["", "return=minimal", "respond-later", 'x="respond-async"'])
def test_without_the_preference_the_answer_comes_at_once(client, prefer):
    assert client.get(EXR, headers={"Prefer": prefer}).status_code == 200


@pytest.mark.parametrize("prefer", ["Respond-Async", "return=minimal, respond-async; wait=10"])
def test_the_preference_is_found_among_others(client, prefer):
    assert client.get(EXR, headers={"Prefer": prefer}).status_code == 202


def test_other_resources_and_methods_take_no_notice_of_it(client):
    assert client.get("/sdmx/v2/structure/dataflow", headers=LATER).status_code == 200
    assert client.head(EXR, headers=LATER).status_code == 200


def test_a_job_that_was_removed_is_gone_with_its_answer(client, tmp_path):
    accepted = client.get(EXR, headers=LATER)
    finished(client, accepted)
    path = path_of(accepted.headers["Location"])

    assert client.delete(path).status_code == 204
    for gone in (path, f"{path}/result"):
        assert client.get(gone).status_code == 404
    assert client.delete(path).status_code == 404
    assert not list((tmp_path / "jobs").glob("[!.]*"))


@pytest.mark.parametrize("id_", ["none", "..", "%2e%2e%2fsdmx.db", ".place0", "a/b"])
def test_nothing_else_is_found_where_jobs_are(client, id_):
    finished(client, client.get(EXR, headers=LATER))

    assert client.get(f"/sdmx/jobs/{id_}").status_code == 404
    assert client.get(f"/sdmx/jobs/{id_}/result").status_code == 404


def tokens_of(client: FlaskClient) -> list[dict[str, str]]:
    stores = client.application.extensions[EXTENSION].stores
    now = datetime.now(UTC)
    made = [issue(stores.tokens, name, Role.REVIEWER, now) for name in ("a", "b")]
    return [{"Authorization": f"Bearer {token}"} for token in made]


@pytest.fixture
def restricted(tmp_path) -> Iterator[FlaskClient]:
    yield from client_of(tmp_path, restricted=("TST:HIST",))


def test_a_restricted_answer_is_for_who_asked_alone(restricted):
    mine, others = tokens_of(restricted)
    accepted = restricted.get(HIST, headers=LATER | mine)
    finished(restricted, accepted, **mine)
    path = path_of(accepted.headers["Location"])

    for each in (path, f"{path}/result"):
        assert restricted.get(each).status_code == 401
        assert restricted.get(each, headers=others).status_code == 403
        assert restricted.get(each, headers=mine).status_code == 200
    assert restricted.delete(path, headers=others).status_code == 403
    answer = restricted.get(f"{path}/result", headers=mine)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]
    assert answer.data == restricted.get(HIST, headers=mine).data


def test_a_stranger_cannot_have_restricted_data_made(restricted):
    assert restricted.get(HIST, headers=LATER).status_code == 401
    everything = restricted.get("/sdmx/v2/data/dataflow", headers=LATER | CSV)
    assert b"TST:HIST" not in result_of(restricted, everything).data


def test_large_answers_may_be_had_later_alone(tmp_path):
    for client in client_of(tmp_path, async_above=600):
        refused = client.get(EXR, headers={"Accept": f"{CSV['Accept']}, application/problem+json"})
        small = client.get(f"{EXR}?limit=2", headers=CSV)
        accepted = client.get(EXR, headers=CSV | LATER)

        assert (refused.status_code, small.status_code) == (413, 200)
        assert "Prefer: respond-async" in refused.json["detail"]
        assert refused.json["limit"] == {"bytes": 600}
        assert result_of(client, accepted).status_code == 200


def test_what_is_too_large_at_all_is_too_large_later_too(tmp_path):
    for client in client_of(tmp_path, max_observations=3, async_above=600):
        assert client.get(EXR, headers=CSV | LATER).status_code == 413


def test_a_service_that_makes_no_files_answers_at_once(tmp_path):
    for client in client_of(tmp_path, max_jobs=0, async_above=600):
        assert client.get(EXR, headers=LATER).status_code == 200
        assert client.get("/sdmx/jobs/none").status_code == 404


def test_compressed_answers_are_compressed_files(client):
    accepted = client.get(EXR, headers=LATER | CSV | {"Accept-Encoding": "gzip"})
    later = result_of(client, accepted)

    assert later.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(later.data) == client.get(EXR, headers=CSV).data


def test_a_job_of_a_process_that_ended_has_failed(client, tmp_path):
    store = JobStore(tmp_path / "jobs", timedelta(hours=1), 1_000_000)
    with store.create(EXR, "", {"series": 1, "observations": 1, "bytes": 1}) as work:
        path = f"/sdmx/jobs/{work.job.id}"
        assert client.get(path).json["state"] == "queued"
        work.start()
        assert client.get(path).json["state"] == "running"
    told = client.get(path).json
    assert told["state"] == "failed"
    assert "ask the question again" in told["error"]["document"]
    assert client.get(f"{path}/result").status_code == 404


def test_a_file_has_each_header_once_as_the_answer_at_once_has(client):
    accepted = client.get(EXR, headers=LATER | CSV)
    later = result_of(client, accepted)
    part = result_of(client, accepted, Range="bytes=0-9")
    at_once = {name for name, _ in client.get(EXR, headers=CSV).headers}

    for answer in (later, part):
        names = [name for name, _ in answer.headers]
        assert len(names) == len(set(names))
        assert at_once <= set(names)


def test_a_file_that_is_removed_while_it_is_asked_for_is_not_there(client, tmp_path):
    accepted = client.get(EXR, headers=LATER | CSV)
    assert finished(client, accepted)["state"] == "done"
    (tmp_path / "jobs" / accepted.headers["Location"].rpartition("/")[2] / "result").unlink()

    answer = client.get(path_of(accepted.headers["Location"]) + "/result")

    assert answer.status_code == 404
    assert "ask the question again" in answer.text
