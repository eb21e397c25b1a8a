"""What the writers say, the readers understand: the same figures in every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sdmx_server.dataset import Dataset, Message, Rendering, ResolvedStructure
from sdmx_server.exchange.validation import check, dataset_attributes, to_table
from sdmx_server.formats.data.readers.catalogue import read
from sdmx_server.formats.data.writers import csv1, csv2, json2, ml3, ml21
from tests.formats.data import annotated
from tests.formats.data import datasets as source
from tests.formats.data import metadata_attributes as quality

Write = Callable[[list[Dataset], Message, Rendering], Iterator[bytes]]

IN_2_1: list[tuple[str, Write, Rendering]] = [
    ("generic", ml21.write_generic, Rendering("2.1")),
    ("structure-specific", ml21.write_structure_specific, Rendering("2.1")),
    ("csv 1.0", csv1.write, Rendering("1.0.0")),
    ("csv 1.0 both", csv1.write, Rendering("1.0.0", labels="both")),
]
IN_3 = [
    ("ml 3.0", ml3.write, Rendering("3.0.0")),
    ("ml 3.1", ml3.write, Rendering("3.1.0")),
    ("json 2.0", json2.write, Rendering("2.0.0")),
    ("json 2.1", json2.write, Rendering("2.1.0")),
    *(
        (f"csv {version} {labels}", csv2.write, Rendering(version, labels=labels, keys=keys))
        for version in ("2.0.0", "2.1.0")
        for labels, keys in (("id", "none"), ("name", "both"), ("both", "series"))
    ),
]
EXR = (source.exr_structure, source.exr_rows)
CASES = [
    *(("exr", source.exr, *EXR, *way) for way in IN_2_1 + IN_3),
    *(("awkward", source.awkward, source.exr_structure, source.awkward_rows, *way)
      for way in IN_2_1 + IN_3),
    *(("multi", source.multi, source.multi_structure, source.multi_rows, *way) for way in IN_3),
    *(("metadata", quality.dataset, quality.structure, quality.rows, *way)
      for way in IN_3 if way[0] != "ml 3.0"),
    *(("annotated", annotated.dataset, source.exr_structure, annotated.rows, *way)
      for way in IN_2_1 + IN_3 if not way[0].startswith("csv")),
    *(("flat", source.flat, source.flat_structure, source.flat_rows, *way)
      for way in IN_2_1 + IN_3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("build", "structure_of", "rows_of", "write", "rendering"),
    [pytest.param(*case[1:4], *case[5:], id=f"{case[0]} in {case[4]}") for case in CASES],
)
def test_a_message_comes_back_as_the_figures_that_went_in(
    build: Callable[[], Dataset],
    structure_of: Callable[[], ResolvedStructure],
    rows_of: Callable[[], list[dict[str, str]]],
    write: Write,
    rendering: Rendering,
) -> None:
    structure = structure_of()
    content = b"".join(write([build()], source.MESSAGE, rendering))

    (delivery,) = read(content, "pesan")

    assert check(delivery, structure) == []
    shared = dataset_attributes(delivery, structure)
    found = [
        {id_: text for id_, text in {**shared, **row}.items() if text is not None}
        for row in to_table(delivery, structure).to_pylist()
    ]
    assert sorted(found, key=repr_of) == sorted(rows_of(), key=repr_of)


def repr_of(row: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(row.items())


@pytest.mark.parametrize("context", ["dataflow", "datastructure", "provisionagreement"])
@pytest.mark.parametrize(("write", "rendering"), [way[1:] for way in IN_2_1[:2] + IN_3[1:4]])
def test_the_context_comes_back(context: str, write: Write, rendering: Rendering) -> None:
    content = b"".join(write([source.exr(context)], source.MESSAGE, rendering))

    (delivery,) = read(content, "pesan")

    assert delivery.context == context


@pytest.mark.parametrize("packaging", ["AllDimensions", "CURRENCY"])
@pytest.mark.parametrize(("write", "rendering"), [way[1:] for way in IN_2_1[:2] + IN_3[:4]])
def test_other_packagings_say_the_same(packaging: str, write: Write, rendering: Rendering) -> None:
    dataset = source.exr(dimension_at_observation=packaging)
    content = b"".join(write([dataset], source.MESSAGE, rendering))

    (delivery,) = read(content, "pesan")

    structure = source.exr_structure()
    assert check(delivery, structure) == []
    found = {
        (row["CURRENCY"], row["TIME_PERIOD"], row["OBS_VALUE"], row["UNIT"], row["TITLE"])
        for row in to_table(delivery, structure).to_pylist()
    }
    assert found == {
        (row["CURRENCY"], row["TIME_PERIOD"], row["OBS_VALUE"], row["UNIT"], row["TITLE"])
        for row in source.exr_rows()
    }
