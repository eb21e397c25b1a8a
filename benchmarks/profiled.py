"""The server's application under a profiler: what a worker runs where a profile is asked for."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from benchmarks import profiles
from sdmx_server.cli import worker

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def application() -> Application:
    """Build the application of a worker; it has to have one thread."""
    served: Application = worker.application()
    profiler = cProfile.Profile(time.thread_time)

    def profiled(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal profiler
        if environment["PATH_INFO"] == profiles.ADDRESS:
            start("200 OK", [("Content-Type", "text/plain")])
            told, profiler = (
                profiles.told(pstats.Stats(profiler)),
                cProfile.Profile(time.thread_time),
            )
            return [told.encode()]
        with profiler:
            pieces = served(environment, start)
        return _sent(pieces, profiler)

    return profiled


def _sent(pieces: Iterable[bytes], profiler: cProfile.Profile) -> Iterator[bytes]:
    """Pass on the pieces of an answer, with the profiler at work while they are made."""
    each = iter(pieces)
    try:
        while True:
            with profiler:
                piece = next(each, None)
            if piece is None:
                return
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
