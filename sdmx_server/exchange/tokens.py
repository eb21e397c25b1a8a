"""Tokens: made once, told once, and recognised by a hash of their secret.

A token reads ``sdmx_<id>_<secret>``. Its hash is made to be slow, so a token that was right
is remembered for a minute, in this process and by a digest whose key no other has.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from sdmx_server.errors import Unauthenticated
from sdmx_server.exchange.attempts import Attempts
from sdmx_server.storage.tokens import Role, Token, TokenStore

_TOKEN = re.compile(r"sdmx_(?P<id>[0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_ID_BYTES, _SECRET_BYTES = 6, 32
_REMEMBERED = timedelta(minutes=1)
_WRONG = "The token is not known here, or was revoked; ask who runs the service for another."
# The least memory that is advised: several threads may be at it at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def issue(
    store: TokenStore, name: str, role: Role, at: datetime, lifetime: timedelta | None = None
) -> str:
    """Make a token and return it; its secret cannot be had again.

    Args:
        store: where it is kept.
        name: whose it is.
        role: what its holder is.
        at: now, UTC.
        lifetime: how long it counts; None for ever.
    """
    id_, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    expires = None if lifetime is None else at + lifetime
    store.add(Token(id_, name, role, _hasher.hash(secret), at, expires))
    return f"sdmx_{id_}_{secret}"


class Tokens:
    """Recognises tokens; shared by threads."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._attempts = Attempts()
        self._key = secrets.token_bytes(32)
        self._right: dict[bytes, datetime] = {}
        self._lock = Lock()

    def holder(self, text: str, address: str, now: datetime) -> Token:
        """Return the token that a text is; whether it still counts is read every time.

        Args:
            text: what was sent.
            address: where it came from.
            now: the time, UTC.

        Raises:
            Unauthenticated: if it is no token, or one that no longer counts.
            TooManyAttempts: if too many from there were wrong.
        """
        is_remembered = self._is_remembered(text, now)
        if not is_remembered:
            self._attempts.check(address, now)
        token = self._found(text)
        if token is None or not (is_remembered or self._is_right(token, text, now)):
            self._attempts.failed(address, now)
            raise Unauthenticated(_WRONG)
        if token.expires is not None and token.expires <= now:
            self._attempts.failed(address, now)
            raise Unauthenticated(f"The token expired on {token.expires.date().isoformat()}.")
        self._store.mark_used(token, now)
        return token

    def _found(self, text: str) -> Token | None:
        match = _TOKEN.fullmatch(text)
        token = self._store.find(match["id"]) if match else None
        return token if token is not None and token.revoked is None else None

    def _is_right(self, token: Token, text: str, now: datetime) -> bool:
        try:
            _hasher.verify(token.hash, text.split("_", 2)[2])
        except VerifyMismatchError:
            return False
        with self._lock:
            self._right = {each: at for each, at in self._right.items() if _is_fresh(at, now)}
            self._right[self._digest(text)] = now
        return True

    def _is_remembered(self, text: str, now: datetime) -> bool:
        at = self._right.get(self._digest(text))
        return at is not None and _is_fresh(at, now)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256")


def _is_fresh(at: datetime, now: datetime) -> bool:
    return now - at < _REMEMBERED
