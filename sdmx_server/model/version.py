"""Versions of artefacts, their order, and the queries that pick some of them.

Source: SDMX-REST 2.2, doc/querying_versions.md; SDMX 3.1 Technical Notes, section 4
(semantic versioning).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LATEST = "latest"
"""The version query that only SDMX-REST 1.5 knows."""

SortKey = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]

_PART = r"(?:0|[1-9][0-9]{0,17})"
_EXTENSION = r"(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)"
_EXACT = re.compile(rf"{_PART}(?:\.{_PART})?|{_PART}\.{_PART}\.{_PART}(?:-{_EXTENSION})?")
_VERSION = re.compile(rf"(?P<numbers>[0-9]+(?:\.[0-9]+)*)(?:-(?P<extension>{_EXTENSION}))?")
_QUERY_PART = re.compile(rf"(?P<number>{_PART})?(?P<operator>[+~*])?")

ALLOWED = (
    "a version such as 1.0.0, + (latest stable), ~ (latest), * (all), or one of these in place of "
    "or behind one part, such as 1.+.0, 1.2~.0 or 1.2.3*"
)
"""What a version query may be, for the message of an error."""


@dataclass(frozen=True, slots=True)
class _Wildcard:
    """A version query with an operator.

    Attributes:
        operator: ``+`` highest stable, ``~`` highest, ``*`` all.
        parts: how many parts a version must have; None for any number.
        fixed: the parts before the operator, which must be the same.
        minimum: the least that the other parts may be.
    """

    operator: str
    parts: int | None
    fixed: tuple[int, ...]
    minimum: tuple[int, ...]


def is_stable(version: str) -> bool:
    """Whether a version is ``X.Y.Z`` with X above 0, which never changes once published."""
    numbers, extension = _split(version)
    return len(numbers) == 3 and numbers[0] > 0 and extension is None


@lru_cache(maxsize=4096)
def sort_key(version: str) -> SortKey:
    """Return what versions are ordered by, lowest first.

    Numbers are compared as numbers, a part that is missing is lower than 0, and a draft comes
    before its release, by the rules of semantic versioning.

    Raises:
        ValueError: if the text is no version.
    """
    numbers, extension = _split(version)
    if extension is None:
        return numbers, True, ()
    identifiers = extension.split(".")
    return numbers, False, tuple(_identifier_key(identifier) for identifier in identifiers)


def check_query(text: str) -> None:
    """Make sure that a text is one version query of SDMX-REST 2.2.

    Raises:
        ValueError: if it is not.
    """
    if _EXACT.fullmatch(text) is None:
        _parse(text)


def choose(available: Iterable[str], query: str) -> list[str]:
    """Pick the versions that one version query means, lowest first.

    Args:
        available: the versions that one artefact has.
        query: a version query of SDMX-REST 2.2, a version of any form, or ``latest``: the
            highest stable version, and where there is none the highest of any.

    Raises:
        ValueError: if the query follows no such form, or an available text is no version.
    """
    if query == LATEST:
        ordered = sorted(set(available), key=sort_key)
        return ([v for v in ordered if is_stable(v)] or ordered)[-1:]
    if _VERSION.fullmatch(query):
        return [query] if query in set(available) else []
    wildcard = _parse(query)
    matches = sorted({v for v in available if _matches(wildcard, v)}, key=sort_key)
    return matches if wildcard.operator == "*" else matches[-1:]


def choose_any(available: Iterable[str], queries: Iterable[str]) -> list[str]:
    """Pick the versions that at least one of several queries means, lowest first.

    Raises:
        ValueError: as ``choose``.
    """
    versions = tuple(available)
    chosen = {version for query in queries for version in choose(versions, query)}
    return sorted(chosen, key=sort_key)


def _split(version: str) -> tuple[tuple[int, ...], str | None]:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"{version!r} is no version; versions look like 1.0 or 1.0.0-draft.")
    return tuple(int(number) for number in match["numbers"].split(".")), match["extension"]


def _identifier_key(identifier: str) -> tuple[bool, int, str]:
    if identifier.isdecimal():
        return False, int(identifier), ""
    return True, 0, identifier


def _matches(wildcard: _Wildcard, version: str) -> bool:
    numbers, _ = _split(version)
    if wildcard.operator == "+" and not is_stable(version):
        return False
    if wildcard.parts is not None and len(numbers) != wildcard.parts:
        return False
    held = len(wildcard.fixed)
    return numbers[:held] == wildcard.fixed and numbers[held:] >= wildcard.minimum


@lru_cache(maxsize=1024)
def _parse(query: str) -> _Wildcard:
    if query in ("+", "~", "*"):
        return _Wildcard(query, None, (), ())
    parts = [_query_part(query, part) for part in query.split(".")]
    places = [place for place, (_, operator) in enumerate(parts) if operator]
    if len(places) != 1 or len(parts) not in (2, 3):
        raise _refusal(query)
    place = places[0]
    operator = parts[place][1]
    minimum = tuple(number or 0 for number, _ in parts[place:])
    if parts[place][0] is None and any(minimum):
        raise _refusal(query)
    fixed = tuple(number or 0 for number, _ in parts[:place])
    if operator == "+":
        minimum = _stable_minimum(query, fixed, minimum, bare=parts[place][0] is None)
    return _Wildcard(operator, len(parts), fixed, minimum)


def _query_part(query: str, part: str) -> tuple[int | None, str]:
    match = _QUERY_PART.fullmatch(part)
    if match is None or not part:
        raise _refusal(query)
    number = match["number"]
    return None if number is None else int(number), match["operator"] or ""


def _stable_minimum(
    query: str, fixed: tuple[int, ...], minimum: tuple[int, ...], *, bare: bool
) -> tuple[int, ...]:
    """Check what only the ``+`` forms demand: three parts, of which the first is above 0."""
    if bare and not fixed:
        minimum = (1, *minimum[1:])
    if len(fixed) + len(minimum) != 3 or (*fixed, *minimum)[0] == 0:
        raise _refusal(query)
    return minimum


def _refusal(query: str) -> ValueError:
    return ValueError(f"{query!r} is no version query; allowed is {ALLOWED}.")
