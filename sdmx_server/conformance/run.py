"""A run of all checks against one service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sdmx_server.conformance.catalogue import CHECKS
from sdmx_server.conformance.check import Check, Outcome, Status, run
from sdmx_server.conformance.discovery import discover
from sdmx_server.conformance.facts import Api, Facts
from sdmx_server.conformance.rows.row import Row
from sdmx_server.conformance.rows.run import ask
from sdmx_server.conformance.session import OutOfTime, Session


class NoService(Exception):
    """There is no SDMX-REST service at an address; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checks passed, failed, and did not apply."""

    passed: int
    failed: int
    not_applicable: int

    @property
    def score(self) -> float:
        """Share of the checks that apply which passed, in percent; 0 where none applies."""
        applied = self.passed + self.failed
        return 100 * self.passed / applied if applied else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """What came of all checks against one service.

    Attributes:
        address: what was pointed at.
        found: what was found there, one entry for each version of SDMX-REST.
        outcomes: in the order of the checks.
    """

    address: str
    found: tuple[Facts, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def conforms(self) -> bool:
        """Whether no check of priority 1 failed."""
        failed = (o for o in self.outcomes if o.status is Status.FAILED)
        return not any(o.check.priority == 1 for o in failed)


def check_service(
    session: Session,
    apis: Collection[Api] = ("v1", "v2"),
    only: Collection[str] = (),
    done: Callable[[Outcome], None] = lambda _: None,
    rows: Collection[Row] = (),
) -> Run:
    """Discover what a service has, and run the checks on it.

    Args:
        session: points at the service.
        apis: versions of SDMX-REST to look for.
        only: patterns of the ids or names of areas of the checks to run; all where empty.
        done: told of each outcome as it comes.
        rows: rows of the table about fixtures that the service holds, to be asked as well.

    Raises:
        NoService: if nothing at the address speaks SDMX-REST, or it has no data to ask for, or
            there is no time to find out.
    """
    address = session.address
    found: list[Facts] = []
    outcomes: list[Outcome] = []
    for api in apis:
        session.address = address
        facts = _discovered(session, api)
        if facts is not None:
            found.append(facts)
            for check in selected(api, only):
                outcomes.append(run(check, facts, session))
                done(outcomes[-1])
            for row in (row for row in rows if row.api == api):
                outcomes.append(ask(row, session))
                done(outcomes[-1])
    if not found:
        raise NoService(
            f"Nothing at {address} answers as SDMX-REST with a dataflow that has data; give the "
            "address at which its resources begin, such as https://example.org/sdmx/v2."
        )
    return Run(address, tuple(found), tuple(outcomes))


def selected(api: Api, only: Collection[str] = ()) -> Iterator[Check]:
    """Yield the checks of a version of SDMX-REST whose id or area fits one of some patterns."""
    for check in CHECKS:
        names = (check.id, check.area, check.id.split("-", 1)[1])
        fits = any(fnmatchcase(name, pattern) for name in names for pattern in only)
        if check.api == api and (fits or not only):
            yield check


def tally(outcomes: Sequence[Outcome]) -> Tally:
    """Count outcomes."""
    counts = [sum(o.status is status for o in outcomes) for status in Status]
    return Tally(*counts)


def by_area(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], list[Outcome]]:
    """Return the outcomes of each version and area, in the order of the checks."""
    areas: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        areas.setdefault((outcome.check.api, outcome.check.area), []).append(outcome)
    return areas


def _discovered(session: Session, api: Api) -> Facts | None:
    try:
        return discover(session, api)
    except OutOfTime:
        raise NoService(
            f"The time limit was reached before anything was found at {session.address}; give "
            "more time."
        ) from None
