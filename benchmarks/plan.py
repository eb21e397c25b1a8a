"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        observations: about how many the cube has.
        repeats: how often everything is measured.
        loads: how often the cube is loaded.
        seconds: how long each repeat of many requests goes on.
        mixed_seconds: how long the mixed clients ask.
        dataflows: how many the catalogue has.
        written: how many observations the writers of other libraries get.
        workers: processes of the server that answer.
        seed: of everything that is drawn.
        growth: about how many observations a smaller cube has, beside which growth is told;
            0 for none.
        database: URL of a PostgreSQL database, measured beside SQLite; empty for none.
    """

    observations: int = 1_000_000
    repeats: int = 5
    loads: int = 2
    seconds: float = 3.0
    mixed_seconds: float = 20.0
    dataflows: int = 1_000
    written: int = 100_000
    workers: int = 1
    seed: int = 1
    growth: int = 0
    database: str = ""


QUICK = Plan(observations=50_000, repeats=1, loads=1, seconds=1.0, mixed_seconds=3.0, written=5_000)
