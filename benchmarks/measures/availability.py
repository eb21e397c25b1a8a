"""Availability with its counts, beside DuckDB looking for the codes of each dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from benchmarks.client import fetch
from benchmarks.cube import AGES, INDICATORS
from benchmarks.figure import Figure
from benchmarks.sample import Probe, by_time, in_turn
from benchmarks.stage import AVAILABILITY, Stage, Wrong

_KEYS: Mapping[str, tuple[str, str]] = {
    "everything": ("*", "true"),
    "one indicator": (f"*.*.{INDICATORS[0]}.*.*", f"INDICATOR = '{INDICATORS[0]}'"),
    "an area and an age": (
        f"*.A0001.*.*.{AGES[0]}",
        f"REF_AREA = 'A0001' AND AGE = '{AGES[0]}'",
    ),
}
_MODES = ("exact", "available")


def measure(stage: Stage) -> Sequence[Figure]:
    """Ask for several keys in both modes, in other words each time."""
    return [_one(stage, what, mode) for what in _KEYS for mode in _MODES]


def _one(stage: Stage, what: str, mode: str) -> Figure:
    key, where = _KEYS[what]
    target = f"{AVAILABILITY}/{key}?mode={mode}"
    _, body = fetch(stage.server.address, target)
    expected = stage.duck.available(where)
    if f'"obsCount":{expected}}}'.encode() not in body:
        raise Wrong(f"{target} does not count {expected} observations, as the reference does.")
    probes = [stage.server.probe(target), Probe(partial(stage.duck.available, where))]
    ours, theirs = in_turn(probes, stage.plan.repeats)
    return by_time(f"availability of {what}, {mode}", ours, "DuckDB DISTINCT", theirs, 0.2)
