"""XML as plain tuples, read strictly from bytes.

Order of elements counts; order of attributes, prefixes and white space between elements do
not, for XML says nothing by them. The id of a message is any, and so is that of a structure
in the header, as long as the datasets refer to it.

Source: Extensible Markup Language (XML) 1.0; Namespaces in XML 1.0.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n<'
_WITH_TEXT = (
    "Value", "Text", "ID", "Test", "Prepared", "StructureUsage", "Structure",
    "ProvisionAgreement", "AnnotationTitle", "AnnotationType", "AnnotationText",
)  # fmt: skip
_REFERENCES = ("structureID", "structureRef")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class Node(NamedTuple):
    """An element: its name, its attributes sorted by name, its text, what is in it."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple[Node, ...]


def node(name: str, *children: Node | None, text: str = "", **attributes: str | None) -> Node:
    """Return an element; children and attributes that are None are not there."""
    told = {id_: value for id_, value in attributes.items() if value is not None}
    return Node(name, tuple(sorted(told.items())), text, tuple(c for c in children if c))


def read(data: bytes) -> Node:
    """Return the root of a message."""
    assert data.startswith(_DECLARATION)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return _node(etree.fromstring(data, parser))


def _node(element: etree._Element) -> Node:
    local = etree.QName(element).localname
    assert not (element.tail or "").strip()
    text = element.text or ""
    if local not in _WITH_TEXT or len(element):
        assert not text.strip(), f"{local} holds the text {text!r}"
        text = ""
    attributes = {
        name: _qualified(element, value) if name == TYPE else value
        for name, value in element.attrib.items()
    }
    return Node(
        str(element.tag), tuple(sorted(attributes.items())), text, tuple(map(_node, element))
    )


def _qualified(element: etree._Element, value: str) -> str:
    prefix, _, local = value.partition(":")
    return f"{{{element.nsmap[prefix]}}}{local}"


def unnamed(message: Node) -> Node:
    """Return a message whose id, and ids of structures, are the same as in any other."""
    header, *rest = message.children
    ids: dict[str, str] = {}
    parts = []
    for part in header.children:
        if part.name.endswith("}ID"):
            assert _ID.fullmatch(part.text)
            part = part._replace(text="ID")
        named = dict(part.attributes)
        if "structureID" in named:
            assert _ID.fullmatch(named["structureID"])
            ids[named["structureID"]] = f"S{len(ids)}"
        parts.append(_renamed(part, ids))
    datasets = [_renamed(dataset, ids) for dataset in rest]
    return message._replace(children=(header._replace(children=tuple(parts)), *datasets))


def _renamed(element: Node, ids: dict[str, str]) -> Node:
    attributes = tuple(
        (name, ids[value] if name.rpartition("}")[2] in _REFERENCES else value)
        for name, value in element.attributes
    )
    return element._replace(attributes=attributes)


def difference(found: Node, expected: Node, path: str = "") -> str:
    """Return where two elements differ first; nothing where they do not."""
    here = f"{path}/{expected.name.rpartition('}')[2]}"
    if found[:3] != expected[:3]:
        return f"{here}: came {found[:3]}, not {expected[:3]}"
    for place, pair in enumerate(zip(found.children, expected.children, strict=False)):
        told = difference(*pair, f"{here}[{place}]")
        if told:
            return told
    if len(found.children) != len(expected.children):
        return f"{here}: {len(found.children)} came in it, not {len(expected.children)}"
    return ""
