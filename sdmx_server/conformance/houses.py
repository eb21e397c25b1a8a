"""Houses: what a server holds while the rows of the conformance table are asked.

Each is a folder of ``fixtures/`` with SDMX messages and a ``house.toml`` that says in which steps
they are published::

    damaged = true        # its artefacts are spoiled afterwards; usually left out

    [settings]            # of the server
    languages = "en,fr,de"

    [[step]]
    published = "2011-06-01T00:00:00Z"
    structures = ["structures.xml"]
    data = ["exr.xml", "lfs.csv"]

    [[later]]             # files that are published while the server is asked
    data = ["revision.csv"]

Structures are published before data, data before reference metadata. Those are kept as artefacts
are, so they need a step of their own, later than that of the structures.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"
_FILE = "house.toml"
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "structures": ("structures", "load"),
    "data": ("load",),
    "metadata": ("load",),
}
"""The command that publishes each kind of file, in the order in which they are published."""


@dataclass(frozen=True, slots=True)
class Load:
    """One publication: files of one kind.

    Attributes:
        command: the words of the command that publishes them.
        files: the files.
        published: the instant that it bears, as ISO 8601 with zone; None for now.
    """

    command: tuple[str, ...]
    files: tuple[Path, ...]
    published: str | None = None


@dataclass(frozen=True, slots=True)
class House:
    """What one server holds.

    Attributes:
        name: its folder.
        settings: settings of the server by name, as text.
        steps: what is published first, in this order.
        later: what is published while the server is asked, by the name of the file.
        damaged: whether its artefacts are spoiled once all is published.
    """

    name: str
    settings: Mapping[str, str]
    steps: tuple[Load, ...]
    later: Mapping[str, Load]
    damaged: bool = False


@cache
def houses() -> Mapping[str, House]:
    """Return the houses by name, in alphabetical order.

    Raises:
        KeyError: if a ``house.toml`` says something that is not known.
    """
    folders = sorted(file.parent for file in FIXTURES.glob(f"*/{_FILE}"))
    return MappingProxyType({folder.name: _read(folder) for folder in folders})


def _read(folder: Path) -> House:
    given = tomllib.loads((folder / _FILE).read_text(encoding="utf-8"))
    unknown = given.keys() - {"damaged", "settings", "step", "later"}
    if unknown:
        raise KeyError(f"{folder.name}: {', '.join(sorted(unknown))}")
    later = [load for each in given.get("later", []) for load in _loads(folder, each)]
    return House(
        folder.name,
        MappingProxyType(given.get("settings", {})),
        tuple(load for step in given.get("step", []) for load in _loads(folder, step)),
        MappingProxyType({load.files[0].name: load for load in later}),
        given.get("damaged", False),
    )


def _loads(folder: Path, step: Mapping[str, Any]) -> list[Load]:
    """Return the publications of a step."""
    unknown = step.keys() - {"published", *_COMMANDS}
    if unknown:
        raise KeyError(f"{folder.name}: {', '.join(sorted(unknown))}")
    return [
        Load(
            command,
            tuple((folder / name).resolve() for name in step[kind]),
            step.get("published"),
        )
        for kind, command in _COMMANDS.items()
        if kind in step
    ]
