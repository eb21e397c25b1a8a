"""Many small requests: one series, and what a client holds already, beside the least answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, repeat
from statistics import fmean

import numpy as np

from benchmarks import processes
from benchmarks.client import Load, fetch, press, request, requests_anew
from benchmarks.cube import AGENCY, VERSION
from benchmarks.figure import Figure, Target
from benchmarks.server import TRIVIAL, Server
from benchmarks.stage import CSV, DATA, JSON, Stage

CONNECTIONS = 8
"""How many ask at once."""

_SERIES = 4_000  # that are drawn from all
_DATASTRUCTURE = f"/sdmx/v2/structure/datastructure/{AGENCY}/DSD_CUBE/{VERSION}"
_MILLISECONDS = 1000
_OK, _NOT_MODIFIED = 200, 304

Scripts = Sequence[Iterable[bytes]]


class Failed(Exception):
    """The server answered with another status than it should."""


def measure(stage: Stage) -> Sequence[Figure]:
    """Ask on eight connections at once."""
    drawn = [f"{DATA}/{key}" for key in _keys(stage)]
    one = drawn[0]
    figures: list[Figure] = []
    for name, media_type in (("CSV 2.1", CSV), ("JSON 2.1", JSON)):
        each = _each_another(drawn, media_type)
        what = f"one series as {name}, each another"
        figures += _answered(stage, what, each)
        again = request(one, connection="keep-alive", accept=media_type)
        what = f"one series as {name}, asked again"
        figures += _answered(stage, what, _same(again))
    for name, target in (("data", one), ("structure", _DATASTRUCTURE)):
        etag = fetch(stage.server.address, target)[0]["etag"]
        held = request(target, connection="keep-alive", if_none_match=etag)
        ours, trivial, cpu = _beside_trivial(stage, _same(held), _NOT_MODIFIED)
        figure = _rate(f"304 of a {name} query", ours, trivial, 0.7, cpu)
        figures.append(replace(figure, profile=stage.server.profile(repeat(held))))
    return figures


def series_rate(server: Server, stage: Stage) -> float:
    """Return how many answers about one series, each another, come in a second."""
    scripts = _each_another([f"{DATA}/{key}" for key in _keys(stage)], CSV)
    return _pressed(server, scripts, _OK, stage.plan.seconds).rate


def _keys(stage: Stage) -> list[str]:
    random = np.random.default_rng(stage.plan.seed)
    return [stage.cube.key(int(n)) for n in random.integers(0, stage.cube.series, _SERIES)]


def _each_another(drawn: Sequence[str], media_type: str) -> list[Iterator[bytes]]:
    """Return what each connection asks: all series drawn, never twice in the same words."""
    share = len(drawn) // CONNECTIONS
    return [
        requests_anew(
            cycle([*drawn[n * share :], *drawn[: n * share]]),
            connection="keep-alive",
            accept=media_type,
        )
        for n in range(CONNECTIONS)
    ]


def _same(asked: bytes) -> list[Iterator[bytes]]:
    """Return what each connection asks: the same over and over."""
    return [repeat(asked) for _ in range(CONNECTIONS)]


def _answered(stage: Stage, what: str, scripts: Scripts) -> list[Figure]:
    """Return how many answers come, and how long the half of them and nearly all of them take."""
    ours, trivial, cpu = _beside_trivial(stage, scripts, _OK)
    return [
        replace(_rate(what, ours, trivial, 0.4, cpu), profile=stage.server.profile(scripts[0])),
        _latency(f"{what}: p50", ours, trivial, 0.5, 3),
        _latency(f"{what}: p99", ours, trivial, 0.99, 10),
    ]


def _beside_trivial(
    stage: Stage, scripts: Scripts, status: int
) -> tuple[list[Load], list[Load], float]:
    """Return the loads of both, one a repeat, and the CPU seconds of one request of ours."""
    trivial = _same(request(TRIVIAL, connection="keep-alive"))
    server, seconds = stage.server, stage.plan.seconds
    ours, theirs, cpus = [], [], []
    for _ in range(stage.plan.repeats):
        cpu = processes.cpu_seconds(server.processes)
        ours.append(_pressed(server, scripts, status, seconds))
        cpu = processes.cpu_seconds(server.processes) - cpu
        cpus.append(cpu / len(ours[-1].latencies))
        theirs.append(_pressed(server, trivial, _OK, seconds))
    return ours, theirs, fmean(cpus)


def _pressed(server: Server, scripts: Scripts, status: int, seconds: float) -> Load:
    load = press(server.address, scripts, seconds)
    if set(load.statuses) != {status}:
        raise Failed(f"Requests were answered by {dict(load.statuses)}, not {status}.")
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
