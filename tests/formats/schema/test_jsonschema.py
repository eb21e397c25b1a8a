"""The JSON Schemas of structures: values by data type, facets, codes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import msgspec
import pytest

from sdmx_server.dataset import Component, Level, ResolvedStructure, Role
from sdmx_server.formats.schema.json_value_types import value_schema
from sdmx_server.formats.schema.jsonschema import write
from sdmx_server.model.codelist import Code

CODES = {id_: Code(id=id_) for id_ in ("A", "B", "C")}


def schema_of(data_type: str = "String", **more: Any) -> dict[str, Any]:
    """Return the schema of values of an attribute, as JSON gives it."""
    component = Component("X", Role.ATTRIBUTE, data_type=data_type, **more)
    found: dict[str, Any] = json.loads(msgspec.json.encode(value_schema(component)))
    jsonschema.Draft201909Validator.check_schema(found)
    jsonschema.Draft7Validator.check_schema(found)
    return found


def is_valid(schema: dict[str, Any], value: Any) -> bool:
    """Return whether a schema takes a value."""
    return jsonschema.Draft201909Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("data_type", "facets", "good", "bad"),
    [
        ("String", {}, ["", "x"], [1, True, {}]),
        ("String", {"minLength": "2", "maxLength": "3"}, ["ab", "abc"], ["a", "abcd"]),
        ("String", {"pattern": "[A-Z]|b"}, ["A", "b"], ["AB", "c"]),
        ("String", {"pattern": r"\p{Lu}"}, ["anything"], [1]),
        ("String", {"pattern": "("}, ["anything"], [1]),
        ("AlphaNumeric", {"pattern": "A.*"}, ["A1"], ["B1", "A-1"]),
        ("Double", {}, [1, 1.5, "1.50", "-1e5", ".5", "NaN"], ["x", "", True, [1]]),
        ("Double", {"minValue": "0", "maxValue": "1.5"}, [0, 1.5], [-1, 2]),
        ("Double", {"minValue": "none"}, [-1], ["x"]),
        ("Integer", {}, [1, "12", "-1"], [1.5, "1.5"]),
        ("Decimal", {}, ["1.50", "-2"], ["x", 1.5]),
        ("Boolean", {}, [True, "false", "0"], ["yes", 2]),
        ("GregorianYear", {}, ["2020", "2020Z"], ["2020-01", "20"]),
        ("ReportingQuarter", {}, ["2020-Q4"], ["2020-Q5", "2020-M01"]),
        ("DateTime", {}, ["2020-01-01T10:00:00"], ["2020-01-01"]),
        (
            "ObservationalTimePeriod",
            {},
            ["2020", "2020-01", "2020-Q1", "2020-01-01T00:00:00Z", "2020-01-01/P1Y"],
            ["last year", "20-01"],
        ),
        ("GeospatialInformation", {}, ["POINT(1 2)"], [1]),
        ("XHTML", {}, ["<p>x</p>"], [1]),
    ],
)
def test_a_data_type_decides_what_is_a_value(
    data_type: str, facets: dict[str, str], good: list[Any], bad: list[Any]
):
    schema = schema_of(data_type, facets=facets)
    assert [value for value in good if not is_valid(schema, value)] == []
    assert [value for value in bad if is_valid(schema, value)] == []


def test_only_codes_that_constraints_leave_are_values():
    assert is_valid(schema_of(codes=CODES), "C")
    schema = schema_of(codes=CODES, allowed=frozenset("AB"))
    assert [is_valid(schema, code) for code in ("A", "C", "#N/A", "~")] == [
        True,
        False,
        True,
        False,
    ]


def test_text_by_language_is_an_object():
    schema = schema_of(is_multilingual=True, facets={"maxLength": "3"})
    assert is_valid(schema, {"en": "abc", "id": "d"})
    assert not is_valid(schema, {"en": "abcd"})
    assert not is_valid(schema, "abc")


def test_a_dimension_may_not_apply_but_time_always_does():
    dimension = Component("X", Role.DIMENSION, codes=CODES)
    assert is_valid(value_schema(dimension), "~")
    time = Component("T", Role.TIME, data_type="GregorianYear")
    assert not is_valid(value_schema(time), "~")


# -- whole messages -----------------------------------------------------------------------

STRUCTURE = ResolvedStructure(
    context="dataflow",
    urn="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=AG:DF(1.0.0)",
    names={"en": "A dataflow"},
    dataflow_urn="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=AG:DF(1.0.0)",
    dsd_urn="urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=AG:DSD(1.0.0)",
    dimensions=(Component("AREA", Role.DIMENSION, codes=CODES),),
    time=Component("TIME_PERIOD", Role.TIME, data_type="ObservationalTimePeriod"),
    measures=(Component("VALUE", Role.MEASURE, data_type="Double"),),
    attributes=(
        Component("TAGS", Role.ATTRIBUTE, codes=CODES, is_array=True, level=Level.OBSERVATION),
    ),
)
VALIDATORS = {"2.0.0": jsonschema.Draft7Validator, "2.1.0": jsonschema.Draft201909Validator}


def message(observation: list[Any], *, area: str = "A", tags: list[str] | None = None) -> Any:
    """Return a message with one observation."""
    tagged = {"id": "TAGS", "name": "T", "relationship": {"observation": {}}}
    if tags:
        tagged["values"] = [{"values": tags}]
    return {
        "meta": {"id": "M", "prepared": "2024-01-01T00:00:00Z", "sender": {"id": "AG"}},
        "data": {
            "structures": [
                {
                    "name": "S",
                    "links": [{"urn": STRUCTURE.urn, "rel": "dataflow"}],
                    "dimensions": {
                        "series": [
                            {
                                "id": "AREA",
                                "name": "A",
                                "keyPosition": 0,
                                "values": [{"id": area, "name": "A"}],
                            }
                        ],
                        "observation": [
                            {
                                "id": "TIME_PERIOD",
                                "name": "T",
                                "keyPosition": 1,
                                "values": [{"value": "2020"}],
                            }
                        ],
                    },
                    "measures": {"observation": [{"id": "VALUE", "name": "V"}]},
                    "attributes": {"observation": [tagged]},
                }
            ],
            "dataSets": [
                {
                    "structure": 0,
                    "action": "Replace",
                    "links": [{"urn": STRUCTURE.urn, "rel": "dataflow"}],
                    "series": {"0": {"observations": {"0": observation}}},
                }
            ],
        },
    }


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (message([1.5]), True),
        (message([None, None]), True),
        (message([1.5, ["A", "B"]]), True),
        (message([1.5, 0], tags=["A", "B"]), True),
        (message(["many"]), False),
        (message([1.5, ["A", "X"]]), False),
        (message([1.5, 0], tags=["A", "X"]), False),
        (message([1.5], area="X"), False),
        ({**message([1.5]), "data": {"structures": 1}}, False),
        ({"meta": message([1.5])["meta"]}, False),
    ],
)
def test_a_message_is_valid_or_not(version: str, document: Any, expected: bool):
    schema = json.loads(write(STRUCTURE, version=version, dimension_at_observation="TIME_PERIOD"))
    VALIDATORS[version].check_schema(schema)
    faults = list(VALIDATORS[version](schema).iter_errors(document))
    assert (faults == []) is expected, faults[:3]


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_structures_without_measures_attributes_or_time_have_schemas(version: str):
    bare = replace(STRUCTURE, measures=(), attributes=(), time=None)
    content = write(bare, version=version, dimension_at_observation="AllDimensions")
    VALIDATORS[version].check_schema(json.loads(content))


def test_a_schema_names_what_it_is_of():
    schema = json.loads(write(STRUCTURE, version="2.1.0", dimension_at_observation="AllDimensions"))
    assert schema["$id"] == f"{STRUCTURE.urn}:ObsLevelDim:AllDimensions"
    assert schema["title"] == "A dataflow"
