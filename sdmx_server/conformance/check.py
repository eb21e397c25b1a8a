"""A check: what is asked, what the standard expects of the answer, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sdmx_server.conformance.decoding.content import Unreadable
from sdmx_server.conformance.facts import Api, Facts, Inapplicable
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.session import OutOfTime, Session


class Unmet(Exception):
    """An answer is not what the standard expects; the text says how it differs."""


Ask = Callable[[Facts], Sequence[Request]]
"""Build the requests; raises Inapplicable where the service has nothing to ask about."""
Follow = Callable[[Facts, Sequence[Answer]], Sequence[Request]]
"""Build requests from the answers to the first ones."""
Expect = Callable[[Facts, Sequence[Answer]], None]
"""Judge the answers, in the order of the requests; raises Unmet or Inapplicable."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the standard says.

    Attributes:
        id: names it, e.g. ``v1-data-key-or``.
        rows: rows of the conformance table that it stands for.
        api: the version of SDMX-REST that says so.
        area: what part of the API it belongs to.
        priority: 1 where a released specification demands it, 2 where it recommends it.
        page: where the specification says so.
        expectation: what it says, as a sentence.
    """

    id: str
    rows: tuple[int, ...]
    api: Api
    area: str
    priority: int
    page: str
    expectation: str


@dataclass(frozen=True, slots=True)
class Check(Statement):
    """A statement that any service can be held against.

    Attributes:
        ask: what to ask.
        expect: how to judge what comes.
        follow: what to ask then.
    """

    ask: Ask
    expect: Expect
    follow: Follow | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A part of an API, for which there is a table of checks.

    Attributes:
        api: the version of SDMX-REST.
        name: how reports call it.
        page: the page of the specification on it.
    """

    api: Api
    name: str
    page: str

    def check(
        self,
        slug: str,
        rows: Sequence[int],
        priority: int,
        expectation: str,
        *,
        ask: Ask,
        expect: Expect,
        follow: Follow | None = None,
    ) -> Check:
        """Return a check of this area; ``slug`` names it within the API."""
        identity = f"{self.api}-{slug}"
        return Check(
            identity, tuple(rows), self.api, self.name, priority, self.page, expectation,
            ask, expect, follow,
        )  # fmt: skip


class Status(Enum):
    """What came of a check."""

    PASSED = "pass"
    FAILED = "fail"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of holding a service against a statement.

    Attributes:
        check: the statement.
        status: whether the expectation is met.
        reason: how the answer differs, or why the check does not apply; empty where it passed.
        answers: what came, with what was asked.
    """

    check: Statement
    status: Status
    reason: str = ""
    answers: tuple[Answer, ...] = ()


def run(check: Check, facts: Facts, session: Session) -> Outcome:
    """Ask a service, and judge what comes."""
    answers: list[Answer] = []
    try:
        answers.extend(session.ask(request) for request in check.ask(facts))
        if check.follow:
            answers.extend(session.ask(request) for request in check.follow(facts, answers))
        check.expect(facts, answers)
    except OutOfTime:
        return Outcome(check, Status.NOT_APPLICABLE, "the time limit was reached")
    except Inapplicable as why:
        return Outcome(check, Status.NOT_APPLICABLE, str(why), tuple(answers))
    except (Unmet, Unreadable) as why:
        return Outcome(check, Status.FAILED, str(why), tuple(answers))
    return Outcome(check, Status.PASSED, "", tuple(answers))
