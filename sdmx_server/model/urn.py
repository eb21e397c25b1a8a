"""URNs of artefacts and items.

Source: SDMX 3.1 Technical Notes, "Universal Resource Names"; SDMX registry specification,
section 6.2.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "urn:sdmx:org.sdmx.infomodel."
_URN = re.compile(
    r"urn:sdmx:org\.sdmx\.infomodel\.(?P<package>[a-z]+)\.(?P<urn_class>[A-Za-z]+)="
    r"(?P<agency_id>[^:()]+):(?P<id>[^:()]+)"
    r"\((?P<version>[^()]+)\)(?:\.(?P<item>.+))?"
)


@dataclass(frozen=True, slots=True)
class Urn:
    """The parts of a URN; ``item`` is None for a maintainable artefact."""

    package: str
    urn_class: str
    agency_id: str
    id: str
    version: str
    item: str | None = None

    @property
    def short(self) -> str:
        """The URN without its class, as SDMX-CSV writes it: ``AG:DF_X(1.0.0)``."""
        return f"{self.agency_id}:{self.id}({self.version})"


def parse_urn(text: str) -> Urn:
    """Split a URN.

    Raises:
        ValueError: if the text is no URN of an SDMX artefact.
    """
    match = _URN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no URN of an SDMX artefact.")
    return Urn(**match.groupdict())


def maintainable_urn(package: str, urn_class: str, agency_id: str, id_: str, version: str) -> str:
    """Return the URN of a maintainable artefact."""
    return f"{PREFIX}{package}.{urn_class}={agency_id}:{id_}({version})"


def item_urn(
    package: str, item_class: str, agency_id: str, id_: str, version: str, item_id: str
) -> str:
    """Return the URN of an item of a scheme."""
    return f"{maintainable_urn(package, item_class, agency_id, id_, version)}.{item_id}"
