"""What an SDMX-ML 3.x structure message says, whatever way it is spelled."""

from __future__ import annotations

from typing import Any

from lxml import etree

DEFAULTS = {
    ("include", "true"),
    ("isInclusive", "true"),
    ("usage", "optional"),
    ("isPartial", "false"),
    ("isExternalReference", "false"),
    ("cascadeValues", "false"),
    ("isPresentational", "false"),
    ("minOccurs", "1"),
    ("maxOccurs", "1"),
    ("version", "1.0"),
    ("id", "DimensionDescriptor"),
    ("id", "AttributeDescriptor"),
    ("id", "MeasureDescriptor"),
    ("id", "MetadataAttributeDescriptor"),
    ("{http://www.w3.org/XML/1998/namespace}lang", "en"),
}
"""Attributes that say what the schema says anyway."""

UNORDERED = {"Structures", "InclusiveCodeSelection", "ExclusiveCodeSelection"}
"""Elements whose children may stand in any order."""


def meaning(content: bytes) -> Any:
    """Return the structures of a message as nested tuples that can be compared."""
    root = etree.fromstring(content)
    structures = root.find("{*}Structures")
    assert structures is not None
    return _meaning(structures)


def _meaning(element: etree._Element) -> Any:
    name = etree.QName(element)
    children = [_meaning(child) for child in element]
    if name.localname in UNORDERED:
        children.sort(key=repr)
    attributes = {
        (key, value)
        for key, value in element.items()
        if (key, value) not in DEFAULTS and (key != "urn" or name.localname == "Link")
    }
    text = None if children else element.text or ""
    return element.tag, tuple(sorted(attributes)), text, tuple(children)
