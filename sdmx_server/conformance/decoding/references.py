"""Which artefacts a message names, and how SDMX-REST calls their types.

Source: SDMX 3.1, section 5, Registry, chapter 6 (URN); SDMX-REST 1.5, section 4.3.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_URN = re.compile(
    r"urn:sdmx:org\.sdmx\.infomodel\.\w+\.(\w+)=([\w.-]+):([\w@$-]+)(?:\(([^)]+)\))?(?:\.(.+))?"
)
_SCHEMES = {
    "code": "codelist",
    "concept": "conceptscheme",
    "category": "categoryscheme",
    "agency": "agencyscheme",
    "dataprovider": "dataproviderscheme",
    "dataconsumer": "dataconsumerscheme",
    "metadataprovider": "metadataproviderscheme",
    "organisationunit": "organisationunitscheme",
    "dataflowdefinition": "dataflow",
    "datastructuredefinition": "datastructure",
    "geographiccodelist": "codelist",
    "geogridcodelist": "codelist",
}


class Reference(NamedTuple):
    """One artefact: its type as SDMX-REST calls it, agency, id and version."""

    kind: str
    agency: str
    id: str
    version: str

    def __str__(self) -> str:
        return f"{self.kind} {self.agency}:{self.id}({self.version})"


def kind_of(model_class: str) -> str:
    """Return the REST name of an artefact, or of the scheme of an item, by its class."""
    lowered = model_class.lower()
    return _SCHEMES.get(lowered, lowered)


def parse_urn(urn: str) -> Reference | None:
    """Return what a URN refers to, its scheme where it is an item; None where it is no URN."""
    found = _URN.fullmatch(urn.strip())
    if found is None:
        return None
    model_class, agency, identity, version, _ = found.groups()
    return Reference(kind_of(model_class), agency, identity, version or "1.0")
