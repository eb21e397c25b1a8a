"""The stores that the server works on."""

from __future__ import annotations

from dataclasses import dataclass

from sdmx_server.exchange.catalogue import CatalogueCache
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.database import Engine, opened
from sdmx_server.storage.maintenance import MaintenanceStore
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.self_checks import SelfCheckStore
from sdmx_server.storage.tokens import TokenStore


@dataclass(frozen=True, slots=True)
class Stores:
    """What one database holds: structures, observations, tokens, and the state of the service."""

    artefacts: ArtefactStore
    observations: ObservationStore
    catalogues: CatalogueCache
    tokens: TokenStore
    maintenance: MaintenanceStore
    self_checks: SelfCheckStore


def open_stores(url: str) -> Stores:
    """Open the database of a URL, laying out its tables where they are missing."""
    return stores_of(opened(url))


def stores_of(engine: Engine) -> Stores:
    """Return the stores of a database."""
    artefacts = ArtefactStore(engine)
    return Stores(
        artefacts,
        ObservationStore(engine),
        CatalogueCache(artefacts),
        TokenStore(engine),
        MaintenanceStore(engine),
        SelfCheckStore(engine),
    )
