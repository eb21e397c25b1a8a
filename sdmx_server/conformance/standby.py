"""A process that stands by to run commands of this server, each in a process of its own.

It is ``python -m sdmx_server.cli.standby``, which has imported the server already.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_MODULE = "sdmx_server.cli.standby"


class Standby:
    """Tells the process what to run."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        commands: Sequence[Sequence[str]],
        home: Path,
        environment: Mapping[str, str],
        output: Path,
    ) -> int:
        """Run commands one after the other, until one fails; return their process."""
        started: int = self._ask(
            "start",
            commands=commands,
            home=str(home),
            environment=dict(environment),
            output=str(output),
        )
        return started

    def wait(self, process: int, seconds: float) -> int | None:
        """Return the exit code of a process, None where it still runs after some time."""
        code: int | None = self._ask("wait", process=process, seconds=seconds)
        return code

    def end(self, process: int, seconds: float) -> int | None:
        """End a process; return its exit code."""
        code: int | None = self._ask("end", process=process, seconds=seconds)
        return code

    def close(self) -> None:
        """End the process, and with it whatever it runs."""
        self._process.communicate()

    def _ask(self, what: str, **how: Any) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps({"do": what, **how}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@cache
def standby() -> Standby:
    """Return the process that stands by; the first who asks starts it, and it ends with us."""
    made = Standby()
    atexit.register(made.close)
    return made
