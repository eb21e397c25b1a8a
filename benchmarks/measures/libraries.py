"""What the server takes to write observations, beside the writers of sdmx1 and pysdmx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.client import save
from benchmarks.cube import AGENCY, CUBE, VERSION
from benchmarks.figure import Figure
from benchmarks.libraries import PYSDMX, SDMX1, Write, pysdmx_writers, sdmx1_writer
from benchmarks.measures.formats import FORMATS
from benchmarks.sample import Probe, by_cpu, in_turn
from benchmarks.stage import DATA, Stage

_STRUCTURE = f"/sdmx/v2/structure/dataflow/{AGENCY}/{CUBE}/{VERSION}?references=descendants"
_STRUCTURE_FORMAT = "application/vnd.sdmx.structure+xml;version="
_MOST = 0.01
_REPEATS = 3  # of what takes seconds


def measure(stage: Stage) -> Sequence[Figure]:
    """Write the same part of the cube by all of them."""
    target = f"{DATA}/*?c[REF_AREA]={_areas(stage)}"
    figures = [
        _beside(stage, target, f"sdmx1 {name}", name, _sdmx1(stage, target, name)) for name in SDMX1
    ]
    writers = _pysdmx(stage, target)
    return figures + [
        _beside(stage, target, f"pysdmx {name}", name, writers[name]) for name in PYSDMX
    ]


def _areas(stage: Stage) -> str:
    """Return the areas that together have about as many observations as are to be written."""
    areas = stage.cube.areas
    count = round(stage.plan.written / stage.observations * len(areas))
    return ",".join(areas[: max(1, count)])


def _beside(stage: Stage, target: str, reference: str, name: str, write: Write) -> Figure:
    probes = [stage.server.probe(target, accept=FORMATS[name]), Probe(write)]
    ours, theirs = in_turn(probes, min(_REPEATS, stage.plan.repeats))
    return by_cpu(f"part of the cube as {name}", ours, reference, theirs, _MOST)


def _sdmx1(stage: Stage, target: str, name: str) -> Write:
    data = _saved(stage, target, "part.xml", FORMATS[name])
    return sdmx1_writer(data, _saved(stage, _STRUCTURE, "dsd.xml", f"{_STRUCTURE_FORMAT}2.1"))


def _pysdmx(stage: Stage, target: str) -> Mapping[str, Write]:
    data = _saved(stage, target, "part.csv", FORMATS["CSV 2.0"])
    return pysdmx_writers(data, _saved(stage, _STRUCTURE, "dsd.xml", f"{_STRUCTURE_FORMAT}3.0.0"))


def _saved(stage: Stage, target: str, name: str, media_type: str) -> Path:
    file = stage.folder / name
    save(stage.server.address, target, file, accept=media_type)
    return file
