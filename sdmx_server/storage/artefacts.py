"""The artefact store: every version of every artefact, as it is and as it was.

Source: SDMX-REST 2.2, doc/structures.md (``asOf``, ``references``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sdmx_server.errors import SemanticError
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.catalogue import (
    decode,
    encode,
    holders,
    references,
    type_name,
)
from sdmx_server.model.urn import Urn, parse_urn
from sdmx_server.model.version import choose
from sdmx_server.storage.cache import Cache
from sdmx_server.storage.database import (
    Revision,
    hold_revision,
    lock_revision,
    portions,
    raise_revision,
    read_revision,
    reading,
    revision_of,
    writing,
)
from sdmx_server.storage.tables import STORES, artefact_references, artefacts

STORE, OBSERVATIONS = STORES


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored artefact: what identifies it.

    Attributes:
        row: number of its row; what is in a row never changes.
        urn: its URN.
        artefact_type: its type in SDMX-REST 2.2.
        class_name: name of its class in the model.
        urn_class: its class in URNs.
        agency_id: its agency.
        id: its id.
        version: its version.
    """

    row: int
    urn: str
    artefact_type: str
    class_name: str
    urn_class: str
    agency_id: str
    id: str
    version: str


_STORED = tuple(artefacts.c[name] for name in Stored.__dataclass_fields__)


