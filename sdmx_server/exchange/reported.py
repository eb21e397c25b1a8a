"""What a metadata set reports, held against its metadata structure.

Source: SDMX 3.1 Information Model, section 7 (Metadata Structure Definition and Metadata Set).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.metadata_resolution import resolve_report
from sdmx_server.metadata import MetadataAttributeDefinition
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute


def unlike_structure(metadata_set: MetadataSet, catalogue: Catalogue) -> Iterator[str]:
    """Say what a metadata set reports that its metadata structure does not allow.

    Every attribute has to stand where the structure has it, once where it is no array, and a
    coded one has to hold a code. Where the structure is not held nothing is said.
    """
    report = resolve_report(metadata_set, None, catalogue)
    if report.structure is not None:
        yield from _unlike(metadata_set.attributes, report.attributes, "")


def _unlike(
    reported: Sequence[ReportedAttribute],
    definitions: Sequence[MetadataAttributeDefinition],
    above: str,
) -> Iterator[str]:
    by_id = {definition.id: definition for definition in definitions}
    for id_, count in Counter(attribute.id for attribute in reported).items():
        if id_ not in by_id:
            allowed = ", ".join(above + known for known in by_id) or "nothing"
            yield f"reports {above}{id_}; at this place there is {allowed}."
        elif count > 1 and not by_id[id_].is_array:
            yield f"reports {above}{id_} {count} times; once is allowed."
    for attribute in reported:
        if attribute.id in by_id:
            yield from _unlike_one(attribute, by_id[attribute.id], above)


def _unlike_one(
    reported: ReportedAttribute, definition: MetadataAttributeDefinition, above: str
) -> Iterator[str]:
    codes, value = definition.codes, reported.value
    if codes is not None and value is not None and value not in codes:
        yield f"reports {value!r} as {above}{reported.id}; it is one of {', '.join(codes)}."
    yield from _unlike(reported.attributes, definition.attributes, f"{above}{reported.id}.")
