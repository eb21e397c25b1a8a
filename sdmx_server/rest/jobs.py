"""Answers that are fetched later: asked for with ``Prefer: respond-async``, made as files.

The answer is made by asking this application the same question without the preference, so it
is the same in every byte and header, and the same rules of access hold.

Source: RFC 7240, section 4.1 (respond-async); RFC 9110, section 15.3.3 (202 Accepted).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import chain
from typing import Any
from wsgiref.types import WSGIEnvironment

import msgspec
from flask import Blueprint, Flask, Response, current_app, request

from sdmx_server.errors import Forbidden, NoResults, SdmxError, Unauthenticated
from sdmx_server.exchange.estimate import Estimate, Limits
from sdmx_server.exchange.jobs import Jobs, Made, Order
from sdmx_server.rest import negotiate, quality, ranges
from sdmx_server.rest.authentication import reader
from sdmx_server.rest.dialects import V2, Dialect
from sdmx_server.rest.problems import problem
from sdmx_server.site import MOMENT, site
from sdmx_server.storage.jobs import Outcome, Standing, State

blueprint = Blueprint("jobs", __name__, url_prefix="/sdmx/jobs")

_PREFERENCE = "respond-async"
_TELL = "sdmx_server.tell"
_ASKED = frozenset(
    {
        "HTTP_ACCEPT",
        "HTTP_ACCEPT_ENCODING",
        "HTTP_ACCEPT_LANGUAGE",
        "HTTP_AUTHORIZATION",
        "HTTP_HOST",
        "PATH_INFO",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "wsgi.errors",
        "wsgi.multiprocess",
        "wsgi.multithread",
        "wsgi.run_once",
        "wsgi.url_scheme",
        "wsgi.version",
        MOMENT,
    }
)
"""What of a request the answer depends on; what holds is what held when it was asked."""
_PIECE = 1_000_000
_AGAIN = "1"  # seconds


def is_asked_for() -> bool:
    """Whether the client would rather fetch the answer later, and can."""
    preferences: str | None = request.environ.get("HTTP_PREFER")
    return (
        preferences is not None
        and site().jobs is not None
        and request.method == "GET"
        and any(each.value == _PREFERENCE for each in quality.parse(preferences))
    )


def is_running() -> bool:
    """Whether this request is one of a job."""
    return _TELL in request.environ


def limits() -> Limits | None:
    """Return how large this answer may be, which later may be more than now; None for any size."""
    found = site().limits
    if found is None or not (is_running() or is_asked_for()):
        return found
    return replace(found, bytes_directly=0)


def watched(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Return the pieces of an answer; where a job makes it, its progress is told."""
    return _watched(pieces, request.environ[_TELL]) if is_running() else pieces


def accepted(estimate: Estimate, dialect: Dialect) -> Response:
    """Return the answer that says where to fetch the one that was asked for.

    Raises:
        Unavailable: if too many are to be made already.
    """
    # Flask's own, since ready answers, which stand before it, are not for files
    application = current_app._get_current_object()  # type: ignore[attr-defined]
    environ = {name: value for name, value in request.environ.items() if name in _ASKED}
    order = Order(
        question=request.full_path.rstrip("?"),
        reader=reader(),
        estimate=asdict(estimate),
        make=lambda tell: _made(application, {**environ, _TELL: tell}),
        refuse=lambda error: _refused(application, environ, error, dialect),
    )
    standing = _jobs().accept(order)
    response = _told(standing, status=202)
    response.headers["Location"] = _url(standing.job.id)
    response.headers["Preference-Applied"] = _PREFERENCE
    return response


@blueprint.get("/<id_>")
def status(id_: str) -> Response:
    """Tell where a job stands."""
    standing = _found(id_)
    return _missing(id_) if standing is None else _told(standing)


@blueprint.delete("/<id_>")
def remove(id_: str) -> Response:
    """Stop a job where it runs, and remove it with its result."""
    if _found(id_) is None:
        return _missing(id_)
    _jobs().store.remove(id_)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


@blueprint.get("/<id_>/result")
def result(id_: str) -> Response:
    """Send the answer that a job has made, or a part of it."""
    standing = _found(id_)
    if standing is None:
        return _missing(id_)
    outcome = standing.outcome
    if outcome is None:
        error = NoResults(f"The answer is not there: the job is {standing.state}. See {_url(id_)}.")
        return problem(error, V2, status=404)
    headers = dict(outcome.headers)
    etag = headers.get("ETag", "")
    if standing.state is State.DONE and etag:
        ranges.require_match(etag)
        if negotiate.not_modified(request.headers.get("If-None-Match"), None, etag, None):
            return Response(status=304, headers={"ETag": etag})
    part = ranges.asked_part(etag, outcome.bytes) if etag and outcome.bytes else None
    pieces = _read(id_, *(part or (0, outcome.bytes)))
    try:
        first = next(pieces, b"")
    except FileNotFoundError:  # somebody has removed it meanwhile
        return _missing(id_)
    response = _part_of(chain([first], pieces), part, outcome)
    del response.headers["Content-Type"]
    response.headers.update(headers)
    return response