class ArtefactStore:
    """Artefacts in a database; decoded ones are kept in memory up to ``cache_bytes``."""

    def __init__(self, engine: sa.Engine, cache_bytes: int = 32_000_000) -> None:
        self._engine = engine
        self._cache: Cache[int, Maintainable] = Cache(cache_bytes)

    def put(
        self, new: Iterable[Maintainable], at: datetime, *, observations: int | None = None
    ) -> int:
        """Store artefacts in one transaction and return how many have changed.

        A version that is there with other content is replaced; ``as_of`` an earlier instant
        the old content can still be read. Identical content is left alone. What is stored
        holds from ``at``, or from just after the last change where that is later.

        Args:
            new: the artefacts.
            at: since when they hold.
            observations: the revision of the observations that the artefacts were checked
                against; None where they were not.

        Raises:
            SemanticError: if a reference in an artefact is no URN.
            Overtaken: if the observations have another revision by now.
            Unavailable: if the database cannot be written to now.
        """
        documents = {artefact.urn: (artefact, encode(artefact)) for artefact in new}
        with writing(self._engine) as connection:
            at = _after(lock_revision(connection, STORE), at)
            held = _documents(connection, list(documents))
            changed = [
                (artefact, document)
                for urn, (artefact, document) in documents.items()
                if held.get(urn) != (type_name(artefact), document)
            ]
            if not changed:
                return 0
            hold_revision(connection, OBSERVATIONS, observations)
            _close(connection, [artefact.urn for artefact, _ in changed], at)
            _insert(connection, changed, at)
            raise_revision(connection, STORE, at)
        return len(changed)

    def delete(self, urns: Iterable[str], at: datetime) -> int:
        """Take artefacts out in one transaction and return how many there were.

        ``as_of`` an earlier instant they can still be read.

        Raises:
            Unavailable: if the database cannot be written to now.
        """
        with writing(self._engine) as connection:
            at = _after(lock_revision(connection, STORE), at)
            closed = _close(connection, list(dict.fromkeys(urns)), at)
            if closed:
                raise_revision(connection, STORE, at)
        return closed

    def find(
        self,
        types: Sequence[str] = (),
        agencies: Sequence[str] = (),
        ids: Sequence[str] = (),
        as_of: datetime | None = None,
    ) -> list[Stored]:
        """Return what identifies the artefacts of these types, agencies and ids.

        An empty sequence means any. All versions are returned, ordered by type, agency, id
        and version as texts.
        """
        columns = artefacts.c
        wanted = {columns.artefact_type: types, columns.agency_id: agencies, columns.id: ids}
        statement = (
            sa.select(*_STORED)
            .where(_valid(artefacts, as_of))
            .where(*(column.in_(values) for column, values in wanted.items() if values))
            .order_by(columns.artefact_type, columns.agency_id, columns.id, columns.version)
        )
        with reading(self._engine) as connection:
            return [Stored(*row) for row in connection.execute(statement)]

    def get(
        self, urns: Iterable[str | Stored], as_of: datetime | None = None
    ) -> list[Maintainable]:
        """Return artefacts in the order asked for; those that are not there are left out.

        What ``find``, ``children`` and ``parents`` return is read by its row, whatever
        ``as_of`` is, and costs nothing where it is in memory.
        """
        wanted = list(urns)
        rows = self._rows([each for each in wanted if isinstance(each, str)], as_of)
        numbers = [
            each.row if isinstance(each, Stored) else rows[each]
            for each in wanted
            if isinstance(each, Stored) or each in rows
        ]
        decoded = self._decoded(list(dict.fromkeys(numbers)))
        return [decoded[number] for number in numbers]

    def children(self, urns: Iterable[str | Stored], as_of: datetime | None = None) -> list[Stored]:
        """Return the artefacts that some artefacts refer to, each once.

        A version wildcard in a reference picks among the versions that are there.
        """
        return list(dict.fromkeys(child for _, child in self._edges(urns, as_of, _REFERRING)))

    def parents(self, urns: Iterable[str | Stored], as_of: datetime | None = None) -> list[Stored]:
        """Return the artefacts that refer to some artefacts, each once."""
        wanted = {_urn(each) for each in urns}
        edges = self._edges(wanted, as_of, _REFERRED_TO)
        return list(dict.fromkeys(parent for parent, child in edges if child.urn in wanted))

    def revision(self) -> Revision:
        """Return how often the artefacts were changed, and when last."""
        return read_revision(self._engine, STORE)

    def revision_at(self, instant: datetime) -> Revision:
        """Return what tells the state at an instant from others; later changes leave it as it is.

        Its number counts what came and went until then.
        """
        columns = artefacts.c
        came, went = columns.valid_from <= instant, columns.valid_to <= instant
        statement = sa.select(
            sa.func.count(sa.case((came, 1))) + sa.func.count(sa.case((went, 1))),
            sa.func.max(sa.case((came, columns.valid_from))),
            sa.func.max(sa.case((went, columns.valid_to))),
        )
        with reading(self._engine) as connection:
            number, *changed = connection.execute(statement).one()
        return revision_of(number, changed)

    def _rows(self, urns: Sequence[str], as_of: datetime | None) -> dict[str, int]:
        found: dict[str, int] = {}
        if not urns:
            return found
        statement = sa.select(artefacts.c.urn, artefacts.c.row).where(_valid(artefacts, as_of))
        with reading(self._engine) as connection:
            for some in portions(urns):
                rows = connection.execute(statement.where(artefacts.c.urn.in_(some)))
                found.update((row.urn, row.row) for row in rows)
        return found

    def _decoded(self, rows: Sequence[int]) -> dict[int, Maintainable]:
        kept = {row: self._cache.get(row) for row in rows}
        decoded = {row: artefact for row, artefact in kept.items() if artefact is not None}
        missing = [row for row in rows if row not in decoded]
        if not missing:
            return decoded
        columns = artefacts.c
        statement = sa.select(columns.row, columns.class_name, columns.document)
        with reading(self._engine) as connection:
            for some in portions(missing):
                for row in connection.execute(statement.where(columns.row.in_(some))):
                    artefact = decode(row.class_name, row.document)
                    self._cache.put(row.row, artefact, _MEMORY_FACTOR * len(row.document))
                    decoded[row.row] = artefact
        return decoded

    def _edges(
        self, urns: Iterable[str | Stored], as_of: datetime | None, seen_from: sa.FromClause
    ) -> Iterator[tuple[Stored, Stored]]:
        """Yield referring and referred-to artefacts where one of them is among the URNs."""
        base = _edge_statement(as_of)
        candidates: dict[tuple[Any, ...], list[Stored]] = {}
        with reading(self._engine) as connection:
            for some in portions(list(dict.fromkeys(map(_urn, urns)))):
                for row in connection.execute(base.where(_among(seen_from, some, as_of))):
                    referring, query = row[:_WIDTH], row[_WIDTH]
                    referred = Stored(*row[_WIDTH + 1 :])
                    edge = (*referring, query, referred.urn_class, referred.agency_id, referred.id)
                    candidates.setdefault(edge, []).append(referred)
        for edge, available in candidates.items():
            chosen = set(choose([each.version for each in available], edge[_WIDTH]))
            for referred in available:
                if referred.version in chosen:
                    yield Stored(*edge[:_WIDTH]), referred


_MEMORY_FACTOR = 4
_INSTANT = timedelta(microseconds=1)
_WIDTH = len(_STORED)
_REFERRING = artefacts.alias("referring")
_REFERRED_TO = artefacts.alias("referred_to")


def _after(revision: Revision, at: datetime) -> datetime:
    """Return an instant later than the last change, so that each revision has one of its own."""
    return max(at, revision.changed + _INSTANT) if revision.number else at


