"""SDMX-JSON 1.0 structure messages, for clients of SDMX 2.1; they are written only.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sdmx_server.dataset import Message
from sdmx_server.formats.structure.availability import actual_constraint
from sdmx_server.formats.structure.json import form_meta
from sdmx_server.formats.structure.json1_rules import DIALECT
from sdmx_server.formats.structure.jsonform import Languages, form
from sdmx_server.formats.structure.languages import in_languages
from sdmx_server.formats.structure.ml21 import expressible
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.category import Categorisation, CategoryScheme
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.concept import ConceptScheme
from sdmx_server.model.constraint import AvailabilityConstraint, DataConstraint
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.model.metadatastructure import Metadataflow
from sdmx_server.model.organisation import (
    AgencyScheme,
    DataConsumerScheme,
    DataProviderScheme,
    OrganisationUnitScheme,
)
from sdmx_server.model.reportingtaxonomy import ReportingTaxonomy

SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message"
    "/tools/schemas/1.0/sdmx-json-structure-schema.json"
)
"""The schema that a message names."""

CONTAINERS: dict[type[Maintainable], str] = {
    cls: cls.container
    for cls in (
        AgencyScheme,
        DataProviderScheme,
        DataConsumerScheme,
        OrganisationUnitScheme,
        Codelist,
        ConceptScheme,
        DataStructure,
        Dataflow,
        Metadataflow,
        CategoryScheme,
        Categorisation,
        ReportingTaxonomy,
        ProvisionAgreement,
    )
} | {DataConstraint: "contentConstraints"}
"""What is written, and where."""


def can_hold(artefact: Maintainable | AvailabilityConstraint) -> bool:
    """Return whether SDMX-JSON 1.0 can hold an artefact."""
    known = isinstance(artefact, AvailabilityConstraint) or type(artefact) in CONTAINERS
    return known and expressible(artefact)


def write(
    artefacts: Sequence[Maintainable | AvailabilityConstraint],
    message: Message,
    version: str = "1.0.0",
) -> bytes:
    """Write a structure message of SDMX-JSON 1.0.

    What SDMX 2.1 cannot express, and types that ``CONTAINERS`` does not name, are left out;
    availability becomes a content constraint of type ``Actual``.
    """
    languages = Languages(message.languages)
    data: dict[str, list[Any]] = {}
    known = [
        actual_constraint(artefact) if isinstance(artefact, AvailabilityConstraint) else artefact
        for artefact in artefacts
    ]
    for artefact in in_languages(known, message):
        container = CONTAINERS.get(type(artefact))
        if container is not None and expressible(artefact):
            data.setdefault(container, []).append(form(artefact, DIALECT, languages))
    order = tuple(CONTAINERS.values())
    ordered = {container: data[container] for container in sorted(data, key=order.index)}
    return msgspec.json.encode({"meta": form_meta(message, SCHEMA, languages), "data": ordered})
