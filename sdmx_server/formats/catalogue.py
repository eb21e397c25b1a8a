"""Every format that the server writes, one row each.

To add a format: write its module, then add its row here. The rows of a kind stand in the
server's order of preference in SDMX-REST 2.2; ``V1_...`` give the order of 1.5.

Source: SDMX-REST 2.2, doc/media_types.md; SDMX-REST 1.5, section 4.8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sdmx_server.dataset import Dataset, Message, Rendering, ResolvedStructure
from sdmx_server.formats.data.writers import csv1, csv2, json1, json2, ml_metadata
from sdmx_server.formats.data.writers import ml3 as data_ml3
from sdmx_server.formats.data.writers import ml21 as data_ml21
from sdmx_server.formats.metadata import csv as metadata_csv
from sdmx_server.formats.metadata import json as metadata_json
from sdmx_server.formats.metadata import ml3 as metadata_ml3
from sdmx_server.formats.metadata import ml21 as metadata_ml21
from sdmx_server.formats.registry import ml3 as registry_ml3
from sdmx_server.formats.schema import jsonschema, metadata_jsonschema, xsd
from sdmx_server.formats.structure import json as structure_json
from sdmx_server.formats.structure import json1 as structure_json1
from sdmx_server.formats.structure import ml3 as structure_ml3
from sdmx_server.formats.structure import ml21 as structure_ml21
from sdmx_server.formats.structure.versions import SDMX_3_0, SDMX_3_1, can_hold
from sdmx_server.metadata import MetadataReport, ResolvedMetadataStructure
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.constraint import AvailabilityConstraint
from sdmx_server.model.registration import Registration

Artefact = Maintainable | AvailabilityConstraint
WriteData = Callable[[Sequence[Dataset], Message, Rendering], Iterator[bytes]]
WriteStructures = Callable[[Sequence[Artefact], Message], bytes]
WriteMetadata = Callable[[Sequence[MetadataReport], Message, str], bytes]

LABELS = ("id", "name", "both")
_CSV1: Mapping[str, tuple[str, ...]] = {
    "labels": ("id", "both"),
    "timeFormat": ("original", "normalized"),
}
_CSV2: Mapping[str, tuple[str, ...]] = {
    "labels": LABELS,
    "keys": ("none", "obs", "series", "both"),
    "timeFormat": ("original", "normalized"),
}


@dataclass(frozen=True, slots=True)
class DataFormat:
    """A data format.

    Attributes:
        media_type: without its parameters.
        version: as the media type writes it.
        write: yields the message in pieces.
        by_row: whether it writes one row an observation.
        check: raises ``NotAcceptable`` for a dataset that it cannot hold and can say of that
            it is left out; None where it holds everything, or has no place for warnings.
        parameters: what else the media type may say, and the values allowed, the default
            first.
    """

    media_type: str
    version: str
    write: WriteData
    by_row: bool = False
    check: Callable[[Dataset], None] | None = None
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StructureFormat:
    """A structure format.

    Attributes:
        media_type: without its parameters.
        version: as the media type writes it.
        write: returns the message; artefacts that it cannot hold are left out.
        can_hold: whether it can hold an artefact.
        parameters: none.
    """

    media_type: str
    version: str
    write: WriteStructures
    can_hold: Callable[[Artefact], bool]
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A format of reference metadata.

    Attributes:
        media_type: without its parameters.
        version: as the media type writes it.
        write: returns the message; takes what ``labels`` says last. Metadata sets that it
            cannot hold are left out.
        can_hold: whether it can hold a metadata set.
        parameters: what else the media type may say.
    """

    media_type: str
    version: str
    write: WriteMetadata
    can_hold: Callable[[MetadataReport], bool]
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegistryFormat:
    """A format of registrations.

    Attributes:
        media_type: without its parameters.
        version: as the media type writes it.
        write: returns the message, in the version given last.
        parameters: none.
    """

    media_type: str
    version: str
    write: Callable[[Sequence[Registration], Message, str], bytes] = registry_ml3.write
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchemaFormat:
    """A schema language and the version of the messages that its schemas describe."""

    media_type: str
    version: str
    write: Callable[..., bytes]
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetadataSchemaFormat:
    """A schema language and the version of the metadata messages that its schemas describe."""

    media_type: str
    version: str
    write: Callable[[ResolvedMetadataStructure, bool], bytes]
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _data(
    kind: str, version: str, write: WriteData, check: Callable[[Dataset], None] | None = None
) -> DataFormat:
    return DataFormat(f"application/vnd.sdmx.{kind}", version, write, check=check)


