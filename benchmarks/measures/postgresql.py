"""The same on PostgreSQL, beside SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.cube import AGES, INDICATORS
from benchmarks.figure import Figure, Target
from benchmarks.home import Home, postgresql
from benchmarks.measures.loading import beside, changed
from benchmarks.measures.requests import CONNECTIONS, series_rate
from benchmarks.measures.whole import WHOLE
from benchmarks.sample import by_time, in_turn
from benchmarks.server import Server, serving
from benchmarks.stage import AVAILABILITY, CSV, DATA, XML, Stage, load_cube, load_others

_MOST = 2.0
_SQLITE = "SQLite"
_ASKED = {
    "whole cube as ML 3.1": (WHOLE, XML),
    "1 % slice as CSV": (f"{DATA}/*.*.{INDICATORS[0]}.*.{AGES[0]}", CSV),
    "availability of everything": (f"{AVAILABILITY}/*", "*/*"),
}


def measure(stage: Stage) -> Sequence[Figure]:
    """Load the cube into PostgreSQL, where the plan has a database, and ask both in turn."""
    if not stage.plan.database:
        return ()
    with postgresql(stage.folder / "postgresql", stage.plan.database) as home:
        load = load_cube(home, stage.folder)
        load_others(home, stage.folder)
        whole = [cost.seconds for cost in stage.loads]
        loaded = beside(_SQLITE, whole, _named("load of the whole cube"), [load], most=_MOST)
        with serving(home, stage.plan.workers) as server:
            asked = [_asked(stage, server, what) for what in _ASKED]
            rate = _rate(stage, server)
        return [loaded, *asked, rate, _delta(stage, home)]


def _asked(stage: Stage, server: Server, what: str) -> Figure:
    target, media_type = _ASKED[what]
    probes = [each.probe(target, accept=media_type) for each in (server, stage.server)]
    ours, theirs = in_turn(probes, stage.plan.repeats)
    return by_time(_named(what), ours, _SQLITE, theirs, _MOST)


def _rate(stage: Stage, server: Server) -> Figure:
    ours, theirs = (
        [series_rate(each, stage) for _ in range(stage.plan.repeats)]
        for each in (server, stage.server)
    )
    name = _named(f"one series as CSV 2.1, each another, {CONNECTIONS} connections")
    return Figure(name, "/s", ours, _SQLITE, theirs, Target(1 / _MOST, at_least=True))


def _delta(stage: Stage, home: Home) -> Figure:
    where = "scattered over all"
    repeats = range(stage.plan.repeats, 2 * stage.plan.repeats)
    ours, theirs = (
        [changed(stage, each, where, seed) for seed in repeats] for each in (home, stage.home)
    )
    name = _named(f"load of 1,000 observations, {where}")
    return beside(_SQLITE, [cost.seconds for cost in theirs], name, ours, most=_MOST)


def _named(what: str) -> str:
    return f"PostgreSQL: {what}"
