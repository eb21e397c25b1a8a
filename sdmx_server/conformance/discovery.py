"""What there is at an address: which API, a dataflow with data, structures around it.

Source: SDMX-REST 1.5, section 4.3; SDMX-REST 2.2, doc/structures.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sdmx_server.conformance import paths
from sdmx_server.conformance.decoding import messages
from sdmx_server.conformance.decoding.content import Unreadable
from sdmx_server.conformance.decoding.data import DataMessage, code
from sdmx_server.conformance.decoding.references import Reference
from sdmx_server.conformance.decoding.structure import StructureMessage
from sdmx_server.conformance.facts import Api, Facts
from sdmx_server.conformance.request import Request
from sdmx_server.conformance.session import Session

ENDINGS: Mapping[Api, tuple[str, ...]] = {
    "v1": ("", "/v1", "/sdmx/v1", "/rest", "/rest/v1"),
    "v2": ("", "/v2", "/sdmx/v2", "/rest/v2"),
}
"""Where below an address a service may be, in the order in which it is looked for."""
MAXIMUM_OBSERVATIONS = 2000
_FLOWS = 12
_RICH = (4, 4, 2)
"""Series, observations of one series, and dimensions with two codes that satisfy discovery."""
_EMPTY = DataMessage((), ())


def discover(session: Session, api: Api) -> Facts | None:
    """Return what a service has that speaks a version of SDMX-REST; None where there is none.

    The address of the session becomes the one at which the service was found.
    """
    address = session.address
    for ending in ENDINGS[api]:
        session.address = address.removesuffix(ending) + ending
        flows = _structures(session, paths.structures(api, "dataflow"))
        if flows is not None and flows.of("dataflow"):
            found = _richest(session, api, flows)
            return found and _with_more(session, found)
    session.address = address
    return None


def _richest(session: Session, api: Api, flows: StructureMessage) -> Facts | None:
    """Return the first dataflow with rich data, else the richest of those that were tried."""
    references = tuple(each.reference for each in flows.of("dataflow"))
    best: Facts | None = None
    tried = 0
    for reference in references:
        found = _described(session, api, reference)
        if found is None:
            continue
        tried += 1
        if best is None or _richness(found) > _richness(best):
            best = replace(found, dataflows=references)
        if _richness(best) == _RICH or tried == _FLOWS:
            break
    return best


def _richness(facts: Facts) -> tuple[int, int, int]:
    lengths: dict[frozenset[tuple[str, str]], int] = {}
    time = facts.shape.time or ""
    for each in facts.data.observations:
        key = frozenset(pair for pair in each.key if pair[0] != time)
        lengths[key] = lengths.get(key, 0) + 1
    varied = [
        len({code(key, dimension) for key in lengths}) > 1 for dimension in facts.shape.dimensions
    ]
    found = (len(lengths), max(lengths.values(), default=0), sum(varied))
    return (min(found[0], _RICH[0]), min(found[1], _RICH[1]), min(found[2], _RICH[2]))


def _described(session: Session, api: Api, reference: Reference) -> Facts | None:
    """Return a dataflow with its structure and data; None where it has none."""
    around = _structures(session, paths.structure(api, reference, "references=descendants"))
    shaped = [a for a in around.of("datastructure") if a.shape] if around else []
    if around is None or not shaped or shaped[0].shape is None:
        return None
    facts = Facts(
        api, session.address, reference, shaped[0].reference, shaped[0].shape, around, {}, _EMPTY
    )
    scoped = _within_reason(session, facts)
    data = _data(session, scoped)
    return replace(scoped, data=data) if data and data.observations else None


def _within_reason(session: Session, facts: Facts) -> Facts:
    """Fix one dimension after the other until there are not too many observations."""
    for dimension in facts.shape.dimensions:
        message = _structures(session, paths.availability(facts))
        regions = [a.region for a in message.artefacts if a.region] if message else []
        if not regions or (regions[0].observations or 0) <= MAXIMUM_OBSERVATIONS:
            return facts
        codes = sorted(regions[0].values.get(dimension, ()))
        if codes:
            facts = replace(facts, scope={**facts.scope, dimension: codes[0]})
    return facts


def _with_more(session: Session, facts: Facts) -> Facts:
    """Add what only some checks need: categories within categories, a provision agreement."""
    schemes = _structures(session, paths.structures(facts.api, "categoryscheme"))
    nested = [a for a in schemes.artefacts if any("." in i for i in a.items)] if schemes else []
    agreements = _structures(session, paths.structures(facts.api, "provisionagreement"))
    used = [
        a.reference
        for a in (agreements.of("provisionagreement") if agreements else ())
        if facts.dataflow in a.refers
    ]
    return replace(
        facts,
        categoryscheme=nested[0] if nested else None,
        agreement=used[0] if used else None,
    )


def _structures(session: Session, path: str) -> StructureMessage | None:
    answer = session.ask(Request(path))
    try:
        return messages.structures(answer.body) if answer.status == 200 else None
    except Unreadable:
        return None


def _data(session: Session, facts: Facts) -> DataMessage | None:
    answer = session.ask(Request(paths.data(facts)))
    try:
        return messages.data(answer.body, facts.shape) if answer.status == 200 else None
    except Unreadable:
        return None
