"""The XML Schema of the structure-specific data of one structure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from lxml import etree

from sdmx_server.dataset import Component, Level, Rendering, ResolvedStructure, Role
from sdmx_server.errors import NotAcceptable, SemanticError
from sdmx_server.formats.data.writers import ml3, ml21
from sdmx_server.formats.schema import xsd
from sdmx_server.formats.schema.value_types import SchemaVersion
from tests.formats.data.datasets import (
    MESSAGE,
    TIME,
    exr,
    exr_structure,
    flat_structure,
    multi_structure,
)
from tests.formats.xsd_validation import data_faults, validate_data

XS = "{http://www.w3.org/2001/XMLSchema}"
VERSIONS: tuple[SchemaVersion, ...] = ("2.1", "3.0.0", "3.1.0")


def message(structure: ResolvedStructure, body: str, version: str = "3.1.0") -> bytes:
    """Return a flat message of one data set with these elements."""
    namespace = f"{structure.urn}:ObsLevelDim:AllDimensions"
    schemas = f"http://www.sdmx.org/resources/sdmxml/schemas/v{version[0]}_{version[2]}"
    return (
        f'<m:StructureSpecificData xmlns:m="{schemas}/message" xmlns:ns="{namespace}" '
        f'xmlns:ss="{schemas}/data/structurespecific" xmlns:c="{schemas}/common" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><m:Header><m:ID>A</m:ID>'
        "<m:Test>false</m:Test><m:Prepared>2025-01-02T03:04:05Z</m:Prepared>"
        f'<m:Sender id="A"/><m:Structure structureID="S" namespace="{namespace}" '
        'dimensionAtObservation="AllDimensions"><c:StructureUsage>'
        f"{structure.urn}</c:StructureUsage></m:Structure></m:Header>"
        f'<m:DataSet ss:structureRef="S" xsi:type="ns:DataSetType">{body}</m:DataSet>'
        "</m:StructureSpecificData>"
    ).encode()


def with_attribute(data_type: str, facets: Mapping[str, str]) -> ResolvedStructure:
    """Return FLAT with one observation attribute."""
    attribute = Component(
        id="X",
        role=Role.ATTRIBUTE,
        data_type=data_type,
        level=Level.OBSERVATION,
        facets=facets,
        mandatory=False,
    )
    return replace(flat_structure(), attributes=(attribute,))


def is_valid(structure: ResolvedStructure, value: str, version: SchemaVersion = "3.0.0") -> bool:
    body = f'<Obs REF_AREA="A" SEX="F" X="{value}"/>'
    schema = xsd.write(structure, version=version)
    return not data_faults(message(structure, body, version), schema, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_target_namespace_names_structure_and_dimension(version: SchemaVersion) -> None:
    for asked, dimension in [
        (None, "TIME_PERIOD"),
        ("AllDimensions", "AllDimensions"),
        ("CURRENCY", "CURRENCY"),
    ]:
        schema = xsd.write(exr_structure(), version=version, dimension_at_observation=asked)
        target = etree.fromstring(schema).get("targetNamespace")
        assert target == f"{exr_structure().urn}:ObsLevelDim:{dimension}"


def test_a_structure_without_time_has_all_dimensions_at_observation_level() -> None:
    target = etree.fromstring(xsd.write(flat_structure(), version="3.1.0")).get("targetNamespace")
    assert target.endswith(":ObsLevelDim:AllDimensions")


def test_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(SemanticError, match="NOPE cannot .* CURRENCY"):
        xsd.write(exr_structure(), version="3.1.0", dimension_at_observation="NOPE")


def test_several_measures_have_no_schema_in_2_1() -> None:
    with pytest.raises(NotAcceptable, match=r"OBS_VALUE, OBS_COUNT"):
        xsd.write(multi_structure(), version="2.1")


def test_attributes_that_2_1_cannot_express_are_left_out() -> None:
    one = replace(multi_structure(), measures=multi_structure().measures[:1])
    schema = xsd.write(one, version="2.1")
    assert b"METHOD" not in schema
    assert b'name="SRC"' in schema


def test_official_schemas_are_imported_by_their_file_names() -> None:
    root = etree.fromstring(xsd.write(exr_structure(), version="3.1.0"))
    locations = [imported.get("schemaLocation") for imported in root.iter(f"{XS}import")]
    assert locations == ["SDMXCommon.xsd", "SDMXDataStructureSpecific.xsd"]


def test_codes_are_those_that_constraints_leave() -> None:
    structure = exr_structure()
    currency = replace(structure.dimensions[1], allowed=frozenset({"USD", "EUR", "CHF"}))
    constrained = replace(
        structure, dimensions=(structure.dimensions[0], currency, *structure.dimensions[2:])
    )
    root = etree.fromstring(xsd.write(constrained, version="3.1.0"))
    simple = root.find(f"{XS}simpleType[@name='CURRENCY.Value']")
    values = [enumeration.get("value") for enumeration in simple.iter(f"{XS}enumeration")]
    assert values == ["USD", "CHF", "EUR"]
    content = b"".join(ml3.write([exr()], MESSAGE, Rendering("3.1.0")))
    faults = data_faults(content, xsd.write(constrained, version="3.1.0"), "3.1.0")
    assert any("JPY" in fault for fault in faults)


def test_a_list_without_allowed_codes_allows_nothing() -> None:
    structure = flat_structure()
    sex = replace(structure.dimensions[1], allowed=frozenset())
    closed = replace(structure, dimensions=(structure.dimensions[0], sex))
    schema = xsd.write(closed, version="3.0.0")
    body = '<Obs REF_AREA="A" SEX="F"/>'
    assert data_faults(message(closed, body, "3.0.0"), schema, "3.0.0")


def test_codes_carry_their_names() -> None:
    root = etree.fromstring(xsd.write(exr_structure(), version="2.1"))
    annual = root.find(f".//{XS}simpleType[@name='FREQ.Value']//{XS}enumeration[@value='A']")
    assert [text.text for text in annual.iter(f"{XS}documentation")] == ["Annual", "Tahunan"]


FACETS = [
    ("String", {"minLength": "2", "maxLength": "3"}, ["ab", "abc"], ["a", "abcd"]),
    ("String", {"pattern": "[A-Z]+"}, ["AB"], ["ab"]),
    ("String", {"pattern": "[A-Z]+", "maxLength": "2"}, ["AB"], ["ABC", "a"]),
    ("Integer", {"minValue": "0", "maxValue": "10"}, ["0", "10"], ["-1", "11", "1.5"]),
    ("Integer", {"maxLength": "2"}, ["12"], ["123"]),
    ("Integer", {"minLength": "2"}, ["12"], ["1"]),
    ("Double", {"minValue": "0"}, ["0", "1e5", "NaN"], ["-1", "x"]),
    ("Float", {}, ["1.5", "NaN"], ["x"]),
    ("Decimal", {"decimals": "2"}, ["1.25"], ["1.255"]),
    ("Incremental", {"startValue": "1", "endValue": "3", "interval": "1"}, ["1", "3"], ["0", "4"]),
    ("ExclusiveValueRange", {"minValue": "0", "maxValue": "1"}, ["0.5"], ["0", "1"]),
    ("InclusiveValueRange", {"minValue": "0", "maxValue": "1"}, ["0", "1"], ["1.1"]),
    ("Alpha", {"maxLength": "2"}, ["ab"], ["a1", "abc"]),
    ("Numeric", {}, ["007"], ["7a"]),
    ("Boolean", {}, ["true", "0"], ["yes"]),
    ("GregorianYear", {}, ["2020"], ["2020-01"]),
    ("ObservationalTimePeriod", {}, ["2020-Q1", "2020-01-01/P1D"], ["2020-Q5"]),
    ("GeospatialInformation", {}, ["4326:POINT(106.15 -6.11)"], []),
]


@pytest.mark.parametrize(("data_type", "facets", "good", "bad"), FACETS)
def test_values_follow_the_data_type_and_its_facets(
    data_type: str, facets: Mapping[str, str], good: list[str], bad: list[str]
) -> None:
    structure = with_attribute(data_type, facets)
    assert [value for value in good if not is_valid(structure, value)] == []
    assert [value for value in bad if is_valid(structure, value)] == []


def test_missing_values_have_a_sign_since_3_1() -> None:
    structure = with_attribute("Integer", {})
    assert is_valid(structure, "#N/A", "3.1.0")
    assert not is_valid(structure, "#N/A", "3.0.0")


PERIODS = ["2020", "2020-01", "2020-01-31", "2020-01-31T12:00:00", "2020-Q1", "2020-01-01/P1D"]
TIME_FORMATS = {
    "ObservationalTimePeriod": PERIODS,
    "StandardTimePeriod": PERIODS[:5],
    "BasicTimePeriod": PERIODS[:4],
    "GregorianTimePeriod": PERIODS[:3],
    "GregorianYear": ["2020"],
    "GregorianYearMonth": ["2020-01"],
    "GregorianDay": ["2020-01-31"],
    "ReportingTimePeriod": ["2020-Q1"],
    "ReportingQuarter": ["2020-Q1"],
    "DateTime": ["2020-01-31T12:00:00"],
    "TimeRange": ["2020-01-01/P1D"],
}


@pytest.mark.parametrize("data_type", TIME_FORMATS)
@pytest.mark.parametrize("version", VERSIONS[1:])
def test_time_follows_its_format(version: SchemaVersion, data_type: str) -> None:
    time = replace(TIME, data_type=data_type)
    structure = replace(flat_structure(), time=time)
    schema = xsd.write(structure, version=version, dimension_at_observation="AllDimensions")
    valid = [
        period
        for period in PERIODS
        if not data_faults(
            message(structure, f'<Obs REF_AREA="A" SEX="F" TIME_PERIOD="{period}"/>', version),
            schema,
            version,
        )
    ]
    assert valid == TIME_FORMATS[data_type]


@pytest.mark.parametrize("data_type", TIME_FORMATS)
def test_time_series_of_any_time_format_have_a_schema_in_2_1(data_type: str) -> None:
    structure = replace(exr_structure(), time=replace(TIME, data_type=data_type))
    schema = xsd.write(structure, version="2.1")
    content = b"".join(ml21.write_structure_specific([exr()], MESSAGE, Rendering("2.1")))
    is_valid = not data_faults(content, schema, "2.1")
    assert is_valid == ("Period" in data_type and "Reporting" not in data_type)


@pytest.mark.parametrize("attribute", ["", ' REF_AREA="A"'])
def test_deletions_may_leave_dimensions_out(attribute: str) -> None:
    structure = flat_structure()
    content = message(structure, f"<Obs{attribute}/>")
    validate_data(content, xsd.write(structure, version="3.1.0", deletion=True), "3.1.0")
    faults = data_faults(content, xsd.write(structure, version="3.1.0"), "3.1.0")
    assert any("required but missing" in fault for fault in faults)


def test_attributes_of_a_partial_key_may_stand_in_atts() -> None:
    structure = with_attribute("String", {})
    partial = replace(structure.attributes[0], level=Level.SERIES, dimensions=("REF_AREA",))
    structure = replace(structure, attributes=(partial,))
    schema = xsd.write(structure, version="3.1.0")
    validate_data(message(structure, '<Atts REF_AREA="A" X="x"/>'), schema, "3.1.0")
    assert data_faults(message(structure, '<Atts SEX="F" X="x"/>'), schema, "3.1.0")


def test_comp_elements_hold_what_their_component_may_hold() -> None:
    structure = with_attribute("Integer", {"maxValue": "9"})
    array = replace(structure.attributes[0], is_array=True)
    structure = replace(structure, attributes=(array,))
    schema = xsd.write(structure, version="3.1.0")

    def faults(comp: str) -> list[str]:
        body = f'<Obs REF_AREA="A" SEX="F">{comp}</Obs>'
        return data_faults(message(structure, body), schema, "3.1.0")

    values = "<Value>1</Value><Value>9</Value>"
    assert not faults(f'<Comp id="X" xsi:type="ns:X">{values}</Comp>')
    assert faults('<Comp id="X" xsi:type="ns:X"><Value>10</Value></Comp>')
    assert faults(f'<Comp id="Y" xsi:type="ns:X">{values}</Comp>')