def _urn(artefact: str | Stored) -> str:
    return artefact if isinstance(artefact, str) else artefact.urn


def _valid(table: sa.FromClause, as_of: datetime | None) -> sa.ColumnElement[bool]:
    valid_from: sa.ColumnElement[datetime] = table.c.valid_from
    valid_to: sa.ColumnElement[datetime | None] = table.c.valid_to
    if as_of is None:
        return valid_to.is_(None)
    return sa.and_(valid_from <= as_of, sa.or_(valid_to.is_(None), valid_to > as_of))


def _edge_statement(as_of: datetime | None) -> sa.Select[Any]:
    edge, target = artefact_references.c, _REFERRED_TO.c
    identity = sa.and_(
        edge.urn_class == target.urn_class, edge.agency_id == target.agency_id, edge.id == target.id
    )
    joined = _REFERRING.join(artefact_references, _REFERRING.c.row == edge.row)
    return (
        sa.select(
            *(_REFERRING.c[column.name] for column in _STORED),
            edge.version.label("query"),
            *(target[column.name] for column in _STORED),
        )
        .select_from(joined.join(_REFERRED_TO, identity))
        .where(_valid(_REFERRING, as_of), _valid(_REFERRED_TO, as_of))
        .order_by(_REFERRING.c.row, target.row)
    )


def _among(
    seen_from: sa.FromClause, urns: Sequence[str], as_of: datetime | None
) -> sa.ColumnElement[bool]:
    """Restrict the edges; all versions of what is referred to are wanted, to choose among."""
    if seen_from is _REFERRING:
        return _REFERRING.c.urn.in_(urns)
    named = artefacts.alias("named")
    return sa.exists().where(
        named.c.urn.in_(urns),
        _valid(named, as_of),
        named.c.urn_class == _REFERRED_TO.c.urn_class,
        named.c.agency_id == _REFERRED_TO.c.agency_id,
        named.c.id == _REFERRED_TO.c.id,
    )


def _documents(connection: sa.Connection, urns: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    columns = artefacts.c
    statement = sa.select(columns.urn, columns.class_name, columns.document).where(
        _valid(artefacts, None)
    )
    held: dict[str, tuple[str, bytes]] = {}
    for some in portions(urns):
        for row in connection.execute(statement.where(columns.urn.in_(some))):
            held[row.urn] = (row.class_name, row.document)
    return held


def _close(connection: sa.Connection, urns: Sequence[str], at: datetime) -> int:
    closed = 0
    for some in portions(urns):
        statement = (
            artefacts.update()
            .where(artefacts.c.urn.in_(some), artefacts.c.valid_to.is_(None))
            .values(valid_to=at)
        )
        closed += connection.execute(statement).rowcount
    return closed


def _insert(
    connection: sa.Connection, changed: Sequence[tuple[Maintainable, bytes]], at: datetime
) -> None:
    rows = [_row(artefact, document, at) for artefact, document in changed]
    statement = artefacts.insert().returning(artefacts.c.row, sort_by_parameter_order=True)
    numbers = connection.scalars(statement, rows).all()
    edges = [
        {"row": number, **edge}
        for number, (artefact, _) in zip(numbers, changed, strict=True)
        for edge in _references(artefact)
    ]
    if edges:
        connection.execute(artefact_references.insert(), edges)


def _row(artefact: Maintainable, document: bytes, at: datetime) -> dict[str, Any]:
    return {
        "urn": artefact.urn,
        "artefact_type": artefact.artefact_type,
        "class_name": type_name(artefact),
        "urn_class": artefact.urn_class,
        "agency_id": artefact.agency_id,
        "id": artefact.id,
        "version": artefact.version,
        "document": document,
        "valid_from": at,
    }


def _references(artefact: Maintainable) -> list[dict[str, str]]:
    """Return the artefacts that an artefact refers to, or to parts of, each once.

    Raises:
        SemanticError: if a reference is no URN.
    """
    try:
        urns = [parse_urn(urn) for urn in references(artefact)]
    except ValueError as error:
        raise SemanticError(
            f"{artefact.urn} refers to something else than a URN: {error}"
        ) from error
    edges = {(_maintainable_class(urn), urn.agency_id, urn.id, urn.version) for urn in urns}
    names = ("urn_class", "agency_id", "id", "version")
    return [dict(zip(names, edge, strict=True)) for edge in sorted(edges)]


def _maintainable_class(urn: Urn) -> str:
    """Return the class of the artefact that a URN names, or names a part of."""
    classes = holders(urn.package, urn.urn_class)
    return classes[0].urn_class if classes else urn.urn_class
