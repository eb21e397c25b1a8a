"""Structures and data are published so that neither loses its meaning."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from loaders.observations import load
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.model.datastructure import DataStructure
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.observations import ObservationStore
from structures.build import build

AT = datetime(2026, 1, 1, tzinfo=UTC)
ARTEFACTS = build()
IPM = next(a for a in ARTEFACTS if isinstance(a, DataStructure) and a.id == "DSD_IPM")


@pytest.fixture
def stores(engine):
    made = stores_of(ArtefactStore(engine), ObservationStore(engine))
    publish_structures(ARTEFACTS, made, AT)
    return made


def without_a_dimension(dsd):
    parts = dsd.data_structure_components
    fewer = replace(parts.dimension_list, dimensions=parts.dimension_list.dimensions[:-1])
    return replace(dsd, data_structure_components=replace(parts, dimension_list=fewer))


def test_a_structure_without_data_may_change(stores):
    assert publish_structures([without_a_dimension(IPM)], stores, AT) is True


def test_a_structure_that_data_are_stored_by_keeps_its_columns(stores):
    publish(load(), stores, AT)
    before = stores.artefacts.revision()
    with pytest.raises(SemanticError, match=r"DSD_IPM.*DF_IPM.*new version"):
        publish_structures([without_a_dimension(IPM)], stores, AT)
    assert stores.artefacts.revision() == before
    assert publish_structures([replace(IPM, names={"en": "Renamed"})], stores, AT) is True


def test_the_same_figures_again_make_no_new_version(stores):
    first = publish(load(), stores, AT)
    again = publish(load(), stores, AT)
    assert [(v.dataset, v.number) for v in again] == [(v.dataset, 1) for v in first]
