"""Answer schema queries about reference metadata: what valid reports look like.

Source: SDMX-REST 2.2, doc/schemas.md; SDMX 3.1 Information Model, sections 7 and 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sdmx_server.errors import NoResults, SemanticError
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.constraints import left_by_all
from sdmx_server.exchange.extension import resolving
from sdmx_server.exchange.metadata_resolution import attributes_of
from sdmx_server.exchange.partial import cut_to_used
from sdmx_server.exchange.references import References, named_lists
from sdmx_server.exchange.stores import Stores
from sdmx_server.metadata import (
    MetadataAttributeDefinition,
    ResolvedMetadataStructure,
    by_path,
)
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Code
from sdmx_server.model.constraint import CubeRegion, MetadataConstraint
from sdmx_server.model.metadatastructure import (
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from sdmx_server.query import SchemaQuery

METADATA_CONTEXTS = ("metadatastructure", "metadataflow", "metadataprovisionagreement")

MetadataContext = MetadataStructure | Metadataflow | MetadataProvisionAgreement


def answer(query: SchemaQuery, stores: Stores) -> ResolvedMetadataStructure:
    """Return the metadata structure asked about, constraints applied.

    Raises:
        NoResults: if there is no such artefact.
        SemanticError: if what it stands on is not held.
    """
    catalogue = stores.catalogue(query.as_of)
    return resolve_metadata(_context(query, catalogue), catalogue)


def artefacts(query: SchemaQuery, stores: Stores) -> list[Maintainable]:
    """Return the same as artefacts: the metadata structure with what it refers to.

    Codelists are cut to the codes that constraints leave, concept schemes to the concepts in
    use.

    Raises:
        NoResults: if there is no such artefact.
        SemanticError: if what it stands on is not held.
    """
    catalogue = stores.catalogue(query.as_of)
    context = _context(query, catalogue)
    resolved = resolve_metadata(context, catalogue)
    matched: list[Maintainable] = [_chain(context, catalogue)[-1]]
    walk = References(catalogue, resolving(catalogue.resolved), to_agencies=True)
    below = walk.related(matched, ("descendants",))
    cut = cut_to_used(matched, list(below.values()), [a for _, a in by_path(resolved.attributes)])
    return [*matched, *named_lists(matched, cut, catalogue)]


def resolve_metadata(context: MetadataContext, catalogue: Catalogue) -> ResolvedMetadataStructure:
    """Return what may be reported, seen from an artefact, with constraints applied.

    Raises:
        SemanticError: if what it stands on is not held.
    """
    chain = _chain(context, catalogue)
    structure = chain[-1]
    if not isinstance(structure, MetadataStructure):
        raise SemanticError(f"{structure.urn} refers to no metadata structure that is held here.")
    flow = next((each for each in chain if isinstance(each, Metadataflow)), None)
    targets = next((t for each in chain if (t := getattr(each, "targets", ()))), ())
    attributes = attributes_of(structure, catalogue)
    return ResolvedMetadataStructure(
        context=context.artefact_type,
        urn=context.urn,
        names=context.names,
        metadataflow_urn=flow.urn if flow else None,
        targets=targets,
        attributes=_constrained(attributes, _allowed(chain, attributes, catalogue)),
    )


def _context(query: SchemaQuery, catalogue: Catalogue) -> MetadataContext:
    rows = catalogue.matching((query.context,), query.artefact)
    for artefact in catalogue.get(rows[-1:]):
        if isinstance(artefact, MetadataContext):
            return artefact
    wanted = query.artefact
    agency, id_, version = wanted.agencies[0], wanted.ids[0], wanted.versions[0]
    raise NoResults(f"There is no {query.context} {agency}:{id_}({version}).")


def _chain(context: MetadataContext, catalogue: Catalogue) -> list[MetadataContext]:
    """Return the context with what it stands on, down to the metadata structure if held."""
    chain: list[MetadataContext] = [context]
    while not isinstance(chain[-1], MetadataStructure):
        last = chain[-1]
        urn = last.structure if isinstance(last, Metadataflow) else last.metadataflow
        below = catalogue.resolved(urn) if urn else None
        if not isinstance(below, Metadataflow | MetadataStructure):
            break
        chain.append(below)
    return chain


def _allowed(
    chain: list[MetadataContext],
    attributes: tuple[MetadataAttributeDefinition, ...],
    catalogue: Catalogue,
) -> dict[str, frozenset[str]]:
    """Return the codes that constraints leave, by the dotted path of the attribute."""
    codes: dict[str, Mapping[str, Code]] = {
        ".".join(path): attribute.codes
        for path, attribute in by_path(attributes)
        if attribute.codes is not None
    }
    users = catalogue.get(catalogue.parents([each.urn for each in chain]))
    regions = [
        [
            CubeRegion(include=region.include, components=region.components)
            for region in user.metadata_target_regions
        ]
        for user in users
        if isinstance(user, MetadataConstraint) and user.role != "Actual"
    ]
    return left_by_all(regions, codes)


def _constrained(
    attributes: tuple[MetadataAttributeDefinition, ...],
    allowed: Mapping[str, frozenset[str]],
    above: str = "",
) -> tuple[MetadataAttributeDefinition, ...]:
    return tuple(
        replace(
            attribute,
            allowed=allowed.get(above + attribute.id),
            attributes=_constrained(attribute.attributes, allowed, f"{above}{attribute.id}."),
        )
        for attribute in attributes
    )
