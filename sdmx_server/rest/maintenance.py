"""No answers while the service is closed for maintenance."""

from __future__ import annotations

from flask import request

from sdmx_server.errors import Unavailable
from sdmx_server.site import stores_now

_SDMX = "/sdmx/"


def require_open() -> None:
    """Let a request for an SDMX resource pass.

    Raises:
        Unavailable: if the service is closed.
    """
    if not request.path.startswith(_SDMX) or request.method == "OPTIONS":
        return
    closed = stores_now().present().closed
    if closed is not None:
        raise Unavailable(closed.message, retry_after=closed.retry_after)
