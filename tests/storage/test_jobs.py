"""Jobs are folders that several processes share: what is in them tells how each stands."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from sdmx_server.storage.jobs import JobStore, Outcome, State

ESTIMATE = {"series": 1, "observations": 10, "bytes": 100}
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "jobs"


@pytest.fixture
def store(folder):
    return JobStore(folder, timedelta(hours=1), 1_000)


def made(store: JobStore, length: int, status: int = 200) -> str:
    """Make a job with a result of so many bytes, and return its id."""
    with store.create("/q", "", ESTIMATE) as work:
        work.start()
        with work.result() as file:
            file.write(bytes(length))
        work.finish(Outcome(datetime.now(UTC), status, [("ETag", '"x"')], length))
    return work.job.id


def test_a_job_goes_from_queued_over_running_to_done(store):
    with store.create("/q?a=b", "token", ESTIMATE) as work:
        id_ = work.job.id
        assert store.find(id_).state is State.QUEUED
        work.start()
        work.tell(50)
        running = store.find(id_)
        assert (running.state, running.progress) == (State.RUNNING, 50)
        work.finish(Outcome(NOW, 200, [("ETag", '"x"')], 0))
        assert store.find(id_).state is State.DONE
    done = store.find(id_)
    assert (done.job, done.state, done.outcome.finished) == (work.job, State.DONE, NOW)
    assert (done.job.question, done.job.reader, done.job.estimate) == ("/q?a=b", "token", ESTIMATE)
    assert done.outcome.headers == [("ETag", '"x"')]


@pytest.mark.parametrize(("status", "state"), [(204, "done"), (413, "failed"), (500, "failed")])
def test_how_it_ended_tells_the_state(store, status, state):
    assert store.find(made(store, 0, status)).state == state


def test_a_job_fails_with_the_process_that_has_it(folder, store):
    program = (
        "import os, sys, pathlib, datetime\n"
        "from sdmx_server.storage.jobs import JobStore\n"
        "work = JobStore(pathlib.Path(sys.argv[1])).create('/q', '', {})\n"
        "work.start()\n"
        "print(work.job.id, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        id_ = process.stdout.readline().decode().strip()
        assert store.find(id_).state is State.RUNNING
        process.kill()
        process.wait()
        assert store.find(id_).state is State.FAILED


def test_no_id_can_be_guessed_and_no_two_are_the_same(store):
    ids = {made(store, 0) for _ in range(50)}
    assert len(ids) == 50
    assert all(len(id_) >= 32 for id_ in ids)


@pytest.mark.parametrize("id_", ["", ".", "..", "../jobs", ".place0", "none"])
def test_only_jobs_are_found(store, id_):
    made(store, 1)
    store.place(1).close()
    assert store.find(id_) is None


def test_a_job_that_is_removed_is_no_longer_wanted(folder, store):
    with store.create("/q", "", ESTIMATE) as work:
        assert work.is_wanted
        store.remove(work.job.id)
        assert not work.is_wanted
        with work.result() as file:
            file.write(b"nobody reads this")
        work.tell(1)
        work.finish(Outcome(NOW, 200, [], 0))
    assert store.find(work.job.id) is None
    assert list(folder.iterdir()) == []


def test_what_is_too_old_goes(store):
    id_ = made(store, 1)
    soon, later = (datetime.now(UTC) + timedelta(minutes=m) for m in (59, 61))
    assert [each.job.id for each in store.tidy(soon)] == [id_]
    assert store.tidy(later) == []
    assert store.find(id_) is None


def test_the_oldest_results_go_where_all_are_too_large(store):
    first, second, third = (made(store, 400) for _ in range(3))
    with store.create("/q", "", ESTIMATE) as work:
        left = [each.job.id for each in store.tidy(datetime.now(UTC))]
        assert left == [second, third, work.job.id]
    assert store.find(first) is None
    assert store.used() == 800


def test_what_is_being_made_does_not_go_for_being_large(store):
    with store.create("/q", "", ESTIMATE) as work, work.result() as file:
        file.write(bytes(2_000))
        file.flush()
        assert len(store.tidy(datetime.now(UTC))) == 1
        assert store.used() == 2_000


def test_a_start_clears_everything(folder, store):
    made(store, 1)
    with store.create("/q", "", ESTIMATE) as work:
        store.clear()
        assert not work.is_wanted
    assert list(folder.iterdir()) == []
    JobStore(folder / "never made").clear()


def test_places_are_shared_by_all_who_make_answers(folder, store):
    made(store, 0)
    first, second = store.place(2), store.place(2)
    other = JobStore(folder)
    assert other.place(2) is None
    second.close()
    with other.place(2) as again:
        assert again is not None
        assert store.place(2) is None
    first.close()


def test_what_was_left_of_a_job_by_who_removed_it_is_cleared_away(tmp_path):
    left = tmp_path / "some.gone"
    left.mkdir()
    (left / "result").write_bytes(b"long")

    assert JobStore(tmp_path).tidy(datetime.now(UTC)) == []
    assert not left.exists()
