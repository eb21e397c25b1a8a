"""The whole cube over HTTP: beside the same bytes as a file, compressed, and its first byte."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.client import anew, request, save, send
from benchmarks.figure import Figure, Target
from benchmarks.sample import by_cpu, by_time, in_turn
from benchmarks.server import TRIVIAL, Server
from benchmarks.stage import CSV, DATA, XML, Stage

WHOLE = f"{DATA}/*"
"""All observations."""

_SYNTAXES = {"CSV 2.1": CSV, "ML 3.1": XML}
_MILLISECONDS = 1000


def measure(stage: Stage) -> Sequence[Figure]:
    """Fetch the whole cube again and again."""
    return [_beside_file(stage), *_compressed(stage), _first_byte(stage)]


def _beside_file(stage: Stage) -> Figure:
    save(stage.server.address, WHOLE, stage.static_folder / "whole.xml", accept=XML)
    probes = [
        stage.server.probe(WHOLE, accept=XML),
        stage.static.probe_again("/static/whole.xml"),
    ]
    ours, theirs = in_turn(probes, stage.plan.repeats)
    return by_time("whole cube as ML 3.1", ours, "static file", theirs, 4)


def _compressed(stage: Stage) -> list[Figure]:
    figures = []
    for name, media_type in _SYNTAXES.items():
        probes = [
            stage.server.probe(WHOLE, accept=media_type, accept_encoding=encoding)
            for encoding in ("gzip", "identity")
        ]
        ours, theirs = in_turn(probes, stage.plan.repeats)
        figures.append(by_cpu(f"gzip of the whole cube as {name}", ours, "uncompressed", theirs, 3))
    return figures


def _first_byte(stage: Stage) -> Figure:
    address = stage.server.address
    values: list[float] = []
    reference_values: list[float] = []
    for _ in range(stage.plan.repeats):
        values.append(first_byte(stage.server))
        reference_values.append(send(address, request(TRIVIAL)).first_byte * _MILLISECONDS)
    name = "first byte of the whole cube as ML 3.1"
    profile = stage.server.probe(WHOLE, accept=XML).profile
    return Figure(name, "ms", values, "trivial", reference_values, Target(10), profile=profile)


def first_byte(server: Server) -> float:
    """Return the milliseconds until the whole cube begins to come."""
    return send(server.address, request(anew(WHOLE), accept=XML)).first_byte * _MILLISECONDS
