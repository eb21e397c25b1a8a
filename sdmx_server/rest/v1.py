"""Routes of SDMX-REST 1.5.

Source: SDMX-REST 1.5, section 4.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from sdmx_server.errors import QuerySyntaxError, SdmxError
from sdmx_server.grammar import v1 as grammar
from sdmx_server.rest import views
from sdmx_server.rest.dialects import V1
from sdmx_server.rest.problems import problem
from sdmx_server.rest.urls import raw_path, raw_query

blueprint = Blueprint("sdmx_rest_v1", __name__, url_prefix="/sdmx/v1")

_VIEWS: dict[str, Callable[[str, str], Response]] = {
    "data": lambda path, query: views.data(grammar.parse_data(path, query), V1),
    "availableconstraint": lambda path, query: views.availability(
        grammar.parse_availability(path, query), V1
    ),
    "metadata": lambda path, query: views.metadata(grammar.parse_metadata(path, query), V1),
    "schema": lambda path, query: views.schema(grammar.parse_schema(path, query), V1),
}


@blueprint.get("")
@blueprint.get("/")
@blueprint.get("/<resource>")
@blueprint.get("/<resource>/<tail:path>")
def answer(resource: str = "", path: str = "") -> Response:
    """Answer a query of whatever resource."""
    if resource in _VIEWS:
        return _VIEWS[resource](raw_path(path), raw_query())
    if resource not in grammar.RESOURCES:
        error = QuerySyntaxError(
            f"{resource!r} is no resource of SDMX-REST 1.5; "
            f"one of {', '.join(grammar.RESOURCES)} is."
        )
        return problem(error, V1, status=None if resource else 404)
    return views.structure(grammar.parse_structure(resource, raw_path(path), raw_query()), V1)


@blueprint.errorhandler(SdmxError)
def tell(error: SdmxError) -> Response:
    """Tell the client what was wrong."""
    return problem(error, V1)
