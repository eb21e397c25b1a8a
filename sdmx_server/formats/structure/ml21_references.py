"""References of SDMX-ML 2.1: ``Ref`` and ``URN`` elements, to and from URNs.

URNs of the model are those of SDMX 3.1; the few classes that 2.1 calls otherwise are
renamed here.

Source: SDMX 2.1 SDMXCommonReferences.xsd; SDMX 2.1 registry specification, section 6.2.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.parts import (
    Element,
    Node,
    Part,
    Place,
    Scope,
    add,
    fault,
    local_name,
)
from sdmx_server.model.urn import Urn, item_urn, maintainable_urn, parse_urn
from sdmx_server.model.version import choose

_CLASSES = {
    "base": (
        "Agency AgencyScheme DataConsumer DataConsumerScheme DataProvider DataProviderScheme"
        " Organisation OrganisationScheme OrganisationUnit OrganisationUnitScheme Any"
    ),
    "categoryscheme": (
        "Categorisation Category CategoryScheme ReportingCategory ReportingTaxonomy"
    ),
    "codelist": "Code Codelist HierarchicalCode HierarchicalCodelist Hierarchy Level",
    "conceptscheme": "Concept ConceptScheme",
    "datastructure": (
        "Attribute AttributeDescriptor Dataflow DataStructure Dimension DimensionDescriptor"
        " GroupDimensionDescriptor MeasureDescriptor MeasureDimension PrimaryMeasure"
        " ReportingYearStartDay TimeDimension"
    ),
    "mapping": (
        "CategorySchemeMap CodelistMap ConceptSchemeMap HybridCodelistMap"
        " OrganisationSchemeMap ReportingTaxonomyMap StructureMap StructureSet"
    ),
    "metadatastructure": (
        "ConstraintTarget DataSetTarget DimensionDescriptorValuesTarget"
        " IdentifiableObjectTarget MetadataAttribute Metadataflow MetadataSet"
        " MetadataStructure MetadataTarget ReportPeriodTarget ReportStructure"
    ),
    "process": "Process ProcessStep Transition",
    "registry": "AttachmentConstraint Constraint ContentConstraint ProvisionAgreement",
    "transformation": (
        "CustomType CustomTypeScheme NamePersonalisation NamePersonalisationScheme Ruleset"
        " RulesetScheme Transformation TransformationScheme UserDefinedOperator"
        " UserDefinedOperatorScheme VtlMapping VtlMappingScheme"
    ),
}

PACKAGES = {name: package for package, names in _CLASSES.items() for name in names.split()}
"""The package of each class that a 2.1 reference can name."""

MODEL_CLASSES = {"Attribute": "DataAttribute", "ContentConstraint": "DataConstraint"}
"""What the model calls classes of 2.1 references, where it calls them otherwise."""

ML21_CLASSES = {model: ml21 for ml21, model in MODEL_CLASSES.items()} | {
    "MetadataConstraint": "ContentConstraint",
    "MetadataProvider": "DataProvider",
    "MetadataProvisionAgreement": "ProvisionAgreement",
}
"""What 2.1 calls classes of the model, where it calls them otherwise."""

_METADATA_CLASSES = {
    "DataProvider": "MetadataProvider",
    "ProvisionAgreement": "MetadataProvisionAgreement",
}

_CONTAINED = frozenset(
    [
        "HierarchicalCode",
        "Level",
        "MetadataAttribute",
        "IdentifiableObjectTarget",
        "DataSetTarget",
        "ConstraintTarget",
        "DimensionDescriptorValuesTarget",
        "ReportPeriodTarget",
        "Transition",
    ]
)
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")


def is_version(version: str) -> bool:
    """Return whether 2.1 can write a version: digits and dots only."""
    return _VERSION.fullmatch(version) is not None


def is_reference(urn: str) -> bool:
    """Return whether 2.1 can refer to the artefact: its class, ids and version."""
    try:
        target = ml21_target(urn)
    except ValueError:
        return False
    return (
        target.urn_class in PACKAGES
        and "-" not in target.version
        and "*" not in (target.agency_id, target.id, target.item)
    )


def ml21_target(urn: str) -> Urn:
    """Return what a URN means in 2.1, where providers of metadata are data providers."""
    target = parse_urn(urn)
    urn_class = ML21_CLASSES.get(target.urn_class, target.urn_class)
    id_ = "DATA_PROVIDERS" if target.urn_class == "MetadataProvider" else target.id
    return replace(target, urn_class=urn_class, id=id_)


def metadata_urn(urn: str) -> str:
    """Return the URN of the metadata provider or agreement that a 2.1 reference means."""
    target = parse_urn(urn)
    urn_class = _METADATA_CLASSES.get(target.urn_class, target.urn_class)
    if urn_class != "MetadataProvider" or target.item is None:
        return maintainable_urn(
            target.package, urn_class, target.agency_id, target.id, target.version
        )
    return item_urn(
        target.package,
        urn_class,
        target.agency_id,
        "METADATA_PROVIDERS",
        target.version,
        target.item,
    )


def read_reference(element: Element, urn_class: str) -> str:
    """Return the URN that the ``URN`` or ``Ref`` in an element means.

    Args:
        element: the parent of ``Ref`` or ``URN``.
        urn_class: the 2.1 class meant where ``Ref`` names none.

    Raises:
        MessageSyntaxError: if there is neither, or what there is makes no URN.
    """
    parts = {local_name(child): child for child in element}
    if "URN" in parts:
        return _checked(element, (parts["URN"].text or "").strip())
    if "Ref" not in parts:
        raise fault(element, f"{local_name(element)} holds neither Ref nor URN.")
    ref = parts["Ref"]
    urn_class = ref.get("class", urn_class)
    package = ref.get("package") or PACKAGES.get(urn_class, "")
    urn_class = MODEL_CLASSES.get(urn_class, urn_class)
    agency, id_ = ref.get("agencyID", ""), ref.get("id", "")
    parent = ref.get("maintainableParentID")
    if parent is None:
        version = ref.get("version", "1.0")
        return _checked(ref, maintainable_urn(package, urn_class, agency, id_, version))
    if urn_class in _CONTAINED and ref.get("containerID"):
        id_ = f"{ref.get('containerID')}.{id_}"
    version = ref.get("maintainableParentVersion", "1.0")
    return _checked(ref, item_urn(package, urn_class, agency, parent, version, id_))


def write_reference(urn: str, element: Element, scope: Scope) -> None:
    """Append the ``Ref`` that means a URN."""
    target = ml21_target(urn)
    version = resolved_version(target, scope)
    ref = add(element, "Ref")
    if target.item is None:
        ref.set("id", target.id)
    else:
        container, _, item = target.item.partition(".")
        is_contained = bool(item) and target.urn_class in _CONTAINED
        ref.set("id", item if is_contained else target.item)
        ref.set("maintainableParentID", target.id)
        ref.set("maintainableParentVersion", version)
        if is_contained:
            ref.set("containerID", container)
    ref.set("agencyID", target.agency_id)
    if target.item is None:
        ref.set("version", version)
    ref.set("class", target.urn_class)
    ref.set("package", PACKAGES.get(target.urn_class, target.package))


def resolved_version(target: Urn, scope: Scope) -> str:
    """Return the version to refer to: of a late bound one the highest in the message.

    Where the message holds none that matches, the lowest version that would.
    """
    if is_version(target.version):
        return target.version
    versions = scope.versions.get((target.package, target.agency_id, target.id), ())
    lowest = target.version.replace("+", "").partition("-")[0].replace("*", "1.0")
    return next(reversed(choose(versions, target.version)), lowest)


def _checked(element: Element, urn: str) -> str:
    try:
        target = parse_urn(urn)
    except ValueError as error:
        raise fault(element, f"not a complete reference: {error}") from None
    model_class = MODEL_CLASSES.get(target.urn_class)
    if model_class is None:
        return urn
    return urn.replace(f".{target.urn_class}=", f".{model_class}=", 1)


def as_metadata(part: Part) -> Part:
    """A reference that means a metadata provider or agreement, which 2.1 lacks."""

    def read(node: Node) -> object:
        found = part.read(node)
        if isinstance(found, tuple):
            return tuple(map(metadata_urn, found))
        return None if found is None else metadata_urn(found)

    return replace(part, read=read)


def reference(tag: str, field: str, urn_class: str) -> Part:
    """A reference to an artefact or item; ``urn_class`` is what it refers to by default."""

    def read(node: Node) -> str | None:
        return next((read_reference(child, urn_class) for child in node.take(tag)), None)

    def write(urn: str | None, place: Place) -> None:
        if urn is not None:
            write_reference(urn, add(place.element, tag), place.scope)

    return Part(field, read, write)


def references(tag: str, field: str, urn_class: str) -> Part:
    """References to artefacts or items."""

    def read(node: Node) -> tuple[str, ...]:
        return tuple(read_reference(child, urn_class) for child in node.take(tag))

    def write(urns: tuple[str, ...], place: Place) -> None:
        for urn in urns:
            write_reference(urn, add(place.element, tag), place.scope)

    return Part(field, read, write)


def read_local(element: Element) -> str:
    """Return the id that a reference within its own artefact means.

    Raises:
        MessageSyntaxError: if it holds neither ``Ref`` nor ``URN``.
    """
    for child in element:
        if local_name(child) == "Ref":
            return child.get("id", "")
        urn = _checked(child, (child.text or "").strip())
        return parse_urn(urn).item or ""
    raise fault(element, f"{local_name(element)} holds neither Ref nor URN.")


def write_local(id_: str, parent: Element, tag: str) -> None:
    """Append a reference to a value within the same artefact."""
    add(add(parent, tag), "Ref").set("id", id_)


def local_reference(tag: str, field: str) -> Part:
    """A reference to a value within the same artefact."""

    def read(node: Node) -> str | None:
        return next((read_local(child) for child in node.take(tag)), None)

    def write(id_: str | None, place: Place) -> None:
        if id_ is not None:
            write_local(id_, place.element, tag)

    return Part(field, read, write)


def local_references(tag: str, field: str) -> Part:
    """References to values within the same artefact."""

    def read(node: Node) -> tuple[str, ...]:
        return tuple(read_local(child) for child in node.take(tag))

    def write(ids: tuple[str, ...], place: Place) -> None:
        for id_ in ids:
            write_local(id_, place.element, tag)

    return Part(field, read, write)


PARENT = local_reference(f"{STR}Parent", "parent")
"""The item above an item."""
