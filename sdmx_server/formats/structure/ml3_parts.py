"""Parts that SDMX-ML 3.x needs beyond the plain ones, and its namespaces.

Parts are written in the namespaces of 3.1; messages of 3.0 are moved into and out of them.

Source: SDMX 3.1, SDMXCommon.xsd, SDMXStructureBase.xsd.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sdmx_server.formats.structure.parts import (
    DEFAULT_LANGUAGE,
    XML_LANG,
    Node,
    Part,
    Place,
    add,
    attribute,
    read_value,
    text,
    text_list,
    texts,
    write_value,
)
from sdmx_server.model.artefact import Texts, Value

ROOT = "http://www.sdmx.org/resources/sdmxml/schemas/v3_1/"
NAMESPACES = {
    "mes": f"{ROOT}message",
    "str": f"{ROOT}structure",
    "com": f"{ROOT}common",
}
MES = f"{{{NAMESPACES['mes']}}}"
STR = f"{{{NAMESPACES['str']}}}"
COM = f"{{{NAMESPACES['com']}}}"


def token(tag: str, field: str, namespace: str = STR) -> Part:
    """One element that holds an id, URN or URL: space around it means nothing."""
    part = text(namespace + tag, field)

    def read(node: Node) -> str | None:
        content: str | None = part.read(node)
        return None if content is None else content.strip()

    return replace(part, read=read)


def token_list(tag: str, field: str) -> Part:
    """Elements that hold ids or URNs."""
    part = text_list(STR + tag, field)

    def read(node: Node) -> tuple[str, ...]:
        return tuple(entry.strip() for entry in part.read(node))

    return replace(part, read=read)


def tokens_within(container: str, tag: str, field: str) -> Part:
    """Elements that hold ids within a container that is left out where it is empty."""

    def read(node: Node) -> tuple[str, ...]:
        return tuple(
            (child.text or "").strip()
            for parent in node.take(STR + container)
            for child in parent.iterchildren(STR + tag)
        )

    def write(content: tuple[str, ...], place: Place) -> None:
        if content:
            parent = add(place.element, STR + container)
            for entry in content:
                add(parent, STR + tag, entry)

    return Part(field, read, write)


def tokens_each_within(container: str, tag: str, field: str) -> Part:
    """Elements that hold ids, each within a container of its own."""
    inner = tokens_within(container, tag, field)

    def write(content: tuple[str, ...], place: Place) -> None:
        for entry in content:
            inner.write((entry,), place)

    return replace(inner, write=write)


def names() -> Part:
    """Names, which the schema demands: without any, the id is the name."""
    part = texts(f"{COM}Name", "names")

    def write(content: Texts, place: Place) -> None:
        part.write(content or {DEFAULT_LANGUAGE: place.element.get("id") or ""}, place)

    return replace(part, write=write)


def one_nested(tag: str, field: str) -> Part:
    """One element of the shape that the part belongs to."""

    def read(node: Node) -> Any:
        return next((read_value(child, node.shape) for child in node.take(tag)), None)

    def write(value: Value | None, place: Place) -> None:
        if value is not None:
            write_value(value, add(place.element, tag), place.shape, place.scope)

    return Part(field, read, write)


def component_id() -> Part:
    """The id of a component; where it is left out, that of its concept."""
    part = attribute("id", "id")

    def read(node: Node) -> str | None:
        given: str | None = part.read(node)
        concept = node.element.findtext(f"{STR}ConceptIdentity")
        return given if given or not concept else concept.strip().rpartition(".")[2]

    return replace(part, read=read)


def link_url() -> Part:
    """The address of a link: the schema demands one, so a URN alone is repeated."""

    def read(node: Node) -> str | None:
        url = node.element.get("url")
        return None if url == node.element.get("urn") else url

    def write(href: str | None, place: Place) -> None:
        if href is not None:
            place.element.set("url", href)

    return Part("href", read, write)


def link_urn() -> Part:
    """The URN of a link; stands after ``link_url``."""
    part = attribute("urn", "urn")

    def write(urn: str | None, place: Place) -> None:
        part.write(urn, place)
        if place.element.get("url") is None:
            place.element.set("url", urn or "")

    return replace(part, write=write)


def required(part: Part, default: str) -> Part:
    """A part that the schema demands; where the value is absent a default is written."""

    def write(content: Any, place: Place) -> None:
        part.write(default if content is None else content, place)

    return replace(part, write=write)


def with_urn(part: Part, urn_class: str) -> Part:
    """A part whose presence decides the class of the URN of what it belongs to."""

    def write(content: Any, place: Place) -> None:
        if content is not None:
            place.element.set("urn", place.scope.urn(urn_class, place.element.get("id") or ""))
            part.write(content, place)

    return replace(part, write=write)


def constant(name: str, value: str) -> Part:
    """An XML attribute that always holds the same; it tells nothing that is not known."""

    def read(node: Node) -> None:
        return None

    def write(content: Any, place: Place) -> None:
        place.element.set(name, value)

    return Part("id", read, write)


def flat(
    tags: tuple[str, ...],
    field: str,
    parse: Callable[[list[tuple[str, str, dict[str, str]]]], Any],
    spell: Callable[[Any], list[tuple[str, str, dict[str, str]]]],
) -> Part:
    """Simple elements whose order tells something.

    ``parse`` gets, and ``spell`` returns, local name, text and XML attributes of each.
    """
    known = tuple(STR + tag for tag in tags)

    def read(node: Node) -> Any:
        found = [
            (child.tag[len(STR) :], child.text or "", dict(child.attrib))
            for child in node.element.iterchildren(*known)
        ]
        for tag in known:
            node.take(tag)
        return parse(found) if found else None

    def write(content: Any, place: Place) -> None:
        for name, entry, attributes in spell(content):
            child = add(place.element, STR + name, entry)
            for key, value in attributes.items():
                child.set(key, value)

    return Part(field, read, write)


def language() -> Part:
    """The language of a text; absent means none here, unlike in names."""
    return attribute(XML_LANG, "lang")
