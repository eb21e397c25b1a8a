"""The formats in which data are taken in, and how to tell them apart by their content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from sdmx_server.formats.data.readers import csv, faults, json, ml3, ml21
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.xml import root_name
from sdmx_server.model.delivery import Delivery
from sdmx_server.model.fault_kinds import UTF16, UTF16_MARKS

Read = Callable[[bytes, str], list[Delivery]]

FORMATS: Mapping[str, Read] = {
    "csv": csv.read,
    "json": json.read,
    "ml21": ml21.read,
    "ml3": ml3.read,
}
"""Readers by the name of the format; one reader takes all versions of its format."""

_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas"
_NAMESPACES = {
    f"{_SCHEMAS}/v2_1/message": "ml21",
    f"{_SCHEMAS}/v3_0/message": "ml3",
    f"{_SCHEMAS}/v3_1/message": "ml3",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LOOKED_AT = 1_000  # bytes
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def read(content: bytes, file: str, format: str | None = None) -> list[Delivery]:
    """Read a data message, one delivery a data set, in the order of the message.

    Args:
        content: the message.
        file: its name, which faults tell.
        format: the name of its format, where the sender declared one; a message in another
            format is then refused.

    Raises:
        DeliveryFaults: if the message cannot be read, with every reason.
    """
    found = FaultList(file)
    recognised = recognise(content, found)
    if format is not None and format != recognised:
        found.stop(faults.WRONG_FORMAT, 1, recognised, declared=format)
    return FORMATS[recognised](content, file)


def recognise(content: bytes, found: FaultList) -> str:
    """Return the name of the format of a message.

    Raises:
        DeliveryFaults: if it is none that is read here.
    """
    start = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not start:
        found.stop(faults.EMPTY_FILE, 1)
    if start[:1] in (b"{", b"["):
        return "json"
    if start.startswith(UTF16_MARKS) and not _is_utf16_xml(start):
        found.stop(UTF16, 1)
    if start[:1] == b"<" or start.startswith(UTF16_MARKS):
        namespace, name = root_name(content, found)
        if namespace not in _NAMESPACES:
            shown = f"{{{namespace}}}{name}"
            found.stop(faults.NOT_DATA, 1, shown, allowed=", ".join(_NAMESPACES))
        return _NAMESPACES[namespace]
    if not csv.is_csv(start):
        _refuse(start, found)
    return "csv"


def _is_utf16_xml(start: bytes) -> bool:
    return start[:_LOOKED_AT].decode("utf-16", "replace").lstrip().startswith("<")


def _refuse(start: bytes, found: FaultList) -> NoReturn:
    """Say what is wrong with a text that is neither XML nor JSON nor SDMX-CSV."""
    line = start.splitlines()[0]
    cell, *others = re.split(rb"[,;\t|]", line, maxsplit=1)
    if others and not _BINARY.search(line):
        found.stop(faults.FIRST_COLUMN, 1, cell.decode("utf-8", "replace"))
    found.stop(faults.UNKNOWN_FORMAT, 1)
