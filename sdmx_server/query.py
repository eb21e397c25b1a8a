"""The one query vocabulary: what a client wants, whichever dialect it was asked in.

``grammar.v1`` and ``grammar.v2`` both compile URLs to these values; nothing past the
grammars knows which version of SDMX-REST was spoken. Words of the two dialects that mean
the same are written here in those of SDMX-REST 2.2.

Source: SDMX-REST 2.2, doc/data.md, doc/structures.md, doc/metadata.md,
doc/availability.md, doc/schema.md, doc/registration.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

ALL_DIMENSIONS = "AllDimensions"


class Operator(Enum):
    """How a component value is compared (SDMX-REST 2.2, doc/data.md, "Operators")."""

    EQUAL = "eq"
    NOT_EQUAL = "ne"
    LESS = "lt"
    LESS_OR_EQUAL = "le"
    GREATER = "gt"
    GREATER_OR_EQUAL = "ge"
    CONTAINS = "co"
    NOT_CONTAINS = "nc"
    STARTS_WITH = "sw"
    ENDS_WITH = "ew"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison, e.g. ``ge:2020-01``."""

    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class ComponentFilter:
    """What a component may hold: an OR over ``alternatives``, each an AND of conditions.

    ``c[X]=A,ge:B+le:C`` becomes ``((eq A,), (ge B, le C))``.
    """

    component: str
    alternatives: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class ArtefactQuery:
    """Which maintainable artefacts are meant.

    Attributes:
        agencies: agency ids; empty for any.
        ids: artefact ids; empty for any.
        versions: version queries as SDMX-REST 2.2 writes them (``1.0.0``, ``~``, ``+``,
            ``*``, ``1.2+.0`` ...), and ``latest``, which only 1.5 knows: the highest stable
            version, and where there is none the highest of any.
    """

    agencies: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("~",)


@dataclass(frozen=True, slots=True)
class StructureQuery:
    """A request for structural metadata.

    Attributes:
        types: artefact types as SDMX-REST 2.2 names them (``codelist``, ``dataflow`` ...);
            empty for every type. Names that only 1.5 has are spelled out: its
            ``organisationscheme`` is four types here.
        artefact: which artefacts of these types.
        items: item ids, nested ones dotted; empty for whole artefacts.
        detail: ``full``, ``raw``, ``allstubs``, ``referencestubs``, ``allcompletestubs``,
            ``referencecompletestubs`` or ``referencepartial``.
        references: ``none``, ``parents``, ``parentsandsiblings``, ``ancestors``,
            ``children``, ``descendants``, ``all``, or artefact types.
        constraint_role: ``Actual`` or ``Allowed`` where only such constraints are wanted.
        as_of: the instant whose structures are wanted; None for now.
        by_hierarchical_codelist: whether ids are those of the hierarchical codelists of
            SDMX 2.1, whose items are hierarchies.
    """

    types: tuple[str, ...] = ()
    artefact: ArtefactQuery = ArtefactQuery()
    items: tuple[str, ...] = ()
    detail: str = "full"
    references: tuple[str, ...] = ("none",)
    constraint_role: str | None = None
    as_of: datetime | None = None
    by_hierarchical_codelist: bool = False


Key = tuple[tuple[str, ...], ...]
"""The codes allowed at each dimension, in DSD order and without time; empty for any code."""


