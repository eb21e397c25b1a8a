"""Rows asked of a server that holds their house."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdmx_server.conformance.check import Outcome, Statement, Status, Unmet
from sdmx_server.conformance.decoding.content import Unreadable
from sdmx_server.conformance.facts import Inapplicable
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.rows.row import AREAS, Row, Step
from sdmx_server.conformance.rows.words import TOGETHER, WORDS
from sdmx_server.conformance.session import OutOfTime, Session

Load = Callable[[str], None]
"""Publish a file of the house, named as ``fixtures/<house>`` has it."""


def ask(row: Row, session: Session, load: Load | None = None) -> Outcome:
    """Ask what a row asks, and judge what comes.

    Args:
        row: what to ask.
        session: points at the address below which the version of SDMX-REST of the row begins.
        load: publishes a file; rows that need it do not apply without.
    """
    answers: list[Answer] = []
    try:
        for step in row.steps:
            _publish(step, load)
            answers.append(session.ask_anew(_filled(step.request, answers)))
            for word, value in step.expect.items():
                WORDS[word](value, answers[-1], session.ask_anew)
        for word, value in row.together.items():
            TOGETHER[word](value, answers)
    except OutOfTime:
        return _outcome(row, Status.NOT_APPLICABLE, "the time limit was reached", answers)
    except Inapplicable as why:
        return _outcome(row, Status.NOT_APPLICABLE, str(why), answers)
    except (Unmet, Unreadable) as why:
        return _outcome(row, Status.FAILED, str(why), answers)
    return _outcome(row, Status.PASSED, "", answers)


def stated(row: Row) -> Statement:
    """Return what a row says, as reports tell of it."""
    return Statement(
        row.id,
        (row.number,),
        row.api,
        f"table: {AREAS[row.entry.section]}",
        row.entry.priority,
        row.page,
        row.says or f"{row.entry.request}: {row.entry.expectation}",
    )


def _outcome(row: Row, status: Status, reason: str, answers: Sequence[Answer]) -> Outcome:
    return Outcome(stated(row), status, reason, tuple(answers))


def _publish(step: Step, load: Load | None) -> None:
    """Publish the file that a step needs.

    Raises:
        Inapplicable: where nothing can be published.
    """
    if step.load is None:
        return
    if load is None:
        raise Inapplicable("nothing can be published on this server to see it change")
    load(step.load)


def _filled(request: Request, answers: Sequence[Answer]) -> Request:
    """Return a request whose ``{ETag}`` is that of the answer before."""
    if not answers:
        return request
    told = {f"{{{name}}}": value for name, value in answers[-1].headers.items()}
    headers = []
    for name, value in request.headers:
        found = told.get(value.lower()) if value.startswith("{") else value
        if found is None:
            raise Unmet(f"{answers[-1].request} has no header field {value[1:-1]}")
        headers.append((name, found))
    return Request(request.path, tuple(headers), request.method, request.body)
