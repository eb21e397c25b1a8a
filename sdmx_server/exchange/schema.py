"""Answer schema queries: what valid data of one structure look like.

Source: SDMX-REST 2.2, doc/schemas.md; SDMX-REST 1.5, section 4.5.
"""

from __future__ import annotations

from sdmx_server.dataset import ResolvedStructure
from sdmx_server.errors import NoResults, Unsupported
from sdmx_server.exchange.packaging import dimension_at_observation
from sdmx_server.exchange.resolution import resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.query import SchemaQuery

DATA_CONTEXTS = ("datastructure", "dataflow", "provisionagreement")


def answer(query: SchemaQuery, stores: Stores) -> tuple[ResolvedStructure, str]:
    """Return the structure asked about, constraints applied, and the dimension observed.

    Raises:
        QuerySyntaxError: if the dimension at observation level is none of the structure.
        NoResults: if there is no such artefact.
        Unsupported: if the context is one of reference metadata.
    """
    if query.context not in DATA_CONTEXTS:
        raise Unsupported(f"Schemas of a {query.context} are not offered by this service.")
    catalogue = stores.catalogues.at(query.as_of)
    rows = catalogue.matching((query.context,), query.artefact)
    for artefact in catalogue.get(rows[-1:]):
        if isinstance(artefact, Dataflow | DataStructure | ProvisionAgreement):
            structure = resolve(artefact, catalogue)
            return structure, dimension_at_observation(query.dimension_at_observation, structure)
    agency, id_, version = (part[0] for part in _parts(query))
    raise NoResults(f"There is no {query.context} {agency}:{id_}({version}).")


def _parts(query: SchemaQuery) -> tuple[tuple[str, ...], ...]:
    return query.artefact.agencies, query.artefact.ids, query.artefact.versions
