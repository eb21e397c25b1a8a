"""The elements that XML Schemas are made of.

Source: XML Schema Part 1, sections 3.4 (complex types) and 4.2 (schema documents).
"""

from __future__ import annotations

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"


def add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    """Append an element of XML Schema and return it."""
    return etree.SubElement(parent, f"{{{XS}}}{tag}", attributes)


def complex_type(
    root: etree._Element, name: str, base: str, **attributes: str
) -> tuple[etree._Element, etree._Element]:
    """Append a type that restricts an annotable one.

    Returns its restriction, where attributes go, and its sequence, where elements go.
    """
    declared = add(root, "complexType", name=name, **attributes)
    restriction = add(add(declared, "complexContent"), "restriction", base=base)
    sequence = add(restriction, "sequence")
    add(sequence, "element", ref="common:Annotations", minOccurs="0")
    return restriction, sequence
