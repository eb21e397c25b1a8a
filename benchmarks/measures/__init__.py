"""What is measured: every family of figures, in this order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks.figure import Figure
from benchmarks.measures import (
    availability,
    catalogue,
    formats,
    growth,
    libraries,
    loading,
    memory,
    mixed,
    postgresql,
    requests,
    slices,
    whole,
)
from benchmarks.stage import Stage

Measure = Callable[[Stage], Sequence[Figure]]

MEASURES: Mapping[str, Measure] = {
    "memory": memory.measure,  # first, of a server that has answered nothing yet
    "whole": whole.measure,
    "formats": formats.measure,
    "libraries": libraries.measure,
    "requests": requests.measure,
    "slices": slices.measure,
    "availability": availability.measure,
    "catalogue": catalogue.measure,
    "mixed": mixed.measure,
    "growth": growth.measure,
    "loading": loading.measure,  # at last, for it changes what the others ask for
    "postgresql": postgresql.measure,
}
"""The families by the name that ``--only`` has for them."""
