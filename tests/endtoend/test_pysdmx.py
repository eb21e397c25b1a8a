"""The pysdmx clients get structures, figures and schemas, on both versions of SDMX-REST."""

from __future__ import annotations

import pandas as pd
import pysdmx.io
import pytest
from pysdmx.api.dc.query import NumberFilter, Operator
from pysdmx.api.fmr import DataflowDetails, RegistryClient
from pysdmx.api.qb import (
    ApiVersion,
    AvailabilityQuery,
    DataContext,
    DataQuery,
    RestService,
    SchemaContext,
    SchemaQuery,
    StructureQuery,
    StructureReference,
    StructureType,
)
from pysdmx.errors import Invalid
from pysdmx.io.format import AvailabilityFormat, DataFormat, SchemaFormat, StructureFormat

from tests.endtoend.source import AGENCY, figure_of, figures, in_order
from tests.formats.data.decode import decode_json

VERSIONS = [
    ("v1", ApiVersion.V1_0_0),
    ("v1", ApiVersion.V1_5_0),
    ("v2", ApiVersion.V2_0_0),
    ("v2", ApiVersion.V2_2_2),
]
OF_SDMX = [format_ for format_ in StructureFormat if format_ is not StructureFormat.FUSION_JSON]
OF_TABLES = [format_ for format_ in DataFormat if "JSON" not in format_.name]
OF_JSON = [format_ for format_ in DataFormat if "JSON" in format_.name]


@pytest.fixture(scope="module")
def registry(server) -> RegistryClient:
    return RegistryClient(f"{server}/sdmx/v2", StructureFormat.SDMX_JSON_2_0_0)


@pytest.fixture(params=VERSIONS, ids=lambda each: each[1].name)
def endpoint(request, server) -> tuple[str, ApiVersion]:
    path, version = request.param
    return f"{server}/sdmx/{path}", version


def test_the_registry_client_reads_who_maintains_and_who_provides(registry):
    agencies = registry.get_agencies("SDMX")
    providers = registry.get_providers(AGENCY, with_flows=True)

    assert AGENCY in {agency.id for agency in agencies}
    bps = next(provider for provider in providers if provider.id == "BPS")
    assert "DF_KEMISKINAN" in {flow.id for flow in bps.dataflows}


def test_the_registry_client_reads_codes_with_their_parents(registry):
    codelist = registry.get_codes(AGENCY, "CL_AREA_SERANG")

    assert codelist["3673"].name == "Kota Serang"
    assert registry.get_codes("SDMX", "CL_FREQ")["A"].id == "A"


def test_the_registry_client_reads_concepts_with_their_codes(registry):
    concepts = {concept.id: concept for concept in registry.get_concepts(AGENCY, "CS_SERANG")}

    assert concepts["OBS_VALUE"].dtype.value == "Double"
    assert "M" in {code.id for code in concepts["FREQ"].codes}


def test_the_registry_client_reads_the_themes_and_their_dataflows(registry):
    scheme = registry.get_categories(AGENCY, "TEMA")

    found = {flow.id for category in scheme for flow in category.dataflows or ()}
    assert {"DF_IHK", "DF_IPM", "DF_PENDUDUK"} <= found


def test_the_registry_client_reads_the_areas_as_a_tree(registry):
    hierarchy = registry.get_hierarchy(AGENCY, "H_WILAYAH")
    country = next(code for code in hierarchy.codes if code.id == "ID")
    province = next(code for code in country.codes if code.id == "36")
    city = next(code for code in province.codes if code.id == "3673")

    assert len(city.codes) == 6
    assert all(code.id.startswith("3673") for district in city.codes for code in district.codes)


def test_the_registry_client_lists_dataflows_and_data_structures(registry):
    structures = registry.get_data_structures(AGENCY)

    assert len(registry.get_dataflows(AGENCY)) == 39
    assert {"DSD_IPM", "DSD_UMUM", "DSD_PENDUDUK"} <= {each.id for each in structures}


def test_the_registry_client_reads_the_rest_of_the_registry(registry):
    assert registry.get_provision_agreement(AGENCY, "PA_IPM_BPS").dataflow.endswith("DF_IPM(1.0.0)")
    assert registry.get_categorisation(AGENCY, "CAT_IPM_TEMA_KESRA").target
    assert registry.get_mapping(AGENCY, "SM_UMUM_SDG").maps
    assert registry.get_code_map(AGENCY, "RM_INDICATOR_SERIES").maps


@pytest.mark.parametrize(
    ("context", "id_"),
    [("dataflow", "DF_IPM"), ("datastructure", "DSD_IPM"), ("provisionagreement", "PA_IPM_BPS")],
)
def test_the_registry_client_reads_schemas(registry, context, id_):
    schema = registry.get_schema(context, AGENCY, id_, "1.0.0")

    assert [component.id for component in schema.components.dimensions] == [
        "FREQ",
        "REF_AREA",
        "INDICATOR",
        "METHOD",
        "TIME_PERIOD",
    ]
    assert [component.id for component in schema.components.measures] == ["OBS_VALUE"]
    assert schema.components["OBS_STATUS"].required


def test_a_schema_names_the_codes_that_its_constraints_leave(registry):
    of_flow = registry.get_schema("dataflow", AGENCY, "DF_IPM", "1.0.0")
    of_structure = registry.get_schema("datastructure", AGENCY, "DSD_IPM", "1.0.0")

    codes = [
        {code.id for code in schema.components["INDICATOR"].enumeration}
        for schema in (of_flow, of_structure)
    ]
    assert {"IPM", "UHH", "HLS", "RLS"} <= codes[0] < codes[1]


