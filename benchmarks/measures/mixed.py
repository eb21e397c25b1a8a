"""A hundred clients with different questions, beside four of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np

from benchmarks import processes
from benchmarks.client import anew, press, request
from benchmarks.cube import AGES, INDICATORS
from benchmarks.figure import Figure, Target
from benchmarks.measures.catalogue import CATALOGUE
from benchmarks.measures.requests import Failed
from benchmarks.stage import AVAILABILITY, CSV, DATA, DATA_SMALL, JSON, XML, Stage

_MANY, _FEW = 100, 4
_SHARES = {"series": 0.6, "slice": 0.2, "structure": 0.1, "availability": 0.05, "whole": 0.05}
_SCRIPT = 200  # requests, after which a client begins anew
_DATASTRUCTURES = "/sdmx/v2/structure/datastructure/*/*/*?references=children"
_P95 = 0.95
_MILLISECONDS = 1000
_OK = 200


def measure(stage: Stage) -> Sequence[Figure]:
    """Let few clients ask, then many."""
    few, many, cpus = [], [], []
    processes.reset_peak(stage.server.processes)
    for _ in range(max(1, stage.plan.repeats // 2)):
        few.append(_p95(stage, _FEW))
        cpu = processes.cpu_seconds(stage.server.processes)
        many.append(_p95(stage, _MANY))
        cpus.append(processes.cpu_seconds(stage.server.processes) - cpu)
    name = f"p95 of {_MANY} clients with mixed questions"
    peak = processes.peak_memory(stage.server.processes)
    return [Figure(name, "ms", many, f"{_FEW} clients", few, Target(20), max(cpus), peak)]


def _p95(stage: Stage, clients: int) -> float:
    """Return the milliseconds that 95 % of the requests took at most.

    Raises:
        Failed: if any of them failed.
    """
    scripts = [_script(stage, np.random.default_rng([stage.plan.seed, n])) for n in range(clients)]
    load = press(stage.server.address, scripts, stage.plan.mixed_seconds)
    if set(load.statuses) != {_OK}:
        raise Failed(f"{clients} clients were answered by {dict(load.statuses)}, not {_OK} alone.")
    return load.percentile(_P95) * _MILLISECONDS


def _script(stage: Stage, random: np.random.Generator) -> Iterator[bytes]:
    """Return what a client asks, never twice in the same words."""
    kinds = random.choice(list(_SHARES), _SCRIPT, p=list(_SHARES.values()))
    for target, accept in cycle([_question(stage, str(kind), random) for kind in kinds]):
        yield request(anew(target), connection="keep-alive", accept=accept)


def _question(stage: Stage, kind: str, random: np.random.Generator) -> tuple[str, str]:
    """Return a question, and the format that it asks for."""
    indicator = INDICATORS[random.integers(len(INDICATORS))]
    area = stage.cube.areas[random.integers(len(stage.cube.areas))]
    # A key that the smallest of cubes has too.
    part = f"*.{area}.{indicator if area != stage.cube.areas[-1] else INDICATORS[0]}.*.{AGES[0]}"
    targets = {
        "series": f"{DATA}/{stage.cube.key(int(random.integers(stage.cube.series)))}",
        "slice": f"{DATA}/{part}",
        "structure": (CATALOGUE, _DATASTRUCTURES)[random.integers(2)],
        "availability": f"{AVAILABILITY}/{part}",
        "whole": f"{DATA_SMALL}/*",
    }
    is_data = targets[kind].startswith((DATA, DATA_SMALL))
    return targets[kind], (CSV, XML, JSON)[random.integers(3)] if is_data else "*/*"
