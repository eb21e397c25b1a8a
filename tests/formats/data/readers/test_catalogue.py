"""A message is recognised by what it holds."""

from __future__ import annotations

import codecs

import pytest

from sdmx_server.formats.data.readers.catalogue import read, recognise
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model.delivery import DeliveryFaults
from tests.formats.data.readers import messages

OBSERVATION = '<m:DataSet s:structureRef="EXR"><Obs FREQ="A"/></m:DataSet>'


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (b"DATAFLOW,A\nTST:X,1\n", "csv"),
        (b"\xef\xbb\xbfSTRUCTURE[;];STRUCTURE_ID\n", "csv"),
        (b'"STRUCTURE";"STRUCTURE_ID"\n', "csv"),
        (b' {"data": {}}', "json"),
        (messages.ml21("GenericData", ""), "ml21"),
        (messages.ml21("GenericData", "").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
         "ml21"),
        (messages.ml3("", "v3_0"), "ml3"),
        (messages.ml3(""), "ml3"),
    ],
)  # fmt: skip
def test_the_content_tells_the_format(content: bytes, format_: str) -> None:
    assert recognise(content, FaultList("x")) == format_


@pytest.mark.parametrize(
    ("content", "format_", "code"),
    [
        (b"", None, "empty-file"),
        (b"  \n", None, "empty-file"),
        (b"hello", None, "unknown-format"),
        (b"%PDF-1.7", None, "unknown-format"),
        (b"PK\x03\x04", None, "unknown-format"),
        (b"PK\x03\x04a,b;c\n", None, "unknown-format"),
        ("Kecamatan\t2024\n".encode("utf-16"), None, "utf16"),
        (codecs.BOM_UTF16_BE + "DATAFLOW,A\n".encode("utf-16-be"), None, "utf16"),
        (codecs.BOM_UTF16_LE + b"a", None, "utf16"),
        (b"kode;nilai\n1;2\n", None, "unknown-first-column"),
        (b"<html></html>", None, "not-a-data-message"),
        (b"<", None, "malformed-xml"),
        (messages.ml3(OBSERVATION), "csv", "wrong-format"),
    ],
)
def test_anything_else_is_refused(content: bytes, format_: str | None, code: str) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(content, "x", format_)

    assert caught.value.faults[0].code == code


def test_a_declared_format_that_is_right_is_read() -> None:
    assert len(read(messages.ml3(OBSERVATION), "x", "ml3")) == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04a,b;c\n", b"kode;nilai\n1;2\n", b"hello"])
def test_who_sends_another_table_is_told_of_mappings(content: bytes) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(content, "x")

    (fault,) = caught.value.faults
    for text in (fault.indonesian, fault.english):
        assert "SDMX-CSV" in text
        assert "--mapping (loaders/README.md)" in text
