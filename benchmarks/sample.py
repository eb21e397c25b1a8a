"""Samples: what one repeat took, of the server and of a reference in turn.

The two take turns, so that whatever else the machine does falls upon both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from benchmarks import processes
from benchmarks.figure import Figure, Profile, Target

_MILLISECONDS = 1000
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Probe:
    """Something to measure.

    Attributes:
        action: does it once.
        processes: those whose CPU seconds and memory count; this one where there are none.
        profile: what a figure has as its profile.
    """

    action: Callable[[], object]
    processes: Sequence[int] = ()
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """What the repeats took, in the order of time.

    Attributes:
        seconds: by the clock.
        cpu: CPU seconds.
        peak: the most memory, in MB.
        profile: that of the probe.
    """

    seconds: Sequence[float]
    cpu: Sequence[float]
    peak: float
    profile: Profile | None = None


def in_turn(probes: Sequence[Probe], repeats: int) -> list[Samples]:
    """Measure probes in turn, each as often as there are repeats, after once for warmth."""
    for probe in probes:
        probe.action()
    rounds = [[_taken(probe) for probe in probes] for _ in range(repeats)]
    return [
        Samples(
            [taken[n][0] for taken in rounds],
            [taken[n][1] for taken in rounds],
            max(taken[n][2] for taken in rounds),
            probe.profile,
        )
        for n, probe in enumerate(probes)
    ]


def of_a_million(samples: Samples, count: int) -> Samples:
    """Return samples whose CPU seconds are those of a million observations.

    Args:
        samples: what the repeats took.
        count: how many observations each repeat was about.
    """
    return replace(samples, cpu=[cpu * _MILLION / count for cpu in samples.cpu])


def by_time(name: str, ours: Samples, reference: str, theirs: Samples, most: float) -> Figure:
    """Return a figure that compares times."""
    figure = by_cpu(name, ours, reference, theirs, most)
    values, reference_values = (
        [seconds * _MILLISECONDS for seconds in each.seconds] for each in (ours, theirs)
    )
    return replace(figure, unit="ms", values=values, reference_values=reference_values)


def by_cpu(name: str, ours: Samples, reference: str, theirs: Samples, most: float) -> Figure:
    """Return a figure that compares CPU seconds."""
    return Figure(
        name,
        "CPU s",
        ours.cpu,
        reference,
        theirs.cpu,
        Target(most),
        cpu=fmean(ours.cpu),
        peak=ours.peak,
        profile=ours.profile,
    )


def _taken(probe: Probe) -> tuple[float, float, float]:
    """Return seconds, CPU seconds and the most memory of one repeat."""
    counted = probe.processes or (os.getpid(),)
    processes.reset_peak(counted)
    cpu = processes.cpu_seconds(counted)
    started = time.perf_counter()
    probe.action()
    seconds = time.perf_counter() - started
    return seconds, processes.cpu_seconds(counted) - cpu, processes.peak_memory(counted)
