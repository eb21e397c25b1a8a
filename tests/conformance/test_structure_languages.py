"""Which languages the texts of artefacts come in, in either dialect and every format."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conformance.answers import media

NAMES = {"en": "Answers", "fr": "Réponses", "de": "Antworten"}
XML = (("structure+xml", "2.1"), ("structure+xml", "3.0.0"), ("structure+xml", "3.1.0"))
JSON = (("structure+json", "1.0.0"), ("structure+json", "2.0.0"), ("structure+json", "2.1.0"))


def names(response: TestResponse) -> set[str]:
    """Return the languages in which the codelist has a name."""
    assert response.status_code == 200
    return {language for language, name in NAMES.items() if name in response.text}


def is_marked(response: TestResponse) -> bool:
    return re.search("isPartialLanguage[^,>]*true", response.text) is not None


def languages(response: TestResponse) -> set[str]:
    return set(response.headers["Content-Language"].split(", "))


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("asked", XML + JSON, ids=" ".join)
@pytest.mark.parametrize(
    ("lang", "kept", "content"),
    [("fr", {"fr"}, {"fr"}), ("fr-CH", {"fr"}, {"fr"}), ("all", set(NAMES), set(NAMES))],
)
def test_lang_in_the_url_chooses_the_language(version, asked, lang, kept, content, request):
    client: FlaskClient = request.getfixturevalue(version)
    response = client.get(_path(version, f"lang={lang}"), headers=media(*asked))
    assert names(response) == kept
    assert languages(response) == content
    assert is_marked(response) == (lang != "all" and asked in (XML[2], JSON[2]))


@pytest.mark.parametrize("asked", XML + JSON, ids=" ".join)
@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("fr", {"fr"}),
        ("de;q=0.5, fr", {"fr", "de"}),
        ("xx", {"en"}),
        ("fr, *;q=0.1", set(NAMES)),
        ("*", set(NAMES)),
        ("", set(NAMES)),
    ],
)
def test_the_header_chooses_in_json_and_leaves_xml_whole(v2, asked, header, kept):
    response = v2.get(_path("v2"), headers={**media(*asked), "Accept-Language": header})
    if asked in XML:
        kept = set(NAMES)
    assert names(response) == languages(response) == kept
    assert is_marked(response) == (asked[1] == "2.1.0" and kept != set(NAMES))


def test_the_main_language_stands_first(v2: FlaskClient):
    response = v2.get(_path("v2"), headers={"Accept-Language": "de;q=0.5, fr"})
    assert response.json["meta"]["contentLanguages"][:2] == ["fr", "de"]
    assert response.headers["Content-Language"] == "fr, de"


def test_no_name_is_ever_empty(v2: FlaskClient):
    response = v2.get(_path("v2", "lang=fr"))
    (found,) = response.json["data"]["codelists"]
    assert [code["name"] for code in found["codes"]] == ["Oui", "Non", "Keine Angabe – نعم 🙂"]
    assert found["codes"][2]["names"] == {"de": "Keine Angabe – نعم 🙂"}


def _path(version: str, query: str = "") -> str:
    resource = "codelist" if version == "v1" else "structure/codelist"
    return f"/sdmx/{version}/{resource}/TST/CL_LANG?{query}"
