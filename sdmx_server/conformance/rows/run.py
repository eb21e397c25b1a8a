"""Rows asked of a server that holds their house."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from sdmx_server.conformance.check import Outcome, Statement, Status, Unmet
from sdmx_server.conformance.decoding.content import Unreadable
from sdmx_server.conformance.facts import Inapplicable
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.rows.row import AREAS, Row, Step
from sdmx_server.conformance.rows.words import TOGETHER, WORDS
from sdmx_server.conformance.session import OutOfTime, Session

_OUTPUT = "output"
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_TOLD = re.compile(r"\{([\w-]+)\}")


class Keeper(Protocol):
    """Who keeps the server that is asked, and can change what it holds."""

    def load(self, file: str) -> None:
        """Publish a file of the house, named as ``fixtures/<house>`` has it."""

    def run(self, words: Sequence[str]) -> str:
        """Run a command of the server on its database; return what it prints."""


def ask(row: Row, session: Session, keeper: Keeper | None = None) -> Outcome:
    """Ask what a row asks, and judge what comes.

    Args:
        row: what to ask.
        session: points at the address below which the version of SDMX-REST of the row begins.
        keeper: keeps the server; rows that need one do not apply without. Where there is one the
            server is our own, and leaves nothing out that a row asks for.
    """
    answers: list[Answer] = []
    told: dict[str, str] = {}
    try:
        for step in row.steps:
            told |= _changed(step, keeper)
            answers.append(session.ask_anew(_filled(step.request, told)))
            told |= answers[-1].headers
            for word, value in step.expect.items():
                WORDS[word](value, answers[-1], session.ask_anew)
        for word, value in row.together.items():
            TOGETHER[word](value, answers)
    except OutOfTime:
        return _outcome(row, Status.NOT_APPLICABLE, "the time limit was reached", answers)
    except Inapplicable as why:
        status = Status.NOT_APPLICABLE if keeper is None else Status.FAILED
        return _outcome(row, status, str(why), answers)
    except (Unmet, Unreadable) as why:
        return _outcome(row, Status.FAILED, str(why), answers)
    return _outcome(row, Status.PASSED, "", answers)


def stated(row: Row) -> Statement:
    """Return what a row says, as reports tell of it."""
    return Statement(
        row.id,
        (row.number,),
        row.api,
        AREAS[row.entry.section],
        row.entry.priority,
        row.page,
        row.says or f"{row.entry.request}: {row.entry.expectation}",
    )


def _outcome(row: Row, status: Status, reason: str, answers: Sequence[Answer]) -> Outcome:
    return Outcome(stated(row), status, reason, tuple(answers))


def _changed(step: Step, keeper: Keeper | None) -> Mapping[str, str]:
    """Change what the server holds, where a step wants it; return what a command printed.

    Raises:
        Inapplicable: where nobody can, or the request itself might change a server of others.
    """
    if keeper is None and step.request.method not in _HARMLESS:
        raise Inapplicable(f"{step.request.method} is sent to no server of others")
    if step.load is None and not step.run:
        return {}
    if keeper is None:
        raise Inapplicable("what this server holds cannot be changed from here")
    if step.load is not None:
        keeper.load(step.load)
    return {_OUTPUT: keeper.run(step.run).strip()} if step.run else {}


def _filled(request: Request, told: Mapping[str, str]) -> Request:
    """Return a request whose ``{ETag}`` is that of the answer before.

    Raises:
        Unmet: if that answer has no such header field.
    """

    def value(found: re.Match[str]) -> str:
        name = found.group(1).lower()
        if name not in told:
            raise Unmet(f"the answer before has no header field {found.group(1)}")
        return told[name]

    headers = tuple((name, _TOLD.sub(value, text)) for name, text in request.headers)
    return Request(request.path, headers, request.method, request.body)
