"""URLs of SDMX-REST 1.5, by its sections 4.3 to 4.6."""

from datetime import UTC, datetime

import pytest

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import v1
from sdmx_server.query import ArtefactQuery, ComponentFilter, Condition, Operator

ARTEFACTS = {
    "": ((), (), ("latest",)),
    "/": ((), (), ("latest",)),
    "all/all/latest": ((), (), ("latest",)),
    "ALL/ALL/LATEST": ((), (), ("latest",)),
    "TST": (("TST",), (), ("latest",)),
    "/TST/CL_FREQ/1.0/": (("TST",), ("CL_FREQ",), ("1.0",)),
    "TST/CL_VER/all": (("TST",), ("CL_VER",), ("*",)),
    "TST/CL_VER/1.0+all": (("TST",), ("CL_VER",), ("*",)),
    "TST/CL_FREQ+CL_CURRENCY/latest": (("TST",), ("CL_FREQ", "CL_CURRENCY"), ("latest",)),
    "TST/CL_FREQ%2BCL_CURRENCY": (("TST",), ("CL_FREQ", "CL_CURRENCY"), ("latest",)),
    "TST+SDMX.SUB/CL_FREQ": (("TST", "SDMX.SUB"), ("CL_FREQ",), ("latest",)),
    "TST/CL_FREQ/1.0+2.0": (("TST",), ("CL_FREQ",), ("1.0", "2.0")),
    "TST/CL_FREQ/1.0+1.0": (("TST",), ("CL_FREQ",), ("1.0",)),
    "AG/latest": (("AG",), (), ("latest",)),
    "AG/LATEST/": (("AG",), (), ("latest",)),
    "AG/$X@-1/1.0.0": (("AG",), ("$X@-1",), ("1.0.0",)),
}


@pytest.mark.parametrize(("path", "artefact"), ARTEFACTS.items())
def test_a_path_names_artefacts(path, artefact):
    assert v1.parse_structure("codelist", path, "").artefact == ArtefactQuery(*artefact)


@pytest.mark.parametrize(
    ("path", "items"),
    [
        ("TST/CL_FREQ/1.0", ()),
        ("TST/CL_FREQ/1.0/all", ()),
        ("TST/CL_FREQ/1.0/A", ("A",)),
        ("TST/CL_FREQ/1.0/A+M", ("A", "M")),
        ("TST/CL_FREQ/1.0/A%2BM/", ("A", "M")),
        ("TST/DOMAINS/1.0/A.A1.A11", ("A.A1.A11",)),
    ],
)
def test_a_path_names_items(path, items):
    assert v1.parse_structure("codelist", path, "").items == items


@pytest.mark.parametrize(
    ("resource", "types", "role"),
    [
        ("datastructure", ("datastructure",), None),
        ("structure", (), None),
        (
            "organisationscheme",
            ("agencyscheme", "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme"),
            None,
        ),
        ("hierarchicalcodelist", ("hierarchy",), None),
        ("contentconstraint", ("dataconstraint", "metadataconstraint"), None),
        ("actualconstraint", ("dataconstraint", "metadataconstraint"), "Actual"),
        ("allowedconstraint", ("dataconstraint", "metadataconstraint"), "Allowed"),
        ("attachmentconstraint", ("attachmentconstraint",), None),
        ("provisionagreement", ("provisionagreement", "metadataprovisionagreement"), None),
        ("namealiasscheme", ("namepersonalisationscheme",), None),
        ("vtlmappingscheme", ("vtlmappingscheme",), None),
    ],
)
def test_a_resource_stands_for_types_of_the_second_version(resource, types, role):
    query = v1.parse_structure(resource, "TST", "")
    assert (query.types, query.constraint_role) == (types, role)


def test_a_structure_set_stands_for_every_kind_of_map():
    types = v1.parse_structure("structureset", "TST", "").types
    assert "structuremap" in types
    assert "representationmap" in types
    assert types[0] == "structureset"
    assert len(types) == 7


