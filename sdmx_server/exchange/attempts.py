"""Wrong credentials, counted by where they came from."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from sdmx_server.errors import TooManyAttempts

_MOST = 20
_WITHIN = timedelta(minutes=1)
_ADDRESSES = 10_000


class Attempts:
    """Remembers what failed within a minute, in this process; shared by threads."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def check(self, address: str, now: datetime) -> None:
        """Let an attempt be made.

        Raises:
            TooManyAttempts: if as many as may be have failed from there within a minute.
        """
        with self._lock:
            failed = self._failed.get(address)
            free = failed[0] + _WITHIN if failed and len(failed) == _MOST else now
        if free > now:
            seconds = ceil((free - now).total_seconds())
            raise TooManyAttempts(
                f"{_MOST} tokens from your address were wrong within a minute; "
                f"send a right one in {seconds} seconds.",
                retry_after=seconds,
            )

    def failed(self, address: str, now: datetime) -> None:
        """Count an attempt that failed; addresses that failed longest ago are forgotten."""
        with self._lock:
            self._failed.setdefault(address, deque(maxlen=_MOST)).append(now)
            self._failed.move_to_end(address)
            while len(self._failed) > _ADDRESSES:
                self._failed.popitem(last=False)
