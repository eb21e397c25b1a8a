"""Observations on their way through the server: columnar batches and what describes them.

Between the store and the socket observations are columns, never objects: every value is
text as it was received, and every text that repeats is an ``int32`` position in a
dictionary that all batches of one answer share, so that a writer escapes it once.

Values of components that may hold several values or several languages are JSON text:
an array ``["a","b"]``, an object by language ``{"id":"...","en":"..."}``, or an array of
such objects. Annotations are JSON text too (``model.annotations``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.errors import SdmxError
from sdmx_server.model.annotations import (
    DATASET_ANNOTATIONS,
    OBSERVATION_ANNOTATIONS,
    SERIES_ANNOTATIONS,
    group_annotations,
)
from sdmx_server.model.codelist import Code

Codes = npt.NDArray[np.int32]
"""Positions in the dictionary of a component; -1 where the value is absent."""

Offsets = npt.NDArray[np.int64]
"""Where the observations of each series begin; one entry more than there are series."""

PROVIDER = "@provider"
"""The series column that holds the data provider as ``AGENCY.PROVIDER``; no component."""


class Role(Enum):
    """What a component of a data structure is."""

    DIMENSION = "dimension"
    TIME = "time"
    MEASURE = "measure"
    ATTRIBUTE = "attribute"


class Level(Enum):
    """Where an attribute value stands in an answer."""

    DATASET = "dataset"
    GROUP = "group"
    SERIES = "series"
    OBSERVATION = "observation"


class Action(Enum):
    """What the receiver should do with a data set (SDMX 3.1 Technical Notes)."""

    APPEND = "Append"
    MERGE = "Merge"
    REPLACE = "Replace"
    DELETE = "Delete"
    INFORMATION = "Information"


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a data structure with all that formats and checks need of it.

    Attributes:
        id: its id in the data structure.
        role: what it is.
        names: names of its concept by language.
        concept_urn: URN of its concept.
        data_type: its SDMX data type (``String``, ``Double``, ``Integer`` ...); for a coded
            component that of the codes.
        codes: its codes by id, in the order of the codelist; None where it is uncoded.
        codelist_urn: URN of its codelist or value list; None where it is uncoded.
        allowed: the codes that constraints leave; None where all are allowed.
        mandatory: whether data must give it a value.
        is_array: whether it may hold several values (its text is then JSON).
        is_multilingual: whether it holds text by language (its text is then JSON).
        level: for an attribute, where the data structure attaches it.
        dimensions: for a ``GROUP`` or ``SERIES`` attribute, the dimensions that it is
            attached to, in DSD order; fewer than all for a partial key.
        group: for a ``GROUP`` attribute, the id of the group.
        measures: for an attribute about certain measures, their ids.
        facets: the other limits of its text format by SDMX name (``maxLength``,
            ``pattern``, ``minValue``, ``decimals`` ...).
        metadata_urn: for a metadata attribute, its URN; None for components of the data
            structure itself. Its id is the path to it in its metadata structure.
        repeats: for a metadata attribute, whether each of the ids on its path may be
            reported several times. Each that may is an array more around its value, with
            null where others that are reported with it have one and it has none.
        is_nested: for a metadata attribute, whether it stands below or above others, with
            which it is reported.
    """

    id: str
    role: Role
    names: Mapping[str, str] = field(default_factory=dict)
    concept_urn: str = ""
    data_type: str = "String"
    codes: Mapping[str, Code] | None = None
    codelist_urn: str | None = None
    allowed: frozenset[str] | None = None
    mandatory: bool = True
    is_array: bool = False
    is_multilingual: bool = False
    level: Level | None = None
    dimensions: tuple[str, ...] = ()
    group: str | None = None
    measures: tuple[str, ...] = ()
    facets: Mapping[str, str] = field(default_factory=dict)
    metadata_urn: str | None = None
    repeats: tuple[bool, ...] = ()
    is_nested: bool = False

    @property
    def is_metadata(self) -> bool:
        """Whether it comes from a metadata structure."""
        return self.metadata_urn is not None

    @property
    def is_coded(self) -> bool:
        """Whether the values come from a list."""
        return self.codes is not None

    @property
    def depth(self) -> int:
        """How many arrays are around a value."""
        return sum(self.repeats) if self.is_metadata else int(self.is_array)

    @property
    def is_json(self) -> bool:
        """Whether the text of a value is JSON: several values, or several languages."""
        return self.is_array or self.is_multilingual


