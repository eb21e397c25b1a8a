"""Servers start, start again, and read what others publish while they read."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.endtoend.conftest import free_port, run, serving
from tests.endtoend.source import AGENCY, figures

DATAFLOW = "DF_KEMISKINAN"
DATA = f"sdmx/v2/data/dataflow/{AGENCY}/{DATAFLOW}/1.0.0"
CSV = {"Accept": "application/vnd.sdmx.data+csv;version=2.1.0"}
PUBLICATIONS = 4
PAUSE = 0.05
"""Seconds between two questions of a reader, so that the others get on too."""


def figures_with(content: bytes, value: str, folder: Path) -> Path:
    """Write a data message again with one value for every observation."""
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    file = folder / f"{value}.csv"
    with file.open("w", encoding="utf-8", newline="") as output:
        writer = csv.DictWriter(output, rows[0])
        writer.writeheader()
        writer.writerows({**row, "OBS_VALUE": value} for row in rows)
    return file


def values_in(content: bytes) -> list[str]:
    return [row["OBS_VALUE"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("starts") / "var"


@pytest.fixture(scope="module")
def first_start(home: Path) -> tuple[str, dict[str, str]]:
    """What the first start said, and the validators of the answers that it gave."""
    with serving(home) as (address, log):
        told = log.read_text()
        return told, validators(address)


def validators(address: str) -> dict[str, str]:
    paths = (DATA, "sdmx/v2/structure/dataflow", "sdmx/v1/dataflow", "sdmx/v1/data/DF_IPM")
    headers = [requests.get(f"{address}/{path}", timeout=30).headers for path in paths]
    return {
        path: f"{found['ETag']} {found['Last-Modified']}"
        for path, found in zip(paths, headers, strict=True)
    }


def test_the_first_start_publishes_structures_and_every_dataflow(first_start):
    told, _ = first_start

    assert re.search(r"(\d+) of \1 artefacts published, 0 unchanged", told)
    for dataflow in {figure.dataflow for figure in figures()}:
        count = len(figures(dataflow))
        assert f"{dataflow}(1.0.0): version 1, " in told
        assert f" series, {count} observations" in told


def test_the_second_start_publishes_nothing_and_answers_the_same(home, first_start):
    with serving(home) as (address, log):
        told = log.read_text()

        assert "version" not in told
        assert "published" not in told
        assert "Serving on" in told
        assert validators(address) == first_start[1]


def test_publishing_again_changes_nothing(home, first_start):
    done = run("publish", "--home", str(home))

    assert done.returncode == 0, done.stderr
    assert re.search(r"0 of (\d+) artefacts published, \1 unchanged", done.stdout)
    with serving(home) as (address, _):
        assert validators(address) == first_start[1]


def test_the_port_can_come_from_the_environment(home, first_start, tmp_path):
    port = free_port()
    settings = {"PORT": str(port), "HOME": str(home), "SELF_CHECK": "false"}
    environment = os.environ | {f"SDMX_SERVER_{name}": text for name, text in settings.items()}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sdmx_server", "serve"], env=environment, stdout=log, stderr=log
        )
    try:
        assert is_ready(f"http://127.0.0.1:{port}/health/ready")
    finally:
        process.terminate()
        process.wait(20)


def is_ready(url: str) -> bool:
    for _ in range(300):
        try:
            return requests.get(url, timeout=5).ok
        except requests.ConnectionError:
            time.sleep(0.1)
    return False


def test_several_processes_answer_as_one(home, first_start):
    with serving(home, "--workers", "2") as (address, _):
        answers = {requests.get(f"{address}/{DATA}", timeout=30).content for _ in range(20)}

    assert len(answers) == 1


class Reader(threading.Thread):
    """Asks one server over and over, and keeps what it was told."""

    def __init__(self, address: str, stop: threading.Event) -> None:
        super().__init__()
        self.address = address
        self.stop = stop
        self.statuses: set[int] = set()
        self.seen: list[list[str]] = []

    def run(self) -> None:
        with requests.Session() as session:
            while not self.stop.is_set():
                response = session.get(f"{self.address}/{DATA}", headers=CSV, timeout=30)
                self.statuses.add(response.status_code)
                self.seen.append(values_in(response.content))
                time.sleep(PAUSE)


@pytest.fixture(scope="module")
def shared(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home that two servers share with those who publish."""
    return Path(shutil.copytree(published, tmp_path_factory.mktemp("shared") / "var"))


