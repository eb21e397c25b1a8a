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


@contextmanager
def serving(home: Path, *flags: str) -> Iterator[tuple[str, Path]]:
    """Run ``sdmx-server serve``; yield its address and its log."""
    port = free_port()
    log = home.parent / f"{home.name}-{port}.log"
    command = [sys.executable, "-m", "sdmx_server", "serve", "--port", str(port), *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--home", str(home)],
            stdout=output,
            stderr=output,
            env={k: v for k, v in os.environ.items() if not k.startswith("SDMX_SERVER_")},
        )
        try:
            _wait(f"http://127.0.0.1:{port}/health/ready", process, log)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.terminate()
            process.wait(20)


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
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with Serang's structures and figures."""
    with serving(tmp_path_factory.mktemp("server") / "var") as (address, _):
        yield address
