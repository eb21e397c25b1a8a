"""Routes of SDMX-REST 2.2.

Source: SDMX-REST 2.2, doc/.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from sdmx_server.errors import NoResults, QuerySyntaxError, SdmxError, Unsupported
from sdmx_server.grammar import v2 as grammar
from sdmx_server.rest import views
from sdmx_server.rest.dialects import V2
from sdmx_server.rest.problems import problem
from sdmx_server.rest.urls import raw_path, raw_query
from sdmx_server.site import site

blueprint = Blueprint("sdmx_rest_v2", __name__, url_prefix="/sdmx/v2")


def _schema(path: str, query: str) -> Response:
    try:
        return views.schema(grammar.parse_schema(path, query), V2)
    except NoResults as error:  # one named artefact was asked for: it is missing, not empty
        return problem(error, V2, status=404)


def _registration(path: str, query: str) -> Response:
    asked = grammar.parse_registration(path, query)
    root = site().public_url or request.url_root
    here = f"{root.rstrip('/')}{blueprint.url_prefix}"
    try:
        return views.registration(asked, here)
    except NoResults as error:
        return problem(error, V2, status=404 if asked.by == "id" else None)


_VIEWS: dict[str, Callable[[str, str], Response]] = {
    "data": lambda path, query: views.data(grammar.parse_data(path, query), V2),
    "structure": lambda path, query: views.structure(grammar.parse_structure(path, query), V2),
    "availability": lambda path, query: views.availability(
        grammar.parse_availability(path, query), V2
    ),
    "metadata": lambda path, query: views.metadata(grammar.parse_metadata(path, query), V2),
    "schema": _schema,
    "registration": _registration,
}


_SUBMITTING = ("POST", "PUT", "DELETE")
_SUBMITTED_TO = ("structure", "data", "metadata", "registration", "subscription", "")
"""The resources that the standard lets be changed; the root takes any registry message."""


@blueprint.before_app_request
def refuse_submission() -> Response | None:
    """Say that nothing is taken here; where nothing ever is, a method is not allowed."""
    if request.method not in _SUBMITTING:
        return None
    below, prefix, path = request.path.partition(f"{blueprint.url_prefix}/")
    resource = path.partition("/")[0]
    if below or not prefix or resource not in _SUBMITTED_TO:
        return None
    return problem(
        Unsupported(
            f"{request.method} {request.path} would change this service, which answers queries "
            "alone: send GET."
        ),
        V2,
    )


@blueprint.get("")
@blueprint.get("/")
@blueprint.get("/<resource>")
@blueprint.get("/<resource>/<tail:path>")
def answer(resource: str = "", path: str = "") -> Response:
    """Answer a query of whatever resource."""
    if resource in _VIEWS:
        return _VIEWS[resource](raw_path(path), raw_query())
    if resource not in grammar.RESOURCES:
        allowed = ", ".join(grammar.RESOURCES)
        error = QuerySyntaxError(
            f"{resource!r} is no resource of SDMX-REST 2.2; one of {allowed} is."
        )
        return problem(error, V2, status=404)
    raise Unsupported(f"The resource {resource} is not offered by this service.")


@blueprint.errorhandler(SdmxError)
def tell(error: SdmxError) -> Response:
    """Tell the client what was wrong."""
    return problem(error, V2)
