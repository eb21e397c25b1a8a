"""Servers that are measured: the SDMX server itself, and one of static files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import processes
from benchmarks.client import Address, request, send
from benchmarks.processes import CommandFailed, Cost
from benchmarks.sample import Probe

TRIVIAL = "/health/live"
_PATIENCE = 60.0
_PAUSE = 0.05
_HOST = "127.0.0.1"
_OK = 200


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        address: where it listens.
        processes: all its processes.
    """

    address: Address
    processes: Sequence[int]

    def probe(self, target: str, **headers: str) -> Probe:
        """Return a question to be measured: one request on a connection of its own."""
        return Probe(partial(send, self.address, request(target, **headers)), self.processes)


def sdmx_server(home: Path, *arguments: str) -> Cost:
    """Run a command of the SDMX server on the database in a folder."""
    command = [sys.executable, "-m", "sdmx_server", *arguments, "--home", str(home)]
    return processes.run(command, _environment(), home.with_suffix(".log"))


@contextmanager
def serving(home: Path, workers: int) -> Iterator[Server]:
    """Run the SDMX server on the database in a folder."""
    port = _free_port()
    command = ["sdmx_server", "serve", "--no-publish", "--home", str(home), "--port", str(port)]
    command += ["--workers", str(workers)]
    with _running(command, port, TRIVIAL, home.with_suffix(".log")) as server:
        yield server


@contextmanager
def static_files(folder: Path) -> Iterator[Server]:
    """Serve the files of a folder below ``/static/``, by the server that granian has for that."""
    port = _free_port()
    (folder / "ready").touch()
    command = ["granian", "--interface", "wsgi", "--host", _HOST, "--port", str(port)]
    command += ["--static-path-mount", str(folder), "benchmarks.static:application"]
    with _running(command, port, "/static/ready", folder.with_suffix(".log")) as server:
        yield server


@contextmanager
def _running(command: list[str], port: int, ready: str, log: Path) -> Iterator[Server]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command], env=_environment(), stdout=output, stderr=output
        )
    try:
        address = (_HOST, port)
        _await(process, address, ready, log)
        yield Server(address, processes.family(process.pid))
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _await(process: subprocess.Popen[bytes], address: Address, ready: str, log: Path) -> None:
    patience = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < patience:
        try:
            if send(address, request(ready)).status == _OK:
                return
        except OSError:
            time.sleep(_PAUSE)
    raise CommandFailed(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")


def _environment() -> Mapping[str, str]:
    kept = {n: value for n, value in os.environ.items() if not n.startswith("SDMX_SERVER_")}
    return kept | {"SDMX_SERVER_SELF_CHECK": "false", "SDMX_SERVER_LOG_LEVEL": "warning"}


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as found:
        port: int = found.getsockname()[1]
        return port
