"""SDMX-ML 2.1 generic metadata messages.

SDMX 2.1 has reports, each about one target: a metadata set of SDMX 3 becomes one report for
each of its targets. A target that 2.1 cannot refer to, such as one with wildcards, is left out.

Source: SDMX 2.1 SDMXMessage.xsd, "GenericMetadataType"; SDMXMetadataGeneric.xsd.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from sdmx_server.dataset import Message
from sdmx_server.formats.metadata.markup import write_markup
from sdmx_server.formats.metadata.structured import structured
from sdmx_server.formats.structure.ml21 import write_header
from sdmx_server.formats.structure.ml21_metadata import DEFAULT_REPORT, DEFAULT_TARGET
from sdmx_server.formats.structure.ml21_names import COM, MES, NAMESPACES
from sdmx_server.formats.structure.ml21_references import is_reference, write_reference
from sdmx_server.formats.structure.ml21_shapes import ANNOTATIONS, NAMES
from sdmx_server.formats.structure.parts import XML_LANG, Element, Place, Scope, Shape, add, legal
from sdmx_server.metadata import MetadataReport
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute
from sdmx_server.model.metadatastructure import MetadataStructure, MetadataTarget

_GENERIC = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/metadata/generic"
GEN = f"{{{_GENERIC}}}"

_OBJECT = "IdentifiableObjectTarget"
_SCOPE = Scope("", "", "", "")
_SET = Shape(MetadataSet, ())

_Places = tuple[str, str, str]
"""Ids of a report structure, of its target, and of the object that the target is."""


def can_hold(report: MetadataReport) -> bool:
    """Return whether 2.1 can express a metadata set: attributes, a target, what is reported."""
    usage = report.metadataflow_urn or report.usage_urn
    return (
        bool(report.metadata_set.attributes)
        and any(map(is_reference, report.metadata_set.targets))
        and is_reference(usage)
    )


def write(reports: Sequence[MetadataReport], message: Message) -> bytes:
    """Write a generic metadata message; sets that it cannot express are left out."""
    held = [report for report in reports if can_hold(report)]
    root = etree.Element(f"{MES}GenericMetadata", nsmap={**NAMESPACES, "gen": _GENERIC})
    header = write_header(root, message)
    declared: dict[tuple[str, str], str] = {}
    for report in held:
        usage = _usage(report)
        if usage not in declared:
            declared[usage] = f"S{len(declared) + 1}"
            _write_usage(usage, declared[usage], header)
    for report in held:
        _write_set(report, declared[_usage(report)], root)
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _usage(report: MetadataReport) -> tuple[str, str]:
    """Return the element and URN by which the header names the structure of a set."""
    if report.metadataflow_urn:
        return "StructureUsage", report.metadataflow_urn
    return "ProvisionAgrement", report.usage_urn  # so spelled in the schema


def _write_usage(usage: tuple[str, str], id_: str, header: Element) -> None:
    kind, urn = usage
    declaration = add(header, f"{MES}Structure")
    declaration.set("structureID", id_)
    write_reference(urn, add(declaration, f"{COM}{kind}"), _SCOPE)


def _write_set(report: MetadataReport, structure_id: str, root: Element) -> None:
    found = structured(report)
    element = add(root, f"{MES}MetadataSet")
    element.set("structureRef", structure_id)
    element.set("setID", found.id)
    place = Place(element, _SCOPE, _SET)
    ANNOTATIONS.write(found.annotations, place)
    NAMES.write(found.names, place)
    if report.provider_urn and is_reference(report.provider_urn):
        write_reference(report.provider_urn, add(element, f"{GEN}DataProvider"), _SCOPE)
    places = _places(report.structure, {attribute.id for attribute in found.attributes})
    for target in filter(is_reference, found.targets):
        _write_report(target, found.attributes, places, element)


def _write_report(
    target: str, attributes: Iterable[ReportedAttribute], places: _Places, element: Element
) -> None:
    report_id, target_id, object_id = places
    report = add(element, f"{GEN}Report")
    report.set("id", report_id)
    about = add(report, f"{GEN}Target")
    about.set("id", target_id)
    value = add(about, f"{GEN}ReferenceValue")
    value.set("id", object_id)
    write_reference(target, add(value, f"{GEN}ObjectReference"), _SCOPE)
    _write_attributes(attributes, report)


def _write_attributes(attributes: Iterable[ReportedAttribute], parent: Element) -> None:
    attribute_set = add(parent, f"{GEN}AttributeSet")
    for attribute in attributes:
        element = add(attribute_set, f"{GEN}ReportedAttribute")
        element.set("id", attribute.id)
        if attribute.value is not None:
            element.set("value", legal(attribute.value))
        ANNOTATIONS.write(attribute.annotations, Place(element, _SCOPE, _SET))
        for language, text in attribute.texts.items():
            add(element, f"{COM}Text", text).set(XML_LANG, language)
        for language, markup in attribute.structured_texts.items():
            write_markup(element, f"{COM}StructuredText", language, markup)
        if attribute.attributes:
            _write_attributes(attribute.attributes, element)


def _places(structure: MetadataStructure | None, reported: set[str]) -> _Places:
    """Return the report that has the attributes and an object for a target.

    Where the metadata structure has none, that which it is given when it is written as 2.1.
    """
    components = structure.metadata_structure_components if structure else None
    targets = {t.id: t for t in components.metadata_targets} if components else {}
    for report in components.report_structures if components else ():
        if reported <= {attribute.id for attribute in report.metadata_attributes}:
            for target_id in report.metadata_targets:
                object_id = _object_id(targets.get(target_id))
                if object_id is not None:
                    return report.id, target_id, object_id
    return DEFAULT_REPORT, DEFAULT_TARGET.id, DEFAULT_TARGET.target_objects[0].id


def _object_id(target: MetadataTarget | None) -> str | None:
    objects = target.target_objects if target else ()
    return next((each.id for each in objects if each.kind == _OBJECT), None)
