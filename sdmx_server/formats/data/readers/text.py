"""Text out of bytes, with every byte that is not UTF-8 named."""

from __future__ import annotations

import re

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model import fault_kinds

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_STRAY_BYTE = re.compile("[\udc80-\udcff]")


def decode(content: bytes, found: FaultList) -> str:
    """Return the text without a byte order mark; nothing else is changed.

    Raises:
        DeliveryFaults: if the file is empty, or not UTF-8: every byte with its line.
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        found.stop(faults.EMPTY_FILE, 1)
    text = content.decode("utf-8", "surrogateescape")
    line, position, before = 1, 1, 0
    for stray in _STRAY_BYTE.finditer(text):
        passed = text[before : stray.start()]
        line += passed.count("\n")
        position += len(passed.encode("utf-8", "surrogateescape"))
        byte = f"0x{ord(stray.group()) & 0xFF:02X}"
        found.add(fault_kinds.NOT_UTF8, line, byte, position=position)
        before = stray.start()
    found.raise_if_any()
    return text.removeprefix(_BOM)
