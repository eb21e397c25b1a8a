"""What all tests share: engines on real databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sdmx_server.storage.database import connect, create
from tests.databases import NO_POSTGRESQL, fresh_schema, postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str | None]:
    """URL of a PostgreSQL server that runs as long as the tests; None without one."""
    with postgresql() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'sdmx.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str | None) -> Iterator[str]:
    """URL of an empty schema of the PostgreSQL server."""
    if postgresql_server is None:
        pytest.skip(NO_POSTGRESQL)
    with fresh_schema(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, of either kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """Engine of a database with empty tables, of either kind."""
    engine = connect(database_url)
    create(engine)
    yield engine
    engine.dispose()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("CI") == "true" and _without_postgresql(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = _without_postgresql(terminalreporter)
    if skipped:
        terminalreporter.section("PostgreSQL was not tested", red=True)
        terminalreporter.line(f"{skipped} tests were left out: there is {NO_POSTGRESQL}.")


def _without_postgresql(reporter: pytest.TerminalReporter) -> int:
    reports = reporter.stats.get("skipped", [])
    return sum(NO_POSTGRESQL in str(report.longrepr) for report in reports)
