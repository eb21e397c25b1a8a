"""Artefacts that come along with the constraints of an availability answer.

Source: SDMX-REST 2.2, doc/availability.md ("references"); SDMX-REST 1.5, section 4.6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sdmx_server.exchange.availability import Availability
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.extension import resolving
from sdmx_server.exchange.partial import cut_with_parents
from sdmx_server.exchange.references import References
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.artefact import ItemScheme, Maintainable
from sdmx_server.model.catalogue import references
from sdmx_server.model.datastructure import ProvisionAgreement
from sdmx_server.model.urn import parse_urn

_KINDS = frozenset(
    {"codelist", "valuelist", "datastructure", "conceptscheme", "dataflow", "dataproviderscheme"}
)

Used = Mapping[str, set[str]]
"""The ids of the items in use, by URN of their scheme."""


def along_with(
    found: Sequence[Availability], wanted: Sequence[str], stores: Stores
) -> list[Maintainable]:
    """Find the artefacts that an availability query wants along with its constraints.

    Item schemes hold what is used alone: codelists the values in the constraints with the
    codes above them, concept schemes the concepts of the structures, provider schemes those
    who supply the data.

    Args:
        found: the answer to the query.
        wanted: ``none``, ``all`` or artefact types.
        stores: where to look.
    """
    types = _KINDS if "all" in wanted else frozenset(wanted)
    if not types & _KINDS:
        return []
    catalogue = stores.catalogue()
    urns = dict.fromkeys(urn for each in found for urn in references(each.constraint))
    contexts = [artefact for urn in urns if (artefact := catalogue.resolved(urn))]
    agreements = list(_agreements(contexts, catalogue))
    walk = References(catalogue, resolving(catalogue.resolved))
    below = walk.related([*contexts, *agreements], ("descendants",)).values()
    used = _used_items(found, [*contexts, *agreements, *below], catalogue)
    near = {artefact.urn: artefact for artefact in (*contexts, *below)}.values()
    return [
        cut_with_parents(artefact, used[artefact.urn])
        if isinstance(artefact, ItemScheme)
        else artefact
        for artefact in near
        if artefact.artefact_type in types
        and (artefact.urn in used or not isinstance(artefact, ItemScheme))
    ]


def _agreements(
    contexts: Iterable[Maintainable], catalogue: Catalogue
) -> Iterator[ProvisionAgreement]:
    """Yield the agreements by which the data of the contexts are supplied."""
    for context in contexts:
        if isinstance(context, ProvisionAgreement):
            yield context
            continue
        flows = [context.urn]
        if context.artefact_type == "datastructure":
            users = catalogue.parents(flows)
            flows = [user.urn for user in users if user.artefact_type == "dataflow"]
        for user in catalogue.get(catalogue.parents(flows)):
            if isinstance(user, ProvisionAgreement):
                yield user


def _used_items(
    found: Iterable[Availability], artefacts: Iterable[Maintainable], catalogue: Catalogue
) -> Used:
    """Return the items that the constraints name and those that structures refer to."""
    used: dict[str, set[str]] = defaultdict(set)
    for availability in found:
        for key in availability.constraint.cube_region.key_values:
            component = availability.structure.component(key.id)
            if component is not None and component.codelist_urn is not None:
                used[component.codelist_urn].update(value.value for value in key.values)
    for artefact in artefacts:
        if isinstance(artefact, ItemScheme):
            continue
        for urn in references(artefact):
            item, scheme = parse_urn(urn).item, catalogue.located(urn)
            if item is not None and scheme is not None:
                used[scheme.urn].add(item)
    return used
