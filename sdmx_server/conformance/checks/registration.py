"""Registrations: by id, by provider, by what the data are of, and by when they were updated.

Source: SDMX-REST 2.2, doc/registration.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote

from sdmx_server.conformance import schemas
from sdmx_server.conformance.check import Area, Ask, Expect, Follow
from sdmx_server.conformance.checks.formats import SDMX
from sdmx_server.conformance.decoding.registration import Registration, decode_registrations
from sdmx_server.conformance.expectations import nothing, refused, require, require_status, status
from sdmx_server.conformance.facts import NOWHERE, Facts, Inapplicable
from sdmx_server.conformance.request import Answer, Request, get

_AREA = Area("v2", "registration", "SDMX-REST 2.2, doc/registration.md")
_ALL = "/registration/provider/*/*"
_REGISTRY = f"{SDMX}registry+xml"
Choose = Callable[[Facts, Sequence[Registration]], Sequence[Registration]]


def _everything(_: Facts) -> Sequence[Request]:
    return get(_ALL)


def _everything_in(version: str) -> Ask:
    return lambda _: get(_ALL, accept=f"{_REGISTRY};version={version}")


def _registrations(answer: Answer) -> tuple[Registration, ...]:
    """Return the registrations of an answer; none where there is no content."""
    if answer.status == 406:
        raise Inapplicable("the service does not offer this format")
    require_status(answer, 200, 204)
    return decode_registrations(answer.body) if answer.status == 200 else ()


def _known(answers: Sequence[Answer]) -> tuple[Registration, ...]:
    """Return all registrations, by which the others are judged.

    Raises:
        Inapplicable: if there are none.
    """
    found = _registrations(answers[0])
    if not found:
        raise Inapplicable("the service has no registrations")
    return found


def _latest(known: Sequence[Registration]) -> datetime:
    """Return when a registration was last updated.

    Raises:
        Inapplicable: if none says so.
    """
    updated = [each.updated for each in known if each.updated]
    if not updated:
        raise Inapplicable("no registration says when it was updated")
    return max(updated)


def _spelt(instant: datetime) -> str:
    return quote(instant.isoformat())


def _bounded(name: str) -> Follow:
    """Ask for what was updated before or after the last update."""
    return lambda _, answers: get(f"{_ALL}?{name}={_spelt(_latest(_known(answers)))}")


def _by_id(_: Facts, answers: Sequence[Answer]) -> Sequence[Request]:
    return get(f"/registration/id/{quote(_known(answers)[0].id, safe='')}")


def _by_agreement(_: Facts, answers: Sequence[Answer]) -> Sequence[Request]:
    first = _known(answers)[0].agreement
    context = f"/registration/provisionagreement/{first.agency}"
    return get(
        f"{context}/{first.id}/{first.version}", f"{context}/{first.id},{NOWHERE}/{first.version}"
    )


def _by_dataflow(facts: Facts, answers: Sequence[Answer]) -> Sequence[Request]:
    flow, structure = facts.dataflow, facts.datastructure
    _agreed(facts, _known(answers))
    return get(
        f"/registration/dataflow/{flow.agency}/{flow.id}/{flow.version}",
        f"/registration/datastructure/{structure.agency}/{structure.id}/{structure.version}",
    )


def _agreed(facts: Facts, known: Sequence[Registration]) -> list[Registration]:
    """Return the registrations under the agreement that discovery found.

    Raises:
        Inapplicable: if there are none.
    """
    found = [each for each in known if each.agreement == facts.agreement]
    if not found:
        raise Inapplicable("no registration is one of the dataflow found")
    return found


def _exactly(choose: Choose) -> Expect:
    """Expect of every answer but the first exactly some of the registrations in that."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        known = _known(answers)
        expected = {each.id for each in choose(facts, known)}
        for answer in answers[1:]:
            found = [each.id for each in _registrations(answer)]
            require(len(set(found)) == len(found), "a registration stands twice in the answer")
            lacking, extra = sorted(expected - set(found)), sorted(set(found) - expected)
            require(not lacking, f"the registration {lacking[:1]} is not in the answer")
            require(not extra, f"the registration {extra[:1]} was not asked for")

    return expect


