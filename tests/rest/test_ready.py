"""An answer that is ready is the answer that would be made, for as long as it would be."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import Stores
from sdmx_server.rest import ready
from sdmx_server.rest.ready import ReadyAnswers
from sdmx_server.settings import Settings
from sdmx_server.site import EXTENSION
from sdmx_server.storage.maintenance import Maintenance
from tests.conformance.conftest import serve
from tests.conformance.fixtures import T3, Content, exr, history, organisations, shared

LATER = T3 + timedelta(days=30)
DATA = "/sdmx/v2/data/dataflow/TST/HIST"
PATHS = (
    DATA,
    "/sdmx/v2/data/dataflow/TST/HIST?format=csvdata",
    "/sdmx/v1/data/HIST",
    "/sdmx/v2/structure/dataflow",
    "/sdmx/v1/codelist/TST",
    "/sdmx/v2/availability/dataflow/TST/HIST",
    "/sdmx/v2/schema/dataflow/TST/HIST",
)
HEADERS = (
    {},
    {"Accept": "application/vnd.sdmx.data+xml, application/xml, */*;q=0.1"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Language": "en"},
)


def holding(folder, **settings) -> Iterator[FlaskClient]:
    made = Content([*shared("1.0.0"), *organisations()]) + history("1.0.0")
    return serve(made, Settings(database_url=f"sqlite:///{folder / 'sdmx.db'}", **settings))


@pytest.fixture
def client(tmp_path) -> Iterator[FlaskClient]:
    with holding(tmp_path) as client:
        yield client


@pytest.fixture
def asked_behind(client, monkeypatch) -> list[str]:
    """The questions that came through to Flask."""
    inner, seen = client.application.wsgi_app._application, []

    def noted(environ, start_response):
        seen.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    monkeypatch.setattr(client.application.wsgi_app, "_application", noted)
    return seen


def stores_of(client: FlaskClient) -> Stores:
    return client.application.extensions[EXTENSION].stores


def told(answer):
    return answer.status, sorted(answer.headers.items()), answer.data


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_same_to_the_byte_and_header(client, asked_behind, path, headers):
    first, *others = [client.get(path, headers=headers) for _ in range(3)]
    assert first.status_code == 200
    assert [told(other) for other in others] == [told(first)] * 2
    assert len(asked_behind) == 1


@pytest.mark.parametrize("path", PATHS)
def test_who_holds_it_is_told_so_as_flask_tells_it(client, asked_behind, path):
    etag = client.get(path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    asking = {"If-None-Match": etag, "Accept-Encoding": "gzip"}
    ready_, made = (
        client.get(path, headers=asking),
        Client(client.application.wsgi_app._application).get(path, headers=asking),
    )
    assert ready_.status_code == 304
    assert told(ready_) == told(made)
    assert len(asked_behind) == 2


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": 'W/"x", W/{etag}'}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": "{date}"}, 200),
        ({"If-Modified-Since": "{date}"}, 304),
        ({"If-Modified-Since": "Sun, 01 Jan 2012 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
    ],
)
def test_conditions_are_compared_as_http_says(client, asked_behind, wanted, status):
    first = client.get(DATA)
    named = {"etag": first.headers["ETag"], "date": first.headers["Last-Modified"]}
    asking = {name: value.format(**named) for name, value in wanted.items()}
    assert client.get(DATA, headers=asking).status_code == status
    assert len(asked_behind) == 1


def test_who_holds_it_need_not_have_asked_this_process(client, asked_behind):
    etag = client.get(DATA).headers["ETag"]
    client.application.wsgi_app._last = None
    asking = {"If-None-Match": etag}
    assert [client.get(DATA, headers=asking).status_code for _ in range(3)] == [304] * 3
    assert len(asked_behind) == 2
    assert client.get(DATA).status_code == 200
    assert client.get(DATA, headers={"If-None-Match": '"x"'}).status_code == 200
    assert len(asked_behind) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/csv"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Language": "en"},
        {"Host": "sdmx.example"},
    ],
)
def test_it_is_for_who_asks_alike_alone(client, asked_behind, headers):
    for _ in range(2):
        client.get(DATA)
        client.get(f"{DATA}?limit=1")
        client.get(DATA, headers=headers)
    assert len(asked_behind) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer sdmx_none"},
        {"Range": "bytes=0-9"},
        {"If-Match": '"x"'},
        {"Prefer": "respond-async"},
    ],
)
def test_other_requests_pass_it_by(client, asked_behind, headers):
    client.get(DATA)
    for _ in range(2):
        client.get(DATA, headers=headers)
        client.head(DATA)
        client.options(DATA)
        client.post(DATA)
    assert len(asked_behind) == 9


@pytest.mark.parametrize("path", [f"{DATA}/X.Y.Z", "/sdmx/v1/data/NONE", "/sdmx/v2/none", "/"])
def test_errors_and_pages_are_made_anew(client, asked_behind, path):
    answers = {told(client.get(path))[0] for _ in range(2)}
    assert len(answers) == 1
    assert len(asked_behind) == 2


def test_private_answers_are_made_anew(tmp_path):
    with holding(tmp_path, restricted=("TST:OTHER",), anonymous_read=False) as client:
        assert [client.get(DATA).status_code for _ in range(2)] == [401] * 2
        assert client.get("/sdmx/v2/structure/dataflow").status_code == 200


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/sdmx/v2/structure/dataflow", ("/sdmx/v2/structure/dataflow/*", "/sdmx/v1/dataflow")),
        ("/sdmx/v1/codelist", ("/sdmx/v1/codelist/all/all/latest", "/sdmx/v1/codelist?x=1")),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "application/xml", "application/json"])
def test_other_words_for_a_question_change_the_id_of_the_message_alone(
    client, path, others, accept
):
    def asked(target):
        answer = client.get(target, headers={"Accept": accept})
        (id_,) = set(re.findall(rb"M[0-9a-f]{24}", answer.data))
        assert f'"{id_.decode()[1:]}"' == answer.headers["ETag"]
        return answer.content_type, id_, answer.data.replace(id_, b"")

    first = asked(path)
    for other in others:
        found = asked(other)
        assert found[1] != first[1]
        assert found[2] == first[2] or found[0] != first[0]


def test_a_publication_is_seen_by_the_next_request(client):
    data, structures = client.get(DATA), client.get("/sdmx/v2/structure/dataflow")
    publish(history("1.0.0").deliveries[0][1], stores_of(client), LATER)
    later = client.get(DATA)
    assert later.data != data.data
    assert later.headers["ETag"] != data.headers["ETag"]
    assert client.get(DATA, headers={"If-None-Match": data.headers["ETag"]}).status_code == 200
    publish_structures(exr("1.0.0").artefacts, stores_of(client), LATER)
    assert client.get("/sdmx/v2/structure/dataflow").data != structures.data


def test_a_closed_service_says_so_at_the_next_request_and_is_back_at_the_one_after(client):
    first = told(client.get(DATA))
    closed = Maintenance("Back at noon.", 60, LATER)
    stores_of(client).maintenance.close(closed)
    assert client.get(DATA).status_code == 503
    stores_of(client).maintenance.open()
    assert told(client.get(DATA)) == first


def test_it_is_dropped_with_its_moment(client, asked_behind):
    for _ in range(2):
        client.get(DATA)
        stores_of(client).maintenance.close(Maintenance("Back at noon.", 60, LATER))
        stores_of(client).maintenance.open()
    assert len(asked_behind) == 2


PRESENT = object()


def application(body):
    def answer(environ, start_response):
        start_response("200 OK", [("ETag", '"e"')])
        return body()

    return answer


def in_front_of(inner) -> Client:
    return Client(ReadyAnswers(inner, lambda: PRESENT))


def counted(pieces):
    """An application of these pieces, and how often each was made."""
    made = []

    def body():
        for piece in pieces:
            made.append(piece)
            yield piece

    return application(body), made


def test_a_long_answer_streams_and_is_kept_where_it_ends_in_time(monkeypatch):
    monkeypatch.setattr(ready, "_AHEAD", 10)
    monkeypatch.setattr(ready, "MOST", 40)
    short, made = counted([b"0123456789"] * 4)
    client = in_front_of(short)
    first = client.get("/sdmx/v2/x", buffered=False)
    assert len(made) == 2
    assert first.data == b"0123456789" * 4
    assert client.get("/sdmx/v2/x").data == b"0123456789" * 4
    assert len(made) == 4


def test_an_answer_that_tells_its_length_is_read_whole(monkeypatch):
    monkeypatch.setattr(ready, "_AHEAD", 10)
    pieces = [b"0123456789"] * 4

    def inner(environ, start_response):
        start_response("200 OK", [("ETag", '"e"'), ("Content-Length", "40")])
        return iter(pieces)

    first = in_front_of(inner).get("/sdmx/v2/x", buffered=False)
    pieces.clear()
    assert first.data == b"0123456789" * 4


@pytest.mark.parametrize("path", PATHS[3:])
def test_what_is_made_at_once_tells_its_length(client, path):
    for method in (client.get, client.get, client.head):
        answer = method(path)
        assert int(answer.headers["Content-Length"]) == len(client.get(path).data)


def test_an_answer_that_is_too_long_is_never_held_whole(monkeypatch):
    monkeypatch.setattr(ready, "_AHEAD", 10)
    monkeypatch.setattr(ready, "MOST", 30)
    long, made = counted([b"0123456789"] * 4)
    client = in_front_of(long)
    assert [len(client.get("/sdmx/v2/x").data) for _ in range(2)] == [40] * 2
    assert len(made) == 8
    assert client.get("/sdmx/v2/x", headers={"If-None-Match": '"e"'}).status_code == 304
    assert len(made) == 8


def test_an_answer_that_is_left_half_read_is_closed_and_not_kept(monkeypatch):
    monkeypatch.setattr(ready, "_AHEAD", 10)
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"0123456789"] * 4)

        def close(self):
            closed.append(True)

    client = in_front_of(application(Body))
    half = client.get("/sdmx/v2/x", buffered=False)
    next(half.iter_encoded())
    half.close()
    assert closed == [True]
    assert client.get("/sdmx/v2/x").data == b"0123456789" * 4


def test_equal_questions_at_a_time_are_answered_once():
    begun, release, made = threading.Event(), threading.Event(), []

    def slow():
        made.append(True)
        begun.set()
        release.wait(10)
        yield b"whole"

    front = ReadyAnswers(application(slow), lambda: PRESENT)

    def ask(_):
        return Client(front).get("/sdmx/v2/x").data

    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(ask, 0)
        begun.wait(10)
        others = [threads.submit(ask, n) for n in range(8)]
        threading.Timer(0.3, release.set).start()
        assert {each.result(10) for each in (first, *others)} == {b"whole"}
    assert made == [True]


@pytest.mark.parametrize("status", ["404 NOT FOUND", "200 OK"])
def test_who_waited_in_vain_asks_alone(status):
    """The first fails, by an error that it tells or by one that nobody foresaw."""
    made, begun = [], threading.Event()

    def inner(environ, start_response):
        made.append(True)
        if len(made) == 1:
            begun.set()
            release.wait(10)
            if status == "200 OK":
                raise ZeroDivisionError
            start_response(status, [])
            return [b"missing"]
        start_response("200 OK", [("ETag", '"e"')])
        return [b"whole"]

    release = threading.Event()
    front = ReadyAnswers(inner, lambda: PRESENT)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lambda: Client(front).get("/sdmx/v2/x"))
        begun.wait(10)
        second = threads.submit(lambda: Client(front).get("/sdmx/v2/x"))
        threading.Timer(0.2, release.set).start()
        assert second.result(10).data == b"whole"
        if status == "200 OK":
            with pytest.raises(ZeroDivisionError):
                first.result(10)
        else:
            assert first.result(10).data == b"missing"
    assert len(made) == 2


def test_a_long_answer_lets_those_go_on_who_wait_for_it(monkeypatch):
    monkeypatch.setattr(ready, "_AHEAD", 10)
    long, made = counted([b"0123456789"] * 4)
    front = ReadyAnswers(long, lambda: PRESENT)
    unread = Client(front).get("/sdmx/v2/x", buffered=False)
    assert len(Client(front).get("/sdmx/v2/x").data) == 40
    unread.close()
    assert len(made) == 6


def test_long_questions_take_room_as_well(monkeypatch):
    monkeypatch.setattr(ready, "_TOGETHER", 40_000)
    inner, made = counted([b"x"])
    client = in_front_of(inner)
    for _ in range(2):
        for letter in "abc":
            client.get(f"/sdmx/v2/x?{15_000 * letter}")
    assert len(made) == 6


def test_what_was_used_longest_ago_makes_room(monkeypatch):
    monkeypatch.setattr(ready, "_TOGETHER", 3 * 4_000)
    inner, made = counted([b"x" * 1_000])
    client = in_front_of(inner)
    for target in ("a", "b", "a", "c", "a", "d", "a", "b"):
        client.get(f"/sdmx/v2/{target}")
    assert len(made) == 5


def test_a_body_that_fails_on_its_way_is_closed():
    closed = []

    class Failing:
        def __iter__(self):
            yield b"begun"
            raise OSError("gone")

        def close(self):
            closed.append(True)

    def application(_environ, begin):
        begin("200 OK", [("ETag", '"a"'), ("Cache-Control", "no-cache")])
        return Failing()

    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/sdmx/v2/data"}
    with pytest.raises(OSError, match="gone"):
        ReadyAnswers(application, object)(asked, lambda *_: None)
    assert closed
