"""Data messages as little values, equal whatever format they came in.

Source: SDMX 3.1, section 2, Information Model, chapter 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

Key = frozenset[tuple[str, str]]
"""Dimensions and their codes, in no order."""
_MISSING = frozenset({"", "NaN", "#N/A"})


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation.

    Attributes:
        key: the code of each dimension, time among them.
        values: text of each measure that has a value.
        attributes: text of each attribute that stands at the observation itself.
    """

    key: Key
    values: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataMessage:
    """What a data message holds.

    Attributes:
        observations: in the order of the message.
        series: keys of the series that are listed, with or without observations.
        levels: id of each attribute that has a value, by where it stands in the message:
            dataset, group, series, observation, or row in tables, which know no levels.
        at_observation: the dimension at the observation, where the message tells it.
        datasets: how many datasets there are.
        series_attributes: attributes that stand at each series.
    """

    observations: tuple[Observation, ...]
    series: tuple[Key, ...]
    levels: frozenset[tuple[str, str]] = frozenset()
    at_observation: str | None = None
    datasets: int = 1
    series_attributes: Mapping[Key, Mapping[str, str]] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[Key]:
        """The keys of all observations."""
        return frozenset(each.key for each in self.observations)

    @property
    def attributes(self) -> frozenset[str]:
        """Ids of all attributes with a value, at any level."""
        return frozenset(identity for _, identity in self.levels)

    @property
    def contents(self) -> frozenset[tuple[Key, frozenset[tuple[str, str]]]]:
        """Keys with their values, numbers as numbers: equal where two messages say the same."""
        return frozenset(
            (each.key, frozenset((m, number(v)) for m, v in each.values.items()))
            for each in self.observations
        )


def present(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return the pairs whose value is there."""
    texts = ((name, _text(value)) for name, value in pairs if value is not None)
    return {name: text for name, text in texts if text not in _MISSING}


def number(text: str) -> str:
    """Return a number in one spelling, other text as it is."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return str(value.normalize()) if value else "0"


def without(key: Key, *dimensions: str) -> Key:
    """Return a key without some of its dimensions."""
    return frozenset(pair for pair in key if pair[0] not in dimensions)


def code(key: Key, dimension: str) -> str:
    """Return the code of a dimension in a key, empty where the key has it not."""
    return next((value for name, value in key if name == dimension), "")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
