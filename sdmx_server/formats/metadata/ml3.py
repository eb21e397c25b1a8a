"""SDMX-ML 3.0 and 3.1 metadata messages.

Source: SDMX 3.0 and 3.1, SDMXMessage.xsd, "GenericMetadataType"; SDMXMetadataGeneric.xsd.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree
from msgspec import structs

from sdmx_server.dataset import Message
from sdmx_server.formats.metadata.markup import read_markup, write_markup
from sdmx_server.formats.metadata.soundness import sound
from sdmx_server.formats.metadata.structured import structured
from sdmx_server.formats.structure.ml3 import in_version, into_latest, write_header
from sdmx_server.formats.structure.ml3_parts import COM, MES, NAMESPACES, ROOT
from sdmx_server.formats.structure.ml3_shapes import ANNOTATIONS, maintainable
from sdmx_server.formats.structure.parts import (
    DEFAULT_LANGUAGE,
    XML_LANG,
    Element,
    Node,
    Part,
    Place,
    Scope,
    Shape,
    add,
    attribute,
    fault,
    local_name,
    many,
    read_value,
    text,
    text_list,
    texts,
    write_value,
)
from sdmx_server.formats.structure.versions import expressible
from sdmx_server.formats.structure.xmlinput import parse
from sdmx_server.metadata import MetadataReport
from sdmx_server.model.artefact import Texts
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute

_GENERIC = f"{ROOT}metadata/generic"
GEN = f"{{{_GENERIC}}}"


def _structured_texts(tag: str, field: str) -> Part:
    """Markup in several languages, one element each."""

    def read(node: Node) -> Texts | None:
        return {
            child.get(XML_LANG, DEFAULT_LANGUAGE): read_markup(child) for child in node.take(tag)
        } or None

    def write(content: Texts, place: Place) -> None:
        for language, markup in content.items():
            write_markup(place.element, tag, language, markup)

    return Part(field, read, write)


_ATTRIBUTE = Shape(
    ReportedAttribute,
    (
        attribute("id", "id"),
        ANNOTATIONS,
        text(f"{GEN}Value", "value"),
        texts(f"{COM}Text", "texts"),
        _structured_texts(f"{COM}StructuredText", "structured_texts"),
        many(f"{GEN}Attribute", "attributes"),
    ),
)
_SET = Shape(
    MetadataSet,
    maintainable(
        attribute("publicationPeriod", "publication_period"),
        attribute("publicationYear", "publication_year"),
        attribute("reportingBeginDate", "reporting_begin"),
        attribute("reportingEndDate", "reporting_end"),
        text(f"{GEN}MetadataProvisionAgreement", "metadata_provision_agreement"),
        text(f"{GEN}Metadataflow", "metadataflow"),
        text_list(f"{GEN}Target", "targets"),
        many(f"{GEN}Attribute", "attributes", _ATTRIBUTE),
    ),
)
_OF_STUBS = {"metadataflow": None, "metadata_provision_agreement": None, "targets": ()}
"""What the schema has no place for where there are no attributes."""


def write(reports: Sequence[MetadataReport], message: Message, version: str) -> bytes:
    """Write a metadata message in the version ``3.0.0`` or ``3.1.0``."""
    root = etree.Element(f"{MES}GenericMetadata", nsmap={**NAMESPACES, "gen": _GENERIC})
    header = write_header(root, message)
    for number, (kind, urn) in enumerate(dict.fromkeys(map(_declared, reports)), start=1):
        declaration = add(header, f"{MES}Structure")
        declaration.set("structureID", f"S{number}")
        add(declaration, f"{COM}{kind}", urn)
    for found in expressible([structured(report) for report in reports], version):
        if isinstance(found, MetadataSet):
            _write_set(found, root)
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return in_version(content, version)


def read(content: bytes) -> tuple[MetadataSet, ...]:
    """Read a metadata message of 3.0 or 3.1, told apart by its namespace.

    Raises:
        MessageSyntaxError: if it is no such message, or part of it cannot be understood.
    """
    root = parse(content)
    into_latest(root)
    if root.tag != f"{MES}GenericMetadata":
        raise fault(root, f"{local_name(root)} is no metadata message; send mes:GenericMetadata.")
    for element in list(root.iter(f"{GEN}Attribute")):
        _repeat(element)
    return tuple(_read_set(element) for element in root.iterchildren(f"{MES}MetadataSet"))


def _declared(report: MetadataReport) -> tuple[str, str]:
    """Return the element and URN by which the header names the structure of a set."""
    if report.metadataflow_urn:
        return "StructureUsage", report.metadataflow_urn
    return "ProvisionAgreement", report.usage_urn


def _write_set(found: MetadataSet, root: Element) -> None:
    element = add(root, f"{MES}MetadataSet")
    element.set("urn", found.urn)
    if not found.attributes:
        found = structs.replace(found, **_OF_STUBS)
    scope = Scope(found.package, found.agency_id, found.id, found.version)
    write_value(found, element, _SET, scope)


def _read_set(element: Element) -> MetadataSet:
    found: MetadataSet = read_value(element, _SET)
    stripped = structs.replace(
        found,
        metadataflow=_stripped(found.metadataflow),
        metadata_provision_agreement=_stripped(found.metadata_provision_agreement),
        targets=tuple(target.strip() for target in found.targets),
    )
    return sound(stripped, f"Line {element.sourceline}")


def _stripped(urn: str | None) -> str | None:
    return urn and urn.strip()


def _repeat(element: Element) -> None:
    """Make several values of an attribute, as 3.0 has them, several attributes."""
    for value in reversed(element.findall(f"{GEN}Value")[1:]):
        repeated = etree.Element(element.tag, {"id": element.get("id", "")})
        repeated.append(value)
        element.addnext(repeated)
