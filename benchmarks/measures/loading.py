"""Loads: the whole cube beside DuckDB importing it, and 1,000 observations beside the whole."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from benchmarks import cube as cubes
from benchmarks.cube import CUBE
from benchmarks.figure import Figure, Target
from benchmarks.processes import Cost
from benchmarks.server import sdmx_server
from benchmarks.stage import Stage

_DELTA = 1_000
_RATE = 31_000.0  # observations a second


def measure(stage: Stage) -> Sequence[Figure]:
    """Tell what the loads took, and load changes."""
    whole = stage.loads
    changes = [_changed(stage, seed) for seed in range(stage.plan.repeats)]
    imported = "DuckDB importing"
    rates = [stage.observations / cost.seconds for cost in whole]
    loaded = f"load of {stage.observations:,} observations"
    delta = f"load of {_DELTA:,} observations into them"
    return [
        _figure(loaded, whole, imported, stage.imports.seconds, 4),
        Figure(loaded, "/s", rates, f"{_RATE:,.0f}/s", [_RATE], Target(1, at_least=True)),
        _figure(delta, changes, "the whole load", [cost.seconds for cost in whole], 0.03),
    ]


def _changed(stage: Stage, seed: int) -> Cost:
    """Load new values for observations of series that lie scattered over the cube."""
    file = stage.folder / f"delta{seed}.csv"
    cubes.write_csv([cubes.revision(stage.cube, _DELTA, stage.plan.seed + seed + 1)], CUBE, file)
    return sdmx_server(stage.home, "load", str(file))


def _figure(
    name: str, costs: Sequence[Cost], reference: str, seconds: Sequence[float], most: float
) -> Figure:
    values = [cost.seconds for cost in costs]
    cpu, peak = fmean(cost.cpu for cost in costs), max(cost.peak for cost in costs)
    return Figure(name, "s", values, reference, seconds, Target(most), cpu, peak)
