"""The ``Value`` elements of components that hold several values, languages or XHTML.

Source: SDMX 3.1 SDMXDataStructureSpecific.xsd, "CompType"; SDMXCommon.xsd, "ValueType".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from lxml import etree

from sdmx_server.dataset import Component
from sdmx_server.formats.data.writers.fragments import escape

XHTML = "http://www.w3.org/1999/xhtml"


def is_complex(component: Component) -> bool:
    """Whether no XML attribute can hold the values, so that they stand in ``Comp``."""
    return component.is_json or component.is_nested or component.data_type == "XHTML"


def writer(component: Component) -> Callable[[str], str]:
    """Return what turns a value of a complex component into ``Value`` elements."""
    write_text = structured_text if component.data_type == "XHTML" else text
    write_plain = _structured_value if component.data_type == "XHTML" else escape

    def write_value(value: Any) -> str:
        if isinstance(value, dict):
            texts = "".join(write_text(language, text) for language, text in value.items())
            return f"<Value>{texts}</Value>"
        return f"<Value>{write_plain(_plain(value))}</Value>"

    def write(value: str) -> str:
        if not component.is_json:
            return write_value(value)
        decoded = msgspec.json.decode(value)
        values = decoded if isinstance(decoded, list) else [decoded]
        return "".join(map(write_value, values))

    return write


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def text(language: str, words: str) -> str:
    """Return text in a language."""
    return f'<common:Text xml:lang="{escape(language)}">{escape(words)}</common:Text>'


def structured_text(language: str, markup: str) -> str:
    """Return markup in a language."""
    return (
        f'<common:StructuredText xmlns="{XHTML}" xml:lang="{escape(language)}">{_xhtml(markup)}'
        "</common:StructuredText>"
    )


def _structured_value(markup: str) -> str:
    inside = _xhtml(markup)
    return f'<common:StructuredText xmlns="{XHTML}">{inside}</common:StructuredText>'


def _xhtml(text: str) -> str:
    """Return markup that is well-formed as it is, and any other text escaped."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        parsed = etree.fromstring(f'<div xmlns="{XHTML}">{text}</div>', parser)
    except (etree.XMLSyntaxError, ValueError):
        return escape(text)
    return text if len(parsed) else escape(text)
