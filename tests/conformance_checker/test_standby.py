"""The process that runs commands of the server at once, each in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdmx_server import __version__
from sdmx_server.conformance.furnishing import furnish
from sdmx_server.conformance.houses import houses
from sdmx_server.conformance.standby import Standby
from tests.endtoend.conftest import free_port

SECONDS = 30.0


@pytest.fixture
def standby() -> Iterator[Standby]:
    """A process that stands by."""
    made = Standby()
    yield made
    made.close()


def environment(home: Path) -> dict[str, str]:
    others = {k: v for k, v in os.environ.items() if not k.startswith("SDMX_SERVER_")}
    return others | {"SDMX_SERVER_HOME": str(home), "SDMX_SERVER_SELF_CHECK": "false"}


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_commands_run_in_their_order_and_what_they_print_is_kept(standby: Standby, tmp_path: Path):
    told = tmp_path / "told"
    commands = [["--version"], ["init"]]
    process = standby.start(commands, tmp_path, environment(tmp_path), told)
    assert standby.wait(process, SECONDS) == 0
    first, second = told.read_text("utf-8").splitlines()
    assert first.endswith(__version__)
    assert str(tmp_path) in second


def test_the_first_command_that_fails_is_the_last_one(standby: Standby, tmp_path: Path):
    told = tmp_path / "told"
    commands = [["nonsense"], ["init"]]
    process = standby.start(commands, tmp_path, environment(tmp_path), told)
    assert standby.wait(process, SECONDS) == 1
    assert "No such command 'nonsense'" in told.read_text("utf-8")
    assert not list(tmp_path.glob("*.sqlite"))


def test_each_process_has_the_environment_that_it_was_given(standby: Standby, tmp_path: Path):
    for port in ("8001", "8002"):
        told = tmp_path / port
        given = environment(tmp_path) | {"SDMX_SERVER_PORT": port}
        process = standby.start([["settings"]], tmp_path, given, told)
        assert standby.wait(process, SECONDS) == 0
        assert f"port = {port}" in told.read_text("utf-8").splitlines()


def test_what_runs_can_be_ended_and_is_ended_once(standby: Standby, tmp_path: Path):
    process = served(standby, tmp_path)
    assert standby.wait(process, 0) is None
    code = standby.end(process, SECONDS)
    assert code is not None
    assert not lives(process)
    assert standby.end(process, SECONDS) == standby.wait(process, 0) == code


def test_what_still_runs_at_the_end_is_ended(tmp_path: Path):
    standby = Standby()
    process = served(standby, tmp_path)
    standby.close()
    assert not lives(process)


def served(standby: Standby, home: Path) -> int:
    """Start a server and return its process once it says where it serves."""
    furnish(houses()["empty"], home)
    told = home / "serve.log"
    commands = [["serve", "--no-publish", "--port", str(free_port())]]
    process = standby.start(commands, home, environment(home), told)
    patience = time.monotonic() + SECONDS
    while "Serving on" not in (told.read_text("utf-8") if told.exists() else ""):
        assert time.monotonic() < patience, told.read_text("utf-8")
        time.sleep(0.05)
    return process
