"""The stores that the server works on."""

from __future__ import annotations

from dataclasses import dataclass

from sdmx_server.exchange.catalogue import CatalogueCache
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.observations import ObservationStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Structures and observations of one database."""

    artefacts: ArtefactStore
    observations: ObservationStore
    catalogues: CatalogueCache


def stores_of(artefacts: ArtefactStore, observations: ObservationStore) -> Stores:
    """Put the stores of one database together."""
    return Stores(artefacts, observations, CatalogueCache(artefacts))
