"""What a command needs only at times, imported when it does.

Here alone a module is imported by name: to start takes most of what a short command takes, so
none waits for what it does not use.
"""

from __future__ import annotations

import importlib
from typing import Any


def deferred(place: str) -> Any:
    """Return what stands at a place, ``package.module:name``, importing the module."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