@pytest.mark.parametrize(
    ("parameters", "detail", "references"),
    [
        ("", "full", ("none",)),
        ("detail=allStubs", "allstubs", ("none",)),
        ("detail=REFERENCEPARTIAL&references=Descendants", "referencepartial", ("descendants",)),
        ("references=parentsandsiblings", "full", ("parentsandsiblings",)),
        ("references=codelist", "full", ("codelist",)),
        ("references=hierarchicalcodelist", "full", ("hierarchy",)),
        ("detail=&references=&x", "full", ("none",)),
        ("detail=full&detail=full", "full", ("none",)),
        ("unknown=1&key=x", "full", ("none",)),
    ],
)
def test_detail_and_references_are_read(parameters, detail, references):
    query = v1.parse_structure("dataflow", "TST", parameters)
    assert (query.detail, query.references) == (detail, references)


def test_a_reference_to_constraints_of_one_role_keeps_the_role():
    query = v1.parse_structure("dataflow", "TST", "references=actualconstraint")
    assert query.references == ("dataconstraint", "metadataconstraint")
    assert query.constraint_role == "Actual"


REFUSED_STRUCTURES = [
    ("unknownresource", "TST", "", "unknownresource"),
    ("valuelist", "TST", "", "valuelist"),
    ("codelist", "TST/CL_FREQ", "detail=bogus", "bogus"),
    ("codelist", "TST/CL_FREQ", "detail=raw", "raw"),
    ("codelist", "TST/CL_FREQ", "detail=full&detail=allstubs", "allstubs"),
    ("codelist", "TST/CL_FREQ", "references=bogus", "bogus"),
    ("codelist", "TST/CL_FREQ", "references=ancestors", "ancestors"),
    ("codelist", "TST/CL_FREQ", "references=codelist,dataflow", "codelist,dataflow"),
    ("codelist", "TST/CL_FREQ", "references=structure", "structure"),
    ("codelist", "TST/CL_FREQ/1.0.x", "", "1.0.x"),
    ("codelist", "TST/CL_FREQ/~", "", "~"),
    ("codelist", "TST/CL_FREQ/*", "", "*"),
    ("codelist", "TST/CL_FREQ/1.0+", "", "''"),
    ("codelist", "TST/CL_FREQ/1.0-draft", "", "1.0-draft"),
    ("codelist", "*/CL_FREQ", "", "*"),
    ("codelist", "1TST/CL_FREQ", "", "1TST"),
    ("codelist", "TST,SDMX/CL_FREQ", "", "TST,SDMX"),
    ("codelist", "TST//1.0", "", "''"),
    ("codelist", "TST/CL FREQ", "", "CL FREQ"),
    ("codelist", "TST/CL_FREQ/1.0/A/B", "", "B"),
    ("codelist", "TST/CL_FREQ/1.0/A*", "", "A*"),
    ("codelist", "%ff", "", "%ff"),
    ("dataflow", "TST/EXR/1.0/X", "", "X"),
    ("structure", "TST/EXR/1.0/X", "", "X"),
]


@pytest.mark.parametrize(("resource", "path", "parameters", "value"), REFUSED_STRUCTURES)
def test_a_structure_query_that_breaks_the_grammar_is_refused(resource, path, parameters, value):
    with pytest.raises(QuerySyntaxError) as refusal:
        v1.parse_structure(resource, path, parameters)
    assert value in refusal.value.detail


FLOWS = {
    "EXR": ((), ("EXR",), ("latest",)),
    "TST,EXR": (("TST",), ("EXR",), ("latest",)),
    "TST,EXR,1.0": (("TST",), ("EXR",), ("1.0",)),
    "TST%2CEXR%2Clatest": (("TST",), ("EXR",), ("latest",)),
    "ALL,EXR,LATEST": ((), ("EXR",), ("latest",)),
    "BIS.XTD,EXR,1.0.0": (("BIS.XTD",), ("EXR",), ("1.0.0",)),
}


@pytest.mark.parametrize("rest", ["", "/", "/all", "/ALL/all/"])
@pytest.mark.parametrize(("flow", "artefact"), FLOWS.items())
def test_a_flow_reference_names_flows(flow, artefact, rest):
    cube = v1.parse_data(flow + rest, "").cube
    assert cube.artefact == ArtefactQuery(*artefact)
    assert (cube.context, cube.keys, cube.providers) == ("dataflow", (), ())


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("all", ()),
        ("....", (((), (), (), (), ()),)),
        ("M..EUR.SP00.A", ((("M",), (), ("EUR",), ("SP00",), ("A",)),)),
        ("M.USD+CHF.EUR", ((("M",), ("USD", "CHF"), ("EUR",)),)),
        ("M.USD%2BCHF.EUR", ((("M",), ("USD", "CHF"), ("EUR",)),)),
        ("M", ((("M",),),)),
    ],
)
def test_a_key_names_codes_by_position(key, keys):
    assert v1.parse_data(f"EXR/{key}", "").cube.keys == keys


