"""Artefacts in some of their languages."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from sdmx_server.dataset import Message
from sdmx_server.formats.structure import json, json1, ml3, ml21
from sdmx_server.formats.structure.languages import chosen, in_languages
from sdmx_server.model.artefact import Annotation
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.constraint import AvailabilityConstraint, ConstraintAttachment, CubeRegion
from tests.formats.structure.fixtures import MESSAGE

SEX = {"id": "Jenis kelamin", "en": "Sex"}
CODELIST = Codelist(
    id="CL_SEX",
    agency_id="SRG",
    version="1.0",
    names=SEX,
    annotations=(Annotation(id="N", texts={"id": "Catatan", "en": "Note"}),),
    codes=(
        Code(id="F", names={"id": "Perempuan", "en": "Female"}, descriptions={"en": "Women"}),
        Code(id="M", names={"id": "Laki-laki"}),
    ),
)


def _asking(*languages: str) -> Message:
    preferred = tuple(dict.fromkeys((*languages, "id", "en")))
    return replace(MESSAGE, languages=preferred, only_languages=languages)


@pytest.mark.parametrize(
    ("texts", "asked", "kept"),
    [
        ("id en", "en", "en"),
        ("id en fr", "en fr", "en fr"),
        ("id en", "en-GB", "en"),
        ("id en en-GB", "en-GB", "en-GB"),
        ("id en en-GB", "en", "en en-GB"),
        ("id EN-gb", "en-GB", "EN-gb"),
        ("id english", "en", "id"),
        ("id en", "fr", "id"),
        ("fr de", "en", "fr"),
        ("id zh-Hant-TW", "zh-Hant", "zh-Hant-TW"),
    ],
)
def test_texts_are_those_in_the_languages_asked_for_or_else_one(texts, asked, kept):
    found = chosen(dict.fromkeys(texts.split(), "text"), _asking(*asked.split()))
    assert " ".join(found) == kept


def test_texts_are_filtered_at_every_depth_and_none_gets_lost():
    (cut,) = in_languages([CODELIST], _asking("en"))
    assert cut.names == {"en": "Sex"}
    assert cut.annotations[0].texts == {"en": "Note"}
    female, male = cut.codes
    assert (female.names, female.descriptions) == ({"en": "Female"}, {"en": "Women"})
    assert male.names == {"id": "Laki-laki"}


@pytest.mark.parametrize(
    ("asked", "marked", "is_partial"),
    [
        ("", True, False),
        ("en", True, True),
        ("en", False, False),
        ("en id", True, False),
    ],
)
def test_what_was_left_out_is_marked(asked, marked, is_partial):
    (cut,) = in_languages([CODELIST], _asking(*asked.split()), marked=marked)
    assert cut.is_partial_language == is_partial


def test_nothing_is_made_anew_where_nothing_is_left_out():
    assert in_languages([CODELIST], _asking("en", "id"))[0] is CODELIST
    assert in_languages([CODELIST], MESSAGE)[0] is CODELIST


@pytest.mark.parametrize(
    ("write", "mark"),
    [
        (lambda a, m: json.write(a, m, "2.1.0"), b'"isPartialLanguage":true'),
        (lambda a, m: json.write(a, m, "2.0.0"), None),
        (json1.write, None),
        (lambda a, m: ml3.write(a, m, "3.1.0"), b'isPartialLanguage="true"'),
        (lambda a, m: ml3.write(a, m, "3.0.0"), None),
        (ml21.write, None),
    ],
    ids=("json 2.1", "json 2.0", "json 1.0", "xml 3.1", "xml 3.0", "xml 2.1"),
)
def test_every_format_leaves_languages_out_and_sdmx_3_1_says_so(write, mark):
    message = _asking("en")
    written = write([CODELIST, _availability()], message)
    assert b"Jenis kelamin" not in written
    assert b"Data yang tersedia" not in written
    assert b"Laki-laki" in written
    assert (
        (mark or b"isPartialLanguage") in written if mark else b"isPartialLanguage" not in written
    )


def test_the_envelope_names_the_languages_that_are_left():
    meta = msgspec.json.decode(json.write([CODELIST], _asking("en"), "2.1.0"))["meta"]
    assert meta["contentLanguages"] == ["en", "id"]


def _availability() -> AvailabilityConstraint:
    dataflow = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SRG:DF(1.0)"
    return AvailabilityConstraint(
        constraint_attachment=ConstraintAttachment(dataflows=(dataflow,)),
        cube_region=CubeRegion(),
    )
