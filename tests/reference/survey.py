"""A dataset as plain values: what a data structure says, and every observation as a dict.

Nothing of the server is used here, nor by what is made of it: rows hold texts as they were
delivered, lists of them for arrays, dicts by language for texts in several languages.

Source: SDMX 3.1 Information Model, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

TIME = "TIME_PERIOD"
PROVIDER = "@provider"
SAID_OF_SERIES = "@series-annotations"
SAID_OF_OBSERVATION = "@observation-annotations"
AGENCY = "TST"

Value = Any
"""A text; a list of texts; a dict of texts by language; a list of such dicts."""

Row = dict[str, Value]
"""What is said of one observation, by component id; nothing where nothing is said."""


@dataclass(frozen=True)
class Component:
    """A component of a data structure.

    Attributes:
        id: its id.
        kind: ``dimension``, ``time``, ``measure`` or ``attribute``.
        name: English name of its concept.
        data_type: its SDMX data type.
        codes: English names by code; None where it is uncoded.
        is_array, is_multilingual: whether it holds several values, texts by language.
        level: of an attribute ``dataset``, ``group``, ``series`` or ``observation``.
        attached_to: of an attribute of groups or series, ids of the dimensions.
        group: of an attribute of groups, the id of the group.
        about: of an attribute about certain measures, their ids.
        mandatory: whether data must give it a value.
    """

    id: str
    kind: str
    name: str
    data_type: str = "String"
    codes: Mapping[str, str] | None = None
    is_array: bool = False
    is_multilingual: bool = False
    level: str = ""
    attached_to: tuple[str, ...] = ()
    group: str | None = None
    about: tuple[str, ...] = ()
    mandatory: bool = False


@dataclass(frozen=True)
class Publication:
    """What a dataset held from an instant on: all of its rows, and what is said of it whole."""

    at: datetime
    rows: Sequence[Row]
    of_dataset: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """A dataflow with all that was ever published of it.

    Attributes:
        name: its id; that of its data structure is ``DSD_`` and this.
        components: in the order of the data structure.
        groups: ids of dimensions by group id.
        publications: the oldest first; at least one.
        agreements: ids of provision agreements by provider.
    """

    name: str
    components: tuple[Component, ...]
    groups: Mapping[str, tuple[str, ...]]
    publications: tuple[Publication, ...]
    agreements: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, *kinds: str) -> tuple[Component, ...]:
        """Return the components of some kinds, in order."""
        return tuple(c for c in self.components if c.kind in kinds)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Ids of the dimensions without time."""
        return tuple(c.id for c in self.of_kind("dimension"))

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Ids of all dimensions, time last."""
        return tuple(c.id for c in self.of_kind("dimension", "time"))

    @cached_property
    def has_time(self) -> bool:
        """Whether there is a time dimension."""
        return bool(self.of_kind("time"))

    @property
    def title(self) -> str:
        """English name of the dataflow."""
        return f"Data of {self.name}"

    def component(self, id_: str) -> Component:
        """Return the component with an id."""
        return next(c for c in self.components if c.id == id_)
