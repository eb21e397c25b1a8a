"""The structures of the cube as one SDMX-JSON 2.1 message: what the server is given first.

Source: SDMX-JSON 2.1, structure message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.cube import (
    AGENCY,
    AGES,
    COLUMNS,
    CUBE,
    DIMENSIONS,
    INDICATORS,
    SEXES,
    SMALL,
    STATUSES,
    UNITS,
    VERSION,
    Cube,
)

_URN = "urn:sdmx:org.sdmx.infomodel."
_CODELISTS: Mapping[str, Sequence[str]] = {
    "FREQ": ("M",),
    "INDICATOR": INDICATORS,
    "SEX": SEXES,
    "AGE": AGES,
    "UNIT_MEASURE": UNITS,
    "OBS_STATUS": STATUSES,
}
_ATTACHED: Mapping[str, Mapping[str, Any]] = {
    "UNIT_MEASURE": {"dimensions": DIMENSIONS[:-1]},
    "OBS_STATUS": {"observation": {}},
    "COMMENT": {"observation": {}},
}


def message(cube: Cube, dataflows: int) -> bytes:
    """Return the message: codelists, concepts, the data structure, and its dataflows.

    Args:
        cube: whose areas are the codes of the reference area.
        dataflows: how many dataflows there are beside those with data.
    """
    codelists = {**_CODELISTS, "REF_AREA": cube.areas}
    catalogue = [f"DF_{n:04}" for n in range(1, dataflows + 1)]
    return json.dumps(
        {
            "meta": {
                "id": "BENCH_STRUCTURES",
                "test": True,
                "prepared": "2026-01-01T00:00:00Z",
                "sender": {"id": AGENCY},
                "contentLanguages": ["id", "en"],
            },
            "data": {
                "codelists": [_codelist(name, codes) for name, codes in codelists.items()],
                "conceptSchemes": [
                    _maintained("CS", "Concepts") | {"concepts": _items(COLUMNS, "Concept")}
                ],
                "dataStructures": [
                    _maintained("DSD_CUBE", "Structure")
                    | {"dataStructureComponents": _components()}
                ],
                "dataflows": [_dataflow(name) for name in (CUBE, SMALL, *catalogue)],
            },
        }
    ).encode()


def _maintained(id_: str, what: str) -> dict[str, Any]:
    return {"id": id_, "agencyID": AGENCY, "version": VERSION} | _named(f"{what} {id_}")


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "names": {"id": f"{name} (bahasa Indonesia)", "en": name}}


def _items(ids: Iterable[str], what: str) -> list[dict[str, Any]]:
    return [{"id": id_} | _named(f"{what} {id_}") for id_ in ids]


def _codelist(component: str, codes: Sequence[str]) -> dict[str, Any]:
    return _maintained(f"CL_{component}", "Codes") | {"codes": _items(codes, "Code")}


def _dataflow(id_: str) -> dict[str, Any]:
    structure = f"{_URN}datastructure.DataStructure={AGENCY}:DSD_CUBE({VERSION})"
    return _maintained(id_, "Dataflow") | {"structure": structure}


def _component(id_: str, data_type: str = "") -> dict[str, Any]:
    codelist = f"{_URN}codelist.Codelist={AGENCY}:CL_{id_}({VERSION})"
    return {
        "id": id_,
        "conceptIdentity": f"{_URN}conceptscheme.Concept={AGENCY}:CS({VERSION}).{id_}",
        "localRepresentation": (
            {"format": {"dataType": data_type}} if data_type else {"enumeration": codelist}
        ),
    }


def _components() -> dict[str, Any]:
    *keys, time = DIMENSIONS
    return {
        "dimensionList": {
            "id": "DimensionDescriptor",
            "dimensions": [_component(id_) | {"position": n} for n, id_ in enumerate(keys)],
            "timeDimension": _component(time, "ObservationalTimePeriod"),
        },
        "attributeList": {
            "id": "AttributeDescriptor",
            "attributes": [
                _component(id_, "" if id_ in _CODELISTS else "String")
                | {"usage": "optional", "attributeRelationship": relationship}
                for id_, relationship in _ATTACHED.items()
            ],
        },
        "measureList": {
            "id": "MeasureDescriptor",
            "measures": [_component("OBS_VALUE", "Double") | {"usage": "optional"}],
        },
    }
