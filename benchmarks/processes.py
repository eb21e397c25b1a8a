"""What processes cost, as the system has counted it: CPU seconds and memory.

Source: proc(5), clock_getcpuclockid(3).
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1024  # of the kB that the system counts in
_RESET_PEAK = "5"
_LOOK = 0.02  # seconds between two looks at the memory of a command
_PROCESS_CLOCK = 2  # CPU time of a whole process, among the clocks that it has


class CommandFailed(Exception):
    """A command or server did not do what it was started for; the text has what it printed."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took.

    Attributes:
        seconds: by the clock.
        cpu: CPU seconds, of all its processes.
        peak: the most memory it had, in MB.
    """

    seconds: float
    cpu: float
    peak: float


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Cost:
    """Run a command to its end.

    Raises:
        CommandFailed: if its exit code is not 0.
    """
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=output, stderr=output
        )
    with ThreadPoolExecutor(1) as watcher:
        ended = threading.Event()
        peak = watcher.submit(_watched, process.pid, ended)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        ended.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandFailed(f"{' '.join(command)}: {log.read_text(errors='replace')[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak.result())


def family(process: int) -> list[int]:
    """Return a process and all that it has started and that still run."""
    found = [process]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(map(int, children.read_text().split()))
    return found


def cpu_seconds(processes: Sequence[int]) -> float:
    """Return the CPU seconds that processes have used so far.

    /proc counts them in hundredths, which is too coarse for what takes milliseconds; the clock
    that Linux keeps of each process, ``clock_getcpuclockid``, counts nanoseconds.
    """
    return sum(time.clock_gettime(~process << 3 | _PROCESS_CLOCK) for process in processes)


def memory(processes: Sequence[int]) -> float:
    """Return the memory that processes have now, in MB."""
    return _status(processes, "VmRSS")


def peak_memory(processes: Sequence[int]) -> float:
    """Return the most memory that processes had since ``reset_peak``, in MB."""
    return _status(processes, "VmHWM")


def reset_peak(processes: Sequence[int]) -> None:
    """Begin anew to look for the most memory that processes have."""
    for process in processes:
        Path(f"/proc/{process}/clear_refs").write_text(_RESET_PEAK)


def _watched(process: int, ended: threading.Event) -> float:
    """Return the most memory that a process had until it ended, in MB.

    What the system tells of a process that has ended counts the memory of who started it.
    """
    peak = 0.0
    while not ended.wait(_LOOK):
        with suppress(OSError):
            peak = max(peak, peak_memory([process]))
    return peak


def _status(processes: Sequence[int], field: str) -> float:
    total = 0
    for process in processes:
        status = Path(f"/proc/{process}/status").read_text()
        found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / _MEGABYTE
