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

_ROW = f"dataflow,{AGENCY}:".encode()
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
        home: the folder of the server's database.
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
    home: Path
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
        found = body.count(_ROW)
        if found != expected:
            raise Wrong(f"{target} has {found} rows; the reference has {expected}.")


@contextmanager
def staged(plan: Plan, folder: Path) -> Iterator[Stage]:
    """Draw the cube, load it, revise it and start the servers."""
    cube = Cube(plan.observations, plan.seed)
    csv, revision, small, message = (
        folder / name for name in ("cube.csv", "revision.csv", "small.csv", "structures.json")
    )
    observations = cubes.write_csv(cubes.blocks(cube), CUBE, csv)
    revised = cubes.revision(cube, int(cube.series * REVISED_SERIES), plan.seed)
    cubes.write_csv([revised], CUBE, revision)
    cubes.write_csv([cubes.small(cube)], SMALL, small)
    message.write_bytes(structures.message(cube, plan.dataflows))
    static_folder = folder / "static"
    static_folder.mkdir()
    with closing(Duck(folder)) as duck:
        imports = in_turn([Probe(lambda: duck.load(csv))], plan.loads)[0]
        duck.revise(revision)
        loads = [_loaded(folder / f"home{n}", message, csv) for n in range(plan.loads)]
        home = folder / "home0"
        sdmx_server(home, "load", str(small))
        time.sleep(_CLOCK)
        revised_after = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        time.sleep(_CLOCK)
        sdmx_server(home, "load", str(revision))
        with serving(home, plan.workers) as server, static_files(static_folder) as static:
            yield Stage(
                plan,
                cube,
                observations,
                folder,
                home,
                server,
                static,
                static_folder,
                duck,
                loads,
                imports,
                revised_after,
            )


def _loaded(home: Path, message: Path, csv: Path) -> Cost:
    """Load the cube into a new database; return what the load of the data took."""
    sdmx_server(home, "structures", "load", str(message))
    return sdmx_server(home, "load", str(csv))
