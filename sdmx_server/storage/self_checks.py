"""What came of the last time that the server was held against the standard."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from sdmx_server.storage.database import insert_missing, reading, writing
from sdmx_server.storage.tables import self_checks

_ROW = 1


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The server was checked.

    Attributes:
        at: when the check ended, UTC.
        version: of the server.
        report: the report in JSON, as ``sdmx-server conformance --format json`` writes it.
    """

    at: datetime
    version: str
    report: str


class SelfCheckStore:
    """Keeps the last self-check in a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, check: SelfCheck) -> None:
        """Keep a self-check in the place of the last one."""
        with writing(self._engine) as connection:
            connection.execute(self_checks.delete())
            insert_missing(connection, self_checks, [{"row": _ROW, **asdict(check)}])

    def last(self) -> SelfCheck | None:
        """Return the last self-check; None before the first."""
        columns = self_checks.c
        statement = sa.select(columns.at, columns.version, columns.report)
        with reading(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return SelfCheck(*row) if row else None
