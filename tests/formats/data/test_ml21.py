"""SDMX-ML 2.1 data messages.

Numbers in comments are rows of the SDMX-REST 1.5 conformance table of the project.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from lxml import etree

from sdmx_server.dataset import Action, Dataset, Message, Rendering
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers import ml21
from sdmx_server.formats.schema import xsd
from tests.formats.data.datasets import (
    DETAILS,
    MESSAGE,
    awkward,
    awkward_rows,
    exr,
    exr_rows,
    flat,
    flat_rows,
    flat_structure,
    multi,
)
from tests.formats.data.ml_rows import rows_of, sort
from tests.formats.xsd_validation import data_faults, validate_data

RENDERING = Rendering("2.1")
KINDS = {
    "generic": ml21.write_generic,
    "generic time series": ml21.write_generic_time_series,
    "structure specific": ml21.write_structure_specific,
    "structure specific time series": ml21.write_structure_specific_time_series,
}
EVERY_PACKAGING = ("generic", "structure specific")
PACKAGINGS = ("TIME_PERIOD", "AllDimensions", "CURRENCY", "FREQ")


def written(kind: str, *datasets: Dataset, message: Message = MESSAGE) -> bytes:
    return b"".join(KINDS[kind](datasets, message, RENDERING))


def validate(kind: str, content: bytes, *datasets: Dataset) -> None:
    """Check a message against the official schema and those of its structures."""
    schemas = {
        xsd.write(
            dataset.structure,
            version="2.1",
            dimension_at_observation=header_of(content)[0]["dimensionAtObservation"],
        )
        for dataset in datasets
    }
    validate_data(content, () if kind.startswith("generic") else tuple(sorted(schemas)), "2.1")


def header_of(content: bytes) -> list[dict[str, str]]:
    root = etree.fromstring(content)
    return [dict(structure.attrib) for structure in root.iterfind("{*}Header/{*}Structure")]


def found(content: bytes, path: str) -> list[etree._Element]:
    return etree.fromstring(content).findall(path)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("kind", EVERY_PACKAGING)
def test_every_packaging_and_detail_is_valid(kind: str, packaging: str, detail: str) -> None:
    dataset = exr(dimension_at_observation=packaging, detail=detail)
    validate(kind, written(kind, dataset), dataset)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("packaging", ["AllDimensions", "SEX"])
@pytest.mark.parametrize("kind", EVERY_PACKAGING)
def test_data_without_time_are_valid(kind: str, packaging: str, detail: str) -> None:
    dataset = flat(dimension_at_observation=packaging, detail=detail)
    validate(kind, written(kind, dataset), dataset)


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("kind", ["generic time series", "structure specific time series"])
def test_time_series_messages_are_valid(kind: str, detail: str) -> None:
    dataset = exr(detail=detail)
    content = written(kind, dataset)
    validate(kind, content, dataset)
    assert etree.QName(etree.fromstring(content)).localname == (
        kind.title().replace(" ", "") + "Data"
    )


@pytest.mark.parametrize("context", ["datastructure", "provisionagreement"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_header_names_the_structure_that_was_asked_for(kind: str, context: str) -> None:
    dataset = exr(context)
    content = written(kind, dataset)
    validate(kind, content, dataset)
    reference = found(content, ".//{*}Header//Ref")[0]
    expected = {"datastructure": "DSD_EXR", "provisionagreement": "PA_ECB"}
    assert reference.get("id") == expected[context]


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("kind", EVERY_PACKAGING)
def test_every_packaging_holds_the_same_observations(kind: str, packaging: str) -> None:
    content = written(kind, exr(dimension_at_observation=packaging))
    assert rows_of(content) == sort(exr_rows())


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("kind", EVERY_PACKAGING)
def test_texts_with_quotes_markup_and_lines_come_back(kind: str, packaging: str) -> None:
    dataset = awkward(dimension_at_observation=packaging)
    content = written(kind, dataset)
    validate(kind, content, dataset)
    assert rows_of(content) == sort(awkward_rows())


@pytest.mark.parametrize("kind", EVERY_PACKAGING)
def test_data_without_time_come_back_flat(kind: str) -> None:  # 78
    content = written(kind, flat())
    assert header_of(content)[0]["dimensionAtObservation"] == "AllDimensions"
    assert rows_of(content) == sort(flat_rows())


def test_a_flow_answers_with_series_of_observations() -> None:  # 42
    content = written("generic", exr())
    assert header_of(content) == [
        {"structureID": "DSD_EXR", "dimensionAtObservation": "TIME_PERIOD"}
    ]
    assert len(found(content, ".//{*}Series")) == 5
    assert len(found(content, ".//{*}Obs")) == 17
    usage = found(content, "{*}Header/{*}Structure/{*}StructureUsage/Ref")[0]
    assert dict(usage.attrib) == {
        "agencyID": "TST",
        "id": "EXR",
        "version": "1.0.0",
        "class": "Dataflow",
        "package": "datastructure",
    }


def test_a_flat_answer_has_whole_keys_and_no_series() -> None:  # 75
    content = written("generic", exr(dimension_at_observation="AllDimensions"))
    assert not found(content, ".//{*}Series")
    assert len(found(content, ".//{*}ObsKey")) == 17
    assert header_of(content)[0]["dimensionAtObservation"] == "AllDimensions"


def test_a_cross_section_has_time_in_the_series_key() -> None:  # 76
    content = written("generic", exr(dimension_at_observation="CURRENCY"))
    key = found(content, ".//{*}Series/{*}SeriesKey")[0]
    ids = [value.get("id") for value in key]
    assert ids == ["FREQ", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX", "TIME_PERIOD"]
    values = {dimension.get("value") for dimension in found(content, ".//{*}ObsDimension")}
    assert values == {"USD", "CHF", "JPY"}


DETAIL_ELEMENTS = [
    # detail, groups, series, elements of attributes, observations (70-73)
    ("full", 3, 5, True, 17),
    ("dataonly", 0, 5, False, 17),
    ("serieskeysonly", 0, 5, False, 0),
    ("nodata", 3, 5, True, 0),
]


@pytest.mark.parametrize(
    ("detail", "groups", "series", "has_attributes", "observations"), DETAIL_ELEMENTS
)
def test_a_detail_leaves_out_what_it_says(
    detail: str, groups: int, series: int, has_attributes: bool, observations: int
) -> None:
    content = written("generic", exr(detail=detail))
    assert len(found(content, ".//{*}Group")) == groups
    assert len(found(content, ".//{*}Series")) == series
    assert bool(found(content, ".//{*}Attributes")) is has_attributes
    assert len(found(content, ".//{*}Obs")) == observations


def test_group_attributes_stand_in_groups_alone() -> None:  # 95
    generic = written("generic", exr())
    assert len(found(generic, ".//{*}Group[@type='Sibling']")) == 3
    assert not found(generic, ".//{*}Series//{*}Value[@id='UNIT']")
    specific = written("structure specific", exr())
    assert [group.get("UNIT") for group in found(specific, ".//Group")] == ["CHF", "JPY", "USD"]
    assert not found(specific, ".//Series[@UNIT]")
    assert not found(specific, ".//Obs[@UNIT]")


def test_structure_specific_data_say_how_they_are_structured() -> None:  # 87
    content = written("structure specific", exr())
    data_set = found(content, "{*}DataSet")[0]
    ss = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific}"
    xsi_type = data_set.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    prefix, _, name = xsi_type.partition(":")
    assert name == "DataSetType"
    assert data_set.nsmap[prefix] == header_of(content)[0]["namespace"]
    assert data_set.get(f"{ss}structureRef") == "DSD_EXR"
    assert data_set.get(f"{ss}dataScope") == "Dataflow"
    assert data_set.get(f"{ss}action") == "Replace"
    series = found(content, ".//Series")[0]
    assert list(series.attrib)[:5] == [
        "FREQ",
        "CURRENCY",
        "CURRENCY_DENOM",
        "EXR_TYPE",
        "EXR_SUFFIX",
    ]
    assert dict(found(content, ".//Obs")[0].attrib) == {
        "TIME_PERIOD": "2009",
        "OBS_VALUE": "1.3948",
        "OBS_STATUS": "A",
    }


def test_data_against_a_constrained_data_structure_say_so() -> None:
    dataset = exr("datastructure")
    freq = replace(dataset.structure.dimensions[0], allowed=frozenset("AMD"))
    structure = replace(dataset.structure, dimensions=(freq, *dataset.structure.dimensions[1:]))
    content = written("structure specific", replace(dataset, structure=structure))
    assert b'ss:dataScope="ConstrainedDataStructure"' in content


def test_the_root_comes_first_with_the_namespaces_of_sdmx() -> None:
    content = written("structure specific", exr()).decode()
    assert content.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<message:Structure')
    root = content[: content.index("<message:Header")]
    assert root.index("www.sdmx.org") < root.index("urn:sdmx")
    assert len(root) < 1000


@pytest.mark.parametrize("packaging", ["CURRENCY", "AllDimensions"])
@pytest.mark.parametrize("kind", ["generic time series", "structure specific time series"])
def test_time_series_messages_have_time_at_observation_level(kind: str, packaging: str) -> None:
    with pytest.raises(NotAcceptable, match=packaging):  # 89
        KINDS[kind]([exr(dimension_at_observation=packaging)], MESSAGE, RENDERING)


@pytest.mark.parametrize("kind", KINDS)
def test_what_sdmx_2_1_cannot_express_is_refused_before_the_first_byte(kind: str) -> None:
    with pytest.raises(NotAcceptable, match=r"several measures \(OBS_VALUE, OBS_COUNT\)"):
        KINDS[kind]([multi()], MESSAGE, RENDERING)
    with pytest.raises(NotAcceptable, match="CONTACT"):
        KINDS[kind]([multi(measures=())], MESSAGE, RENDERING)
    draft = exr()
    structure = replace(draft.structure, urn=draft.structure.urn.replace("1.0.0", "1.0.0-draft"))
    with pytest.raises(NotAcceptable, match=r"1\.0\.0-draft"):
        KINDS[kind]([replace(draft, structure=structure)], MESSAGE, RENDERING)


def test_series_keys_of_several_measures_can_be_expressed() -> None:
    assert len(found(written("generic", multi(detail="serieskeysonly")), ".//{*}Series")) == 2


@pytest.mark.parametrize("kind", EVERY_PACKAGING)
def test_datasets_of_several_structures_share_a_message(kind: str) -> None:
    other = flat()
    structure = replace(flat_structure(), dsd_urn=exr().structure.dsd_urn.replace("TST:", "OTHER:"))
    datasets = [exr(), replace(other, structure=structure)]
    content = written(kind, *datasets)
    schemas = (
        xsd.write(datasets[0].structure, version="2.1"),
        xsd.write(structure, version="2.1"),
    )
    validate_data(content, () if kind == "generic" else schemas, "2.1")
    assert [declared["structureID"] for declared in header_of(content)] == ["DSD_EXR", "DSD_EXR_2"]
    assert len(found(content, "{*}DataSet")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_history_is_datasets_with_validity_under_one_structure(kind: str) -> None:  # 79, 80
    since = datetime(2012, 2, 15, 12, tzinfo=UTC)
    datasets = [
        exr(valid_from=since),
        exr(action=Action.DELETE, valid_to=since, measures=(), attributes=()),
    ]
    content = written(kind, *datasets)
    validate(kind, content, *datasets)
    assert len(header_of(content)) == 1
    first, second = (
        {etree.QName(name).localname: text for name, text in data_set.attrib.items()}
        for data_set in found(content, "{*}DataSet")
    )
    assert (first["action"], first["validFromDate"]) == ("Replace", "2012-02-15T12:00:00Z")
    assert (second["action"], second["validToDate"]) == ("Delete", "2012-02-15T12:00:00Z")


@pytest.mark.parametrize("kind", KINDS)
def test_a_merge_is_called_append(kind: str) -> None:
    content = written(kind, exr(action=Action.MERGE))
    validate(kind, content, exr())
    assert b'action="Append"' in content


def test_a_single_measure_is_the_primary_measure_whatever_its_id() -> None:
    dataset = exr()
    measure = replace(dataset.structure.measures[0], id="RATE")
    renamed = replace(
        dataset,
        structure=replace(dataset.structure, measures=(measure,)),
        measures=("RATE",),
        batches=(
            replace(batch, texts={**batch.texts, "RATE": batch.texts["OBS_VALUE"]})
            for batch in dataset.batches
        ),
    )
    content = written("structure specific", renamed)
    validate("structure specific", content, renamed)
    assert len(found(content, ".//Obs[@OBS_VALUE]")) == 17


def test_whole_keys_alone_can_be_listed_flat() -> None:
    keys = exr(dimension_at_observation="AllDimensions", detail="dataonly", measures=())
    for kind in EVERY_PACKAGING:
        content = written(kind, replace(keys, batches=exr(detail="dataonly").batches))
        validate(kind, content, keys)
        assert len(rows_of(content)) == 17
        assert all(set(row) == {c.id for c in keys.structure.key} for row in rows_of(content))


@pytest.mark.parametrize("kind", KINDS)
def test_a_series_without_observations_may_stand_among_others(kind: str) -> None:
    dataset = exr(series_per_batch=5)
    (batch,) = dataset.batches
    # The observations of the second series and of the last are gone to their neighbours.
    offsets = np.array([0, 5, 5, 9, 17, 17])
    content = written(kind, replace(dataset, batches=iter([replace(batch, offsets=offsets)])))
    validate(kind, content, dataset)
    series = [element for element in etree.fromstring(content).iter("{*}Series")]
    assert [len(element.findall("{*}Obs")) for element in series] == [5, 0, 4, 8, 0]


def test_missing_values_are_left_out() -> None:
    rows = exr()
    gaps = replace(
        rows,
        batches=(
            replace(
                batch,
                texts={**batch.texts, "OBS_VALUE": pa.nulls(batch.observation_count, pa.string())},
            )
            for batch in rows.batches
        ),
    )
    content = written("generic", gaps)
    validate("generic", content, gaps)
    assert len(found(content, ".//{*}Obs")) == 17
    assert not found(content, ".//{*}ObsValue")


def test_a_wrong_code_is_no_valid_structure_specific_data() -> None:
    schema = xsd.write(exr().structure, version="2.1")
    content = written("structure specific", exr())
    assert data_faults(content.replace(b'CURRENCY="JPY"', b'CURRENCY="XXX"'), schema, "2.1")
    assert data_faults(content.replace(b'="1.3948"', b'="about 1"'), schema, "2.1")


def test_header_texts_are_escaped() -> None:
    message = replace(MESSAGE, sender_names={"en": 'A & B <"C">'}, test=True)
    content = written("generic", exr(), message=message)
    validate("generic", content, exr())
    assert found(content, "{*}Header/{*}Sender/{*}Name")[0].text == 'A & B <"C">'
    assert found(content, "{*}Header/{*}Test")[0].text == "true"
