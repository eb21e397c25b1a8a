"""Metadata sets resolved: every reference that formats need.

Source: SDMX 3.1 Information Model, section 7.
"""

from __future__ import annotations

from collections.abc import Iterable

from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.extension import Lookup
from sdmx_server.exchange.representation import represented
from sdmx_server.metadata import MetadataAttributeDefinition, MetadataReport
from sdmx_server.model.artefact import ItemScheme, Maintainable, Texts
from sdmx_server.model.catalogue import items
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.metadatastructure import (
    MetadataAttribute,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from sdmx_server.model.urn import parse_urn


def resolve_report(
    metadata_set: MetadataSet, provider_urn: str | None, catalogue: Catalogue
) -> MetadataReport:
    """Return a metadata set with what its references lead to; what is not held stays away."""
    usage_urn = usage_of(metadata_set)
    usage = catalogue.resolved(usage_urn) if usage_urn else None
    flow = _metadataflow(usage, catalogue)
    structure = catalogue.resolved(flow.structure) if flow and flow.structure else None
    if not isinstance(structure, MetadataStructure):
        structure = None
    return MetadataReport(
        metadata_set=metadata_set,
        usage_urn=usage.urn if usage else usage_urn,
        usage_names=usage.names if usage else {},
        metadataflow_urn=flow.urn if flow else metadata_set.metadataflow,
        structure=structure,
        provider_urn=provider_urn,
        target_names=_names_of(metadata_set.targets, catalogue),
        attributes=attributes_of(structure, catalogue) if structure else (),
    )


def usage_of(metadata_set: MetadataSet) -> str:
    """Return the URN of the agreement or metadataflow that a set reports against."""
    return metadata_set.metadata_provision_agreement or metadata_set.metadataflow or ""


def attributes_of(
    structure: MetadataStructure, catalogue: Catalogue
) -> tuple[MetadataAttributeDefinition, ...]:
    """Return the metadata attributes of a metadata structure, in its order."""
    components = structure.metadata_structure_components
    listed = components.metadata_attribute_list if components else None
    attributes = listed.metadata_attributes if listed else ()
    return catalogue.remember(
        structure.urn, lambda: tuple(_definition(a, catalogue.resolved) for a in attributes)
    )


def _metadataflow(usage: Maintainable | None, catalogue: Catalogue) -> Metadataflow | None:
    if isinstance(usage, MetadataProvisionAgreement):
        usage = catalogue.resolved(usage.metadataflow) if usage.metadataflow else None
    return usage if isinstance(usage, Metadataflow) else None


def _names_of(targets: Iterable[str], catalogue: Catalogue) -> dict[str, Texts]:
    found: dict[str, Texts] = {}
    for target in targets:
        artefact, item = catalogue.resolved(target), parse_urn(target).item
        if artefact is not None and item is None:
            found[target] = artefact.names
        elif isinstance(artefact, ItemScheme):
            named = next((each for each in items(artefact) if each.id == item), None)
            found[target] = named.names if named else {}
    return found


def _definition(attribute: MetadataAttribute, lookup: Lookup) -> MetadataAttributeDefinition:
    found = represented(attribute, lookup)
    return MetadataAttributeDefinition(
        id=attribute.id,
        names=found.names,
        data_type=found.data_type or "String",
        codes=found.codes,
        codelist_urn=found.codelist_urn,
        is_multilingual=found.is_multilingual,
        facets=found.facets,
        least=1 if attribute.min_occurs is None else attribute.min_occurs,
        most=_most(attribute.max_occurs),
        is_presentational=bool(attribute.is_presentational),
        attributes=tuple(_definition(below, lookup) for below in attribute.metadata_attributes),
    )


def _most(max_occurs: int | str | None) -> int | None:
    return None if max_occurs == "unbounded" else int(max_occurs or 1)
