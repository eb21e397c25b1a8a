"""Put the server together."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from sdmx_server.errors import QuerySyntaxError, SdmxError
from sdmx_server.exchange.access import Access
from sdmx_server.exchange.estimate import Limits
from sdmx_server.exchange.jobs import Jobs
from sdmx_server.exchange.stores import Stores, open_stores
from sdmx_server.exchange.tokens import Tokens
from sdmx_server.rest import authentication, health, jobs, maintenance, v1, v2
from sdmx_server.rest.dialects import V1, V2, Dialect
from sdmx_server.rest.problems import problem
from sdmx_server.rest.ready import ReadyAnswers
from sdmx_server.rest.urls import Tail
from sdmx_server.settings import Settings, load_settings
from sdmx_server.site import EXTENSION, Site
from sdmx_server.storage.jobs import JobStore
from sdmx_server.web import conformance, home

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Language, Content-Encoding, Content-Range, "
        "ETag, Last-Modified, Link, Location, Preference-Applied, Retry-After, SDMX-Estimate, "
        "WWW-Authenticate"
    ),
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept, Accept-Encoding, Accept-Language, Authorization, Content-Type, "
        "If-Match, If-Modified-Since, If-None-Match, If-Range, Prefer, Range"
    ),
    "Access-Control-Max-Age": "86400",
}
_log = logging.getLogger("sdmx_server")


def create_app(settings: Settings, stores: Stores | None = None) -> Flask:
    """Build the WSGI application.

    Args:
        settings: how it is set.
        stores: the stores; by default those of the database in the settings.
    """
    app = _Server("sdmx_server", static_folder=None)
    app.url_map.converters["tail"] = Tail
    app.url_map.merge_slashes = False
    stores = stores or open_stores(settings.database)
    app.extensions[EXTENSION] = Site(
        stores=stores,
        tokens=Tokens(stores.tokens),
        access=Access(settings.anonymous_read, frozenset(settings.restricted)),
        history=settings.history,
        public_url=settings.public_url,
        sender=settings.sender,
        languages=settings.languages,
        max_url=settings.max_url,
        limits=_limits(settings),
        jobs=_jobs(settings),
    )
    app.before_request(_check_url(settings.max_url))
    app.before_request(maintenance.require_open)
    for blueprint in (
        v1.blueprint,
        v2.blueprint,
        health.blueprint,
        home.blueprint,
        conformance.blueprint,
        jobs.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.after_request(_add_headers)
    app.after_request(authentication.mark)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SdmxError, lambda error: problem(error, _dialect()))
    app.register_error_handler(Exception, _unexpected)
    app.wsgi_app = ReadyAnswers(app.wsgi_app, stores.present)  # type: ignore[method-assign]
    return app


def _jobs(settings: Settings) -> Jobs | None:
    lifetime = timedelta(hours=settings.jobs_hours)
    store = JobStore(settings.jobs, lifetime, settings.jobs_bytes)
    return Jobs(store, settings.max_jobs) if settings.max_jobs else None


class _Server(Flask):
    """Flask, which need not look whether a view is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def _limits(settings: Settings) -> Limits | None:
    directly = settings.async_above if settings.max_jobs else 0
    limits = Limits(settings.max_observations, settings.max_bytes, directly)
    return None if limits == Limits() else limits


def from_environment() -> Flask:
    """Build the WSGI application that the environment describes."""
    return create_app(load_settings({}, os.environ))


def _check_url(longest: int) -> Callable[[], Response | None]:
    def check() -> Response | None:
        length = len(request.path) + len(request.query_string)
        if length <= longest:
            return None
        error = QuerySyntaxError(f"The URL has {length} characters; at most {longest} are read.")
        return problem(error, _dialect(), status=414)

    return check


def _add_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)  # an answer made as a file has them already
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
    return response


def _dialect() -> Dialect:
    return V1 if request.path.startswith(v1.blueprint.url_prefix or "") else V2


def _http_error(error: HTTPException) -> Response:
    """Tell of what Flask finds wrong by itself: an unknown path, a method not allowed."""
    told = QuerySyntaxError(f"{request.method} {request.path}: {error.description}")
    response = problem(told, _dialect(), status=error.code)
    if error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _unexpected(error: Exception) -> Response:
    """Tell that something failed here, without a word of what; the log has it."""
    _log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return problem(SdmxError("The server failed to answer; its log says why."), _dialect())
