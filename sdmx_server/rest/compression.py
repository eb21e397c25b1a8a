"""Bodies compressed while they stream.

What comes out depends on what comes in alone, not on how that is cut, so that a download can go
on in an answer that is made anew. All encoders run at their fastest level: at higher ones
compressing costs several times what making the answer does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol

import zstandard
from isal import isal_zlib

# zlib's way to ask for its own header, which RFC 9110 calls deflate, or for that of gzip
_WINDOWS = {"deflate": 15, "gzip": 31}
_BLOCK = 262_144


class _Encoder(Protocol):
    def compress(self, data: bytes | memoryview, /) -> bytes:
        """Return what is ready of the encoded data."""

    def flush(self) -> bytes:
        """Return the rest."""


def _zlib(encoding: str) -> _Encoder:
    encoder: _Encoder = isal_zlib.compressobj(1, wbits=_WINDOWS[encoding])
    return encoder


def _zstd() -> _Encoder:
    encoder: _Encoder = zstandard.ZstdCompressor(level=1).compressobj()
    return encoder


_ENCODERS: dict[str, Callable[[], _Encoder]] = {
    "gzip": partial(_zlib, "gzip"),
    "zstd": _zstd,
    "deflate": partial(_zlib, "deflate"),
}


def encoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the pieces in a content encoding: one of these, or ``identity``."""
    if encoding == "identity":
        yield from pieces
        return
    encoder = _ENCODERS[encoding]()
    for piece in _even(pieces):
        ready = encoder.compress(piece)
        if ready:
            yield ready
    yield encoder.flush()


def _even(pieces: Iterable[bytes]) -> Iterator[memoryview]:
    """Yield the same bytes in pieces of one length; encoders look at where they are cut."""
    carried = bytearray()
    for piece in pieces:
        view = memoryview(piece)
        if carried:
            missing = _BLOCK - len(carried)
            carried += view[:missing]
            view = view[missing:]
            if len(carried) == _BLOCK:
                yield memoryview(carried)
                carried = bytearray()
        whole = len(view) - len(view) % _BLOCK
        for start in range(0, whole, _BLOCK):
            yield view[start : start + _BLOCK]
        carried += view[whole:]
    yield memoryview(carried)
