"""Structures that somebody hands in, and what keeps them from being published.

Source: SDMX 3.1 Registry Specification, section 5.2 (maintenance of structures); Technical
Notes, section 4 (versions).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.cube import dataset_of
from sdmx_server.exchange.reported import unlike_structure
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.artefact import ItemScheme, Maintainable
from sdmx_server.model.catalogue import by_item_class, by_urn_class, encode, items, references
from sdmx_server.model.datastructure import DataStructure
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.urn import Urn, parse_urn
from sdmx_server.model.version import check_query, choose, sort_key

_FLAT = frozenset({("conceptscheme", "Concept"), ("base", "DataProvider")})
"""Items that stand in their schemes side by side, and whose schemes extend no others."""

_OF_MAPS = frozenset({"structuremapping", "mapping"})
"""Packages of maps, which lead to structures that others keep."""

Identity = tuple[str, str, str]
"""Artefact type, agency and id."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """An artefact, and the file that it came in."""

    file: str
    artefact: Maintainable


@dataclass(frozen=True, slots=True)
class StructureFault:
    """One reason why an artefact cannot be published.

    Attributes:
        file: the file that it came in.
        urn: the artefact.
        reason: one sentence.
    """

    file: str
    urn: str
    reason: str


def faults_of(submitted: Sequence[Submitted], stores: Stores) -> list[StructureFault]:
    """Return everything that keeps artefacts from being published together.

    Their ids and versions have to be sound; no two may be the same artefact with other content;
    what they refer to has to be held or to come along; a data structure that data are stored by
    keeps its dimensions and measures; and a metadata set reports what its metadata structure,
    which has to be held, allows. Maps, and what is kept elsewhere, may refer to anything.
    """
    held = _Held(submitted, stores.catalogues.at())
    found = list(_doubles(submitted))
    for each in submitted:
        reasons = [*_malformed(each.artefact), *held.missing(each.artefact)]
        at_odds = at_odds_with_data(each.artefact, stores)
        reasons += [at_odds] if at_odds else []
        if isinstance(each.artefact, MetadataSet) and not reasons:
            reasons += unlike_structure(each.artefact, held.catalogue)
        found += [StructureFault(each.file, each.artefact.urn, reason) for reason in reasons]
    return found


def _doubles(submitted: Iterable[Submitted]) -> Iterator[StructureFault]:
    first: dict[str, Submitted] = {}
    for each in submitted:
        before = first.setdefault(each.artefact.urn, each)
        if encode(before.artefact) != encode(each.artefact):
            reason = f"stands in {before.file} as well, with other content; leave one out."
            yield StructureFault(each.file, each.artefact.urn, reason)


def _malformed(artefact: Maintainable) -> Iterator[str]:
    """Say what is wrong with the id and version of an artefact, and with its references."""
    try:
        parse_urn(artefact.urn)
        sort_key(artefact.version)
    except ValueError as reason:
        yield str(reason)
    for urn in references(artefact):
        refusal = _malformed_reference(urn)
        if refusal is not None:
            yield f"refers to something that cannot be: {refusal}"


def _malformed_reference(urn: str) -> str | None:
    try:
        check_query(parse_urn(urn).version)
    except ValueError as reason:
        return str(reason)
    return None


def at_odds_with_data(artefact: Maintainable, stores: Stores) -> str | None:
    """Say why stored data would lose their meaning; None where they keep it.

    Attributes may come and go; dimensions and measures may not, under the same version.
    """
    if not isinstance(artefact, DataStructure):
        return None
    catalogue = stores.catalogues.at()
    held = catalogue.resolved(artefact.urn)
    if not isinstance(held, DataStructure) or _columns(held) == _columns(artefact):
        return None
    users = catalogue.parents([artefact.urn])
    flows = [user.urn for user in users if user.artefact_type == "dataflow"]
    with_data = [urn for urn in flows if stores.observations.current(dataset_of(urn)) is not None]
    if not with_data:
        return None
    return (
        "has other dimensions or measures than the one that the data of "
        f"{', '.join(with_data)} are stored by; give it a new version."
    )


def _columns(dsd: DataStructure) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = dsd.data_structure_components
    if parts is None:
        return (), ()
    time = parts.dimension_list.time_dimension
    dimensions = (*(d.id for d in parts.dimension_list.dimensions), *((time.id,) if time else ()))
    measures = tuple(m.id for m in parts.measure_list.measures) if parts.measure_list else ()
    return dimensions, measures


class _Held:
    """What there is to refer to: what comes along, and else what is held."""

    def __init__(self, submitted: Iterable[Submitted], catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._new: Mapping[Identity, dict[str, Maintainable]] = defaultdict(dict)
        for each in submitted:
            found = each.artefact
            self._new[found.artefact_type, found.agency_id, found.id][found.version] = found

    def missing(self, artefact: Maintainable) -> Iterator[str]:
        """Say what an artefact refers to that there is not."""
        if artefact.is_external_reference or artefact.package in _OF_MAPS:
            return
        for urn in references(artefact):
            holders = _holders(urn)
            if not holders:
                continue
            target = self._target(parse_urn(urn), holders) or self.catalogue.resolved(urn)
            if target is None:
                yield f"refers to {urn}, which is neither held nor among what was handed in."
            elif not _has_item(target, parse_urn(urn)):
                yield f"refers to {urn}, but {target.urn} has no such item."

    def _target(self, parts: Urn, holders: Iterable[type[Maintainable]]) -> Maintainable | None:
        for type_ in dict.fromkeys(cls.artefact_type for cls in holders):
            versions = self._new.get((type_, parts.agency_id, parts.id), {})
            for version in choose(versions, parts.version):
                return versions[version]
        return None


def _holders(urn: str) -> tuple[type[Maintainable], ...]:
    """Return the classes of the one artefact that a URN leads to; none where it is another thing.

    A URN with wildcards for agency or id means many artefacts, or none yet.
    """
    if _malformed_reference(urn) is not None:
        return ()
    parts = parse_urn(urn)
    if "*" in (parts.agency_id, parts.id, parts.version):
        return ()
    by_class = by_urn_class(parts.package, parts.urn_class)
    return by_class or by_item_class(parts.package, parts.urn_class)


def _has_item(target: Maintainable, parts: Urn) -> bool:
    """Whether an artefact has the item that a URN names, as far as that can be told."""
    if parts.item is None or (parts.package, parts.urn_class) not in _FLAT:
        return True
    if not isinstance(target, ItemScheme) or target.is_partial or target.is_external_reference:
        return True
    return parts.item in {item.id for item in items(target)}
