"""The order of observations: ``sort=CURRENCY:desc+TIME_PERIOD``.

Source: SDMX-REST 2.2, doc/data.md ("sort").
"""

from __future__ import annotations

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar.identifiers import COMPONENT, check
from sdmx_server.query import ALL_DIMENSIONS, SortLevel

SERIES_KEY = "series_key"

_DESCENDING = {"": False, "asc": False, "desc": True}


def parse_sort(text: str | None, dimension_at_observation: str | None) -> tuple[SortLevel, ...]:
    """Compile ``sort``: the first level of each component; none where it is not given.

    Raises:
        QuerySyntaxError: if a level is malformed, or goes by the series key of an answer
            that has no series.
    """
    if text is None:
        return ()
    levels: dict[str, SortLevel] = {}
    for part in text.split("+"):
        level = _level(part, text)
        levels.setdefault(level.component, level)
    if SERIES_KEY in levels and dimension_at_observation == ALL_DIMENSIONS:
        raise QuerySyntaxError(
            f"sort={text!r} with dimensionAtObservation={ALL_DIMENSIONS!r}: there are no series to "
            "sort by; allowed is * or component ids."
        )
    return tuple(levels.values())


def _level(level: str, text: str) -> SortLevel:
    component, colon, direction = level.partition(":")
    if direction not in _DESCENDING or (colon and not direction):
        raise QuerySyntaxError(
            f"sort={text!r} holds the direction {direction!r}; allowed is asc or desc."
        )
    return SortLevel(
        component if component == "*" else check(component, COMPONENT), _DESCENDING[direction]
    )
