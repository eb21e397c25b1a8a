"""URLs of SDMX-REST 2.2, by its pages on structures, data, availability and schemas."""

from datetime import UTC, datetime

import pytest

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import v2
from sdmx_server.grammar.text import parse_query_string
from sdmx_server.query import (
    ArtefactQuery,
    AvailabilityQuery,
    Cube,
    DataQuery,
    SortLevel,
    StructureQuery,
)

STRUCTURES = {
    "": ((), ArtefactQuery()),
    "/": ((), ArtefactQuery()),
    "*/*/*/~": ((), ArtefactQuery()),
    "%2A/%2A/%2A/~": ((), ArtefactQuery()),
    "all/ECB": ((), ArtefactQuery(("ECB",))),
    "codelist": (("codelist",), ArtefactQuery()),
    "codelist/TST/CL_VER/": (("codelist",), ArtefactQuery(("TST",), ("CL_VER",))),
    "codelist/TST,SDMX/CL_FREQ,CL_VER/+,1.0.0": (
        ("codelist",),
        ArtefactQuery(("TST", "SDMX"), ("CL_FREQ", "CL_VER"), ("+", "1.0.0")),
    ),
    "codelist/TST%2CSDMX/CL_FREQ/%2B": (
        ("codelist",),
        ArtefactQuery(("TST", "SDMX"), ("CL_FREQ",), ("+",)),
    ),
    "codelist/TST,*/CL_FREQ/1~.2.0,1.2.0+": (
        ("codelist",),
        ArtefactQuery((), ("CL_FREQ",), ("1~.2.0", "1.2.0+")),
    ),
    "dataflow/BIS.XTD/EXR/2.4.0-draft": (
        ("dataflow",),
        ArtefactQuery(("BIS.XTD",), ("EXR",), ("2.4.0-draft",)),
    ),
}


@pytest.mark.parametrize(("path", "query"), STRUCTURES.items())
def test_a_path_names_artefacts(path, query):
    types, artefact = query
    assert v2.parse_structure(path, "") == StructureQuery(types=types, artefact=artefact)


@pytest.mark.parametrize(
    ("path", "items"),
    [
        ("codelist/TST/CL_A/1.0.0/*", ()),
        ("codelist/TST/CL_A/1.0.0/A3,A1", ("A3", "A1")),
        ("categoryscheme/TST/DOMAINS/1.0.0/A.A1.A11,B/", ("A.A1.A11", "B")),
        ("valuelist/TST/VL/1.0.0/50%25,a%20b%2F1,x%252Cy", ("50%", "a b/1", "x,y")),
        ("/valuelist/TST/VL/1.0.0/km/h,R&D/", ("km/h", "R&D")),
        ("*/TST/X/1.0.0/A", ("A",)),
        ("agencyscheme/SDMX/AGENCIES/1.0/TST", ("TST",)),
    ],
)
def test_a_path_names_items(path, items):
    assert v2.parse_structure(path, "").items == items


@pytest.mark.parametrize(
    ("parameters", "detail", "references"),
    [
        ("", "full", ("none",)),
        ("detail=raw&references=ancestors", "raw", ("ancestors",)),
        ("references=codelist,conceptscheme", "full", ("codelist", "conceptscheme")),
        ("references=codelist%2Cvaluelist", "full", ("codelist", "valuelist")),
        ("references=namealiasscheme", "full", ("namepersonalisationscheme",)),
        ("references=metadataprovisionagreement", "full", ("metadataprovisionagreement",)),
        ("detail=&references=&mode", "full", ("none",)),
    ],
)
def test_detail_and_references_are_read(parameters, detail, references):
    query = v2.parse_structure("dataflow/TST", parameters)
    assert (query.detail, query.references) == (detail, references)


def test_structures_may_be_asked_for_as_they_stood_then():
    query = v2.parse_structure("codelist", "asOf=2012-03-01T07:00:00%2B07:00")
    assert query.as_of == datetime(2012, 3, 1, tzinfo=UTC)


