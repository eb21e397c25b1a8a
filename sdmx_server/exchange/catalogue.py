"""The catalogue: which artefacts there are, found by query, by URN and by reference.

What there is at one revision of the store never changes, so its index is kept in memory
until the next revision; artefacts themselves are read when they are needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from threading import Lock
from typing import Any, TypeVar

from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.catalogue import holders
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.urn import parse_urn
from sdmx_server.model.version import choose_any
from sdmx_server.query import ArtefactQuery
from sdmx_server.storage.artefacts import ArtefactStore, Stored
from sdmx_server.storage.database import Revision

Kept = TypeVar("Kept")
Identity = tuple[str, str, str]
"""Artefact type, agency and id."""

_NO_STRUCTURE = MetadataSet.artefact_type
"""What is found only where it is asked for by name."""


class Catalogue:
    """The artefacts as they stood at one instant.

    Every revision of the store has an instant of its own, so what is read as of that never
    mixes two revisions, whatever is published meanwhile.
    """

    def __init__(self, store: ArtefactStore, as_of: datetime) -> None:
        self._store = store
        self._as_of = as_of
        self._versions: Mapping[Identity, dict[str, Stored]] = _index(store, as_of)
        self._memory: dict[str, Any] = {}

    def matching(self, types: Sequence[str], query: ArtefactQuery) -> list[Stored]:
        """Return what a query is about, each version query answered artefact by artefact.

        Args:
            types: artefact types of SDMX-REST 2.2, or ``metadataset``; empty for every type
                of structure.
            query: agencies, ids and version queries.
        """
        return [
            versions[version]
            for versions in self._meant(types, query)
            for version in choose_any(versions, query.versions)
        ]

    def _meant(self, types: Sequence[str], query: ArtefactQuery) -> Iterator[Mapping[str, Stored]]:
        """Yield the versions of each artefact that is meant, ordered by type, agency and id."""
        if types and query.agencies and query.ids:
            for identity in sorted(set(product(types, query.agencies, query.ids))):
                if identity in self._versions:
                    yield self._versions[identity]
            return
        for (type_, agency, id_), versions in self._versions.items():
            if (
                (type_ in types if types else type_ != _NO_STRUCTURE)
                and (not query.agencies or agency in query.agencies)
                and (not query.ids or id_ in query.ids)
            ):
                yield versions

    def located(self, urn: str) -> Stored | None:
        """Return where the artefact is kept that a URN is, or is part of.

        A version such as ``1.0+.0`` stands for the highest that fits.
        """
        parts = parse_urn(urn)
        classes = holders(parts.package, parts.urn_class)
        for type_ in dict.fromkeys(cls.artefact_type for cls in classes):
            versions = self._versions.get((type_, parts.agency_id, parts.id), {})
            for version in choose_any(versions, (parts.version,)):
                return versions[version]
        return None

    def resolved(self, urn: str) -> Maintainable | None:
        """Return the artefact that a URN is, or is part of; None where it is not held."""
        row = self.located(urn)
        return self._store.get([row])[0] if row else None

    def get(self, rows: Sequence[Stored]) -> list[Maintainable]:
        """Return the artefacts kept there, in the same order."""
        return self._store.get(rows)

    def parents(self, urns: Iterable[str]) -> list[Stored]:
        """Return the structures that refer to any of these, or to an item of them."""
        users = self._store.parents(list(urns), as_of=self._as_of)
        return [user for user in users if user.artefact_type != _NO_STRUCTURE]

    def remember(self, key: str, make: Callable[[], Kept]) -> Kept:
        """Return what was made for a key before, or make it; a catalogue never changes."""
        if key not in self._memory:
            self._memory[key] = make()
        kept: Kept = self._memory[key]
        return kept


def _index(store: ArtefactStore, as_of: datetime) -> dict[Identity, dict[str, Stored]]:
    index: dict[Identity, dict[str, Stored]] = defaultdict(dict)
    for row in store.find((), (), (), as_of=as_of):
        index[row.artefact_type, row.agency_id, row.id][row.version] = row
    return dict(index)


class CatalogueCache:
    """Keeps the catalogue of the newest revision; shared by threads."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._lock = Lock()
        self._kept: tuple[int, Catalogue] | None = None

    def at(self, as_of: datetime | None = None) -> Catalogue:
        """Return the catalogue as it stood at an instant; now, if none is given."""
        return self.of(self._store.revision()) if as_of is None else Catalogue(self._store, as_of)

    def of(self, revision: Revision) -> Catalogue:
        """Return the catalogue of a revision that was read just now."""
        with self._lock:
            if self._kept is None or self._kept[0] != revision.number:
                self._kept = revision.number, Catalogue(self._store, revision.changed)
            return self._kept[1]
