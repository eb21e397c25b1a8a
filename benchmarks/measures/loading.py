"""Loads: the whole cube beside DuckDB importing it, and 1,000 observations beside the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean

from benchmarks import cube as cubes
from benchmarks.cube import CUBE, Cube, Numbers
from benchmarks.figure import Figure, Profile, Target
from benchmarks.home import Home
from benchmarks.processes import Cost
from benchmarks.server import profile_of_command, sdmx_server
from benchmarks.stage import CSV_FILE, Stage, load_structures

_DELTA = 1_000
_RATE = 31_000.0  # observations a second
_PLACES: Mapping[str, Callable[[Cube, int, int], Numbers]] = {
    "of series that follow one another": cubes.consecutive,
    "scattered over all": cubes.scattered,
}


def measure(stage: Stage) -> Sequence[Figure]:
    """Tell what the loads took, and load changes."""
    name = f"load of {stage.observations:,} observations"
    rates = [stage.observations / cost.seconds for cost in stage.loads]
    imports = stage.imports.seconds
    profile = partial(_profile, stage)
    loaded = beside("DuckDB importing", imports, name, stage.loads, most=4, profile=profile)
    rate = Figure(name, "/s", rates, f"{_RATE:,.0f}/s", [_RATE], Target(10, at_least=True))
    return [loaded, rate, *(_delta(stage, where) for where in _PLACES)]


def changed(stage: Stage, home: Home, where: str, seed: int) -> Cost:
    """Load new values for observations in a home."""
    return sdmx_server(home, "load", str(_change(stage, where, seed)))


def beside(
    reference: str,
    seconds: Sequence[float],
    name: str,
    costs: Sequence[Cost],
    *,
    most: float,
    profile: Profile | None = None,
) -> Figure:
    """Return a figure that compares the seconds of commands with those of a reference."""
    values = [cost.seconds for cost in costs]
    cpu, peak = fmean(cost.cpu for cost in costs), max(cost.peak for cost in costs)
    return Figure(
        name, "s", values, reference, seconds, Target(most), cpu=cpu, peak=peak, profile=profile
    )


def _delta(stage: Stage, where: str) -> Figure:
    costs = [changed(stage, stage.home, where, seed) for seed in range(stage.plan.repeats)]
    whole = [cost.seconds for cost in stage.loads]
    name = f"load of {_DELTA:,} observations into them, {where}"
    profile = partial(_profile_of_delta, stage, where)
    return beside("the whole load", whole, name, costs, most=0.03, profile=profile)


def _change(stage: Stage, where: str, seed: int) -> Path:
    """Write a file with new values for the last period of series."""
    seed += stage.plan.seed + 1
    file = stage.folder / "delta.csv"
    numbers = _PLACES[where](stage.cube, _DELTA, seed)
    cubes.write_csv([cubes.revision(stage.cube, numbers, seed)], CUBE, file)
    return file


def _profile(stage: Stage) -> str:
    home = Home(stage.folder / "profiled")
    load_structures(home, stage.folder)
    return profile_of_command(home, "load", str(stage.folder / CSV_FILE))


def _profile_of_delta(stage: Stage, where: str) -> str:
    file = _change(stage, where, stage.plan.repeats)
    return profile_of_command(stage.home, "load", str(file))
