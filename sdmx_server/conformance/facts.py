"""What discovery found a service to have; every expectation is computed from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sdmx_server.conformance.decoding.data import DataMessage, Key, Observation, code, without
from sdmx_server.conformance.decoding.references import Reference
from sdmx_server.conformance.decoding.structure import Artefact, Shape, StructureMessage

Api = Literal["v1", "v2"]
NOWHERE = "ZZ_NOT_THERE"
"""An id that no service has."""


class Inapplicable(Exception):
    """A check cannot be asked of this service; the text says why."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One dataflow with data, and structures around it.

    Attributes:
        api: the version of SDMX-REST: ``v1`` is 1.5, ``v2`` is 2.2.
        address: of the service.
        dataflow: a dataflow with data.
        datastructure: its data structure.
        shape: the components of that.
        structures: the dataflow, its structure and what that refers to.
        scope: codes that every key has, so that answers stay small; empty where the whole
            dataflow is small.
        data: all data within the scope.
        dataflows: all dataflows that were found.
        categoryscheme: one with categories within categories.
        agreement: a provision agreement of the dataflow.
    """

    api: Api
    address: str
    dataflow: Reference
    datastructure: Reference
    shape: Shape
    structures: StructureMessage
    scope: Mapping[str, str]
    data: DataMessage
    dataflows: tuple[Reference, ...] = ()
    categoryscheme: Artefact | None = None
    agreement: Reference | None = None


def series(facts: Facts) -> Key:
    """Return the key of the series with the most observations in one format of period.

    Raises:
        Inapplicable: if there is no time dimension, or no series at all.
    """
    time = time_dimension(facts)
    lengths: dict[Key, int] = {}
    for each in facts.data.observations:
        key = without(each.key, time)
        lengths[key] = lengths.get(key, 0) + 1
    uniform = {k: n for k, n in lengths.items() if len(_formats(facts, k)) == 1}
    if not uniform:
        raise Inapplicable("no series of the data found has periods of one format")
    return max(uniform, key=lambda key: (uniform[key], sorted(key)))


def periods(facts: Facts, minimum: int) -> list[str]:
    """Return the periods of that series in their order.

    Raises:
        Inapplicable: if there are fewer than ``minimum``.
    """
    found = sorted(
        code(each.key, time_dimension(facts)) for each in of_series(facts, series(facts))
    )
    if len(found) < minimum:
        raise Inapplicable(f"no series of the data found has {minimum} observations")
    return found


def of_series(facts: Facts, key: Key) -> tuple[Observation, ...]:
    """Return the observations of a series."""
    return having(facts, lambda observed: key <= observed)


def having(facts: Facts, condition: Callable[[Key], bool]) -> tuple[Observation, ...]:
    """Return the observations whose key meets a condition."""
    return tuple(each for each in facts.data.observations if condition(each.key))


def require_whole(facts: Facts) -> None:
    """Go on where the data found are all that the dataflow has.

    Raises:
        Inapplicable: where it is too large for that.
    """
    if facts.scope:
        raise Inapplicable("the dataflow found is too large to be asked for as a whole")


def time_dimension(facts: Facts) -> str:
    """Return the id of the time dimension.

    Raises:
        Inapplicable: if there is none.
    """
    if facts.shape.time is None:
        raise Inapplicable("the data structure found has no time dimension")
    return facts.shape.time


def varied(facts: Facts) -> tuple[str, list[str]]:
    """Return the dimension with the most codes in the data, time aside, and these codes.

    Raises:
        Inapplicable: if all series have the same codes.
    """
    found = {d: codes(facts, d) for d in facts.shape.dimensions}
    dimension = max(found, key=lambda each: len(found[each]))
    if len(found[dimension]) < 2:
        raise Inapplicable("no dimension of the data found has two codes in use")
    return dimension, found[dimension]


def codes(facts: Facts, dimension: str) -> list[str]:
    """Return the codes of a dimension that have data, in their order as text."""
    return sorted({code(each.key, dimension) for each in facts.data.observations})


def codelist(facts: Facts) -> Artefact:
    """Return a codelist with two codes or more, as small as may be.

    Raises:
        Inapplicable: if there is none.
    """
    return _codelists(facts)[0]


def two_codelists(facts: Facts) -> tuple[Reference, Reference]:
    """Return two codelists of one agency.

    Raises:
        Inapplicable: if there are not two.
    """
    first, *others = _codelists(facts)
    for other in others:
        same_version = other.reference.version == first.reference.version
        if other.reference.agency == first.reference.agency and same_version:
            return first.reference, other.reference
    raise Inapplicable("there are no two codelists of one agency and one version")


def _codelists(facts: Facts) -> list[Artefact]:
    found = [a for a in facts.structures.of("codelist") if len(a.items) > 1 and not a.partial]
    if not found:
        raise Inapplicable("no codelist with two codes was found")
    agency = facts.datastructure.agency
    return sorted(found, key=lambda a: (a.reference.agency != agency, len(a.items), a.reference))


def _formats(facts: Facts, key: Key) -> set[str]:
    time = time_dimension(facts)
    return {re.sub(r"\d", "9", code(each.key, time)) for each in of_series(facts, key)}