def _with_those_agreed(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect of every answer but the first at least those under the agreement found."""
    expected = {each.id for each in _agreed(facts, _known(answers))}
    for answer in answers[1:]:
        lacking = sorted(expected - {each.id for each in _registrations(answer)})
        require(not lacking, f"the registration {lacking[:1]} is not in the answer")


def _told(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect registrations, each with an id of its own, an agreement and a source."""
    known = _known(answers)
    require(len({each.id for each in known}) == len(known), "two registrations have the same id")
    kinds = {each.agreement.kind for each in known}
    require(kinds == {"provisionagreement"}, f"what is agreed is a {', '.join(sorted(kinds))}")
    require(
        answers[0].media_type == f"{_REGISTRY};version=3.1.0",
        f"the Content-Type is {answers[0].media_type}",
    )


def _valid(version: str) -> Expect:
    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        _known(answers)
        require(answers[0].media_type.endswith(f"version={version}"), "it is another version")
        faults = schemas.xml_faults(answers[0].body)
        require(not faults, faults[0] if faults else "")

    return expect


CHECKS = (
    _AREA.check(
        "registration", (318, 320), 1, "Registrations come as SDMX-ML 3.1, with id and source.",
        ask=_everything, expect=_told,
    ),
    *(
        _AREA.check(
            f"registration-{slug}-valid", (318,), priority,
            f"In SDMX-ML {version} they are valid by its schema.",
            ask=_everything_in(version),
            expect=_valid(version),
        )
        for slug, version, priority in (("xml31", "3.1.0", 1), ("xml30", "3.0.0", 2))
    ),
    _AREA.check(
        "registration-id", (318,), 1, "An id brings that registration alone.",
        ask=_everything, follow=_by_id, expect=_exactly(lambda _, known: known[:1]),
    ),
    _AREA.check(
        "registration-unknown", (319,), 2, "An unknown id brings nothing.",
        ask=lambda f: get(f"/registration/id/{NOWHERE}"), expect=status(204, 404),
    ),
    _AREA.check(
        "registration-short", (320,), 1, "What is left out of the path is any.",
        ask=_everything,
        follow=lambda _, answers: get("/registration/provider", "/registration/provider/*"),
        expect=_exactly(lambda _, known: known),
    ),
    _AREA.check(
        "registration-provider", (320,), 1, "An unknown provider has registered nothing.",
        ask=lambda f: get(f"/registration/provider/*/{NOWHERE}"), expect=nothing,
    ),
    _AREA.check(
        "registration-agreement", (320,), 1, "An agreement brings what is registered under it.",
        ask=_everything, follow=_by_agreement,
        expect=_exactly(lambda _, known: [e for e in known if e.agreement == known[0].agreement]),
    ),
    _AREA.check(
        "registration-dataflow", (320,), 1, "So do dataflows and data structures of agreements.",
        ask=_everything, follow=_by_dataflow, expect=_with_those_agreed,
    ),
    _AREA.check(
        "registration-nothing", (320,), 1, "An unknown dataflow brings nothing.",
        ask=lambda f: get(f"/registration/dataflow/{f.dataflow.agency}/{NOWHERE}"),
        expect=nothing,
    ),
    _AREA.check(
        "registration-after", (321,), 1, "Nothing was updated after the last update.",
        ask=_everything, follow=_bounded("updatedAfter"), expect=_exactly(lambda *_: ()),
    ),
    _AREA.check(
        "registration-before", (321,), 1, "What was updated last was not updated before that.",
        ask=_everything, follow=_bounded("updatedBefore"),
        expect=_exactly(
            lambda _, known: [e for e in known if e.updated and e.updated < _latest(known)]
        ),
    ),
    _AREA.check(
        "registration-bad-context", (320,), 1, "A codelist is no context.",
        ask=lambda f: get(f"/registration/codelist/{f.dataflow.agency}"), expect=refused(),
    ),
    _AREA.check(
        "registration-bad-updates", (321,), 1, "What is no instant is refused.",
        ask=lambda f: get(f"{_ALL}?updatedAfter=yesterday", f"{_ALL}?updatedBefore=2012-13"),
        expect=refused(),
    ),
)  # fmt: skip
