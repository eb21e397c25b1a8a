"""How the fields of a value stand in XML: parts, in the order of the schema.

A ``Shape`` lists the parts of a class once; ``read_value`` and ``write_value`` walk it in
either direction. A part reads its field out of a ``Node`` and writes it at a ``Place``.

Source: XML Schema 1.0 part 1, section 3.8 (model groups), as SDMX-ML uses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.model.artefact import Texts, Value
from sdmx_server.model.urn import item_urn

Element = etree._Element

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
DEFAULT_LANGUAGE = "en"
"""What ``xml:lang`` means where it is left out, by the schema."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Scope:
    """The artefact that is being written, and the ids above the present value.

    Attributes:
        package, agency_id, id, version: those of the artefact's URN.
        path: ids of the values between the artefact and the present one.
        versions: versions in the same message by package, agency and id, by which late
            bound references are resolved.
    """

    package: str
    agency_id: str
    id: str
    version: str
    path: tuple[str, ...] = ()
    versions: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)

    def urn(self, urn_class: str, id_: str) -> str:
        """Return the URN of a value that is part of the artefact."""
        item = ".".join((*self.path, id_))
        return item_urn(self.package, urn_class, self.agency_id, self.id, self.version, item)


@dataclass(frozen=True, slots=True)
class Shape:
    """A class in XML.

    Attributes:
        cls: the class.
        parts: its parts; child elements in the order of the schema.
        urn_class: its class in URNs, where it is identifiable but not maintainable.
        nests: whether its id is part of the URNs of what it holds.
    """

    cls: type[Value]
    parts: tuple[Part, ...]
    urn_class: str | None = None
    nests: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """An element that is being read, its children that no part has taken yet by tag."""

    element: Element
    children: dict[str, list[Element]]
    shape: Shape

    def take(self, tag: str) -> list[Element]:
        """Return the children with a tag; they count as read."""
        return self.children.pop(tag, [])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part is to be written."""

    element: Element
    scope: Scope
    shape: Shape


@dataclass(frozen=True, slots=True)
class Part:
    """A field: ``read`` gives None where it is absent, ``write`` takes absent values too."""

    field: str
    read: Callable[[Node], Any]
    write: Callable[[Any, Place], None]


def fault(element: Element, detail: str) -> MessageSyntaxError:
    """Return the error for an element, with its line."""
    return MessageSyntaxError(f"Line {element.sourceline}: {detail}")


def read_value(element: Element, shape: Shape) -> Any:
    """Read an element as a value of the class of a shape.

    Raises:
        MessageSyntaxError: if something required is missing, or an element is unknown.
    """
    children: dict[str, list[Element]] = {}
    for child in element:
        children.setdefault(child.tag, []).append(child)
    node = Node(element, children, shape)
    fields = {}
    for part in shape.parts:
        content = part.read(node)
        if content is not None and content != ():
            fields[part.field] = content
    if children:
        unknown = next(iter(children.values()))[0]
        raise fault(unknown, f"{local_name(unknown)} is unknown within {local_name(element)}.")
    try:
        return shape.cls(**fields)
    except TypeError as error:
        raise fault(element, f"{local_name(element)} is incomplete: {error}.") from None


def write_value(value: Value, element: Element, shape: Shape, scope: Scope) -> None:
    """Write a value into an element that stands already."""
    id_ = getattr(value, "id", None)
    if shape.urn_class and id_ is not None:
        element.set("urn", scope.urn(shape.urn_class, id_))
    if shape.nests and id_ is not None:
        scope = replace(scope, path=(*scope.path, id_))
    place = Place(element, scope, shape)
    for part in shape.parts:
        part.write(getattr(value, part.field), place)


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def legal(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def add(parent: Element, tag: str, text: str | None = None) -> Element:
    """Append a child element."""
    child = etree.SubElement(parent, tag)
    if text is not None:
        child.text = legal(text)
    return child


def decode_boolean(text: str) -> bool:
    """Return an ``xs:boolean``."""
    return text.strip() in ("true", "1")


def encode_boolean(value: bool) -> str:
    """Return the text of an ``xs:boolean``."""
    return "true" if value else "false"


def attribute(
    name: str,
    field_name: str,
    decode: Callable[[str], Any] = str,
    encode: Callable[[Any], str] = str,
) -> Part:
    """An XML attribute, left out where the value is None."""

    def read(node: Node) -> Any:
        text = node.element.get(name)
        if text is None:
            return None
        try:
            return decode(text)
        except ValueError as error:
            raise fault(node.element, f"{name} cannot be {text!r}: {error}.") from None

    def write(content: Any, place: Place) -> None:
        if content is not None:
            place.element.set(name, legal(encode(content)))

    return Part(field_name, read, write)


def boolean(name: str, field_name: str) -> Part:
    """A boolean XML attribute, written wherever the value is not None."""
    return attribute(name, field_name, decode_boolean, encode_boolean)


def flag(name: str, field_name: str) -> Part:
    """A boolean XML attribute that is written only where it is true."""
    return attribute_if(boolean(name, field_name), bool)


def attribute_if(part: Part, condition: Callable[[Any], bool]) -> Part:
    """A part that is written only where its value meets a condition."""

    def write(content: Any, place: Place) -> None:
        if content is not None and condition(content):
            part.write(content, place)

    return replace(part, write=write)


def texts(tag: str, field_name: str) -> Part:
    """Text in several languages, one element each."""

    def read(node: Node) -> Texts | None:
        return {
            child.get(XML_LANG, DEFAULT_LANGUAGE): child.text or "" for child in node.take(tag)
        } or None

    def write(content: Texts, place: Place) -> None:
        for language, text in content.items():
            add(place.element, tag, text).set(XML_LANG, language)

    return Part(field_name, read, write)


def text(tag: str, field_name: str) -> Part:
    """One element that holds text."""

    def read(node: Node) -> str | None:
        return next((child.text or "" for child in node.take(tag)), None)

    def write(content: str | None, place: Place) -> None:
        if content is not None:
            add(place.element, tag, content)

    return Part(field_name, read, write)


def text_list(tag: str, field_name: str) -> Part:
    """Elements that hold text."""

    def read(node: Node) -> tuple[str, ...]:
        return tuple(child.text or "" for child in node.take(tag))

    def write(content: tuple[str, ...], place: Place) -> None:
        for entry in content:
            add(place.element, tag, entry)

    return Part(field_name, read, write)


def content(field_name: str) -> Part:
    """The text of the element itself."""

    def read(node: Node) -> str:
        return node.element.text or ""

    def write(value: str, place: Place) -> None:
        place.element.text = legal(value)

    return Part(field_name, read, write)


def one(tag: str, field_name: str, shape: Shape) -> Part:
    """One element of another shape."""

    def read(node: Node) -> Any:
        return next((read_value(child, shape) for child in node.take(tag)), None)

    def write(value: Value | None, place: Place) -> None:
        if value is not None:
            write_value(value, add(place.element, tag), shape, place.scope)

    return Part(field_name, read, write)


def many(tag: str, field_name: str, shape: Shape | None = None) -> Part:
    """Elements of another shape; without one, of the shape that the part belongs to."""

    def read(node: Node) -> tuple[Any, ...]:
        return tuple(read_value(child, shape or node.shape) for child in node.take(tag))

    def write(values: tuple[Value, ...], place: Place) -> None:
        for value in values:
            write_value(value, add(place.element, tag), shape or place.shape, place.scope)

    return Part(field_name, read, write)


def listed(container: str, tag: str, field_name: str, shape: Shape) -> Part:
    """Elements of another shape within a container that is left out where it is empty."""

    def read(node: Node) -> tuple[Any, ...]:
        return tuple(
            read_value(child, shape)
            for parent in node.take(container)
            for child in parent.iterchildren(tag)
        )

    def write(values: tuple[Value, ...], place: Place) -> None:
        if values:
            parent = add(place.element, container)
            for value in values:
                write_value(value, add(parent, tag), shape, place.scope)

    return Part(field_name, read, write)
