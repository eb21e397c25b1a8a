"""The content as it stands in the files, before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from sdmx_server.model.artefact import Texts
from structures.rows import Row, Table, read_document, read_table

Kind = TypeVar("Kind")

PACKAGED = Path(__file__).parent / "content"


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a TOML file."""


class Versions(_Document, frozen=True, kw_only=True):
    """The versions of artefacts that the table of dataflows gives rise to."""

    provision_agreement: str
    data_constraint: str
    categorisation: str


class Naming(_Document, frozen=True, kw_only=True):
    """A column of names, and the rules that they follow."""

    file: str
    column: str
    rules: tuple[str, ...]


class Regions(_Document, frozen=True, kw_only=True):
    """A column of a codelist that holds names of areas; ``where`` picks rows by column."""

    codelist: str
    column: str
    where: dict[str, tuple[str, ...]] = {}


class NamingWords(_Document, frozen=True, kw_only=True):
    """Words that the rules of naming speak of."""

    small: tuple[str, ...]
    measures: tuple[str, ...]
    periods: tuple[str, ...]
    regions: Regions


class CodedColumn(_Document, frozen=True, kw_only=True):
    """A column of a table that holds codes of a codelist."""

    file: str
    column: str
    codelist: str


class Settings(_Document, frozen=True, kw_only=True):
    """What holds for all of the content."""

    agency: str
    languages: tuple[str, ...]
    concepts: str
    providers: str
    fully_used: tuple[str, ...] = ()
    versions: Versions
    naming: tuple[Naming, ...] = ()
    naming_words: NamingWords
    coded_columns: tuple[CodedColumn, ...] = ()


class DataStructureFile(_Document, frozen=True, kw_only=True):
    """A data structure: ids of concepts, and groups of dimensions."""

    id: str
    version: str
    name: Texts
    description: Texts = {}
    dimensions: tuple[str, ...]
    time_dimension: str | None = None
    measures: tuple[str, ...]
    without_attributes: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}


class LevelEntry(_Document, frozen=True, kw_only=True):
    """A level of a hierarchy."""

    id: str
    name: Texts


class HierarchyFile(_Document, frozen=True, kw_only=True):
    """A hierarchy that follows the parents of a codelist, with its levels from the top."""

    id: str
    version: str
    name: Texts
    description: Texts = {}
    codelist: str
    levels: tuple[LevelEntry, ...]


class ValueMapEntry(_Document, frozen=True, kw_only=True):
    """A representation map: a column of a codelist holds the codes of the target list."""

    id: str
    version: str
    name: Texts
    codelist: str
    column: str
    target: str


class MapSource(_Document, frozen=True, kw_only=True):
    """A data structure that is mapped, and the map that it gets."""

    id: str
    datastructure: str
    name: Texts


class MappedPair(_Document, frozen=True, kw_only=True):
    """A component and the one that it becomes; ``values`` is the id of a value map."""

    source: str
    target: str
    values: str | None = None


class StructureMapFile(_Document, frozen=True, kw_only=True):
    """Maps of data structures onto one outside, and the maps of values that they need.

    A pair holds where the data structure has its source; a fixed value where no pair
    gives the target.
    """

    target: str
    version: str
    sources: tuple[MapSource, ...]
    value_maps: tuple[ValueMapEntry, ...] = ()
    components: tuple[MappedPair, ...] = ()
    fixed: dict[str, str] = {}


@dataclass(frozen=True)
class Content:
    """Every table and document.

    Attributes:
        schemes: one row an item scheme; its ``file`` names the table of its items.
        items: the tables of items by file.
        attributes: the attributes that data structures share.
        dataflows: one row a dataflow.
        constraints: one row a dataflow and dimension.
        externals: artefacts that others maintain and this content refers to; they are not built.
        structures, hierarchies, maps: the documents by file.
    """

    folder: Path
    settings: Settings
    schemes: Table
    items: Mapping[str, Table]
    attributes: Table
    dataflows: Table
    constraints: Table
    externals: Table
    structures: Mapping[str, DataStructureFile]
    hierarchies: Mapping[str, HierarchyFile]
    maps: Mapping[str, StructureMapFile]

    @cached_property
    def schemes_by_id(self) -> dict[tuple[str, str], Row]:
        """The rows of the schemes by type and id."""
        return {(row["type"], row["id"]): row for row in self.schemes.rows}

    def scheme(self, kind: str, reference: str) -> Row | None:
        """Return the row of a scheme named ``ID`` or ``AGENCY:ID``; None where there is none."""
        agency, _, id_ = reference.rpartition(":")
        row = self.schemes_by_id.get((kind, id_))
        return row if row and agency in ("", row["agency"]) else None

    def items_of(self, kind: str, reference: str) -> tuple[Row, ...]:
        """Return the items of a scheme; none where there is no such scheme."""
        row = self.scheme(kind, reference)
        table = self.items.get(row["file"]) if row else None
        return table.rows if table else ()

    @cached_property
    def concepts(self) -> dict[str, Row]:
        """The concepts by id."""
        return {row["id"]: row for row in self.items_of("conceptscheme", self.settings.concepts)}


def read(folder: Path) -> Content:
    """Read every file of the content.

    Raises:
        Unreadable: if one is missing or cannot be read.
    """
    schemes = read_table(folder, "schemes.csv")
    files = dict.fromkeys(row["file"] for row in schemes.rows)
    return Content(
        folder=folder,
        settings=read_document(folder, "settings.toml", Settings),
        schemes=schemes,
        items={file: read_table(folder, file) for file in files},
        attributes=read_table(folder, "attributes.csv"),
        dataflows=read_table(folder, "dataflows.csv"),
        constraints=read_table(folder, "constraints.csv"),
        externals=read_table(folder, "external.csv"),
        structures=_documents(folder, "datastructures", DataStructureFile),
        hierarchies=_documents(folder, "hierarchies", HierarchyFile),
        maps=_documents(folder, "maps", StructureMapFile),
    )


def _documents(folder: Path, under: str, kind: type[Kind]) -> dict[str, Kind]:
    files = sorted((folder / under).glob("*.toml"))
    return {
        f"{under}/{path.name}": read_document(folder, f"{under}/{path.name}", kind)
        for path in files
    }
