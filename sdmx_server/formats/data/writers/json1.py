"""SDMX-JSON 1.0 data messages.

Source: sdmx-json 1.0.0, data-message/docs/1-sdmx-json-field-guide.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from sdmx_server.dataset import Dataset, Message, Rendering
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers.json_batches import Frame
from sdmx_server.formats.data.writers.json_dialect import V1_0
from sdmx_server.formats.data.writers.json_message import (
    encode,
    frames,
    meta,
    structure_of,
    write_dataset,
)
from sdmx_server.formats.data.writers.sdmx21 import in_sdmx21
from sdmx_server.formats.data.writers.texts import in_pieces


def write(datasets: Sequence[Dataset], message: Message, rendering: Rendering) -> Iterator[bytes]:
    """Yield the message in pieces of about a megabyte.

    Free texts of observations are listed too, so each distinct one is kept to the end.
    A time that is no id, such as ``2010-01-04T12:00:00``, stands as it is where the schema
    wants an id: clients read the period there.

    Raises:
        NotAcceptable: if the answer has several structures or measures, or arrays.
    """
    shown = in_sdmx21(datasets)
    framed = frames(shown, V1_0)
    if len(framed) > 1:
        urns = ", ".join(frame.levels.structure.urn for frame, _ in framed)
        raise NotAcceptable(
            f"SDMX-JSON 1.0 holds data of one structure, and this answer has those of {urns}; "
            "ask for one of them, or for SDMX-JSON 2."
        )
    _check_expressible(framed[0][0])
    return in_pieces(_texts(shown, message, framed[0][0]))


def _check_expressible(frame: Frame) -> None:
    levels = frame.levels
    if len(levels.measures) > 1:
        ids = ", ".join(m.id for m in levels.measures)
        raise NotAcceptable(
            f"SDMX-JSON 1.0 holds one measure, and this answer has {ids}; "
            "ask for one of them, or for SDMX-JSON 2."
        )
    arrays = [c.id for c in (*levels.measures, *levels.attributes) if c.is_array]
    if arrays:
        raise NotAcceptable(
            f"SDMX-JSON 1.0 holds one value a component, and {', '.join(arrays)} may have "
            "several; leave them out, or ask for SDMX-JSON 2."
        )


def _texts(
    datasets: Sequence[Dataset], message: Message, frame: Frame
) -> Iterator[str | pa.Buffer]:
    yield f'{{"meta":{encode(meta(datasets, message, V1_0))},"data":{{"dataSets":['
    for place, dataset in enumerate(datasets):
        if place:
            yield ","
        yield from write_dataset(dataset, frame, V1_0, None)
    yield f'],"structure":{encode(structure_of(frame, V1_0, message))}}}}}'
