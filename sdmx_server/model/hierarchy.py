"""Hierarchies and hierarchy associations.

Source: SDMX 3.1 Information Model, section 9; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import (
    Annotation,
    Identifiable,
    Maintainable,
    Nameable,
    Reference,
    Texts,
    Value,
)
from sdmx_server.model.representation import TextFormat


class Level(Nameable):
    """A formal level, with the level below it."""

    coding_format: TextFormat | None = None
    level: Level | None = None


class HierarchicalCode(Identifiable):
    """A code in its place: ``code`` is a URN, ``level`` the id of a level.

    SDMX 2.1 alone has a ``version``, and a ``codelist_alias`` by which it names the codelist.
    """

    code: Reference
    level: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    hierarchical_codes: tuple[HierarchicalCode, ...] = ()
    version: str | None = None  # SDMX 2.1 only
    codelist_alias: str | None = None  # SDMX 2.1 only


class IncludedCodelist(Value):
    """A codelist, as a URN, whose codes a hierarchical codelist uses (SDMX 2.1 only)."""

    codelist: Reference
    alias: str | None = None


class HierarchicalCodelist(Value):
    """What holds hierarchies in SDMX 2.1.

    Agency, version, validity and finality are those of the hierarchies; ``hierarchy_id`` is
    the id of the hierarchy within it, None where it holds none.
    """

    id: str
    hierarchy_id: str | None = None
    uri: str | None = None
    annotations: tuple[Annotation, ...] = ()
    names: Texts = {}
    descriptions: Texts = {}
    included_codelists: tuple[IncludedCodelist, ...] = ()


class Hierarchy(Maintainable):
    """A tree of codes from one or more codelists."""

    artefact_type: ClassVar[str] = "hierarchy"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "Hierarchy"
    container: ClassVar[str] = "hierarchies"
    stub_fields: ClassVar[tuple[str, ...]] = ("has_formal_levels", "hierarchical_codes")

    has_formal_levels: bool = False
    level: Level | None = None
    hierarchical_codes: tuple[HierarchicalCode, ...] = ()
    hierarchical_codelist: HierarchicalCodelist | None = None  # SDMX 2.1 only


class HierarchyAssociation(Maintainable):
    """A hierarchy linked to an artefact, in the context of another; all are URNs."""

    artefact_type: ClassVar[str] = "hierarchyassociation"
    package: ClassVar[str] = "codelist"
    urn_class: ClassVar[str] = "HierarchyAssociation"
    container: ClassVar[str] = "hierarchyAssociations"
    stub_fields: ClassVar[tuple[str, ...]] = ("linked_hierarchy", "linked_object")

    linked_hierarchy: Reference | None = None
    linked_object: Reference | None = None
    context_object: Reference | None = None