@dataclass(frozen=True, slots=True)
class Cube:
    """The part of the data that a data or availability query is about.

    Attributes:
        context: ``dataflow``, ``datastructure``, ``provisionagreement`` or ``*``.
        artefact: the dataflows, data structures or agreements meant.
        keys: series keys, of which a series must match one; empty for every series.
        key_may_be_short: whether positions left off at the end of a key mean any code
            (2.2) or are an error (1.5).
        providers: data providers as ``AGENCY.PROVIDER`` or ``PROVIDER``; empty for any.
        filters: conditions on components, all of which must hold.
        updated_after: only what changed strictly after this instant.
        reporting_year_start_day: ``--MM-DD``; what reporting periods in the query mean.
        without: dataflows as ``AGENCY:ID`` whose data are left out, whatever else is asked for.
    """

    context: str = "*"
    artefact: ArtefactQuery = ArtefactQuery(versions=("*",))
    keys: tuple[Key, ...] = ()
    key_may_be_short: bool = True
    providers: tuple[str, ...] = ()
    filters: tuple[ComponentFilter, ...] = ()
    updated_after: datetime | None = None
    reporting_year_start_day: str | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SortLevel:
    """One level of an order: a component id, ``series_key`` or ``*``."""

    component: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class DataQuery:
    """A request for observations.

    Attributes:
        cube: which observations.
        first_n, last_n: how many observations of each series, from its start or end.
        dimension_at_observation: a dimension id or ``AllDimensions``; None for the default.
        attributes: ``dsd``, ``msd``, ``dataset``, ``series``, ``obs``, ``all``, ``none``
            or attribute ids.
        measures: ``all``, ``none`` or measure ids.
        include_history: whether earlier versions of the observations are wanted as well.
        offset, limit: a window over the observations (series keys where no observations
            are asked for).
        sort: the order; empty for the server's own, which never changes.
        as_of: the instant whose data are wanted; None for now.
    """

    cube: Cube
    first_n: int | None = None
    last_n: int | None = None
    dimension_at_observation: str | None = None
    attributes: tuple[str, ...] = ("dsd",)
    measures: tuple[str, ...] = ("all",)
    include_history: bool = False
    offset: int = 0
    limit: int | None = None
    sort: tuple[SortLevel, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityQuery:
    """A request for the values that data exist for.

    Attributes:
        cube: the selection.
        components: ids of the dimensions to list; empty for all.
        mode: ``exact`` or ``available``.
        references: ``none``, ``all`` or artefact types.
    """

    cube: Cube
    components: tuple[str, ...] = ()
    mode: str = "exact"
    references: tuple[str, ...] = ("none",)


@dataclass(frozen=True, slots=True)
class MetadataQuery:
    """A request for reference metadata.

    Attributes:
        by: ``metadataset``, ``metadataflow`` or ``structure``: what ``artefact`` names.
        artefact: the metadata sets, whose agencies are metadata providers; the metadataflows
            that they report; or the structures that they are about.
        artefact_types: types of the structures that they are about; empty for any.
        providers: metadata providers as ``AGENCY.PROVIDER`` or ``PROVIDER``; empty for any.
        versions: version queries for the metadata sets that are found by metadataflow or
            structure.
        keys: keys of what they are about, of 1.5 alone; empty for all.
        updated_after: only what changed strictly after this instant.
        detail: ``full`` or ``allstubs``.
        as_of: the instant whose metadata are wanted; None for now.
    """

    by: str
    artefact: ArtefactQuery
    artefact_types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("~",)
    keys: tuple[Key, ...] = ()
    updated_after: datetime | None = None
    detail: str = "full"
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class SchemaQuery:
    """A request for the schema that valid data of one structure follow.

    Attributes:
        context: ``datastructure``, ``dataflow``, ``provisionagreement``,
            ``metadatastructure``, ``metadataflow`` or ``metadataprovisionagreement``.
        artefact: exactly one agency, one id and one version query.
        dimension_at_observation: a dimension id or ``AllDimensions``; None for the default.
        explicit_measure: whether 2.1 explicit measures are meant.
        deletion: whether the schema is one for delete messages.
        as_of: the instant whose structures are wanted; None for now.
    """

    context: str
    artefact: ArtefactQuery
    dimension_at_observation: str | None = None
    explicit_measure: bool = False
    deletion: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegistrationQuery:
    """A request for registrations: where which data are to be had, and since when.

    Attributes:
        by: ``id``, ``provider``, ``datastructure``, ``dataflow``, ``provisionagreement``, or
            ``*`` for any of the last three: what the registrations are found by.
        id: the one registration meant; None where they are found otherwise.
        artefact: the artefacts that the data are of; of providers only agencies and ids count.
        updated_after, updated_before: only what was updated strictly between these instants.
    """

    by: str
    id: str | None = None
    artefact: ArtefactQuery = ArtefactQuery(versions=("*",))
    updated_after: datetime | None = None
    updated_before: datetime | None = None
