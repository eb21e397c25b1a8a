"""The benchmark measures everything that it says, on a cube of a few thousand observations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from benchmarks import report
from benchmarks.__main__ import main, run
from benchmarks.client import requests_anew
from benchmarks.cube import CUBE, Cube, blocks, consecutive, scattered, write_csv
from benchmarks.figure import Figure, Target
from benchmarks.measures import MEASURES
from benchmarks.plan import Plan
from sdmx_server.storage.database import connect
from tests.databases import NO_POSTGRESQL

_TINY = Plan(
    observations=3_000,
    repeats=1,
    loads=1,
    seconds=0.2,
    mixed_seconds=0.5,
    dataflows=10,
    written=1_000,
)


def test_every_measure_runs_and_has_its_rows() -> None:
    figures = run(replace(_TINY, growth=1_500), tuple(MEASURES))

    assert len(figures) == 71
    assert all(min(figure.values) > 0 for figure in figures if figure.unit != "MB")
    assert all(min(figure.reference_values) > 0 for figure in figures)
    names = [(figure.name, figure.reference, figure.unit) for figure in figures]
    assert len(set(names)) == len(names)


def test_postgresql_is_measured_beside_sqlite_in_a_schema_that_is_gone_afterwards(
    postgresql_server: str | None,
) -> None:
    if postgresql_server is None:
        pytest.skip(NO_POSTGRESQL)

    figures = run(replace(_TINY, database=postgresql_server), ("postgresql",))

    assert {figure.reference for figure in figures} == {"SQLite"}
    assert len(figures) == 6
    engine = connect(postgresql_server)
    schemas = sa.inspect(engine).get_schema_names()
    engine.dispose()
    assert not [name for name in schemas if name.startswith("bench_")]


def test_a_question_in_other_words_is_the_same_question_by_another_address() -> None:
    asked = requests_anew(["/a", "/a?b=1", "/a"], accept="text/csv")

    lines = [each.decode().splitlines() for each in asked]
    assert all("accept: text/csv" in each for each in lines)
    targets = [each[0].split()[1] for each in lines]
    assert [each.rpartition("asked=")[0] for each in targets] == ["/a?", "/a?b=1&", "/a?"]
    assert len(set(targets)) == 3


def test_series_are_chosen_in_one_place_or_all_over_the_cube() -> None:
    cube = Cube(60_000)

    together, apart = consecutive(cube, 100, 5), scattered(cube, 100, 5)

    assert np.diff(together).tolist() == [1] * 99
    assert len(set(apart.tolist())) == 100
    assert np.ptp(apart) > 500
    assert 0 <= together.min() <= together.max() < cube.series


def test_a_part_of_it_is_measured_told_as_a_table_and_as_json_and_a_row_profiled(
    tmp_path: Path,
) -> None:
    file = tmp_path / "figures.json"
    arguments = ["--observations", "3000", "--repeats", "1", "--loads", "1", "--quick"]
    arguments += ["--only", "availability", "--profile", "everything, exact"]

    told = CliRunner().invoke(main, [*arguments, "--output", str(file)])

    assert told.exit_code == 0, told.output
    assert "| availability of everything, exact" in told.output
    found = json.loads(file.read_bytes())
    assert found["plan"]["observations"] == 3_000
    assert len(found["figures"]) == 6
    assert told.output.count("== availability of everything, exact") == 1
    assert "exchange/availability.py" in told.output
    assert told.output.count("function calls") == 2


def test_the_same_seed_draws_the_same_cube_and_another_seed_another(tmp_path: Path) -> None:
    drawn = []
    for number, seed in enumerate((1, 1, 2)):
        file = tmp_path / f"{number}.csv"
        write_csv(blocks(Cube(3_000, seed)), CUBE, file)
        drawn.append(file.read_bytes())

    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("target", "value", "met", "excess"),
    [
        (Target(2.0), 10.0, True, 0.5),
        (Target(2.0), 20.1, False, 1.005),
        (Target(0.5, at_least=True), 6.0, True, 0.5 / 0.6),
        (Target(0.5, at_least=True), 2.5, False, 2.0),
    ],
)
def test_a_target_is_held_against_the_ratio_of_the_medians(
    target: Target, value: float, met: bool, excess: float
) -> None:
    figure = Figure("x", "ms", [value, 0.0, 999.0], "y", [1.0, 10.0, 11.0], target)

    assert figure.met is met
    assert figure.excess == pytest.approx(excess)
    assert ("NOT MET" in report.table([figure])) is not met
