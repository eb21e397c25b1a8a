"""The figures that come with the server fit the structures that come with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loaders.observations import load
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.faults import report
from sdmx_server.exchange.resolution import resolve
from sdmx_server.exchange.validation import check, to_table
from sdmx_server.model.datastructure import Dataflow
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.database import connect, create
from structures.build import build


@pytest.fixture
def catalogue(sqlite_url: str) -> Catalogue:
    engine = connect(sqlite_url)
    create(engine)
    store = ArtefactStore(engine)
    store.put(build(), datetime(2025, 1, 1, tzinfo=UTC))
    return Catalogue(store, store.revision().changed)


def test_no_figure_has_a_fault(catalogue: Catalogue) -> None:
    flows = {a.urn.partition("=")[2]: a for a in build() if isinstance(a, Dataflow)}

    rows = 0
    for delivery in load():
        structure = resolve(flows[delivery.structure], catalogue)
        faults = check(delivery, structure)
        assert report(faults, "en") == ""
        rows += to_table(delivery, structure).num_rows

    assert rows == 249
