"""Data structures that let metadata attributes be reported with their data."""

from __future__ import annotations

import pytest
from msgspec import structs

from sdmx_server.formats.structure import json, json1, ml3, ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.model.datastructure import DataStructure, MetadataAttributeUsage
from tests.conformance.artefacts import OBSERVATION
from tests.conformance.data_metadata import structures
from tests.conformance.metadata_sets import STRUCTURE
from tests.formats.json_validation import validate_json
from tests.formats.structure.fixtures import MESSAGE

NESTED = MetadataAttributeUsage(
    metadata_attribute_reference="CONTACT.EMAIL", attribute_relationship=OBSERVATION
)


def data_structure(*more: MetadataAttributeUsage) -> DataStructure:
    """Return the structure of exchange rates, with its usages and more."""
    (found,) = [a for a in structures() if isinstance(a, DataStructure)]
    parts = found.data_structure_components
    assert parts is not None
    assert parts.attribute_list is not None
    usages = (*parts.attribute_list.metadata_attribute_usages, *more)
    listed = structs.replace(parts.attribute_list, metadata_attribute_usages=usages)
    return structs.replace(
        found, data_structure_components=structs.replace(parts, attribute_list=listed)
    )


def references(dsd: DataStructure) -> list[str]:
    parts = dsd.data_structure_components
    listed = parts.attribute_list if parts else None
    usages = listed.metadata_attribute_usages if listed else ()
    return [usage.metadata_attribute_reference for usage in usages]


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_sdmx_ml_3_holds_them_and_names_each_by_its_own_id(version: str) -> None:
    content = ml3.write([data_structure(NESTED)], MESSAGE, version)
    validate(content, version)
    (read,) = ml3.read(content)
    assert isinstance(read, DataStructure)
    assert read.metadata == STRUCTURE.urn
    assert references(read) == ["CONTACT", "SUMMARY", "GRADE", "DELAY", "EMAIL"]
    (again,) = ml3.read(ml3.write([data_structure()], MESSAGE, version))
    assert again == data_structure()


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_sdmx_json_2_holds_them_by_their_paths(version: str) -> None:
    content = json.write([data_structure(NESTED)], MESSAGE, version)
    validate_json(content, "structure", version)
    assert json.read(content) == (data_structure(NESTED),)


def test_the_formats_of_sdmx_2_1_have_no_place_for_them() -> None:
    content = ml21.write([data_structure(NESTED)], MESSAGE)
    validate(content, "2.1")
    (read,) = ml21.read(content)
    assert isinstance(read, DataStructure)
    assert references(read) == []
    validate_json(json1.write([data_structure(NESTED)], MESSAGE), "structure", "1.0.0")
