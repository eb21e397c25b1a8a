"""SDMX-ML 3.0 and 3.1 structure messages.

Source: SDMX 3.0 and 3.1, SDMXMessage.xsd, SDMXStructure.xsd.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree
from msgspec.structs import replace

from sdmx_server.dataset import Message
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure import (
    ml3_components,
    ml3_constraints,
    ml3_items,
    ml3_maps,
    ml3_vtl,
)
from sdmx_server.formats.structure.languages import in_languages
from sdmx_server.formats.structure.ml3_constraints import AVAILABILITY
from sdmx_server.formats.structure.ml3_parts import COM, MES, NAMESPACES, ROOT, STR
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
from sdmx_server.formats.structure.versions import SDMX_3_0, SDMX_3_1, expressible, utc
from sdmx_server.formats.structure.xmlinput import parse
from sdmx_server.model.artefact import Maintainable, Value
from sdmx_server.model.catalogue import ARTEFACT_TYPES
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.constraint import AvailabilityConstraint

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
VERSIONS = {
    SDMX_3_0: "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/",
    SDMX_3_1: ROOT,
}
"""The root of the namespaces by version."""

SHAPES: dict[type[Value], Shape] = {
    shape.cls: shape
    for module in (ml3_items, ml3_components, ml3_constraints, ml3_maps, ml3_vtl)
    for shape in module.SHAPES
} | {AvailabilityConstraint: AVAILABILITY}
"""How each artefact stands in XML."""

_ORDER: tuple[type[Value], ...] = (
    *(cls for cls in ARTEFACT_TYPES if cls in SHAPES),
    AvailabilityConstraint,
)
_CONTAINERS: dict[type[Value], str] = {
    cls: cls.container[0].upper() + cls.container[1:] for cls in ARTEFACT_TYPES if cls in SHAPES
} | {AvailabilityConstraint: "AvailabilityConstraints"}
_CLASSES = {f"{STR}{cls.__name__}": cls for cls in _ORDER}
_CONTAINER_TAGS = {f"{STR}{container}" for container in _CONTAINERS.values()}


def write(
    artefacts: Sequence[Maintainable | AvailabilityConstraint], message: Message, version: str
) -> bytes:
    """Write a structure message in the version ``3.0.0`` or ``3.1.0``.

    What the version cannot express is left out; see ``versions``.
    """
    root = etree.Element(f"{MES}Structure", nsmap=dict(NAMESPACES))
    write_header(root, message)
    known = expressible(artefacts, version)
    written = in_languages(known, message, marked=version == SDMX_3_1)
    if version == SDMX_3_0:
        written = tuple(map(_with_named_parents, written))
    _write_structures(root, written)
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return in_version(content, version)


def read(content: bytes) -> tuple[Maintainable, ...]:
    """Read a structure message of 3.0 or 3.1, told apart by its namespace.

    Availability constraints are answers to queries and no artefacts: they are passed over.

    Raises:
        MessageSyntaxError: if it is no such message, or part of it cannot be understood.
    """
    root = parse(content)
    into_latest(root)
    if root.tag != f"{MES}Structure":
        raise fault(root, f"{local_name(root)} is no structure message; send mes:Structure.")
    return tuple(value for value in _read_structures(root) if isinstance(value, Maintainable))


def _with_named_parents(
    artefact: Maintainable | AvailabilityConstraint,
) -> Maintainable | AvailabilityConstraint:
    """Leave out parents of codes that are no names: ``36``, ``_T``.

    The schemas of 3.0.0 want a name that begins with a letter there, which later ones mended.
    """
    if not isinstance(artefact, Codelist):
        return artefact
    codes = tuple(
        code if code.parent is None or _NAME.fullmatch(code.parent) else replace(code, parent=None)
        for code in artefact.codes
    )
    return replace(artefact, codes=codes) if codes != artefact.codes else artefact


def write_header(root: Element, message: Message) -> Element:
    """Append the header of a message, and return it."""
    header = add(root, f"{MES}Header")
    add(header, f"{MES}ID", message.id)
    add(header, f"{MES}Test", "true" if message.test else "false")
    add(header, f"{MES}Prepared", utc(message.prepared))
    sender = add(header, f"{MES}Sender")
    sender.set("id", message.sender)
    for language, name in message.sender_names.items():
        add(sender, f"{COM}Name", name).set(XML_LANG, language)
    return header


def _write_structures(root: Element, artefacts: Sequence[Value]) -> None:
    by_class: dict[type[Value], list[Value]] = {}
    for artefact in artefacts:
        by_class.setdefault(type(artefact), []).append(artefact)
    if not by_class:
        return
    structures = add(root, f"{MES}Structures")
    for cls in sorted(by_class, key=_ORDER.index):
        container = add(structures, f"{STR}{_CONTAINERS[cls]}")
        for artefact in by_class[cls]:
            element = add(container, f"{STR}{cls.__name__}")
            write_value(artefact, element, SHAPES[cls], _scope(artefact, element))


def _scope(artefact: Value, element: Element) -> Scope:
    """Return what URNs within the artefact begin with, and write its own."""
    if not isinstance(artefact, Maintainable):
        return Scope("", "", "", "")
    element.set("urn", artefact.urn)
    return Scope(artefact.package, artefact.agency_id, artefact.id, artefact.version)


def _read_structures(root: Element) -> Iterator[Value]:
    for structures in root.iterchildren(f"{MES}Structures"):
        for container in structures:
            if container.tag not in _CONTAINER_TAGS:
                raise fault(container, f"{local_name(container)} is no list of artefacts.")
            for element in container:
                yield _read_artefact(element)


def _read_artefact(element: Element) -> Value:
    cls = _CLASSES.get(element.tag)
    if cls is None:
        raise fault(element, f"{local_name(element)} is no type of artefact.")
    value: Value = read_value(element, SHAPES[cls])
    return value


def in_version(content: bytes, version: str) -> bytes:
    """Return a message in the namespaces of a version; they all stand in its first tag."""
    end = content.index(b">", content.index(b"<mes:")) + 1
    namespaces = VERSIONS[version].encode()
    return content[:end].replace(ROOT.encode(), namespaces) + content[end:]


def into_latest(root: Element) -> None:
    """Move a message into the namespaces of 3.1, in which the shapes are written.

    Raises:
        MessageSyntaxError: if it stands in the namespaces of no version that is known.
    """
    namespace = etree.QName(root).namespace or ""
    version_root = next((known for known in VERSIONS.values() if namespace.startswith(known)), None)
    if version_root is None:
        raise MessageSyntaxError(
            f"The namespace {namespace or 'none'} is not that of SDMX-ML 3.0 or 3.1."
        )
    if version_root == ROOT:
        return
    for element in root.iter():
        element.tag = element.tag.replace(version_root, ROOT)
