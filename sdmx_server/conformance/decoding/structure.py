"""Structure messages as little values: what is identified, what it holds, what it refers to.

Source: SDMX-ML 2.1, 3.0 and 3.1, SDMXStructure.xsd; SDMX-JSON 1.0 to 2.1, structure message.
"""

from __future__ import annotations

from dataclasses import dataclass

from sdmx_server.conformance.decoding.references import Reference


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a data structure, and its level: dataflow, group, series, observation."""

    id: str
    level: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The components of a data structure.

    Attributes:
        dimensions: ids in the order of keys; time is not among them.
        time: id of the time dimension, None without one.
        measures: ids of the measures.
        attributes: the attributes.
        codelists: the codelist of each dimension that names one itself.
    """

    dimensions: tuple[str, ...]
    time: str | None
    measures: tuple[str, ...]
    attributes: tuple[Attribute, ...] = ()
    codelists: tuple[tuple[str, Reference], ...] = ()

    @property
    def coordinates(self) -> tuple[str, ...]:
        """All dimensions, time last."""
        return (*self.dimensions, self.time) if self.time else self.dimensions


@dataclass(frozen=True, slots=True)
class Region:
    """What a constraint says is there.

    Attributes:
        values: the codes of each component that lists some, by its id.
        ranged: ids of the components that have a range of time instead.
        series: how many series there are, None where it is not told.
        observations: how many observations there are, None where it is not told.
    """

    values: dict[str, frozenset[str]]
    ranged: frozenset[str]
    series: int | None = None
    observations: int | None = None


@dataclass(frozen=True, slots=True)
class Artefact:
    """A maintainable artefact.

    Attributes:
        reference: its identity.
        names: its names by language; ``""`` where the language is not told.
        items: ids of its items in their order, nested ones with dots.
        parents: ids of the items that are named as parents.
        partial: whether it says that it is cut.
        contents: whether it has anything besides identity, names, descriptions, annotations.
        refers: what it refers to.
        shape: the components, of a data structure.
        region: what is there, of a constraint.
        role: ``Actual`` or ``Allowed``, of a constraint.
    """

    reference: Reference
    names: dict[str, str]
    items: tuple[str, ...] = ()
    parents: frozenset[str] = frozenset()
    partial: bool = False
    contents: bool = False
    refers: frozenset[Reference] = frozenset()
    shape: Shape | None = None
    region: Region | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class StructureMessage:
    """What a structure message holds, in its order."""

    artefacts: tuple[Artefact, ...]

    def of(self, *kinds: str) -> tuple[Artefact, ...]:
        """Return the artefacts of some types."""
        return tuple(a for a in self.artefacts if a.reference.kind in kinds)

    @property
    def references(self) -> frozenset[Reference]:
        """The identities of all that it holds."""
        return frozenset(a.reference for a in self.artefacts)
