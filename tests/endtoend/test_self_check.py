"""A server checks itself beside its work: once a version, and no longer than it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from sdmx_server import __version__
from sdmx_server.exchange.stores import open_stores
from sdmx_server.settings import Settings
from sdmx_server.storage.self_checks import SelfCheck
from tests.endtoend.conftest import serving

REPORT = '{"totals": {"pass": 1, "fail": 0, "notApplicable": 0, "score": 100.0}, "areas": []}'
PATIENCE = 30.0  # seconds


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


def checking(home: Path) -> set[str]:
    """Return the processes that check the server of a folder; as Linux tells them."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            settings = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"conformance" in words and f"SDMX_SERVER_HOME={home}".encode() in settings:
            found.add(process.name)
    return found


def soon(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def test_a_new_version_checks_itself_until_the_server_ends(home: Path) -> None:
    with serving(home, SDMX_SERVER_SELF_CHECK="true") as (address, _):
        assert soon(lambda: bool(checking(home)))
        assert "sdmx-server conformance" in requests.get(f"{address}/conformance", timeout=30).text
    assert soon(lambda: not checking(home))


def test_a_version_that_was_checked_is_not_checked_again(home: Path) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    home.mkdir()
    stores = open_stores(Settings(home=str(home)).database)
    stores.self_checks.keep(SelfCheck(at, __version__, REPORT))
    with serving(home, SDMX_SERVER_SELF_CHECK="true") as (address, _):
        page = requests.get(f"{address}/conformance?lang=en", timeout=30).text
        assert "100.0 %" in page
        assert not checking(home)
