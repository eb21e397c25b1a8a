"""Servers that are measured: the SDMX server itself, and one of static files."""

from __future__ import annotations

import os
import pstats
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path

from benchmarks import processes, profiles
from benchmarks.client import Address, anew, fetch, press, request, requests_anew, send
from benchmarks.figure import Profile
from benchmarks.home import Home
from benchmarks.processes import CommandFailed, Cost
from benchmarks.sample import Probe

TRIVIAL = "/health/live"
_WARM, _PROFILED = 0.5, 3.0  # seconds for which requests come to the profiler
_PATIENCE = 60.0
_PAUSE = 0.05
_HOST = "127.0.0.1"
_OK = 200
_LEFT_OUT = ("SDMX_SERVER_", "PYTHONDONTWRITEBYTECODE")  # else each start compiles everything
_WITHOUT = str(Path(__file__).parent / "without")
_WORKER = "benchmarks.profiled:application"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        address: where it listens.
        processes: all its processes.
        home: where the data of an SDMX server are; None for another server.
    """

    address: Address
    processes: Sequence[int]
    home: Home | None = None

    def probe(self, target: str, **headers: str) -> Probe:
        """Return a question to be measured, put in other words each time: no answer is ready.

        Each is one request on a connection of its own.
        """
        script = requests_anew(repeat(target), connection="keep-alive", **headers)
        return Probe(
            lambda: send(self.address, request(anew(target), **headers)),
            self.processes,
            self.profile(script),
        )

    def probe_again(self, target: str, **headers: str) -> Probe:
        """Return a question to be measured, put in the same words each time."""
        asked = request(target, **headers)
        script = repeat(request(target, connection="keep-alive", **headers))
        return Probe(lambda: send(self.address, asked), self.processes, self.profile(script))

    def profile(self, script: Iterable[bytes]) -> Profile | None:
        """Return what tells where the time goes when requests come that keep the connection."""
        return None if self.home is None else partial(profile_of_requests, self.home, script)


def sdmx_server(home: Home, *arguments: str) -> Cost:
    """Run a command of the SDMX server on the data of a home."""
    command = [sys.executable, "-m", "sdmx_server", *arguments, *home.options]
    return processes.run(command, _environment(), home.log)


@contextmanager
def serving(home: Home, workers: int) -> Iterator[Server]:
    """Run the SDMX server on the data of a home."""
    port = _free_port()
    command = ["sdmx_server", "serve", "--no-publish", *home.options, "--port", str(port)]
    command += ["--workers", str(workers)]
    with _running(command, port, TRIVIAL, home.log, home) as server:
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


def profile_of_requests(home: Home, script: Iterable[bytes]) -> str:
    """Tell where the time goes when the SDMX server answers requests, after some for warmth."""
    port = _free_port()
    command = ["granian", "--interface", "wsgi", "--host", _HOST, "--port", str(port)]
    command += ["--blocking-threads", "1", "--factory", _WORKER]
    with _running(command, port, TRIVIAL, home.log, home) as server:
        press(server.address, [script], _WARM)
        fetch(server.address, profiles.ADDRESS)
        count = len(press(server.address, [script], _PROFILED).latencies)
        told = fetch(server.address, profiles.ADDRESS)[1].decode()
    return f"{count} requests\n{told}"


def profile_of_command(home: Home, *arguments: str) -> str:
    """Tell where the time goes when a command of the SDMX server runs."""
    file = home.folder.with_suffix(".profile")
    command = [sys.executable, "-m", "cProfile", "-o", str(file), "-m", "sdmx_server", *arguments]
    processes.run([*command, *home.options], _environment(), home.log)
    return profiles.told(pstats.Stats(str(file)))


@contextmanager
def _running(
    command: list[str], port: int, ready: str, log: Path, home: Home | None = None
) -> Iterator[Server]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command], env=_environment(home), stdout=output, stderr=output
        )
    try:
        address = (_HOST, port)
        _await(process, address, ready, log)
        yield Server(address, processes.family(process.pid), home)
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


def _environment(home: Home | None = None) -> Mapping[str, str]:
    """Return the environment of a process: the settings, those of a home among them."""
    kept = {n: value for n, value in os.environ.items() if not n.startswith(_LEFT_OUT)}
    kept |= {"SDMX_SERVER_SELF_CHECK": "false", "SDMX_SERVER_LOG_LEVEL": "warning"}
    kept["PYTHONPATH"] = os.pathsep.join([_WITHOUT, *filter(None, [kept.get("PYTHONPATH")])])
    if home is None:
        return kept
    kept |= {"SDMX_SERVER_HOME": str(home.folder), "SDMX_SERVER_DATABASE_URL": home.url}
    return kept


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as found:
        port: int = found.getsockname()[1]
        return port