@pytest.fixture(scope="module")
def two_servers(shared: Path) -> Iterator[tuple[list[str], list[Path]]]:
    """Addresses and logs."""
    with serving(shared) as (one, log_of_one), serving(shared) as (other, log_of_other):
        yield [one, other], [log_of_one, log_of_other]


def test_readers_never_see_half_of_what_others_publish(shared, two_servers, tmp_path):
    addresses, logs = two_servers
    before = requests.get(f"{addresses[0]}/{DATA}", headers=CSV, timeout=30)
    published = [str(number) for number in range(1, PUBLICATIONS + 1)]
    stop = threading.Event()
    readers = [Reader(address, stop) for address in addresses for _ in range(2)]
    for reader in readers:
        reader.start()
    tags = [before.headers["ETag"]]
    try:
        for value in published:
            done = run(
                "load", str(figures_with(before.content, value, tmp_path)), "--home", str(shared)
            )
            assert done.returncode == 0, done.stdout + done.stderr
            for address in addresses:
                after = requests.get(f"{address}/{DATA}", headers=CSV, timeout=30)
                assert set(values_in(after.content)) == {value}
            tags.append(after.headers["ETag"])
    finally:
        stop.set()
        for reader in readers:
            reader.join()

    assert len(set(tags)) == PUBLICATIONS + 1
    for reader in readers:
        assert reader.statuses == {200}
        check_order(reader, values_in(before.content), published)
    for log in logs:
        assert not any(word in log.read_text() for word in ("Traceback", "failed", "locked"))


def check_order(reader: Reader, original: list[str], published: list[str]) -> None:
    """Each answer is one version whole, and later answers are never of an older one."""
    versions = [original, *([value] * len(original) for value in published)]
    order = [versions.index(values) for values in reader.seen]

    assert order == sorted(order)
    assert order[-1] == len(published)


def test_a_client_that_holds_an_old_version_gets_the_new_one(shared, two_servers, tmp_path):
    address = two_servers[0][0]
    old = requests.get(f"{address}/{DATA}", headers=CSV, timeout=30)
    other = requests.get(f"{address}/sdmx/v2/structure/dataflow", timeout=30)
    done = run("load", str(figures_with(old.content, "42", tmp_path)), "--home", str(shared))
    assert done.returncode == 0, done.stderr

    new = requests.get(
        f"{address}/{DATA}", headers={**CSV, "If-None-Match": old.headers["ETag"]}, timeout=30
    )

    assert new.status_code == 200
    assert set(values_in(new.content)) == {"42"}
    assert (
        requests.get(f"{address}/sdmx/v2/structure/dataflow", timeout=30).json()["data"]
        == (other.json()["data"])
    )


def test_what_cannot_be_stored_leaves_everything_as_it_was(shared, two_servers, tmp_path):
    address = two_servers[0][0]
    before = requests.get(f"{address}/{DATA}", headers=CSV, timeout=30)

    done = run(
        "load", str(figures_with(before.content, "no number", tmp_path)), "--home", str(shared)
    )

    after = requests.get(f"{address}/{DATA}", headers=CSV, timeout=30)
    assert done.returncode == 1
    assert "no number" in done.stderr
    assert (after.headers["ETag"], after.content) == (before.headers["ETag"], before.content)


def test_a_port_in_use_is_told_instead_of_shared(published, tmp_path):
    home = Path(shutil.copytree(published, tmp_path / "var"))
    with serving(home) as (address, _):
        port = address.rpartition(":")[2]
        done = run("serve", "--port", port, "--home", str(home))
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
    except requests.ConnectionError:
        return False


def within_a_while(holds: Callable[[], bool]) -> bool:
    for _ in range(300):
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_workers_end_with_a_server_that_is_killed(published, tmp_path):
    home = Path(shutil.copytree(published, tmp_path / "var"))
    port = free_port()
    command = [sys.executable, "-m", "sdmx_server", "serve", "--port", str(port)]
    with subprocess.Popen([*command, "--home", str(home)]) as process:
        assert within_a_while(lambda: answers(port))
        process.kill()
    assert within_a_while(lambda: not answers(port))
