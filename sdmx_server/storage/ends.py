"""The first and last observations of series.

Source: SDMX-REST 2.2, doc/data.md (``firstNObservations``, ``lastNObservations``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sdmx_server.storage.columns import Counts, Keys, spans


@dataclass(frozen=True, slots=True)
class Ends:
    """How much of each series is wanted.

    Attributes:
        first, last: so many observations from its start, and from its end; None for none. What
            is both among the first and the last is wanted once.
    """

    first: int | None = None
    last: int | None = None

    @property
    def most(self) -> int:
        """How many observations of a series are wanted at most."""
        return (self.first or 0) + (self.last or 0)


def end_places(starts: Keys, counts: Counts, ends: Ends) -> tuple[Keys, Counts]:
    """Return the places of the wanted observations, and how many these are of each series.

    Args:
        starts: where the observations of each series begin.
        counts: how many each series has.
        ends: which of them are wanted.
    """
    first = np.minimum(counts, ends.first or 0)
    last = np.minimum(counts - first, ends.last or 0)
    begins = np.stack([starts, starts + counts - last], axis=1).ravel()
    return spans(begins, np.stack([first, last], axis=1).ravel()), first + last
