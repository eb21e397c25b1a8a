"""Answers that are ready: small ones are kept until something changes, and sent again as they were.

This stands before Flask. What there is at one moment never changes, so an answer is kept
beside the moment that it was made at and dropped with it; a publication by whatever process is
seen by the very next request, because each begins with reading where the stores stand. Several
equal questions at a time are answered once: the others wait for the first, until its answer
turns out to be a long one.

Kept is what everybody gets alike: answers to requests without a token that are not private.

Source: RFC 9110, section 13 (conditional requests); RFC 9111, sections 3 and 4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from threading import Event, Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import is_entity_header, parse_date

from sdmx_server.errors import Unavailable
from sdmx_server.exchange.present import Present
from sdmx_server.rest import negotiate
from sdmx_server.site import MOMENT
from sdmx_server.storage.cache import Cache

MOST = 4_000_000
"""The longest answer that is kept, in bytes."""

_TOGETHER = 64_000_000
_AHEAD = 64_000  # made before the answer begins, so that equal questions can share it
_PATIENCE = 0.02  # seconds for which a request waits for its turn
_ENTRY = 3_000  # about how many bytes of memory an answer takes beside its body and question

_RESOURCES = ("/sdmx/v1/", "/sdmx/v2/")
_DEPENDS_ON = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
)
_NOT_FOR_ALL = frozenset(
    {
        "HTTP_AUTHORIZATION",
        "HTTP_IF_MATCH",
        "HTTP_IF_RANGE",
        "HTTP_IF_UNMODIFIED_SINCE",
        "HTTP_PREFER",
        "HTTP_RANGE",
    }
)
"""Headers whose requests are left to Flask."""

_OF_BODY = frozenset({"content-disposition", "accept-ranges"})
"""Headers that tell of the body, beside those of which HTTP says so."""

_OK, _NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"

Key = tuple[str | None, ...]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """An answer that everybody gets.

    Attributes:
        headers: its headers where it is sent whole.
        body: its body; None where only the headers are known.
        etag: its tag.
        last_modified: its date.
    """

    headers: Headers
    body: bytes | None
    etag: str
    last_modified: str

    @cached_property
    def unmodified(self) -> Headers:
        """Its headers where the client holds it already."""
        return [
            (name, value)
            for name, value in self.headers
            if not is_entity_header(name) and name.lower() not in _OF_BODY
        ]

    def is_held(self, environ: WSGIEnvironment) -> bool:
        """Whether the client holds it already."""
        tags, since = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
        if tags is None and since is None:
            return False
        return tags == self.etag or negotiate.not_modified(
            tags, since, self.etag, parse_date(self.last_modified)
        )

    def sent(self, environ: WSGIEnvironment, begin: StartResponse) -> Iterable[bytes] | None:
        """Send it, or that the client holds it; None where the body is needed and not known."""
        if self.is_held(environ):
            begin(_NOT_MODIFIED, list(self.unmodified))
            return []
        if self.body is None:
            return None
        begin(_OK, list(self.headers))
        return [self.body]


class _Flight:
    """An answer in the making, for which others wait."""

    __slots__ = ("answer", "landed")

    def __init__(self) -> None:
        self.landed = Event()
        self.answer: Answer | None = None


class _Moment:
    """The answers of one moment."""

    def __init__(self, present: Present) -> None:
        self.present = present
        self.answers: Cache[Key, Answer] = Cache(_TOGETHER)
        self._flights: dict[Key, _Flight] = {}
        self._lock = Lock()

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer."""
        size = len(answer.body or b"") + sum(len(part) for part in key if part)
        self.answers.put(key, answer, size + _ENTRY)

    def board(self, key: Key) -> tuple[_Flight, bool]:
        """Return the answer in the making, and whether the caller is who makes it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = _Flight()
            return flight, True

    def land(self, key: Key, flight: _Flight) -> None:
        """Let those go on who wait for an answer, whether it came to one or not."""
        with self._lock:
            del self._flights[key]
        flight.landed.set()


class ReadyAnswers:
    """A WSGI application that answers what is ready, and else what another one does.

    Args:
        application: the other one.
        present: returns what holds now; raises ``Unavailable``.
    """

    def __init__(self, application: WSGIApplication, present: Callable[[], Present]) -> None:
        self._application = application
        self._present = present
        self._last: _Moment | None = None
        self._turn = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        moment = self._moment() if _is_for_all(environ) else None
        if moment is None:
            return self._application(environ, start_response)
        environ[MOMENT] = moment.present
        key = tuple(map(environ.get, _DEPENDS_ON))
        answer = moment.answers.get(key)
        sent = answer.sent(environ, start_response) if answer else None
        return self._made(moment, key, environ, start_response) if sent is None else sent

    def _moment(self) -> _Moment | None:
        """Return the answers that hold now; None where the database cannot be reached."""
        try:
            present = self._present()
        except Unavailable:
            return None
        last = self._last
        if last is None or last.present is not present:
            last = self._last = _Moment(present)
        return last

    def _made(
        self, moment: _Moment, key: Key, environ: WSGIEnvironment, begin: StartResponse
    ) -> Iterable[bytes]:
        """Let the application answer, or share what it answers to an equal question."""
        flight, is_first = moment.board(key)
        if not is_first:
            flight.landed.wait()
            sent = flight.answer.sent(environ, begin) if flight.answer else None
            return self._application(environ, begin) if sent is None else sent
        try:
            return self._overheard(moment, key, flight, (environ, begin))
        finally:
            moment.land(key, flight)

    def _overheard(
        self,
        moment: _Moment,
        key: Key,
        flight: _Flight,
        request: tuple[WSGIEnvironment, StartResponse],
    ) -> Iterable[bytes]:
        """Answer as the application does, and keep what everybody gets."""
        environ, begin = request
        begun: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, *_: object) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return _write

        body = self._in_turn(environ, note)
        status, headers = begun[-1]
        answer = _answer_of(status, headers)
        if answer is None or status == _NOT_MODIFIED:
            if answer is not None:
                moment.keep(key, answer)
            begin(status, headers)
            return body
        ahead, rest = _read_ahead(body, headers)
        begin(status, headers)
        if rest is None:
            flight.answer = replace(answer, body=b"".join(ahead))
            moment.keep(key, flight.answer)
            return ahead
        return _Overheard(
            chain(ahead, rest), body, lambda whole: moment.keep(key, replace(answer, body=whole))
        )

    def _in_turn(self, environ: WSGIEnvironment, begin: StartResponse) -> Iterable[bytes]:
        """Let the application begin an answer, one after the other as long as that is quick.

        Arrow lets go of Python's lock at every call, and threads that take it from each other
        all the time get half as much done. Who has waited long does not wait for what is slow.
        """
        is_first = self._turn.acquire(timeout=_PATIENCE)
        try:
            return self._application(environ, begin)
        finally:
            if is_first:
                self._turn.release()


class _Overheard:
    """A body on its way, of which somebody is told at the end.

    Args:
        pieces: the body.
        source: what is closed when it is.
        tell: told the whole body, or None of one that is too long to be kept.
    """

    def __init__(
        self,
        pieces: Iterable[bytes],
        source: Iterable[bytes],
        tell: Callable[[bytes | None], None],
    ) -> None:
        self._pieces = pieces
        self._source = source
        self._tell = tell

    def __iter__(self) -> Iterator[bytes]:
        held: list[bytes] = []
        size = 0
        for piece in self._pieces:
            size += len(piece)
            if size <= MOST:
                held.append(piece)
            else:
                held.clear()
            yield piece
        self._tell(b"".join(held) if size <= MOST else None)

    def close(self) -> None:
        """Let go of what the body is made from."""
        _close(self._source)


def _is_for_all(environ: WSGIEnvironment) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ["PATH_INFO"].startswith(_RESOURCES)
        and _NOT_FOR_ALL.isdisjoint(environ)
    )


def _answer_of(status: str, headers: Headers) -> Answer | None:
    """Return an answer by its head, where it is for everybody and may be kept."""
    named = dict(headers)
    is_public = "ETag" in named and "private" not in named.get("Cache-Control", "")
    if not is_public or status not in (_OK, _NOT_MODIFIED):
        return None
    return Answer(headers, None, named["ETag"], named.get("Last-Modified", ""))


def _read_ahead(
    body: Iterable[bytes], headers: Headers
) -> tuple[list[bytes], Iterator[bytes] | None]:
    """Return the beginning of a body and the rest of it; None for the rest of a short one.

    A body whose length is known was made at once, so it is read whole if it can be kept.
    """
    length = int(dict(headers).get("Content-Length", 0))
    most = length if _AHEAD < length <= MOST else _AHEAD
    pieces = iter(body)
    ahead: list[bytes] = []
    size = 0
    with ExitStack() as ended:
        ended.callback(_close, body)
        for piece in pieces:
            ahead.append(piece)
            size += len(piece)
            if size > most:
                ended.pop_all()
                return ahead, pieces
    return ahead, None


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


def _write(_: bytes) -> object:
    """Do nothing; WSGI wants such a function, and Flask never calls it."""
    return None
