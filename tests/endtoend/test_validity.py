"""Every answer is valid by the official schemas, and data by the schemas that are served."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlencode

import pytest
import requests
from lxml import etree

from sdmx_server.formats.catalogue import DATA_FORMATS, STRUCTURE_FORMATS, DataFormat
from sdmx_server.formats.catalogue import StructureFormat as Format
from tests.endtoend.source import AGENCY, figures
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import data_faults, validate_data

DATAFLOWS = sorted({figure.dataflow for figure in figures()})
LONG = 30_000
WITH_SCHEMA = [format_ for format_ in DATA_FORMATS if "csv" not in format_.media_type]
PARAMETERS = (
    {"detail": "serieskeysonly"},
    {"detail": "nodata"},
    {"detail": "dataonly"},
    {"dimensionAtObservation": "AllDimensions"},
    {"dimensionAtObservation": "REF_AREA"},
    {"dimensionAtObservation": "INDICATOR", "detail": "dataonly"},
    {"lastNObservations": "1", "startPeriod": "2022"},
    {"includeHistory": "true"},
    {"updatedAfter": "2020-01-01T00:00:00Z"},
)
TYPES = (
    "agencyscheme",
    "categorisation",
    "categoryscheme",
    "codelist",
    "conceptscheme",
    "dataconstraint",
    "dataconsumerscheme",
    "dataflow",
    "dataproviderscheme",
    "datastructure",
    "hierarchy",
    "provisionagreement",
    "representationmap",
    "structuremap",
)
TYPES_V1 = (
    "agencyscheme",
    "allowedconstraint",
    "categorisation",
    "categoryscheme",
    "codelist",
    "conceptscheme",
    "contentconstraint",
    "dataconsumerscheme",
    "dataflow",
    "dataproviderscheme",
    "datastructure",
    "hierarchicalcodelist",
    "organisationscheme",
    "provisionagreement",
    "structure",
    "structureset",
)
QUERIES = (
    *(
        f"v2/structure/dataflow/{AGENCY}/DF_IPM/+?references={references}"
        for references in ("parents", "parentsandsiblings", "children", "descendants", "all")
    ),
    *(
        f"v2/structure/datastructure/{AGENCY}/DSD_IPM?references=all&detail={detail}"
        for detail in (
            "full",
            "allstubs",
            "allcompletestubs",
            "referencestubs",
            "referencecompletestubs",
            "referencepartial",
        )
    ),
    "v2/structure/*?detail=allstubs",
    f"v2/structure/codelist/{AGENCY}/CL_AREA_SERANG/+/3673,3673010",
    f"v2/structure/categoryscheme/{AGENCY}/TEMA/+/EKONOMI",
    f"v2/structure/hierarchy/{AGENCY}/H_WILAYAH?references=all",
    f"v2/availability/dataflow/{AGENCY}/DF_IPM",
    f"v2/availability/dataflow/{AGENCY}/DF_IHK/+/M.3673.*?references=all&mode=available",
    f"v2/availability/dataflow/{AGENCY}/*/+",
    f"v2/availability/datastructure/{AGENCY}/DSD_UMUM/+",
    f"v2/availability/dataflow/{AGENCY}/DF_IPM/+/*/REF_AREA",
    f"v2/schema/dataflow/{AGENCY}/DF_IPM",
    f"v2/schema/datastructure/{AGENCY}/DSD_KEUANGAN",
    f"v2/schema/provisionagreement/{AGENCY}/PA_IPM_BPS",
    f"v1/dataflow/{AGENCY}/DF_IPM/latest?references=all",
    f"v1/dataflow/{AGENCY}/DF_IPM/latest?references=descendants&detail=referencepartial",
    f"v1/structure/{AGENCY}?detail=allstubs",
    f"v1/structure/{AGENCY}?detail=allcompletestubs",
    f"v1/availableconstraint/{AGENCY},DF_IPM/all/all/all?references=all",
    "v1/availableconstraint/DF_KEMISKINAN/.3673.?mode=available",
    f"v1/schema/dataflow/{AGENCY}/DF_IPM",
)
ERRORS = [
    *(("v1", "dataflow?detail=bogus", each) for each in STRUCTURE_FORMATS),
    *(("v1", "data/DF_NONE", each) for each in DATA_FORMATS),
    *(("v2", "structure/dataflow?detail=bogus", each) for each in STRUCTURE_FORMATS),
    *(("v2", f"data/dataflow/{AGENCY}/DF_IPM?limit=x", each) for each in DATA_FORMATS),
]


def media_type_of(format_: Format | DataFormat) -> str:
    return f"{format_.media_type};version={format_.version}"


def answer(url: str, accepted: str, **params: str) -> bytes:
    response = requests.get(url, params=params, headers={"Accept": accepted}, timeout=60)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == accepted
    return response.content


def check(content: bytes, format_: Format | DataFormat, xsd: bytes | tuple[()] = ()) -> None:
    if "json" in format_.media_type:
        kind = "data" if "data" in format_.media_type else "structure"
        validate_json(content, kind, format_.version)
    else:
        validate_data(content, xsd, format_.version)


def is_quick(content: bytes, format_: Format | DataFormat) -> bool:
    """Whether validation takes no seconds, as that of long SDMX-JSON 2.1 does."""
    return (format_.version, "json" in format_.media_type) != ("2.1.0", True) or len(content) < LONG


def is_structure_specific(format_: DataFormat) -> bool:
    return "xml" in format_.media_type and ".generic" not in format_.media_type


@cache
def schema_of(server: str, path: str, version: str, view: str) -> bytes:
    accepted = f"application/vnd.sdmx.schema+xml;version={version}"
    return answer(f"{server}/sdmx/{path}", accepted, dimensionAtObservation=view)


NOT_HELD = {  # what a format cannot hold is found by nobody who asks for it (see below)
    "2.1": {"structuremap"},
    "1.0.0": {"representationmap", "structuremap"},
}


def held(types):
    return [
        pytest.param(type_, format_, id=f"{type_}-{media_type_of(format_)}")
        for type_ in types
        for format_ in STRUCTURE_FORMATS
        if type_ not in NOT_HELD.get(format_.version, ())
    ]


@pytest.mark.parametrize(("type_", "format_"), held(TYPES))
def test_artefacts_of_every_type_are_valid_in_every_format(server, type_, format_):
    content = answer(f"{server}/sdmx/v2/structure/{type_}", media_type_of(format_))

    check(content, format_)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("v2/structure/structuremap", 204),
        ("v2/structure/hierarchy", 200),
        ("v1/hierarchicalcodelist", 200),
        ("v1/structureset", 200),
    ],
)
def test_a_list_of_which_a_format_can_hold_nothing_is_not_found(server, path, status):
    accepted = {"Accept": "application/vnd.sdmx.structure+json;version=1.0.0"}
    response = requests.get(f"{server}/sdmx/{path}", headers=accepted, timeout=30)

    assert response.status_code == status


@pytest.mark.parametrize("accepted", ["structure+xml;version=2.1", "structure+json;version=1.0.0"])
def test_what_a_format_cannot_hold_is_not_left_out_in_silence(server, accepted):
    url = f"{server}/sdmx/v2/structure/structuremap/{AGENCY}/SM_UMUM_SDG"
    response = requests.get(url, headers={"Accept": f"application/vnd.sdmx.{accepted}"}, timeout=30)

    assert response.status_code == 406
    assert "SM_UMUM_SDG" in response.text


@pytest.mark.parametrize(("type_", "format_"), held(TYPES_V1))
def test_artefacts_of_every_older_type_are_valid_in_every_format(server, type_, format_):
    content = answer(f"{server}/sdmx/v1/{type_}", media_type_of(format_))

    if is_quick(content, format_):
        check(content, format_)


@pytest.mark.parametrize("format_", STRUCTURE_FORMATS, ids=media_type_of)
@pytest.mark.parametrize("query", QUERIES)
def test_answers_with_references_details_and_availability_are_valid(server, query, format_):
    content = answer(f"{server}/sdmx/{query}", media_type_of(format_))

    if is_quick(content, format_):
        check(content, format_)


@pytest.mark.parametrize("format_", WITH_SCHEMA, ids=media_type_of)
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_the_data_of_every_dataflow_are_valid_in_every_format(server, dataflow, format_):
    xsd: bytes | tuple[()] = ()
    if is_structure_specific(format_):
        path = f"v2/schema/dataflow/{AGENCY}/{dataflow}/1.0.0"
        xsd = schema_of(server, path, format_.version, "TIME_PERIOD")

    for query in (f"v1/data/{dataflow}", f"v2/data/dataflow/{AGENCY}/{dataflow}"):
        check(answer(f"{server}/sdmx/{query}", media_type_of(format_)), format_, xsd)


PACKED = [
    pytest.param(parameters, format_, id=f"{urlencode(parameters)}-{media_type_of(format_)}")
    for parameters in PARAMETERS
    for format_ in WITH_SCHEMA
    if "timeseries" not in format_.media_type or "dimensionAtObservation" not in parameters
]


@pytest.mark.parametrize(("parameters", "format_"), PACKED)
def test_data_are_valid_however_they_are_packed(server, parameters, format_):
    view = parameters.get("dimensionAtObservation", "TIME_PERIOD")
    xsd: bytes | tuple[()] = ()
    if is_structure_specific(format_):
        path = f"v2/schema/dataflow/{AGENCY}/DF_KEMISKINAN/1.0.0"
        xsd = schema_of(server, path, format_.version, view)

    url = f"{server}/sdmx/v1/data/DF_KEMISKINAN"
    check(answer(url, media_type_of(format_), **parameters), format_, xsd)


@pytest.mark.parametrize("version", ["2.1", "3.0.0", "3.1.0"])
def test_a_code_outside_the_constraint_is_not_valid_by_the_schema_that_is_served(server, version):
    kind = "structurespecificdata+xml" if version == "2.1" else "data+xml"
    accepted = f"application/vnd.sdmx.{kind};version={version}"
    content = answer(f"{server}/sdmx/v2/data/dataflow/{AGENCY}/DF_IPM", accepted)
    path = f"v2/schema/dataflow/{AGENCY}/DF_IPM"
    schema = schema_of(server, path, version, "TIME_PERIOD")

    wrong = content.replace(b'INDICATOR="RLS"', b'INDICATOR="POV_P0"')

    assert not data_faults(content, schema, version)
    assert "POV_P0" in "".join(data_faults(wrong, schema, version))


@pytest.mark.parametrize("version", ["2.1", "3.0.0", "3.1.0"])
def test_the_schemas_of_both_versions_of_rest_are_the_same(server, version):
    first = schema_of(server, f"v1/schema/dataflow/{AGENCY}/DF_IPM/1.0.0", version, "AllDimensions")
    second = schema_of(
        server, f"v2/schema/dataflow/{AGENCY}/DF_IPM/1.0.0", version, "AllDimensions"
    )

    assert first == second
    assert etree.fromstring(first).get("targetNamespace").endswith(":ObsLevelDim:AllDimensions")


@pytest.mark.parametrize(("version", "query", "format_"), ERRORS)
def test_errors_are_valid_in_the_syntax_of_the_client(server, version, query, format_):
    url = f"{server}/sdmx/{version}/{query}"
    response = requests.get(url, headers={"Accept": media_type_of(format_)}, timeout=30)

    assert response.status_code >= 400
    wants_json = "json" in format_.media_type
    if wants_json or ("csv" in format_.media_type and version == "v2"):
        of = format_.version if wants_json else "2.1.0"
        kind = "data" if "data" in format_.media_type else "structure"
        assert validate_json(response.content, kind, of)["errors"]
    else:
        of = format_.version if "xml" in format_.media_type else "2.1"
        validate_data(response.content, (), of)
        assert etree.QName(etree.fromstring(response.content)).localname == "Error"
