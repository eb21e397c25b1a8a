"""Many small requests: one series, and what a client holds already, beside the least answer."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from benchmarks import processes
from benchmarks.client import Load, fetch, press, request
from benchmarks.cube import AGENCY, VERSION
from benchmarks.figure import Figure, Target
from benchmarks.server import TRIVIAL
from benchmarks.stage import CSV, DATA, JSON, Stage

_CONNECTIONS = 8
_SERIES = 500  # of which each connection asks for one after the other
_DATASTRUCTURE = f"/sdmx/v2/structure/datastructure/{AGENCY}/DSD_CUBE/{VERSION}"
_MILLISECONDS = 1000
_OK, _NOT_MODIFIED = 200, 304

Script = Sequence[bytes]


class Failed(Exception):
    """The server answered with another status than it should."""


def measure(stage: Stage) -> Sequence[Figure]:
    """Ask on eight connections at once."""
    figures: list[Figure] = []
    for name, media_type in (("CSV 2.1", CSV), ("JSON 2.1", JSON)):
        ours, trivial, cpu = _beside_trivial(stage, _series(stage, media_type), _OK)
        what = f"one series as {name}, {_CONNECTIONS} connections"
        figures += [
            _rate(what, ours, trivial, 0.4, cpu),
            _latency(f"{what}: p50", ours, trivial, 0.5, 3),
            _latency(f"{what}: p99", ours, trivial, 0.99, 10),
        ]
    for name, target in (("data", f"{DATA}/{stage.cube.key(0)}"), ("structure", _DATASTRUCTURE)):
        etag = fetch(stage.server.address, target)[0]["etag"]
        script = [request(target, connection="keep-alive", if_none_match=etag)]
        ours, trivial, cpu = _beside_trivial(stage, [script] * _CONNECTIONS, _NOT_MODIFIED)
        figures.append(_rate(f"304 of a {name} query", ours, trivial, 0.7, cpu))
    return figures


def _series(stage: Stage, media_type: str) -> list[Script]:
    random = np.random.default_rng(stage.plan.seed)
    return [
        [
            request(f"{DATA}/{stage.cube.key(int(n))}", connection="keep-alive", accept=media_type)
            for n in random.integers(0, stage.cube.series, _SERIES)
        ]
        for _ in range(_CONNECTIONS)
    ]


def _beside_trivial(
    stage: Stage, scripts: Sequence[Script], status: int
) -> tuple[list[Load], list[Load], float]:
    """Return the loads of both, one a repeat, and the CPU seconds of one request of ours."""
    trivial = [[request(TRIVIAL, connection="keep-alive")]] * _CONNECTIONS
    ours, theirs, cpus = [], [], []
    for _ in range(stage.plan.repeats):
        cpu = processes.cpu_seconds(stage.server.processes)
        ours.append(_pressed(stage, scripts, status))
        cpu = processes.cpu_seconds(stage.server.processes) - cpu
        cpus.append(cpu / len(ours[-1].latencies))
        theirs.append(_pressed(stage, trivial, _OK))
    return ours, theirs, fmean(cpus)


def _pressed(stage: Stage, scripts: Sequence[Script], status: int) -> Load:
    load = press(stage.server.address, scripts, stage.plan.seconds)
    if set(load.statuses) != {status}:
        raise Failed(f"{scripts[0][0]!r} was answered by {dict(load.statuses)}, not {status}.")
    return load


def _rate(name: str, ours: list[Load], theirs: list[Load], least: float, cpu: float) -> Figure:
    values, reference_values = ([load.rate for load in each] for each in (ours, theirs))
    target = Target(least, at_least=True)
    client = max(load.client for load in [*ours, *theirs])
    return Figure(name, "/s", values, "trivial", reference_values, target, cpu, client=client)


def _latency(name: str, ours: list[Load], theirs: list[Load], share: float, most: float) -> Figure:
    values, reference_values = (
        [load.percentile(share) * _MILLISECONDS for load in each] for each in (ours, theirs)
    )
    return Figure(name, "ms", values, "trivial", reference_values, Target(most))
