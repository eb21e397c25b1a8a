"""Error messages are valid in every version, whatever a client put into its request."""

from __future__ import annotations

import pytest
from lxml import etree

from sdmx_server.formats.error import write_json, write_xml
from tests.formats.data.datasets import MESSAGE
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import validate_data

TEXTS = {"id": "Tidak ada data untuk <M.ZZZ>.", "en": "No data for <M.ZZZ> & friends."}


@pytest.mark.parametrize("version", ["2.1", "3.0.0", "3.1.0"])
def test_an_xml_error_follows_the_official_schema(version):
    content = write_xml(100, TEXTS, version)

    validate_data(content, (), version)
    root = etree.fromstring(content)
    assert [element.get("code") for element in root] == ["100"]
    texts = {t.get("{http://www.w3.org/XML/1998/namespace}lang"): t.text for t in root[0]}
    assert texts == TEXTS


def test_characters_that_xml_forbids_do_not_break_an_error():
    content = write_xml(140, {"en": "Bad \x00 value \x0b here \ufffe."}, "2.1")

    assert etree.fromstring(content)[0][0].text == "Bad \ufffd value \ufffd here \ufffd."


@pytest.mark.parametrize("kind", ["data", "structure"])
@pytest.mark.parametrize(("version", "code"), [("1.0.0", 150), ("2.0.0", 150), ("2.1.0", 422)])
def test_a_json_error_tells_the_code_of_its_version(kind, version, code):
    content = write_json(150, 422, 'No dimension "X\x00".', version, MESSAGE)

    document = validate_json(content, kind, version)
    assert document["errors"] == [{"code": code, "title": 'No dimension "X\x00".'}]
    assert document["meta"]["sender"] == {"id": "TST"}
    assert "data" not in document