def _csv(version: str, write: WriteData, parameters: Mapping[str, tuple[str, ...]]) -> DataFormat:
    media_type = "application/vnd.sdmx.data+csv"
    return DataFormat(media_type, version, write, by_row=True, parameters=parameters)


_JSON1 = _data("data+json", "1.0.0", json1.write)
_JSON20 = _data("data+json", "2.0.0", json2.write)
_JSON21 = _data("data+json", "2.1.0", json2.write)
_ML30 = _data("data+xml", "3.0.0", data_ml3.write, ml_metadata.check_expressible)
_ML31 = _data("data+xml", "3.1.0", data_ml3.write)
_CSV10 = _csv("1.0.0", csv1.write, _CSV1)
_CSV20 = _csv("2.0.0", csv2.write, _CSV2)
_CSV21 = _csv("2.1.0", csv2.write, _CSV2)
_ML21 = (
    _data("genericdata+xml", "2.1", data_ml21.write_generic, data_ml21.check_expressible),
    _data(
        "structurespecificdata+xml",
        "2.1",
        data_ml21.write_structure_specific,
        data_ml21.check_expressible,
    ),
    _data(
        "generictimeseriesdata+xml",
        "2.1",
        data_ml21.write_generic_time_series,
        data_ml21.check_time_series,
    ),
    _data(
        "structurespecifictimeseriesdata+xml",
        "2.1",
        data_ml21.write_structure_specific_time_series,
        data_ml21.check_time_series,
    ),
)

DATA_FORMATS = (_JSON21, _ML31, _CSV21, _JSON20, _ML30, _CSV20, *_ML21, _JSON1, _CSV10)
V1_DATA_FORMATS = (*_ML21, _JSON1, _CSV10, _ML31, _JSON21, _CSV21, _ML30, _JSON20, _CSV20)
DATA_FORMATS_BY_NAME = {
    "csv": _CSV21,
    "csv20": _CSV20,
    "csv10": _CSV10,
    "json": _JSON21,
    "json20": _JSON20,
    "json10": _JSON1,
    "xml": _ML31,
    "xml30": _ML30,
    "xml21": _ML21[1],
    "xml21-generic": _ML21[0],
}
"""Formats by the name that the command line has for them."""


def _structure(
    syntax: str,
    version: str,
    write: Callable[..., bytes],
    *versioned: str,
    can_hold: Callable[[Artefact], bool],
) -> StructureFormat:
    media_type = f"application/vnd.sdmx.structure+{syntax}"
    return StructureFormat(media_type, version, lambda a, m: write(a, m, *versioned), can_hold)


def _structure3(
    syntax: str, version: str, write: Callable[..., bytes], sdmx_version: str
) -> StructureFormat:
    def held(artefact: Artefact) -> bool:
        return can_hold(artefact, sdmx_version)

    return _structure(syntax, version, write, version, can_hold=held)


_S_JSON1 = _structure("json", "1.0.0", structure_json1.write, can_hold=structure_json1.can_hold)
_S_JSON20 = _structure3("json", "2.0.0", structure_json.write, SDMX_3_0)
_S_JSON21 = _structure3("json", "2.1.0", structure_json.write, SDMX_3_1)
_S_ML21 = _structure("xml", "2.1", structure_ml21.write, can_hold=structure_ml21.expressible)
_S_ML30 = _structure3("xml", "3.0.0", structure_ml3.write, SDMX_3_0)
_S_ML31 = _structure3("xml", "3.1.0", structure_ml3.write, SDMX_3_1)

