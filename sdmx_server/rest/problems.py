"""Errors told to clients, as SDMX messages in the syntax that they prefer.

Source: SDMX-REST 1.5, section 4.7; SDMX-REST 2.2, doc/status.md; RFC 9457 (problem details).
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from sdmx_server.dataset import Message
from sdmx_server.errors import (
    NoResults,
    RangeNotSatisfiable,
    SdmxError,
    TooLarge,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)
from sdmx_server.formats.error import write_json, write_xml
from sdmx_server.rest.authentication import challenge
from sdmx_server.rest.dialects import Dialect
from sdmx_server.rest.envelope import VARY
from sdmx_server.rest.quality import parse
from sdmx_server.site import site

_PROBLEM = "application/problem+json"


def problem(error: SdmxError, dialect: Dialect, status: int | None = None) -> Response:
    """Return the answer that tells of an error.

    Args:
        error: what went wrong.
        dialect: the version of SDMX-REST that was spoken.
        status: the HTTP status; by default the one that the dialect has for the error.
    """
    status = status or dialect.status_of(error)
    if status == 204:
        response = Response(status=204)
        del response.headers["Content-Type"]
    else:
        response = _message(error, dialect, status)
    if isinstance(error, Unavailable | TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, TooLarge):
        sizes = ", ".join(f"{what}={count}" for what, count in error.estimate.items())
        response.headers["SDMX-Estimate"] = sizes
    if isinstance(error, RangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.length}"
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = challenge()
    response.headers["Vary"] = VARY
    if isinstance(error, NoResults):
        response.headers["Cache-Control"] = "no-cache"
    return response


def _message(error: SdmxError, dialect: Dialect, status: int) -> Response:
    wanted = sorted(parse(request.headers.get("Accept")), key=lambda each: -each.quality)
    if any(each.value == _PROBLEM and each.quality for each in wanted):
        return _details(error, status)
    for preference in wanted:
        version = preference.parameters.get("version", "")
        if "json" in preference.value:
            return _json(error, status, _version(version, dialect.json_versions))
        if "xml" in preference.value:
            return _xml(error, status, _version(version, dialect.xml_versions))
    if dialect.errors_are_json:
        return _json(error, status, dialect.json_versions[0])
    return _xml(error, status, dialect.xml_versions[0])


def _details(error: SdmxError, status: int) -> Response:
    """Tell of an error as RFC 9457 has it, which clients get that name its media type."""
    details: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.detail,
        "code": error.code,
    }
    if isinstance(error, TooLarge):
        details |= {"estimate": error.estimate, "limit": error.limit}
    return Response(msgspec.json.encode(details), status=status, content_type=_PROBLEM)


def _version(asked: str, known: tuple[str, ...]) -> str:
    """Return the version that was asked for, else the first that is known."""
    return next((version for version in known if version.startswith(asked)), known[0])


def _json(error: SdmxError, status: int, version: str) -> Response:
    message = Message(
        id=f"E{secrets.token_hex(8)}", prepared=datetime.now(UTC), sender=site().sender
    )
    body = write_json(error.code, status, error.detail, version, message)
    return Response(body, status=status, content_type="application/json")


def _xml(error: SdmxError, status: int, version: str) -> Response:
    body = write_xml(error.code, {"en": error.detail}, version)
    return Response(body, status=status, content_type="application/xml")
