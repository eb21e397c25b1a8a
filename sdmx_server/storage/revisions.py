"""Where all stores of a database stand, read at once: what every request asks first.

The statement goes to the driver directly, on connections of its own: that costs a few
microseconds on SQLite and one round trip on PostgreSQL, many times less than an ordinary read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sdmx_server.storage.database import NEVER, Revision, unavailable
from sdmx_server.storage.tables import SERVICE, STORES

_STATEMENT = "SELECT store, number, changed FROM revisions"

Row = tuple[str, int, Any]


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where the stores stand.

    Attributes:
        structures: how often structures were published, and when last.
        observations: how often observations were published, and when last.
        service: how often the service was closed or opened, and when last.
    """

    structures: Revision = NEVER
    observations: Revision = NEVER
    service: Revision = NEVER


class RevisionReader:
    """Reads where the stores of a database stand; shared by threads.

    Its connections are kept, as many as there were readers at one time, until the engine is
    disposed of. One that has died is replaced.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._idle: deque[Any] = deque()
        self._last: tuple[list[Row], Revisions] = ([], Revisions())
        sa.event.listen(engine, "engine_disposed", self._close)

    def read(self) -> Revisions:
        """Return where the stores stand now: the same value until one of them is changed.

        Raises:
            Unavailable: if the database cannot be reached, or is none.
        """
        rows = self._rows()
        held, found = self._last
        if rows != held:
            found = _revisions_of(rows)
            self._last = rows, found
        return found

    def _rows(self) -> list[Row]:
        driver_error = self._engine.dialect.loaded_dbapi.Error
        try:
            try:
                return self._rows_on(self._idle.popleft())
            except (IndexError, driver_error):  # none is at hand, or it has died
                return self._rows_on(self._connected())
        except (driver_error, sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            raise unavailable(error) from error

    def _rows_on(self, connection: Any) -> list[Row]:
        try:
            rows: list[Row] = connection.execute(_STATEMENT).fetchall()
        except self._engine.dialect.loaded_dbapi.Error:
            connection.close()
            raise
        self._idle.append(connection)
        return rows

    def _connected(self) -> Any:
        pooled = self._engine.raw_connection()
        driver: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name == "postgresql":
            driver.autocommit = True
        return driver

    def _close(self, _engine: sa.Engine) -> None:
        while self._idle:
            self._idle.popleft().close()


def _revisions_of(rows: Sequence[Row]) -> Revisions:
    held = {store: Revision(number, _instant(changed)) for store, number, changed in rows}
    return Revisions(*(held.get(store, NEVER) for store in (*STORES, SERVICE)))


def _instant(changed: str | datetime) -> datetime:
    """Return an instant as drivers give it: as text without zone on SQLite."""
    found = datetime.fromisoformat(changed) if isinstance(changed, str) else changed
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
