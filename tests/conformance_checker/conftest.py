"""The server as it is, and what its answers were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sdmx_server.conformance.discovery import discover
from sdmx_server.conformance.facts import Api, Facts
from sdmx_server.conformance.session import Session
from tests.conformance_checker.stub import Break, Recording, replaying
from tests.endtoend.conftest import serving

FAST = 10_000.0
"""Requests a second that the tests allow themselves."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with Serang's structures and figures."""
    with serving(tmp_path_factory.mktemp("checked") / "var") as (address, _):
        yield address


@pytest.fixture(scope="session")
def recording(server: str) -> Recording:
    """What that server answers."""
    return Recording(server)


@pytest.fixture(scope="session")
def unbroken(recording: Recording) -> Iterator[str]:
    """Address of a stub with nothing broken."""
    with replaying(recording, Break()) as address:
        yield address


@pytest.fixture(scope="session")
def facts(unbroken: str) -> dict[Api, Facts]:
    """What discovery finds there."""
    found: dict[Api, Facts] = {}
    for api in ("v1", "v2"):
        with Session(f"{unbroken}/sdmx/{api}", FAST, 120) as session:
            discovered = discover(session, api)
        assert discovered is not None
        found[api] = discovered
    return found
