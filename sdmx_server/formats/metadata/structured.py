"""Reported attributes as their metadata structure types them: text that is XHTML.

Source: SDMX 3.1 SDMXMetadataGeneric.xsd, "AttributeType".
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from sdmx_server.formats.structure.parts import DEFAULT_LANGUAGE
from sdmx_server.metadata import XHTML, MetadataAttributeDefinition, MetadataReport
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute


def structured(report: MetadataReport) -> MetadataSet:
    """Return a metadata set whose values of type XHTML are structured text by language."""
    attributes = _typed(report.metadata_set.attributes, report.attributes)
    return structs.replace(report.metadata_set, attributes=attributes)


def definition_of(
    attribute: ReportedAttribute, definitions: Sequence[MetadataAttributeDefinition]
) -> MetadataAttributeDefinition:
    """Return the definition of a reported attribute; one of plain text where there is none."""
    found = (definition for definition in definitions if definition.id == attribute.id)
    return next(found, MetadataAttributeDefinition(attribute.id))


def _typed(
    attributes: Sequence[ReportedAttribute], definitions: Sequence[MetadataAttributeDefinition]
) -> tuple[ReportedAttribute, ...]:
    return tuple(_typed_one(each, definition_of(each, definitions)) for each in attributes)


def _typed_one(
    attribute: ReportedAttribute, definition: MetadataAttributeDefinition
) -> ReportedAttribute:
    below = _typed(attribute.attributes, definition.attributes)
    if definition.data_type != XHTML or attribute.structured_texts:
        return structs.replace(attribute, attributes=below)
    texts = attribute.texts
    if attribute.value is not None:
        texts = {DEFAULT_LANGUAGE: attribute.value}
    return ReportedAttribute(
        id=attribute.id,
        annotations=attribute.annotations,
        structured_texts=texts,
        attributes=below,
    )
