"""Bytes as XML or JSON, without trusting them.

Source: W3C XML 1.0; RFC 8259 (JSON).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from lxml import etree

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure.xmlinput import parse


class Unreadable(Exception):
    """An answer is not the message that it should be."""


def syntax(body: bytes) -> str:
    """Return what content looks like: ``xml``, ``json`` or ``csv``."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return {b"<": "xml", b"{": "json"}.get(start, "csv")


def xml(body: bytes) -> etree._Element:
    """Return the root of an XML document.

    Raises:
        Unreadable: if it is not well formed, has a document type declaration, or is HTML.
    """
    if b"<html" in body[:1000].lower():
        raise Unreadable("the content is HTML, not SDMX")
    if not body.strip():
        raise Unreadable("the content is empty")
    try:
        return parse(body)
    except MessageSyntaxError as error:
        raise Unreadable(error.detail) from None


def json_document(body: bytes) -> dict[str, Any]:
    """Return a JSON object; its numbers stay text, as they are written.

    Raises:
        Unreadable: if it is no JSON object, has a name twice, or holds what JSON does not know,
            such as NaN.
    """
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            parse_float=str,
            parse_int=_integer,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the content is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Unreadable("the content is no JSON object")
    return document


def strict_json(body: bytes) -> Any:
    """Return what is in JSON, numbers as numbers, as JSON schemas see it.

    Raises:
        Unreadable: if it is no JSON, or an object has a name twice.
    """
    try:
        return json.loads(body.decode(), parse_constant=_refuse, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the content is not JSON: {error}") from None


def text(body: bytes) -> str:
    """Return content in UTF-8 as text.

    Raises:
        Unreadable: if it is not UTF-8.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"the content is not UTF-8: {error.reason}") from None


def name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element, empty where it has none."""
    return etree.QName(element).namespace or ""


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        twice = next(name for name, count in Counter(n for n, _ in members).items() if count > 1)
        raise ValueError(f"an object has the name {twice!r} twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 100:
        raise ValueError("a number has more than 100 digits")
    return int(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not allowed in JSON")
