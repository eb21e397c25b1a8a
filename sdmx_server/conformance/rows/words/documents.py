"""Words that look into a message by a path.

``json = { "data.dataSets[*].action" = ["Replace"] }`` follows names, and ``[*]`` through all
members of an array or an object; ``xml = { "//Group/@UNIT" = ["CHF"] }`` is an XPath in which
names without prefix stand for any namespace. Both compare all that is found, in its order, with a
list; with a number they count it.

Source: RFC 8259 (JSON); W3C XPath 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sdmx_server.conformance.decoding.content import name, strict_json, xml
from sdmx_server.conformance.request import Answer
from sdmx_server.conformance.rows.words.word import (
    Ask,
    Together,
    Word,
    require_equal,
    require_found,
)

_PART = re.compile(r"\[\*\]|\[(\d+)\]|([^.\[\]]+)")
_NAME = re.compile(r"(?<![\w@:$'\"-])([A-Za-z][\w.-]*)(?![\w:('\"-])(?=$|[/\[\]|=! )])")
_AXES = frozenset({"and", "or", "not", "text", "node", "count", "name", "local-name"})


def json_paths(value: Mapping[str, Any], answer: Answer, _: Ask) -> None:
    """What stands at paths of a JSON message is this."""
    document = strict_json(answer.body)
    for path, expected in value.items():
        _compare(list(at(document, path)), expected, path)


def xml_paths(value: Mapping[str, Any], answer: Answer, _: Ask) -> None:
    """What stands at paths of an XML message is this: text of elements and attributes."""
    root = xml(answer.body)
    for path, expected in value.items():
        _compare(at_path(root, path), expected, path)


def root(value: str, answer: Answer, _: Ask) -> None:
    """The root of the XML has this name: ``root = "GenericTimeSeriesData"``."""
    require_found(answer)
    require_equal(name(xml(answer.body)), value, "the root")


def at(document: Any, path: str) -> Iterator[Any]:
    """Yield what stands at a path of a JSON document."""
    found = [document]
    for part in _PART.finditer(path):
        index, key = part.groups()
        found = [member for each in found for member in _members(each, index, key)]
    yield from found


def at_path(root: etree._Element, path: str) -> list[Any]:
    """Return what stands at an XPath, as text where it is an element or an attribute."""
    found = root.xpath(anywhere(path))
    return [_text(each) for each in (found if isinstance(found, list) else [found])]


def anywhere(path: str) -> str:
    """Return an XPath whose element names stand for any namespace."""

    def widened(found: re.Match[str]) -> str:
        local = found.group(1)
        return local if local in _AXES else f"*[local-name()='{local}']"

    return _NAME.sub(widened, path)


def _members(value: Any, index: str | None, key: str | None) -> list[Any]:
    if key is not None:
        return [value[key]] if isinstance(value, dict) and key in value else []
    if isinstance(value, dict):
        return list(value.values())
    if not isinstance(value, list):
        return []
    return value if index is None else value[int(index) : int(index) + 1]


def _text(found: Any) -> Any:
    if isinstance(found, etree._Element):
        return "".join(str(part) for part in found.itertext())
    return str(found) if isinstance(found, str) else found


def _compare(found: list[Any], expected: Any, path: str) -> None:
    if isinstance(expected, int) and not isinstance(expected, bool):
        require_equal(len(found), expected, f"the count of {path}")
    else:
        require_equal(found, expected, f"what stands at {path}")


WORDS: Mapping[str, Word] = {"json": json_paths, "xml": xml_paths, "root": root}
TOGETHER: Mapping[str, Together] = {}
