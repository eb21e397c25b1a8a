"""What holds at one moment: structures, datasets, and whether the service is open.

A request works on one such moment from its beginning to its end, whatever is published
meanwhile. Nothing of it ever changes, so it is kept until one of the revisions has, and so is
what is made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from sdmx_server.errors import Unavailable
from sdmx_server.exchange.catalogue import Catalogue, CatalogueCache
from sdmx_server.storage.cache import Cache
from sdmx_server.storage.maintenance import Maintenance, MaintenanceStore
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.revisions import RevisionReader, Revisions
from sdmx_server.storage.versions import DatasetVersion

Made = TypeVar("Made")

_REMEMBERED = 64_000_000
_USUAL = 20_000  # about how many bytes of memory something takes at most, with its key
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Present:
    """What holds at one moment.

    Attributes:
        revisions: where the stores stand.
        catalogue: the structures.
        datasets: the versions of datasets that hold, by the name of the dataset.
        closed: how the service is closed; None where it is open.
    """

    revisions: Revisions
    catalogue: Catalogue
    datasets: Mapping[str, DatasetVersion]
    closed: Maintenance | None
    _memory: Cache[Hashable, Any] = field(default_factory=lambda: Cache(_REMEMBERED))

    def remember(
        self, key: Hashable, make: Callable[[], Made], size: Callable[[Made], int] | None = None
    ) -> Made:
        """Return what was made for a key before, or make it; what was used last is kept.

        Args:
            key: stands for all that it is made from, beside this moment.
            make: makes it.
            size: tells how many more bytes than usual it takes.
        """
        kept: Made | None = self._memory.get(key)
        if kept is None:
            kept = make()
            self._memory.put(key, kept, _USUAL + (size(kept) if size else 0))
        return kept


class PresentReader:
    """Keeps what holds now; shared by threads."""

    def __init__(
        self,
        revisions: RevisionReader,
        catalogues: CatalogueCache,
        observations: ObservationStore,
        maintenance: MaintenanceStore,
    ) -> None:
        self._revisions = revisions
        self._catalogues = catalogues
        self._observations = observations
        self._maintenance = maintenance
        self._lock = Lock()
        self._kept: Present | None = None

    def read(self) -> Present:
        """Return what holds now; where nothing has changed, this reads the revisions alone.

        Raises:
            Unavailable: if the database cannot be reached, or is changed without end.
        """
        revisions = self._revisions.read()
        kept = self._kept
        if kept is not None and kept.revisions == revisions:
            return kept
        with self._lock:
            return self._read()

    def _read(self) -> Present:
        known = self._kept.datasets if self._kept else {}
        for _ in range(_ATTEMPTS):
            revisions = self._revisions.read()
            if self._kept is not None and self._kept.revisions == revisions:
                return self._kept
            closed = self._maintenance.state()
            number, datasets = self._observations.current_versions(known)
            if number == revisions.observations.number:
                catalogue = self._catalogues.of(revisions.structures)
                self._kept = Present(revisions, catalogue, datasets, closed)
                return self._kept
        raise Unavailable("Much is being published at this moment; ask again.")
