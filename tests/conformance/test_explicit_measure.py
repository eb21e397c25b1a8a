"""``explicitMeasure`` of SDMX-REST 1.x belongs to schema queries and to measure dimensions."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from sdmx_server.model.datastructure import DataStructure
from tests.conformance import fixtures as fx
from tests.conformance.artefacts import dataflow, dsd
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import CREATED, Content, delivery

SCHEMA = "/sdmx/v1/schema/dataflow/TST/CROSSED/1.0"


def with_measure_dimension(structure: DataStructure) -> DataStructure:
    parts = structure.data_structure_components
    first, measures = parts.dimension_list.dimensions
    dimensions = replace(
        parts.dimension_list, dimensions=(first, replace(measures, is_measure_dimension=True))
    )
    components = replace(parts, dimension_list=dimensions)
    return replace(structure, data_structure_components=components)


@pytest.fixture(scope="module")
def server(serving: Serving) -> FlaskClient:
    structure = with_measure_dimension(
        dsd("DSD_CROSSED", "1.0", {"REF_AREA": "CL_AREA", "SEX": "CL_SEX"})
    )
    flow = dataflow("CROSSED", "1.0", structure)
    rows = [{"REF_AREA": "UK", "SEX": "F", "TIME_PERIOD": "2020", "OBS_VALUE": "1"}]
    shared = [*fx.shared("1.0"), *fx.organisations(), structure, flow]
    return serving(Content(shared, [(CREATED, [delivery(flow, rows)])]))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("dimensionAtObservation=SEX", 200),
        ("dimensionAtObservation=SEX&explicitMeasure=false", 200),
        ("dimensionAtObservation=SEX&explicitMeasure=true", 501),
        ("dimensionAtObservation=REF_AREA&explicitMeasure=true", 200),
        ("explicitMeasure=true", 200),
        ("explicitMeasure=perhaps", 400),
    ],
)
def test_types_for_each_measure_are_told_to_be_missing(
    server: FlaskClient, query: str, status: int
):
    assert server.get(f"{SCHEMA}?{query}").status_code == status


def test_a_measure_dimension_has_its_place_in_the_key(server: FlaskClient):
    data = "/sdmx/v1/data/CROSSED"
    assert server.get(f"{data}/UK.F").status_code == 200
    assert server.get(f"{data}/UK.M").status_code == 404


def test_queries_for_data_know_no_such_parameter(server: FlaskClient):
    path = "/sdmx/v1/data/CROSSED?dimensionAtObservation=SEX"
    plain = server.get(path).data.splitlines()
    told = server.get(f"{path}&explicitMeasure=true").data.splitlines()
    assert [x for x in told if b":ID>" not in x] == [x for x in plain if b":ID>" not in x]
