"""Parts of answers: the byte ranges by which a download goes on where it ended.

Equal questions get equal bytes until something is published, encoded ones too, so a part is
cut out of an answer that is made anew. How long an answer is turns out only when it has been
made once; that is kept by its tag.

Source: RFC 9110, sections 13.1.1 (If-Match), 13.1.5 (If-Range) and 14 (range requests).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Response, request

from sdmx_server.errors import PreconditionFailed, RangeNotSatisfiable
from sdmx_server.site import site
from sdmx_server.storage.cache import Cache

_ENTRY = 200  # about how many bytes of memory a length takes with its tag


def require_match(etag: str) -> None:
    """Make sure that the answer is one that the client asked for by its tag, if it did.

    Raises:
        PreconditionFailed: if it is another one.
    """
    wanted: str | None = request.environ.get("HTTP_IF_MATCH")
    if wanted is None or wanted.strip() == "*" or etag in map(str.strip, wanted.split(",")):
        return
    raise PreconditionFailed(
        f"The answer has the tag {etag}, not {wanted}: something was published since, or the "
        "question differs. Ask for the whole answer."
    )


def is_to_be_measured(etag: str) -> bool:
    """Whether a part of the answer is asked for and nobody knows how long the whole is."""
    return _asked(etag) is not None and site().lengths.get(etag) is None


def measure(etag: str, body: Iterable[bytes]) -> None:
    """Find out how long an answer is; nothing of it is kept."""
    for _ in _measured(etag, body, site().lengths):
        pass


def whole_or_part(etag: str, body: Iterable[bytes]) -> Response:
    """Return the response with the answer, or with the part of it that the client asked for.

    Args:
        etag: the strong tag of the answer.
        body: all of it, as it is encoded; of a part only what comes before and in it is made.

    Raises:
        RangeNotSatisfiable: if the answer ends before the part begins.
    """
    lengths = site().lengths
    asked = _asked(etag)
    length = None if asked is None else lengths.get(etag)
    if asked is None or length is None:
        response = Response(_measured(etag, body, lengths))
        response.headers["Accept-Ranges"] = "bytes"
        return response
    part = _placed(asked, length)
    return partial(_cut(body, *part), part, length)


def asked_part(etag: str, length: int) -> tuple[int, int] | None:
    """Return where the part begins and ends that the client asked for; None for the whole.

    Raises:
        RangeNotSatisfiable: if the answer ends before the part begins.
    """
    asked = _asked(etag)
    return None if asked is None else _placed(asked, length)


def partial(pieces: Iterable[bytes], part: tuple[int, int], length: int) -> Response:
    """Return the response with a part of an answer.

    Args:
        pieces: the part.
        part: where it begins and ends.
        length: how long the whole is.
    """
    start, stop = part
    response = Response(pieces, status=206)
    response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    response.headers["Content-Length"] = str(stop - start)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _asked(etag: str) -> tuple[int, int | None] | None:
    """Return the one range asked for: where it begins, from the end if negative, and its end.

    None where the whole answer will do: several ranges are asked for, or parts of another
    answer. Dates do not tell answers apart that came within a second, so none counts.
    """
    if "HTTP_RANGE" not in request.environ or request.method != "GET":
        return None
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if request.headers.get("If-Range", etag).strip() != etag:
        return None
    start, stop = asked.ranges[0]
    return start, stop


def _placed(asked: tuple[int, int | None], length: int) -> tuple[int, int]:
    start, stop = asked
    if start < 0:
        start = max(0, length + start)
    if start >= length:
        raise RangeNotSatisfiable(
            f"The answer has {length} bytes; a part of it begins before that, not at {start}.",
            length,
        )
    return start, length if stop is None else min(stop, length)


def _measured(etag: str, body: Iterable[bytes], lengths: Cache[str, int]) -> Iterator[bytes]:
    length = 0
    for piece in body:
        length += len(piece)
        yield piece
    lengths.put(etag, length, _ENTRY)


def _cut(body: Iterable[bytes], start: int, stop: int) -> Iterator[bytes]:
    place = 0
    for piece in body:
        low, high = max(start - place, 0), min(stop - place, len(piece))
        if low < high:
            yield piece[low:high]
        place += len(piece)
        if place >= stop:
            return
