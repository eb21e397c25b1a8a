"""The application that granian wants beside its static files; nobody asks it anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def application(environment: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer that there is nothing."""
    start("404 Not Found", [("Content-Length", "0")])
    return ()
