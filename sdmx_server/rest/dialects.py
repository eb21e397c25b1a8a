"""What differs between the versions of SDMX-REST, apart from their URLs.

Source: SDMX-REST 1.5, sections 4.7 and 4.8; SDMX-REST 2.2, doc/status.md and
doc/media_types.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdmx_server.errors import (
    Forbidden,
    MessageSyntaxError,
    NoResults,
    NotAcceptable,
    PreconditionFailed,
    QuerySyntaxError,
    RangeNotSatisfiable,
    SdmxError,
    SemanticError,
    TooLarge,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from sdmx_server.formats import catalogue
from sdmx_server.formats.catalogue import (
    DataFormat,
    MetadataFormat,
    MetadataSchemaFormat,
    SchemaFormat,
    StructureFormat,
)
from sdmx_server.rest.menu import Menu

_STATUS: Mapping[type[SdmxError], int] = {
    NoResults: 404,
    Unauthenticated: 401,
    Forbidden: 403,
    TooManyAttempts: 429,
    QuerySyntaxError: 400,
    MessageSyntaxError: 400,
    NotAcceptable: 406,
    SemanticError: 403,
    PreconditionFailed: 412,
    TooLarge: 413,
    RangeNotSatisfiable: 416,
    Unsupported: 501,
    Unavailable: 503,
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version of SDMX-REST.

    Attributes:
        name: ``v1`` or ``v2``.
        status: HTTP status of each error.
        data: data formats, the default first.
        structures: structure formats, the default first.
        metadata: formats of reference metadata, the default first.
        schemas: schema formats, the default first, then the structure formats.
        metadata_schemas: the same of reference metadata; in 1.5 there are no such schemas.
        xml_versions: versions of SDMX-ML that errors are written in, the default first.
        json_versions: the same of SDMX-JSON.
        errors_are_json: whether clients without preference get errors as SDMX-JSON.
        to_agencies: whether every artefact refers to the scheme that its agency stands in;
            otherwise only VTL schemes do.
        with_availability: whether what the store has of a dataflow is a constraint on it; in
            SDMX-REST 2.2 availability is no artefact, and has a resource of its own.
    """

    name: str
    status: Mapping[type[SdmxError], int]
    data: Menu[DataFormat]
    structures: Menu[StructureFormat]
    metadata: Menu[MetadataFormat]
    schemas: Menu[SchemaFormat | StructureFormat]
    metadata_schemas: Menu[MetadataSchemaFormat | StructureFormat]
    xml_versions: tuple[str, ...]
    json_versions: tuple[str, ...]
    errors_are_json: bool
    to_agencies: bool
    with_availability: bool

    def status_of(self, error: SdmxError) -> int:
        """Return the HTTP status that tells of an error."""
        return self.status.get(type(error), 500)


V1 = Dialect(
    name="v1",
    status=_STATUS,
    data=Menu(*catalogue.V1_DATA_FORMATS),
    structures=Menu(*catalogue.V1_STRUCTURE_FORMATS),
    metadata=Menu(*catalogue.V1_METADATA_FORMATS),
    schemas=Menu(*catalogue.V1_SCHEMA_FORMATS, *catalogue.V1_STRUCTURE_FORMATS),
    metadata_schemas=Menu(*catalogue.V1_STRUCTURE_FORMATS),
    xml_versions=("2.1", "3.1.0", "3.0.0"),
    json_versions=("1.0.0", "2.1.0", "2.0.0"),
    errors_are_json=False,
    to_agencies=False,
    with_availability=True,
)
V2 = Dialect(
    name="v2",
    status={**_STATUS, NoResults: 204, SemanticError: 422},
    data=Menu(*catalogue.DATA_FORMATS),
    structures=Menu(*catalogue.STRUCTURE_FORMATS),
    metadata=Menu(*catalogue.METADATA_FORMATS),
    schemas=Menu(*catalogue.SCHEMA_FORMATS, *catalogue.STRUCTURE_FORMATS),
    metadata_schemas=Menu(*catalogue.METADATA_SCHEMA_FORMATS, *catalogue.STRUCTURE_FORMATS),
    xml_versions=("3.1.0", "3.0.0", "2.1"),
    json_versions=("2.1.0", "2.0.0", "1.0.0"),
    errors_are_json=True,
    to_agencies=True,
    with_availability=False,
)
