"""What the positions and indexes of an SDMX-JSON data message mean.

Source: SDMX-JSON 2.1 data message field guide, "structures".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.data.readers.json_value import as_index, as_list, as_object, to_text
from sdmx_server.formats.data.readers.ml_header import TIME
from sdmx_server.formats.structure.json2_rules import DIALECT_2_1
from sdmx_server.formats.structure.jsonform import unform
from sdmx_server.model.artefact import Annotation
from sdmx_server.model.urn import parse_urn

_CONTEXTS = {
    "Dataflow": "dataflow",
    "DataStructure": "datastructure",
    "ProvisionAgreement": "provisionagreement",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """A component of the message; ``values`` where the data hold indexes into them."""

    id: str
    position: int
    values: tuple[object, ...]

    @property
    def range(self) -> str:
        """The indexes that there are, for the message of a fault."""
        return f"0 – {len(self.values) - 1}"

    def text(self, value: object) -> str | None:
        """Return the text that a value in the data stands for; None where its index is wrong."""
        if not self.values:
            return to_text(value)
        try:
            return to_text(self._at(value))
        except ValueError:
            return None

    def _at(self, index: object) -> object:
        """Return what an index stands for, or an array of them, in which some may be null.

        Raises:
            ValueError: if there is no such value.
        """
        if isinstance(index, list):
            return [None if each is None else self._at(each) for each in index]
        number = as_index(index)
        if number is None or number >= len(self.values):
            raise ValueError(f"{index!r} is no index of a value")
        return self.values[number]


@dataclass(frozen=True, slots=True)
class JsonStructure:
    """A structure of the message.

    ``key`` holds all dimensions in the order of the DSD, ``annotations`` what data refer to
    by number.
    """

    reference: str
    context: str
    constants: Sequence[Axis]
    series: Sequence[Axis]
    observation: Sequence[Axis]
    key: Sequence[Axis]
    observed: Sequence[Axis]
    dataset_attributes: Sequence[Axis]
    group_attributes: Sequence[Axis]
    series_attributes: Sequence[Axis]
    annotations: Sequence[Annotation]

    @property
    def is_in_time(self) -> bool:
        """Whether observations of a series differ in time."""
        return [axis.id for axis in self.observation] == [TIME]


def read_structure(value: object, where: str, language: str, found: FaultList) -> JsonStructure:
    """Read one of ``data.structures``; ``language`` is that of texts that say none.

    Raises:
        DeliveryFaults: if it has not the shape that SDMX-JSON 2 gives it.
    """
    structure = as_object(value, where, found)
    reference, context = _reference(structure, where, found)
    constants, series, observation = (
        _axes(structure, "dimensions", level, where, found)
        for level in ("dataSet", "series", "observation")
    )
    measures = _axes(structure, "measures", "observation", where, found)
    attributes = {
        level: _axes(structure, "attributes", level, where, found)
        for level in ("dataSet", "dimensionGroup", "series", "observation")
    }
    return JsonStructure(
        reference,
        context,
        constants,
        series,
        observation,
        key=sorted([*constants, *series, *observation], key=lambda axis: axis.position),
        observed=[*measures, *attributes["observation"]],
        dataset_attributes=attributes["dataSet"],
        group_attributes=attributes["dimensionGroup"],
        series_attributes=attributes["series"],
        annotations=_annotations(structure, f"{where}.annotations", language, found),
    )


def _annotations(
    structure: dict[str, object], where: str, language: str, found: FaultList
) -> list[Annotation]:
    listed = as_list(structure.get("annotations", []), where, found)
    try:
        sent = [unform(Annotation, one, DIALECT_2_1, language) for one in listed]
        return msgspec.convert(sent, list[Annotation])
    except MessageSyntaxError as error:
        found.stop(faults.MALFORMED_ANNOTATIONS, None, None, where, reason=error.detail)
    except msgspec.ValidationError as error:
        found.stop(faults.MALFORMED_ANNOTATIONS, None, None, where, reason=str(error))


def _reference(structure: dict[str, object], where: str, found: FaultList) -> tuple[str, str]:
    """Return the first link that names a structure, and what it is."""
    links = as_list(structure.get("links", []), f"{where}.links", found)
    urns = [str(as_object(link, f"{where}.links", found).get("urn", "")) for link in links]
    named = [(urn, _CONTEXTS[kind]) for urn in urns if (kind := _urn_class(urn)) in _CONTEXTS]
    if not named:
        expected = 'links: [{"urn": "urn:sdmx:…Dataflow=AG:ID(1.0.0)"}]'
        found.stop(faults.JSON_SHAPE, None, "", where=where, expected=expected)
    return named[0]


def _urn_class(urn: str) -> str:
    try:
        return parse_urn(urn).urn_class
    except ValueError:
        return ""


def _axes(
    structure: dict[str, object], kind: str, level: str, where: str, found: FaultList
) -> list[Axis]:
    where = f"{where}.{kind}"
    levels = as_object(structure.get(kind, {}), where, found)
    where = f"{where}.{level}"
    axes = []
    for item in as_list(levels.get(level, []), where, found):
        component = as_object(item, where, found)
        written = str(component.get("keyPosition", "0"))
        position = as_index(written)
        if "id" not in component or position is None:
            found.stop(faults.JSON_SHAPE, None, written, where=where, expected="id, keyPosition")
        values = as_list(component.get("values", []), f"{where}.values", found)
        axes.append(Axis(_id(component), position, tuple(map(_value, values))))
    return axes


def _id(component: dict[str, object]) -> str:
    """Return the id of a component; of a metadata attribute the path that its link names."""
    links = component.get("links")
    for link in links if isinstance(links, list) else ():
        urn = link.get("urn") if isinstance(link, dict) else None
        if isinstance(urn, str) and _urn_class(urn) == "MetadataAttribute":
            return parse_urn(urn).item or str(component["id"])
    return str(component["id"])


def _value(entry: object) -> object:
    """Return what an entry of ``values`` stands for: a code, a value or several values."""
    if not isinstance(entry, dict):
        return entry
    return next((entry[name] for name in ("id", "value", "values") if name in entry), "")
