"""A home of the SDMX server: where its data are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Home:
    """Where the data of a server are.

    Attributes:
        folder: of the embedded database.
        url: of another database; empty for the embedded one.
    """

    folder: Path
    url: str = ""

    @property
    def options(self) -> list[str]:
        """The options of every command that say so."""
        other = ["--database-url", self.url] if self.url else []
        return ["--home", str(self.folder), *other]

    @property
    def log(self) -> Path:
        """The file that gets what the commands print."""
        return self.folder.with_suffix(".log")


@contextmanager
def postgresql(folder: Path, database: str) -> Iterator[Home]:
    """Return a home in a PostgreSQL database, in a schema of its own that is dropped in the end.

    Args:
        folder: for what is not in the database.
        database: its URL.
    """
    plain = database.replace("postgresql+psycopg:", "postgresql:", 1)
    name = f"bench_{uuid4().hex}"
    schema = sql.Identifier(name)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        try:
            options = quote(f"-csearch_path={name}")
            mark = "&" if "?" in database else "?"
            yield Home(folder, f"{database}{mark}options={options}")
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))
