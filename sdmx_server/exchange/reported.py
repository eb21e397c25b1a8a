"""What a metadata set reports, held against its metadata structure.

Source: SDMX 3.1 Information Model, section 7 (Metadata Structure Definition and Metadata Set).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sdmx_server.dataset import Component, Role
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.metadata_resolution import resolve_report
from sdmx_server.exchange.validation_values import complaint
from sdmx_server.exchange.vocabulary import Vocabulary
from sdmx_server.metadata import MetadataAttributeDefinition
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute

Definitions = Sequence[MetadataAttributeDefinition]


def unlike_structure(metadata_set: MetadataSet, catalogue: Catalogue) -> Iterator[str]:
    """Say what a metadata set reports that its metadata structure does not allow, or leaves out.

    Every attribute has to stand where the structure has it and as often as that says; its value
    has to be one of its codes, or of its data type. Where the structure is not held nothing is
    said.
    """
    report = resolve_report(metadata_set, None, catalogue)
    if report.structure is not None:
        yield from _unlike(metadata_set.attributes, report.attributes, "")


def _unlike(
    reported: Sequence[ReportedAttribute], definitions: Definitions, above: str
) -> Iterator[str]:
    counts = Counter(attribute.id for attribute in reported)
    by_id = {definition.id: definition for definition in definitions}
    for id_ in counts.keys() - by_id.keys():
        allowed = ", ".join(above + known for known in by_id) or "nothing"
        yield f"reports {above}{id_}; at this place there is {allowed}."
    for definition in definitions:
        yield from _miscounted(counts[definition.id], definition, above)
    for attribute in reported:
        if attribute.id in by_id:
            yield from _unlike_one(attribute, by_id[attribute.id], above)


def _miscounted(count: int, definition: MetadataAttributeDefinition, above: str) -> Iterator[str]:
    named = above + definition.id
    if definition.most is not None and count > definition.most:
        yield f"reports {named} {count} times; at most {definition.most} is allowed."
    if count < definition.least:
        yield f"reports {named} {count} times; at least {definition.least} is wanted."


def _unlike_one(
    reported: ReportedAttribute, definition: MetadataAttributeDefinition, above: str
) -> Iterator[str]:
    path = above + reported.id
    if reported.value is not None:
        yield from _illegal(reported.value, path, definition)
    if definition.is_presentational and _has_value(reported):
        yield f"reports a value of {path}, which only holds those below it."
    yield from _unlike(reported.attributes, definition.attributes, f"{path}.")


def _has_value(reported: ReportedAttribute) -> bool:
    return bool(reported.value is not None or reported.texts or reported.structured_texts)


def _illegal(value: str, path: str, definition: MetadataAttributeDefinition) -> Iterator[str]:
    """Say why a value is none of its attribute."""
    component = Component(
        id=path,
        role=Role.ATTRIBUTE,
        data_type=definition.data_type,
        codes=definition.codes,
        allowed=definition.allowed,
        facets=definition.facets,
    )
    names = {id_: code.names for id_, code in (definition.codes or {}).items()}
    found = complaint(value, component, Vocabulary(names))
    if found is not None:
        told = found.kind.english.format(value=value, **found.details)
        yield f"reports something of {path} that cannot be: {told}"
