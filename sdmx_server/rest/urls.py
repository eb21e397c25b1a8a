"""URLs as they arrived.

A grammar decodes percent signs itself, once: to it ``%252C`` is a comma that separates
nothing. WSGI servers hand over the path decoded already, so that is undone here.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import request
from werkzeug.routing import PathConverter

_PLAIN = "/!$&'()*+,;=:@~[]|{}<>^`\"\\#?"


class Tail(PathConverter):
    """The rest of a path, whatever is in it: slashes at its ends, two in a row, nothing."""

    regex = ".*?"
    part_isolating = False


def raw_path(path: str) -> str:
    """Return a path that was decoded once with its percent signs as they were."""
    return quote(path, safe=_PLAIN)


def raw_query() -> str:
    """Return the query string as it arrived, plus signs and all."""
    return request.query_string.decode("utf-8", "replace")
