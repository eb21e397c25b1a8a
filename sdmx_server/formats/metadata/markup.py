"""Structured text: XHTML between the text that the model holds and XML elements.

The model holds markup without the namespace of XHTML and without an element around it.

Source: SDMX 3.1 SDMXCommon.xsd, "XHTMLType"; XHTML 1.0, section 3.1.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree

from sdmx_server.formats.structure.parts import XML_LANG, Element, add, legal

XHTML = "http://www.w3.org/1999/xhtml"

_OPENING = f'<div xmlns="{XHTML}">'
_CLOSING = "</div>"


def write_markup(parent: Element, tag: str, language: str, text: str) -> None:
    """Append an element with markup; text that is not well-formed stands there as text."""
    name = etree.QName(tag)
    opening = f'<to:{name.localname} xmlns:to="{name.namespace}" xmlns="{XHTML}">'
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        element = etree.fromstring(f"{opening}{legal(text)}</to:{name.localname}>", parser)
        parent.append(element)
    except etree.XMLSyntaxError:
        element = add(parent, tag, text)
    element.set(XML_LANG, language)


def read_markup(element: Element) -> str:
    """Return the content of an element as markup."""
    plain = etree.fromstring(f"{_OPENING}{_CLOSING}")
    for child in element:
        _copy(child, plain)
    content = etree.tostring(plain, encoding="unicode")
    inner = content.removeprefix(_OPENING).removesuffix(_CLOSING) if len(plain) else ""
    return (escape(element.text or "") if len(plain) else element.text or "") + inner


def _copy(element: Element, parent: Element) -> None:
    """Append a copy of an element that takes its namespace from where it stands now."""
    copied = add(parent, element.tag)
    for name, value in element.items():
        copied.set(name, value)
    copied.text, copied.tail = element.text, element.tail
    for child in element:
        _copy(child, copied)
