"""Structure messages in SDMX-ML.

Source: SDMX-ML 2.1, 3.0 and 3.1, SDMXStructure.xsd.
"""

from __future__ import annotations

from lxml import etree

from sdmx_server.conformance.decoding.content import Unreadable, name, namespace, xml
from sdmx_server.conformance.decoding.references import Reference, kind_of, parse_urn
from sdmx_server.conformance.decoding.structure import (
    Artefact,
    Attribute,
    Region,
    Shape,
    StructureMessage,
)

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ITEMS = frozenset({
    "Code", "GeoFeatureSetCode", "GeoGridCode", "Concept", "Category", "ReportingCategory",
    "Agency", "DataProvider", "DataConsumer", "MetadataProvider", "OrganisationUnit", "ValueItem",
})  # fmt: skip
_ABOUT = frozenset({"Annotations", "Link", "Name", "Description"})
_CONSTRAINTS = frozenset({
    "contentconstraint", "dataconstraint", "availabilityconstraint"
})  # fmt: skip
_LEVELS = {
    "None": "dataflow",
    "Dataflow": "dataflow",
    "Group": "group",
    "Dimension": "series",
    "AttachmentGroup": "group",
    "PrimaryMeasure": "observation",
    "Observation": "observation",
}


def decode_xml(body: bytes) -> StructureMessage:
    """Return what a structure message in SDMX-ML holds.

    Raises:
        Unreadable: if it is no such message.
    """
    root = xml(body)
    if name(root) != "Structure" or "sdmx.org" not in namespace(root):
        raise Unreadable(f"the root is {name(root)}, not Structure of SDMX-ML")
    containers = [e for e in root if name(e) == "Structures"]
    found = [a for container in containers for a in _artefacts(container)]
    return StructureMessage(tuple(found))


def _artefacts(container: etree._Element) -> list[Artefact]:
    """Walk down to the elements with an identity of their own; containers have none."""
    found = []
    for element in container:
        kind = kind_of(name(element))
        if kind == "availabilityconstraint" or element.get("agencyID"):
            found.append(_artefact(element, kind))
        else:
            found.extend(_artefacts(element))
    return found


def _artefact(element: etree._Element, kind: str) -> Artefact:
    reference = Reference(
        kind, element.get("agencyID", ""), element.get("id", ""), element.get("version", "1.0")
    )
    items = tuple(_items(element, ""))
    return Artefact(
        reference,
        {e.get(_LANGUAGE, "en"): e.text or "" for e in element if name(e) == "Name"},
        items,
        frozenset(_parents(element)),
        element.get("isPartial") in ("true", "1"),
        any(name(child) not in _ABOUT for child in element),
        frozenset(_references(element)) - {reference},
        _shape(element) if kind == "datastructure" else None,
        _region(element) if kind in _CONSTRAINTS else None,
        (element.get("type") or element.get("role") or "Actual") if kind in _CONSTRAINTS else None,
    )


def _items(element: etree._Element, prefix: str) -> list[str]:
    found = []
    for child in element:
        if name(child) in _ITEMS and child.get("id"):
            found.append(prefix + child.get("id", ""))
            found.extend(_items(child, f"{found[-1]}."))
    return found


def _parents(element: etree._Element) -> list[str]:
    """Return the ids of parent items: of a Ref in 2.1, as text in 3.x."""
    found = []
    for item in element:
        for parent in (child for child in item if name(child) == "Parent"):
            ref = next(iter(parent), None)
            found.append(str(parent.text or "") if ref is None else str(ref.get("id", "")))
    return found


def _references(element: etree._Element) -> list[Reference]:
    found: list[Reference | None] = []
    for node in element.iter(etree.Element):
        if name(node) == "Ref" and node.get("agencyID") and node.get("class"):
            found.append(_ref(node))
        elif node.text and "urn:sdmx:" in node.text:
            found.append(parse_urn(node.text))
    return [reference for reference in found if reference is not None]


def _ref(node: etree._Element) -> Reference:
    identity = node.get("maintainableParentID", node.get("id", ""))
    version = node.get("maintainableParentVersion", node.get("version", "1.0"))
    return Reference(kind_of(node.get("class", "")), node.get("agencyID", ""), identity, version)


def _shape(element: etree._Element) -> Shape | None:
    components = [e for e in element if name(e) == "DataStructureComponents"]
    if not components:
        return None
    lists = {name(e): e for e in components[0]}
    dimensions = [e for e in lists.get("DimensionList", ()) if e.get("id") or len(e)]
    key = [e for e in dimensions if name(e) in ("Dimension", "MeasureDimension")]
    key.sort(key=lambda e: int(e.get("position") or 0))
    time = [_id(e, "TIME_PERIOD") for e in dimensions if name(e) == "TimeDimension"]
    measures = [e for e in lists.get("MeasureList", ()) if name(e) in ("PrimaryMeasure", "Measure")]
    attributes = [e for e in lists.get("AttributeList", ()) if name(e) == "Attribute"]
    enumerated = [(_id(e, ""), _codelist(e)) for e in key]
    return Shape(
        tuple(_id(e, "") for e in key),
        time[0] if time else None,
        tuple(_id(e, "OBS_VALUE") for e in measures),
        tuple(Attribute(_id(e, ""), _level(e)) for e in attributes),
        tuple((identity, codelist) for identity, codelist in enumerated if codelist),
    )


def _id(element: etree._Element, default: str) -> str:
    """Return the id of a component: that of its concept where it has none of its own."""
    if element.get("id"):
        return element.get("id", "")
    concept = [r.get("id", "") for e in element if name(e) == "ConceptIdentity" for r in e]
    return default or (concept[0] if concept else "")


def _codelist(element: etree._Element) -> Reference | None:
    local = [e for e in element if name(e) == "LocalRepresentation"]
    found = [r for e in local for r in _references(e) if r.kind == "codelist"]
    return found[0] if found else None


def _level(element: etree._Element) -> str:
    relations = [e for e in element if name(e) == "AttributeRelationship"]
    named = [_LEVELS.get(name(e), "series") for relation in relations for e in relation]
    return "group" if "group" in named else (named[0] if named else "observation")


def _region(element: etree._Element) -> Region:
    values: dict[str, frozenset[str]] = {}
    ranged = set()
    for key_value in (
        e for e in element.iter(etree.Element) if name(e) in ("KeyValue", "Component")
    ):
        identity = key_value.get("id", "")
        if any(name(e) == "TimeRange" for e in key_value):
            ranged.add(identity)
        texts = [e.text or "" for e in key_value if name(e) == "Value"]
        if texts:
            values[identity] = values.get(identity, frozenset()) | frozenset(texts)
    return Region(
        values,
        frozenset(ranged),
        _count(element, "seriesCount", "series_count"),
        _count(element, "obsCount", "obs_count"),
    )


def _count(element: etree._Element, attribute: str, annotation: str) -> int | None:
    texts = [element.get(attribute)]
    for node in (e for e in element.iter(etree.Element) if name(e) == "Annotation"):
        if node.get("id") == annotation:
            texts.extend(e.text for e in node if name(e) in ("AnnotationTitle", "AnnotationValue"))
    counts = [int(text) for text in texts if text and text.isdecimal()]
    return counts[0] if counts else None
