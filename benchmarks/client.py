"""An HTTP client that costs little, so that what is measured is the server.

It reads no more of an answer than its status and where it ends. One connection at a time is a
plain socket; many are asyncio protocols, which write bytes made beforehand.

Source: RFC 9112.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path

Address = tuple[str, int]

_END_OF_HEAD = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_BUFFER = 1 << 20
_TIMEOUT = 600.0
_STATUS = slice(9, 12)  # of "HTTP/1.1 200 OK"
_BODILESS = (204, 304)
_NUMBERS = count()


class Incomplete(Exception):
    """An answer ended before its end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an answer came.

    Attributes:
        status: its status.
        first_byte: seconds until the first byte of the body.
        seconds: seconds until the last.
    """

    status: int
    first_byte: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What came of many requests at once.

    Attributes:
        latencies: seconds each request took, sorted.
        statuses: how often each status came; 0 is for connections that broke.
        seconds: how long it went on.
        client: the share of one CPU that the client took.
    """

    latencies: Sequence[float]
    statuses: Mapping[int, int]
    seconds: float
    client: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the seconds that this share of the requests took at most."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def request(target: str, **headers: str) -> bytes:
    """Return a GET request; ``if_none_match`` is the header If-None-Match.

    The server hangs up after it, unless ``connection="keep-alive"`` says otherwise.
    """
    named = {"host": "127.0.0.1", "connection": "close"} | headers
    lines = [f"GET {target} HTTP/1.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def anew(target: str) -> str:
    """Return a question in words that nobody has used yet, so that no answer is ready.

    It gets a parameter that the server passes over.
    """
    return f"{target}{'&' if '?' in target else '?'}asked={next(_NUMBERS)}"


def requests_anew(targets: Iterable[str], **headers: str) -> Iterator[bytes]:
    """Return requests for targets, each in words of its own."""
    tail = request("", **headers).removeprefix(b"GET ")
    for target in targets:
        yield b"GET " + anew(target).encode() + tail


def send(address: Address, asked: bytes) -> Answer:
    """Send a request on a connection of its own and read the whole answer.

    Raises:
        Incomplete: if the answer ends too early.
    """
    buffer = bytearray(_BUFFER)
    with socket.create_connection(address, _TIMEOUT) as connection:
        started = time.perf_counter()
        connection.sendall(asked)
        end, first_byte = _End(), 0.0
        while count := connection.recv_into(buffer):
            end.take(memoryview(buffer)[:count])
            if not first_byte and end.received:
                first_byte = time.perf_counter() - started
        seconds = time.perf_counter() - started
    if not end.reached:
        raise Incomplete(f"{asked.partition(b' HTTP')[0].decode()}: {end.received} bytes came.")
    return Answer(end.status, first_byte or seconds, seconds)


def fetch(address: Address, target: str, **headers: str) -> tuple[Mapping[str, str], bytes]:
    """Return the headers, in lower case, and the body of an answer.

    Raises:
        HTTPException: if its status is not 200.
    """
    connection = HTTPConnection(*address, timeout=_TIMEOUT)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", target, headers=named)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise HTTPException(f"{target}: {response.status}, {body[:500]!r}")
        return {name.lower(): value for name, value in response.getheaders()}, body
    finally:
        connection.close()


def save(address: Address, target: str, file: Path, **headers: str) -> None:
    """Write the body of an answer to a file."""
    file.write_bytes(fetch(address, target, **headers)[1])


def press(address: Address, scripts: Sequence[Iterable[bytes]], seconds: float) -> Load:
    """Send requests on as many connections as there are scripts.

    Args:
        address: of the server.
        scripts: the requests of each connection, which they keep alive; each waits for the
            answer to the one before it. They should not end before the time does.
        seconds: how long.
    """
    cpu = time.process_time()
    started = time.perf_counter()
    latencies, statuses = asyncio.run(_press(address, scripts, started + seconds))
    took = time.perf_counter() - started
    return Load(sorted(latencies), statuses, took, (time.process_time() - cpu) / took)


async def _press(
    address: Address, scripts: Sequence[Iterable[bytes]], until: float
) -> tuple[list[float], Counter[int]]:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()

    async def play(script: Iterable[bytes]) -> None:
        connection = _Connection()
        await asyncio.get_running_loop().create_connection(lambda: connection, *address)
        for asked in script:
            started = time.perf_counter()
            if started >= until:
                break
            statuses[await connection.ask(asked)] += 1
            latencies.append(time.perf_counter() - started)
        connection.close()

    await asyncio.gather(*map(play, scripts))
    return latencies, statuses


class _Connection(asyncio.Protocol):
    """A connection that is kept open, with one request at a time."""

    def __init__(self) -> None:
        self._end = _End()
        self._waiter: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._end.take(data)
        if self._end.reached and self._waiter and not self._waiter.done():
            self._waiter.set_result(self._end.status)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(error or ConnectionResetError("The server hung up."))

    async def ask(self, asked: bytes) -> int:
        """Send a request; return the status of the answer once it has come whole."""
        self._end = _End()
        self._waiter = asyncio.get_running_loop().create_future()
        if self._transport is None:
            raise ConnectionError("There is no connection.")
        self._transport.write(asked)
        return await self._waiter

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class _End:
    """Finds the end of an answer, of which it keeps no more than it needs.

    Attributes:
        status: 0 until the head has come.
        received: bytes behind the head, with the framing of chunks.
        reached: whether the answer has come whole.
    """

    __slots__ = ("_length", "_tail", "reached", "received", "status")

    def __init__(self) -> None:
        self.status = 0
        self.received = 0
        self.reached = False
        self._tail = b""
        self._length: int | None = None

    def take(self, data: bytes | memoryview) -> None:
        """Look at what came next."""
        if not self.status:
            head, found, rest = (self._tail + bytes(data)).partition(_END_OF_HEAD)
            if not found:
                self._tail = head
                return
            self._read(head)
            data, self._tail = rest, b"\r\n"
        self.received += len(data)
        self._tail = (self._tail + bytes(data[-len(_LAST_CHUNK) :]))[-len(_LAST_CHUNK) :]
        whole = self.received == self._length
        self.reached = whole if self._length is not None else self._tail == _LAST_CHUNK

    def _read(self, head: bytes) -> None:
        self.status = int(head[_STATUS])
        length = _LENGTH.search(head)
        if length:
            self._length = int(length[1])
        if self.status in _BODILESS:
            self._length = 0