def _annotations(
    column: str, level: Level, dimensions: tuple[str, ...] = (), group: str | None = None
) -> Component:
    return Component(
        column,
        Role.ATTRIBUTE,
        mandatory=False,
        level=level,
        dimensions=dimensions,
        group=group,
    )


@dataclass(frozen=True, slots=True)
class ResolvedStructure:
    """A data structure seen from a dataflow, itself or an agreement, references resolved.

    Attributes:
        context: ``dataflow``, ``datastructure`` or ``provisionagreement``.
        urn: URN of the context artefact.
        names: names of the context artefact by language.
        dataflow_urn: URN of the dataflow; None in the context of a data structure.
        dsd_urn: URN of the data structure.
        dimensions: the dimensions in DSD order, without time.
        time: the time dimension, where there is one.
        measures: the measures in DSD order.
        attributes: the attributes in DSD order.
        groups: dimension ids by group id.
        dataflow_names: names of the dataflow by language; empty in the context of a data
            structure.
    """

    context: str
    urn: str
    names: Mapping[str, str]
    dataflow_urn: str | None
    dsd_urn: str
    dimensions: tuple[Component, ...]
    time: Component | None
    measures: tuple[Component, ...]
    attributes: tuple[Component, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dataflow_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Component, ...]:
        """The dimensions, time last."""
        return (*self.dimensions, self.time) if self.time else self.dimensions

    @property
    def components(self) -> tuple[Component, ...]:
        """Dimensions, measures, attributes: the order of SDMX-CSV."""
        return (*self.key, *self.measures, *self.attributes)

    @property
    def annotations(self) -> tuple[Component, ...]:
        """The columns of annotations: they go the way of attributes, but are no components."""
        everything = tuple(d.id for d in self.dimensions)
        groups = (
            _annotations(
                group_annotations(group),
                Level.GROUP,
                tuple(d for d in everything if d in members),
                group,
            )
            for group, members in self.groups.items()
        )
        return (
            _annotations(DATASET_ANNOTATIONS, Level.DATASET),
            *groups,
            _annotations(SERIES_ANNOTATIONS, Level.SERIES, everything),
            _annotations(OBSERVATION_ANNOTATIONS, Level.OBSERVATION),
        )

    def component(self, component_id: str) -> Component | None:
        """Return the component with this id, or None."""
        return next((c for c in self.components if c.id == component_id), None)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the store lays out the columns of one dataset.

    Attributes:
        dimensions: dimension ids in DSD order, without time.
        time: id of the time dimension; None where there is none.
        series: attributes that hold one value a series (``SERIES`` and ``GROUP`` level),
            annotations of series and groups, and ``PROVIDER``.
        coded: observation attributes whose values come from a list, and annotations of
            observations, which few have.
        texts: measures, and observation attributes that are free.
        dataset: attributes that hold one value for the whole dataset.
    """

    dimensions: tuple[str, ...]
    time: str | None
    series: tuple[str, ...]
    coded: tuple[str, ...]
    texts: tuple[str, ...]
    dataset: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some series with their observations, in the order of the answer.

    Attributes:
        series: one code a series, by component id: the dimensions that are not at
            observation level, and attributes of ``SERIES`` and ``GROUP`` level.
        offsets: observations ``offsets[i]`` to ``offsets[i + 1]`` belong to series ``i``;
            all zero where no observations were asked for.
        observations: one code an observation: the dimension at observation level and coded
            attributes of ``OBSERVATION`` level.
        texts: one text an observation: measures and free attributes; null where absent.
    """

    series: Mapping[str, Codes]
    offsets: Offsets
    observations: Mapping[str, Codes]
    texts: Mapping[str, pa.StringArray]

    @property
    def series_count(self) -> int:
        """How many series the batch holds."""
        return len(self.offsets) - 1

    @property
    def observation_count(self) -> int:
        """How many observations the batch holds."""
        return int(self.offsets[-1])


