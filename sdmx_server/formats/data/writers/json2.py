"""SDMX-JSON 2.0 and 2.1 data messages.

Source: sdmx-json 2.0.0 and 2.1.0, data-message/docs/1-sdmx-json-field-guide.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from sdmx_server.dataset import Dataset, Message, Rendering
from sdmx_server.errors import SdmxError
from sdmx_server.formats.data.writers.json_dialect import V2_0, V2_1, Dialect
from sdmx_server.formats.data.writers.json_message import (
    encode,
    frames,
    meta,
    structure_of,
    write_dataset,
)
from sdmx_server.formats.data.writers.json_structure import Object
from sdmx_server.formats.data.writers.texts import in_pieces

PARTIAL = 206
"""The HTTP status that says of an answer that it is one in part."""

_DIALECTS: Mapping[str, Dialect] = {"2.0.0": V2_0, "2.1.0": V2_1}


def write(datasets: Sequence[Dataset], message: Message, rendering: Rendering) -> Iterator[bytes]:
    """Yield the message in pieces of about a megabyte."""
    return in_pieces(_texts(datasets, message, _DIALECTS[rendering.version]))


def _texts(
    datasets: Sequence[Dataset], message: Message, dialect: Dialect
) -> Iterator[str | pa.Buffer]:
    framed = frames(datasets, dialect)
    structure_numbers = {
        place: number for number, (_, places) in enumerate(framed) for place in places
    }
    yield f'{{"meta":{encode(meta(datasets, message, dialect))},'
    if dialect.is_version_2_1:
        yield f'"$schema":{encode(dialect.schema)},'
    yield '"data":{"dataSets":['
    for place, dataset in enumerate(datasets):
        if place:
            yield ","
        number = structure_numbers[place]
        yield from write_dataset(dataset, framed[number][0], dialect, number)
    structures = [
        {"dataSets": places, **structure_of(frame, dialect, message)} for frame, places in framed
    ]
    yield f'],"structures":{encode(structures)}}}'
    if dialect.is_version_2_1 and message.left_out:
        yield f',"errors":{encode([_warning(error) for error in message.left_out])}'
    yield "}"


def _warning(error: SdmxError) -> Object:
    """Return what says that something was left out; only 2.1 lets it stand beside data."""
    return {"code": PARTIAL, "title": "Some data are left out", "detail": error.detail}
