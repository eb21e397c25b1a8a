"""What a word is, and what most of them need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sdmx_server.conformance.check import Unmet
from sdmx_server.conformance.expectations import require_status
from sdmx_server.conformance.request import Answer, Request

Ask = Callable[[Request], Answer]
Word = Callable[[Any, Answer, Ask], None]
"""Judge an answer by the value that a row gives; raises Unmet, Unreadable or Inapplicable."""
Together = Callable[[Any, Sequence[Answer]], None]
"""Judge all answers of a row."""

_SHOWN = 4


def require_equal(found: object, expected: object, what: str) -> None:
    """Go on where two values are equal.

    Raises:
        Unmet: where they are not.
    """
    if found != expected:
        raise Unmet(f"{what} is {found!r:.300}, not {expected!r:.300}")


def require_same(found: Collection[Any], expected: Collection[Any], what: str) -> None:
    """Go on where two collections have the same members, in whatever order.

    Raises:
        Unmet: where they have not, naming some that are missing or too many.
    """
    lacking = [each for each in expected if each not in found]
    extra = [each for each in found if each not in expected]
    if lacking or extra or len(found) != len(expected):
        told = [f"lacking is {each}" for each in lacking[:_SHOWN]]
        told += [f"not expected is {each}" for each in extra[:_SHOWN]]
        raise Unmet(f"{len(found)} {what} came, not {len(expected)}; {'; '.join(told)}")


def require_found(answer: Answer) -> None:
    """Go on where an answer has content.

    Raises:
        Unmet: where it is refused or empty.
    """
    require_status(answer, 200)
