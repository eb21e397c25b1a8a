"""A polite HTTP client: one connection, a bounded rate, bounded time and size.

Source: RFC 9110 (HTTP semantics); RFC 9112, section 3.2 (request target).
"""

from __future__ import annotations

import ssl
import time
import zlib
from functools import cache
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx

from sdmx_server.conformance.request import Answer, Request

REQUEST_SECONDS = 30.0
MAXIMUM_BYTES = 20_000_000
MAXIMUM_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GZIP = 16 + zlib.MAX_WBITS


class OutOfTime(Exception):
    """The time given for the whole run is over."""


class Session:
    """Asks one service, one request after the other; what was asked before is remembered.

    Redirects are followed on the same host alone, and told in the answer.
    """

    def __init__(self, address: str, rate: float, seconds: float) -> None:
        """Args:
        address: of the service, with its path.
        rate: requests a second at most.
        seconds: how long the whole run may take.
        """
        self.address = address.rstrip("/")
        self._pause = 1 / rate
        self._end = time.monotonic() + seconds
        self._next = 0.0
        self._answers: dict[tuple[str, Request], Answer] = {}
        self._client = httpx.Client(
            limits=httpx.Limits(max_connections=1),
            timeout=REQUEST_SECONDS,
            follow_redirects=False,
            verify=_trust(),
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def ask(self, request: Request) -> Answer:
        """Return what the service answers, or why there is no answer.

        Raises:
            OutOfTime: if the time of the run is over.
        """
        place = (self.address, request)
        if place not in self._answers:
            self._answers[place] = self.ask_anew(request)
        return self._answers[place]

    def ask_anew(self, request: Request) -> Answer:
        """Return what the service answers now, whether or not it was asked before.

        Raises:
            OutOfTime: if the time of the run is over.
        """
        url = self.address + request.path
        moved: tuple[str, ...] = ()
        while True:
            answer = self._send(request, url, moved)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target or len(moved) == MAXIMUM_REDIRECTS:
                return answer
            moved = (*moved, _resolve(url, target))
            if not _same_host(url, moved[-1]):
                return Answer(
                    request,
                    answer.status,
                    answer.headers,
                    moved=moved,
                    failure=f"it redirects to another host, {moved[-1]}, which was not followed",
                )
            url = moved[-1]

    def _send(self, request: Request, url: str, moved: tuple[str, ...]) -> Answer:
        self._wait()
        split = urlsplit(url)
        target = url.split("//", 1)[1][len(split.netloc) :] or "/"
        headers = [("User-Agent", "sdmx-server conformance"), *request.headers]
        if not any(name.lower() == "accept-encoding" for name, _ in headers):
            headers.append(("Accept-Encoding", "gzip"))
        prepared = httpx.Request(
            request.method,
            f"{split.scheme}://{split.netloc}/",
            headers=headers,
            content=request.body or None,
            extensions={
                "target": target.encode(),
                "timeout": httpx.Timeout(REQUEST_SECONDS).as_dict(),
            },
        )
        try:
            return self._read(request, prepared, moved)
        except (httpx.HTTPError, httpx.InvalidURL, zlib.error, UnicodeError) as error:
            reason = str(error) or type(error).__name__
            return Answer(request, moved=moved, failure=f"no answer: {reason}")

    def _read(self, request: Request, prepared: httpx.Request, moved: tuple[str, ...]) -> Answer:
        response = self._client.send(prepared, stream=True)
        try:
            encoding = response.headers.get("content-encoding", "identity").lower()
            unpack = zlib.decompressobj(_GZIP) if encoding in ("gzip", "x-gzip") else None
            pieces: list[bytes] = []
            wire = size = 0
            for piece in response.iter_raw():
                wire += len(piece)
                plain = unpack.decompress(piece, MAXIMUM_BYTES) if unpack else piece
                size += len(plain)
                pieces.append(plain)
                if size > MAXIMUM_BYTES or (unpack and unpack.unconsumed_tail):
                    failure = f"the answer is larger than {MAXIMUM_BYTES} bytes"
                    return Answer(
                        request,
                        response.status_code,
                        _fields(response),
                        moved=moved,
                        wire=wire,
                        failure=failure,
                        too_large=True,
                    )
            if unpack and wire and not unpack.eof:
                raise zlib.error("the compressed content ends too early")
            return Answer(
                request, response.status_code, _fields(response), b"".join(pieces), wire, moved
            )
        finally:
            response.close()

    def _wait(self) -> None:
        """Keep the rate.

        Raises:
            OutOfTime: if the time of the run is over.
        """
        now = time.monotonic()
        if now > self._end:
            raise OutOfTime
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._pause


@cache
def _trust() -> ssl.SSLContext:
    """Return whom sessions trust, read once: it takes longer than to ask a server at hand."""
    return httpx.create_ssl_context()


def _resolve(url: str, target: str) -> str:
    """Return where a redirect leads, the target as it stands where it is no address."""
    try:
        return urljoin(url, target)
    except ValueError:
        return target


def _same_host(url: str, other: str) -> bool:
    """Return whether an address is on the same host and port, or is its secure one."""
    try:
        here, there = urlsplit(url), urlsplit(other)
        same_port = here.port == there.port or (here.scheme, there.scheme) == ("http", "https")
        return here.hostname == there.hostname and same_port
    except ValueError:
        return False


def _fields(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
