"""The text of a URL: percent-encoding, path segments and the raw query string.

A plus stays a plus: form decoders, which turn it into a blank, would destroy ``ge:A+le:B`` and
``+07:00``. Everything is decoded once, before it is split, because common clients encode the
separators as well; a comma or plus that is to be part of a value is encoded twice.

Source: SDMX-REST 2.2, doc/index.md ("Use of operators"); RFC 3986.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from sdmx_server.errors import QuerySyntaxError

Parameters = Mapping[str, tuple[str, ...]]
"""The values of each parameter, decoded once, in the order in which they were given."""

_GLUED = re.compile(r"&(?=[A-Za-z][A-Za-z.]*=|c(?:\[|%5[Bb]))")
_TWICE_ENCODED = re.compile(r"%(?:2C|2B|25)", re.IGNORECASE)


def read(
    path: str, query_string: str, names: tuple[str, ...], *, rest_in_last: bool = False
) -> tuple[list[str], Parameters]:
    """Split what follows the resource name in a URL into path segments and parameters.

    Args:
        path: the path, still percent-encoded, with or without slashes around it.
        query_string: the query string, still percent-encoded.
        names: what the segments hold; there may be fewer.
        rest_in_last: whether slashes that are too many belong to the last segment.

    Raises:
        QuerySyntaxError: if there are more segments than names, or something is no
            percent-encoded UTF-8.
    """
    path, query_string = divide(path, query_string)
    return _segments(path, names, rest_in_last), parse_query_string(query_string)


def divide(path: str, query_string: str) -> tuple[str, str]:
    """Move parameters that a client glued to the path with ``&`` to the query string."""
    path, *glued = _GLUED.split(path, maxsplit=1)
    return path, "&".join(part for part in (*glued, query_string) if part)


def parse_query_string(query_string: str) -> dict[str, tuple[str, ...]]:
    """Split a raw query string into its parameters.

    Raises:
        QuerySyntaxError: if a name or value is no percent-encoded UTF-8.
    """
    parameters: dict[str, list[str]] = {}
    for pair in query_string.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            parameters.setdefault(decode(name), []).append(decode(value))
    return {name: tuple(values) for name, values in parameters.items()}


def decode(text: str) -> str:
    """Undo percent-encoding once; a raw plus is left alone.

    Raises:
        QuerySyntaxError: if what comes out is no UTF-8.
    """
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        raise QuerySyntaxError(f"{text!a} is not percent-encoded UTF-8.") from None


def decode_again(value: str) -> str:
    """Give back the commas, pluses and percent signs that were encoded twice."""
    return _TWICE_ENCODED.sub(lambda match: bytes.fromhex(match[0][1:]).decode(), value)


def _segments(path: str, names: tuple[str, ...], rest_in_last: bool) -> list[str]:
    trimmed = path.strip("/")
    most = len(names) - 1 if rest_in_last else -1
    parts = [decode(part) for part in trimmed.split("/", most)] if trimmed else []
    if len(parts) > len(names):
        raise QuerySyntaxError(
            f"{parts[len(names)]!r} is one path segment too many; "
            f"allowed is /{'/'.join(f'{{{name}}}' for name in names)}."
        )
    return parts
