"""The window of an answer: how much is left out before it, and how much it shows.

Source: SDMX-REST 2.2, doc/data.md ("offset", "limit").
"""

from __future__ import annotations


class Window:
    """What is left of a window while datasets pass it one after the other.

    Args:
        skip: how much to leave out.
        limit: how much to show; None for all.
    """

    def __init__(self, skip: int, limit: int | None) -> None:
        self._skip = skip
        self._left = limit

    @property
    def skip(self) -> int:
        """How much of what is to come is left out."""
        return self._skip

    @property
    def is_open(self) -> bool:
        """Whether everything that is to come is shown."""
        return not self._skip and self._left is None

    @property
    def is_used_up(self) -> bool:
        """Whether nothing that is to come is shown."""
        return self._left == 0

    def take(self, size: int) -> slice[int, int, None]:
        """Return what is shown of the next so many, and count them."""
        start = min(self._skip, size)
        stop = size if self._left is None else min(size, start + self._left)
        self._skip -= start
        if self._left is not None:
            self._left -= stop - start
        return slice(start, stop)