BAD_VERSIONS = (
    "+.2.3 1.+.3 ~.2 ~.2.3 1.~.3 *.2 *.2.3 1.*.3 +.0 2.3+ ~.0.* 3.2*.1+ 3.2+.1+ 0+.1.0 v1.0 latest "
    "all 01.0 1.0.0.0 1.0.0- 1.0.0, ,"
)
REFUSED_STRUCTURES = [
    ("codelist,conceptscheme/TST", "", "codelist,conceptscheme"),
    ("organisationscheme/TST", "", "agencyscheme"),
    ("structureset/TST", "", "structuremap"),
    ("contentconstraint/TST", "", "dataconstraint"),
    ("attachmentconstraint/TST", "", "attachmentconstraint"),
    ("availabilityconstraint/TST", "", "availabilityconstraint"),
    ("codelists", "", "codelists"),
    ("codelist/TST+SDMX", "", "TST+SDMX"),
    ("codelist//CL_FREQ", "", "''"),
    ("codelist/TST/CL_FREQ,", "", "''"),
    ("codelist/TST/CL%20FREQ", "", "CL FREQ"),
    ("dataflow/TST/EXR/1.0.0/ITEM", "", "ITEM"),
    ("hierarchy/TST/H/1.0.0/H1", "", "H1"),
    ("codelist/TST/CL_FREQ/~/A/B", "", "B"),
    ("codelist/TST/CL_FREQ/~/A+B", "", "A+B"),
    ("codelist/TST", "detail=bogus", "bogus"),
    ("codelist/TST", "references=bogus", "bogus"),
    ("codelist/TST", "references=codelist,bogus", "bogus"),
    ("codelist/TST", "references=children,codelist", "children"),
    ("codelist/TST", "references=actualconstraint", "actualconstraint"),
    ("codelist/TST", "asOf=bogus", "bogus"),
]


@pytest.mark.parametrize(("path", "parameters", "value"), REFUSED_STRUCTURES)
def test_a_structure_query_that_breaks_the_grammar_is_refused(path, parameters, value):
    with pytest.raises(QuerySyntaxError) as refusal:
        v2.parse_structure(path, parameters)
    assert value in refusal.value.detail
    assert "allowed" in refusal.value.detail


@pytest.mark.parametrize("version", BAD_VERSIONS.split(" "))
def test_a_version_query_that_breaks_the_grammar_is_refused(version):
    for parse in (v2.parse_structure, v2.parse_data):
        with pytest.raises(QuerySyntaxError, match="no version query"):
            parse(f"dataflow/TST/CL_VER/{version}".replace("dataflow", "*"), "")


def test_every_type_is_known():
    for type_ in v2.V2_TYPES:
        assert v2.parse_structure(f"{type_}/TST", "").types == (type_,)


ANY = ArtefactQuery(versions=("*",))
EXR = ArtefactQuery(("TST",), ("EXR",), ("1.0.0",))
CUBES = {
    "": Cube(),
    "/": Cube(),
    "dataflow": Cube("dataflow", ANY),
    "*/*/*/*/*": Cube(),
    "dataflow/TST/EXR": Cube("dataflow", ArtefactQuery(("TST",), ("EXR",), ("*",))),
    "dataflow/TST/EXR/~/": Cube("dataflow", ArtefactQuery(("TST",), ("EXR",), ("~",))),
    "dataflow/TST,SDMX/EXR,LFS/1.0.0,1.1.0": Cube(
        "dataflow", ArtefactQuery(("TST", "SDMX"), ("EXR", "LFS"), ("1.0.0", "1.1.0"))
    ),
    "provisionagreement/TST/*": Cube(
        "provisionagreement", ArtefactQuery(("TST",), versions=("*",))
    ),
    "datastructure/TST/EXR/1.0.0/%2A": Cube("datastructure", EXR),
}
KEYS = {
    "*": (),
    "": (),
    "M.*.EUR.SP00.A": ((("M",), (), ("EUR",), ("SP00",), ("A",)),),
    "M.%2A.EUR": ((("M",), (), ("EUR",)),),
    "M.USD": ((("M",), ("USD",)),),
    "*.USD": (((), ("USD",)),),
    "M.USD.": ((("M",), ("USD",)),),
    "M..EUR": ((("M",), (), ("EUR",)),),
    ".USD": (((), ("USD",)),),
    "M.USD.EUR,A.USD.EUR": ((("M",), ("USD",), ("EUR",)), (("A",), ("USD",), ("EUR",))),
    "M.USD%2CA.USD": ((("M",), ("USD",)), (("A",), ("USD",))),
    "M.USD,M.USD": ((("M",), ("USD",)),),
    "M.USD,*": (((), ()),),
    "*,*": (),
    "*.*": (((), ()),),
    "*.*.*": (((), (), ()),),
    "*.*,*.*.*.*,A.*": (((), (), (), ()),),
}


