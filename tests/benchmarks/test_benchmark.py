"""The benchmark measures everything that it says, on a cube of a few thousand observations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import report
from benchmarks.__main__ import main, run
from benchmarks.cube import CUBE, Cube, blocks, write_csv
from benchmarks.figure import Figure, Target
from benchmarks.measures import MEASURES
from benchmarks.plan import Plan

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
    figures = run(_TINY, tuple(MEASURES))

    assert len(figures) == 52
    assert all(min(figure.values) > 0 for figure in figures if figure.unit != "MB")
    assert all(min(figure.reference_values) > 0 for figure in figures)
    names = [(figure.name, figure.reference, figure.unit) for figure in figures]
    assert len(set(names)) == len(names)


def test_a_part_of_it_is_measured_and_told_as_a_table_and_as_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    arguments = ["--observations", "3000", "--repeats", "1", "--only", "availability"]

    told = CliRunner().invoke(main, [*arguments, "--quick", "--output", str(file)])

    assert told.exit_code == 0, told.output
    assert "| availability of everything, exact" in told.output
    found = json.loads(file.read_bytes())
    assert found["plan"]["observations"] == 3_000
    assert len(found["figures"]) == 6


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
