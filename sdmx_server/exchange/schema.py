"""Answer schema queries: what valid data of one structure look like.

Source: SDMX-REST 2.2, doc/schemas.md; SDMX-REST 1.5, section 4.5.
"""

from __future__ import annotations

from sdmx_server.dataset import ResolvedStructure
from sdmx_server.errors import NoResults, Unsupported
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.extension import resolving
from sdmx_server.exchange.packaging import dimension_at_observation
from sdmx_server.exchange.partial import cut_to_used
from sdmx_server.exchange.references import References, named_lists
from sdmx_server.exchange.resolution import constraints_on, resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.query import SchemaQuery

DATA_CONTEXTS = ("datastructure", "dataflow", "provisionagreement")


Context = Dataflow | DataStructure | ProvisionAgreement


def answer(query: SchemaQuery, stores: Stores) -> tuple[ResolvedStructure, str]:
    """Return the structure asked about, constraints applied, and the dimension observed.

    Raises:
        QuerySyntaxError: if the dimension at observation level is none of the structure.
        NoResults: if there is no such artefact.
        Unsupported: if observations are to have a type for each measure.
    """
    catalogue = stores.catalogue(query.as_of)
    structure = resolve(_context(query, catalogue), catalogue)
    dimension = dimension_at_observation(query.dimension_at_observation, structure)
    if query.explicit_measure and dimension in _measure_dimensions(structure, catalogue):
        raise Unsupported(
            f"explicitMeasure=true asks for a type of observations for each code of {dimension}, "
            "the measure dimension; no schema with such types is offered: leave it out."
        )
    return structure, dimension


def _measure_dimensions(structure: ResolvedStructure, catalogue: Catalogue) -> list[str]:
    """Return the measure dimension, which a data structure of SDMX 2.1 may have."""
    dsd = catalogue.resolved(structure.dsd_urn)
    if not isinstance(dsd, DataStructure) or dsd.data_structure_components is None:
        return []
    dimensions = dsd.data_structure_components.dimension_list.dimensions
    return [dimension.id for dimension in dimensions if dimension.is_measure_dimension]


def artefacts(query: SchemaQuery, stores: Stores) -> list[Maintainable]:
    """Return the same as artefacts: the data structure with what it refers to.

    Codelists are cut to the codes that constraints leave, concept schemes to the concepts
    in use. Dataflows are left out, and constraints too unless components that share a
    codelist may hold different codes of it.

    Raises:
        NoResults: if there is no such artefact.
    """
    catalogue = stores.catalogue(query.as_of)
    context = _context(query, catalogue)
    structure = resolve(context, catalogue)
    dsd = catalogue.resolved(structure.dsd_urn)
    matched = [dsd] if dsd is not None else []
    told_apart = constraints_on(context, catalogue) if _shares_unequally(structure) else []
    walk = References(catalogue, resolving(catalogue.resolved), to_agencies=True)
    below = walk.related(matched, ("descendants",))
    cut = cut_to_used(matched, list(below.values()), structure.components)
    return [*matched, *named_lists(matched, cut, catalogue), *told_apart]


def _shares_unequally(structure: ResolvedStructure) -> bool:
    """Whether components share a codelist of which they may hold different codes."""
    allowed: dict[str, set[frozenset[str] | None]] = {}
    for component in structure.components:
        if component.codelist_urn is not None:
            allowed.setdefault(component.codelist_urn, set()).add(component.allowed)
    return any(len(choices) > 1 for choices in allowed.values())


def _context(query: SchemaQuery, catalogue: Catalogue) -> Context:
    rows = catalogue.matching((query.context,), query.artefact)
    for artefact in catalogue.get(rows[-1:]):
        if isinstance(artefact, Dataflow | DataStructure | ProvisionAgreement):
            return artefact
    wanted = query.artefact
    agency, id_, version = wanted.agencies[0], wanted.ids[0], wanted.versions[0]
    raise NoResults(f"There is no {query.context} {agency}:{id_}({version}).")
