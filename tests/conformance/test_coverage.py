"""Every row of the conformance table has a test, or a reason why it has none."""

from __future__ import annotations

import pytest

from tests.conformance.rows import NO_TEST, modules_of_rows, named, table

ROWS = table()


def test_the_table_numbers_its_rows_from_1_to_413():
    assert [int(each["number"]) for each in ROWS] == list(range(1, 414))
    assert all(each["request"] and each["expectation"] for each in ROWS)


def test_every_row_stands_where_the_table_says():
    found = modules_of_rows()
    for each in ROWS:
        number = int(each["number"])
        if each["where"].startswith(NO_TEST):
            assert each["where"].removeprefix(NO_TEST)
            assert number not in found, f"row {number} has a test, the table says it has none"
        else:
            assert set(each["where"].split()) == found.get(number), f"row {number}"


def test_no_test_bears_a_number_that_the_table_lacks():
    assert set(modules_of_rows()) <= {int(each["number"]) for each in ROWS}


@pytest.mark.parametrize(
    ("docstring", "rows"),
    [
        ("Row 1.", {1}),
        ("Rows 83 and 240; the instant itself does not count.", {83, 240}),
        ("Rows 404, 405, 407 and 408.", {404, 405, 407, 408}),
        ("Rows 318 to 320 and 323.", {318, 319, 320, 323}),
        ("Three rows of 2010.", set()),
        (None, set()),
    ],
)
def test_docstrings_name_rows(docstring: str | None, rows: set[int]):
    assert named(docstring) == rows


def test_the_rows_in_a_docstring_select_its_test(request: pytest.FixtureRequest):
    for item in request.session.items:
        rows = named(item.function.__doc__) if isinstance(item, pytest.Function) else set()
        if "tests/conformance/" in item.nodeid:
            assert {f"row_{number}" for number in rows} <= item.extra_keyword_matches
