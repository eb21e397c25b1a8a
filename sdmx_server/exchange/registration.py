"""Answer queries for registrations: the server is the registry of the data that it holds.

Nobody registers anything here: each provision agreement whose provider has data of its dataflow
in the store is one registration, and its source is this service.

Source: SDMX-REST 2.2, doc/registration.md; SDMX 3.1 Information Model, section 10.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sdmx_server.dataset import PROVIDER
from sdmx_server.errors import NoResults
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.cube import dataset_of, flow_name
from sdmx_server.exchange.selection import Selection
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.constraint import DataSource
from sdmx_server.model.datastructure import Dataflow, ProvisionAgreement
from sdmx_server.model.registration import Registration
from sdmx_server.model.urn import Urn, parse_urn
from sdmx_server.query import ArtefactQuery, RegistrationQuery
from sdmx_server.storage.versions import DatasetVersion

_CONTEXTS = ("datastructure", "dataflow", "provisionagreement")


@dataclass(frozen=True, slots=True)
class _Supply:
    """What is agreed: who supplies data of which dataflow.

    Attributes:
        id: that of the registration.
        agreement: the provision agreement.
        provider: the data provider.
        dataflow: the dataflow as ``AGENCY:ID``.
        dataset: where the data of the dataflow are.
        artefacts: URNs of the agreement, the dataflow and the data structure.
    """

    id: str
    agreement: ProvisionAgreement
    provider: Urn
    dataflow: str
    dataset: str
    artefacts: frozenset[str]


def answer(
    query: RegistrationQuery,
    stores: Stores,
    service_url: str,
    without: Set[str] = frozenset(),
) -> list[Registration]:
    """Find the registrations that a query asks for, ordered by id.

    A registration was updated when a publication last changed observations of its provider;
    what others supply to the same dataflow does not count.

    Args:
        query: which ones.
        stores: the structures and observations.
        service_url: where this service is, as the client sees it; the source of all data.
        without: dataflows as ``AGENCY:ID`` whose registrations are left out.

    Raises:
        NoResults: if none matches.
    """
    catalogue = stores.catalogue()
    supplies = [each for each in _wanted(query, catalogue) if each.dataflow not in without]
    registered = (_registered(each, catalogue, stores, service_url) for each in supplies)
    found = [each for each in registered if each is not None]
    in_time = [each for each in found if _is_within(query, each.last_updated)]
    if not in_time:
        raise NoResults(f"No registration matches {_words(query)}.")
    return sorted(in_time, key=lambda registration: registration.id)


def dataflows_of(query: RegistrationQuery, stores: Stores) -> frozenset[str]:
    """Return the dataflows that a query is about, as ``AGENCY:ID``, with or without data."""
    return frozenset(supply.dataflow for supply in _wanted(query, stores.catalogue()))


def _wanted(query: RegistrationQuery, catalogue: Catalogue) -> list[_Supply]:
    is_wanted = _FINDERS.get(query.by, _in_context)(query, catalogue)
    return [supply for supply in _supplies(catalogue) if is_wanted(supply)]


def _by_id(query: RegistrationQuery, catalogue: Catalogue) -> Callable[[_Supply], bool]:
    return lambda supply: supply.id == query.id


def _by_provider(query: RegistrationQuery, catalogue: Catalogue) -> Callable[[_Supply], bool]:
    agencies, ids = query.artefact.agencies, query.artefact.ids
    return lambda supply: (
        (not agencies or supply.provider.agency_id in agencies)
        and (not ids or supply.provider.item in ids)
    )


def _in_context(query: RegistrationQuery, catalogue: Catalogue) -> Callable[[_Supply], bool]:
    types = _CONTEXTS if query.by == "*" else (query.by,)
    wanted = {row.urn for row in catalogue.matching(types, query.artefact)}
    return lambda supply: not wanted.isdisjoint(supply.artefacts)


_FINDERS: Mapping[str, Callable[[RegistrationQuery, Catalogue], Callable[[_Supply], bool]]] = {
    "id": _by_id,
    "provider": _by_provider,
}


def _supplies(catalogue: Catalogue) -> tuple[_Supply, ...]:
    """Return everything that is agreed, found once a catalogue."""
    return catalogue.remember("registration", lambda: tuple(_agreed(catalogue)))


def _agreed(catalogue: Catalogue) -> Iterator[_Supply]:
    rows = catalogue.matching(("provisionagreement",), ArtefactQuery(versions=("*",)))
    for agreement in catalogue.get(rows):
        if not isinstance(agreement, ProvisionAgreement) or agreement.data_provider is None:
            continue
        flow = catalogue.resolved(agreement.dataflow) if agreement.dataflow else None
        if isinstance(flow, Dataflow):
            structure = catalogue.located(flow.structure) if flow.structure else None
            above = {structure.urn} if structure else set()
            yield _Supply(
                id=_registration_id(agreement),
                agreement=agreement,
                provider=parse_urn(agreement.data_provider),
                dataflow=flow_name(flow.urn),
                dataset=dataset_of(flow.urn),
                artefacts=frozenset({agreement.urn, flow.urn} | above),
            )


def _registration_id(agreement: ProvisionAgreement) -> str:
    """Return agency, id and version of an agreement as one id.

    An id cannot hold the dots of agencies and versions, and neither of these holds ``@`` or
    ``$``; so no two agreements have the same.
    """
    return f"{agreement.agency_id}@{agreement.id}@{agreement.version}".replace(".", "$")


def _registered(
    supply: _Supply, catalogue: Catalogue, stores: Stores, service_url: str
) -> Registration | None:
    """Return the registration of a supply; None where there are no data."""
    version = stores.current(supply.dataset)
    if version is None:
        return None
    updates = catalogue.remember(  # versions never change either
        f"registration {version.dataset} {version.number}", lambda: _updates(version, stores)
    )
    updated = updates.get(f"{supply.provider.agency_id}.{supply.provider.item}")
    if updated is None:
        return None
    has_time = version.layout.time is not None
    return Registration(
        id=supply.id,
        provision_agreement=supply.agreement.urn,
        queryable_data_source=DataSource(
            data_url=service_url, is_rest_datasource=True, is_web_service_datasource=False
        ),
        last_updated=updated,
        valid_from=supply.agreement.valid_from,
        valid_to=supply.agreement.valid_to,
        index_time_series=has_time,
        index_data_set=True,
        index_reporting_period=has_time,
    )


def _updates(current: DatasetVersion, stores: Stores) -> Mapping[str, datetime]:
    """Return when the data of each provider in a dataset version last changed."""
    versions = stores.observations.versions(current.dataset)[: current.number]
    held = _observation_counts(stores.observations.select(current))
    found: dict[str, datetime] = {}
    for place in range(len(versions) - 1, -1, -1):
        earlier = versions[place - 1] if place else None
        for provider in _changed(earlier, versions[place], stores):
            found.setdefault(provider, versions[place].published_at)
        if held.keys() <= found.keys():
            break
    return {provider: found[provider] for provider in held}


def _changed(earlier: DatasetVersion | None, later: DatasetVersion, stores: Stores) -> set[str]:
    """Return the providers that have other data in a version than in the one before it.

    They have new or different observations there, or fewer: some may be gone, or be supplied
    by somebody else now.
    """
    now = _observation_counts(stores.observations.select(later))
    if earlier is None or not earlier.observation_count:  # what there was may be laid out otherwise
        return set(now)
    if earlier.dataset_attributes != later.dataset_attributes:
        return set(now)
    then = _observation_counts(stores.observations.select(earlier))
    updated = _observation_counts(stores.observations.changes(earlier, later).updated)
    return set(updated) | {provider for provider in now if now[provider] < then.get(provider, 0)}


def _observation_counts(selection: Selection) -> dict[str, int]:
    """Return how many observations each provider has in a selection, if any."""
    codes = selection.series[PROVIDER]
    texts = selection.dictionaries[PROVIDER]
    return {
        texts[code]: int(selection.counts[codes == code].sum())
        for code in np.unique(codes[codes >= 0]).tolist()
    }


def _is_within(query: RegistrationQuery, updated: datetime | None) -> bool:
    """Whether an instant lies between the bounds of a query, which do not count themselves."""
    after, before = query.updated_after, query.updated_before
    return updated is not None and (
        (after is None or updated > after) and (before is None or updated < before)
    )


def _words(query: RegistrationQuery) -> str:
    wanted = query.artefact
    parts = {
        "id": ((query.id or "",),),
        "provider": (wanted.agencies, wanted.ids),
    }.get(query.by, (wanted.agencies, wanted.ids, wanted.versions))
    bounds = (("updatedAfter", query.updated_after), ("updatedBefore", query.updated_before))
    told = "".join(f", {name} {instant.isoformat()}" for name, instant in bounds if instant)
    return f"{query.by} " + "/".join(",".join(part) or "*" for part in parts) + told
