"""Structures and data are published so that neither loses its meaning."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from loaders.observations import load
from sdmx_server.dataset import PROVIDER
from sdmx_server.errors import SemanticError, Unavailable
from sdmx_server.exchange import publication, validation
from sdmx_server.exchange.publication import check, publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.datastructure import DataStructure, ProvisionAgreement
from sdmx_server.model.delivery import Delivery, DeliveryFaults
from structures.build import build

AT = datetime(2026, 1, 1, tzinfo=UTC)
ARTEFACTS = build()
IPM = next(a for a in ARTEFACTS if isinstance(a, DataStructure) and a.id == "DSD_IPM")


@pytest.fixture
def stores(engine):
    made = stores_of(engine)
    publish_structures(ARTEFACTS, made, AT)
    return made


def without_a_dimension(dsd):
    parts = dsd.data_structure_components
    fewer = replace(parts.dimension_list, dimensions=parts.dimension_list.dimensions[:-1])
    return replace(dsd, data_structure_components=replace(parts, dimension_list=fewer))


def test_a_structure_without_data_may_change(stores):
    assert publish_structures([without_a_dimension(IPM)], stores, AT) == 1


def test_a_structure_that_data_are_stored_by_keeps_its_columns(stores):
    publish(load(), stores, AT)
    before = stores.artefacts.revision()
    with pytest.raises(SemanticError, match=r"DSD_IPM.*DF_IPM.*new version"):
        publish_structures([without_a_dimension(IPM)], stores, AT)
    assert stores.artefacts.revision() == before
    assert publish_structures([replace(IPM, names={"en": "Renamed"})], stores, AT) == 1


def test_the_same_figures_again_make_no_new_version(stores):
    first = publish(load(), stores, AT)
    again = publish(load(), stores, AT)
    assert [(v.dataset, v.number) for v in again] == [(v.dataset, 1) for v in first]


def stunting(**changes: object) -> Delivery:
    (held,) = [d for d in load() if d.structure == "ID_KOTASERANG:DF_STUNTING(1.0.0)"]
    return dataclasses.replace(held, **changes)


def faults_of(delivery, stores):
    with pytest.raises(DeliveryFaults) as caught:
        check([delivery], stores)
    return caught.value.faults


def test_a_provider_without_an_agreement_is_refused_and_those_with_one_are_named(stores):
    (fault,) = faults_of(stunting(provider="ID_KOTASERANG.NOPE"), stores)

    assert (fault.code, fault.value, fault.place.row) == (
        "unknown-provider",
        "ID_KOTASERANG.NOPE",
        None,
    )
    assert fault.suggestions == ("ID_KOTASERANG.DINKES",)
    assert fault.english == (
        "'ID_KOTASERANG.NOPE' has no agreement to provide data of this dataflow; allowed are "
        "ID_KOTASERANG.DINKES."
    )
    assert "; yang boleh ID_KOTASERANG.DINKES." in fault.indonesian


def test_a_provider_in_a_column_is_checked_in_each_row(stores):
    held = stunting()
    providers = ["ID_KOTASERANG.DINKES"] * len(held.rows)
    providers[1], providers[2], providers[4] = "DINKES", None, "ID_KOTASERANG.DINKE"

    found = faults_of(stunting(columns={**held.columns, PROVIDER: providers}), stores)

    assert [(f.code, f.place.row, f.place.column, f.value) for f in found] == [
        ("unknown-provider", held.rows[1], PROVIDER, "DINKES"),
        ("unknown-provider", held.rows[4], PROVIDER, "ID_KOTASERANG.DINKE"),
    ]


def test_many_rows_of_an_unknown_provider_are_counted(stores):
    held = stunting(action="Delete")
    many = dataclasses.replace(
        held, columns={PROVIDER: ["X.Y"] * 1500}, rows=range(2, 1502), provider=None
    )

    *listed, last = [f for f in faults_of(many, stores) if f.place.column == PROVIDER]

    assert len(listed) == 1000
    assert (last.code, last.place.row) == ("further-faults", 1002)
    assert "500 more rows up to row 1501" in last.english


def test_an_agreement_is_kept_by_its_own_provider_alone(stores):
    agreement = next(
        a
        for a in ARTEFACTS
        if isinstance(a, ProvisionAgreement) and "DF_STUNTING" in str(a.dataflow)
    )
    of_agreement = {"structure": agreement.urn, "context": "provisionagreement"}

    ((delivery, _),) = check([stunting(**of_agreement, provider=None)], stores)
    (fault,) = faults_of(stunting(**of_agreement, provider="ID_KOTASERANG.BPS"), stores)

    assert delivery.provider == "ID_KOTASERANG.DINKES"
    assert fault.code == "unknown-provider"


def test_where_nothing_is_agreed_anybody_may_provide(engine):
    stores = stores_of(engine)
    publish_structures([a for a in ARTEFACTS if not isinstance(a, ProvisionAgreement)], stores, AT)

    ((delivery, _),) = check([stunting(provider="ID_KOTASERANG.NOPE")], stores)

    assert delivery.provider == "ID_KOTASERANG.NOPE"


def test_a_row_that_comes_back_as_a_deletion_takes_its_observation_and_nothing_else(stores):
    held = stunting(dataset_attributes={"LAST_UPDATE": "2024-05-31T00:00:00"})
    (first,) = publish([held], stores, AT)
    rows = stores.observations.rows(first)
    copied = {column: cells[:1] for column, cells in rows.to_pydict().items()}
    copied |= {attribute: [text] for attribute, text in first.dataset_attributes.items()}
    assert {"OBS_VALUE", "OBS_STATUS", "UNIT_MEASURE", "LAST_UPDATE"} <= copied.keys()
    deletion = stunting(action="Delete", columns=copied, rows=[2], dataset_attributes={})

    (second,) = publish([deletion], stores, AT)

    assert stores.observations.rows(second).equals(rows.slice(1))
    assert second.dataset_attributes == first.dataset_attributes
    changes = stores.observations.changes(first, second)
    assert sum(batch.observation_count for batch in changes.deleted.batches()) == 1
    assert list(changes.updated.batches()) == []


def test_a_unit_is_not_deleted_while_values_stay(stores):
    held = stunting()
    (first,) = publish([held], stores, AT)
    named = {"UNIT_MEASURE": ["-"], "REF_AREA": [held.columns["REF_AREA"][0]]}

    (fault,) = faults_of(
        stunting(action="Delete", columns=named, rows=[2], dataset_attributes={}), stores
    )

    assert (fault.code, fault.place.column) == ("mandatory-deleted", "UNIT_MEASURE")
    assert stores.observations.current(first.dataset) == first


def without_the_status(code):
    """The codelist of statuses without one of them."""
    codes = next(a for a in ARTEFACTS if isinstance(a, Codelist) and a.id == "CL_OBS_STATUS")
    return replace(codes, codes=tuple(c for c in codes.codes if c.id != code))


def in_another_thread(act):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result(60)


def disturbed(monkeypatch, module, name, disturb):
    """Let something happen after each time that a check was made, before what it allows."""
    original, found = getattr(module, name), []

    def then_disturb(*arguments):
        found.append(original(*arguments))
        in_another_thread(lambda: disturb(len(found)))
        return found[-1]

    monkeypatch.setattr(module, name, then_disturb)
    return found


def test_data_are_checked_again_where_structures_change_meanwhile(stores, monkeypatch):
    fewer = [without_the_status("A")]
    found = disturbed(
        monkeypatch, validation, "check", lambda _: publish_structures(fewer, stores, AT)
    )

    with pytest.raises(DeliveryFaults) as caught:
        publish([stunting()], stores, AT)

    assert len(found) == 2
    assert found[0] == []
    assert {fault.code for fault in caught.value.faults} == {"unknown-code"}
    assert stores.observations.current(stunting().structure) is None


def test_data_that_stay_sound_are_published_after_a_change(stores, monkeypatch):
    def rename(time):
        if time < 3:
            publish_structures([replace(IPM, names={"en": f"Name {time}"})], stores, AT)

    found = disturbed(monkeypatch, validation, "check", rename)
    (version,) = publish([stunting()], stores, AT)
    assert (version.number, len(found)) == (1, 3)


def test_data_are_given_up_where_structures_never_rest(stores, monkeypatch):
    found = disturbed(
        monkeypatch,
        validation,
        "check",
        lambda time: publish_structures([replace(IPM, names={"en": f"Name {time}"})], stores, AT),
    )
    with pytest.raises(Unavailable, match="publish this again"):
        publish([stunting()], stores, AT)
    assert len(found) == 8
    assert stores.observations.current(stunting().structure) is None


def test_a_structure_is_checked_again_where_data_come_meanwhile(stores, monkeypatch):
    held = stores.artefacts.revision()
    found = disturbed(
        monkeypatch, publication, "at_odds_with_data", lambda _: publish(load(), stores, AT)
    )
    with pytest.raises(SemanticError, match=r"DSD_IPM.*DF_IPM.*new version"):
        publish_structures([without_a_dimension(IPM)], stores, AT)
    assert found[0] is None
    assert len(found) == 2
    assert stores.artefacts.revision() == held
