"""Both REST dialects compile the same question to the same query."""

from dataclasses import replace

import pytest

from sdmx_server.grammar import v1, v2

SAME_DATA = {
    "a wildcard in the key": (
        ("ECB,EXR,1.0/M..EUR", ""),
        ("dataflow/ECB/EXR/1.0/M.*.EUR", ""),
    ),
    "every series": (
        ("ECB,EXR,1.0/all/all/", ""),
        ("dataflow/ECB/EXR/1.0/*/", ""),
    ),
    "a range of periods": (
        ("ECB,EXR,1.0/all", "startPeriod=2009&endPeriod=2010-Q3"),
        ("dataflow/ECB/EXR/1.0", "c[TIME_PERIOD]=ge:2009+le:2010-Q3"),
    ),
    "from a period on": (
        ("ECB,EXR,1.0/all", "startPeriod=2010-05-01%2B01:00"),
        ("dataflow/ECB/EXR/1.0", "c[TIME_PERIOD]=ge:2010-05-01%2B01:00"),
    ),
    "everything": (
        ("ECB,EXR,1.0", "detail=full"),
        ("dataflow/ECB/EXR/1.0", "attributes=dsd&measures=all"),
    ),
    "values alone": (
        ("ECB,EXR,1.0", "detail=dataonly"),
        ("dataflow/ECB/EXR/1.0", "attributes=none&measures=all"),
    ),
    "series keys alone": (
        ("ECB,EXR,1.0", "detail=serieskeysonly"),
        ("dataflow/ECB/EXR/1.0", "attributes=none&measures=none"),
    ),
    "attributes alone": (
        ("ECB,EXR,1.0", "detail=nodata"),
        ("dataflow/ECB/EXR/1.0", "attributes=dataset,series&measures=none"),
    ),
    "a flow of any agency in all its versions": (
        ("all,EXR,all", ""),
        ("dataflow/*/EXR", ""),
    ),
    "the rest": (
        (
            "ECB,EXR,1.0",
            "firstNObservations=1&lastNObservations=2&dimensionAtObservation=CURRENCY"
            "&includeHistory=true&updatedAfter=2009-05-15T14:15:00%2B01:00",
        ),
        (
            "dataflow/ECB/EXR/1.0",
            "firstNObservations=1&lastNObservations=2&dimensionAtObservation=CURRENCY"
            "&includeHistory=true&updatedAfter=2009-05-15T13:15:00Z",
        ),
    ),
}
SAME_STRUCTURES = {
    "a codelist": (("codelist", "TST/CL_FREQ/1.0", ""), ("codelist/TST/CL_FREQ/1.0", "")),
    "lists of everything": (
        ("codelist", "TST+SDMX/CL_A+CL_B/1.0+2.0/A+M", ""),
        ("codelist/TST,SDMX/CL_A,CL_B/1.0,2.0/A,M", ""),
    ),
    "every version": (("codelist", "TST/CL_VER/all", ""), ("codelist/TST/CL_VER/*", "")),
    "every type": (("structure", "TST/all/all", ""), ("*/TST/*/*", "")),
    "a nested item": (
        ("categoryscheme", "TST/DOMAINS/1.0/A.A1.A11", "references=categorisation"),
        ("categoryscheme/TST/DOMAINS/1.0/A.A1.A11", "references=categorisation"),
    ),
    "details": (
        ("dataflow", "TST/EXR/1.0", "detail=referencePartial&references=descendants"),
        ("dataflow/TST/EXR/1.0", "detail=referencepartial&references=descendants"),
    ),
    "one type along with another": (
        ("categorisation", "TST/all/all", "references=dataflow"),
        ("categorisation/TST/*/*", "references=dataflow"),
    ),
    "maps by reference": (
        ("dataflow", "TST/EXR/1.0", "references=structureset"),
        ("dataflow/TST/EXR/1.0", "references=structureset"),
    ),
}
SAME_AVAILABILITY = {
    "everything": (("TST,LFS,1.0", ""), ("dataflow/TST/LFS/1.0", "")),
    "some components": (
        ("TST,LFS,1.0/FR..F/all/SEX+REF_AREA", "mode=available&references=codelist"),
        ("dataflow/TST/LFS/1.0/FR.*.F/SEX,REF_AREA", "mode=available&references=codelist"),
    ),
}


def without_rule_of_length(query):
    """A query without what the dialects disagree on: whether a key may be cut short."""
    return replace(query, cube=replace(query.cube, key_may_be_short=True))


@pytest.mark.parametrize(("in_v1", "in_v2"), SAME_DATA.values(), ids=SAME_DATA)
def test_the_same_question_about_data_becomes_the_same_query(in_v1, in_v2):
    assert without_rule_of_length(v1.parse_data(*in_v1)) == v2.parse_data(*in_v2)


@pytest.mark.parametrize(("in_v1", "in_v2"), SAME_STRUCTURES.values(), ids=SAME_STRUCTURES)
def test_the_same_question_about_structures_becomes_the_same_query(in_v1, in_v2):
    assert v1.parse_structure(*in_v1) == v2.parse_structure(*in_v2)


@pytest.mark.parametrize(("in_v1", "in_v2"), SAME_AVAILABILITY.values(), ids=SAME_AVAILABILITY)
def test_the_same_question_about_availability_becomes_the_same_query(in_v1, in_v2):
    assert without_rule_of_length(v1.parse_availability(*in_v1)) == v2.parse_availability(*in_v2)


def test_content_constraints_are_two_types_in_the_second_version():
    in_v1 = v1.parse_structure("contentconstraint", "TST/all/all", "references=dataflow")
    for type_ in in_v1.types:
        in_v2 = v2.parse_structure(f"{type_}/TST/*/*", "references=dataflow")
        assert in_v2 == replace(in_v1, types=(type_,))
    assert len(in_v1.types) == 2


def test_hierarchies_are_items_of_a_list_in_the_first_version_alone():
    in_v1 = v1.parse_structure("hierarchicalcodelist", "TST/HCL/1.0", "")
    in_v2 = v2.parse_structure("hierarchy/TST/HCL/1.0", "")
    assert in_v1 == replace(in_v2, by_hierarchical_codelist=True)


def test_the_same_question_about_schemas_becomes_the_same_query():
    url = ("dataflow/TST/EXR/1.0", "dimensionAtObservation=AllDimensions")
    assert v1.parse_schema(*url) == v2.parse_schema(*url)


def test_only_keys_of_the_second_version_may_be_cut_short():
    assert not v1.parse_data("EXR/M.USD", "").cube.key_may_be_short
    assert v2.parse_data("dataflow/TST/EXR/*/M.USD", "").cube.key_may_be_short
