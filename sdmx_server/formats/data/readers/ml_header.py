"""The header of an SDMX-ML data message, in any version.

References are ``Ref`` or ``URN`` elements in 2.1, and text in 3.x.

Source: SDMXMessage.xsd and SDMXCommon.xsd 2.1, 3.0 and 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.xml import line_of, local_name
from sdmx_server.model.urn import parse_urn

_CONTEXTS = {
    "Structure": "datastructure",
    "StructureUsage": "dataflow",
    "ProvisionAgrement": "provisionagreement",  # so spelt in the schema of 2.1
    "ProvisionAgreement": "provisionagreement",
}
ACTIONS = ("Append", "Merge", "Replace", "Delete", "Information")
DEFAULT_ACTION = "Merge"
TIME = "TIME_PERIOD"


@dataclass(frozen=True, slots=True)
class StructureReference:
    """A structure that data sets of the message follow."""

    structure: str
    context: str
    dimension_at_observation: str = TIME


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says of the data sets."""

    structures: Mapping[str, StructureReference] = field(default_factory=dict)
    action: str = DEFAULT_ACTION
    provider: str | None = None


def read_header(element: etree._Element, found: FaultList) -> Header:
    """Read a header; structures are by ``structureID``."""
    structures: dict[str, StructureReference] = {}
    action, provider = DEFAULT_ACTION, None
    for child in element:
        name = local_name(child)
        if name == "Structure":
            reference = _read_structure(child, found)
            if reference is not None:
                structures[child.get("structureID", "")] = reference
        elif name == "DataSetAction":
            action = read_action((child.text or "").strip(), line_of(child), found)
        elif name == "DataProvider":
            provider = read_provider(child)
    return Header(structures, action, provider)


def read_action(text: str | None, row: int, found: FaultList) -> str:
    """Return an action as the model names it; the default where none is given."""
    if not text:
        return DEFAULT_ACTION
    if text not in ACTIONS:
        found.add(faults.UNKNOWN_ACTION, row, text, "action", allowed=", ".join(ACTIONS))
    return text


def read_provider(element: etree._Element) -> str | None:
    """Return a data provider as ``AGENCY.PROVIDER``."""
    for child in element:
        if local_name(child) == "Ref":
            return f"{child.get('agencyID')}.{child.get('id')}"
    try:
        urn = parse_urn(_text(element))
    except ValueError:
        return None
    return f"{urn.agency_id}.{urn.item}"


def _read_structure(element: etree._Element, found: FaultList) -> StructureReference | None:
    for child in element:
        context = _CONTEXTS.get(local_name(child))
        if context is None:
            continue
        reference = _reference(child)
        if reference is None:
            found.add(faults.MALFORMED_STRUCTURE, line_of(child), _text(child))
            return None
        return StructureReference(reference, context, element.get("dimensionAtObservation", TIME))
    found.add(faults.MALFORMED_STRUCTURE, line_of(element), "")
    return None


def _reference(element: etree._Element) -> str | None:
    for child in element:
        if local_name(child) == "Ref":
            agency, id_ = child.get("agencyID"), child.get("id")
            return f"{agency}:{id_}({child.get('version', '1.0')})" if agency and id_ else None
    text = _text(element)
    try:
        parse_urn(text)
    except ValueError:
        return None
    return text


def _text(element: etree._Element) -> str:
    """Return the text of an element, or of the ``URN`` in it."""
    return "".join(map(str, element.itertext(with_tail=False))).strip()
