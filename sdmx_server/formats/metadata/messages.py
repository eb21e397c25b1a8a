"""Messages of reference metadata that somebody sent in, told apart by their content.

Source: SDMXMessage.xsd 3.0 and 3.1; SDMX-JSON and SDMX-CSV 2.0 and 2.1, metadata message.
"""

from __future__ import annotations

import msgspec

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.metadata import csv_reader, json, ml3
from sdmx_server.formats.structure.messages import is_xml
from sdmx_server.formats.structure.ml21_names import MES as MES21
from sdmx_server.formats.structure.xmlinput import root_tag
from sdmx_server.model.metadataset import MetadataSet

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
    text = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(_FIRST_COLUMN):
        return True
    try:
        if is_xml(text):
            return root_tag(content).rpartition("}")[2] in _ROOTS
        message = msgspec.json.decode(text, type=_Message)
    except (MessageSyntaxError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return message.data.metadata_sets is not msgspec.UNSET


def read(content: bytes) -> tuple[MetadataSet, ...]:
    """Read the metadata sets of a message that is recognised.

    Raises:
        MessageSyntaxError: if part of it cannot be understood, or it is one of SDMX-ML 2.1.
    """
    text = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(b"{"):
        return json.read(text)
    if not is_xml(text):
        return csv_reader.read(content)
    if root_tag(content).startswith(MES21):
        raise MessageSyntaxError(
            "The message is SDMX-ML 2.1, in which reference metadata are not read; SDMX-ML 3.0 "
            "and 3.1, and SDMX-JSON and SDMX-CSV 2.0 and 2.1 are."
        )
    return ml3.read(content)
