"""Annotations in data messages: valid in every format, and the same when they come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from lxml import etree

from sdmx_server.dataset import Dataset, Message, Rendering
from sdmx_server.exchange.validation import check, to_table
from sdmx_server.formats.data.readers.catalogue import read
from sdmx_server.formats.data.writers import csv2, json1, json2, ml3, ml21
from sdmx_server.formats.schema import xsd
from sdmx_server.model.annotations import (
    ANNOTATIONS,
    DATASET_ANNOTATIONS,
    OBSERVATION_ANNOTATIONS,
    SERIES_ANNOTATIONS,
    from_text,
    to_text,
)
from sdmx_server.model.artefact import Annotation, AnnotationLink
from sdmx_server.model.delivery import DeliveryFaults
from tests.formats.data import annotated
from tests.formats.data import datasets as source
from tests.formats.data.readers import messages
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import validate_data

Write = Callable[[Sequence[Dataset], Message, Rendering], Iterator[bytes]]

XML: list[tuple[str, Write, str]] = [
    ("generic", ml21.write_generic, "2.1"),
    ("specific", ml21.write_structure_specific, "2.1"),
    ("specific", ml3.write, "3.0.0"),
    ("specific", ml3.write, "3.1.0"),
]
JSON: list[tuple[Write, str]] = [
    (json1.write, "1.0.0"),
    (json2.write, "2.0.0"),
    (json2.write, "2.1.0"),
]
READ_BACK = [*((write, version) for _, write, version in XML), *JSON[1:]]
PACKAGINGS = ("TIME_PERIOD", "CURRENCY", "AllDimensions")


def written(write: Write, version: str, *datasets: Dataset) -> bytes:
    return b"".join(write(datasets, source.MESSAGE, Rendering(version)))


@pytest.mark.parametrize("detail", source.DETAILS)
@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize(("kind", "write", "version"), XML)
def test_annotated_sdmx_ml_is_valid(
    kind: str, write: Write, version: str, packaging: str, detail: str
) -> None:
    dataset = annotated.dataset(dimension_at_observation=packaging, detail=detail)
    content = written(write, version, dataset)
    header = etree.fromstring(content).find("{*}Header/{*}Structure")
    assert header is not None
    schema = xsd.write(
        dataset.structure,
        version=version,
        dimension_at_observation=header.get("dimensionAtObservation"),
    )
    validate_data(content, () if kind == "generic" else schema, version)
    assert (b"Annotations>" in content) is (detail in ("full", "nodata"))


@pytest.mark.parametrize("detail", source.DETAILS)
@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize(("write", "version"), JSON)
def test_annotated_sdmx_json_is_valid(
    write: Write, version: str, packaging: str, detail: str
) -> None:
    dataset = annotated.dataset(dimension_at_observation=packaging, detail=detail)
    document = validate_json(written(write, version, dataset), "data", version)
    data = document["data"]
    structure = data["structure"] if version == "1.0.0" else data["structures"][0]
    listed = [said.get("id") or said["type"] for said in structure["annotations"]]
    above = ["CHECK"] if packaging == "CURRENCY" else ["BARE", "CHECK", "SERIES"]
    expected = {"full": ["BARE", "CHECK", "R1", "SERIES"], "nodata": above}.get(detail, [])
    assert sorted(listed) == expected  # each once, however often it is said


@pytest.mark.parametrize("packaging", ["CURRENCY", "AllDimensions"])
@pytest.mark.parametrize(("write", "version"), READ_BACK)
def test_where_series_are_others_their_annotations_are_those_of_observations(
    write: Write, version: str, packaging: str
) -> None:
    dataset = annotated.dataset(dimension_at_observation=packaging)
    (delivery,) = read(written(write, version, dataset), "pesan")
    assert check(delivery, source.exr_structure()) == []
    found = to_table(delivery, source.exr_structure()).to_pylist()
    said = {
        (row["FREQ"], row["CURRENCY"], row["TIME_PERIOD"]): from_text(
            row[OBSERVATION_ANNOTATIONS] or "[]"
        )
        for row in found
    }
    grouped = from_text(annotated.OF_GROUP) if packaging == "CURRENCY" else ()
    above = (*grouped, *from_text(annotated.OF_SERIES))
    revised = from_text(annotated.OF_OBSERVATION)
    assert said["M", "USD", "2010-01"] == above
    assert said["M", "USD", "2010-03"] == (*above, *revised)
    assert said["M", "CHF", "2010-01"] == revised
    assert said["M", "CHF", "2010-02"] == ()


@pytest.mark.parametrize(("write", "version"), READ_BACK)
def test_nothing_but_annotations_can_be_shown(write: Write, version: str) -> None:
    (delivery,) = read(written(write, version, annotated.without_values()), "pesan")
    assert sum(text is not None for text in delivery.columns[ANNOTATIONS]) > 3
    if write is json2.write:
        validate_json(written(write, version, annotated.without_values()), "data", version)


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize(("write", "version"), READ_BACK)
def test_a_message_without_annotations_is_the_same_where_others_of_the_dataset_have_some(
    write: Write, version: str, packaging: str
) -> None:
    plain = source.exr(dimension_at_observation=packaging)
    beside = source.exr(dimension_at_observation=packaging)
    known = {column.id: ("[]",) for column in beside.structure.annotations}
    beside = replace(beside, dictionaries={**beside.dictionaries, **known})
    before, after = (
        read(written(write, version, dataset), "pesan")[0] for dataset in (plain, beside)
    )
    assert before.columns == after.columns


def test_a_list_of_annotations_is_spelt_once_and_read_as_often_as_it_is_said() -> None:
    content = written(json2.write, "2.1.0", annotated.dataset())
    assert content.count(b"Diperbaiki") == 2  # text and texts: the best match stands alone
    (delivery,) = read(content, "pesan")
    assert list(delivery.columns[ANNOTATIONS]).count(annotated.OF_OBSERVATION) == 3


def test_languages_links_and_values_come_back_from_sdmx_3() -> None:
    said = [
        Annotation(
            id="A",
            value="1.10",
            texts={"id": "Satu", "en": "One"},
            links=(
                AnnotationLink(href="https://tst.example/id", hreflang="id"),
                AnnotationLink(href="https://tst.example/en", hreflang="en"),
            ),
        )
    ]
    dataset = replace(source.exr(), annotations=to_text(said))
    for write, version in READ_BACK[2:]:
        (delivery,) = read(written(write, version, dataset), "pesan")
        assert from_text(delivery.dataset_attributes[DATASET_ANNOTATIONS]) == tuple(said)


def test_sdmx_csv_says_nothing_of_annotations() -> None:
    assert written(csv2.write, "2.1.0", annotated.dataset()) == written(
        csv2.write, "2.1.0", source.exr()
    )


SERIES = """<m:DataSet s:structureRef="EXR" xsi:type="n:DataSetType">
<Series FREQ="A" CURRENCY="USD">{annotations}<Obs TIME_PERIOD="2009" OBS_VALUE="1"/>
<Obs TIME_PERIOD="2010" OBS_VALUE="2">{annotations}</Obs></Series></m:DataSet>"""
WELL = (
    "<c:Annotations><c:Annotation><c:AnnotationURL>file:///etc/passwd</c:AnnotationURL>"
    "</c:Annotation></c:Annotations>"
)


@pytest.mark.parametrize("make", [messages.ml3, lambda text: messages.ml3(text, "v3_0")])
def test_addresses_are_text_that_nobody_opens(make: Callable[[str], bytes]) -> None:
    (delivery,) = read(make(SERIES.format(annotations=WELL)), "pesan")
    said = to_text([Annotation(links=(AnnotationLink(href="file:///etc/passwd"),))])
    assert delivery.columns[SERIES_ANNOTATIONS] == [said, said]
    assert delivery.columns[ANNOTATIONS] == [None, said]


def test_annotations_that_are_none_are_told_with_their_line() -> None:
    wrong = "<c:Annotations>\n<c:Annotation><c:Foo/></c:Annotation></c:Annotations>"
    with pytest.raises(DeliveryFaults) as caught:
        read(messages.ml3(SERIES.format(annotations=wrong)), "pesan")
    assert [(f.code, f.place.row) for f in caught.value.faults] == [
        ("malformed-annotations", 11),
        ("malformed-annotations", 13),
    ]
    assert "Foo" in caught.value.faults[0].english


def _message(change: Callable[[dict[str, object]], object]) -> bytes:
    document = json.loads(written(json2.write, "2.1.0", annotated.dataset()))
    change(document["data"])
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data["dataSets"][0].update(annotations=[99]), "json-shape"),
        (lambda data: data["dataSets"][0].update(annotations=["x"]), "json-shape"),
        (lambda data: data["structures"][0].update(annotations=[1]), "malformed-annotations"),
        (
            lambda data: data["structures"][0].update(annotations=[{"texts": {"en": ["a"]}}]),
            "malformed-annotations",
        ),
    ],
)
def test_numbers_of_no_annotation_and_annotations_that_are_none_are_refused(
    change: Callable[[dict[str, object]], object], code: str
) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(_message(change), "pesan")
    assert [fault.code for fault in caught.value.faults] == [code]
