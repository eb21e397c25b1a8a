"""The rows of an SDMX-CSV message: its columns, and a batch of observations as text.

Lines end with CR LF, as RFC 4180 says. Values of data sets, groups and series stand on every
row. Where no observations were asked for there is a row a series, and where not even these,
because values above them are gone, a row for the data set and a row a group.

Source: RFC 4180; sdmx-csv 2.1, data-message/docs/sdmx-csv-field-guide.md, "Columns";
sdmx-csv 1.0, the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np

from sdmx_server.dataset import Batch, Component, Dataset
from sdmx_server.formats.data.writers.columns import (
    Column,
    Lookup,
    PerSeries,
    interleave,
    of_observations,
    of_series,
    rows,
)
from sdmx_server.formats.data.writers.csv_cells import (
    SEPARATOR,
    Style,
    empty_cell,
    normalised_times,
    quote,
    write_cell,
    write_column,
)

LINE_END = "\r\n"


@dataclass(frozen=True, slots=True)
class Key:
    """A column that joins the codes of dimensions with dots."""

    dimensions: tuple[str, ...]


Lead = Sequence[str | Key]
"""What stands before the components of each row: finished cells, and keys."""


def columns_of(datasets: Sequence[Dataset]) -> list[Component]:
    """Return the components that an answer shows, each once.

    First the dimensions, then the measures, then the attributes; of each, those of the
    first structure in its order, then what others add.
    """
    kinds: tuple[Callable[[Dataset], Sequence[Component]], ...] = (
        lambda d: d.structure.key,
        lambda d: [m for m in d.structure.measures if m.id in d.measures],
        lambda d: [a for a in d.structure.attributes if a.id in d.attributes],
    )
    found: dict[str, Component] = {}
    for kind in kinds:
        for component in chain.from_iterable(map(kind, datasets)):
            found.setdefault(component.id, component)
    return list(found.values())


def times_of(datasets: Sequence[Dataset]) -> dict[str, str]:
    """Return what the periods of an answer become when they are normalised."""
    times = (d.structure.time for d in datasets)
    texts = (
        dataset.dictionaries.get(time.id, ())
        for dataset, time in zip(datasets, times, strict=True)
        if time
    )
    return normalised_times(chain.from_iterable(texts))


def series_key(dataset: Dataset) -> Key:
    """Return the column of series keys: all dimensions but those of observations."""
    inner = {dataset.dimension_at_observation}
    if dataset.structure.time and not inner & {c.id for c in dataset.structure.key}:
        inner = {dataset.structure.time.id}
    return Key(tuple(c.id for c in dataset.structure.key if c.id not in inner))


def observation_key(dataset: Dataset) -> Key:
    """Return the column of observation keys: all dimensions."""
    return Key(tuple(c.id for c in dataset.structure.key))


def write_rows(
    dataset: Dataset,
    lead: Lead,
    columns: Sequence[str],
    style: Style,
    tail: Sequence[str] = (),
) -> Iterator[str]:
    """Yield the rows of a data set, a batch at a time.

    Args:
        dataset: the data set.
        lead: what stands before the components.
        columns: ids of the components of the whole answer; those that the data set does
            not show stay empty.
        style: how cells are written.
        tail: finished cells that stand behind the components of each row.
    """
    shown = {c.id: c for c in columns_of([dataset])}
    lookups = {
        id_: Lookup(texts, partial(write_cell, shown[id_], style), empty_cell(style))
        for id_, texts in dataset.dictionaries.items()
        if id_ in shown
    }
    constants = {
        id_: write_cell(shown[id_], style, text)
        for id_, text in dataset.dataset_attributes.items()
        if id_ in shown
    }
    sheet = _Sheet(
        lead=[_Codes(part, dataset) if isinstance(part, Key) else part for part in lead],
        columns=[shown.get(id_) for id_ in columns],
        lookups=lookups,
        constants=constants,
        style=style,
        end="".join(f"{SEPARATOR}{cell}" for cell in tail) + LINE_END,
    )
    first = next(dataset.batches, None)
    if first is None:
        yield _above_series(dataset, sheet)
        return
    for batch in chain([first], dataset.batches):
        yield _write_batch(batch, sheet)


class _Codes:
    """The codes of a key, in quotes throughout where any of them needs quotes."""

    def __init__(self, key: Key, dataset: Dataset) -> None:
        self.dimensions = key.dimensions
        dictionaries = {id_: dataset.dictionaries.get(id_, ()) for id_ in key.dimensions}
        joined = "".join(chain.from_iterable(dictionaries.values()))
        self.marks = ['"'] if quote(joined) != joined else []
        self.lookups = {id_: Lookup(texts, _doubled, "") for id_, texts in dictionaries.items()}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the batches of a data set are written by; None is a component not shown.

    ``end`` is what ends each row.
    """

    lead: Sequence[str | _Codes]
    columns: Sequence[Component | None]
    lookups: Mapping[str, Lookup]
    constants: Mapping[str, str]
    style: Style
    end: str


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _write_batch(batch: Batch, sheet: _Sheet) -> str:
    counts = np.diff(batch.offsets)
    text = ""
    if batch.observation_count:
        columns = of_observations(_columns(batch, sheet), counts)
        text = "".join(interleave(columns, batch.observation_count))
    bare = np.flatnonzero(counts == 0).tolist()
    if not bare:
        return text
    above = of_series(_columns(replace(batch, observations={}, texts={}), sheet))
    lines = rows(above, batch.series_count)
    return text + "".join([lines[series] for series in bare])


