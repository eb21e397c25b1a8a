"""A server that answers as another one does, but for what is broken on purpose.

It asks the other server once for each request and replays what came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

CONNECTION = {"connection", "content-length", "date", "host", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Question:
    """A request as it came; names of header fields are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def key(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        return self.method, self.target, tuple(sorted(self.headers.items()))


@dataclass(frozen=True)
class Reply:
    """An answer as it is sent; names of header fields are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def having(self, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def lacking(self, name: str) -> Reply:
        return replace(self, headers={n: v for n, v in self.headers.items() if n != name})

    def of(self, media_type: str) -> bool:
        return media_type in self.headers.get("content-type", "")


def same_question(question: Question) -> Question:
    return question


def same_reply(_: Question, reply: Reply) -> Reply:
    return reply


@dataclass(frozen=True)
class Break:
    """What is broken: how a question is misunderstood, how the reply is spoilt."""

    asked: Callable[[Question], Question] = same_question
    replied: Callable[[Question, Reply], Reply] = same_reply


@dataclass
class Recording:
    """What a server answered to each question."""

    server: str
    replies: dict[object, Reply] = field(default_factory=dict)

    def reply(self, question: Question) -> Reply:
        if question.key() not in self.replies:
            self.replies[question.key()] = self._ask(question)
        return self.replies[question.key()]

    def _ask(self, question: Question) -> Reply:
        address = urlsplit(self.server)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            connection.putrequest(question.method, question.target, skip_accept_encoding=True)
            for name, value in question.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            headers = {
                n.lower(): v for n, v in response.getheaders() if n.lower() not in CONNECTION
            }
            return Reply(response.status, headers, response.read())
        finally:
            connection.close()


@contextmanager
def replaying(recording: Recording, broken: Break) -> Iterator[str]:
    """Serve the recording with something broken; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def answer(self) -> None:
            sent = Question(self.command, self.path, _fields(self.headers.items()))
            question = broken.asked(sent)
            reply = broken.replied(question, recording.reply(question))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            bare = self.command == "HEAD" or reply.status in (204, 304)
            if not bare or reply.body:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not bare:
                self.wfile.write(reply.body)

        do_GET = do_HEAD = do_OPTIONS = do_PUT = do_DELETE = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with serving_with(Handler) as address:
        yield address


def _fields(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers if name.lower() not in CONNECTION}


@contextmanager
def serving_with(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve with a handler on a port of this machine; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
