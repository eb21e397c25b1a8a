"""SDMX-ML 2.1 structure messages to read, and what two of them have in common.

``plain`` is written without the code under test: it says what a message means whichever
way references, defaults and identities are spelled.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from sdmx_server.dataset import Message

DATA = Path(__file__).parents[2] / "data" / "structures"
MESSAGES = sorted([*DATA.glob("21/*.xml"), *DATA.glob("21_more/*.xml")])

MESSAGE = Message(
    id="T1",
    prepared=datetime(2024, 1, 1, tzinfo=UTC),
    sender="SND",
    sender_names={"en": "Sender's name"},
)

DEFAULTS = {
    "isFinal": "false",
    "isExternalReference": "false",
    "isPartial": "false",
    "isExtension": "false",
    "isPresentational": "false",
    "leveled": "false",
    "cascadeValues": "false",
    "minOccurs": "1",
    "maxOccurs": "1",
}
DEFAULTS_BY_ELEMENT = {
    "ContentConstraint": {"type": "Actual"},
    "CubeRegion": {"include": "true"},
    "MetadataTargetRegion": {"include": "true"},
    "StartPeriod": {"isInclusive": "true"},
    "EndPeriod": {"isInclusive": "true"},
    "BeforePeriod": {"isInclusive": "true"},
    "AfterPeriod": {"isInclusive": "true"},
    "Attribute": {"include": "true"},
    "KeyValue": {"include": "true"},
    "DimensionList": {"id": "DimensionDescriptor"},
    "MeasureList": {"id": "MeasureDescriptor"},
    "PrimaryMeasure": {"id": "OBS_VALUE"},
    "DataSetTarget": {"id": "DATA_SET_TARGET"},
    "ReportPeriodTarget": {"id": "REPORT_PERIOD_TARGET"},
    "ConstraintContentTarget": {"id": "CONSTRAINT_CONTENT_TARGET"},
    "KeyDescriptorValuesTarget": {"id": "DIMENSION_DESCRIPTOR_VALUES_TARGET"},
    "ReportingYearStartDay": {"id": "REPORTING_YEAR_START_DAY"},
}
BOOLEANS = {"1": "true", "0": "false"}
_URN = re.compile(r"[^=]+=(?P<agency>[^:]+):(?P<id>[^(]+)\((?P<version>[^)]+)\)\.?(?P<item>.*)")


def plain(content: bytes) -> Any:
    """Return what the structures of a message say, as nested tuples."""
    root = etree.fromstring(content, etree.XMLParser(remove_comments=True))
    structures = next(child for child in root if etree.QName(child).localname == "Structures")
    return _plain(structures)


def _plain(element: etree._Element) -> Any:
    name = etree.QName(element).localname
    if name in ("Ref", "URN"):
        return _reference(element)
    attributes = DEFAULTS | DEFAULTS_BY_ELEMENT.get(name, {})
    attributes |= {key: BOOLEANS.get(text, text) for key, text in element.attrib.items()}
    attributes.pop("urn", None)
    if "agencyID" in attributes:
        attributes.setdefault("version", "1.0")
    children = [_plain(child) for child in element]
    if any(etree.QName(child).localname in ("Ref", "URN") for child in element):
        children = children[:1]
    if name == "DimensionList":
        children.sort(key=lambda child: dict(child[1]).get("position", ""))
    if name == "Dimension" and "id" not in attributes:
        attributes["id"] = element.findtext(".//URN", "").rpartition(".")[2]
    if name in ("Name", "Description"):
        attributes.setdefault("{http://www.w3.org/XML/1998/namespace}lang", "en")
    text = "" if children else element.text or ""
    return name, tuple(sorted(attributes.items())), text, tuple(children)


def _reference(element: etree._Element) -> tuple[str, ...]:
    match = _URN.fullmatch(element.text or "")
    if match is not None:
        return tuple(match.groups())
    get = element.get
    if get("maintainableParentID") is None:
        container = f"{get('containerID')}." if get("containerID") else ""
        return (get("agencyID", ""), container + get("id", ""), get("version", "1.0"), "")
    container = f"{get('containerID')}." if get("containerID") else ""
    version = get("maintainableParentVersion", "1.0")
    return (
        get("agencyID", ""),
        get("maintainableParentID", ""),
        version,
        container + get("id", ""),
    )
