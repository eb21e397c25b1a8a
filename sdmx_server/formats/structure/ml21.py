"""SDMX-ML 2.1 structure messages.

Source: SDMX 2.1 SDMXMessage.xsd, SDMXStructure.xsd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from lxml import etree
from msgspec import structs

from sdmx_server.dataset import Message
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure import (
    ml21_constraints,
    ml21_datastructure,
    ml21_hierarchy,
    ml21_items,
    ml21_mapping,
    ml21_metadata,
    ml21_process,
    ml21_transformation,
    structureset,
)
from sdmx_server.formats.structure.availability import actual_constraint
from sdmx_server.formats.structure.languages import in_languages
from sdmx_server.formats.structure.ml21_names import COM, MES, NAMESPACES, STR
from sdmx_server.formats.structure.ml21_references import ML21_CLASSES, is_reference, is_version
from sdmx_server.formats.structure.parts import (
    XML_LANG,
    Element,
    Scope,
    Shape,
    add,
    fault,
    local_name,
    read_value,
    write_value,
)
from sdmx_server.formats.structure.xmlinput import parse
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.catalogue import references
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.concept import ConceptScheme
from sdmx_server.model.constraint import AvailabilityConstraint, MetadataConstraint
from sdmx_server.model.datastructure import DataStructure, ProvisionAgreement
from sdmx_server.model.hierarchy import Hierarchy
from sdmx_server.model.legacy import StructureSet
from sdmx_server.model.metadatastructure import (
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from sdmx_server.model.organisation import AgencyScheme, DataConsumerScheme, DataProviderScheme
from sdmx_server.model.urn import maintainable_urn

Artefact = Maintainable | AvailabilityConstraint


@dataclass(frozen=True, slots=True)
class _Kind:
    """An element that a message may hold: its container, its name and its shape."""

    container: str
    tag: str
    shape: Shape


_KINDS = (
    _Kind("OrganisationSchemes", "AgencyScheme", ml21_items.AGENCY_SCHEME),
    _Kind("OrganisationSchemes", "DataConsumerScheme", ml21_items.DATA_CONSUMER_SCHEME),
    _Kind("OrganisationSchemes", "DataProviderScheme", ml21_items.DATA_PROVIDER_SCHEME),
    _Kind("OrganisationSchemes", "OrganisationUnitScheme", ml21_items.ORGANISATION_UNIT_SCHEME),
    _Kind("Dataflows", "Dataflow", ml21_datastructure.DATAFLOW),
    _Kind("Metadataflows", "Metadataflow", ml21_datastructure.METADATAFLOW),
    _Kind("CategorySchemes", "CategoryScheme", ml21_items.CATEGORY_SCHEME),
    _Kind("Categorisations", "Categorisation", ml21_datastructure.CATEGORISATION),
    _Kind("Codelists", "Codelist", ml21_items.CODELIST),
    _Kind("HierarchicalCodelists", "HierarchicalCodelist", ml21_hierarchy.HIERARCHICAL_CODELIST),
    _Kind("Concepts", "ConceptScheme", ml21_items.CONCEPT_SCHEME),
    _Kind("MetadataStructures", "MetadataStructure", ml21_metadata.METADATA_STRUCTURE),
    _Kind("DataStructures", "DataStructure", ml21_datastructure.DATA_STRUCTURE),
    _Kind("StructureSets", "StructureSet", ml21_mapping.STRUCTURE_SET),
    _Kind("ReportingTaxonomies", "ReportingTaxonomy", ml21_items.REPORTING_TAXONOMY),
    _Kind("Processes", "Process", ml21_process.PROCESS),
    _Kind("Constraints", "AttachmentConstraint", ml21_constraints.ATTACHMENT_CONSTRAINT),
    _Kind("Constraints", "ContentConstraint", ml21_constraints.DATA_CONSTRAINT),
    _Kind("Constraints", "ContentConstraint", ml21_constraints.METADATA_CONSTRAINT),
    _Kind("ProvisionAgreements", "ProvisionAgreement", ml21_datastructure.PROVISION_AGREEMENT),
    _Kind(
        "ProvisionAgreements",
        "ProvisionAgreement",
        ml21_datastructure.METADATA_PROVISION_AGREEMENT,
    ),
    _Kind("CustomTypes", "CustomTypeScheme", ml21_transformation.CUSTOM_TYPE_SCHEME),
    _Kind("VtlMappings", "VtlMappingScheme", ml21_transformation.VTL_MAPPING_SCHEME),
    _Kind(
        "NamePersonalisations",
        "NamePersonalisationScheme",
        ml21_transformation.NAME_PERSONALISATION_SCHEME,
    ),
    _Kind("Rulesets", "RulesetScheme", ml21_transformation.RULESET_SCHEME),
    _Kind("Transformations", "TransformationScheme", ml21_transformation.TRANSFORMATION_SCHEME),
    _Kind(
        "UserDefinedOperators",
        "UserDefinedOperatorScheme",
        ml21_transformation.USER_DEFINED_OPERATOR_SCHEME,
    ),
)
"""What a message may hold, in the order of the schema."""

_KIND_OF = {kind.shape.cls: kind for kind in _KINDS}

_SHAPE_OF: dict[str, Callable[[Element], Shape]] = {
    "ContentConstraint": ml21_constraints.content_constraint_shape,
    "ProvisionAgreement": ml21_datastructure.provision_agreement_shape,
}
"""Elements whose shape depends on what they hold."""

_FIXED_IDS: dict[type[Maintainable], str] = {
    AgencyScheme: "AGENCIES",
    DataConsumerScheme: "DATA_CONSUMERS",
    DataProviderScheme: "DATA_PROVIDERS",
}
"""Schemes that have one id and the version 1.0."""

_COMPLETE: dict[type[Maintainable], Callable[[Any], bool]] = {
    DataStructure: ml21_datastructure.is_complete,
    MetadataConstraint: ml21_constraints.is_complete,
    MetadataProvisionAgreement: lambda agreement: (
        agreement.metadataflow is not None and agreement.metadata_provider is not None
    ),
    MetadataStructure: ml21_metadata.is_complete,
    ProvisionAgreement: lambda agreement: (
        agreement.dataflow is not None and agreement.data_provider is not None
    ),
}
"""Whether an artefact has what the schema demands of its class."""

_CHANGES: dict[type[Maintainable], Callable[[Any], Any]] = {
    MetadataStructure: ml21_metadata.with_reports,
    **dict.fromkeys(structureset.MAPS, structureset.structure_set),
}
"""What becomes of artefacts that 2.1 has otherwise."""

_NOT_WRITTEN: dict[type[Maintainable], dict[str, Any]] = {
    Codelist: {"codelist_extensions": ()},
    DataStructure: {"metadata": None},
    Metadataflow: {"targets": ()},
    MetadataProvisionAgreement: {"targets": ()},
}
"""Fields with references that 2.1 has no place for, and what is there without them."""

_REPRESENTED = (ConceptScheme, DataStructure, MetadataStructure)
"""Artefacts whose representations name lists; a value list is written as text there."""


def write(artefacts: Sequence[Artefact], message: Message) -> bytes:
    """Write a structure message; what 2.1 cannot express is left out.

    Late bound references become references to the highest version in the message that they
    mean. Hierarchies that came from one hierarchical codelist go back into it.
    """
    values = in_languages(as_in_2_1(artefacts), message)
    root = etree.Element(f"{MES}Structure", nsmap=NAMESPACES)
    write_header(root, message)
    structures = add(root, f"{MES}Structures")
    versions = versions_of(values)
    for kind in _KINDS:
        for value in values:
            if isinstance(value, kind.shape.cls):
                _write_artefact(value, kind, structures, versions)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(
        root, encoding="UTF-8", xml_declaration=False
    )


def read(content: bytes) -> tuple[Maintainable, ...]:
    """Read the artefacts of a structure message, in its order.

    Raises:
        MessageSyntaxError: if it is not XML, no structure message of 2.1, or incomplete.
    """
    root = parse(content)
    if root.tag != f"{MES}Structure":
        raise MessageSyntaxError(
            f"The message is a {root.tag}; a {MES}Structure of SDMX-ML 2.1 is expected."
        )
    known = {(f"{STR}{kind.container}", f"{STR}{kind.tag}"): kind for kind in _KINDS}
    found: list[Maintainable] = []
    for container in root.iterfind(f"{MES}Structures/*"):
        for element in container:
            kind = known.get((container.tag, element.tag))
            if kind is None:
                place = f"{local_name(element)} in {local_name(container)}"
                raise fault(element, f"{place} is no artefact of SDMX-ML 2.1.")
            found.extend(_read_artefact(element, kind))
    return tuple(found)


def expressible(artefact: Artefact) -> bool:
    """Return whether SDMX-ML 2.1 can hold an artefact, if not all that it says.

    It knows no value lists and geographic codelists, no versions but digits and dots, no
    data structure without exactly one measure, and no map but of ids, one to one, between
    two schemes.
    """
    if isinstance(artefact, AvailabilityConstraint):
        return True
    if isinstance(artefact, structureset.MAPS):
        held = structureset.structure_set(artefact)
        return held is not None and expressible(held)
    return (
        (type(artefact) in _KIND_OF or isinstance(artefact, Hierarchy))
        and is_version(artefact.version)
        and _is_complete(artefact)
        and all(map(is_reference, _written_references(artefact)))
    )


def as_in_2_1(artefacts: Sequence[Artefact]) -> list[Maintainable]:
    """Return the artefacts as 2.1 has them: hierarchies in lists, maps in structure sets.

    Availability is a content constraint; what 2.1 cannot express is left out.
    """
    plain: list[Maintainable] = []
    known = [artefact for artefact in artefacts if expressible(artefact)]
    sets = [artefact for artefact in known if isinstance(artefact, StructureSet)]
    for artefact in known:
        if isinstance(artefact, AvailabilityConstraint):
            plain.append(actual_constraint(artefact))
        elif not isinstance(artefact, Hierarchy) and not _is_in(sets, artefact):
            change = _CHANGES.get(type(artefact))
            plain.append(artefact if change is None else change(artefact))
    hierarchies = [artefact for artefact in known if isinstance(artefact, Hierarchy)]
    return [*plain, *ml21_hierarchy.tree_lists(hierarchies)]


def versions_of(
    artefacts: Iterable[Maintainable],
) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return the versions in a message by package, agency and id."""
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for artefact in artefacts:
        key = (artefact.package, artefact.agency_id, artefact.id)
        found[key] = (*found.get(key, ()), artefact.version)
    return found


