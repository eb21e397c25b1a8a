"""Growth: what an observation costs in a large cube, beside what it costs in a smaller one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from benchmarks.client import fetch
from benchmarks.cube import AGES, INDICATORS
from benchmarks.figure import Figure, Target
from benchmarks.measures.whole import WHOLE, first_byte
from benchmarks.processes import Cost
from benchmarks.sample import by_cpu, in_turn, of_a_million
from benchmarks.server import sdmx_server
from benchmarks.stage import CSV, DATA, JSON, ROW, XML, Stage, staged

_MOST = 1.3
_NOISE = 0.01  # CPU seconds by which one start differs from the next
_SLICE = f"{DATA}/*.*.{INDICATORS[0]}.*.{AGES[0]}"
_ASKED: Mapping[str, tuple[str, str]] = {
    "whole cube as ML 3.1": (WHOLE, XML),
    "whole cube as JSON 2.1": (WHOLE, JSON),
    "whole cube as CSV 2.1": (WHOLE, CSV),
    "1 % slice as CSV 2.1": (_SLICE, CSV),
}


def measure(stage: Stage) -> Sequence[Figure]:
    """Stage the smaller cube as well, where the plan has one, and ask both in turn."""
    if not stage.plan.growth:
        return ()
    folder = stage.folder / "smaller"
    folder.mkdir()
    with staged(replace(stage.plan, observations=stage.plan.growth), folder) as smaller:
        asked = [_asked(stage, smaller, what) for what in _ASKED]
        return [*asked, _first_byte(stage, smaller), _loaded(stage, smaller)]


def _asked(stage: Stage, smaller: Stage, what: str) -> Figure:
    """Compare the CPU seconds of a million observations of an answer."""
    target, media_type = _ASKED[what]
    probes = [each.server.probe(target, accept=media_type) for each in (stage, smaller)]
    ours, theirs = (
        of_a_million(samples, _count(each, target))
        for samples, each in zip(in_turn(probes, stage.plan.repeats), (stage, smaller), strict=True)
    )
    return by_cpu(_name(stage, f"{what}, a million of them"), ours, _small(smaller), theirs, _MOST)


def _first_byte(stage: Stage, smaller: Stage) -> Figure:
    values, reference_values = (
        [first_byte(each.server) for _ in range(stage.plan.repeats)] for each in (stage, smaller)
    )
    name = _name(stage, "first byte of the whole cube as ML 3.1")
    return Figure(name, "ms", values, _small(smaller), reference_values, Target(_MOST))


def _loaded(stage: Stage, smaller: Stage) -> Figure:
    """Compare the CPU seconds that a million observations take to load, beyond a start."""
    start = sdmx_server(stage.home, "load", "--help")
    values, reference_values = (
        [_beyond(start, cost) / each.observations * 1_000_000 for cost in each.loads]
        for each in (stage, smaller)
    )
    return Figure(
        _name(stage, "load, a million of them"),
        "CPU s",
        values,
        _small(smaller),
        reference_values,
        Target(_MOST),
        cpu=fmean(cost.cpu for cost in stage.loads),
        peak=max(cost.peak for cost in stage.loads),
    )


def _beyond(start: Cost, load: Cost) -> float:
    """Return what a load takes beyond a start; of few observations that is lost in noise."""
    return max(load.cpu - start.cpu, _NOISE)


def _count(stage: Stage, target: str) -> int:
    """Return how many observations an answer has."""
    if target == WHOLE:
        return stage.observations
    return fetch(stage.server.address, target, accept=CSV)[1].count(ROW)


def _name(stage: Stage, what: str) -> str:
    return f"{what}, of {stage.observations:,}"


def _small(smaller: Stage) -> str:
    return f"of {smaller.observations:,}"
