"""Messages of reference metadata that somebody sent in, told apart by their format.

Source: SDMXMessage.xsd 3.0 and 3.1; SDMX-JSON and SDMX-CSV 2.0 and 2.1, metadata message.
"""

from __future__ import annotations

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.metadata import csv_reader, json, ml3
from sdmx_server.formats.metadata.recognition import BYTE_ORDER_MARK
from sdmx_server.formats.structure.ml21_names import MES as MES21
from sdmx_server.formats.structure.xmlinput import is_xml, root_tag
from sdmx_server.model.metadataset import MetadataSet


def read(content: bytes) -> tuple[MetadataSet, ...]:
    """Read the metadata sets of a message that is recognised.

    Raises:
        MessageSyntaxError: if part of it cannot be understood, or it is one of SDMX-ML 2.1.
    """
    text = content.removeprefix(BYTE_ORDER_MARK).lstrip()
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
