"""The client is polite, and trusts nobody."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from sdmx_server.conformance import session as session_module
from sdmx_server.conformance.decoding import messages
from sdmx_server.conformance.decoding.content import Unreadable
from sdmx_server.conformance.decoding.structure import Shape
from sdmx_server.conformance.request import Request, get
from sdmx_server.conformance.session import OutOfTime, Session
from tests.conformance_checker.stub import serving_with

Write = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(write: Write) -> Iterator[tuple[str, list[str]]]:
    """Serve one answer to everything; yield the address, and the requests as they came."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            asked.append(self.requestline)
            write(self)

        def log_message(self, *_: object) -> None:
            pass

    with serving_with(Handler) as address:
        yield address, asked


def sends(body: bytes, **headers: str) -> Write:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return write


def redirects(to: str) -> Write:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return write


def ask(address: str, path: str = "/x"):
    with Session(address, 1000, 30) as session:
        return session.ask(Request(path))


def test_what_may_have_changed_is_asked_anew():
    with answering(sends(b"ok")) as (address, asked), Session(address, 1000, 30) as session:
        session.ask(Request("/x"))
        session.ask_anew(Request("/x"))
    assert len(asked) == 2


@pytest.mark.parametrize(
    "path", ["/data/A,B/..X+Y?c[D]=ge:1+le:2", "/a%2Bb%2c/../*?x=%20", "/x?c%5BA%5D=ne:1,2"]
)
def test_requests_are_sent_as_they_are_written(path: str):
    with answering(sends(b"ok")) as (address, asked):
        ask(f"{address}/sdmx/", path)
    assert asked == [f"GET /sdmx{path} HTTP/1.1"]


def test_what_was_asked_before_is_not_asked_again():
    with answering(sends(b"ok")) as (address, asked), Session(address, 1000, 30) as session:
        first = session.ask(Request("/x"))
        assert session.ask(Request("/x")) == first
        session.ask(*get("/x", accept="text/csv"))
    assert len(asked) == 2


def test_requests_keep_the_rate():
    with answering(sends(b"ok")) as (address, _), Session(address, 20, 30) as session:
        start = time.monotonic()
        for number in range(4):
            session.ask(Request(f"/{number}"))
        assert time.monotonic() - start >= 3 / 20


def test_the_time_of_a_run_ends():
    with answering(sends(b"ok")) as (address, _), Session(address, 1000, 0) as session:
        time.sleep(0.01)
        with pytest.raises(OutOfTime):
            session.ask(Request("/x"))


@pytest.mark.parametrize(
    "target", ["http://elsewhere.example/", "//elsewhere.example/x", "http://[bad", "file:///etc"]
)
def test_redirects_to_other_hosts_are_not_followed(target: str):
    with answering(redirects(target)) as (address, asked):
        answer = ask(address)
    assert "not followed" in (answer.failure or "")
    assert len(asked) == 1


def test_redirects_to_another_port_are_not_followed():
    with (
        answering(sends(b"secret")) as (other, asked),
        answering(redirects(f"{other}/x")) as (address, _),
    ):
        assert "not followed" in (ask(address).failure or "")
    assert not asked


def test_redirects_on_the_host_are_followed_a_few_times_and_told():
    with answering(redirects("/again")) as (address, asked):
        answer = ask(address)
    assert answer.status == 302
    assert answer.moved == (f"{address}/again",) * 3
    assert len(asked) == 4


@pytest.mark.parametrize(
    "write",
    [
        sends(b"x" * 2000),
        sends(gzip.compress(b"x" * 100_000), Content_Encoding="gzip"),
    ],
)
def test_answers_beyond_the_limit_are_left_unread(monkeypatch: pytest.MonkeyPatch, write: Write):
    monkeypatch.setattr(session_module, "MAXIMUM_BYTES", 1000)
    with answering(write) as (address, _):
        answer = ask(address)
    assert answer.too_large
    assert not answer.body


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (sends(gzip.compress(b"x" * 1000)[:-10], Content_Encoding="gzip"), "too early"),
        (sends(b"not gzip", Content_Encoding="gzip"), "header"),
        (lambda handler: handler.connection.shutdown(socket.SHUT_RDWR), "no answer"),
    ],
)
def test_answers_that_break_off_are_failures(write: Write, reason: str):
    with answering(write) as (address, _):
        answer = ask(address)
    assert reason in (answer.failure or "")


def test_a_host_that_does_not_answer_is_a_failure():
    assert "no answer" in (ask("http://127.0.0.1:1").failure or "")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<Structure xmlns="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message">&b;</Structure>"""
GARBAGE = (
    b"", b"\x00\xff", b"<html><body/></html>", b"<x/>", BOMB, b"{}", b"[1]", b'{"data": 1}',
    b'{"data": {"codelists": [1, null, {"id": 5}]}}', b'{"data": {"codelists": [{}]}}',
    b'{"data": {"dataSets": [{"structure": 7}], "structures": []}}', b'{"errors": [1]}',
    b'{"data": ' + b'{"a":' * 5000, b"STRUCTURE,STRUCTURE_ID\n1", b'DATAFLOW,"A\n',
    b'<S:Structure xmlns:S="http://www.sdmx.org/v2_1"><S:Structures><S:DataStructure agencyID="A">'
    b'<S:DataStructureComponents><S:DimensionList><S:Dimension id="A" position="x"/>'
    b"</S:DimensionList></S:DataStructureComponents></S:DataStructure></S:Structures></S:Structure>",
)  # fmt: skip


@pytest.mark.parametrize("body", GARBAGE)
def test_what_is_no_message_is_unreadable_and_no_more(body: bytes):
    with pytest.raises(Unreadable):
        messages.data(body, Shape(("A",), None, ("B",)))
    if body != b'{"data": {"codelists": [{}]}}':
        with pytest.raises(Unreadable):
            messages.structures(body)
