"""Error messages in SDMX-ML and SDMX-JSON.

Source: SDMXMessage.xsd of SDMX 2.1, 3.0 and 3.1, ``ErrorType``; sdmx-json 1.0.0, "error";
2.0.0, "statusMessage"; 2.1.0, "statusInformation".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC

import msgspec
from lxml import etree

from sdmx_server.dataset import Message

_NAMESPACE = "http://www.sdmx.org/resources/sdmxml/schemas/{}/{}"
_ML_VERSIONS = {
    "2.1": "v2_1",
    "3.0": "v3_0",
    "3.0.0": "v3_0",
    "3.1": "v3_1",
    "3.1.0": "v3_1",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xml(code: int, texts: Mapping[str, str], version: str) -> bytes:
    """Return an SDMX-ML error message.

    Args:
        code: the SDMX error number.
        texts: what is wrong, by language; at least one.
        version: of SDMX-ML: ``2.1``, ``3.0.0`` or ``3.1.0``.
    """
    kind = _ML_VERSIONS[version]
    namespaces = {name: _NAMESPACE.format(kind, name) for name in ("message", "common")}
    root = etree.Element(etree.QName(namespaces["message"], "Error"), nsmap=namespaces)
    message = etree.SubElement(
        root, etree.QName(namespaces["message"], "ErrorMessage"), code=str(code)
    )
    for language, words in texts.items():
        text = etree.SubElement(message, etree.QName(namespaces["common"], "Text"))
        text.set(_LANGUAGE, language)
        text.text = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", words)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def write_json(code: int, status: int, title: str, version: str, message: Message) -> bytes:
    """Return an SDMX-JSON error message, the same for data and for structures.

    Args:
        code: the SDMX error number, which 1.0 and 2.0 give.
        status: the HTTP status, which 2.1 gives.
        title: what is wrong.
        version: of SDMX-JSON: ``1.0.0``, ``2.0.0`` or ``2.1.0``.
        message: the envelope.
    """
    prepared = message.prepared.astimezone(UTC).replace(tzinfo=None)
    meta = {
        "id": message.id,
        "prepared": f"{prepared.isoformat(timespec='seconds')}Z",
        "sender": {"id": message.sender},
    }
    error = {"code": status if version.startswith("2.1") else code, "title": title}
    return msgspec.json.encode({"meta": meta, "errors": [error]})
