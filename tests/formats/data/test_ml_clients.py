"""SDMX-ML data messages read by the Python clients in use: sdmx1 and pysdmx."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from types import ModuleType

import pysdmx.io
import pytest
import sdmx
import sdmx.reader.xml.v30  # noqa: F401  it copies what v21 knows, before that has read data
from sdmx.model import common, v21, v30

from sdmx_server.dataset import Dataset, Message, Rendering, ResolvedStructure
from sdmx_server.formats.data.writers import ml3, ml21
from tests.formats.data.datasets import (
    MESSAGE,
    awkward,
    awkward_rows,
    exr,
    exr_rows,
    flat,
    flat_rows,
    multi,
    multi_rows,
)
from tests.formats.data.ml_rows import Row, sort

Writer = Callable[[list[Dataset], Message, Rendering], Iterator[bytes]]
Build = Callable[..., Dataset]
Rows = Callable[[], list[Row]]

WRITERS = {
    "generic": (ml21.write_generic, "2.1"),
    "generic time series": (ml21.write_generic_time_series, "2.1"),
    "structure specific": (ml21.write_structure_specific, "2.1"),
    "structure specific time series": (ml21.write_structure_specific_time_series, "2.1"),
    "3.0": (ml3.write, "3.0.0"),
    "3.1": (ml3.write, "3.1.0"),
}
CASES = [
    (exr, exr_rows, "TIME_PERIOD"),
    (exr, exr_rows, "AllDimensions"),
    (exr, exr_rows, "CURRENCY"),
    (awkward, awkward_rows, "TIME_PERIOD"),
    (flat, flat_rows, "AllDimensions"),
]
ATTRIBUTES = ("UNIT", "TITLE", "COLLECTION", "OBS_STATUS", "OBS_COM")


def written(kind: str, dataset: Dataset) -> bytes:
    write, version = WRITERS[kind]
    return b"".join(write([dataset], MESSAGE, Rendering(version)))


def data_structure(structure: ResolvedStructure, model: ModuleType) -> object:
    """Return the structure as sdmx1 knows it."""
    agency = common.Agency(id="TST")
    dsd = model.DataStructureDefinition(id="DSD", maintainer=agency, version="1.0.0")

    def described(kind: type, id_: str) -> object:
        concept = common.Concept(id=id_)
        concept.core_representation = common.Representation()
        return kind(id=id_, concept_identity=concept)

    for dimension in structure.dimensions:
        dsd.dimensions.append(described(common.Dimension, dimension.id))
    if structure.time:
        dsd.dimensions.append(described(common.TimeDimension, structure.time.id))
    for attribute in structure.attributes:
        dsd.attributes.append(described(common.DataAttribute, attribute.id))
    kind = v21.PrimaryMeasure if model is v21 else v30.Measure
    for measure in structure.measures:
        dsd.measures.append(described(kind, measure.id))
    for group, dimensions in structure.groups.items():
        descriptor = model.GroupDimensionDescriptor(id=group)
        descriptor.components = [dsd.dimensions.get(id_) for id_ in dimensions]
        dsd.group_dimensions[group] = descriptor
    return dsd


def read_by_sdmx1(kind: str, dataset: Dataset) -> list[Row]:
    model = v30 if kind == "3.0" else v21
    structure = None if "generic" in kind else data_structure(dataset.structure, model)
    message = sdmx.read_sdmx(io.BytesIO(written(kind, dataset)), structure=structure)
    (data_set,) = message.data
    rows = []
    for observation in data_set.obs:
        row = {key.id: str(key.value) for key in observation.key}
        row |= {id_: str(attribute.value) for id_, attribute in observation.attrib.items()}
        if observation.value is not None:
            row["OBS_VALUE"] = str(observation.value)
        rows.append(row)
    # sdmx1 gives attributes of the data set to the first series without any of its own.
    return without(rows, "DS_NOTE")


def read_by_pysdmx(kind: str, dataset: Dataset) -> list[Row]:
    message = pysdmx.io.read_sdmx(written(kind, dataset).decode(), validate=True)
    (data_set,) = message.data
    assert str(data_set.structure).endswith(dataset.structure.urn.partition("=")[2])
    records = data_set.data.to_dict("records")
    return sort([{id_: text for id_, text in row.items() if text} for row in records])


def without(rows: list[Row], *ids: str) -> list[Row]:
    return sort([{id_: text for id_, text in row.items() if id_ not in ids} for row in rows])


@pytest.mark.parametrize(("build", "rows", "packaging"), CASES)
@pytest.mark.parametrize("kind", ["generic", "structure specific", "3.0"])
def test_sdmx1_reads_the_same_observations(
    kind: str, build: Build, rows: Rows, packaging: str
) -> None:
    # sdmx1 does not know the element Atts, where 3.0 has the attributes of the data set.
    attributes = ATTRIBUTES if kind == "3.0" else None
    dataset = build(dimension_at_observation=packaging, attributes=attributes)
    assert read_by_sdmx1(kind, dataset) == without(rows(), "DS_NOTE")


@pytest.mark.parametrize("kind", ["generic time series", "structure specific time series"])
def test_sdmx1_reads_time_series(kind: str) -> None:
    assert read_by_sdmx1(kind, exr()) == without(exr_rows(), "DS_NOTE")


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.drop")
@pytest.mark.parametrize(("build", "rows", "packaging"), CASES)
@pytest.mark.parametrize("kind", ["generic", "structure specific", "3.0", "3.1"])
def test_pysdmx_reads_the_same_observations(
    kind: str, build: Build, rows: Rows, packaging: str
) -> None:
    dataset = build(dimension_at_observation=packaging)
    # pysdmx leaves groups aside where observations stand alone.
    unread = {"DS_NOTE", "UNIT"} if packaging == "AllDimensions" else {"DS_NOTE"}
    assert read_by_pysdmx(kind, dataset) == without(rows(), *unread)


def test_pysdmx_reads_several_measures() -> None:
    simple = multi(attributes=("SRC", "GEO"))
    expected = without(multi_rows(), "CONTACT", "METHOD", "OBS_NOTE")
    assert read_by_pysdmx("3.1", simple) == expected
