"""A request, and what came back.

Source: RFC 9110 (HTTP semantics).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, sent as it is written: nothing is encoded or decoded on the way.

    Attributes:
        path: what follows the address of the service, with its query.
        headers: names and values of header fields.
        method: the HTTP method.
        body: what is sent along; the checks of foreign services send nothing.
    """

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: bytes = b""

    def __str__(self) -> str:
        fields = "".join(f"; {name}: {value}" for name, value in self.headers)
        path = self.path if len(self.path) <= 300 else f"{self.path[:300]}..."
        return f"{self.method} {path}{fields}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered.

    Attributes:
        request: what was asked.
        status: the HTTP status, 0 where none came.
        headers: header fields, names in lower case.
        body: the content, decompressed.
        wire: how many bytes of content were sent.
        moved: where the service redirected to, nothing where it answered at once.
        failure: why there is no answer, e.g. that it took too long.
        too_large: whether the content was left unread because it is beyond the limit.
    """

    request: Request
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    wire: int = 0
    moved: tuple[str, ...] = ()
    failure: str | None = None
    too_large: bool = False

    @property
    def media_type(self) -> str:
        """The Content-Type, in lower case, without blanks and charset."""
        parts = self.headers.get("content-type", "").lower().replace(" ", "").split(";")
        return ";".join(part for part in parts if part and not part.startswith("charset="))

    def __str__(self) -> str:
        if self.failure:
            return self.failure
        said = f"{self.status} {self.headers.get('content-type', 'without Content-Type')}"
        return f"{said}, {self.wire} bytes" + (
            f", after a redirect to {self.moved[-1]}" if self.moved else ""
        )


def get(*paths: str, accept: str | None = None) -> tuple[Request, ...]:
    """Return a request for each path, with a media type to accept where one is given."""
    headers = (("Accept", accept),) if accept else ()
    return tuple(Request(path, headers) for path in paths)


def get_with(path: str, **headers: str) -> tuple[Request, ...]:
    """Return a request with header fields; ``If_None_Match`` is If-None-Match."""
    return (Request(path, tuple((n.replace("_", "-"), v) for n, v in headers.items())),)
