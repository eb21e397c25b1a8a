"""The artefacts that Kota Serang maintains, made of the files of the content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sdmx_server.model.artefact import Maintainable
from structures.content import PACKAGED, Content, read
from structures.dataflows import build_dataflows
from structures.datastructures import build_datastructures
from structures.hierarchies import build_hierarchies
from structures.maps import build_maps
from structures.rows import Origin, Row
from structures.schemes import build_schemes


def build(folder: Path | None = None) -> tuple[Maintainable, ...]:
    """Return every artefact, those referred to before those that refer to them.

    ``folder`` holds the content; the content that comes with the package by default. What
    is wrong inside the files is the business of ``check``: a reference to nothing is built
    as it stands.

    Raises:
        Unreadable: if a file is missing or cannot be read.
    """
    return tuple(artefact for artefact, _ in build_with_origins(read(folder or PACKAGED)))


def build_with_origins(content: Content) -> Iterator[tuple[Maintainable, Origin]]:
    """Make every artefact, with the place in the files that gave rise to it."""
    for builder in (
        build_schemes,
        build_datastructures,
        build_dataflows,
        build_hierarchies,
        build_maps,
    ):
        for artefact, place in builder(content):
            yield artefact, place.origin if isinstance(place, Row) else place
