"""SDMX-JSON 1.0 structure messages, for clients of SDMX 2.1; they are written only.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sdmx_server.dataset import Message
from sdmx_server.formats.structure import ml21
from sdmx_server.formats.structure.json import form_meta
from sdmx_server.formats.structure.json1_rules import DIALECT
from sdmx_server.formats.structure.json1_urns import referring_in_2_1
from sdmx_server.formats.structure.jsonform import Languages, form
from sdmx_server.formats.structure.languages import in_languages
from sdmx_server.formats.structure.structureset import MAPS
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.constraint import AvailabilityConstraint, DataConstraint, MetadataConstraint
from sdmx_server.model.hierarchy import Hierarchy
from sdmx_server.model.metadatastructure import MetadataProvisionAgreement

SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message"
    "/tools/schemas/1.0/sdmx-json-structure-schema.json"
)
"""The schema that a message names."""

_CONTAINERS = (
    "agencySchemes",
    "dataProviderSchemes",
    "dataConsumerSchemes",
    "organisationUnitSchemes",
    "codelists",
    "hierarchicalCodelists",
    "conceptSchemes",
    "dataStructures",
    "metadataStructures",
    "dataflows",
    "metadataflows",
    "categorySchemes",
    "categorisations",
    "reportingTaxonomies",
    "provisionAgreements",
    "contentConstraints",
    "attachmentConstraints",
    "structureSets",
    "processes",
)
"""What a message may hold, in the order in which it is written."""

_OTHERWISE: dict[type[Maintainable], str] = {
    DataConstraint: "contentConstraints",
    MetadataConstraint: "contentConstraints",
    MetadataProvisionAgreement: "provisionAgreements",
}
"""Where artefacts stand that have a container of another name in later versions."""


def can_hold(artefact: Maintainable | AvailabilityConstraint) -> bool:
    """Return whether SDMX-JSON 1.0 can hold an artefact: as 2.1, but for the schemes of VTL."""
    if isinstance(artefact, AvailabilityConstraint):
        return True
    return ml21.expressible(artefact) and (
        isinstance(artefact, (Hierarchy, *MAPS)) or _container(artefact) in _CONTAINERS
    )


def write(
    artefacts: Sequence[Maintainable | AvailabilityConstraint],
    message: Message,
    version: str = "1.0.0",
) -> bytes:
    """Write a structure message of SDMX-JSON 1.0.

    What SDMX 2.1 cannot express, and what the format has no list for, is left out;
    availability becomes a content constraint of type ``Actual``. Late bound references become
    references to the highest version in the message that they mean.
    """
    languages = Languages(message.languages)
    data: dict[str, list[Any]] = {}
    known = in_languages(ml21.as_in_2_1(artefacts), message)
    versions = ml21.versions_of(known)
    for artefact in known:
        container = _container(artefact)
        if container in _CONTAINERS:
            formed = referring_in_2_1(form(artefact, DIALECT, languages), versions)
            data.setdefault(container, []).append(formed)
    ordered = {container: data[container] for container in sorted(data, key=_CONTAINERS.index)}
    return msgspec.json.encode({"meta": form_meta(message, SCHEMA, languages), "data": ordered})


def _container(artefact: Maintainable) -> str:
    return _OTHERWISE.get(type(artefact), artefact.container)
