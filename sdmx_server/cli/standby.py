"""Commands that start at once: a process that has everything imported, and forks for each.

To start Python and import the server takes longer than most commands do. Who runs many of them,
as the conformance checks do, starts this one and tells it what to run, one JSON object a line on
standard input; each is answered by one line on standard output::

    {"do": "start", "commands": [["init"]], "home": "/tmp/x", "environment": {}, "output": "log"}
    4711
    {"do": "wait", "process": 4711, "seconds": 10}
    0
    {"do": "end", "process": 4711, "seconds": 10}
    -15

``start`` runs commands one after the other, until one fails, and answers with the process; ``wait``
answers with its exit code, or ``null`` where it still runs; ``end`` ends it first. What still runs
when the input ends is ended.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from sdmx_server.cli import COMMANDS, main

_PAUSE = 0.01  # seconds between two looks
_FAREWELL = 20.0  # seconds that a process has to end when the input has ended
_READY = ("init", "structures", "load", "serve", "token", "maintenance")


class Processes:
    """What was started, until it has ended."""

    def __init__(self) -> None:
        self._running: set[int] = set()
        self._codes: dict[int, int] = {}

    def start(
        self,
        commands: Sequence[Sequence[str]],
        home: str,
        environment: Mapping[str, str],
        output: str,
    ) -> int:
        """Run commands in a process of its own; return its id.

        Args:
            commands: the words of each.
            home: the folder to run them in.
            environment: all variables of the process.
            output: the file that gets what they print.
        """
        process = os.fork()
        if process == 0:
            _become(commands, home, environment, output)
        self._running.add(process)
        return process

    def wait(self, process: int, seconds: float) -> int | None:
        """Return the exit code of a process, or None where it still runs after some time."""
        patience = time.monotonic() + seconds
        while process in self._running:
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                self._running.discard(process)
                self._codes[process] = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= patience:
                return None
            else:
                time.sleep(_PAUSE)
        return self._codes[process]

    def end(self, process: int, seconds: float) -> int | None:
        """End a process, by force where it takes longer than some time; return its exit code."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if process in self._running:
                os.kill(process, sign)
                self.wait(process, seconds)
        return self.wait(process, 0)

    def end_all(self) -> None:
        """End whatever still runs."""
        for process in tuple(self._running):
            self.end(process, _FAREWELL)


def stand_by() -> None:
    """Do what standard input says until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _READY:
        importlib.import_module(COMMANDS[name].module)
    processes = Processes()
    what: Mapping[str, Callable[..., int | None]]
    what = {"start": processes.start, "wait": processes.wait, "end": processes.end}
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps(what[job.pop("do")](**job)), flush=True)
    processes.end_all()


def _become(
    commands: Sequence[Sequence[str]], home: str, environment: Mapping[str, str], output: str
) -> NoReturn:
    """Turn this process, which was just forked, into one that runs commands."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(home)
    os.environ.clear()
    os.environ.update(environment)
    _redirect(output)
    sys.exit(_run(commands))


def _redirect(output: str) -> None:
    silence = os.open(os.devnull, os.O_RDONLY)
    told = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, target in ((silence, 0), (told, 1), (told, 2)):
        os.dup2(descriptor, target)


def _run(commands: Sequence[Sequence[str]]) -> int:
    for arguments in commands:
        try:
            main(list(arguments))
        except SystemExit as done:
            if done.code:
                return 1
    return 0


if __name__ == "__main__":
    stand_by()
