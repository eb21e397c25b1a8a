"""Artefacts that come along with those that were asked for.

Source: SDMX-REST 2.2, doc/structures.md ("references"); SDMX-REST 1.5, section 4.3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.model.artefact import ItemScheme, Maintainable
from sdmx_server.model.catalogue import items, references
from sdmx_server.model.organisation import AgencyScheme
from sdmx_server.model.urn import parse_urn
from sdmx_server.query import ArtefactQuery

Prepare = Callable[[Maintainable], Maintainable]

_ALWAYS_REFER_TO_AGENCIES = frozenset(
    {
        "transformationscheme",
        "rulesetscheme",
        "userdefinedoperatorscheme",
        "customtypescheme",
        "namepersonalisationscheme",
        "vtlmappingscheme",
    }
)


class References:
    """The references between artefacts, followed from those that were asked for.

    Args:
        catalogue: where artefacts are found.
        prepare: what is done with an artefact before its references are read, such as
            resolving the extension of a codelist.
        to_agencies: whether every artefact refers to the scheme that its agency stands in;
            otherwise only VTL schemes do.
    """

    def __init__(
        self, catalogue: Catalogue, prepare: Prepare, *, to_agencies: bool = False
    ) -> None:
        self._catalogue = catalogue
        self._prepare = prepare
        self._to_agencies = to_agencies

    def related(
        self, roots: Sequence[Maintainable], wanted: Sequence[str]
    ) -> dict[str, Maintainable]:
        """Return the artefacts that ``references`` names, by URN, without the roots.

        Args:
            roots: the artefacts that were asked for; an item scheme that was cut to some
                items counts as these items alone.
            wanted: ``none``, ``parents``, ``all`` ..., or artefact types: these are looked
                for at any level below and one level above.
        """
        found: dict[str, Maintainable] = {}
        types = [word for word in wanted if word not in _WALKS]
        for word in wanted:
            for walk in _WALKS.get(word, ()):
                found |= walk(self, roots)
        if types:
            near = self._descendants(roots) | self._parents(roots)
            found |= {urn: a for urn, a in near.items() if a.artefact_type in types}
        asked = {root.urn for root in roots}
        return {urn: artefact for urn, artefact in found.items() if urn not in asked}

    def _children(self, roots: Iterable[Maintainable]) -> dict[str, Maintainable]:
        located = (self._catalogue.located(urn) for root in roots for urn in self._urns(root))
        rows = list({row.urn: row for row in located if row is not None}.values())
        return {a.urn: self._prepare(a) for a in self._catalogue.get(rows)}

    def _parents(self, roots: Iterable[Maintainable]) -> dict[str, Maintainable]:
        whole = {root.urn: root for root in roots}
        users = self._catalogue.get(self._catalogue.parents(whole)) if whole else []
        maintained = self._maintained_by(whole)
        return {
            a.urn: self._prepare(a)
            for a in (*users, *maintained)
            if a in maintained or self._uses(a, whole)
        }

    def _urns(self, artefact: Maintainable) -> tuple[str, ...]:
        """Return what an artefact refers to, the scheme of its agency last."""
        if isinstance(artefact, AgencyScheme) or not self._knows_agency(artefact):
            return references(artefact)
        return (*references(artefact), _scheme_of(artefact.agency_id))

    def _knows_agency(self, artefact: Maintainable) -> bool:
        return self._to_agencies or artefact.artefact_type in _ALWAYS_REFER_TO_AGENCIES

    def _maintained_by(self, roots: dict[str, Maintainable]) -> list[Maintainable]:
        """Return the artefacts whose agencies stand in a scheme among the roots."""
        agencies = tuple(
            _below(scheme.agency_id, agency.id)
            for scheme in roots.values()
            if isinstance(scheme, AgencyScheme)
            for agency in scheme.agencies
        )
        if not agencies:
            return []
        rows = self._catalogue.matching((), ArtefactQuery(agencies))
        return [
            artefact
            for artefact in self._catalogue.get(rows)
            if self._knows_agency(artefact) and not isinstance(artefact, AgencyScheme)
        ]

    def _uses(self, user: Maintainable, roots: dict[str, Maintainable]) -> bool:
        """Whether an artefact refers to what is left of the roots, where they were cut."""
        for urn in references(user):
            row = self._catalogue.located(urn)
            if row is not None and row.urn in roots and _holds(roots[row.urn], urn):
                return True
        return False

    def _descendants(self, roots: Iterable[Maintainable]) -> dict[str, Maintainable]:
        return _closure(self._children, roots)

    def _ancestors(self, roots: Iterable[Maintainable]) -> dict[str, Maintainable]:
        return _closure(self._parents, roots)

    def _siblings(self, roots: Iterable[Maintainable]) -> dict[str, Maintainable]:
        parents = self._parents(roots)
        return parents | self._children(parents.values())


def named_lists(
    matched: Sequence[Maintainable], others: Sequence[Maintainable], catalogue: Catalogue
) -> list[Maintainable]:
    """Return the other artefacts without codelists that none of all these refers to.

    What a concept scheme refers to is not wanted where its concept was cut.
    """
    urns = {urn for artefact in (*matched, *others) for urn in references(artefact)}
    named = {row.urn for urn in urns if (row := catalogue.located(urn)) is not None}
    return [a for a in others if a.package != "codelist" or a.urn in named or not _is_list(a)]


def _is_list(artefact: Maintainable) -> bool:
    return artefact.artefact_type in ("codelist", "valuelist")


Step = Callable[[Iterable[Maintainable]], dict[str, Maintainable]]


def _closure(step: Step, roots: Iterable[Maintainable]) -> dict[str, Maintainable]:
    found: dict[str, Maintainable] = {}
    layer = step(roots)
    while layer:
        found |= layer
        layer = {urn: a for urn, a in step(layer.values()).items() if urn not in found}
    return found


_TOP = "SDMX"
"""The agency whose scheme holds the agencies that stand below no other."""


def _scheme_of(agency: str) -> str:
    """Return the URN of the scheme that an agency stands in."""
    above = agency.rpartition(".")[0] or _TOP
    return AgencyScheme(id="AGENCIES", agency_id=above, version="1.0").urn


def _below(above: str, id_: str) -> str:
    return id_ if above == _TOP else f"{above}.{id_}"


def _holds(root: Maintainable, urn: str) -> bool:
    item = parse_urn(urn).item
    if item is None or not isinstance(root, ItemScheme) or not root.is_partial:
        return True
    return item in _paths(items(root))


def _paths(level: Iterable[object], prefix: str = "") -> set[str]:
    """Return the ids of items, those of nested ones dotted."""
    found: set[str] = set()
    for item in level:
        path = prefix + str(getattr(item, "id", ""))
        found |= {path} | _paths(nested(item), f"{path}.")
    return found


def nested(item: object) -> tuple[object, ...]:
    """Return the items below an item, in schemes that are trees."""
    branches = (getattr(item, name, ()) for name in ("categories", "reporting_categories"))
    return tuple(below for branch in branches for below in branch)


_WALKS: dict[
    str, tuple[Callable[[References, Iterable[Maintainable]], dict[str, Maintainable]], ...]
] = {
    "none": (),
    "parents": (References._parents,),
    "parentsandsiblings": (References._siblings,),
    "ancestors": (References._ancestors,),
    "children": (References._children,),
    "descendants": (References._descendants,),
    "all": (References._siblings, References._descendants),
}
