"""Data messages in SDMX-ML: generic and structure-specific, 2.1 to 3.1.

Source: SDMX-ML 2.1, SDMXDataGeneric.xsd and SDMXDataStructureSpecific.xsd; SDMX-ML 3.1,
SDMXDataStructureSpecific.xsd.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from sdmx_server.conformance.decoding.content import Unreadable, name, namespace, xml
from sdmx_server.conformance.decoding.data import DataMessage, Key, Observation, present
from sdmx_server.conformance.decoding.structure import Shape

_GENERIC = ("GenericData", "GenericTimeSeriesData")
_SPECIFIC = ("StructureSpecificData", "StructureSpecificTimeSeriesData")


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    observations: list[Observation] = field(default_factory=list)
    series: list[Key] = field(default_factory=list)
    levels: set[tuple[str, str]] = field(default_factory=set)
    attributes: dict[Key, Mapping[str, str]] = field(default_factory=dict)

    def note(self, level: str, attributes: Mapping[str, str]) -> None:
        self.levels.update((level, identity) for identity in attributes)


def decode_xml(body: bytes, shape: Shape) -> DataMessage:
    """Return what a data message in SDMX-ML holds; ``shape`` tells dimensions from attributes.

    Raises:
        Unreadable: if it is no such message.
    """
    root = xml(body)
    if name(root) not in (*_GENERIC, *_SPECIFIC) or "sdmx.org" not in namespace(root):
        raise Unreadable(f"the root is {name(root)}, not a data message of SDMX-ML")
    headers = [e for e in root.iter(etree.Element) if name(e) == "Structure"]
    stated = [e.get("dimensionAtObservation") for e in headers]
    at_observation = next((text for text in stated if text), None)
    datasets = [e for e in root if name(e) == "DataSet"]
    found = _Found()
    read = _generic if name(root) in _GENERIC else _specific
    for dataset in datasets:
        read(dataset, shape, at_observation, found)
    return DataMessage(
        tuple(found.observations),
        tuple(found.series),
        frozenset(found.levels),
        at_observation,
        len(datasets),
        found.attributes,
    )


def _generic(
    dataset: etree._Element, shape: Shape, at_observation: str | None, found: _Found
) -> None:
    found.note("dataset", _values(dataset, "Attributes"))
    dimension = at_observation or shape.time or ""
    measure = shape.measures[0] if shape.measures else "OBS_VALUE"
    for element in dataset:
        kind = name(element)
        if kind == "Group":
            found.note("group", _values(element, "Attributes"))
        elif kind == "Series":
            key = frozenset(_values(element, "SeriesKey").items())
            found.series.append(key)
            found.attributes[key] = _values(element, "Attributes")
            found.note("series", found.attributes[key])
            for each in (child for child in element if name(child) == "Obs"):
                at = {(dimension, e.get("value", "")) for e in each if name(e) == "ObsDimension"}
                _generic_observation(each, key | at, measure, found)
        elif kind == "Obs":
            key = frozenset(_values(element, "ObsKey").items())
            _generic_observation(element, key, measure, found)


def _generic_observation(element: etree._Element, key: Key, measure: str, found: _Found) -> None:
    values = present((measure, e.get("value")) for e in element if name(e) == "ObsValue")
    attributes = _values(element, "Attributes")
    found.note("observation", attributes)
    found.observations.append(Observation(key, values, attributes))


def _values(element: etree._Element, part: str) -> dict[str, str]:
    parts = [child for child in element if name(child) == part]
    return present((e.get("id", ""), e.get("value")) for each in parts for e in each)


def _specific(
    dataset: etree._Element, shape: Shape, at_observation: str | None, found: _Found
) -> None:
    found.note("dataset", _split(dataset, shape)[2])
    for element in dataset:
        key, values, attributes = _split(element, shape)
        kind = name(element)
        if kind == "Series":
            found.series.append(frozenset(key))
            found.attributes[frozenset(key)] = attributes
            found.note("series", attributes)
            for each in (child for child in element if name(child) == "Obs"):
                at, values, attributes = _split(each, shape)
                found.note("observation", attributes)
                found.observations.append(Observation(frozenset(key | at), values, attributes))
        elif kind == "Obs":
            found.note("observation", attributes)
            found.observations.append(Observation(frozenset(key), values, attributes))
        elif kind == "Group":
            found.note("group", attributes)
        elif kind == "Atts":
            found.note("group" if key else "dataset", attributes)


def _split(
    element: etree._Element, shape: Shape
) -> tuple[set[tuple[str, str]], dict[str, str], dict[str, str]]:
    """Return the dimensions, measures and attributes that an element has."""
    pairs = present(_components(element))
    known = {each.id for each in shape.attributes}
    return (
        {pair for pair in pairs.items() if pair[0] in shape.coordinates},
        {m: value for m, value in pairs.items() if m in shape.measures},
        {a: value for a, value in pairs.items() if a in known},
    )


def _components(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield components, which are XML attributes, or ``Comp`` where they have several values."""
    for key, value in element.attrib.items():
        if not str(key).startswith("{"):
            yield str(key), str(value)
    for child in element:
        if name(child) == "Comp" and child.get("id"):
            yield child.get("id", ""), "".join(str(text) for text in child.itertext())
