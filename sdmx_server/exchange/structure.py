"""Answer structure queries.

Source: SDMX-REST 2.2, doc/structures.md; SDMX-REST 1.5, section 4.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdmx_server.errors import NoResults, SemanticError
from sdmx_server.exchange.access import Access, is_open
from sdmx_server.exchange.availability import of_dataflow
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.constraints import without_time
from sdmx_server.exchange.cube import flow_name
from sdmx_server.exchange.extension import resolving
from sdmx_server.exchange.metadata_schema import MetadataContext, resolve_metadata
from sdmx_server.exchange.partial import Coded, cut_to_items, cut_to_used, stub
from sdmx_server.exchange.references import Prepare, References, named_lists
from sdmx_server.exchange.resolution import resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.formats.structure.availability import actual_constraint
from sdmx_server.metadata import by_path
from sdmx_server.model.artefact import ItemScheme, Maintainable
from sdmx_server.model.catalogue import references
from sdmx_server.model.constraint import AvailabilityConstraint, DataConstraint, MetadataConstraint
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.model.hierarchy import Hierarchy
from sdmx_server.query import StructureQuery

_STUBS = {  # detail -> whether matched artefacts are stubs, and whether stubs are complete
    "allstubs": (True, False),
    "allcompletestubs": (True, True),
    "referencestubs": (False, False),
    "referencecompletestubs": (False, True),
}

_BRING_CONSTRAINTS = frozenset({"parents", "parentsandsiblings", "all", "dataconstraint"})
"""What a query may want along with a dataflow, if constraints on it are among that."""


def answer(
    query: StructureQuery,
    stores: Stores,
    *,
    to_agencies: bool = True,
    available_under: Access | None = None,
    time_is_read: bool = True,
) -> list[Maintainable | AvailabilityConstraint]:
    """Find the artefacts that a query asks for, and those that it wants along with them.

    Those that match come first; each artefact once.

    Args:
        query: the query.
        stores: where to look.
        to_agencies: whether artefacts refer to the scheme that their agency stands in.
        available_under: if given, what the store has of a dataflow is one of the constraints
            that refer to it, unless another says what there is or these rules keep it from some.
        time_is_read: whether clients can read ranges of time in Actual constraints that come
            along; where they cannot, the ranges are left out.

    Raises:
        NoResults: if nothing matches.
    """
    catalogue = stores.catalogue(query.as_of)
    prepare = _as_stored if query.detail == "raw" else resolving(catalogue.resolved)
    matched = _matched(query, catalogue, prepare)
    if not matched:
        raise NoResults(f"No structure matches {_words(query)}.")
    walk = References(catalogue, prepare, to_agencies=to_agencies)
    related = walk.related(matched, query.references).values()
    others = [artefact for artefact in related if _has_role(artefact, query.constraint_role)]
    available: list[AvailabilityConstraint] = []
    if available_under is not None and _wants_constraints(query):
        flows = _without_actual(matched, others, available_under)
        told = (of_dataflow(flow, stores, with_time=time_is_read) for flow in flows)
        available = [constraint for constraint in told if constraint is not None]
    if not time_is_read:
        others = [without_time(a) if isinstance(a, DataConstraint) else a for a in others]
    if query.detail in _STUBS:
        whole, complete = _STUBS[query.detail]
        others = [stub(artefact, complete=complete) for artefact in others]
        matched = [stub(a, complete=complete) for a in matched] if whole else matched
        stubs = [stub(actual_constraint(each), complete=complete) for each in available]
        return [*matched, *others, *stubs]
    if query.detail == "referencepartial":
        cut = cut_to_used(matched, others, _coded(matched, others, catalogue))
        others = named_lists(matched, cut, catalogue)
    return [*matched, *others, *available]


def _wants_constraints(query: StructureQuery) -> bool:
    return query.constraint_role != "Allowed" and bool(_BRING_CONSTRAINTS & set(query.references))


def _without_actual(
    matched: Sequence[Maintainable], others: Sequence[Maintainable], access: Access
) -> list[Dataflow]:
    """Return the dataflows whose data may be told of and are by no constraint."""
    told = {
        urn
        for artefact in others
        if isinstance(artefact, DataConstraint) and artefact.role == "Actual"
        for urn in references(artefact)
    }
    flows = [artefact for artefact in matched if isinstance(artefact, Dataflow)]
    return [
        flow for flow in flows if flow.urn not in told and is_open(access, {flow_name(flow.urn)})
    ]


def _words(query: StructureQuery) -> str:
    wanted = query.artefact
    parts = (query.types, wanted.agencies, wanted.ids, wanted.versions, query.items)
    return "/".join(",".join(part) or "*" for part in parts)


def _as_stored(artefact: Maintainable) -> Maintainable:
    return artefact


def _matched(query: StructureQuery, catalogue: Catalogue, prepare: Prepare) -> list[Maintainable]:
    if query.by_hierarchical_codelist:
        return _hierarchies(query, catalogue)
    rows = catalogue.matching(query.types, query.artefact)
    found = [prepare(a) for a in catalogue.get(rows) if _has_role(a, query.constraint_role)]
    if not query.items:
        return found
    cut = (cut_to_items(a, query.items) for a in found if isinstance(a, ItemScheme))
    return [artefact for artefact in cut if artefact is not None]


def _hierarchies(query: StructureQuery, catalogue: Catalogue) -> list[Maintainable]:
    """Return the hierarchies in the hierarchical codelists of SDMX 2.1 that are meant."""
    anywhere = replace(query.artefact, ids=())
    return [
        artefact
        for artefact in catalogue.get(catalogue.matching(query.types, anywhere))
        if isinstance(artefact, Hierarchy) and _is_meant(artefact, query)
    ]


def _is_meant(artefact: Hierarchy, query: StructureQuery) -> bool:
    """Whether list and hierarchy are meant; one of SDMX 3 is a list of itself."""
    holder = artefact.hierarchical_codelist
    names = (holder.id, holder.hierarchy_id) if holder else (artefact.id, artefact.id)
    wanted = (query.artefact.ids, query.items)
    return all(not some or name in some for name, some in zip(names, wanted, strict=True))


def _has_role(artefact: Maintainable, role: str | None) -> bool:
    if role is None or not isinstance(artefact, DataConstraint | MetadataConstraint):
        return True
    return (artefact.role or "Allowed") == role


def _coded(
    matched: Sequence[Maintainable], others: Sequence[Maintainable], catalogue: Catalogue
) -> list[Coded]:
    """Return the components and metadata attributes that decide which codes are in use.

    They are those of the structures asked for, or that the constraints asked for are about;
    or else of those found.
    """
    constrained = [
        artefact
        for constraint in matched
        if isinstance(constraint, DataConstraint | MetadataConstraint)
        for urn in references(constraint)
        if (artefact := catalogue.resolved(urn))
    ]
    for artefacts in ((*matched, *constrained), others):
        found = [coded for each in artefacts for coded in _coded_in(each, catalogue)]
        if found:
            return found
    return []


def _coded_in(context: Maintainable, catalogue: Catalogue) -> Sequence[Coded]:
    try:
        if isinstance(context, Dataflow | DataStructure | ProvisionAgreement):
            return resolve(context, catalogue).components
        if isinstance(context, MetadataContext):
            attributes = resolve_metadata(context, catalogue).attributes
            return [attribute for _, attribute in by_path(attributes)]
    except SemanticError:  # a structure that is not held whole cannot cut anything
        pass
    return ()
