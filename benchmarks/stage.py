"""The stage: the cube loaded and revised, the servers up, DuckDB with the same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cube as cubes
from benchmarks import structures
from benchmarks.client import fetch
from benchmarks.cube import AGENCY, CUBE, REVISED_SERIES, SMALL, VERSION, Cube
from benchmarks.duck import Duck
from benchmarks.home import Home
from benchmarks.plan import Plan
from benchmarks.processes import Cost
from benchmarks.sample import Probe, Samples, in_turn
from benchmarks.server import Server, sdmx_server, serving, static_files

DATA = f"/sdmx/v2/data/dataflow/{AGENCY}/{CUBE}/{VERSION}"
DATA_SMALL = f"/sdmx/v2/data/dataflow/{AGENCY}/{SMALL}/{VERSION}"
AVAILABILITY = f"/sdmx/v2/availability/dataflow/{AGENCY}/{CUBE}/{VERSION}"
CSV = "application/vnd.sdmx.data+csv;version=2.1.0"
XML = "application/vnd.sdmx.data+xml;version=3.1.0"
JSON = "application/vnd.sdmx.data+json;version=2.1.0"

CSV_FILE, REVISION_FILE = "cube.csv", "revision.csv"
"""In the folder of the stage: the cube, and the values of it that were revised."""

_MESSAGE, _SMALL_FILE = "structures.json", "small.csv"
ROW = f"dataflow,{AGENCY}:".encode()
"""What each row of an answer as CSV begins with."""

_CLOCK = 1.1  # seconds in which the instants of two publications differ


class Wrong(Exception):
    """The server answers with other rows than the reference has."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the measures find.

    Attributes:
        plan: how much is measured.
        cube: what the rows were drawn from.
        observations: how many the cube has.
        folder: for files of the measures.
        home: where the server's data are.
        server: the SDMX server.
        static: the server of static files.
        static_folder: what it serves below ``/static/``.
        duck: DuckDB with the rows of the cube.
        loads: what each load of the whole cube took.
        imports: what each import of it into DuckDB took.
        revised_after: an instant between the load and the revision of 1 %, as a query has it.
    """

    plan: Plan
    cube: Cube
    observations: int
    folder: Path
    home: Home
    server: Server
    static: Server
    static_folder: Path
    duck: Duck
    loads: Sequence[Cost]
    imports: Samples
    revised_after: str

    def check_rows(self, target: str, expected: int) -> None:
        """Make sure that an answer as CSV has as many rows as the reference.

        Raises:
            Wrong: if it has not.
        """
        _, body = fetch(self.server.address, target, Accept=CSV)
        found = body.count(ROW)
        if found != expected:
            raise Wrong(f"{target} has {found} rows; the reference has {expected}.")


@contextmanager
def staged(plan: Plan, folder: Path) -> Iterator[Stage]:
    """Draw the cube, load it, revise it and start the servers."""
    cube = Cube(plan.observations, plan.seed)
    observations = _draw(cube, plan, folder)
    static_folder = folder / "static"
    static_folder.mkdir()
    with closing(Duck(folder)) as duck:
        imports = in_turn([Probe(lambda: duck.load(folder / CSV_FILE))], plan.loads)[0]
        duck.revise(folder / REVISION_FILE)
        homes = [Home(folder / f"home{n}") for n in range(plan.loads)]
        loads = [load_cube(home, folder) for home in homes]
        revised_after = load_others(homes[0], folder)
        with serving(homes[0], plan.workers) as server, static_files(static_folder) as static:
            yield Stage(
                plan,
                cube,
                observations,
                folder,
                homes[0],
                server,
                static,
                static_folder,
                duck,
                loads,
                imports,
                revised_after,
            )


def load_cube(home: Home, folder: Path) -> Cost:
    """Load the cube of a folder into a new home; return what the load of the data took."""
    load_structures(home, folder)
    return sdmx_server(home, "load", str(folder / CSV_FILE))


def load_structures(home: Home, folder: Path) -> None:
    """Load the structures of the cube in a folder into a new home."""
    sdmx_server(home, "structures", "load", str(folder / _MESSAGE))


def _draw(cube: Cube, plan: Plan, folder: Path) -> int:
    """Write what is loaded into a folder; return how many observations the cube has."""
    observations = cubes.write_csv(cubes.blocks(cube), CUBE, folder / CSV_FILE)
    revised = cubes.scattered(cube, int(cube.series * REVISED_SERIES), plan.seed)
    cubes.write_csv([cubes.revision(cube, revised, plan.seed)], CUBE, folder / REVISION_FILE)
    cubes.write_csv([cubes.small(cube)], SMALL, folder / _SMALL_FILE)
    (folder / _MESSAGE).write_bytes(structures.message(cube, plan.dataflows))
    return observations


def load_others(home: Home, folder: Path) -> str:
    """Load the small dataflow, then the revision; return an instant between the two."""
    sdmx_server(home, "load", str(folder / _SMALL_FILE))
    time.sleep(_CLOCK)
    between = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    time.sleep(_CLOCK)
    sdmx_server(home, "load", str(folder / REVISION_FILE))
    return between
