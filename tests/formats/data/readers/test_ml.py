"""SDMX-ML data of every kind and version are read, and mistakes are told with their line."""

from __future__ import annotations

import pytest

from sdmx_server.formats.data.readers import ml3, ml21
from sdmx_server.formats.data.readers.catalogue import read
from sdmx_server.model.delivery import Delivery, DeliveryFaults
from tests.formats.data.readers import messages


def rows_of(delivery: Delivery) -> list[dict[str, str]]:
    return [
        {id_: cells[i] for id_, cells in delivery.columns.items() if cells[i] is not None}
        for i in range(len(delivery.rows))
    ]


GENERIC = """<m:DataSet structureRef="EXR" action="Append">
<g:Attributes><g:Value id="DS_NOTE" value="Reference rates"/></g:Attributes>
<g:Group type="Sibling">
<g:GroupKey><g:Value id="CURRENCY" value="USD"/></g:GroupKey>
<g:Attributes><g:Value id="UNIT" value="USD"/></g:Attributes></g:Group>
<g:Series><g:SeriesKey><g:Value id="FREQ" value="A"/><g:Value id="CURRENCY" value="USD"/>
</g:SeriesKey><g:Attributes><g:Value id="TITLE" value="US dollar"/></g:Attributes>
<g:Obs><g:ObsDimension value="2009"/><g:ObsValue value="1.10"/></g:Obs>
<g:Obs><g:ObsDimension id="TIME_PERIOD" value="2010"/>
<g:Attributes><g:Value id="OBS_STATUS" value="M"/></g:Attributes></g:Obs>
</g:Series></m:DataSet>"""

STRUCTURE_SPECIFIC = """<m:DataSet s:structureRef="EXR" s:action="Append" s:dataScope="Dataflow"
 xsi:type="n:DataSetType" DS_NOTE="Reference rates">
<Group xsi:type="n:Sibling" CURRENCY="USD" UNIT="USD"/>
<Series FREQ="A" CURRENCY="USD" TITLE="US dollar">
<Obs TIME_PERIOD="2009" OBS_VALUE="1.10"/>
<Obs TIME_PERIOD="2010" OBS_STATUS="M"/>
</Series></m:DataSet>"""


@pytest.mark.parametrize(
    ("root", "data_set"),
    [
        ("GenericData", GENERIC),
        ("GenericTimeSeriesData", GENERIC),
        ("StructureSpecificData", STRUCTURE_SPECIFIC),
        ("StructureSpecificTimeSeriesData", STRUCTURE_SPECIFIC),
    ],
)
def test_the_four_kinds_of_2_1_say_the_same(root: str, data_set: str) -> None:
    (delivery,) = ml21.read(messages.ml21(root, data_set), "x.xml")

    assert (delivery.structure, delivery.context) == ("TST:EXR(1.0.0)", "dataflow")
    assert delivery.action == "Append"
    assert dict(delivery.dataset_attributes) == {"DS_NOTE": "Reference rates"}
    series = {"FREQ": "A", "CURRENCY": "USD", "TITLE": "US dollar"}
    assert rows_of(delivery) == [
        {"CURRENCY": "USD", "UNIT": "USD"},
        series | {"TIME_PERIOD": "2009", "OBS_VALUE": "1.10"},
        series | {"TIME_PERIOD": "2010", "OBS_STATUS": "M"},
    ]


def test_a_row_is_told_by_the_line_of_its_element() -> None:
    (delivery,) = ml21.read(messages.ml21("StructureSpecificData", STRUCTURE_SPECIFIC), "x.xml")

    assert list(delivery.rows) == [12, 14, 15]


def test_flat_observations_hold_their_whole_key() -> None:
    flat = """<m:DataSet structureRef="EXR"><g:Obs><g:ObsKey><g:Value id="FREQ" value="A"/>
    <g:Value id="TIME_PERIOD" value="2010"/></g:ObsKey><g:ObsValue value="1"/></g:Obs>
    </m:DataSet>"""

    (delivery,) = ml21.read(messages.ml21("GenericData", flat, dimension="AllDimensions"), "x")

    assert rows_of(delivery) == [{"FREQ": "A", "TIME_PERIOD": "2010", "OBS_VALUE": "1"}]


