"""What the checks of one delivery know beside its rows, through all its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from sdmx_server.dataset import Component
from sdmx_server.exchange import vocabulary
from sdmx_server.exchange.faults import FURTHER
from sdmx_server.exchange.vocabulary import Vocabulary
from sdmx_server.model.delivery import Fault, FaultKind, Place, complain

MOST = 1_000
"""How many faults of one kind in one column are listed; the rest is one fault that counts."""


@dataclass(slots=True)
class _Rest:
    """Faults that are not listed: the place of the first, how many, the line of the last."""

    place: Place
    count: int
    last: int


class Inspection:
    """How many faults of which kind were listed, and the words that the columns may mean."""

    def __init__(self) -> None:
        self._listed: Counter[tuple[str, str]] = Counter()
        self._rest: dict[tuple[str, str], _Rest] = {}
        self._words: dict[str, Vocabulary] = {}

    def words(self, component: Component) -> Vocabulary:
        """Return the codes that a component allows."""
        if component.id not in self._words:
            self._words[component.id] = vocabulary.of_codes(component)
        return self._words[component.id]

    def listed(
        self, column: str, kind: FaultKind, faults: Iterable[Fault], count: int, last: int
    ) -> Iterator[Fault]:
        """Yield the faults of one kind in a column up to ``MOST`` in all, and count the rest.

        Args:
            column: the column.
            kind: the kind.
            faults: the faults, in the order of rows.
            count: how many there are.
            last: the line of the last.
        """
        key, faults = (column, kind.code), iter(faults)
        room = MOST - self._listed[key]
        yield from islice(faults, room)
        self._listed[key] += min(count, room)
        if count > room:
            place = replace(next(faults).place, column=column)
            rest = self._rest.setdefault(key, _Rest(place, 0, last))
            rest.count += count - room
            rest.last = last

    def rest(self) -> Iterator[Fault]:
        """Yield one fault for those of a kind in a column that are not listed."""
        for (column, code), rest in self._rest.items():
            yield complain(
                FURTHER, rest.place, count=rest.count, last=rest.last, code=code, column=column
            )
