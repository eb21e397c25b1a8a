"""A real server: the command line, a process of its own, a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``sdmx-server`` in a process of its own, with no settings but those given."""
    return subprocess.run(
        [sys.executable, "-m", "sdmx_server", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=_environment() | environment,
    )


@contextmanager
def serving(home: Path, *flags: str, **environment: str) -> Iterator[tuple[str, Path]]:
    """Run ``sdmx-server serve``; yield its address and its log."""
    port = free_port()
    log = home.parent / f"{home.name}-{port}.log"
    command = [sys.executable, "-m", "sdmx_server", "serve", "--port", str(port), *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--home", str(home)],
            stdout=output,
            stderr=output,
            env=_environment() | environment,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/health/ready", process, log)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.terminate()
            process.wait(20)


def _environment() -> dict[str, str]:
    """Return the environment without settings of the server, which leaves itself unchecked."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("SDMX_SERVER_")}
    return others | {"SDMX_SERVER_SELF_CHECK": "false"}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"The server ended: {log.read_text()}")
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail(f"The server did not become ready: {log.read_text()}")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home with Serang's structures and figures, to be read and copied only."""
    home = tmp_path_factory.mktemp("published") / "var"
    done = run("publish", "--home", str(home))
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture(scope="session")
def server(published: Path) -> Iterator[str]:
    """Address of a server with Serang's structures and figures."""
    with serving(published) as (address, _):
        yield address