@pytest.mark.parametrize(("path", "cube"), CUBES.items())
def test_a_path_names_a_cube(path, cube):
    assert v2.parse_data(path, "") == DataQuery(cube)


@pytest.mark.parametrize(("key", "keys"), KEYS.items())
def test_a_key_names_codes_by_position(key, keys):
    assert v2.parse_data(f"dataflow/TST/EXR/1.0.0/{key}", "").cube == Cube("dataflow", EXR, keys)


@pytest.mark.parametrize(
    ("sort", "levels"),
    [
        ("A:desc+B", (SortLevel("A", True), SortLevel("B"))),
        ("A+B+A:desc+A", (SortLevel("A"), SortLevel("B"))),
        ("+".join(["*", "A"] * 1000), (SortLevel("*"), SortLevel("A"))),
    ],
)
def test_the_first_level_of_a_component_is_the_one_that_orders(sort, levels):
    assert v2.parse_data("*", f"sort={sort}").sort == levels


def test_the_values_of_a_parameter_keep_their_order():
    values = tuple(map(str, range(1000)))
    given = parse_query_string("&".join(f"%61={value}" for value in values) + "&b=&&c")
    assert given == {"a": values, "b": ("",), "c": ("",)}


def test_parameters_glued_to_the_path_are_parameters():
    query = v2.parse_data("dataflow/TST/EXR/1.0.0&c[FREQ]=A&format=jsondata", "limit=1")
    assert query == v2.parse_data("dataflow/TST/EXR/1.0.0", "c[FREQ]=A&limit=1")


def test_the_parameters_of_data_are_read():
    query = v2.parse_data(
        "dataflow/TST/EXR/1.0.0",
        "updatedAfter=2012-03-01T00:00:00Z&firstNObservations=1&lastNObservations=2"
        "&dimensionAtObservation=CURRENCY&attributes=dataset,OBS_STATUS&measures=OBS_VALUE"
        "&includeHistory=true&offset=5&limit=4&sort=CURRENCY:desc+*+series_key:asc"
        "&asOf=2012-03-20T00:00:00Z&reportingYearStartDay=--07-01",
    )
    assert query == DataQuery(
        cube=Cube(
            "dataflow",
            EXR,
            updated_after=datetime(2012, 3, 1, tzinfo=UTC),
            reporting_year_start_day="--07-01",
        ),
        first_n=1,
        last_n=2,
        dimension_at_observation="CURRENCY",
        attributes=("dataset", "OBS_STATUS"),
        measures=("OBS_VALUE",),
        include_history=True,
        offset=5,
        limit=4,
        sort=(SortLevel("CURRENCY", True), SortLevel("*"), SortLevel("series_key")),
        as_of=datetime(2012, 3, 20, tzinfo=UTC),
    )


def test_parameters_of_the_first_version_do_nothing():
    plain = v2.parse_data("dataflow/TST/EXR", "")
    assert v2.parse_data("dataflow/TST/EXR", "startPeriod=2010-02&detail=dataonly&x=1") == plain


REFUSED_DATA = [
    ("codelist/TST/CL_FREQ", "", "codelist"),
    ("dataflow,datastructure/TST/EXR", "", "dataflow,datastructure"),
    ("dataflow/TST/EXR/1.+.3", "", "1.+.3"),
    ("dataflow/TST/EXR/latest", "", "latest"),
    ("dataflow/TST/EXR/~/M.USD+CHF.EUR", "", "USD+CHF"),
    ("dataflow/TST/EXR/~/M.USD%2BCHF.EUR", "", "USD+CHF"),
    ("dataflow/TST/EXR/~/M.U*", "", "U*"),
    ("dataflow/TST/EXR/~/M.US D", "", "US D"),
    ("dataflow/TST/EXR/~/M,,A", "", "M,,A"),
    ("dataflow/TST/EXR/~/M/A", "", "A"),
    ("*", "firstNObservations=0", "0"),
    ("*", "firstNObservations=x", "x"),
    ("*", "lastNObservations=1.5", "1.5"),
    ("*", "limit=0", "0"),
    ("*", "limit=-1", "-1"),
    ("*", "offset=-1", "-1"),
    ("*", "sort=CURRENCY:up", "up"),
    ("*", "sort=CURRENCY:", "''"),
    ("*", "sort=A++B", "''"),
    ("*", "sort=A,B", "A,B"),
    ("*", "sort=series_key&dimensionAtObservation=AllDimensions", "series_key"),
    ("*", "attributes=none,dsd", "none,dsd"),
    ("*", "attributes=A,,B", "''"),
    ("*", "attributes=*", "*"),
    ("*", "measures=A B", "A B"),
    ("*", "asOf=bogus", "bogus"),
    ("*", "updatedAfter=bogus", "bogus"),
    ("*", "includeHistory=perhaps", "perhaps"),
    ("*", "reportingYearStartDay=07-01", "07-01"),
    ("*", "reportingYearStartDay=--02-30", "--02-30"),
    ("*", "c[TIME_PERIOD]=2010-13", "2010-13"),
]


