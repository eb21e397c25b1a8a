"""URLs of every kind: those of a client in use, and those that nobody would write."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysdmx.api.dc.query import DateTimeFilter, MultiFilter, NumberFilter, Operator, TextFilter
from pysdmx.api.qb import (
    ApiVersion,
    AvailabilityQuery,
    DataContext,
    DataQuery,
    RegistrationByContextQuery,
    RegistrationByIdQuery,
    RegistrationByProviderQuery,
    SchemaContext,
    SchemaQuery,
    StructureDetail,
    StructureQuery,
    StructureReference,
    StructureType,
)
from pysdmx.errors import Invalid

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import v1, v2

V1, V2 = ApiVersion.V1_5_0, ApiVersion.V2_2_2
STAMP = datetime(2012, 3, 1, tzinfo=UTC)
FILTERS = MultiFilter(
    [
        TextFilter("CURRENCY", Operator.IN, ["USD", "CHF"]),
        NumberFilter("OBS_VALUE", Operator.GREATER_THAN, 2),
        DateTimeFilter("TIME_PERIOD", Operator.BETWEEN, ["2010-02", "2010-03"]),
    ]
)
DATA = [
    DataQuery(),
    DataQuery(DataContext.DATAFLOW, "TST", "EXR", "1.0.0", "M.*.EUR"),
    DataQuery(DataContext.DATAFLOW, ["TST", "SDMX"], ["EXR", "LFS"], ["+", "1.0"], ["M.USD", "A"]),
    DataQuery(DataContext.DATAFLOW, "TST", "EXR", components=FILTERS, attributes=["dsd", "msd"]),
    DataQuery(DataContext.PROVISION_AGREEMENT, "TST", updated_after=STAMP, as_of=STAMP),
    DataQuery(obs_dimension="AllDimensions", measures="none", offset=2, limit=3, first_n_obs=1),
    DataQuery(reporting_year_start_day="--07-01", include_history=True, last_n_obs=4),
]
DATA_1 = [
    DataQuery(resource_id="EXR"),
    DataQuery(DataContext.DATAFLOW, "TST", "EXR", "1.0", "M..EUR+USD"),
    DataQuery(DataContext.DATAFLOW, "TST", "EXR", "~", updated_after=STAMP, attributes="none"),
    DataQuery(resource_id="EXR", first_n_obs=1, obs_dimension="CURRENCY", include_history=True),
]
AVAILABILITY = [
    AvailabilityQuery(DataContext.DATAFLOW, "TST", "LFS", "1.0.0", "FR.*.F", ["SEX", "AGE"]),
    AvailabilityQuery(DataContext.DATAFLOW, "TST", "LFS", references=StructureReference.CODELIST),
    AvailabilityQuery(DataContext.DATAFLOW, components=FILTERS, updated_after=STAMP),
]
AVAILABILITY_1 = [
    AvailabilityQuery(DataContext.DATAFLOW, "TST", "LFS", "1.0", "FR..F", "SEX"),
    AvailabilityQuery(DataContext.DATAFLOW, "TST", "LFS", references=StructureReference.ALL),
]
STRUCTURES = [
    StructureQuery(),
    *(StructureQuery(type_, "TST", "X", "1.0") for type_ in StructureType),
    *(StructureQuery(StructureType.DATAFLOW, detail=detail) for detail in StructureDetail),
    *(StructureQuery(StructureType.DATAFLOW, references=each) for each in StructureReference),
    StructureQuery(StructureType.CODELIST, ["TST", "SDMX"], ["A", "B"], ["1.0", "~"], ["C", "D"]),
    StructureQuery(StructureType.CODELIST, "TST", version="*", as_of=STAMP),
]
SCHEMAS = [
    *(SchemaQuery(context, "TST", "X") for context in SchemaContext),
    SchemaQuery(SchemaContext.DATAFLOW, "TST", "EXR", "1.0", "AllDimensions"),
    SchemaQuery(SchemaContext.DATAFLOW, "TST", "EXR", deletion=True, as_of=STAMP),
]

REGISTRATIONS = [
    RegistrationByIdQuery("abcd-efgh-ijkl"),
    RegistrationByProviderQuery(),
    RegistrationByProviderQuery("IMF", ["UK1", "UK2"], updated_after=STAMP),
    *(RegistrationByContextQuery(context) for context in DataContext),
    RegistrationByContextQuery(DataContext.DATAFLOW, ["TST", "SDMX"], ["A", "B"], ["1.0", "~"]),
    RegistrationByContextQuery(updated_after=STAMP, updated_before=STAMP),
]


def urls(queries, version):
    """The URLs of the queries that a version of the API has, short and in full."""
    for query in queries:
        for short in (False, True):
            with contextlib.suppress(Invalid):
                yield query.get_url(version, short)


def split(url):
    path, _, query_string = url.partition("?")
    resource, _, rest = path.lstrip("/").partition("/")
    return resource, rest, query_string


@pytest.mark.parametrize(
    ("queries", "parse"),
    [
        (DATA, v2.parse_data),
        (AVAILABILITY, v2.parse_availability),
        (STRUCTURES, v2.parse_structure),
        (SCHEMAS, v2.parse_schema),
        (REGISTRATIONS, v2.parse_registration),
    ],
)
def test_the_urls_of_a_client_in_use_are_read(queries, parse):
    asked = [split(url) for url in urls(queries, V2)]
    assert len(asked) >= len(queries)
    for _, rest, query_string in asked:
        parse(rest, query_string)


@pytest.mark.parametrize(
    ("queries", "parse"),
    [
        (DATA_1, v1.parse_data),
        (AVAILABILITY_1, v1.parse_availability),
        (SCHEMAS, v1.parse_schema),
    ],
)
def test_the_urls_of_a_client_in_use_are_read_in_the_first_version(queries, parse):
    asked = [split(url) for url in urls(queries, V1)]
    assert len(asked) >= len(queries)
    for _, rest, query_string in asked:
        parse(rest, query_string)


def test_the_structure_urls_of_a_client_in_use_are_read_in_the_first_version():
    asked = [split(url) for url in urls(STRUCTURES, V1)]
    assert len(asked) > 60
    for resource, rest, query_string in asked:
        v1.parse_structure(resource, rest, query_string)


# What the clients in use send most, by their own code; each with and without a last slash.
SENT_IN_1 = """
dataflow/all/all/latest dataflow/AG dataflow/AG/all/latest dataflow/AG/latest
dataflow/ALL/ALL/LATEST dataflow/AG/FLOW/latest?references=all
dataflow/all/FLOW/latest?references=none
datastructure/all/DSD/latest?references=children datastructure/AG/DSD/1.0?references=descendants
codelist/AG/CL codelist/AG/CL/1.0/A codelist/AG/CL/latest/all conceptscheme/AG/CS
data/FLOW data/FLOW/M.USD+CHF..A data/AG,FLOW,1.0/M.. data/FLOW/all/all data/AG,FLOW,1.0/M../all
data/FLOW/ALL?startPeriod=2010&endPeriod=2011-Q1&lastNObservations=1&includeHistory=false
data/FLOW/?dimensionAtObservation=AllDimensions&detail=serieskeysonly&format=jsondata
data/FLOW/M..&format=jsondata availableconstraint/FLOW availableconstraint/AG,FLOW,1.0/M../all/all
availableconstraint/FLOW/all/all/FREQ?mode=available&references=codelist schema/dataflow/AG/FLOW
"""
SENT_IN_2 = """
structure/dataflow structure/dataflow/*/*/~ structure/dataflow/AG/FLOW/+/*
structure/codelist/AG/CL/* structure/codelist/AG/CL/1.0.0/A,B
structure/dataflow/AG/*/%2A?references=all&detail=allstubs
data/dataflow/AG/FLOW/1.0.0 data/*/AG/FLOW/+/M.*.EUR,A.USD data/dataflow/AG/FLOW/+/M.USD.
data/dataflow/AG/FLOW/~/%2A?c[DIM]=a,b&c[TIME_PERIOD]=ge:2010+le:2011&attributes=none
data/dataflow/AG/FLOW/~/*?c%5BDIM%5D=a%2Cb&c%5BTIME_PERIOD%5D=ge%3A2010%2Ble%3A2011&measures=all
availability/dataflow/AG/FLOW/1.0.0/M.*/DIM?references=all availability/dataflow/AG/FLOW/1.0.0/*/*
schema/dataflow/AG/FLOW schema/dataflow/AG/FLOW/1.0.0
registration/id/ID registration/provider/AG/*?updatedAfter=2009-05-15T14%3A15%3A00%2B01%3A00
registration/dataflow/AG/FLOW,FLOW/1.0.0 registration/datastructure/*/*/* registration
"""
PARSERS_1 = {
    "data": v1.parse_data,
    "availableconstraint": v1.parse_availability,
    "schema": v1.parse_schema,
}
PARSERS_2 = {
    "structure": v2.parse_structure,
    "data": v2.parse_data,
    "availability": v2.parse_availability,
    "schema": v2.parse_schema,
    "registration": v2.parse_registration,
}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("url", SENT_IN_1.split())
def test_what_clients_send_most_is_read_in_the_first_version(url, slash):
    resource, rest, query_string = split(url)
    if resource in PARSERS_1:
        PARSERS_1[resource](rest + slash, query_string)
    else:
        v1.parse_structure(resource, rest + slash, query_string)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("url", SENT_IN_2.split())
def test_what_clients_send_most_is_read_in_the_second_version(url, slash):
    resource, rest, query_string = split(url)
    PARSERS_2[resource](rest + slash, query_string)


PARSERS = (
    lambda path, query: v1.parse_structure("codelist", path, query),
    v1.parse_data,
    v1.parse_availability,
    v1.parse_schema,
    v2.parse_structure,
    v2.parse_data,
    v2.parse_availability,
    v2.parse_schema,
    v2.parse_registration,
)
WORDS = """
dataflow codelist valuelist TST EXR all latest * ~ + 1.0 M.USD , / // . % %2 %2C %ff %00 & = : '
c[X] c[TIME_PERIOD] c%5B ge: 2010 2010-Q5 0001-01-01T00:00:00 9999-12-31T23:59:59-14:00 sort limit
asOf updatedAfter references startPeriod attributes id provider é
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\ud800"])
TEXTS = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join))


PARAMETERS = (
    "",
    "c[X]=",
    "c[TIME_PERIOD]=ge:",
    "sort=",
    "references=",
    "asOf=",
    "startPeriod=",
    "updatedBefore=",
)


@pytest.mark.parametrize("parse", PARSERS)
@given(path=TEXTS, parameter=st.sampled_from(PARAMETERS), value=TEXTS)
def test_a_url_is_read_or_refused_and_nothing_else(parse, path, parameter, value):
    for rest in (path, f"dataflow/{path}", f"dataflow/TST/EXR/~/{path}"):
        with contextlib.suppress(QuerySyntaxError):
            parse(rest, parameter + value)
    with contextlib.suppress(QuerySyntaxError):
        parse("dataflow", parameter + value)
