"""A cache with an upper bound, shared by threads, for values that never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Keeps what was used last, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._awaited: dict[K, Future[V]] = {}
        self._lock = Lock()

    @property
    def limit(self) -> int:
        """How many bytes it keeps at most."""
        return self._limit

    def get(self, key: K) -> V | None:
        """Return the value of a key, or None where it is not kept."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value of so many bytes; drop those used longest ago that no longer fit."""
        with self._lock:
            if size > self._limit:
                return
            _, replaced = self._entries.pop(key, (None, 0))
            self._entries[key] = (value, size)
            self._held += size - replaced
            while self._held > self._limit:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._held -= dropped

    def found(
        self,
        keys: Sequence[K],
        make: Callable[[Sequence[K]], Mapping[K, V]],
        size: Callable[[V], int],
    ) -> list[V]:
        """Return the values of keys; those that are not kept are made, and kept.

        Where several threads ask for a value at the same time, one makes it and the others
        wait for it.

        Args:
            keys: what is asked for; each once.
            make: makes the values of some keys.
            size: tells how many bytes a value takes.
        """
        values, awaited, mine = self._claimed(keys)
        if mine:
            try:
                made = make(mine)
            except BaseException as error:
                for future in self._settled(mine):
                    future.set_exception(error)
                raise
            for key in mine:
                self.put(key, made[key], size(made[key]))
            for key, future in zip(mine, self._settled(mine), strict=True):
                future.set_result(made[key])
            values |= {key: made[key] for key in mine}
        values |= {key: future.result() for key, future in awaited.items()}
        return [values[key] for key in keys]

    def one(self, key: K, make: Callable[[], V], size: Callable[[V], int]) -> V:
        """Return the value of one key; made and kept as by ``found``."""
        return self.found([key], lambda _: {key: make()}, size)[0]

    def _claimed(self, keys: Sequence[K]) -> tuple[dict[K, V], dict[K, Future[V]], list[K]]:
        """Return values that are kept, those that others make, and the keys left to make."""
        values: dict[K, V] = {}
        awaited: dict[K, Future[V]] = {}
        mine: list[K] = []
        with self._lock:
            for key in keys:
                entry = self._entries.get(key)
                if entry is not None:
                    self._entries.move_to_end(key)
                    values[key] = entry[0]
                elif key in self._awaited:
                    awaited[key] = self._awaited[key]
                else:
                    self._awaited[key] = Future()
                    mine.append(key)
        return values, awaited, mine

    def _settled(self, keys: Sequence[K]) -> list[Future[V]]:
        """Return what others wait for, once keys are no longer being made."""
        with self._lock:
            return [self._awaited.pop(key) for key in keys]
