"""Concept schemes.

Source: SDMX 3.1 Information Model, section 4.5.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import ItemScheme, Nameable, Value
from sdmx_server.model.representation import Representation


class IsoConceptReference(Value):
    """The same concept in an ISO 11179 registry."""

    concept_agency: str
    concept_scheme_id: str
    concept_id: str


class Concept(Nameable):
    """A concept; ``parent`` is the id of the concept above it."""

    parent: str | None = None
    core_representation: Representation | None = None
    iso_concept_reference: IsoConceptReference | None = None


class ConceptScheme(ItemScheme):
    """A list of concepts."""

    artefact_type: ClassVar[str] = "conceptscheme"
    package: ClassVar[str] = "conceptscheme"
    urn_class: ClassVar[str] = "ConceptScheme"
    container: ClassVar[str] = "conceptSchemes"
    items_field: ClassVar[str] = "concepts"
    item_class: ClassVar[str] = "Concept"

    concepts: tuple[Concept, ...] = ()
