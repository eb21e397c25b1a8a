"""What all artefacts share: annotations, names, identity, versions, items.

Field names are those of SDMX-JSON 2.1 in snake case, so that the JSON forms follow from
the declarations. Texts by language are dicts from an IETF language tag to a text;
references are URNs.

Source: SDMX 3.1 Information Model, sections 3.1-3.4; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, dataclass_transform

import msgspec

from sdmx_server.model.urn import item_urn, maintainable_urn

Texts = dict[str, str]
"""Text by language."""

REFERENCE = msgspec.Meta(extra={"reference": True})

Reference = Annotated[str, REFERENCE]
"""A URN that refers to an artefact or item; wildcards in its version are kept."""


def json_name(field: str) -> str:
    """Return the SDMX-JSON name of a field: ``agency_id`` is ``agencyID``."""
    first, *rest = field.split("_")
    return first + "".join("ID" if part == "id" else part.capitalize() for part in rest)


class _ValueMeta(msgspec.StructMeta):
    """Makes every value take keywords only; msgspec does not inherit that by itself."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any
    ) -> _ValueMeta:
        return super().__new__(mcs, name, bases, namespace, **{"kw_only": True, **config})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Value(
    msgspec.Struct,
    metaclass=_ValueMeta,
    frozen=True,
    omit_defaults=True,
    rename=json_name,
):
    """An immutable part of the model."""


class Link(Value):
    """A link to another resource."""

    href: str | None = None
    rel: str | None = None
    urn: str | None = None
    uri: str | None = None
    type: str | None = None
    titles: Texts = {}
    hreflang: str | None = None


class AnnotationLink(Value):
    """A URL of an annotation, in one language or in none."""

    href: str
    hreflang: str | None = None


class Annotation(Value):
    """Extra information about an artefact, of a type its users agreed on."""

    id: str | None = None
    title: str | None = None
    type: str | None = None
    value: str | None = None
    texts: Texts = {}
    links: tuple[AnnotationLink, ...] = ()


class Annotable(Value):
    """May carry annotations."""

    annotations: tuple[Annotation, ...] = ()


class Identifiable(Annotable):
    """Has an id, unique in what holds it."""

    id: str
    uri: str | None = None
    links: tuple[Link, ...] = ()


class Nameable(Identifiable):
    """Has names and descriptions by language."""

    names: Texts = {}
    descriptions: Texts = {}


class Maintainable(Nameable):
    """An artefact with an agency and a version, exchanged as a whole.

    Class attributes say what the artefact is: ``artefact_type`` in SDMX-REST 2.2,
    ``package`` and ``urn_class`` in URNs, ``container`` in SDMX-JSON. ``stub_fields`` are the
    fields that the schemas of SDMX-ML demand even of a stub, or take for granted without it.
    """

    artefact_type: ClassVar[str]
    package: ClassVar[str]
    urn_class: ClassVar[str]
    container: ClassVar[str]
    stub_fields: ClassVar[tuple[str, ...]] = ()

    agency_id: str
    version: str = "1.0"
    valid_from: str | None = None
    valid_to: str | None = None
    is_external_reference: bool = False
    service_url: str | None = None
    structure_url: str | None = None
    is_final: bool = False  # SDMX 2.1 only
    is_partial_language: bool = False  # SDMX 3.1 only

    @property
    def urn(self) -> str:
        """The URN of the artefact."""
        return maintainable_urn(self.package, self.urn_class, self.agency_id, self.id, self.version)


class ItemScheme(Maintainable):
    """A maintainable list of items.

    Class attributes: ``items_field`` names the field that holds the items, ``item_class``
    is their class in URNs.
    """

    items_field: ClassVar[str]
    item_class: ClassVar[str]

    is_partial: bool = False

    def item_urn(self, item_id: str) -> str:
        """Return the URN of an item; the id of a nested one is dotted."""
        return item_urn(
            self.package, self.item_class, self.agency_id, self.id, self.version, item_id
        )