def test_an_explicit_measure_is_told_by_the_type_of_the_observation() -> None:
    data_set = """<m:DataSet s:structureRef="EXR"><Series FREQ="A" TIME_PERIOD="2010">
    <Obs xsi:type="n:SP00" OBS_VALUE="1"/></Series></m:DataSet>"""

    (delivery,) = ml21.read(
        messages.ml21("StructureSpecificData", data_set, dimension="EXR_TYPE"), "x"
    )

    assert rows_of(delivery)[0]["EXR_TYPE"] == "SP00"


def test_the_header_gives_action_and_provider_where_the_data_set_does_not() -> None:
    header = (
        '<m:DataProvider><Ref agencyID="TST" id="ECB"/></m:DataProvider>'
        "<m:DataSetAction>Replace</m:DataSetAction>"
    )
    data_set = '<m:DataSet s:structureRef="EXR"><Obs FREQ="A"/></m:DataSet>'

    (delivery,) = ml21.read(messages.ml21("StructureSpecificData", data_set, more=header), "x")

    assert (delivery.action, delivery.provider) == ("Replace", "TST.ECB")


@pytest.mark.parametrize(
    "provider",
    [
        '<Ref agencyID="TST" id="ECB"/>',
        "<URN>urn:sdmx:org.sdmx.infomodel.base.DataProvider=TST:DATA_PROVIDERS(1.0).ECB</URN>",
        "urn:sdmx:org.sdmx.infomodel.base.DataProvider=TST:DATA_PROVIDERS(1.0).ECB",
    ],
)
def test_a_data_set_names_its_provider_in_any_way(provider: str) -> None:
    data_set = (
        f'<m:DataSet s:structureRef="EXR"><s:DataProvider>{provider}</s:DataProvider>'
        '<Obs FREQ="A"/></m:DataSet>'
    )

    (delivery,) = ml21.read(messages.ml21("StructureSpecificData", data_set), "x")

    assert delivery.provider == "TST.ECB"


@pytest.mark.parametrize(
    ("reference", "structure", "context"),
    [
        (
            "<c:Structure><URN>urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure="
            "TST:DSD_EXR(1.0.0)</URN></c:Structure>",
            "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=TST:DSD_EXR(1.0.0)",
            "datastructure",
        ),
        (
            '<c:ProvisionAgrement><Ref agencyID="TST" id="PA_ECB"/></c:ProvisionAgrement>',
            "TST:PA_ECB(1.0)",
            "provisionagreement",
        ),
    ],
)
def test_the_structure_is_named_in_any_way(reference: str, structure: str, context: str) -> None:
    content = messages.ml21(
        "StructureSpecificData", '<m:DataSet s:structureRef="EXR"><Obs FREQ="A"/></m:DataSet>'
    )
    usage = content[content.index(b"<c:StructureUsage>") : content.index(b"\n</m:Structure>")]

    (delivery,) = ml21.read(content.replace(usage, reference.encode()), "x")

    assert (delivery.structure, delivery.context) == (structure, context)


def test_series_without_observations_are_rows_with_a_part_of_the_key() -> None:
    series = '<Series FREQ="A" TITLE="x"/>'
    generic = (
        '<g:Series><g:SeriesKey><g:Value id="FREQ" value="A"/></g:SeriesKey>'
        '<g:Attributes><g:Value id="TITLE" value="x"/></g:Attributes></g:Series>'
    )
    expected = [{"FREQ": "A", "TITLE": "x"}]

    for content in (
        messages.ml21("GenericData", f'<m:DataSet structureRef="EXR">{generic}</m:DataSet>'),
        messages.ml21(
            "StructureSpecificData", f'<m:DataSet s:structureRef="EXR">{series}</m:DataSet>'
        ),
        messages.ml3(f'<m:DataSet s:structureRef="EXR">{series}</m:DataSet>'),
    ):
        (delivery,) = read(content, "x")
        assert rows_of(delivery) == expected


def test_markup_is_kept_without_the_namespace_that_only_the_message_needs() -> None:
    comp = (
        '<Comp id="NOTE" xsi:type="n:NOTE"><Value><c:StructuredText>See <p '
        'xmlns="http://www.w3.org/1999/xhtml">this</p> now</c:StructuredText></Value></Comp>'
    )
    data_set = f'<m:DataSet s:structureRef="EXR"><Obs FREQ="A">{comp}</Obs></m:DataSet>'

    (delivery,) = ml3.read(messages.ml3(data_set), "x")

    assert list(delivery.columns["NOTE"]) == ["See <p>this</p> now"]