STRUCTURE_FORMATS = (_S_JSON21, _S_ML31, _S_JSON20, _S_ML30, _S_ML21, _S_JSON1)
V1_STRUCTURE_FORMATS = (_S_ML21, _S_JSON1, _S_ML31, _S_JSON21, _S_ML30, _S_JSON20)
STRUCTURE_FORMATS_BY_NAME = {
    "json": _S_JSON21,
    "json20": _S_JSON20,
    "json10": _S_JSON1,
    "xml": _S_ML31,
    "xml30": _S_ML30,
    "xml21": _S_ML21,
}


def _metadata(syntax: str, version: str, write: Callable[..., bytes]) -> MetadataFormat:
    is_csv = syntax == "csv"
    return MetadataFormat(
        f"application/vnd.sdmx.metadata+{syntax}",
        version,
        lambda r, m, labels: write(r, m, version, labels) if is_csv else write(r, m, version),
        can_hold=lambda report: True,
        parameters={"labels": LABELS} if is_csv else {},
    )


_M_JSON20 = _metadata("json", "2.0.0", metadata_json.write)
_M_JSON21 = _metadata("json", "2.1.0", metadata_json.write)
_M_ML30 = _metadata("xml", "3.0.0", metadata_ml3.write)
_M_ML31 = _metadata("xml", "3.1.0", metadata_ml3.write)
_M_CSV20 = _metadata("csv", "2.0.0", metadata_csv.write)
_M_CSV21 = _metadata("csv", "2.1.0", metadata_csv.write)
_M_ML21 = MetadataFormat(
    "application/vnd.sdmx.genericmetadata+xml",
    "2.1",
    lambda reports, message, labels: metadata_ml21.write(reports, message),
    can_hold=metadata_ml21.can_hold,
)
METADATA_FORMATS = (_M_JSON21, _M_ML31, _M_CSV21, _M_JSON20, _M_ML30, _M_CSV20, _M_ML21)
V1_METADATA_FORMATS = (_M_ML21, _M_ML31, _M_JSON21, _M_CSV21, _M_ML30, _M_JSON20, _M_CSV20)


def _schema(version: Literal["2.1", "3.0.0", "3.1.0"]) -> SchemaFormat:
    def write(structure: ResolvedStructure, dimension_at_observation: str, deletion: bool) -> bytes:
        return xsd.write(
            structure,
            version=version,
            dimension_at_observation=dimension_at_observation,
            deletion=deletion,
        )

    return SchemaFormat("application/vnd.sdmx.schema+xml", version, write)


def _json_schema(version: jsonschema.SchemaVersion) -> SchemaFormat:
    def write(structure: ResolvedStructure, dimension_at_observation: str, deletion: bool) -> bytes:
        return jsonschema.write(
            structure,
            version=version,
            dimension_at_observation=dimension_at_observation,
            deletion=deletion,
        )

    return SchemaFormat("application/vnd.sdmx.schema+json", version, write)


def _metadata_json_schema(version: jsonschema.SchemaVersion) -> MetadataSchemaFormat:
    def write(structure: ResolvedMetadataStructure, deletion: bool) -> bytes:
        return metadata_jsonschema.write(structure, version=version, deletion=deletion)

    return MetadataSchemaFormat("application/vnd.sdmx.schema+json", version, write)


_X21 = _schema("2.1")
_X30 = _schema("3.0.0")
_X31 = _schema("3.1.0")
_J20 = _json_schema("2.0.0")
_J21 = _json_schema("2.1.0")
SCHEMA_FORMATS = (_J21, _X31, _J20, _X30, _X21)
V1_SCHEMA_FORMATS = (_X21, _X31, _X30)
METADATA_SCHEMA_FORMATS = (_metadata_json_schema("2.1.0"), _metadata_json_schema("2.0.0"))

REGISTRY_FORMATS = tuple(
    RegistryFormat("application/vnd.sdmx.registry+xml", version) for version in ("3.1.0", "3.0.0")
)
"""Formats of registrations, which SDMX-REST 1.5 does not know."""