def _above_series(dataset: Dataset, sheet: _Sheet) -> str:
    """Return a row for the data set and for each group: what stands in them, and their key."""
    told = [dataset.dataset_attributes, *({**g.key, **g.attributes} for g in dataset.groups)]
    return "".join(_row(values, sheet) for values in told if values)


def _row(values: Mapping[str, str], sheet: _Sheet) -> str:
    cells = ["" if isinstance(part, _Codes) else part for part in sheet.lead]
    for component in sheet.columns:
        text = values.get(component.id) if component else None
        if component is None or text is None:
            cells.append(empty_cell(sheet.style))
        else:
            cells.append(write_cell(component, sheet.style, text))
    return SEPARATOR.join(cells) + sheet.end


def _columns(batch: Batch, sheet: _Sheet) -> list[Column | PerSeries]:
    columns: list[Column | PerSeries] = []
    for part in sheet.lead:
        columns += [SEPARATOR, *(_key(part, batch) if isinstance(part, _Codes) else [part])]
    for component in sheet.columns:
        columns += [SEPARATOR, _cells(component, batch, sheet)]
    return [*columns[1:], sheet.end]


def _cells(component: Component | None, batch: Batch, sheet: _Sheet) -> Column | PerSeries:
    """Return the cells of a component, from wherever the batch holds it."""
    if component is None:
        return empty_cell(sheet.style)
    id_ = component.id
    if id_ in batch.observations:
        return sheet.lookups[id_].texts(batch.observations[id_])
    if id_ in batch.texts:
        return write_column(component, batch.texts[id_].to_pylist(), sheet.style)
    if id_ in batch.series:
        return PerSeries(sheet.lookups[id_].texts(batch.series[id_]))
    return sheet.constants.get(id_, empty_cell(sheet.style))


def _key(key: _Codes, batch: Batch) -> list[Column | PerSeries]:
    """Return the columns that make up a key; an empty one where the batch has no such."""
    held = {**batch.series, **batch.observations}
    if not all(id_ in held for id_ in key.dimensions):
        return [""]
    columns: list[Column | PerSeries] = [*key.marks]
    for id_ in key.dimensions:
        texts = key.lookups[id_].texts(held[id_])
        columns += [PerSeries(texts) if id_ in batch.series else texts, "."]
    return [*columns[:-1], *key.marks]
