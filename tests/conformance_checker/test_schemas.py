"""Schemas that a service sends are used, and nothing that they point at is fetched."""

from __future__ import annotations

import pytest

from sdmx_server.conformance.decoding.content import Unreadable
from sdmx_server.conformance.schemas import own_json_faults, specific_faults, xml_faults
from tests.conformance_checker.test_session import answering, sends

MESSAGE = b"""<Structure xmlns="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"/>"""


def test_no_document_that_a_json_schema_names_is_fetched():
    with answering(sends(b"{}")) as (address, asked), pytest.raises(Unreadable):
        own_json_faults({"a": 1}, {"properties": {"a": {"$ref": f"{address}/x.json"}}})
    assert not asked


def test_no_document_that_an_xml_schema_names_is_fetched():
    with answering(sends(b"")) as (address, asked):
        xsd = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">
            <xs:import namespace="urn:y" schemaLocation="{address}/y.xsd"/></xs:schema>"""
        specific_faults(MESSAGE, xsd.encode())
        included = xsd.replace('xs:import namespace="urn:y"', "xs:include").encode()
        with pytest.raises(Unreadable):
            specific_faults(MESSAGE, included)
    assert not asked


@pytest.mark.parametrize(
    "schema", [{"type": 7}, {"$ref": "#"}, {"allOf": [{"$ref": "#/nowhere"}]}, {"minItems": "x"}]
)
def test_a_json_schema_that_is_none_is_unreadable(schema: dict[str, object]):
    with pytest.raises(Unreadable):
        own_json_faults({"a": 1}, schema)


def test_a_pattern_that_takes_for_ever_is_left_out():
    schema = {"properties": {"a": {"pattern": "^(a+)+$", "maxLength": 3}}}
    assert len(own_json_faults({"a": "a" * 64 + "b"}, schema)) == 1


def test_faults_are_named_with_their_place():
    assert "line 1" in xml_faults(MESSAGE)[0] or ":1:" in xml_faults(MESSAGE)[0]
