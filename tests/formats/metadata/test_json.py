"""SDMX-JSON 2.0 and 2.1 metadata messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import structs

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.metadata.json import read, write
from sdmx_server.model.metadataset import MetadataSet
from tests.formats.json_validation import validate_json
from tests.formats.metadata.reports import (
    AGREEMENT,
    BY_AGREEMENT,
    DATAFLOW,
    FLOW,
    MESSAGE,
    PLAIN,
    RICH,
    attribute,
    report,
)

VERSIONS = ("2.0.0", "2.1.0")
SETS = (RICH, BY_AGREEMENT, PLAIN)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("defined", [True, False])
def test_a_message_follows_the_official_schema_and_comes_back_equal(version: str, defined: bool):
    content = write([report(each, defined=defined) for each in SETS], MESSAGE, version)
    validate_json(content, "metadata", version)
    expected = SETS
    if version == "2.0.0":  # which knows nothing of partial languages
        expected = tuple(structs.replace(each, is_partial_language=False) for each in SETS)
    assert read(content) == expected


def test_values_have_the_types_that_the_metadata_structure_gives_them():
    (found,) = _sets(write([report(RICH)], MESSAGE, "2.1.0"))
    values = {each["id"]: each.get("value") for each in found["attributes"]}
    assert (values["DELAY"], values["AUDITED"], values["GRADES"]) == (12, True, "B")
    (untyped,) = _sets(write([report(RICH, defined=False)], MESSAGE, "2.1.0"))
    values = {each["id"]: each.get("value") for each in untyped["attributes"]}
    assert (values["DELAY"], values["AUDITED"]) == ("12", "true")


@pytest.mark.parametrize("text", ["NaN", "#N/A", "1,5", ""])
def test_a_value_that_its_type_cannot_hold_is_text(text: str):
    odd = structs.replace(PLAIN, attributes=(attribute("DELAY", text), attribute("AUDITED", text)))
    content = write([report(odd)], MESSAGE, "2.1.0")
    validate_json(content, "metadata", "2.1.0")
    assert [each["value"] for each in _sets(content)[0]["attributes"]] == [text, text]


def test_the_digits_of_a_number_stay_as_they_are():
    content = _message(attributes=[{"id": "X", "value": 1.10}, {"id": "Y", "value": 3}])
    content = content.replace(b"1.1", b"1.10")
    (found,) = read(content)
    assert [each.value for each in found.attributes] == ["1.10", "3"]


def test_an_array_of_values_is_several_attributes():
    below = {"id": "B", "value": ["x", "y"]}
    (found,) = read(_message(attributes=[{"id": "A", "value": [1, True], "attributes": [below]}]))
    assert found.attributes == (
        attribute("A", "1", attribute("B", "x"), attribute("B", "y")),
        attribute("A", "true"),
    )
    (empty,) = read(_message(attributes=[{"id": "A", "value": []}]))
    assert empty.attributes == (attribute("A"),)


@pytest.mark.parametrize("depth", [450, 5000])
def test_a_message_that_is_nested_without_end_is_refused(depth: int):
    deep = b'{"id":"A","attributes":[' * depth + b"]}" * depth
    content = _message(attributes=[]).replace(b'"attributes": []', b'"attributes": [' + deep + b"]")
    with pytest.raises(MessageSyntaxError, match="too deeply|recursion"):
        read(content)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"metadataflow": None, "attributes": [{"id": "A"}]}, "either a metadataflow or"),
        ({"metadataProvisionAgreement": AGREEMENT}, "either a metadataflow or"),
        ({"metadataflow": DATAFLOW}, "no URN of a Metadataflow"),
        ({"metadataflow": "QUALITY"}, "'QUALITY' is no URN"),
        ({"metadataflow": f"{FLOW[:-7]}(first)"}, "'first' is no version query"),
        ({"targets": ["DF"]}, "'DF' is no URN"),
        ({"targets": [DATAFLOW.replace("1.0.0", "1.x")]}, "'1.x' is no version query"),
        ({"version": "newest"}, "'newest' is no version"),
    ],
)
def test_a_set_that_refers_to_nothing_is_refused(fields: dict[str, Any], reason: str):
    with pytest.raises(MessageSyntaxError, match=reason):
        read(_message(**fields))


def test_names_come_in_the_language_that_is_preferred():
    (found,) = _sets(write([report(RICH)], structs_message("id"), "2.1.0"))
    assert found["name"] == "Mutu"
    assert found["names"] == {"en": "Quality", "id": "Mutu"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "metadataSets"),
        (b'{"data":{"metadataSets":{}}}', "metadataSets"),
        (b'{"data":{"metadataSets":[1]}}', r"data.metadataSets\[0\]: 1 should be an object"),
        (b'{"data":{"metadataSets":[{"agencyID":"P"}]}}', "`id`"),
        (b'{"data":{"metadataSets":[{"id":"X","agencyID":"P","targets":1}]}}', "targets"),
        (
            b'{"data":{"metadataSets":[{"id":"X","agencyID":"P","attributes":["A"]}]}}',
            "should be an object",
        ),
        (b'{"data":{"metadataSets":[{"id":"X","agencyID":"P","links":[1]}]}}', "as the schema"),
    ],
)
def test_what_is_no_metadata_message_is_refused(content: bytes, reason: str):
    with pytest.raises(MessageSyntaxError, match=reason):
        read(content)


def structs_message(language: str) -> Any:
    return type(MESSAGE)(
        id="M1", prepared=MESSAGE.prepared, sender="AG", languages=(language, "en")
    )


def _sets(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content)["data"]["metadataSets"]
    return found


def _message(**fields: Any) -> bytes:
    found = {**_named("X"), "metadataflow": FLOW, **fields}
    return json.dumps({"meta": {}, "data": {"metadataSets": [found]}}).encode()


def test_a_name_alone_is_one_in_the_main_language():
    sent = {"meta": {"contentLanguages": ["id"]}, "data": {"metadataSets": [_named("Mutu")]}}
    (found,) = read(json.dumps(sent).encode())
    assert isinstance(found, MetadataSet)
    assert found.names == {"id": "Mutu"}


def _named(name: str) -> dict[str, str]:
    return {"id": "X", "agencyID": "P", "version": "1.0.0", "name": name}
