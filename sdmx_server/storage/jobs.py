"""Answers that are made as files while the client does something else: a folder for each.

All processes of the server work on the same folders, and what is in them tells the state of a
job: ``job.json`` what was asked, ``started`` since when it is made, ``progress`` how far that is,
``result`` the answer, ``outcome.json`` how it ended. While a process has to do with a job it
holds a lock on ``job.json``, which goes with the process.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import IO, Self, TypeVar

import msgspec

_ID_BYTES = 24
_ASKED, _STARTED, _PROGRESS, _OUTCOME = "job.json", "started", "progress", "outcome.json"
_RESULT = "result"
_UNFINISHED, _REMOVED, _PLACE = ".new", ".gone", ".place"
_ERRORS = 400
_LIFETIME, _MOST_BYTES = timedelta(days=1), 5_000_000_000
_TELLING = 0.5  # seconds

Read = TypeVar("Read")


class State(StrEnum):
    """What has become of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """What was asked.

    Attributes:
        id: names the job; who does not know it cannot guess it.
        question: the path and the parameters of the URL.
        created: when it was asked, UTC.
        reader: id of the token that it was asked with; empty for none.
        estimate: ``series``, ``observations`` and ``bytes`` that the answer may have.
    """

    id: str
    question: str
    created: datetime
    reader: str
    estimate: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the making of an answer ended.

    Attributes:
        finished: when, UTC.
        status: the HTTP status of the answer.
        headers: its headers.
        bytes: how long it is.
    """

    finished: datetime
    status: int
    headers: Sequence[tuple[str, str]]
    bytes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands.

    Attributes:
        job: what was asked.
        state: what has become of it.
        progress: how many bytes were made, before they are compressed.
        started: since when it is made, UTC; None where that is to come.
        outcome: how it ended; None where it did not, or its process did.
    """

    job: Job
    state: State
    progress: int
    started: datetime | None
    outcome: Outcome | None

    @property
    def is_finished(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state in (State.DONE, State.FAILED)


class Work:
    """A job in the hands of who makes its answer; letting go of it releases the job."""

    def __init__(self, job: Job, folder: Path, lock: IO[bytes]) -> None:
        self.job = job
        self._folder = folder
        self._lock = lock
        self._told = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    @property
    def is_wanted(self) -> bool:
        """Whether nobody has removed the job."""
        return self._folder.exists()

    def start(self) -> None:
        """Tell that the answer is being made."""
        self._put(_STARTED, msgspec.json.encode(datetime.now(UTC)))

    def tell(self, progress: int) -> None:
        """Tell how many bytes were made; not so often that it costs anything."""
        now = monotonic()
        if now - self._told > _TELLING:
            self._told = now
            self._put(_PROGRESS, msgspec.json.encode(progress))

    def result(self) -> IO[bytes]:
        """Open the file for the answer, which is empty then; where the job is gone, any."""
        try:
            return (self._folder / _RESULT).open("wb")
        except FileNotFoundError:
            return open(os.devnull, "wb")

    def finish(self, outcome: Outcome) -> None:
        """Tell how it ended."""
        self._put(_OUTCOME, msgspec.json.encode(outcome))

    def _put(self, name: str, content: bytes) -> None:
        """Write a file that is there at once and whole; where the job is gone, none."""
        unfinished = self._folder / f"{name}{_UNFINISHED}"
        with suppress(FileNotFoundError):
            unfinished.write_bytes(content)
            unfinished.replace(self._folder / name)


class JobStore:
    """The jobs in a folder, which is made for the first one; shared by threads and processes.

    Args:
        folder: where they are.
        lifetime: how long they are kept.
        most_bytes: how many bytes their results may take together.
    """

    def __init__(
        self, folder: Path, lifetime: timedelta = _LIFETIME, most_bytes: int = _MOST_BYTES
    ) -> None:
        self._folder = folder
        self._lifetime = lifetime
        self.most_bytes = most_bytes

    def create(self, question: str, reader: str, estimate: Mapping[str, int]) -> Work:
        """Make a job, which then is queued."""
        id_ = secrets.token_urlsafe(_ID_BYTES)
        job = Job(id_, question, datetime.now(UTC), reader, estimate)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f"{id_}{_UNFINISHED}"
        unfinished.mkdir(mode=0o700)
        lock = (unfinished / _ASKED).open("wb")
        lock.write(msgspec.json.encode(job))
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Work(job, unfinished.rename(self._folder / id_), lock)

    def find(self, id_: str) -> Standing | None:
        """Return where a job stands; None where there is no such job, or no longer."""
        return self._standing(id_) if id_ in self._ids() else None

    def result(self, id_: str) -> IO[bytes]:
        """Open the result of a job.

        Raises:
            FileNotFoundError: if somebody has removed the job.
        """
        return (self._folder / id_ / _RESULT).open("rb")

    def remove(self, id_: str) -> None:
        """Remove a job; whoever makes its answer stops."""
        gone = self._folder / f"{id_}{_REMOVED}"
        with suppress(FileNotFoundError):
            (self._folder / id_).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def clear(self) -> None:
        """Remove all jobs, whoever works on them."""
        for id_ in self._ids():
            self.remove(id_)

    def tidy(self, now: datetime) -> list[Standing]:
        """Remove what is too old, and the oldest results where all of them are too large.

        Returns:
            What is left, the oldest first.
        """
        for folder in self._folder.glob(f"*{_REMOVED}"):  # its process ended on the way
            shutil.rmtree(folder, ignore_errors=True)
        found = sorted(
            (each for each in map(self._standing, self._ids()) if each is not None),
            key=lambda each: each.job.created,
        )
        for each in found:
            is_old = each.job.created + self._lifetime < now
            if is_old or (each.is_finished and self.used() > self.most_bytes):
                self.remove(each.job.id)
        return [each for each in found if (self._folder / each.job.id).exists()]

    def used(self) -> int:
        """Return how many bytes the results take."""
        return sum(self._size(id_) for id_ in self._ids())

    def place(self, places: int) -> IO[bytes] | None:
        """Take one of the places for those who make answers, in whatever process; None if full.

        Closing what is returned gives the place back.
        """
        for number in range(places):
            file = (self._folder / f"{_PLACE}{number}").open("ab")
            if _locked(file, fcntl.LOCK_EX):
                return file
            file.close()
        return None

    def _ids(self) -> set[str]:
        try:
            return {name for name in os.listdir(self._folder) if "." not in name}
        except FileNotFoundError:
            return set()

    def _size(self, id_: str) -> int:
        try:
            return (self._folder / id_ / _RESULT).stat().st_size
        except FileNotFoundError:
            return 0

    def _standing(self, id_: str) -> Standing | None:
        folder = self._folder / id_
        try:
            with (folder / _ASKED).open("rb") as file:
                job = msgspec.json.decode(file.read(), type=Job)
                is_held = not _locked(file, fcntl.LOCK_SH)
        except FileNotFoundError:  # somebody has removed it meanwhile
            return None
        started = _read(folder / _STARTED, datetime)
        outcome = _read(folder / _OUTCOME, Outcome)
        if outcome is not None:
            state = State.DONE if outcome.status < _ERRORS else State.FAILED
        elif is_held:
            state = State.QUEUED if started is None else State.RUNNING
        else:
            state = State.FAILED
        return Standing(job, state, _read(folder / _PROGRESS, int) or 0, started, outcome)


def _locked(file: IO[bytes], kind: int) -> bool:
    """Lock a file unless somebody else has; whoever closes it lets go of it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(file: Path, type_: type[Read]) -> Read | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=type_)
    except FileNotFoundError:
        return None
