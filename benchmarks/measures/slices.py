"""Parts of the cube as CSV, beside DuckDB fetching the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks.cube import AGES, INDICATORS
from benchmarks.figure import Figure
from benchmarks.sample import Probe, by_time, in_turn
from benchmarks.stage import CSV, DATA, Stage

_SLICE = f"INDICATOR = '{INDICATORS[0]}' AND AGE = '{AGES[0]}'"
_YEARS = "TIME_PERIOD BETWEEN '2021-01' AND '2022-12'"


def measure(stage: Stage) -> Sequence[Figure]:
    """Ask for parts that lie scattered over the whole cube, in other words each time."""
    duck = stage.duck
    parts: Mapping[str, tuple[str, Callable[[], int]]] = {
        "1 % slice": (f"/*.*.{INDICATORS[0]}.*.{AGES[0]}", lambda: duck.rows(_SLICE)),
        "last observation of each series": ("/*?lastNObservations=1", duck.last),
        "1 % that was updated since": (
            f"/*?updatedAfter={stage.revised_after}",
            lambda: duck.rows("revised"),
        ),
        "two years of five": ("/*?c[TIME_PERIOD]=ge:2021-01+le:2022-12", lambda: duck.rows(_YEARS)),
    }
    return [
        _part(stage, f"{name} as CSV", f"{DATA}{tail}", fetch)
        for name, (tail, fetch) in parts.items()
    ]


def _part(stage: Stage, name: str, target: str, fetch: Callable[[], int]) -> Figure:
    stage.check_rows(target, fetch())
    probes = [stage.server.probe(target, accept=CSV), Probe(fetch)]
    ours, theirs = in_turn(probes, stage.plan.repeats)
    return by_time(name, ours, "DuckDB fetching", theirs, 0.5)
