"""Codes meant by a member value: itself, a wildcard, and what stands below it.

Source: SDMX 3.1 Technical Notes, sections 7.3 (Constraints) and 10.3 (Codelist extension).
"""

from __future__ import annotations

from collections.abc import Mapping

from sdmx_server.model.codelist import Code


def members(value: str, cascade: bool | str | None, codes: Mapping[str, Code]) -> set[str]:
    """Return the ids that a member value picks out of ``codes``.

    Args:
        value: a code id, or several by the wildcard ``%``.
        cascade: whether codes below are meant as well; ``excluderoot`` for them alone.
        codes: the codes to pick from; a value that is not among them picks nothing.
    """
    parts = value.split("%")
    named = {id_ for id_ in codes if _fits(id_, parts)} if parts[1:] else {value} & set(codes)
    wish = str(cascade or "false").lower()
    if wish == "false":
        return named
    below = _below(named, codes)
    return below if wish == "excluderoot" else named | below


def _fits(id_: str, parts: list[str]) -> bool:
    """Whether the parts around wildcards stand in an id in their order, each read once."""
    first, *middle, last = parts
    if not id_.startswith(first) or not id_.endswith(last):
        return False
    start, end = len(first), len(id_) - len(last)
    for part in middle:
        found = id_.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return start <= end


def _below(roots: set[str], codes: Mapping[str, Code]) -> set[str]:
    below: set[str] = set()
    layer = roots
    while layer:
        layer = {id_ for id_, code in codes.items() if code.parent in layer} - below
        below |= layer
    return below
