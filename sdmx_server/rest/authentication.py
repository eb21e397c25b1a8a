"""Who asks, and what they may read: the Authorization header, and what depends on it.

Source: RFC 6750 (bearer tokens); RFC 9110, section 11 (authentication); RFC 9111, section 3.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, g, request

from sdmx_server.exchange.access import is_open, withheld
from sdmx_server.site import site
from sdmx_server.storage.tokens import Role, Token

_DEPENDS = "depends_on_reader"


@dataclass(frozen=True, slots=True)
class Permit:
    """What a client may not read.

    Attributes:
        withheld: dataflows as ``AGENCY:ID``, asked for or not.
        audience: what tells the answers apart that clients get to the same question; empty
            where all get the same.
    """

    withheld: frozenset[str]
    audience: str


def permit_of(find: Callable[[], frozenset[str]]) -> Permit:
    """Find out what the client may not read; the answer is marked where that differs.

    Args:
        find: finds the dataflows that the query is about; asked only where it matters.

    Raises:
        Unauthenticated: if a token is needed and missing, or the one that was sent is wrong.
        Forbidden: if the token does not allow it.
        TooManyAttempts: if the client has sent too many wrong tokens.
    """
    here = site()
    asked = find() if here.access.restricted else frozenset()
    g.setdefault(_DEPENDS, not is_open(here.access, asked))
    hidden = withheld(here.access, asked, _role())
    return Permit(hidden, ",".join(sorted(hidden & asked)))


def mark(response: Response) -> Response:
    """Keep an answer that is not for everyone out of caches that serve several."""
    if g.get(_DEPENDS) or response.status_code == 401:
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.add("Authorization")
    return response


def challenge() -> str:
    """Return how a client is asked to say who it is."""
    realm = f'Bearer realm="{site().sender}"'
    return realm if _token() is None else f'{realm}, error="invalid_token"'


def reader() -> str:
    """Return the id of the token that the client sent; empty for none.

    Raises:
        Unauthenticated: if it is wrong.
        TooManyAttempts: if the client has sent too many wrong ones.
    """
    token = _holder()
    return "" if token is None else token.id


def _role() -> Role | None:
    """Return what the client is; None for a stranger."""
    token = _holder()
    return None if token is None else token.role


def _holder() -> Token | None:
    """Return the token of the client; None for a stranger, who may have sent what is no token."""
    text = _token()
    if text is None:
        return None
    return site().tokens.holder(text, request.remote_addr or "", datetime.now(UTC))


def _token() -> str | None:
    scheme, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
