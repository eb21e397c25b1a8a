"""Profiles as text: where the time of the server goes."""

from __future__ import annotations

import io
import pstats

ADDRESS = "/profile"
"""Where an application under the profiler tells it, since it was last asked."""

_ORDERS = ("tottime", "cumulative")
_LINES = 25


def told(stats: pstats.Stats) -> str:
    """Tell which functions took most, by themselves and with what they call."""
    output = io.StringIO()
    stats.stream = output  # type: ignore[attr-defined]
    for order in _ORDERS:
        stats.sort_stats(order).print_stats(_LINES)
    return output.getvalue()
