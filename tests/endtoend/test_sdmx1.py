"""The sdmx1 client gets the figures, on both versions of SDMX-REST."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest
import requests
import sdmx
import sdmx.reader.xml.v30  # noqa: F401  it copies what v21 knows, before that has read data
from sdmx.message import DataMessage
from sdmx.model import v21
from sdmx.model.common import MaintainableArtefact

from tests.endtoend.source import AGENCY, figures

ML21 = (
    "application/vnd.sdmx.structure+xml;version=2.1, "
    "application/vnd.sdmx.genericdata+xml;version=2.1"
)
DATA_30 = "application/vnd.sdmx.data+xml;version=3.0.0"
EVERY_PART = {
    "v1": {},
    "v2": {"context": "dataflow", "version": "1.0.0", "key": "*", "component_id": "*"},
}


def client_of(server: str, version: str) -> sdmx.Client:
    source: dict[str, Any] = {
        "id": AGENCY,
        "name": "Kota Serang",
        "url": f"{server}/sdmx/{version}",
        "supports": {"availableconstraint": True},
    }
    if version == "v2":
        source["versions"] = ["3.0.0"]
    sdmx.add_source(source, override=True)
    client = sdmx.Client(AGENCY)
    if version == "v2":
        client.session.headers["Accept"] = ML21
    return client


@pytest.fixture(scope="module", params=["v1", "v2"])
def version(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def client(server, version) -> Iterator[sdmx.Client]:
    client = client_of(server, version)
    yield client
    client.session.close()


@pytest.fixture(scope="module")
def first(server) -> Iterator[sdmx.Client]:
    client = client_of(server, "v1")
    yield client
    client.session.close()


@pytest.fixture(scope="module")
def second(server) -> Iterator[sdmx.Client]:
    client = client_of(server, "v2")
    yield client
    client.session.close()


def values_of(message: DataMessage) -> dict[tuple[str, ...], float]:
    """Return the values by area, indicator and period."""
    series = sdmx.to_pandas(message)
    assert isinstance(series, pd.Series)
    frame = series.reset_index()
    keys = zip(frame["REF_AREA"], frame["INDICATOR"], frame["TIME_PERIOD"], strict=True)
    return dict(zip(keys, frame["value"], strict=True))


def held(artefacts: Mapping[str, MaintainableArtefact]) -> set[str]:
    """Return the ids of artefacts that are in the message, and not only referred to."""
    return {id_ for id_, artefact in artefacts.items() if not artefact.is_external_reference}


def published(**wanted: str) -> dict[tuple[str, ...], float]:
    return {
        (figure.area, figure.indicator, figure.period): float(figure.value)
        for figure in figures("DF_KEMISKINAN")
        if all(getattr(figure, name) == value for name, value in wanted.items())
    }


def test_it_lists_the_dataflows_with_their_names(client):
    dataflows = client.dataflow().dataflow

    assert len(dataflows) == 39
    assert all(flow.name.localizations.keys() == {"id", "en"} for flow in dataflows.values())
    assert dataflows["DF_IPM"].name.localizations["en"] == "Human Development Index"


@pytest.mark.parametrize("references", ["none", "children", "parents", "descendants", "all"])
def test_it_reads_a_dataflow_with_what_belongs_to_it(client, references):
    message = client.dataflow("DF_KEMISKINAN", params={"references": references})

    assert held(message.dataflow) == {"DF_KEMISKINAN"}
    assert held(message.structure) == (set() if references in ("none", "parents") else {"DSD_UMUM"})
    assert bool(held(message.codelist)) == (references in ("descendants", "all"))
    assert bool(held(message.categorisation)) == (references in ("parents", "all"))


def test_it_reads_a_data_structure_with_its_codelists_and_concepts(client):
    message = client.datastructure("DSD_IPM", params={"references": "descendants"})
    structure = message.structure["DSD_IPM"]

    assert [dimension.id for dimension in structure.dimensions] == [
        "FREQ",
        "REF_AREA",
        "INDICATOR",
        "METHOD",
        "TIME_PERIOD",
    ]
    assert "CL_METHOD" in message.codelist
    assert structure.dimensions.get("METHOD").local_representation.enumerated.id == "CL_METHOD"
    assert structure.dimensions.get("METHOD").concept_identity.name.localizations["id"]


def test_it_reads_a_codelist(client):
    codelist = client.codelist("CL_AREA_SERANG").codelist["CL_AREA_SERANG"]

    assert codelist["3673"].name.localizations["id"] == "Kota Serang"
    assert codelist["3673"].parent.id == "36"


def test_it_reads_the_concepts(client):
    concepts = client.conceptscheme("CS_SERANG").concept_scheme["CS_SERANG"]

    assert {"REF_AREA", "OBS_VALUE", "TIME_PERIOD"} <= set(concepts.items)


def test_it_reads_what_is_available(client, version):
    message = client.availableconstraint("DF_KEMISKINAN", **EVERY_PART[version])
    (constraint,) = message.constraint.values()
    members = constraint.data_content_region[0].member
    areas = next(m for dimension, m in members.items() if dimension.id == "REF_AREA")

    assert {value.value for value in areas.values} == {
        figure.area for figure in figures("DF_KEMISKINAN")
    }


def test_it_reads_all_figures_of_a_dataflow(client):
    assert values_of(client.data("DF_KEMISKINAN")) == published()


def test_it_reads_figures_by_a_key_of_names(client):
    found = values_of(client.data("DF_KEMISKINAN", key={"REF_AREA": "3673"}))

    assert found == published(area="3673")


@pytest.mark.parametrize("indicators", [["POV_P0"], ["POV_P0", "POV_N"]])
def test_it_reads_figures_by_several_codes(first, indicators):
    found = values_of(first.data("DF_KEMISKINAN", key={"INDICATOR": indicators}))

    assert found == {
        key: value
        for indicator in indicators
        for key, value in published(indicator=indicator).items()
    }


def test_it_reads_figures_by_a_key_in_text(client, version):
    key = {"v1": "A.3673.", "v2": "A.3673.*"}[version]

    assert values_of(client.data("DF_KEMISKINAN", key=key)) == published(area="3673")


@pytest.mark.parametrize(
    ("start", "end"), [("2014", None), (None, "2015"), ("2014", "2019"), ("2014-01", "2019-12")]
)
def test_it_reads_the_figures_of_a_time(first, start, end):
    period = {"startPeriod": start, "endPeriod": end}
    params = {name: value for name, value in period.items() if value}

    found = values_of(first.data("DF_KEMISKINAN", key={"REF_AREA": "3673"}, params=params))

    assert found == {
        key: value
        for key, value in published(area="3673").items()
        if (start or "")[:4] <= key[2] <= (end or "9999")[:4]
    }


def test_it_previews_the_keys_of_series(first):
    keys = first.preview_data("DF_KEMISKINAN", {"REF_AREA": "3673"})

    assert {str(key["INDICATOR"].value) for key in keys} == {"POV_P0", "POV_N"}


def test_it_reads_structure_specific_figures_once_it_knows_the_structure(first):
    structure = first.datastructure("DSD_UMUM").structure["DSD_UMUM"]

    message = first.data("DF_KEMISKINAN", dsd=structure)

    assert isinstance(message.data[0], v21.StructureSpecificDataSet)
    assert values_of(message) == published()


# It reads no data structure of SDMX-ML 3.0 that has a group, but figures by one of 2.1.
def test_it_reads_figures_of_sdmx_ml_3_once_it_knows_the_structure(second):
    structure = second.datastructure("DSD_UMUM").structure["DSD_UMUM"]

    message = second.data("DF_KEMISKINAN", dsd=structure, headers={"Accept": DATA_30})

    assert message.response.headers["Content-Type"] == DATA_30
    assert values_of(message) == published()


@pytest.mark.parametrize("missing", ["DF_NONE", "DF_UMK"])
def test_it_is_told_when_there_is_nothing(first, missing):
    with pytest.raises(requests.HTTPError, match="404") as told:
        first.data(missing)

    assert told.value.response.headers["Content-Type"] == "application/xml"
