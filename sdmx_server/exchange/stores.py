"""The stores that the server works on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from sdmx_server.exchange.catalogue import Catalogue, CatalogueCache
from sdmx_server.exchange.present import Made, Present, PresentReader
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.database import Engine, opened
from sdmx_server.storage.maintenance import MaintenanceStore
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.revisions import RevisionReader
from sdmx_server.storage.self_checks import SelfCheckStore
from sdmx_server.storage.tokens import TokenStore
from sdmx_server.storage.versions import DatasetVersion


@dataclass(frozen=True, slots=True)
class Stores:
    """What one database holds: structures, observations, tokens, and the state of the service.

    Attributes:
        presents: reads what holds now.
        moment: what "now" is to who asks these stores; None where it is whenever they ask.
    """

    artefacts: ArtefactStore
    observations: ObservationStore
    catalogues: CatalogueCache
    tokens: TokenStore
    maintenance: MaintenanceStore
    self_checks: SelfCheckStore
    presents: PresentReader
    moment: Present | None = None

    def at(self, moment: Present) -> Stores:
        """Return the stores as they stand at a moment, whatever is published meanwhile."""
        return replace(self, moment=moment)

    def present(self) -> Present:
        """Return what holds now.

        Raises:
            Unavailable: if the database cannot be reached.
        """
        return self.moment or self.presents.read()

    def catalogue(self, as_of: datetime | None = None) -> Catalogue:
        """Return the structures that hold now, or held at an instant."""
        present = self.present()
        if as_of is None or as_of >= present.revisions.structures.changed:
            return present.catalogue
        return self.catalogues.at(as_of)

    def current(self, dataset: str, as_of: datetime | None = None) -> DatasetVersion | None:
        """Return the version of a dataset that holds now, or held at an instant, if any did."""
        present = self.present()
        if as_of is None or as_of >= present.revisions.observations.changed:
            return present.datasets.get(dataset)
        return self.observations.current(dataset, as_of)

    def remember(
        self,
        as_of: datetime | None,
        key: Hashable,
        make: Callable[[], Made],
        size: Callable[[Made], int] | None = None,
    ) -> Made:
        """Return what was made for a key of what holds now; make it of an earlier instant."""
        return self.present().remember(key, make, size) if as_of is None else make()


def open_stores(url: str) -> Stores:
    """Open the database of a URL, laying out its tables where they are missing."""
    return stores_of(opened(url))


def stores_of(engine: Engine) -> Stores:
    """Return the stores of a database."""
    artefacts, observations = ArtefactStore(engine), ObservationStore(engine)
    catalogues, maintenance = CatalogueCache(artefacts), MaintenanceStore(engine)
    return Stores(
        artefacts,
        observations,
        catalogues,
        TokenStore(engine),
        maintenance,
        SelfCheckStore(engine),
        PresentReader(RevisionReader(engine), catalogues, observations, maintenance),
    )
