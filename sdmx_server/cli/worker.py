"""The application in a worker process, which ends when the command that started it does."""

from __future__ import annotations

import os
import signal
import threading
import time

from flask import Flask

from sdmx_server.app import from_environment

_EVERY = 1.0  # seconds


def application() -> Flask:
    """Build the application of a worker.

    A worker whose parent was killed would go on to share the port with the next server.
    """
    watch = threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True)
    watch.start()
    return from_environment()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)
