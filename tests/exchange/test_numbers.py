"""Numbers are compared by value, exactly, and whatever is none is left in peace."""

from __future__ import annotations

import numpy as np
import pytest

from sdmx_server.dataset import Component, Role
from sdmx_server.errors import QuerySyntaxError
from sdmx_server.exchange.numbers import number, numbers
from sdmx_server.exchange.predicates import mask_of
from sdmx_server.query import ComponentFilter, Condition, Operator

COLUMN = ["7", "7.0", "10", "-3e2", "9007199254740993", "9007199254740992", "NaN", "1_0", None]


def rows(*alternatives, data_type="Decimal", column=COLUMN):
    branches = tuple(
        tuple(Condition(Operator(op), value) for op, value in branch) for branch in alternatives
    )
    component = Component(id="OBS_VALUE", role=Role.MEASURE, data_type=data_type)
    found = mask_of(ComponentFilter("OBS_VALUE", branches), component)(column)
    return [text for text, holds in zip(column, found.tolist(), strict=True) if holds]


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("eq", "7", ["7", "7.0"]),
        ("eq", "9007199254740993", ["9007199254740993"]),
        ("ge", "9007199254740993", ["9007199254740993"]),
        ("lt", "9", ["7", "7.0", "-3e2"]),
        ("le", "-300", ["-3e2"]),
        ("ne", "7", ["10", "-3e2", "9007199254740993", "9007199254740992", "NaN", "1_0", None]),
        ("eq", "NaN", ["NaN"]),
        ("ne", "NaN", [text for text in COLUMN if text != "NaN"]),
        ("gt", "NaN", []),
        ("eq", "10", ["10"]),
        ("eq", "1_0", ["1_0"]),
        ("sw", "9", ["9007199254740993", "9007199254740992"]),
        ("nc", "7", ["10", "-3e2", "NaN", "1_0", None]),
    ],
)
def test_one_comparison(operator, value, found):
    assert rows([(operator, value)]) == found


def test_several_values_and_ranges_are_alternatives():
    wanted = [[("eq", "10")], [("eq", "NaN")], [("ge", "0"), ("lt", "8")]]
    assert rows(*wanted) == ["7", "7.0", "10", "NaN"]


def test_arrays_of_numbers_are_looked_into():
    component = Component(id="X", role=Role.ATTRIBUTE, data_type="Integer", is_array=True)
    wanted = ComponentFilter("X", ((Condition(Operator.GREATER, "5"),),))
    assert mask_of(wanted, component)(['["1","9"]', '["2"]', None]).tolist() == [True, False, False]


def test_periods_of_attributes_are_spans_too():
    component = Component(id="D", role=Role.ATTRIBUTE, data_type="ObservationalTimePeriod")
    wanted = ComponentFilter("D", ((Condition(Operator.EQUAL, "2020"),),))
    column = ["2020-05", "2021", "tahun 2020", None]
    assert mask_of(wanted, component)(column).tolist() == [True, False, False, False]


@pytest.mark.parametrize("is_array", [False, True])
def test_a_bound_that_is_no_number_is_refused(is_array):
    component = Component(id="X", role=Role.MEASURE, data_type="Double", is_array=is_array)
    wanted = ComponentFilter("X", ((Condition(Operator.GREATER, "abc"),),))
    with pytest.raises(QuerySyntaxError, match="'abc'"):
        mask_of(wanted, component)


ODD = [
    "+5",
    " 5",
    "5\n",
    "inf",
    "-Infinity",
    "1e400",
    "-1e-400",
    "00012",
    ".5",
    "5.",
    "NaN",
    "-nan",
]
NONE = ["", "-", "1_0", "0x1p3", "1d5", "--5", "\u0661", "12,5", None]


@pytest.mark.parametrize("text", [*ODD, *NONE])
def test_a_long_column_is_read_as_its_texts_are_one_by_one(text):
    plain = ["9007199254740993", "0.1", "1.10", "-3e2", None] * 10
    for column in ([text], [text, *plain], [*plain, text, "NA"]):
        expected = [number(each) for each in column]
        np.testing.assert_array_equal(numbers(column), expected)
