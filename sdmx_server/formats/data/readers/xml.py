"""XML as a stream of elements: no DTD, no entities, no network, every error with its line."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from lxml import etree

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model import fault_kinds

_POSITION = re.compile(r"(?:, line \d+, column \d+)?(?: \(.*\))?$")


def events(content: bytes, found: FaultList) -> Iterator[tuple[str, etree._Element]]:
    """Yield ``start`` and ``end`` events of the elements of a document.

    Raises:
        DeliveryFaults: if the document is not well formed, or has a DOCTYPE.
    """
    if not content.strip():
        found.stop(faults.EMPTY_FILE, 1)
    stream = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    is_root = True
    try:
        for event, element in stream:
            if is_root and element.getroottree().docinfo.internalDTD is not None:
                found.stop(fault_kinds.DOCTYPE, 1)
            is_root = False
            yield event, element
    except etree.XMLSyntaxError as error:
        reason = _POSITION.sub("", error.msg or "")
        found.stop(faults.MALFORMED_XML, error.lineno, reason=reason)


def root_name(content: bytes, found: FaultList) -> tuple[str, str]:
    """Return the namespace and the local name of the root element.

    Raises:
        DeliveryFaults: as ``events``.
    """
    _, root = next(events(content, found))
    namespace, _, name = str(root.tag).rpartition("}")
    return namespace.removeprefix("{"), name


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line_of(element: etree._Element) -> int:
    """Return the line in which the start tag of an element ends."""
    line = element.sourceline
    return line if isinstance(line, int) else 0


def forget(element: etree._Element) -> None:
    """Drop an element that was read, and what stands before it, from memory."""
    parent = element.getparent()
    element.clear()
    if parent is not None:
        parent.remove(element)
