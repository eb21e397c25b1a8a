"""The whole cube over HTTP: beside the same bytes as a file, compressed, and its first byte."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.client import request, save, send
from benchmarks.figure import Figure, Target
from benchmarks.sample import by_cpu, by_time, in_turn
from benchmarks.server import TRIVIAL
from benchmarks.stage import CSV, DATA, XML, Stage

_WHOLE = f"{DATA}/*"
_SYNTAXES = {"CSV 2.1": CSV, "ML 3.1": XML}
_MILLISECONDS = 1000


def measure(stage: Stage) -> Sequence[Figure]:
    """Fetch the whole cube again and again."""
    return [_beside_file(stage), *_compressed(stage), _first_byte(stage)]


def _beside_file(stage: Stage) -> Figure:
    save(stage.server.address, _WHOLE, stage.static_folder / "whole.xml", accept=XML)
    probes = [
        stage.server.probe(_WHOLE, accept=XML),
        stage.static.probe("/static/whole.xml"),
    ]
    ours, theirs = in_turn(probes, stage.plan.repeats)
    return by_time("whole cube as ML 3.1", ours, "static file", theirs, 4)


def _compressed(stage: Stage) -> list[Figure]:
    figures = []
    for name, media_type in _SYNTAXES.items():
        probes = [
            stage.server.probe(_WHOLE, accept=media_type, accept_encoding=encoding)
            for encoding in ("gzip", "identity")
        ]
        ours, theirs = in_turn(probes, stage.plan.repeats)
        figures.append(by_cpu(f"gzip of the whole cube as {name}", ours, "uncompressed", theirs, 3))
    return figures


def _first_byte(stage: Stage) -> Figure:
    asked, trivial = request(_WHOLE, accept=XML), request(TRIVIAL)
    send(stage.server.address, asked)
    values: list[float] = []
    reference_values: list[float] = []
    for _ in range(stage.plan.repeats):
        for each, found in ((asked, values), (trivial, reference_values)):
            found.append(send(stage.server.address, each).first_byte * _MILLISECONDS)
    name = "first byte of the whole cube as ML 3.1"
    return Figure(name, "ms", values, "trivial", reference_values, Target(10))
