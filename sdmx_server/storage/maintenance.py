"""Whether the service is closed for maintenance, for all processes on one database.

Closing and opening it raises a revision, so that what was answered before counts no more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from sdmx_server.storage.database import (
    insert_missing,
    lock_revision,
    raise_revision,
    reading,
    writing,
)
from sdmx_server.storage.tables import SERVICE, maintenance

_ROW = 1


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The service is closed.

    Attributes:
        message: what clients are told.
        retry_after: when they should ask again, in seconds.
        since: when it was closed, UTC.
    """

    message: str
    retry_after: int
    since: datetime


class MaintenanceStore:
    """Keeps whether the service is closed in a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def close(self, state: Maintenance) -> None:
        """Close the service, or change what is told where it is closed already."""
        with writing(self._engine) as connection:
            lock_revision(connection, SERVICE)
            connection.execute(maintenance.delete())
            insert_missing(connection, maintenance, [{"row": _ROW, **asdict(state)}])
            raise_revision(connection, SERVICE, state.since)

    def open(self) -> bool:
        """Open the service again; return whether it was closed."""
        with writing(self._engine) as connection:
            lock_revision(connection, SERVICE)
            was_closed = connection.execute(maintenance.delete()).rowcount > 0
            if was_closed:
                raise_revision(connection, SERVICE, datetime.now(UTC))
        return was_closed

    def state(self) -> Maintenance | None:
        """Return how the service is closed; None where it is open."""
        columns = maintenance.c
        statement = sa.select(columns.message, columns.retry_after, columns.since)
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return Maintenance(*row) if row else None
