"""The rows of an SDMX-CSV message: its columns, and a batch of observations as text.

Lines end with CR LF, as RFC 4180 says. Values of data sets, groups and series stand on every
row. Where no observations were asked for there is a row a series, and where not even these,
because values above them are gone, a row for the data set and a row a group.

Source: RFC 4180; sdmx-csv 2.1, data-message/docs/sdmx-csv-field-guide.md, "Columns";
sdmx-csv 1.0, the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Batch, Component, Dataset
from sdmx_server.formats.data.writers.csv_cells import (
    SEPARATOR,
    Style,
    empty_cell,
    normalised_times,
    quote,
    renderer,
    write_cell,
    writer,
)
from sdmx_server.formats.data.writers.texts import (
    Lookup,
    OfSeries,
    Piece,
    filled,
    lowered,
    of_series,
    weave,
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
) -> Iterator[str | pa.Buffer]:
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
        id_: Lookup(texts, writer(shown[id_], style, SEPARATOR), SEPARATOR + empty_cell(style))
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
        yield from _write_batch(batch, sheet)


class _Codes:
    """The codes of a key, in quotes throughout where any of them needs quotes."""

    def __init__(self, key: Key, dataset: Dataset) -> None:
        self.dimensions = key.dimensions
        dictionaries = {id_: dataset.dictionaries.get(id_, ()) for id_ in key.dimensions}
        joined = "".join(chain.from_iterable(dictionaries.values()))
        self.marks = ['"'] if quote(joined) != joined else []
        self.lookups = {id_: Lookup(texts, _doubled) for id_, texts in dictionaries.items()}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the batches of a data set are written by.

    Attributes:
        lead: what stands before the components.
        columns: the components; None is one that is not shown.
        lookups: the cells of the components that have codes, each behind a separator.
        constants: the cells of the components that have one value in the whole data set.
        style: how cells are written.
        end: what ends each row.
    """

    lead: Sequence[str | _Codes]
    columns: Sequence[Component | None]
    lookups: Mapping[str, Lookup]
    constants: Mapping[str, str]
    style: Style
    end: str


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _write_batch(batch: Batch, sheet: _Sheet) -> Iterator[pa.Buffer]:
    """Yield the observations of a batch, then its series without any."""
    counts = np.diff(batch.offsets)
    if batch.observation_count:
        yield from weave(lowered(_pieces(batch, sheet), counts), batch.observation_count)
    bare = np.flatnonzero(counts == 0)
    if len(bare):
        series = {id_: codes[bare] for id_, codes in batch.series.items()}
        above = Batch(series, np.zeros(len(bare) + 1, np.int64), {}, {})
        yield from weave(of_series(_pieces(above, sheet)), len(bare))


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


def _pieces(batch: Batch, sheet: _Sheet) -> list[Piece | OfSeries]:
    """Return what each row is made of."""
    pieces: list[Piece | OfSeries] = []
    for part in sheet.lead:
        pieces += [SEPARATOR, *(_key(part, batch) if isinstance(part, _Codes) else [part])]
    for component in sheet.columns:
        pieces += _cells(component, batch, sheet)
    return [*pieces[1:], sheet.end]


def _cells(component: Component | None, batch: Batch, sheet: _Sheet) -> Sequence[Piece | OfSeries]:
    """Return a separator and the cells of a component, from wherever the batch holds it."""
    empty = empty_cell(sheet.style)
    if component is None:
        return (SEPARATOR, empty)
    id_ = component.id
    if id_ in batch.observations:
        return (sheet.lookups[id_].column(batch.observations[id_]),)
    if id_ in batch.texts:
        render = renderer(component, sheet.style)
        return (SEPARATOR, filled(batch.texts[id_], render, empty))
    if id_ in batch.series:
        return (OfSeries(sheet.lookups[id_].column(batch.series[id_])),)
    return (SEPARATOR, sheet.constants.get(id_, empty))


def _key(key: _Codes, batch: Batch) -> list[Piece | OfSeries]:
    """Return the columns that make up a key; an empty one where the batch has no such."""
    held = {**batch.series, **batch.observations}
    if not all(id_ in held for id_ in key.dimensions):
        return [""]
    pieces: list[Piece | OfSeries] = [*key.marks]
    for id_ in key.dimensions:
        column = key.lookups[id_].column(held[id_])
        pieces += [OfSeries(column) if id_ in batch.series else column, "."]
    return [*pieces[:-1], *key.marks]
