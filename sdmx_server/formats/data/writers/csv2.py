"""SDMX-CSV 2.0 and 2.1 data messages.

Source: sdmx-csv 2.0.0 and 2.1.0, data-message/docs/sdmx-csv-field-guide.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice

import pyarrow as pa

from sdmx_server.dataset import (
    Action,
    Batch,
    Component,
    Dataset,
    Message,
    Rendering,
    localised,
)
from sdmx_server.formats.data.writers.csv_cells import (
    SEPARATOR,
    SUB_SEPARATOR,
    Style,
    languages_in,
    quote,
)
from sdmx_server.formats.data.writers.csv_rows import (
    LINE_END,
    Key,
    columns_of,
    observation_key,
    series_key,
    times_of,
    write_rows,
)
from sdmx_server.formats.data.writers.envelope import timestamp
from sdmx_server.formats.data.writers.texts import in_pieces
from sdmx_server.model.urn import parse_urn

STRUCTURES = {
    "dataflow": "dataflow",
    "datastructure": "datastructure",
    "provisionagreement": "dataprovision",
}

ACTIONS: Mapping[str, Mapping[Action, str]] = {
    "2.0.0": {
        Action.APPEND: "A",
        Action.MERGE: "A",
        Action.REPLACE: "R",
        Action.DELETE: "D",
        Action.INFORMATION: "I",
    },
    "2.1.0": {
        Action.APPEND: "A",
        Action.MERGE: "M",
        Action.REPLACE: "R",
        Action.DELETE: "D",
        Action.INFORMATION: "I",
    },
}

VALIDITY = ("VALID_FROM", "VALID_TO")
"""Custom columns, which stand last: since when, and until when, the values of a row hold."""

_KEYS = {
    "none": (),
    "series": ("SERIES_KEY",),
    "obs": ("OBS_KEY",),
    "both": ("SERIES_KEY", "OBS_KEY"),
}


def write(datasets: Sequence[Dataset], message: Message, rendering: Rendering) -> Iterator[bytes]:
    """Yield the message in pieces of about a megabyte."""
    return in_pieces(_texts(datasets, message, rendering))


def _texts(
    datasets: Sequence[Dataset], message: Message, rendering: Rendering
) -> Iterator[str | pa.Buffer]:
    opened, languages = _open(datasets, message)
    columns = columns_of(opened)
    custom = _custom_columns(opened, columns)
    yield _header(columns, languages, custom, (message, rendering))
    style = Style(
        labels=rendering.labels,
        languages=message.languages,
        times=times_of(opened) if rendering.time_format == "normalized" else {},
        has_sub_fields=True,
    )
    for dataset in opened:
        lead = _lead(dataset, message, rendering)
        tail = [_instant(moment) for moment in (dataset.valid_from, dataset.valid_to)]
        yield from write_rows(dataset, lead, [c.id for c in columns], style, tail if custom else ())


def _custom_columns(datasets: Sequence[Dataset], columns: Sequence[Component]) -> list[str]:
    """Return the columns that say since when and until when rows hold, where that was asked for.

    They are no components, so none may have their names.
    """
    if not any(dataset.valid_from or dataset.valid_to for dataset in datasets):
        return []
    taken = {component.id for component in columns}
    return [_unlike(name, taken) for name in VALIDITY]


def _unlike(name: str, taken: Collection[str]) -> str:
    return _unlike(f"{name}_", taken) if name in taken else name


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else timestamp(moment)


def _lead(dataset: Dataset, message: Message, rendering: Rendering) -> list[str | Key]:
    structure = dataset.structure
    short = parse_urn(structure.urn).short
    name = localised(structure.names, message.languages)
    identity = {
        "id": [quote(short)],
        "name": [quote(short), quote(name)],
        "both": [quote(f"{short}: {name}" if name else short)],
    }
    keys = {"SERIES_KEY": series_key(dataset), "OBS_KEY": observation_key(dataset)}
    return [
        STRUCTURES[structure.context],
        *identity[rendering.labels],
        ACTIONS[rendering.version][dataset.action],
        *(keys[name] for name in _KEYS[rendering.keys]),
    ]


def _header(
    columns: Sequence[Component],
    languages: Mapping[str, Sequence[str]],
    custom: Sequence[str],
    asked: tuple[Message, Rendering],
) -> str:
    message, rendering = asked
    has_sub_fields = any(component.is_json for component in columns)
    found = [
        f"STRUCTURE[{SUB_SEPARATOR}]" if has_sub_fields else "STRUCTURE",
        "STRUCTURE_ID",
        *(["STRUCTURE_NAME"] if rendering.labels == "name" else []),
        "ACTION",
        *_KEYS[rendering.keys],
    ]
    for component in columns:
        id_ = _title(component, languages)
        name = localised(component.names, message.languages) or component.id
        titles = {"id": [id_], "name": [id_, name], "both": [f"{id_}: {name}"]}
        found += titles[rendering.labels]
    return SEPARATOR.join(map(quote, [*found, *custom])) + LINE_END


def _title(component: Component, languages: Mapping[str, Sequence[str]]) -> str:
    """Return an id with brackets for several values and for languages."""
    in_languages = f"[{SUB_SEPARATOR.join(languages.get(component.id, ()))}]"
    suffix = in_languages if component.is_multilingual else ""
    if component.is_metadata:
        parts = zip(component.id.split("."), component.repeats, strict=True)
        return ".".join(f"{id_}[]" if repeats else id_ for id_, repeats in parts) + suffix
    return component.id + (suffix or ("[]" if component.is_array else ""))


def _open(
    datasets: Sequence[Dataset], message: Message
) -> tuple[list[Dataset], dict[str, list[str]]]:
    """Return the data sets, and the languages of components that hold text by language.

    The header names the languages before the observations are seen. Texts of observations
    tell theirs in the first batch; where more follow, the languages of the server may come.
    """
    opened: list[Dataset] = []
    found: dict[str, set[str]] = {}
    for dataset in datasets:
        by_language = [c for c in columns_of([dataset]) if c.is_multilingual]
        if not by_language:
            opened.append(dataset)
            continue
        head = list(islice(dataset.batches, 2))
        opened.append(replace(dataset, batches=chain(head, dataset.batches)))
        for component in by_language:
            known = found.setdefault(component.id, set())
            known |= _languages(component, dataset, head)
            if not known or (len(head) > 1 and component.id in head[0].texts):
                known.update(message.languages)
    return opened, {id_: sorted(languages) for id_, languages in found.items()}


def _languages(component: Component, dataset: Dataset, head: Sequence[Batch]) -> frozenset[str]:
    held = (
        dataset.dictionaries.get(component.id, ()),
        [dataset.dataset_attributes.get(component.id)],
        *(b.texts[component.id].to_pylist() for b in head if component.id in b.texts),
    )
    return languages_in(chain.from_iterable(held))
