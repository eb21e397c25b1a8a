"""Whether the rows of a delivery that came in parts agree with each other.

The staging area tells where they do not; the faults are those of ``validation_keys`` and
``validation_presence``, which look at a delivery as a whole.

Source: SDMX 3.1 Information Model, section 5.3 (attribute relationship, usage).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sdmx_server.dataset import Component, Level, ResolvedStructure
from sdmx_server.exchange import faults
from sdmx_server.exchange.validation_inspection import MOST, Inspection
from sdmx_server.exchange.validation_keys import scope
from sdmx_server.model.delivery import Fault, FaultKind, Place, complain
from sdmx_server.storage.staging import Contradiction, Repeated, Staging

Found = TypeVar("Found")
Told = tuple[str, FaultKind]


def check_staged(
    staging: Staging, structure: ResolvedStructure, file: str, inspection: Inspection
) -> Iterator[Fault]:
    """Yield what is wrong with rows beside each other.

    Where nothing is, what is said of groups is then said of all series in them.
    """
    for attribute in structure.attributes:
        if attribute.level in (Level.SERIES, Level.GROUP):
            yield from _check_attribute(staging, attribute, structure, (file, inspection))
    yield from _listed(
        staging.repeated(),
        lambda found: found.line,
        lambda found: _duplicate(found, file),
        ("", faults.DUPLICATE_KEY, inspection),
    )


def _check_attribute(
    staging: Staging,
    attribute: Component,
    structure: ResolvedStructure,
    of: tuple[str, Inspection],
) -> Iterator[Fault]:
    file, inspection = of
    everything = tuple(dimension.id for dimension in structure.dimensions)
    dimensions = attribute.dimensions or everything
    if attribute.mandatory:
        yield from _listed(
            staging.lacking(attribute.id, dimensions),
            lambda line: line,
            lambda line: _lack(line, attribute, file),
            (attribute.id, faults.MISSING_ATTRIBUTE, inspection),
        )
    yield from _listed(
        staging.contradictions(attribute.id, dimensions),
        lambda found: found.line,
        lambda found: _conflict(found, attribute, file),
        (attribute.id, faults.CONFLICTING_ATTRIBUTE, inspection),
    )
    if len(dimensions) < len(everything):
        staging.spread(attribute.id, dimensions)


def _listed(
    found: Iterable[Found],
    line: Callable[[Found], int],
    fault: Callable[[Found], Fault],
    of: tuple[str, FaultKind, Inspection],
) -> Iterator[Fault]:
    """Yield the faults of what was found, by line; of many only the first are kept."""
    first: list[Found] = []
    count = last = 0
    for each in found:
        count, last = count + 1, max(last, line(each))
        first.append(each)
        if len(first) > 2 * MOST:
            first = sorted(first, key=line)[: MOST + 1]
    column, kind, inspection = of
    yield from inspection.listed(column, kind, map(fault, sorted(first, key=line)), count, last)


def _duplicate(found: Repeated, file: str) -> Fault:
    key, place = ".".join(found.key), Place(file, found.line)
    return complain(faults.DUPLICATE_KEY, place, key, other_row=found.earlier)


def _lack(line: int, attribute: Component, file: str) -> Fault:
    scope_id, scope_en = scope(attribute.level)
    return complain(
        faults.MISSING_ATTRIBUTE,
        Place(file, line, attribute.id),
        attribute=attribute.id,
        scope_id=f" untuk {scope_id}",
        scope_en=f" for {scope_en}",
    )


def _conflict(found: Contradiction, attribute: Component, file: str) -> Fault:
    scope_id, scope_en = scope(attribute.level)
    return complain(
        faults.CONFLICTING_ATTRIBUTE,
        Place(file, found.line, attribute.id),
        found.text,
        attribute=attribute.id,
        other=found.other,
        other_row=found.earlier,
        scope_id=scope_id,
        scope_en=scope_en,
    )