@pytest.mark.parametrize(
    ("providers", "wanted"),
    [
        ("all", ()),
        ("ECB", ("ECB",)),
        ("ECB+BIS", ("ECB", "BIS")),
        ("TST,ECB", ("TST.ECB",)),
        ("TST,ECB+BIS", ("TST.ECB", "BIS")),
        ("TST%2CECB%2Ball", ()),
        ("all,ECB", ("ECB",)),
    ],
)
def test_a_provider_reference_names_providers(providers, wanted):
    assert v1.parse_data(f"EXR/all/{providers}", "").cube.providers == wanted


@pytest.mark.parametrize(
    ("parameters", "conditions"),
    [
        ("startPeriod=2010-02", [("ge", "2010-02")]),
        ("endPeriod=2010-W53", [("le", "2010-W53")]),
        ("startPeriod=2010-Q1&endPeriod=2010-Q1", [("ge", "2010-Q1"), ("le", "2010-Q1")]),
        ("startPeriod=2010-05-01%2B01%3A00", [("ge", "2010-05-01+01:00")]),
        ("startPeriod=2010-05-01 01:00", [("ge", "2010-05-01+01:00")]),
        ("startPeriod=2010-05-01%2001:00", [("ge", "2010-05-01+01:00")]),
        ("startPeriod=2010-01-01T10:00:00&endPeriod=", [("ge", "2010-01-01T10:00:00")]),
    ],
)
def test_periods_become_a_filter_on_time(parameters, conditions):
    wanted = tuple(Condition(Operator(operator), value) for operator, value in conditions)
    filters = v1.parse_data("EXR/all", parameters).cube.filters
    assert filters == (ComponentFilter("TIME_PERIOD", (wanted,)),)


@pytest.mark.parametrize(
    "stamp",
    [
        "2009-05-15T14%3A15%3A00%2B01%3A00",
        "2009-05-15T14:15:00+01:00",
        "2009-05-15T14:15:00 01:00",
        "2009-05-15T14:15:00%2001:00",
    ],
)
def test_the_plus_of_a_zone_arrives_however_it_was_sent(stamp):
    query = v1.parse_data("HIST", f"updatedAfter={stamp}")
    assert query.cube.updated_after == datetime(2009, 5, 15, 13, 15, tzinfo=UTC)


def test_the_other_parameters_of_data_are_read():
    query = v1.parse_data(
        "EXR",
        "firstNObservations=1&lastNObservations=02&dimensionAtObservation=AllDimensions"
        "&includeHistory=TRUE&detail=SeriesKeysOnly&explicitMeasure=maybe",
    )
    assert (query.first_n, query.last_n) == (1, 2)
    assert query.dimension_at_observation == "AllDimensions"
    assert query.include_history
    assert (query.attributes, query.measures) == (("none",), ("none",))


def test_parameters_glued_to_the_path_are_parameters():
    query = v1.parse_data("EXR/M.USD&detail=dataonly", "endPeriod=2010")
    assert query == v1.parse_data("EXR/M.USD", "detail=dataonly&endPeriod=2010")


