"""The tokens by which programs and people say who they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from sdmx_server.storage.database import reading, write_if_free, writing
from sdmx_server.storage.tables import tokens

_EVERY = timedelta(minutes=1)


class Role(StrEnum):
    """What the holder of a token is to the service."""

    ADMINISTRATOR = "administrator"
    STEWARD = "steward"
    PRODUCER = "producer"
    REVIEWER = "reviewer"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token; its secret is not.

    Attributes:
        id: the part of it that is no secret.
        name: whose it is, for those who look after tokens.
        role: what its holder is.
        hash: by which its secret is recognised.
        created: when it was made, UTC.
        expires: when it stops to count, UTC; None for never.
        revoked: when it was taken back, UTC; None where it was not.
        last_used: when it was last used, UTC, to the minute; None where it was not.
    """

    id: str
    name: str
    role: Role
    hash: str = field(repr=False)
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None


class TokenStore:
    """Tokens in a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, token: Token) -> None:
        """Keep a new token."""
        with writing(self._engine) as connection:
            connection.execute(tokens.insert(), asdict(token))

    def find(self, id_: str) -> Token | None:
        """Return a token by its id."""
        statement = sa.select(tokens).where(tokens.c.id == id_)
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return _token(row) if row else None

    def all(self) -> list[Token]:
        """Return all tokens, the oldest first."""
        statement = sa.select(tokens).order_by(tokens.c.created, tokens.c.id)
        with reading(self._engine) as connection:
            return [_token(row) for row in connection.execute(statement)]

    def revoke(self, id_: str, at: datetime) -> bool:
        """Take a token back; return whether there is one of this id that was not."""
        statement = tokens.update().where(tokens.c.id == id_, tokens.c.revoked.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(statement.values(revoked=at)).rowcount > 0

    def mark_used(self, token: Token, at: datetime) -> None:
        """Write down that a token is used, at most once a minute and never waiting to."""
        if token.last_used is None or at - token.last_used >= _EVERY:
            statement = tokens.update().where(tokens.c.id == token.id)
            write_if_free(self._engine, statement.values(last_used=at))


def _token(row: sa.Row[tuple[object, ...]]) -> Token:
    token = Token(**row._mapping)
    return replace(token, role=Role(token.role))
