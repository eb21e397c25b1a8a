"""The self-check: it finds what is wrong, and the command tells and keeps what it found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sdmx_server import __version__
from sdmx_server.cli import main
from sdmx_server.conformance import selfcheck
from sdmx_server.conformance.check import Status
from sdmx_server.conformance.houses import House, houses
from sdmx_server.conformance.request import Request
from sdmx_server.conformance.rows.row import Row, Step
from sdmx_server.conformance.selfcheck import check_self, occupied, selected
from sdmx_server.exchange.stores import open_stores
from sdmx_server.settings import Settings

FEW = ("row_413",)
"""Rows whose house is small."""


def expecting(row: Row, path: str, expect: dict[str, Any]) -> Row:
    """Return a row that asks and expects something else."""
    return replace(row, steps=(Step(Request(path), expect),), together={})


def conformance(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["conformance", "--format", "json", *arguments])


def kept(home: Path) -> Any:
    """Return the report that was kept, None without one."""
    last = open_stores(Settings(home=str(home)).database).self_checks.last()
    return None if last is None else (last.version, json.loads(last.report))


# -- what it finds ------------------------------------------------------------------------


def test_rows_that_are_met_pass_and_are_told_as_they_come():
    chosen = selected(FEW)
    told: list[str] = []
    run = check_self(chosen, lambda outcome: told.append(outcome.check.id))
    assert told == [row.id for row in chosen]
    assert [outcome.status for outcome in run.outcomes] == [Status.PASSED] * len(chosen)
    assert run.conforms


@pytest.mark.parametrize(
    ("path", "expect", "told"),
    [
        ("/structure/codelist/TST/CL_FAR", {"status": 404}, "is 200, not 404"),
        ("/structure/codelist/TST/CL_FAR", {"artefacts": []}, "not expected is codelist"),
        ("/structure/codelist/TST/NOPE", {"kinds": ["codelist"]}, "is 204, not 200"),
        ("/subscription", {"status": 200}, "leaves this out (501)"),
    ],
)
def test_what_is_not_met_fails_even_where_the_server_leaves_it_out(
    path: str, expect: dict[str, Any], told: str
):
    (row, *_) = selected(FEW)
    run = check_self([expecting(row, path, expect)])
    (outcome,) = run.outcomes
    assert outcome.status is Status.FAILED
    assert told in outcome.reason
    assert not run.conforms


def test_a_house_that_holds_something_else_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (load,) = houses()["external"].steps
    (file,) = load.files
    other = tmp_path / file.name
    other.write_text(file.read_text("utf-8").replace('CL_FAR"', 'CL_NEAR"'), "utf-8")
    changed = House("external", houses()["external"].settings, (replace(load, files=(other,)),), {})
    monkeypatch.setattr(selfcheck, "houses", lambda: {"external": changed})
    run = check_self(selected(FEW))
    assert {outcome.status for outcome in run.outcomes} == {Status.FAILED}


def test_rows_are_chosen_by_name_and_area():
    assert [row.id for row in selected(("row_145",))] == ["row_145"]
    assert {row.number for row in selected(("row_16?",))} == set(range(160, 170))
    (area,) = {row.entry.section for row in selected(("availability",))}
    assert area == "5.8"
    assert selected(("nothing",)) == []


# -- the command --------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """Rows that stand for the whole table."""
    chosen = list(selected(FEW))

    def select(only: Sequence[str] = ()) -> Sequence[Row]:
        return chosen if not only else selected(only)

    monkeypatch.setattr(selfcheck, "selected", select)
    return chosen


def test_a_check_of_some_rows_is_told_and_not_kept(tmp_path: Path):
    result = conformance("--only", "row_413-1", "--home", str(tmp_path))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["totals"] == {"pass": 1, "fail": 0, "notApplicable": 0, "score": 100.0}
    assert [check["id"] for check in report["checks"]] == ["row_413-1"]
    assert kept(tmp_path) is None


def test_a_check_of_all_rows_is_kept(tmp_path: Path, few: list[Row]):
    result = conformance("--home", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert kept(tmp_path) == (__version__, json.loads(result.stdout))


def test_a_row_of_priority_1_that_fails_ends_with_1_and_is_kept(tmp_path: Path, few: list[Row]):
    few[0] = expecting(few[0], "/structure/codelist/TST/CL_FAR", {"status": 404})
    result = conformance("--home", str(tmp_path))
    assert result.exit_code == 1
    version, report = kept(tmp_path)
    assert (version, report["totals"]["fail"]) == (__version__, 1)


def test_rows_of_another_version_of_the_api_are_left_out(tmp_path: Path):
    result = conformance("--only", "row_413*", "--api", "v1", "--home", str(tmp_path))
    assert result.exit_code == 2
    assert "No check or area is called 'row_413*'" in result.stderr


@pytest.mark.parametrize(
    ("house", "row", "status"),
    [
        ("drafts", "row_136", "pass"),
        ("changing", "row_382", "not applicable"),  # publishes something in between
        ("sdmx3", "row_344", "not applicable"),  # would delete something
    ],
)
def test_a_service_that_holds_a_house_is_asked_what_changes_nothing_there(
    house: str, row: str, status: str
):
    with occupied(house) as held:
        address = held.address.removesuffix("/sdmx")
        result = conformance(address, "--holds", house, "--only", row, "--rate", "10000")
    assert result.exit_code == 0, result.output
    (check,) = json.loads(result.stdout)["checks"]
    assert (check["id"], check["status"]) == (row, status)
