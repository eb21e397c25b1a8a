"""Answers are made a few at a time, and stop where nobody wants them or they find no room."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from datetime import timedelta
from threading import Event

import pytest

from sdmx_server.errors import SdmxError, Unavailable
from sdmx_server.exchange.jobs import Jobs, Made, Order
from sdmx_server.storage.jobs import JobStore, Standing, State

ESTIMATE = {"series": 1, "observations": 10, "bytes": 100}


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs", timedelta(hours=1), 40_000_000)


def order(pieces: Callable[[], Generator[bytes]]) -> Order:
    def refuse(error: SdmxError) -> Made:
        return Made(413, [], (text.encode() for text in [error.detail]))

    return Order("/q", "", ESTIMATE, lambda _: Made(200, [], pieces()), refuse)


def until(check: Callable[[], bool]) -> None:
    for _ in range(500):
        if check():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def ended(store: JobStore, standing: Standing) -> Standing:
    until(lambda: store.find(standing.job.id).is_finished)
    return store.find(standing.job.id)


def content(store: JobStore, standing: Standing) -> bytes:
    with store.result(standing.job.id) as file:
        return file.read()


def test_the_pieces_of_an_answer_become_a_file(store):
    made = Jobs(store, 1).accept(order(lambda: (bytes([n]) for n in range(5))))
    done = ended(store, made)

    assert (made.state, done.state) == (State.QUEUED, State.DONE)
    assert content(store, made) == bytes(range(5))
    assert done.outcome.bytes == 5


def test_who_comes_when_all_places_are_taken_waits_in_every_process(store):
    go_on = Event()

    def slow() -> Generator[bytes]:
        yield b"slow"
        go_on.wait(10)

    first = Jobs(store, 1).accept(order(slow))
    until(lambda: store.find(first.job.id).state is State.RUNNING)
    here, elsewhere = Jobs(store, 1), Jobs(store, 1)
    later = [jobs.accept(order(lambda: (b"x" for _ in range(1)))) for jobs in (here, elsewhere)]
    time.sleep(0.3)
    assert [store.find(each.job.id).state for each in later] == [State.QUEUED, State.QUEUED]
    go_on.set()
    assert [ended(store, each).state for each in (first, *later)] == [State.DONE] * 3


def test_an_answer_that_nobody_wants_any_more_is_not_made_to_its_end(store):
    made_pieces = []
    closed = Event()

    def endless() -> Generator[bytes]:
        try:
            while True:
                made_pieces.append(1)
                time.sleep(0.01)
                yield b"more"
        finally:
            closed.set()

    made = Jobs(store, 1).accept(order(endless))
    until(lambda: len(made_pieces) > 3)
    store.remove(made.job.id)

    assert closed.wait(5)
    assert store.find(made.job.id) is None


def test_a_job_that_is_removed_while_it_waits_is_never_begun(store):
    go_on, begun = Event(), Event()

    def slow() -> Generator[bytes]:
        yield b""
        go_on.wait(10)

    def never() -> Generator[bytes]:
        begun.set()
        yield b""

    jobs = Jobs(store, 1)
    first = jobs.accept(order(slow))
    until(lambda: store.find(first.job.id).state is State.RUNNING)
    second, third = jobs.accept(order(never)), jobs.accept(order(lambda: (b"" for _ in "x")))
    store.remove(second.job.id)
    go_on.set()

    assert ended(store, third).state is State.DONE
    assert not begun.is_set()


def test_an_answer_for_which_there_is_no_room_fails_and_old_ones_give_way_before(store):
    jobs = Jobs(store, 1)
    old = jobs.accept(order(lambda: (bytes(10_000_000) for _ in range(3))))
    ended(store, old)
    large = ended(store, jobs.accept(order(lambda: (bytes(10_000_000) for _ in range(9)))))

    assert store.find(old.job.id) is None
    assert (large.state, large.outcome.status) == (State.FAILED, 413)
    assert b"40000000 bytes" in content(store, large)


def test_what_goes_wrong_on_the_way_is_told(store):
    def broken() -> Generator[bytes]:
        yield b"begun"
        raise Unavailable("The database is gone.")

    told = ended(store, made := Jobs(store, 1).accept(order(broken)))

    assert told.state is State.FAILED
    assert content(store, made) == b"The database is gone."


def test_no_more_wait_than_can_be_made_some_day(store):
    works = [store.create("/q", "", ESTIMATE) for _ in range(100)]
    with pytest.raises(Unavailable, match="ask again"):
        Jobs(store, 1).accept(order(lambda: (b"" for _ in "x")))
    for work in works:
        with work:
            store.remove(work.job.id)
