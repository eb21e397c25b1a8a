"""What the routes know of the server that they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app, request

from sdmx_server.exchange.access import Access
from sdmx_server.exchange.estimate import Limits
from sdmx_server.exchange.jobs import Jobs
from sdmx_server.exchange.present import Present
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.tokens import Tokens
from sdmx_server.storage.cache import Cache

EXTENSION = "sdmx-server"
MOMENT = "sdmx_server.moment"
"""Where in the WSGI environment of a request what holds at its moment stands."""
_STORES = "sdmx_server.stores"


@dataclass(frozen=True, slots=True)
class Site:
    """The server as its routes see it.

    Attributes:
        stores: where structures and observations are.
        tokens: recognises who asks.
        access: who may read which data.
        history: whether history, earlier states and changes are shown.
        public_url: where clients find it, if not where they ask.
        sender: id of the organisation that sends the messages.
        sender_names: its names by language.
        languages: languages of the content, the default first.
        max_url: the longest URL that is read, in characters.
        limits: how large an answer may be; None for any size.
        jobs: makes answers as files; None where it makes none.
        lengths: of answers that were made, in bytes by their tag.
    """

    stores: Stores
    tokens: Tokens
    access: Access = Access()
    history: bool = True
    public_url: str = ""
    sender: str = "ID_KOTASERANG"
    sender_names: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("id", "en")
    max_url: int = 16_384
    limits: Limits | None = None
    jobs: Jobs | None = None
    lengths: Cache[str, int] = field(default_factory=lambda: Cache(2_000_000))


def stores_now() -> Stores:
    """Return the stores as they stand at the moment of this request, from its beginning to its end.

    Raises:
        Unavailable: if the database cannot be reached.
    """
    environ = request.environ
    found: Stores | None = environ.get(_STORES)
    if found is None:
        held = site().stores
        moment: Present = environ.get(MOMENT) or held.present()
        found = held.at(moment)
        environ[MOMENT], environ[_STORES] = moment, found
    return found


def site() -> Site:
    """Return the server that answers this request."""
    found: Site = current_app.extensions[EXTENSION]
    return found
