"""Bodies compressed while they stream.

Both encoders run at their fastest level: at higher ones compressing costs several times
what making the answer does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import zstandard
from isal import isal_zlib

_GZIP_WINDOW = 31  # zlib's way to ask for a gzip header


class _Encoder(Protocol):
    def compress(self, data: bytes, /) -> bytes:
        """Return what is ready of the encoded data."""

    def flush(self) -> bytes:
        """Return the rest."""


def _gzip() -> _Encoder:
    encoder: _Encoder = isal_zlib.compressobj(1, wbits=_GZIP_WINDOW)
    return encoder


def _zstd() -> _Encoder:
    encoder: _Encoder = zstandard.ZstdCompressor(level=1).compressobj()
    return encoder


_ENCODERS: dict[str, Callable[[], _Encoder]] = {"gzip": _gzip, "zstd": _zstd}


def encoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the pieces in a content encoding: ``gzip``, ``zstd`` or ``identity``."""
    if encoding == "identity":
        yield from pieces
        return
    encoder = _ENCODERS[encoding]()
    for piece in pieces:
        ready = encoder.compress(piece)
        if ready:
            yield ready
    yield encoder.flush()
