"""Component filters, by SDMX-REST 2.2, doc/data.md ("c")."""

import pytest

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import v2
from sdmx_server.grammar.conditions import MOST

FILTERS = {
    "c[FREQ]=A,M": [["eq:A"], ["eq:M"]],
    "c%5BFREQ%5D=A%2CM": [["eq:A"], ["eq:M"]],
    "c[CURRENCY]=eq:USD": [["eq:USD"]],
    "c[CURRENCY]=ne:USD": [["ne:USD"]],
    "c[FREQ]=ne:M+ne:A": [["ne:M", "ne:A"]],
    "c[FREQ]=ne:M%2Bne:A": [["ne:M", "ne:A"]],
    "c[FREQ]=ne:M,ne:A": [["ne:M"], ["ne:A"]],
    "c[FREQ]=ne:M,A": [["ne:M"], ["eq:A"]],
    "c[FREQ]=ne%3AM+A": [["ne:M", "eq:A"]],
    "c[FREQ]=A,M,eq:A,A": [["eq:A"], ["eq:M"]],
    "c[FREQ]=ne:M+ne:A+ne:M,A": [["ne:M", "ne:A"], ["eq:A"]],
    "c[CURRENCY]=sw:U": [["sw:U"]],
    "c[CURRENCY]=ew:F": [["ew:F"]],
    "c[CURRENCY]=co:H": [["co:H"]],
    "c[CURRENCY]=nc:H": [["nc:H"]],
    "c[OBS_VALUE]=ge:1.45+lt:100": [["ge:1.45", "lt:100"]],
    "c[OBS_VALUE]=gt:-2": [["gt:-2"]],
    "c[CURRENCY]=xx:USD": [["eq:xx:USD"]],
    "c[CURRENCY]=EQ:USD": [["eq:EQ:USD"]],
    "c[OBS_TIME]=2010-01-01T10:00:00": [["eq:2010-01-01T10:00:00"]],
    "c[CONTACT.NAME]=co:a:b": [["co:a:b"]],
    "c[TITLE]=co:US%20dollar/Euro": [["co:US dollar/Euro"]],
    "c[TITLE]=co:dollar/Euro%252C": [["co:dollar/Euro,"]],
    "c[TITLE]=a%252Bb%252c": [["eq:a+b,"]],
    "c[TITLE]=100%25": [["eq:100%"]],
    "c[TITLE]=a=b": [["eq:a=b"]],
    "c[TITLE]=a%26b": [["eq:a&b"]],
    "c[TIME_PERIOD]=ge:2010-02+le:2010-03": [["ge:2010-02", "le:2010-03"]],
    "c[TIME_PERIOD]=ge:2010-02%2Ble:2010-03": [["ge:2010-02", "le:2010-03"]],
    "c[TIME_PERIOD]=ge:2010-02+le:2010-02,ge:2010-04": [
        ["ge:2010-02", "le:2010-02"],
        ["ge:2010-04"],
    ],
    "c[TIME_PERIOD]=2010-Q1": [["eq:2010-Q1"]],
    "c[TIME_PERIOD]=sw:201": [["sw:201"]],
    "c[TIME_PERIOD]=2010-05-01T10:00:00+07:00": [["eq:2010-05-01T10:00:00+07:00"]],
    "c[TIME_PERIOD]=ge:2010-05-01+07:00+le:2010-06-01%2B07:00": [
        ["ge:2010-05-01+07:00", "le:2010-06-01+07:00"]
    ],
}


def read(query_string):
    return v2.parse_data("dataflow/TST/EXR/1.0.0", query_string).cube.filters


def written(component_filter):
    return [
        [f"{condition.operator.value}:{condition.value}" for condition in alternative]
        for alternative in component_filter.alternatives
    ]


@pytest.mark.parametrize(("query_string", "alternatives"), FILTERS.items())
def test_a_filter_is_an_or_of_ands(query_string, alternatives):
    (component_filter,) = read(query_string)
    assert written(component_filter) == alternatives


@pytest.mark.parametrize("separator", [",", "+"])
def test_a_filter_holds_only_so_many_different_conditions(separator):
    most = [f"ne:{i}" for i in range(MOST)]
    (component_filter,) = read("c[X]=" + separator.join(most + most))
    assert sum(map(len, component_filter.alternatives)) == MOST
    with pytest.raises(QuerySyntaxError) as refusal:
        read("c[X]=" + separator.join([*most, "A"]))
    assert f"{MOST + 1} conditions; at most {MOST}" in refusal.value.detail


def test_different_components_are_different_filters():
    filters = read("c[FREQ]=A,M&detail=x&c[CURRENCY]=USD")
    assert [each.component for each in filters] == ["FREQ", "CURRENCY"]


@pytest.mark.parametrize(
    ("query_string", "value"),
    [
        ("c[CURRENCY]=USD&c[CURRENCY]=CHF", "c[CURRENCY]"),
        ("c[CURRENCY]=USD&c%5BCURRENCY%5D=USD", "c[CURRENCY]"),
        ("c[CURRENCY]=", "c[CURRENCY]"),
        ("c[CURRENCY]", "c[CURRENCY]"),
        ("c[]=A", "c[]"),
        ("c=A", "'c'"),
        ("c[CURRENCY=A", "c[CURRENCY"),
        ("c[CURRENCY]x=A", "c[CURRENCY]x"),
        ("c[CUR RENCY]=A", "c[CUR RENCY]"),
        ("c[CURRENCY]=USD,", "''"),
        ("c[CURRENCY]=USD++CHF", "''"),
        ("c[CURRENCY]=ne:", "'ne:'"),
        ("c[TIME_PERIOD]=2010-13", "2010-13"),
        ("c[TIME_PERIOD]=ge:2010-02+le:2010-Q5", "2010-Q5"),
        ("c[TIME_PERIOD]=xx:2010", "xx:2010"),
        ("c[TIME_PERIOD]=2010+07:00+x", "'x'"),
    ],
)
def test_a_malformed_filter_is_refused(query_string, value):
    with pytest.raises(QuerySyntaxError) as refusal:
        read(query_string)
    assert value in refusal.value.detail
    assert "allowed" in refusal.value.detail
