"""Whether the server lives, and whether it can answer.

For load balancers and monitors; no part of SDMX.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from sdmx_server.errors import Unavailable
from sdmx_server.site import stores_now

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """Say that the process answers."""
    return jsonify(status="live")


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """Say whether the database answers and holds something to serve."""
    try:
        present = stores_now().present()
    except Unavailable:
        return jsonify(status="database unavailable"), 503
    if present.closed is not None:
        return jsonify(status="closed for maintenance"), 503
    if present.revisions.structures.number == 0:
        return jsonify(status="nothing published yet"), 503
    return jsonify(status="ready"), 200
