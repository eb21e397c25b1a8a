"""A catalogue shows one revision, whatever is published while it is in use."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from sdmx_server.exchange.catalogue import CatalogueCache
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.hierarchy import HierarchicalCode, Hierarchy
from sdmx_server.query import ArtefactQuery
from sdmx_server.storage.artefacts import ArtefactStore

AT = datetime(2026, 1, 1, tzinfo=UTC)
AREAS = Codelist(id="CL_AREA", agency_id="SRG", version="1.0.0", names={"en": "Areas"})
TREE = Hierarchy(
    id="H_AREA",
    agency_id="SRG",
    version="1.0.0",
    names={"en": "Tree"},
    hierarchical_codes=(HierarchicalCode(id="A", code=AREAS.item_urn("A")),),
)


def found(catalogue):
    rows = [*catalogue.matching(("codelist",), ArtefactQuery()), *catalogue.parents([AREAS.urn])]
    return [(a.id, a.names["en"]) for a in catalogue.get(rows)]


def test_a_catalogue_in_use_never_mixes_two_revisions(engine):
    store = ArtefactStore(engine)
    catalogues = CatalogueCache(store)
    store.put([AREAS, TREE], AT)
    before = catalogues.at()
    # The same instant again: clocks may stand still, revisions do not.
    store.put([replace(AREAS, names={"en": "New areas"}), replace(TREE, names={"en": "New"})], AT)
    assert found(before) == [("CL_AREA", "Areas"), ("H_AREA", "Tree")]
    assert found(catalogues.at()) == [("CL_AREA", "New areas"), ("H_AREA", "New")]
    store.delete([TREE.urn], AT)
    assert found(before) == [("CL_AREA", "Areas"), ("H_AREA", "Tree")]
    assert found(catalogues.at()) == [("CL_AREA", "New areas")]
