"""What can be expected of answers: the words in which checks are written.

Source: SDMX-REST 1.5, section 4.7; SDMX-REST 2.2, doc/status.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sdmx_server.conformance.check import Expect, Unmet
from sdmx_server.conformance.decoding import messages
from sdmx_server.conformance.decoding.data import DataMessage, Key, Observation
from sdmx_server.conformance.decoding.references import Reference
from sdmx_server.conformance.decoding.structure import StructureMessage
from sdmx_server.conformance.facts import Facts, Inapplicable
from sdmx_server.conformance.request import Answer

Choose = Callable[[Facts], Iterable[Observation]]
_NOT_IMPLEMENTED = 501


def require(condition: bool, reason: str) -> None:
    """Go on where a condition holds.

    Raises:
        Unmet: where it does not, with the reason.
    """
    if not condition:
        raise Unmet(reason)


def require_status(answer: Answer, *allowed: int) -> None:
    """Go on where an answer has one of the statuses allowed.

    Raises:
        Unmet: where it has another, or there is no answer.
        Inapplicable: where the service says that it leaves this out (501), or the answer is
            larger than is read.
    """
    if answer.too_large:
        raise Inapplicable(answer.failure or "the answer is too large")
    if answer.failure:
        raise Unmet(answer.failure)
    if answer.status == _NOT_IMPLEMENTED and _NOT_IMPLEMENTED not in allowed:
        raise Inapplicable("the service says that it leaves this out (501)")
    if answer.status not in allowed:
        listed = " or ".join(str(each) for each in allowed)
        raise Unmet(f"the status of {answer.request.path[:80]} is {answer.status}, not {listed}")


def data_of(facts: Facts, answer: Answer) -> DataMessage:
    """Return the data of an answer.

    Raises:
        Unmet, Inapplicable: by its status.
        Unreadable: if it is no data message.
    """
    require_status(answer, 200)
    return messages.data(answer.body, facts.shape)


def structures_of(answer: Answer) -> StructureMessage:
    """Return the structures of an answer.

    Raises:
        Unmet, Inapplicable: by its status.
        Unreadable: if it is no structure message.
    """
    require_status(answer, 200)
    return messages.structures(answer.body)


def status(*allowed: int) -> Expect:
    """Expect one of some statuses of every answer."""

    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        for answer in answers:
            require_status(answer, *allowed)

    return expect


def refused(*allowed: int) -> Expect:
    """Expect that every request is refused: with 400, or one of some statuses."""
    return status(*(allowed or (400,)))


def nothing(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect that nothing is found: 404 in 1.5; 204 without content, or 404, in 2.2."""
    for answer in answers:
        require_status(answer, *((404,) if facts.api == "v1" else (204, 404)))
        if answer.status == 204:
            require(not answer.body, "the answer has status 204 and content all the same")


def observations(choose: Choose) -> Expect:
    """Expect exactly some of the observations that discovery found, with their values."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        expected = DataMessage(tuple(choose(facts)), ())
        for answer in answers:
            require_same_data(data_of(facts, answer), expected)

    return expect


def require_same_data(found: DataMessage, expected: DataMessage) -> None:
    """Go on where two messages have the same observations with the same values.

    Raises:
        Unmet: where they have not, naming one that differs.
    """
    require(
        len(found.observations) == len(found.keys), "an observation stands twice in the message"
    )
    lacking, extra = expected.keys - found.keys, found.keys - expected.keys
    if lacking or extra:
        raise Unmet(
            f"{len(found.keys)} observations came, not {len(expected.keys)}"
            + (f"; lacking is {spell(min(lacking, key=sorted))}" if lacking else "")
            + (f"; not expected is {spell(min(extra, key=sorted))}" if extra else "")
        )
    differing = expected.contents - found.contents
    if differing:
        key, values = min(differing, key=lambda pair: sorted(pair[0]))
        raise Unmet(f"{spell(key)} has not the value {dict(values)}")


def same(expected: int = 0) -> Expect:
    """Expect that all answers hold the same data as one of them."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        first = data_of(facts, answers[expected])
        for answer in answers:
            require_same_data(data_of(facts, answer), first)

    return expect


def require_references(
    message: StructureMessage, *, having: Iterable[Reference] = (), kinds: Iterable[str] = ()
) -> None:
    """Go on where a message has some artefacts, and those of some types alone (if any).

    Raises:
        Unmet: where it has not.
    """
    for reference in having:
        require(reference in message.references, f"{reference} is not in the answer")
    allowed = set(kinds)
    if allowed:
        others = [each for each in message.references if each.kind not in allowed]
        require(not others, f"{others[0] if others else ''} was not asked for")
    require(
        len(message.references) == len(message.artefacts)
        or any(not a.reference.id for a in message.artefacts),
        "an artefact stands twice in the answer",
    )


def spell(key: Key) -> str:
    """Return a key as text."""
    return " ".join(f"{name}={value}" for name, value in sorted(key))
