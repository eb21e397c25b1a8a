"""SDMX-JSON data messages of all versions: the envelope, and the order things stand in.

``meta`` stands first and early in it the schema, which clients look for; the data sets stand
before the structures, so that these list the values that the data sets used.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "message", "meta",
"dataSet"; sdmx-json 1.0.0, the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain

import msgspec
import pyarrow as pa

from sdmx_server.dataset import Component, Dataset, GroupValues, Message
from sdmx_server.formats.data.writers.json_annotations import Annotations, describe_annotations
from sdmx_server.formats.data.writers.json_batches import Frame, write_batches
from sdmx_server.formats.data.writers.json_dialect import Dialect
from sdmx_server.formats.data.writers.json_levels import Levels, levels_of, same_levels
from sdmx_server.formats.data.writers.json_structure import (
    Described,
    Object,
    describe,
    links,
    named,
)
from sdmx_server.formats.data.writers.json_values import NULL, Values
from sdmx_server.formats.data.writers.languages import content_languages


def encode(value: object) -> str:
    """Return a value as JSON text."""
    return msgspec.json.encode(value).decode()


def meta(datasets: Sequence[Dataset], message: Message, dialect: Dialect) -> Object:
    """Return the envelope of a message."""
    sender: Object = {"id": message.sender}
    if message.sender_names:
        sender |= named(message.sender_names, message.sender, message)
    languages = content_languages([d.structure for d in datasets], message)
    if not dialect.is_version_2_1:
        languages = tuple(language.lower() for language in languages)
    return {
        "schema": dialect.schema,
        "id": message.id,
        "test": message.test,
        "prepared": _instant(message.prepared),
        "contentLanguages": languages,
        "sender": sender,
    }


def frames(datasets: Sequence[Dataset], dialect: Dialect) -> list[tuple[Frame, list[int]]]:
    """Return the frames of the structures of an answer, each with its data sets' numbers."""
    alike: dict[object, list[int]] = {}
    for place, dataset in enumerate(datasets):
        alike.setdefault(same_levels(dataset), []).append(place)
    return [
        (_frame([datasets[place] for place in places], dialect), places)
        for places in alike.values()
    ]


def write_dataset(
    dataset: Dataset, frame: Frame, dialect: Dialect, structure: int | None
) -> Iterator[str | pa.Buffer]:
    """Yield a data set, its observations batch by batch."""
    levels, values = frame.levels, frame.values
    for dimension in levels.dataset_dimensions:
        values[dimension.id].cell(dataset.constants[dimension.id])
    head: Object = {} if structure is None else {"structure": structure}
    head["action"] = dialect.actions[dataset.action]
    for name, moment in (("validFrom", dataset.valid_from), ("validTo", dataset.valid_to)):
        if moment is not None:
            head[name] = _instant(moment)
    if not dialect.is_version_2_1:
        head["links"] = links(levels.structure)
    yield encode(head)[:-1] + frame.annotations.member(dataset.annotations)
    if levels.dataset_attributes:
        cells = _cells(levels.dataset_attributes, dataset.dataset_attributes, values)
        yield f',"attributes":[{cells}]'
    if levels.group_attributes or any(group.annotations for group in dataset.groups):
        yield f',"dimensionGroupAttributes":{{{_groups(dataset.groups, frame)}}}'
    yield ',"observations":{' if levels.is_flat else ',"series":{'
    yield from write_batches(dataset, frame)
    yield "}}"


def structure_of(frame: Frame, dialect: Dialect, message: Message) -> Object:
    """Return the structure of the data sets of a frame; complete once these are written."""
    described = Described(frame.values, dialect, message)
    annotations = describe_annotations(frame.annotations, dialect, message)
    return {**describe(frame.levels, described), "annotations": annotations}


def _frame(datasets: Sequence[Dataset], dialect: Dialect) -> Frame:
    levels = levels_of(datasets, has_groups=dialect.is_version_2)
    held = set(chain.from_iterable(dataset.dictionaries for dataset in datasets))
    listed = [
        *levels.dimensions,
        *(a for a in levels.attributes if _lists(a, levels, held, dialect)),
    ]
    if dialect.is_version_2:
        listed += [m for m in levels.measures if m.is_coded]
    return Frame(
        levels=levels,
        values={
            component.id: Values(component, numbers_members=dialect.is_version_2_1)
            for component in (*levels.dimensions, *listed)
        },
        render=dialect.render,
        measure_is_due=not dialect.is_version_2,
        annotations=Annotations(),
    )


def _lists(attribute: Component, levels: Levels, held: set[str], dialect: Dialect) -> bool:
    """Whether an attribute lists its values: all but free texts of observations do."""
    return (
        not dialect.is_version_2
        or attribute.is_coded
        or attribute.id in held
        or attribute not in levels.observation_attributes
    )


def _groups(groups: Sequence[GroupValues], frame: Frame) -> str:
    """Return the members of ``dimensionGroupAttributes``; their keys name every dimension."""
    levels, values = frame.levels, frame.values
    members: dict[str, tuple[dict[str, str], list[str]]] = {}
    for group in groups:
        cells = (
            values[c.id].cell(group.key[c.id]) if c.id in group.key else ""
            for c in levels.structure.key
        )
        attributes, said = members.setdefault(":".join(cells), ({}, []))
        attributes.update(group.attributes)
        said.append(frame.annotations.cell(group.annotations))
    return ",".join(
        f'"{key}":[{_first(_cells(levels.group_attributes, attributes, values), said)}]'
        for key, (attributes, said) in members.items()
    )


def _first(cells: str, said: Sequence[str]) -> str:
    """Return cells and what stands behind them, each of which has a comma before it."""
    behind = "".join(said)
    return cells + behind if cells else behind[1:]


def _cells(
    components: Sequence[Component], texts: Mapping[str, str], values: Mapping[str, Values]
) -> str:
    return ",".join(values[c.id].cell(texts[c.id]) if c.id in texts else NULL for c in components)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
