"""Whether a message holds reference metadata, told by its content.

Source: SDMXMessage.xsd 2.1, 3.0 and 3.1; SDMX-JSON and SDMX-CSV 2.0 and 2.1, metadata message.
"""

from __future__ import annotations

import msgspec

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure.xmlinput import is_xml, root_tag

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FIRST_COLUMN = (b"MDSTRUCTURE", b'"MDSTRUCTURE')
_ROOTS = ("GenericMetadata", "MetadataStructureSpecificData", "StructureSpecificMetadata")


class _Data(msgspec.Struct):
    metadata_sets: msgspec.Raw | msgspec.UnsetType = msgspec.field(
        name="metadataSets", default=msgspec.UNSET
    )


class _Message(msgspec.Struct):
    data: _Data


def recognises(content: bytes) -> bool:
    """Whether a file holds reference metadata; of what is broken that is not said."""
    text = content.removeprefix(BYTE_ORDER_MARK).lstrip()
    if text.startswith(_FIRST_COLUMN):
        return True
    try:
        if is_xml(text):
            return root_tag(content).rpartition("}")[2] in _ROOTS
        message = msgspec.json.decode(text, type=_Message)
    except (MessageSyntaxError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return message.data.metadata_sets is not msgspec.UNSET
