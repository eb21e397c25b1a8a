"""What a million observations cost in each format, beside DuckDB writing them as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.figure import Figure
from benchmarks.sample import Probe, by_cpu, in_turn
from benchmarks.stage import DATA, Stage

_SDMX = "application/vnd.sdmx."
FORMATS: Mapping[str, str] = {
    "ML 2.1 generic": f"{_SDMX}genericdata+xml;version=2.1",
    "ML 2.1 specific": f"{_SDMX}structurespecificdata+xml;version=2.1",
    "ML 3.0": f"{_SDMX}data+xml;version=3.0.0",
    "ML 3.1": f"{_SDMX}data+xml;version=3.1.0",
    "JSON 1.0": f"{_SDMX}data+json;version=1.0.0",
    "JSON 2.0": f"{_SDMX}data+json;version=2.0.0",
    "JSON 2.1": f"{_SDMX}data+json;version=2.1.0",
    "CSV 1.0": f"{_SDMX}data+csv;version=1.0.0",
    "CSV 2.0": f"{_SDMX}data+csv;version=2.0.0",
    "CSV 2.1": f"{_SDMX}data+csv;version=2.1.0",
}
"""Media types by the name of the format."""


def measure(stage: Stage) -> Sequence[Figure]:
    """Fetch the whole cube in every format, and let DuckDB write it."""
    probes = [stage.server.probe(f"{DATA}/*", accept=media_type) for media_type in FORMATS.values()]
    *ours, theirs = in_turn([*probes, Probe(stage.duck.write_csv)], stage.plan.repeats)
    return [
        by_cpu(f"whole cube as {name}", samples, "DuckDB as CSV", theirs, 0.5)
        for name, samples in zip(FORMATS, ours, strict=True)
    ]