def _is_complete(artefact: Maintainable) -> bool:
    """Return whether an artefact has what the schema demands of it."""
    if type(artefact) in _FIXED_IDS:
        return artefact.id == _FIXED_IDS[type(artefact)] and artefact.version == "1.0"
    check = _COMPLETE.get(type(artefact))
    return check is None or check(artefact)


def _written_references(artefact: Maintainable) -> tuple[str, ...]:
    without = _NOT_WRITTEN.get(type(artefact))
    found = references(structs.replace(artefact, **without) if without else artefact)
    if isinstance(artefact, _REPRESENTED):
        return tuple(urn for urn in found if ".ValueList=" not in urn)
    return found


def _is_in(sets: Iterable[StructureSet], artefact: Maintainable) -> bool:
    """Return whether an artefact is a map that stands in one of the structure sets."""
    if not isinstance(artefact, structureset.MAPS):
        return False
    return any(structureset.holds(each, artefact) for each in sets)


def _read_artefact(element: Element, kind: _Kind) -> tuple[Maintainable, ...]:
    if kind.tag == "HierarchicalCodelist":
        ml21_hierarchy.spell_out_aliases(element)
        return ml21_hierarchy.hierarchies(read_value(element, kind.shape))
    shape = _SHAPE_OF[kind.tag](element) if kind.tag in _SHAPE_OF else kind.shape
    artefact = read_value(element, shape)
    if isinstance(artefact, MetadataStructure):
        return (ml21_metadata.with_attribute_list(artefact),)
    if isinstance(artefact, StructureSet):
        return structureset.artefacts(artefact)
    return (artefact,)


def _write_artefact(
    artefact: Maintainable,
    kind: _Kind,
    structures: Element,
    versions: dict[tuple[str, str, str], tuple[str, ...]],
) -> None:
    container = structures.find(f"{STR}{kind.container}")
    if container is None:
        container = add(structures, f"{STR}{kind.container}")
    element = add(container, f"{STR}{kind.tag}")
    urn_class = ML21_CLASSES.get(artefact.urn_class, artefact.urn_class)
    identity = (artefact.agency_id, artefact.id, artefact.version)
    element.set("urn", maintainable_urn(artefact.package, urn_class, *identity))
    scope = Scope(artefact.package, *identity, versions=versions)
    write_value(artefact, element, kind.shape, scope)


def write_header(root: Element, message: Message) -> Element:
    """Append the header of a message, and return it."""
    header = add(root, f"{MES}Header")
    add(header, f"{MES}ID", message.id)
    add(header, f"{MES}Test", "true" if message.test else "false")
    prepared = message.prepared.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    add(header, f"{MES}Prepared", prepared)
    sender = add(header, f"{MES}Sender")
    sender.set("id", message.sender)
    for language, name in message.sender_names.items():
        add(sender, f"{COM}Name", name).set(XML_LANG, language)
    return header