@pytest.mark.parametrize(("path", "parameters", "value"), REFUSED_DATA)
def test_a_data_query_that_breaks_the_grammar_is_refused(path, parameters, value):
    with pytest.raises(QuerySyntaxError) as refusal:
        v2.parse_data(path, parameters)
    assert value in refusal.value.detail
    assert "allowed" in refusal.value.detail


def test_an_availability_query_names_components():
    query = v2.parse_availability(
        "dataflow/TST/LFS/1.0.0/FR.*.F/SEX,REF_AREA/",
        "mode=available&references=codelist,valuelist&reportingYearStartDay=--07-01&asOf=x",
    )
    assert query == AvailabilityQuery(
        cube=Cube(
            "dataflow",
            ArtefactQuery(("TST",), ("LFS",), ("1.0.0",)),
            ((("FR",), (), ("F",)),),
            reporting_year_start_day="--07-01",
        ),
        components=("SEX", "REF_AREA"),
        mode="available",
        references=("codelist", "valuelist"),
    )


@pytest.mark.parametrize("path", ["dataflow", "dataflow/TST/LFS/1.0.0/*/*", "datastructure/TST/"])
def test_an_availability_query_may_leave_out_all_but_the_context(path):
    query = v2.parse_availability(path, "?&mode=")
    assert (query.components, query.mode, query.references) == ((), "exact", ("none",))


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("", ""),
        ("*/TST/LFS", ""),
        ("dataflow,datastructure/TST/LFS", ""),
        ("dataflow/TST/LFS", "mode=none"),
        ("dataflow/TST/LFS", "references=bogus"),
        ("dataflow/TST/LFS", "references=all,codelist"),
        ("dataflow/TST/LFS/~//SEX", ""),
        ("dataflow/TST/LFS/~/*/SEX+AGE", ""),
        ("dataflow/TST/LFS/~/*/SEX/AGE", ""),
    ],
)
def test_an_availability_query_that_breaks_the_grammar_is_refused(path, parameters):
    with pytest.raises(QuerySyntaxError):
        v2.parse_availability(path, parameters)


def test_a_schema_query_names_one_artefact():
    query = v2.parse_schema(
        "metadataprovisionagreement/TST/MPA/1.0+.0/",
        "deletion=true&dimensionAtObservation=AllDimensions&asOf=2012-03-20T00:00:00Z",
    )
    assert query.context == "metadataprovisionagreement"
    assert query.artefact == ArtefactQuery(("TST",), ("MPA",), ("1.0+.0",))
    assert query.deletion
    assert query.dimension_at_observation == "AllDimensions"
    assert query.as_of == datetime(2012, 3, 20, tzinfo=UTC)
    assert v2.parse_schema("dataflow/TST/EXR", "").artefact.versions == ("~",)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("dataflow/*/EXR", ""),
        ("dataflow/TST/A,B", ""),
        ("dataflow/TST/EXR/*", ""),
        ("dataflow/TST/EXR/1.0.0,1.1.0", ""),
        ("dataflow/TST/EXR/latest", ""),
        ("codelist/TST/CL_FREQ", ""),
        ("*/TST/EXR", ""),
        ("dataflow/TST", ""),
        ("", ""),
        ("dataflow/TST/EXR/1.0.0/X", ""),
        ("dataflow/TST/EXR", "deletion=perhaps"),
    ],
)
def test_a_schema_query_that_names_no_one_artefact_is_refused(path, parameters):
    with pytest.raises(QuerySyntaxError):
        v2.parse_schema(path, parameters)
