"""Memory: how much more the server has while it streams the whole cube than when it is idle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from benchmarks import processes
from benchmarks.client import request, send
from benchmarks.figure import Figure, Target
from benchmarks.stage import CSV, DATA, JSON, XML, Stage

_MOST = 150.0  # MB
_FORMATS = {"CSV 2.1": CSV, "ML 3.1": XML, "JSON 2.1": JSON}


def measure(stage: Stage) -> Sequence[Figure]:
    """Stream the whole cube once in each syntax, and look at the peak."""
    running = stage.server.processes
    idle = processes.memory(running)
    figures = []
    for name, media_type in _FORMATS.items():
        processes.reset_peak(running)
        cpu = processes.cpu_seconds(running)
        send(stage.server.address, request(f"{DATA}/*", accept=media_type))
        script = repeat(request(f"{DATA}/*", accept=media_type, connection="keep-alive"))
        peak = processes.peak_memory(running)
        figures.append(
            Figure(
                f"memory of the whole cube as {name}, over {idle:.0f} MB idle",
                "MB",
                [peak - idle],
                f"{_MOST:g} MB",
                [_MOST],
                Target(1.0),
                processes.cpu_seconds(running) - cpu,
                peak,
                profile=stage.server.profile(script),
            )
        )
    return figures
