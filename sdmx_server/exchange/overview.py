"""An overview of what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sdmx_server.exchange.access import Access, is_open
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.cube import dataset_of, flow_name
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.artefact import ItemScheme
from sdmx_server.model.catalogue import items
from sdmx_server.model.datastructure import Dataflow, ProvisionAgreement
from sdmx_server.model.urn import parse_urn
from sdmx_server.query import ArtefactQuery


@dataclass(frozen=True, slots=True)
class Entry:
    """A dataflow at a glance.

    Attributes:
        agency_id, id, version: its identity.
        names, descriptions: by language.
        providers: names by language of those who supply it.
        is_open: whether everyone may read its data; otherwise nothing more is told of them.
        observation_count: how many observations are published.
        published_at: when they were last published, UTC; None where none are.
    """

    agency_id: str
    id: str
    version: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    providers: tuple[Mapping[str, str], ...]
    is_open: bool
    observation_count: int
    published_at: datetime | None


def overview(stores: Stores, access: Access) -> list[Entry]:
    """Return the newest version of every dataflow: those with data first, then by id."""
    catalogue = stores.catalogue()
    rows = catalogue.matching(("dataflow",), ArtefactQuery(versions=("latest",)))
    flows = [flow for flow in catalogue.get(rows) if isinstance(flow, Dataflow)]
    entries = [_entry(flow, catalogue, stores, access) for flow in flows]
    return sorted(entries, key=lambda entry: (entry.observation_count == 0, entry.id))


def _entry(flow: Dataflow, catalogue: Catalogue, stores: Stores, access: Access) -> Entry:
    open_ = is_open(access, {flow_name(flow.urn)})
    version = stores.current(dataset_of(flow.urn)) if open_ else None
    users = catalogue.get(catalogue.parents([flow.urn]))
    agreements = [user for user in users if isinstance(user, ProvisionAgreement)]
    return Entry(
        agency_id=flow.agency_id,
        id=flow.id,
        version=flow.version,
        names=flow.names,
        descriptions=flow.descriptions,
        providers=tuple(_provider_names(each, catalogue) for each in agreements),
        is_open=open_,
        observation_count=version.observation_count if version else 0,
        published_at=version.published_at if version else None,
    )


def _provider_names(agreement: ProvisionAgreement, catalogue: Catalogue) -> Mapping[str, str]:
    urn = agreement.data_provider or ""
    scheme, id_ = catalogue.resolved(urn), parse_urn(urn).item or ""
    providers = items(scheme) if isinstance(scheme, ItemScheme) else ()
    return next((p.names for p in providers if p.id == id_), {"en": id_})
