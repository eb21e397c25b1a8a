"""What a concept and a representation say of a component: names, data type, codes, limits.

Source: SDMX 3.1 Information Model, sections 4.3 (Representation) and 4.5 (Concept).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from sdmx_server.errors import SemanticError
from sdmx_server.exchange.extension import Lookup, extended
from sdmx_server.model.artefact import Texts
from sdmx_server.model.catalogue import items
from sdmx_server.model.codelist import (
    Code,
    Codelist,
    GeographicCodelist,
    GeoGridCodelist,
    ValueList,
)
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.datastructure import ModelComponent
from sdmx_server.model.metadatastructure import MetadataAttribute
from sdmx_server.model.representation import Representation, TextFormat
from sdmx_server.model.urn import parse_urn

_NOT_FACETS = frozenset({"dataType", "isMultiLingual", "sentinelValues"})


@dataclass(frozen=True, slots=True)
class Represented:
    """A component with its references resolved.

    Attributes:
        names: names of its concept by language; empty where the concept is not held.
        data_type: its SDMX data type, that of the codes where it is coded; None where
            nothing says.
        codes: its codes by id; None where it is uncoded, or its list is not held.
        codelist_urn: URN of the list that holds them.
        missing: URN of the list that it takes its codes from, where that is not held.
        is_array: whether it may hold several values.
        is_multilingual: whether it holds text by language.
        facets: the other limits of its text format by SDMX name.
    """

    names: Texts
    data_type: str | None
    codes: Mapping[str, Code] | None
    codelist_urn: str | None
    missing: str | None
    is_array: bool
    is_multilingual: bool
    facets: Mapping[str, str]


def represented(part: ModelComponent | MetadataAttribute, lookup: Lookup) -> Represented:
    """Return what the concept and the representation of a component say of it."""
    concept = _concept(part.concept_identity, lookup)
    representation = part.local_representation or (concept.core_representation if concept else None)
    text_format = _format_of(representation)
    urn = representation.enumeration if representation else None
    held, codes = _codes(urn, lookup) if urn else (None, None)
    return Represented(
        names=concept.names if concept else {},
        data_type=text_format.data_type,
        codes=codes,
        codelist_urn=held,
        missing=urn if held is None else None,
        is_array=representation is not None and may_repeat(representation.max_occurs),
        is_multilingual=bool(text_format.is_multi_lingual) and urn is None,
        facets=_facets(text_format),
    )


def checked(found: Represented, component_id: str) -> Represented:
    """Return what was found, if the codes are among it.

    Raises:
        SemanticError: if the list that the codes are taken from is not held.
    """
    if found.missing is not None:
        raise SemanticError(
            f"Component {component_id} takes its codes from {found.missing}, "
            "which is not held here."
        )
    return found


def may_repeat(max_occurs: int | str | None) -> bool:
    """Tell whether more than one is allowed."""
    return str(max_occurs or 1) != "1"


def _concept(urn: str, lookup: Lookup) -> Concept | None:
    scheme, wanted = lookup(urn), parse_urn(urn).item
    if not isinstance(scheme, ConceptScheme):
        return None
    return next((concept for concept in scheme.concepts if concept.id == wanted), None)


def _format_of(representation: Representation | None) -> TextFormat:
    if representation is None:
        return TextFormat()
    return representation.format or representation.enumeration_format or TextFormat()


def _codes(urn: str, lookup: Lookup) -> tuple[str | None, Mapping[str, Code] | None]:
    found = lookup(urn)
    if isinstance(found, Codelist):
        return found.urn, {code.id: code for code in extended(found, lookup).codes}
    if isinstance(found, GeographicCodelist | GeoGridCodelist):
        return found.urn, {code.id: code for code in items(found)}
    if isinstance(found, ValueList):
        return found.urn, {
            value.id: Code(id=value.id, names=value.names, descriptions=value.descriptions)
            for value in found.value_items
        }
    return None, None


def _facets(text_format: TextFormat) -> dict[str, str]:
    given: dict[str, object] = msgspec.to_builtins(text_format)
    return {name: str(value) for name, value in given.items() if name not in _NOT_FACETS}