@dataclass(frozen=True, slots=True)
class GroupValues:
    """Attribute values that are attached to a group.

    Attributes:
        group: id of the group.
        key: code by dimension id, in DSD order.
        attributes: text by attribute id.
        annotations: what is said of the group; None for nothing.
    """

    group: str
    key: Mapping[str, str]
    attributes: Mapping[str, str]
    annotations: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Observations of one structure, ready to be written in any format.

    Attributes:
        structure: what the columns mean.
        dimension_at_observation: id of the dimension at observation level, or
            ``AllDimensions``. Batches of a flat answer still come as series with
            observations; the writer repeats the series columns.
        action: what the receiver should do.
        attributes: ids of the attributes to show, in DSD order.
        measures: ids of the measures to show, in DSD order.
        levels: where each shown attribute stands in this answer, and each column of
            annotations (those without any text have nothing to show). ``GROUP`` attributes
            are in ``groups`` and, for formats without groups, in ``Batch.series`` as well.
        dictionaries: texts by component id; what the codes of all batches point into. Sorted
            by code point, time chronologically.
        with_observations: False where series keys or attributes alone were asked for.
        dataset_attributes: text by id of the ``DATASET`` attributes.
        groups: group attribute values that apply to the answer.
        constants: dimensions, other than the one at observation level, that hold one and
            the same code in the whole answer.
        batches: the observations; can be read once. Empty only where nothing is told but that
            values of groups or of the dataset are gone.
        valid_from: since when these observations hold, where history was asked for.
        valid_to: until when.
        annotations: what is said of the dataset; None for nothing.
    """

    structure: ResolvedStructure
    dimension_at_observation: str
    action: Action
    attributes: tuple[str, ...]
    measures: tuple[str, ...]
    levels: Mapping[str, Level]
    dictionaries: Mapping[str, tuple[str, ...]]
    with_observations: bool
    dataset_attributes: Mapping[str, str]
    groups: tuple[GroupValues, ...]
    constants: Mapping[str, str]
    batches: Iterator[Batch]
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    annotations: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The envelope of an answer.

    Attributes:
        id: message id; a legal XML id.
        prepared: when the answer was made, UTC.
        sender: organisation id of this server.
        sender_names: its names by language.
        languages: languages the client prefers, best first; formats that carry one name
            take the first that a name has, else the server's default, the last entry.
        all_languages: whether every language was asked for (``Accept-Language: *``).
        only_languages: languages that the texts of artefacts are cut to, best first; empty
            where they are shown in all that there are.
        test: whether the message is for test purposes.
        left_out: why some of what was asked for is not in the answer; formats that have a
            place for warnings tell it.
    """

    id: str
    prepared: datetime
    sender: str
    sender_names: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("id", "en")
    all_languages: bool = False
    only_languages: tuple[str, ...] = ()
    test: bool = False
    left_out: tuple[SdmxError, ...] = ()


def localised(texts: Mapping[str, str], languages: tuple[str, ...]) -> str:
    """Return the text in the first language that there is, else any; empty without any."""
    for language in languages:
        if language in texts:
            return texts[language]
        base = language.partition("-")[0]
        if base in texts:
            return texts[base]
    return next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class Rendering:
    """The choices that a format leaves to the client.

    Attributes:
        version: version of the format, as its media type writes it (``2.1``, ``3.1.0`` ...).
        labels: SDMX-CSV: ``id``, ``name`` or ``both``.
        keys: SDMX-CSV 2: ``none``, ``obs``, ``series`` or ``both``.
        time_format: SDMX-CSV: ``original`` or ``normalized``.
    """

    version: str
    labels: str = "id"
    keys: str = "none"
    time_format: str = "original"
