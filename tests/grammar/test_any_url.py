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


PARSERS = (
    lambda path, query: v1.parse_structure("codelist", path, query),
    v1.parse_data,
    v1.parse_availability,
    v1.parse_schema,
    v2.parse_structure,
    v2.parse_data,
    v2.parse_availability,
    v2.parse_schema,
)
WORDS = """
dataflow codelist valuelist TST EXR all latest * ~ + 1.0 M.USD , / // . % %2 %2C %ff %00 & = : '
c[X] c[TIME_PERIOD] c%5B ge: 2010 2010-Q5 0001-01-01T00:00:00 9999-12-31T23:59:59-14:00 sort limit
asOf updatedAfter references startPeriod attributes é
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\ud800"])
TEXTS = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map("".join))


@pytest.mark.parametrize("parse", PARSERS)
@given(path=TEXTS, query_string=TEXTS)
def test_a_url_is_read_or_refused_and_nothing_else(parse, path, query_string):
    for rest in (path, f"dataflow/{path}", f"dataflow/TST/EXR/~/{path}"):
        with contextlib.suppress(QuerySyntaxError):
            parse(rest, query_string)