REFUSED_DATA = [
    ("", "", "''"),
    ("A,B,C,D", "", "A,B,C,D"),
    ("TST,EXR,", "", "''"),
    (",EXR", "", "''"),
    ("EXR+LFS", "", "EXR+LFS"),
    ("TST,EXR,1.x", "", "1.x"),
    ("EXR/M.*.EUR", "", "*"),
    ("EXR/M.US D", "", "US D"),
    ("EXR/M.USD+.EUR", "", "USD+"),
    ("EXR/M.USD,CHF.EUR", "", "USD,CHF"),
    ("EXR/all/A,B,C", "", "A,B"),
    ("EXR/all/ECB+", "", "''"),
    ("EXR/all/all/all", "", "all"),
    ("EXR/all", "startPeriod=2010-13", "2010-13"),
    ("EXR/all", "startPeriod=2010-W54", "2010-W54"),
    ("EXR/all", "endPeriod=2010-Q5", "2010-Q5"),
    ("EXR/all", "endPeriod=abc", "abc"),
    ("EXR/all", "startPeriod=2010-02-30", "2010-02-30"),
    ("EXR/all", "startPeriod=2010&startPeriod=2011", "2011"),
    ("EXR/all", "lastNObservations=0", "0"),
    ("EXR/all", "lastNObservations=-1", "-1"),
    ("EXR/all", "lastNObservations=x", "x"),
    ("EXR/all", "firstNObservations=1.5", "1.5"),
    ("EXR/all", "firstNObservations=%2B1", "+1"),
    ("EXR/all", "firstNObservations=" + "9" * 5000, "999"),
    ("EXR/all", "detail=everything", "everything"),
    ("EXR/all", "updatedAfter=yesterday", "yesterday"),
    ("EXR/all", "updatedAfter=2009-05-15", "2009-05-15"),
    ("EXR/all", "includeHistory=perhaps", "perhaps"),
    ("EXR/all", "dimensionAtObservation=A,B", "A,B"),
    ("EXR/all", "detail=%ff", "%ff"),
]


@pytest.mark.parametrize(("path", "parameters", "value"), REFUSED_DATA)
def test_a_data_query_that_breaks_the_grammar_is_refused(path, parameters, value):
    with pytest.raises(QuerySyntaxError) as refusal:
        v1.parse_data(path, parameters)
    assert value in refusal.value.detail
    assert "allowed" in refusal.value.detail or "percent" in refusal.value.detail


@pytest.mark.parametrize(
    ("path", "parameters", "components", "mode", "references"),
    [
        ("LFS", "", (), "exact", ("none",)),
        ("LFS/FR..F/", "mode=available", (), "available", ("none",)),
        ("LFS/all/all/SEX", "references=all", ("SEX",), "exact", ("all",)),
        (
            "LFS//all/SEX+REF_AREA",
            "references=CODELIST",
            ("SEX", "REF_AREA"),
            "exact",
            ("codelist",),
        ),
        ("LFS/all/all/ALL", "mode=&references=none", (), "exact", ("none",)),
    ],
)
def test_an_availability_query_names_components(path, parameters, components, mode, references):
    query = v1.parse_availability(path, parameters)
    assert (query.components, query.mode, query.references) == (components, mode, references)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("LFS", "mode=maybe"),
        ("LFS", "references=valuelist"),
        ("LFS", "references=children"),
        ("LFS/all/all/SEX,AGE", ""),
        ("LFS/all/all/SEX/AGE", ""),
        ("", ""),
    ],
)
def test_an_availability_query_that_breaks_the_grammar_is_refused(path, parameters):
    with pytest.raises(QuerySyntaxError):
        v1.parse_availability(path, parameters)


def test_a_schema_query_names_one_artefact():
    query = v1.parse_schema(
        "dataflow/TST/EXR", "explicitMeasure=true&dimensionAtObservation=AllDimensions"
    )
    assert query.context == "dataflow"
    assert query.artefact == ArtefactQuery(("TST",), ("EXR",), ("latest",))
    assert query.explicit_measure
    assert query.dimension_at_observation == "AllDimensions"


@pytest.mark.parametrize(
    "path",
    [
        "codelist/TST/CL_FREQ",
        "metadataprovisionagreement/TST/A",
        "dataflow/all/EXR",
        "dataflow/TST/EXR+B",
        "dataflow/TST/all",
        "dataflow/TST/EXR/all",
        "dataflow/TST/EXR/1.0+2.0",
        "dataflow/TST",
        "dataflow",
        "",
        "dataflow/TST/EXR/1.0/X",
    ],
)
def test_a_schema_query_that_names_no_one_artefact_is_refused(path):
    with pytest.raises(QuerySyntaxError):
        v1.parse_schema(path, "")


def test_every_structural_resource_is_known():
    for resource in v1.RESOURCES:
        if resource not in ("data", "metadata", "availableconstraint", "schema"):
            v1.parse_structure(resource, "TST/X/1.0", "")