def _part_of(pieces: Iterable[bytes], part: tuple[int, int] | None, outcome: Outcome) -> Response:
    if part is not None:
        return ranges.partial(pieces, part, outcome.bytes)
    response = Response(pieces, status=outcome.status)
    if outcome.bytes:
        response.headers["Content-Length"] = str(outcome.bytes)
    return response


def _jobs() -> Jobs:
    found = site().jobs
    if found is None:
        raise NoResults("This service makes no answers as files.")
    return found


def _found(id_: str) -> Standing | None:
    """Return where a job stands; None where there is none.

    Raises:
        Unauthenticated: if it was asked for with a token, and none came now.
        Forbidden: if another one came.
    """
    standing = None if site().jobs is None else _jobs().store.find(id_)
    owner = "" if standing is None else standing.job.reader
    if not owner:
        return standing
    asking = reader()
    if not asking:
        raise Unauthenticated("This answer was asked for with a token; send the same one.")
    if asking != owner:
        raise Forbidden("This answer was asked for with another token; it is for its holder.")
    return standing


def _missing(id_: str) -> Response:
    told = f"There is no job {id_!r} here, or no longer: ask the question again."
    return problem(NoResults(told), V2, status=404)


def _told(standing: Standing, status: int = 200) -> Response:
    body = msgspec.json.encode(_description(standing))
    response = Response(body, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if not standing.is_finished:
        response.headers["Retry-After"] = _AGAIN
    return response


def _description(standing: Standing) -> dict[str, Any]:
    job, outcome, here = standing.job, standing.outcome, _url(standing.job.id)
    told: dict[str, Any] = {
        "id": job.id,
        "state": standing.state,
        "percent": _percent(standing),
        "question": job.question,
        "created": job.created,
        "started": standing.started,
        "finished": outcome and outcome.finished,
        "estimate": job.estimate,
        "bytes": outcome and outcome.bytes,
        "links": {"self": here},
    }
    if standing.state is State.DONE:
        told["links"]["result"] = f"{here}/result"
    if standing.state is State.FAILED:
        told["error"] = _error(standing)
    return told


def _percent(standing: Standing) -> int:
    if standing.state is State.DONE:
        return 100
    expected = max(standing.job.estimate["bytes"], 1)
    return min(99, 100 * standing.progress // expected)


def _error(standing: Standing) -> Mapping[str, Any]:
    """Return the error message that is the answer, in the format that was asked for."""
    if standing.outcome is None:
        detail = "The server ended before the answer was made, or failed; ask the question again."
        return {"status": 500, "document": detail}
    try:
        with _jobs().store.result(standing.job.id) as file:
            document = file.read().decode("utf-8", "replace")
    except FileNotFoundError:  # somebody has removed it meanwhile
        document = ""
    return {"status": standing.outcome.status, "document": document}


def _url(id_: str) -> str:
    root = site().public_url or request.url_root
    return f"{root.rstrip('/')}{blueprint.url_prefix}/{id_}"


def _made(application: Flask, environ: WSGIEnvironment) -> Made:
    """Ask the application itself."""
    told: list[tuple[int, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[..., Any]:
        told.append((int(status.partition(" ")[0]), headers))
        return lambda _: None

    body = Flask.wsgi_app(application, {**environ, "wsgi.input": io.BytesIO()}, start)
    status, headers = told[-1]
    return Made(status, [each for each in headers if each[0] != "Content-Length"], _pieces(body))


def _refused(
    application: Flask, environ: WSGIEnvironment, error: SdmxError, dialect: Dialect
) -> Made:
    with application.request_context({**environ, "wsgi.input": io.BytesIO()}):
        response = problem(error, dialect)
    return Made(response.status_code, list(response.headers), _pieces([response.get_data()]))


def _pieces(body: Iterable[bytes]) -> Generator[bytes]:
    try:
        yield from body
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def _watched(pieces: Iterable[bytes], tell: Callable[[int], None]) -> Iterator[bytes]:
    length = 0
    for piece in pieces:
        length += len(piece)
        tell(length)
        yield piece


def _read(id_: str, start: int, stop: int) -> Iterator[bytes]:
    with _jobs().store.result(id_) as file:
        file.seek(start)
        while start < stop and (piece := file.read(min(_PIECE, stop - start))):
            start += len(piece)
            yield piece
