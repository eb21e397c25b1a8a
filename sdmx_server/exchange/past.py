"""What only a service that shows its past can answer.

Source: SDMX-REST 2.2, doc/data.md ("includeHistory", "asOf", "updatedAfter").
"""

from __future__ import annotations

from sdmx_server.errors import Unsupported
from sdmx_server.query import (
    AvailabilityQuery,
    DataQuery,
    MetadataQuery,
    SchemaQuery,
    StructureQuery,
)

Query = DataQuery | AvailabilityQuery | StructureQuery | MetadataQuery | SchemaQuery

_PARAMETERS = {
    "include_history": "includeHistory",
    "as_of": "asOf",
    "updated_after": "updatedAfter",
}


def require_present(query: Query) -> None:
    """Make sure that a query is about what holds now.

    Raises:
        Unsupported: if it asks for history, an earlier state or changes.
    """
    parts = (query, getattr(query, "cube", None))
    for field, parameter in _PARAMETERS.items():
        if any(getattr(part, field, None) for part in parts):
            raise Unsupported(
                f"{parameter} is not offered: this service shows no history, only what holds "
                "now; leave it out."
            )
