"""The self-check: every row of the conformance table, asked of servers that hold the fixtures.

Each house is served by a process of its own from a temporary database, so what the office has
published is neither looked at nor touched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path

from sdmx_server.conformance.check import Outcome
from sdmx_server.conformance.furnishing import command, publish_later, serving
from sdmx_server.conformance.houses import House, houses
from sdmx_server.conformance.rows import run
from sdmx_server.conformance.rows.row import AREAS, Row, rows
from sdmx_server.conformance.run import Run
from sdmx_server.conformance.session import Session

WHERE = "this server"
_UNBOUNDED = 1e9  # requests a second, and seconds: the servers are our own


@dataclass(frozen=True, slots=True)
class Occupied:
    """A house that is served, and can be changed meanwhile.

    Attributes:
        address: below which both versions of SDMX-REST are.
        house: what it holds.
        home: the folder of its database.
    """

    address: str
    house: House
    home: Path

    def load(self, file: str) -> None:
        """Publish a file that the house keeps back."""
        publish_later(self.house, file, self.home)

    def run(self, words: Sequence[str]) -> str:
        """Run a command of the server; return what it prints."""
        return command(self.house, words, self.home)


@contextmanager
def occupied(name: str) -> Iterator[Occupied]:
    """Serve a house from a temporary database.

    Raises:
        KeyError: if there is no such house.
        Unfurnished: if it cannot be filled or served.
    """
    house = houses()[name]
    with tempfile.TemporaryDirectory(prefix="sdmx-house-") as folder:
        home = Path(folder)
        with serving(house, home) as address:
            yield Occupied(f"{address}/sdmx", house, home)


def ask(row: Row, house: Occupied) -> Outcome:
    """Ask a row of its house."""
    with Session(f"{house.address}/{row.api}", _UNBOUNDED, _UNBOUNDED) as session:
        return run.ask(row, session, house)


def check_self(chosen: Sequence[Row], done: Callable[[Outcome], None] = lambda _: None) -> Run:
    """Ask rows, house by house.

    Args:
        chosen: the rows.
        done: told of each outcome as it comes.

    Raises:
        Unfurnished: if a house cannot be filled or served.
    """
    outcomes: dict[str, Outcome] = {}
    by_house = groupby(sorted(chosen, key=lambda row: row.house), key=lambda row: row.house)
    for name, members in by_house:
        with occupied(name) as house:
            for row in members:
                outcomes[row.id] = ask(row, house)
                done(outcomes[row.id])
    return Run(WHERE, (), tuple(outcomes[row.id] for row in chosen))


def selected(only: Collection[str] = ()) -> Sequence[Row]:
    """Return the rows whose id or area fits one of some patterns."""
    return [
        row
        for row in rows()
        if not only or any(fnmatchcase(name, pattern) for name in _names(row) for pattern in only)
    ]


def _names(row: Row) -> tuple[str, ...]:
    return row.id, f"row_{row.number}", AREAS[row.entry.section]
