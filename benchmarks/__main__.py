"""Run the benchmark: ``python -m benchmarks``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks import report
from benchmarks.figure import Figure
from benchmarks.measures import MEASURES
from benchmarks.plan import QUICK, Plan
from benchmarks.stage import staged


@click.command()
@click.option("--observations", type=int, help="How many the cube has (default: 1000000).")
@click.option("--repeats", type=int, help="How often everything is measured (default: 5).")
@click.option("--loads", type=int, help="How often the cube is loaded (default: 2).")
@click.option("--seconds", type=float, help="How long each burst of requests is (default: 3).")
@click.option("--workers", type=int, help="Processes of the server (default: 1).")
@click.option("--seed", type=int, help="Of everything that is drawn (default: 1).")
@click.option("--growth", type=int, help="Tell growth beside a cube of so many observations.")
@click.option("--database", help="URL of a PostgreSQL database, to be measured beside SQLite.")
@click.option("--quick", is_flag=True, help="50000 observations, everything once.")
@click.option("--only", multiple=True, type=click.Choice(list(MEASURES)), help="A part of it.")
@click.option("--profile", "row", help="Also show where the time of rows named like this goes.")
@click.option("--output", type=click.Path(path_type=Path), help="File for the figures as JSON.")
def main(
    *, quick: bool, only: tuple[str, ...], row: str | None, output: Path | None, **given: Any
) -> None:
    """Measure the server beside its references; print the figures as a table.

    Example: python -m benchmarks --observations 10000000 --output ten-million.json
    """
    plan = replace(QUICK if quick else Plan(), **{n: v for n, v in given.items() if v is not None})
    figures = run(plan, only or tuple(MEASURES), row)
    click.echo(f"{report.machine()}; load {report.load_average()}\n")
    click.echo(report.table(figures))
    click.echo(f"\n{report.summary(figures)}")
    if output:
        output.write_bytes(report.document(plan, figures))


def run(plan: Plan, names: tuple[str, ...], row: str | None = None) -> list[Figure]:
    """Measure the families named, in a temporary folder; profile rows whose names have a text."""
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="sdmx-benchmark-") as folder:
        print("Drawing and loading the cube ...", file=sys.stderr)
        with staged(plan, Path(folder)) as stage:
            for name in (each for each in MEASURES if each in names):
                print(f"Measuring {name} ...", file=sys.stderr)
                measured = MEASURES[name](stage)
                figures.extend(measured)
                _profile([figure for figure in measured if row and row in figure.name])
    return figures


def _profile(figures: list[Figure]) -> None:
    for figure in figures:
        if figure.profile is not None:
            click.echo(f"== {figure.name}\n{figure.profile()}")


if __name__ == "__main__":
    main()
