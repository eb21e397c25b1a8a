"""Answers made as files, a few at a time, while those who asked do something else.

Source: RFC 7240, section 4.1 (respond-async).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread

from sdmx_server.errors import SdmxError, TooLarge, Unavailable
from sdmx_server.storage.jobs import JobStore, Outcome, Standing, State, Work

_MOST_WAITING = 100
_PATIENCE = 0.2  # seconds
_STEP = 16_000_000  # bytes that are written between two looks at what all results take


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that is to be written to a file.

    Attributes:
        status: its HTTP status.
        headers: its headers.
        pieces: its body.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    pieces: Generator[bytes]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made.

    Attributes:
        question: the path and the parameters of the URL.
        reader: id of the token of who asked; empty for none.
        estimate: ``series``, ``observations`` and ``bytes`` that the answer may have.
        make: begins the answer; is given what takes the number of bytes that were made.
        refuse: begins the answer that tells of an error.
    """

    question: str
    reader: str
    estimate: Mapping[str, int]
    make: Callable[[Callable[[int], None]], Made]
    refuse: Callable[[SdmxError], Made]


class Jobs:
    """Makes answers in threads of their own; what others ask meanwhile is answered as ever.

    Args:
        store: where the jobs are.
        at_once: how many answers are made at once, by all processes together.
    """

    def __init__(self, store: JobStore, at_once: int) -> None:
        self.store = store
        self._at_once = at_once

    def accept(self, order: Order) -> Standing:
        """Queue an answer to be made.

        Raises:
            Unavailable: if too many wait already.
        """
        held = self.store.tidy(datetime.now(UTC))
        if sum(not each.is_finished for each in held) >= _MOST_WAITING:
            raise Unavailable("Too many answers wait to be made as files; ask again.", 60)
        work = self.store.create(order.question, order.reader, order.estimate)
        Thread(target=self._run, args=(work, order), daemon=True).start()
        return Standing(work.job, State.QUEUED, 0, None, None)

    def _run(self, work: Work, order: Order) -> None:
        with work, self._place(work) as is_wanted:
            if not is_wanted:
                return
            work.start()
            try:
                outcome = self._written(work, order.make(work.tell))
            except SdmxError as error:
                outcome = self._written(work, order.refuse(error))
            work.finish(outcome)

    @contextmanager
    def _place(self, work: Work) -> Iterator[bool]:
        """Wait for a place among all processes; yield whether the answer still is wanted."""
        while work.is_wanted:
            place = self.store.place(self._at_once)
            if place is not None:
                with place:
                    yield work.is_wanted  # it may have been removed since it was looked at
                return
            time.sleep(_PATIENCE)
        yield False

    def _written(self, work: Work, made: Made) -> Outcome:
        """Write an answer to its file; where nobody wants it any more, a part of it."""
        length = looked = 0
        with closing(made.pieces), work.result() as file:
            for piece in made.pieces:
                if not work.is_wanted:
                    break
                length += file.write(piece)
                if length > looked + _STEP:
                    looked = length
                    self._check_room(work)
        return Outcome(datetime.now(UTC), made.status, made.headers, length)

    def _check_room(self, work: Work) -> None:
        """Make room for what is written.

        Raises:
            TooLarge: if the results take more than they may though the old ones are gone.
        """
        self.store.tidy(datetime.now(UTC))
        most = self.store.most_bytes
        if self.store.used() > most:
            raise TooLarge(
                f"The files of all answers may take {most} bytes; this one has no room among "
                "them. Ask for fewer series or periods, or for a compressed answer.",
                work.job.estimate,
                {"bytes": most},
            )
