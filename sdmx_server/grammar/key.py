"""Series keys: ``M.USD+GBP..A`` in SDMX-REST 1.5, ``M.*.EUR,A.USD`` in 2.2.

Source: SDMX-REST 1.5, section 4.4 ("key"); SDMX-REST 2.2, doc/data.md ("key").
"""

from __future__ import annotations

import re

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.query import Key

_CODE = re.compile(r"[A-Za-z0-9_@$-]+")
_VALUE = re.compile(r"[^\s+*]+")


def parse_alternatives(text: str) -> tuple[Key, ...]:
    """Compile a key of SDMX-REST 1.5: every position is there, ``+`` is an OR inside one.

    Returns:
        The one key; no key for the words that mean every series.

    Raises:
        QuerySyntaxError: if a position holds what can be no code.
    """
    if text.lower() in ("", "all"):
        return ()
    return (tuple(_alternatives(position) for position in text.split(".")),)


def parse_keys(text: str) -> tuple[Key, ...]:
    """Compile the keys of SDMX-REST 2.2: several by comma, ``*`` for any code.

    The end of a key may be left off. An empty position is one of SDMX-REST 1.5; clients that
    know both versions write it here as well, so it means any code.

    Returns:
        The keys; where one of them means every series, that one with the positions of the
        longest, and none for ``*`` alone.

    Raises:
        QuerySyntaxError: if a key is empty, or a position holds what can be no code.
    """
    keys = tuple(dict.fromkeys(_key(key, text) for key in text.split(",")))
    if all(any(key) for key in keys):
        return keys
    longest = max(map(len, keys))
    return ((((),) * longest),) if longest > 1 else ()


def _alternatives(position: str) -> tuple[str, ...]:
    if not position:
        return ()
    codes = tuple(dict.fromkeys(position.split("+")))
    for code in codes:
        if _CODE.fullmatch(code) is None:
            raise QuerySyntaxError(
                f"{code!r} in the key position {position!r} can be no code; allowed is nothing for "
                "any code, or codes of letters, digits, _ @ $ and - with + between them."
            )
    return codes


def _key(key: str, text: str) -> Key:
    positions = key.split(".")
    if not key:
        raise QuerySyntaxError(f"{text!r} holds an empty key; allowed are keys such as M.*.EUR.")
    if len(positions) > 1 and not positions[-1]:
        positions.pop()
    return tuple(_position(position, key) for position in positions)


def _position(position: str, key: str) -> tuple[str, ...]:
    if position in ("", "*"):
        return ()
    if _VALUE.fullmatch(position) is None:
        raise QuerySyntaxError(
            f"{position!r} cannot stand in the key {key!r}; allowed is one code a position, or *; "
            "for several codes send several keys by comma, or c[...]."
        )
    return (position,)
