"""SDMX-JSON as what it says: every number that refers to a value replaced by this value.

Which number a value has says nothing, nor does it whether a dimension with one value in the
whole answer stands at the dataset or in the keys. Series and observations are compared in
their order. Numbers keep their digits.

Source: SDMX-JSON 1.0.0, 2.0.0 and 2.1.0 field guides, "handling indexes".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True)
class Number:
    """A number, with the digits that it was written in."""

    digits: str


@dataclass(frozen=True)
class Document:
    """What a message says.

    Attributes:
        meta: the envelope, without its id.
        structure: its links and name; components at each level, without their values.
        dataset: the dataset without what is in it.
        of_dataset: values of attributes, in the order of the components.
        groups: key and values of attributes.
        series: key, values of attributes, annotations, and observations with key, values and
            annotations.
    """

    meta: Json
    structure: Json
    dataset: Json
    of_dataset: list[Json]
    groups: list[tuple[list[Json], list[Json]]]
    series: list[tuple[list[Json], list[Json], list[Json], Json]]


def read(data: bytes) -> list[Document]:
    """Return what a message says, a document a dataset."""
    message = json.loads(
        data.decode(),
        parse_int=Number,
        parse_float=Number,
        parse_constant=_refused,
        object_pairs_hook=_object,
    )
    meta = message.pop("meta")
    assert meta.pop("id")
    meta["$schema"] = message.pop("$schema", None)
    body = message.pop("data")
    assert message == {}
    datasets = body.pop("dataSets")
    if "structure" in body:
        structures, numbers = [body.pop("structure")], [0] * len(datasets)
    else:
        structures = body.pop("structures")
        numbers = [int(dataset.pop("structure").digits) for dataset in datasets]
        for place, structure in enumerate(structures):
            using = [n for n, number in enumerate(numbers) if number == place]
            assert structure.pop("dataSets") == [Number(str(n)) for n in using]
    assert body == {}
    readings = [_Reading(structure) for structure in structures]
    pairs = zip(numbers, datasets, strict=True)
    return [readings[number].document(meta, dataset) for number, dataset in pairs]


def _refused(constant: str) -> Json:
    raise AssertionError(f"{constant} is no JSON")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    assert len(found) == len(pairs), f"a name stands twice in {[name for name, _ in pairs]}"
    return found


class _Reading:
    """A message being read: the values of its components by level."""

    def __init__(self, structure: Json) -> None:
        self._structure = structure
        self._values: dict[str, list[Json]] = {}
        self._annotations = structure.pop("annotations")
        self._levels: dict[tuple[str, str], list[str]] = {}
        for kind in ("dimensions", "measures", "attributes"):
            for level, components in structure.get(kind, {}).items():
                self._levels[kind, level] = [c["id"] for c in components]
                for component in components:
                    if "values" in component:
                        self._values[component["id"]] = component.pop("values")
        self._dimensions = sorted(
            (d for level in structure["dimensions"].values() for d in level),
            key=lambda d: int(d["keyPosition"].digits),
        )

    def document(self, meta: Json, dataset: Json) -> Document:
        """Return what the message says."""
        for id_ in self._levels["dimensions", "dataSet"]:
            assert len(self._values[id_]) == 1, f"{id_} stands at the dataset, with several values"
        of_dataset = self._listed(dataset.pop("attributes", []), "attributes", "dataSet")
        groups = [
            (self._partial(key), self._listed(values, "attributes", "dimensionGroup"))
            for key, values in dataset.pop("dimensionGroupAttributes", {}).items()
        ]
        series = [self._series(k, v) for k, v in dataset.pop("series", {}).items()]
        is_flat = "observations" in dataset
        if is_flat:
            flat = self._observations({}, dataset.pop("observations"))
            series += [([], [], [], flat)]
        at_observation = self._levels["dimensions", "observation"]
        structure = {
            **self._structure,
            "dimensions": self._dimensions,
            "observed": "AllDimensions" if is_flat else "".join(at_observation),
        }
        return Document(meta, structure, dataset, of_dataset, groups, series)

    def _series(self, key: str, series: Json) -> Json:
        own = self._own(key, "series")
        attributes = self._listed(series.pop("attributes", []), "attributes", "series")
        observations = self._observations(own, series.pop("observations"))
        said = self._said(series.pop("annotations", []))
        assert series == {}
        return self._whole(own), attributes, said, observations

    def _observations(self, above: dict[str, Json], found: Json) -> Json:
        return [
            (
                self._whole(above | self._own(key, "observation")),
                *self._of_observation(values),
            )
            for key, values in found.items()
        ]

    def _own(self, key: str, level: str) -> dict[str, Json]:
        ids = self._levels["dimensions", level]
        numbers = key.split(":") if key else []
        return {
            id_: self._values[id_][int(number)] for id_, number in zip(ids, numbers, strict=True)
        }

    def _whole(self, own: dict[str, Json]) -> list[Json]:
        of_dataset = self._levels["dimensions", "dataSet"]
        told = own | {id_: self._values[id_][0] for id_ in of_dataset}
        return [told.get(d["id"]) for d in self._dimensions]

    def _partial(self, key: str) -> list[Json]:
        numbers = key.split(":")
        positions = {int(d["keyPosition"].digits): d["id"] for d in self._dimensions}
        return [
            self._values[positions[place]][int(number)] if number else None
            for place, number in enumerate(numbers)
        ]

    def _of_observation(self, values: Json) -> tuple[list[Json], list[Json]]:
        measures = self._levels.get(("measures", "observation"), ["OBS_VALUE"])
        ids = [*measures, *self._levels["attributes", "observation"]]
        return self._resolved(values[: len(ids)], ids), self._said(values[len(ids) :])

    def _said(self, numbers: list[Json]) -> list[Json]:
        return [self._annotations[int(number.digits)] for number in numbers]

    def _listed(self, values: Json, kind: str, level: str) -> list[Json]:
        return self._resolved(values, self._levels.get((kind, level), []))

    def _resolved(self, values: Json, ids: list[str]) -> list[Json]:
        """Return values; absent ones at the end may have been left out."""
        assert len(values) <= len(ids), f"{values} for {ids}"
        padded = [*values, *[None] * (len(ids) - len(values))]
        return [self._value(id_, value) for id_, value in zip(ids, padded, strict=True)]

    def _value(self, id_: str, value: Json) -> Json:
        if value is None or id_ not in self._values:
            return value
        if isinstance(value, list):
            return [self._value(id_, each) for each in value]
        return self._values[id_][int(value.digits)]


def difference(found: Json, expected: Json, path: str = "") -> str:
    """Return where two values differ first; nothing where they do not."""
    if isinstance(found, Document) and isinstance(expected, Document):
        return difference(vars(found), vars(expected))
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        pairs = [(f"{path}.{key}", found[key], expected[key]) for key in expected]
    elif (
        isinstance(found, list | tuple)
        and isinstance(expected, list | tuple)
        and len(found) == len(expected)
    ):
        triples = enumerate(zip(found, expected, strict=True))
        pairs = [(f"{path}[{n}]", *pair) for n, pair in triples]
    else:
        return "" if found == expected else f"{path}: came {found!r}, not {expected!r}"
    return next(filter(None, (difference(a, b, where) for where, a, b in pairs)), "")
