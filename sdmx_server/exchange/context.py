"""What a delivery is for: the dataflow or agreement that its message names.

Source: SDMX-CSV 2.1 field guide (STRUCTURE, STRUCTURE_ID); SDMXCommon.xsd (structure usage).
"""

from __future__ import annotations

import re

from sdmx_server.errors import SemanticError
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.model.delivery import Delivery
from sdmx_server.model.urn import PREFIX
from sdmx_server.query import ArtefactQuery

_SHORT = re.compile(r"(?:(?P<agency>[^:()]+):)?(?P<id>[^:()]+)(?:\((?P<version>[^()]+)\))?")


def context_of(delivery: Delivery, catalogue: Catalogue) -> Dataflow | ProvisionAgreement:
    """Return the dataflow or agreement that a delivery is for.

    A delivery for a data structure is one for its dataflow, where it has exactly one.

    Raises:
        SemanticError: if that is not held here, or is no single one.
    """
    named = _named(delivery, catalogue)
    if isinstance(named, DataStructure):
        users = catalogue.get(catalogue.parents([named.urn]))
        flows = [user for user in users if isinstance(user, Dataflow)]
        if len(flows) != 1:
            known = ", ".join(flow.id for flow in flows) or "none"
            raise SemanticError(
                f"{delivery.file} is for {named.urn}, which has several dataflows or none "
                f"({known}); name the dataflow."
            )
        return flows[0]
    if isinstance(named, Dataflow | ProvisionAgreement):
        return named
    raise SemanticError(
        f"{delivery.file} is for {delivery.context} {delivery.structure}, which is not held here."
    )


def _named(delivery: Delivery, catalogue: Catalogue) -> Maintainable | None:
    if delivery.structure.startswith(PREFIX):
        return catalogue.resolved(delivery.structure)
    match = _SHORT.fullmatch(delivery.structure)
    if match is None:
        return None
    agencies = (match["agency"],) if match["agency"] else ()
    query = ArtefactQuery(agencies, (match["id"],), (match["version"] or "latest",))
    found = catalogue.get(catalogue.matching((delivery.context,), query))
    return found[0] if len(found) == 1 else None