def test_an_empty_data_set_to_delete_means_everything() -> None:
    data_set = '<m:DataSet s:structureRef="EXR" s:action="Delete"/>'

    (delivery,) = ml21.read(messages.ml21("StructureSpecificData", data_set), "x")

    assert (delivery.action, len(delivery.rows), dict(delivery.columns)) == ("Delete", 1, {})


ML3 = """<m:DataSet s:structureRef="EXR" s:action="Delete"><Obs FREQ="A" TIME_PERIOD="2008"/>
</m:DataSet>
<m:DataSet s:structureRef="EXR">
<Atts DS_NOTE="Reference rates"><Comp id="CONTACT" xsi:type="n:CONTACT"><Value>Ann</Value>
<Value>Bob &amp; Co</Value></Comp></Atts>
<Group xsi:type="n:Sibling" CURRENCY="USD" UNIT="USD"/>
<Series FREQ="A" CURRENCY="USD"><Comp id="NOTE" xsi:type="n:NOTE"><Value>
<c:Text xml:lang="id">Catatan</c:Text><c:Text>Note</c:Text></Value></Comp>
<Obs TIME_PERIOD="2009" OBS_VALUE="1.10"/></Series>
<Obs FREQ="A" CURRENCY="CHF" TIME_PERIOD="2009" OBS_VALUE="NaN"/></m:DataSet>"""


@pytest.mark.parametrize("version", ["v3_0", "v3_1"])
def test_a_3_x_message_with_every_kind_of_row_is_read_in_its_order(version: str) -> None:
    deleted, merged = ml3.read(messages.ml3(ML3, version), "x.xml")

    assert (deleted.action, rows_of(deleted)) == ("Delete", [{"FREQ": "A", "TIME_PERIOD": "2008"}])
    assert (merged.action, merged.context) == ("Merge", "provisionagreement")
    assert rows_of(merged) == [
        {"DS_NOTE": "Reference rates", "CONTACT": '["Ann","Bob & Co"]'},
        {"CURRENCY": "USD", "UNIT": "USD"},
        {
            "FREQ": "A",
            "CURRENCY": "USD",
            "NOTE": '{"id":"Catatan","en":"Note"}',
            "TIME_PERIOD": "2009",
            "OBS_VALUE": "1.10",
        },
        {"FREQ": "A", "CURRENCY": "CHF", "TIME_PERIOD": "2009", "OBS_VALUE": "NaN"},
    ]


DOCTYPE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<x>&f;</x>"""


@pytest.mark.parametrize(
    ("content", "code", "row", "value"),
    [
        (messages.ml21("GenericData", GENERIC)[:-60], "malformed-xml", 19, None),
        (DOCTYPE, "doctype", 1, None),
        (b"<x/>", "not-a-data-message", 1, "{}x"),
        (messages.ml21("Structure", ""), "not-a-data-message", 4, "Structure"),
        (messages.ml21("GenericData", ""), "no-data", 1, None),
        (
            messages.ml21("GenericData", '<m:DataSet structureRef="OTHER"/>'),
            "unknown-structure-reference",
            10,
            "OTHER",
        ),
        (
            messages.ml21("GenericData", '<m:DataSet structureRef="EXR" action="Upsert"/>'),
            "unknown-action",
            10,
            "Upsert",
        ),
        (
            messages.ml21(
                "StructureSpecificData", '<m:DataSet s:structureRef="EXR">\n<Row/></m:DataSet>'
            ),
            "unexpected-element",
            11,
            "Row",
        ),
        (
            messages.ml21("GenericData", GENERIC).replace(
                b'agencyID="TST" id', b'agencyID="TST" ix'
            ),
            "malformed-structure",
            8,
            "",
        ),
    ],
)
def test_each_mistake_is_told_with_its_line(
    content: bytes, code: str, row: int, value: str | None
) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(content, "x.xml")

    fault = caught.value.faults[0]
    assert (fault.code, fault.place.row, fault.value) == (code, row, value)
