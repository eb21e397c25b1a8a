"""Tables, text or Excel, that a mapping turns into deliveries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from loaders import tabular
from loaders.mapping import read_mapping
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.delivery import Delivery
from sdmx_server.query import ArtefactQuery


def reader(mapping: Path, stores: Stores) -> Callable[[Path], list[Delivery]]:
    """Return what reads a table by a mapping, with the codelists that are published.

    Raises:
        DeliveryFaults: if the mapping cannot be read.
    """
    means = read_mapping(mapping)
    catalogue = stores.catalogues.at()
    rows = catalogue.matching(("codelist",), ArtefactQuery(versions=("latest",)))
    codelists = {a.id: a for a in catalogue.get(rows) if isinstance(a, Codelist)}
    return lambda file: tabular.load(file, means, codelists)
