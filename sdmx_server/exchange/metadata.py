"""Answer queries for reference metadata: by metadata set, by metadataflow, by what they are about.

Source: SDMX-REST 2.2, doc/metadata.md; SDMX-REST 1.5, section 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sdmx_server.errors import NoResults, Unsupported
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.metadata_resolution import resolve_report, usage_of
from sdmx_server.exchange.partial import stub
from sdmx_server.exchange.stores import Stores
from sdmx_server.metadata import MetadataReport
from sdmx_server.model.catalogue import holders
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.metadatastructure import MetadataProvisionAgreement
from sdmx_server.model.organisation import MetadataProviderScheme
from sdmx_server.model.urn import Urn, maintainable_urn, parse_urn
from sdmx_server.model.version import choose, choose_any
from sdmx_server.query import ArtefactQuery, MetadataQuery
from sdmx_server.storage.artefacts import Stored

_EVERY_VERSION = ArtefactQuery(versions=("*",))
_ANY = "*"


@dataclass(frozen=True, slots=True)
class _Filed:
    """A metadata set by what it is found by.

    Attributes:
        row: where it is kept.
        usage: URN of the metadataflow or agreement; None where that is not held.
        targets: the artefacts that its targets are, or are parts of.
        providers: who may have provided it, as ``AGENCY.PROVIDER``, with the URNs.
    """

    row: Stored
    usage: str | None
    targets: tuple[Urn, ...]
    providers: Mapping[str, str]


def answer(query: MetadataQuery, stores: Stores) -> list[MetadataReport]:
    """Find the metadata sets that a query asks for, ordered by provider, id and version.

    Raises:
        NoResults: if nothing matches.
        Unsupported: if the query wants part of a set by a key, or changes alone.
    """
    _check(query)
    catalogue = stores.catalogue(query.as_of)
    found = _FINDERS[query.by](query, catalogue)
    if not found:
        raise NoResults(f"No reference metadata match {_words(query)}.")
    sets = catalogue.get([filed.row for filed in found])
    reports = []
    for filed, metadata_set in zip(found, sets, strict=True):
        shown = stub(metadata_set, complete=False) if query.detail == "allstubs" else metadata_set
        if isinstance(shown, MetadataSet):
            urns = list(filed.providers.values())
            provider = urns[0] if len(urns) == 1 else None
            reports.append(resolve_report(shown, provider, catalogue))
    return reports


def _check(query: MetadataQuery) -> None:
    if any(any(codes) for key in query.keys for codes in key):
        raise Unsupported("Reference metadata cannot be asked for by key here; write all.")
    if query.updated_after is not None:
        raise Unsupported("Changes of reference metadata are not offered; leave out updatedAfter.")


def _words(query: MetadataQuery) -> str:
    wanted = query.artefact
    parts = (query.artefact_types, wanted.agencies, wanted.ids, wanted.versions, query.providers)
    return f"{query.by}: " + "/".join(",".join(part) or "*" for part in parts)


def _by_set(query: MetadataQuery, catalogue: Catalogue) -> list[_Filed]:
    rows = catalogue.matching((MetadataSet.artefact_type,), query.artefact)
    wanted = {row.urn for row in rows}
    return [filed for filed in _all(catalogue) if filed.row.urn in wanted]


def _by_flow(query: MetadataQuery, catalogue: Catalogue) -> list[_Filed]:
    """Return the sets reported against the metadataflows, or against agreements on them."""
    flows = {row.urn for row in catalogue.matching(("metadataflow",), query.artefact)}
    usages = flows | _agreements_on(flows, catalogue)
    found = [
        filed
        for filed in _all(catalogue)
        if filed.usage in usages and _is_provided_by(filed, query.providers)
    ]
    return _in_versions(found, query.versions)


def _by_structure(query: MetadataQuery, catalogue: Catalogue) -> list[_Filed]:
    """Return the sets about the structures, parts of them, or all that are like them."""
    rows = catalogue.matching(query.artefact_types, query.artefact)
    wanted = {row.urn: row for row in rows}
    found = [f for f in _all(catalogue) if any(_is_one(t, wanted, catalogue) for t in f.targets)]
    return _in_versions(found, query.versions)


_FINDERS: Mapping[str, Callable[[MetadataQuery, Catalogue], list[_Filed]]] = {
    "metadataset": _by_set,
    "metadataflow": _by_flow,
    "structure": _by_structure,
}


def _agreements_on(flows: set[str], catalogue: Catalogue) -> set[str]:
    users = catalogue.get(catalogue.parents(flows)) if flows else []
    agreements = (user for user in users if isinstance(user, MetadataProvisionAgreement))
    return {a.urn for a in agreements if _located(a.metadataflow, catalogue) in flows}


def _located(urn: str | None, catalogue: Catalogue) -> str | None:
    row = catalogue.located(urn) if urn else None
    return row.urn if row else None


def _is_provided_by(filed: _Filed, wanted: Sequence[str]) -> bool:
    names = (filed.row.agency_id, *filed.providers)
    return not wanted or any(
        name == provider or name.endswith(f".{provider}") for name in names for provider in wanted
    )


def _in_versions(found: Iterable[_Filed], queries: Sequence[str]) -> list[_Filed]:
    """Return what the version queries mean, each metadata set by itself."""
    versions: dict[tuple[str, str], dict[str, _Filed]] = {}
    for filed in found:
        versions.setdefault((filed.row.agency_id, filed.row.id), {})[filed.row.version] = filed
    return [held[v] for held in versions.values() for v in choose_any(held, queries)]


def _is_one(target: Urn, wanted: Mapping[str, Stored], catalogue: Catalogue) -> bool:
    """Whether a target means one of the structures that are wanted."""
    if _ANY in (target.agency_id, target.id, target.version):
        return any(_fits(target, row) for row in wanted.values())
    identity = (target.package, target.urn_class, target.agency_id, target.id, target.version)
    return _located(maintainable_urn(*identity), catalogue) in wanted


def _fits(target: Urn, row: Stored) -> bool:
    pairs = ((target.agency_id, row.agency_id), (target.id, row.id))
    return (
        target.urn_class in (row.urn_class, "Any")
        and all(asked in (_ANY, held) for asked, held in pairs)
        and bool(choose([row.version], target.version))
    )


def _all(catalogue: Catalogue) -> tuple[_Filed, ...]:
    """Return every metadata set that is held, filed once a catalogue."""
    return catalogue.remember(MetadataSet.artefact_type, lambda: _file(catalogue))


def _file(catalogue: Catalogue) -> tuple[_Filed, ...]:
    rows = catalogue.matching((MetadataSet.artefact_type,), _EVERY_VERSION)
    known = _known_providers(catalogue) if rows else {}
    return tuple(
        _Filed(
            row=row,
            usage=_located(usage_of(held), catalogue),
            targets=tuple(_artefact_of(parse_urn(target)) for target in held.targets),
            providers=_providers_of(held, known, catalogue),
        )
        for row, held in zip(rows, catalogue.get(rows), strict=True)
        if isinstance(held, MetadataSet)
    )


def _artefact_of(target: Urn) -> Urn:
    """Return the artefact that a target is, or is part of."""
    held_by = holders(target.package, target.urn_class)
    urn_class = held_by[0].urn_class if held_by else target.urn_class
    return replace(target, urn_class=urn_class, item=None)


def _known_providers(catalogue: Catalogue) -> dict[str, str]:
    """Return the URNs of all metadata providers by ``AGENCY.PROVIDER``."""
    rows = catalogue.matching((MetadataProviderScheme.artefact_type,), ArtefactQuery())
    return {
        f"{scheme.agency_id}.{provider.id}": scheme.item_urn(provider.id)
        for scheme in catalogue.get(rows)
        if isinstance(scheme, MetadataProviderScheme)
        for provider in scheme.metadata_providers
    }


def _providers_of(
    metadata_set: MetadataSet, known: Mapping[str, str], catalogue: Catalogue
) -> dict[str, str]:
    """Return who may have provided a set: by its agreement, else all of its agency's name."""
    urn = metadata_set.metadata_provision_agreement
    agreement = catalogue.resolved(urn) if urn else None
    if isinstance(agreement, MetadataProvisionAgreement) and agreement.metadata_provider:
        provider = parse_urn(agreement.metadata_provider)
        return {f"{provider.agency_id}.{provider.item}": agreement.metadata_provider}
    agency = metadata_set.agency_id
    return {n: urn for n, urn in known.items() if n == agency or n.endswith(f".{agency}")}
