"""Every row of the conformance table, asked over HTTP of real servers that hold the fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sdmx_server.conformance.check import Status
from sdmx_server.conformance.rows.row import Row, entries, rows
from sdmx_server.conformance.selfcheck import Occupied, ask, occupied


@pytest.fixture(scope="session")
def enter() -> Iterator[Callable[[str], Occupied]]:
    """Serve each house once a session, when a row first asks for it."""
    with ExitStack() as stack:
        served: dict[str, Occupied] = {}

        def enter_house(name: str) -> Occupied:
            if name not in served:
                served[name] = stack.enter_context(occupied(name))
            return served[name]

        yield enter_house


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_the_server_answers_a_row_as_the_table_says(
    row: Row, enter: Callable[[str], Occupied]
) -> None:
    outcome = ask(row, enter(row.house))
    assert outcome.status is Status.PASSED, f"{outcome.check.expectation}: {outcome.reason}"


def test_every_row_of_the_table_is_asked() -> None:
    assert sorted(entries()) == list(range(1, 414))
    assert {row.number for row in rows()} == set(entries())
