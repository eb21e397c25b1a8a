"""SDMX-CSV 1.0 data messages.

Source: sdmx-csv 1.0, data-message/docs/sdmx-csv-field-guide.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from sdmx_server.dataset import (
    Action,
    Component,
    Dataset,
    Message,
    Rendering,
    Role,
    localised,
)
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers.csv_cells import SEPARATOR, Style, quote
from sdmx_server.formats.data.writers.csv_rows import (
    LINE_END,
    columns_of,
    times_of,
    write_rows,
)
from sdmx_server.formats.data.writers.sdmx21 import in_sdmx21
from sdmx_server.formats.data.writers.texts import in_pieces
from sdmx_server.model.urn import parse_urn

MEASURE = "OBS_VALUE"
"""The header of the measure, whatever its id."""


def write(datasets: Sequence[Dataset], message: Message, rendering: Rendering) -> Iterator[bytes]:
    """Yield the message in pieces of about a megabyte.

    Raises:
        NotAcceptable: if the answer has several measures, arrays or deletions, or labels
            are to be names alone.
    """
    if rendering.labels not in {"id", "both"}:
        raise NotAcceptable(
            f"SDMX-CSV 1.0 has no labels={rendering.labels}; use id or both, or SDMX-CSV 2."
        )
    shown = in_sdmx21(datasets)
    for dataset in shown:
        _check_expressible(dataset)
    return in_pieces(_texts(shown, message, rendering))


def _check_expressible(dataset: Dataset) -> None:
    if len(dataset.measures) > 1:
        raise NotAcceptable(
            f"SDMX-CSV 1.0 holds one measure, and this answer has "
            f"{', '.join(dataset.measures)}; ask for one of them, or for SDMX-CSV 2."
        )
    arrays = [c.id for c in columns_of([dataset]) if c.is_array]
    if arrays:
        raise NotAcceptable(
            f"SDMX-CSV 1.0 holds one value a cell, and {', '.join(arrays)} may have several; "
            "leave them out, or ask for SDMX-CSV 2."
        )
    if dataset.action is Action.DELETE:
        raise NotAcceptable(
            "SDMX-CSV 1.0 cannot say that observations were deleted, which this answer does; "
            "ask for SDMX-CSV 2 or another format."
        )


def _texts(
    datasets: Sequence[Dataset], message: Message, rendering: Rendering
) -> Iterator[str | pa.Buffer]:
    columns = columns_of(datasets)
    if not any(c.role is Role.MEASURE for c in columns):
        place = sum(c.role in {Role.DIMENSION, Role.TIME} for c in columns)
        columns.insert(place, Component(id=MEASURE, role=Role.MEASURE))
    yield SEPARATOR.join(["DATAFLOW", *(_title(c, message, rendering) for c in columns)]) + LINE_END
    style = Style(
        labels=rendering.labels,
        languages=message.languages,
        times=times_of(datasets) if rendering.time_format == "normalized" else {},
        has_sub_fields=False,
    )
    for dataset in datasets:
        lead = [_dataflow(dataset, message, rendering)]
        yield from write_rows(dataset, lead, [c.id for c in columns], style)


def _title(component: Component, message: Message, rendering: Rendering) -> str:
    if component.role is Role.MEASURE:
        return MEASURE
    name = localised(component.names, message.languages) or component.id
    return quote(f"{component.id}: {name}" if rendering.labels == "both" else component.id)


def _dataflow(dataset: Dataset, message: Message, rendering: Rendering) -> str:
    structure = dataset.structure
    short = parse_urn(structure.dataflow_urn or structure.urn).short
    name = localised(structure.dataflow_names or structure.names, message.languages)
    return quote(f"{short}: {name}" if rendering.labels == "both" and name else short)
