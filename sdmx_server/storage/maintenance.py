"""Whether the service is closed for maintenance, for all processes on one database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from sdmx_server.storage.database import insert_missing, reading, writing
from sdmx_server.storage.tables import maintenance

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
            connection.execute(maintenance.delete())
            insert_missing(connection, maintenance, [{"row": _ROW, **asdict(state)}])

    def open(self) -> bool:
        """Open the service again; return whether it was closed."""
        with writing(self._engine) as connection:
            return connection.execute(maintenance.delete()).rowcount > 0

    def state(self) -> Maintenance | None:
        """Return how the service is closed; None where it is open."""
        columns = maintenance.c
        statement = sa.select(columns.message, columns.retry_after, columns.since)
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return Maintenance(*row) if row else None
