"""The catalogue of dataflows in each structure format, beside the same bytes as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.client import save
from benchmarks.cube import AGENCY
from benchmarks.figure import Figure
from benchmarks.sample import by_time, in_turn
from benchmarks.stage import Stage

_SDMX = "application/vnd.sdmx.structure"
_FORMATS: Mapping[str, str] = {
    "ML 2.1": f"{_SDMX}+xml;version=2.1",
    "ML 3.0": f"{_SDMX}+xml;version=3.0.0",
    "ML 3.1": f"{_SDMX}+xml;version=3.1.0",
    "JSON 1.0": f"{_SDMX}+json;version=1.0.0",
    "JSON 2.0": f"{_SDMX}+json;version=2.0.0",
    "JSON 2.1": f"{_SDMX}+json;version=2.1.0",
}
CATALOGUE = f"/sdmx/v2/structure/dataflow/{AGENCY}/*/*"
"""All dataflows."""


def measure(stage: Stage) -> Sequence[Figure]:
    """Ask for all dataflows with their names in all languages, in other words and in the same."""
    return [figure for each in _FORMATS.items() for figure in _two(stage, *each)]


def _two(stage: Stage, name: str, media_type: str) -> list[Figure]:
    headers = {"accept": media_type, "accept_language": "*"}
    file = f"{name}.catalogue".replace(" ", "-")
    save(stage.server.address, CATALOGUE, stage.static_folder / file, **headers)
    probes = [
        stage.server.probe(CATALOGUE, **headers),
        stage.server.probe_again(CATALOGUE, **headers),
        stage.static.probe_again(f"/static/{file}"),
    ]
    anew, again, theirs = in_turn(probes, stage.plan.repeats)
    what = f"{stage.plan.dataflows:,} dataflows as {name}"
    return [
        by_time(what, anew, "static file", theirs, 3),
        by_time(f"{what}, asked again", again, "static file", theirs, 3),
    ]