@pytest.mark.parametrize("detail", [DataflowDetails.ALL, DataflowDetails.SCHEMA])
def test_the_registry_client_reads_all_about_a_dataflow(registry, detail):
    details = registry.get_dataflow_details(AGENCY, "DF_IPM", "1.0.0", detail=detail)

    assert details.components["METHOD"].id == "METHOD"
    assert details.name == "Indeks Pembangunan Manusia"


def test_the_registry_client_reads_which_values_are_allowed(registry):
    constraint = registry.get_data_constraint(AGENCY, "CR_IPM")

    (region,) = constraint.cube_regions
    allowed = {each.id: {value.value for value in each.values} for each in region.key_values}
    assert "SP2020LF" in allowed["METHOD"]


@pytest.mark.parametrize("format_", OF_TABLES, ids=lambda each: each.name)
def test_figures_come_in_every_format_that_pysdmx_reads(endpoint, format_):
    service = RestService(*endpoint, data_format=format_)

    content = service.data(DataQuery(DataContext.DATAFLOW, AGENCY, "DF_IPM", "1.0.0"))

    (dataset,) = pysdmx.io.read_sdmx(content.decode(), validate=False).data
    assert in_order([figure_of("DF_IPM", row) for row in _rows(dataset.data)]) == figures("DF_IPM")


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    rows = frame.astype(object).where(frame.notna(), "").astype(str)
    return [dict(row) for row in rows.to_dict("records")]


@pytest.mark.parametrize("format_", OF_JSON, ids=lambda each: each.name)
def test_figures_come_as_json(endpoint, format_):
    service = RestService(*endpoint, data_format=format_)

    content = service.data(DataQuery(DataContext.DATAFLOW, AGENCY, "DF_IPM", "1.0.0"))

    found = sorted(str(each.measures["OBS_VALUE"]) for each in decode_json(content))
    assert found == sorted(figure.value for figure in figures("DF_IPM"))


def test_figures_stream(endpoint):
    service = RestService(*endpoint, data_format=DataFormat.SDMX_CSV_2_0_0)
    query = DataQuery(DataContext.DATAFLOW, AGENCY, "DF_IHK")

    assert b"".join(service.stream_data(query)) == service.data(query)


def test_a_filter_of_values_chooses_figures(server):
    service = RestService(
        f"{server}/sdmx/v2", ApiVersion.V2_2_2, data_format=DataFormat.SDMX_CSV_2_0_0
    )
    at_least_six = NumberFilter("OBS_VALUE", Operator.GREATER_THAN_OR_EQUAL, 6.0)
    query = DataQuery(
        DataContext.DATAFLOW, AGENCY, "DF_KEMISKINAN", "1.0.0", components=at_least_six
    )

    (dataset,) = pysdmx.io.read_sdmx(service.data(query).decode(), validate=False).data

    assert sorted(map(float, dataset.data["OBS_VALUE"])) == sorted(
        float(figure.value) for figure in figures("DF_KEMISKINAN") if float(figure.value) >= 6
    )


@pytest.mark.parametrize("format_", OF_SDMX, ids=lambda each: each.name)
def test_a_dataflow_comes_with_what_it_is_made_of(endpoint, format_):
    service = RestService(*endpoint, structure_format=format_)
    query = StructureQuery(
        StructureType.DATAFLOW,
        AGENCY,
        "DF_IPM",
        "1.0.0",
        references=StructureReference.CHILDREN,
    )

    content = service.structure(query)

    if format_ is StructureFormat.SDMX_JSON_1_0_0:  # which pysdmx asks for, but cannot read
        assert content.startswith(b'{"meta"')
        return
    message = pysdmx.io.read_sdmx(content.decode(), validate=True)
    assert {each.short_urn for each in message.get_dataflows()} == {
        f"Dataflow={AGENCY}:DF_IPM(1.0.0)"
    }
    (structure,) = message.get_data_structure_definitions()
    assert "METHOD" in {each.id for each in structure.components.dimensions}


@pytest.mark.parametrize("format_", AvailabilityFormat, ids=lambda each: each.name)
def test_what_is_available_comes_in_every_format(endpoint, format_):
    service = RestService(*endpoint, avail_format=format_)

    content = service.availability(AvailabilityQuery(DataContext.DATAFLOW, AGENCY, "DF_IPM"))

    assert b"3673" in content
    assert b"3673010" not in content


@pytest.mark.parametrize(
    "format_",
    [SchemaFormat.SDMX_ML_2_1_SCHEMA, SchemaFormat.SDMX_ML_3_0_SCHEMA]
    + [SchemaFormat.SDMX_JSON_2_0_0_STRUCTURE, SchemaFormat.SDMX_ML_3_1_STRUCTURE],
    ids=lambda each: each.name,
)
def test_schemas_come_as_xsd_and_as_structures(endpoint, format_):
    service = RestService(*endpoint, schema_format=format_)

    content = service.schema(SchemaQuery(SchemaContext.DATAFLOW, AGENCY, "DF_IPM"))

    assert b"SP2020LF" in content


def test_a_format_that_is_not_offered_is_named_to_the_client(endpoint):
    service = RestService(*endpoint, structure_format=StructureFormat.FUSION_JSON)

    with pytest.raises(Invalid, match=r"406.*vnd\.fusion\.json cannot be had"):
        service.structure(StructureQuery(StructureType.DATAFLOW))
