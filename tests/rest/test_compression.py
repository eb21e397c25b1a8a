"""What is compressed depends on what comes in, not on how that is cut."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
import zstandard

from sdmx_server.rest.compression import encoded

CONTENT = b",".join(
    str(number).encode() for number in np.random.default_rng(1).integers(0, 9_999, 400_000)
)
DECODERS = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda content: zstandard.ZstdDecompressor().decompressobj().decompress(content),
}


def cut(length: int) -> Iterator[bytes]:
    return (CONTENT[n : n + length] for n in range(0, len(CONTENT), length))


@pytest.mark.parametrize("encoding", DECODERS)
def test_however_an_answer_is_cut_its_bytes_are_the_same(encoding):
    found = {b"".join(encoded(cut(length), encoding)) for length in (10**9, 10**6, 262_144, 7_777)}

    assert len(found) == 1
    assert DECODERS[encoding](found.pop()) == CONTENT


@pytest.mark.parametrize("encoding", DECODERS)
@pytest.mark.parametrize("pieces", [[], [b""], [b"", b"a", b""], [b"ab"]])
def test_short_answers_come_whole(encoding, pieces):
    assert DECODERS[encoding](b"".join(encoded(pieces, encoding))) == b"".join(pieces)
