"""Content negotiation and conditional requests, by SDMX-REST and RFC 9110."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmx_server.errors import NotAcceptable
from sdmx_server.rest import negotiate
from sdmx_server.rest.negotiate import Offer

SDMX = "application/vnd.sdmx."
TIME_FORMAT = ("original", "normalized")
CSV1 = {"labels": ("id", "both"), "timeFormat": TIME_FORMAT}
CSV2 = {
    "labels": ("id", "name", "both"),
    "keys": ("none", "obs", "series", "both"),
    "timeFormat": TIME_FORMAT,
}
V2_DATA = (
    Offer(f"{SDMX}data+json", "2.1.0"),
    Offer(f"{SDMX}data+xml", "3.1.0"),
    Offer(f"{SDMX}data+csv", "2.1.0", parameters=CSV2),
    Offer(f"{SDMX}data+json", "2.0.0"),
    Offer(f"{SDMX}data+xml", "3.0.0"),
    Offer(f"{SDMX}data+csv", "2.0.0", parameters=CSV2),
    Offer(f"{SDMX}genericdata+xml", "2.1"),
    Offer(f"{SDMX}structurespecificdata+xml", "2.1"),
    Offer(f"{SDMX}data+json", "1.0.0"),
    Offer(f"{SDMX}data+csv", "1.0.0", parameters=CSV1),
)
V1_DATA = (
    Offer(f"{SDMX}genericdata+xml", "2.1"),
    Offer(f"{SDMX}structurespecificdata+xml", "2.1"),
    Offer(f"{SDMX}data+json", "1.0.0"),
    Offer(f"{SDMX}data+csv", "1.0.0", parameters=CSV1),
    Offer(f"{SDMX}data+json", "2.1.0"),
    Offer(f"{SDMX}data+xml", "3.1.0"),
)
V2_STRUCTURE = (
    Offer(f"{SDMX}structure+json", "2.1.0"),
    Offer(f"{SDMX}structure+xml", "3.1.0"),
    Offer(f"{SDMX}structure+json", "2.0.0"),
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def chosen(accept, offers, **parameters):
    offer = negotiate.choose(accept, offers, **parameters).offer
    return f"{offer.media_type.removeprefix(SDMX)} {offer.version}"


ON_V2 = {
    None: "data+json 2.1.0",
    "": "data+json 2.1.0",
    "*/*": "data+json 2.1.0",
    "*": "data+json 2.1.0",
    "application/*": "data+json 2.1.0",
    "text/*": "data+json 2.1.0",
    "text/*, text/csv": "data+csv 2.1.0",
    "application/json": "data+json 2.1.0",
    "text/json": "data+json 2.1.0",
    "application/xml": "data+xml 3.1.0",
    "text/xml": "data+xml 3.1.0",
    "text/csv": "data+csv 2.1.0",
    "text/csv;version=1.0": "data+csv 1.0.0",
    f"{SDMX}data+json": "data+json 2.1.0",
    f"{SDMX}data+json;version=2.0.0": "data+json 2.0.0",
    f"{SDMX}data+json;version=2": "data+json 2.0.0",
    f"{SDMX}data+json;version=1.0": "data+json 1.0.0",
    f"{SDMX}data+json;version=2+.0.0": "data+json 2.1.0",
    f"{SDMX}data+json;version=2+.0.1": "data+json 2.1.0",
    f"{SDMX}data+xml;version=3.0.0+": "data+xml 3.0.0",
    f"{SDMX}data+json;version=+": "data+json 2.1.0",
    f"{SDMX}genericdata+xml;version=2.1.0": "genericdata+xml 2.1",
    f'{SDMX}data+xml ; version="3.1.0" ; q=0.8': "data+xml 3.1.0",
    "APPLICATION/VND.SDMX.DATA+XML;VERSION=3.0.0": "data+xml 3.0.0",
    f"{SDMX}data+csv; charset=utf-8; version=2.0.0; urn=true; file=true": "data+csv 2.0.0",
    f"bogus;q=1, {SDMX}data+csv;version=2.1.0;q=0.1": "data+csv 2.1.0",
    f"{SDMX}data+json;version=9, {SDMX}data+csv;version=2.0.0;q=.5": "data+csv 2.0.0",
    f"{SDMX}data+csv;version=2.1.0, {SDMX}data+json;version=2.1.0": "data+json 2.1.0",
    f"{SDMX}data+json;q=0, */*;q=0.1": "data+xml 3.1.0",
    f"{SDMX}data+csv;version=2.0.0, */*": "data+csv 2.0.0",
    "application/json, text/plain, */*": "data+json 2.1.0",
    "text/html, image/gif, *; q=.2, */*; q=.2": "data+json 2.1.0",
    f"{SDMX}data+csv;q=high": "data+csv 2.1.0",
    BROWSER: "data+xml 3.1.0",
}
ON_V1 = {
    None: "genericdata+xml 2.1",
    "*/*": "genericdata+xml 2.1",
    "application/xml": "genericdata+xml 2.1",
    "text/xml": "genericdata+xml 2.1",
    "application/json": "data+json 1.0.0",
    "text/csv": "data+csv 1.0.0",
    BROWSER: "genericdata+xml 2.1",
    f"{SDMX}data+json;version=2.1.0": "data+json 2.1.0",
    f"image/png, {SDMX}data+json;version=1.0.0;q=0.3, {SDMX}genericdata+xml;version=2.1;q=0.9": (
        "genericdata+xml 2.1"
    ),
    f"{SDMX}genericdata+xml;version=2.1;q=0, */*;q=0.1": "structurespecificdata+xml 2.1",
}
REFUSED = (
    "image/png",
    "text/html",
    f"{SDMX}structure+xml;version=2.1",
    f"{SDMX}data+json;version=3.0.0+",
    f"{SDMX}data+json;version=2.0.1",
    f"{SDMX}data+json;version=two",
    f"{SDMX}genericdata+xml;version=9.9",
    f"{SDMX}data+csv;version=2.1.0;labels=bogus",
    f"{SDMX}data+csv;version=1.0.0;labels=name",
    "text/csv;timeFormat=iso",
    "*/*;q=0",
)


@pytest.mark.parametrize(("accept", "format_"), ON_V2.items())
def test_the_header_chooses_among_the_formats_of_rest_2(accept, format_):
    assert chosen(accept, V2_DATA) == format_


@pytest.mark.parametrize(("accept", "format_"), ON_V1.items())
def test_the_header_chooses_among_the_formats_of_rest_1(accept, format_):
    assert chosen(accept, V1_DATA) == format_


@pytest.mark.parametrize("accept", REFUSED)
def test_a_refusal_lists_what_is_offered(accept):
    with pytest.raises(NotAcceptable) as refusal:
        negotiate.choose(accept, V2_DATA)
    assert accept in refusal.value.detail
    assert f"{SDMX}data+csv;version=1.0.0" in refusal.value.detail


@pytest.mark.parametrize(
    ("accept", "parameters", "content_type"),
    [
        (
            f"{SDMX}data+csv;version=2.1.0;labels=both; keys=series",
            {"labels": "both", "keys": "series", "timeFormat": "original"},
            f"{SDMX}data+csv;version=2.1.0;labels=both;keys=series",
        ),
        (
            f'{SDMX}data+csv;version=2.1;LABEL="Name";key=obs',
            {"labels": "name", "keys": "obs", "timeFormat": "original"},
            f"{SDMX}data+csv;version=2.1.0;labels=name;keys=obs",
        ),
        (
            "text/csv;timeformat=normalized;q=0.5",
            {"labels": "id", "keys": "none", "timeFormat": "normalized"},
            f"{SDMX}data+csv;version=2.1.0;timeFormat=normalized",
        ),
        (
            "text/csv;version=1.0.0;keys=obs",
            {"labels": "id", "timeFormat": "original"},
            f"{SDMX}data+csv;version=1.0.0",
        ),
        ("application/json;labels=both", {}, f"{SDMX}data+json;version=2.1.0"),
        ("application/xml;version=2.1", {}, f"{SDMX}genericdata+xml;version=2.1"),
    ],
)
def test_parameters_of_the_format_are_honoured_and_repeated(accept, parameters, content_type):
    answer = negotiate.choose(accept, V2_DATA)
    assert answer.parameters == parameters
    assert answer.content_type == content_type


def test_what_is_chosen_is_one_of_the_offers_themselves():
    for _ in range(2):
        offers = [Offer(f"{SDMX}data+csv", "2.1.0", parameters=CSV2)]
        assert negotiate.choose("text/csv", offers).offer is offers[0]


def test_another_name_of_a_format_finds_it():
    offer = Offer(f"{SDMX}data+csv", "1.0.0", aliases=("application/x-sdmx-csv",))
    assert negotiate.choose("application/x-sdmx-csv;version=1", (offer,)).offer is offer


@pytest.mark.parametrize(
    ("offers", "format_", "version", "answer"),
    [
        (V2_DATA, "csvdata", None, "data+csv 2.1.0"),
        (V2_DATA, "csvdata", "1.0.0", "data+csv 1.0.0"),
        (V2_DATA, "CSV", None, "data+csv 2.1.0"),
        (V2_DATA, "jsondata", "2.0", "data+json 2.0.0"),
        (V2_DATA, "structurespecificdata", None, "data+xml 3.1.0"),
        (V2_DATA, "structurespecificdata", "2.1", "structurespecificdata+xml 2.1"),
        (V1_DATA, "structurespecificdata", None, "structurespecificdata+xml 2.1"),
        (V1_DATA, "genericdata", "", "genericdata+xml 2.1"),
        (V2_STRUCTURE, "jsonstructure", "2.0.0", "structure+json 2.0.0"),
        (V2_STRUCTURE, "structure", None, "structure+xml 3.1.0"),
    ],
)
def test_the_format_parameter_wins_over_the_header(offers, format_, version, answer):
    accept = f"{SDMX}data+json;version=1.0.0"
    assert chosen(accept, offers, format_=format_, format_version=version) == answer


def test_a_format_version_alone_means_nothing():
    assert chosen("text/csv", V2_DATA, format_version="1.0.0") == "data+csv 2.1.0"


@pytest.mark.parametrize(
    ("format_", "version"), [("pdf", None), ("jsonstructure", None), ("jsondata", "7")]
)
def test_a_format_that_is_not_offered_is_refused(format_, version):
    with pytest.raises(NotAcceptable, match=format_):
        negotiate.choose("*/*", V2_DATA, format_, version)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("gzip;q=0.5, zstd;q=0.8", "zstd"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("br", "identity"),
        ("deflate, br", "deflate"),
        ("deflate, gzip", "gzip"),
        ("deflate, gzip;q=0.5", "deflate"),
        ("*", "gzip"),
        ("gzip;q=0, *", "zstd"),
        ("identity;q=0, *;q=0.1", "gzip"),
    ],
)
def test_the_encoding_follows_the_header(header, encoding):
    assert negotiate.choose_encoding(header) == encoding


@pytest.mark.parametrize("header", ["identity;q=0, bogus", "*;q=0", "gzip;q=0, identity;q=0"])
def test_no_encoding_left_is_refused(header):
    with pytest.raises(NotAcceptable, match="gzip"):
        negotiate.choose_encoding(header)


def test_the_compression_parameter_wins_over_the_header():
    assert negotiate.choose_encoding("identity", "gzip") == "gzip"
    assert negotiate.choose_encoding("gzip", "") == "gzip"
    assert negotiate.choose_encoding(None, "deflate") == "deflate"
    for other in ("br", "compress"):
        with pytest.raises(NotAcceptable, match=f"'{other}'.* gzip, zstd, deflate, identity"):
            negotiate.choose_encoding("gzip", other)


@pytest.mark.parametrize(
    ("header", "lang", "preferred", "asked", "every"),
    [
        (None, None, "id en", "", False),
        ("fr-CH, en;q=0.5", None, "fr-CH en id", "fr-CH en", False),
        ("en;q=0.5, fr", None, "fr en id", "fr en", False),
        ("xx", None, "xx id en", "xx", False),
        ("en;q=0, fr", None, "fr id en", "fr", False),
        ("*", None, "id en", "", True),
        ("fr, *;q=0.5", None, "fr id en", "", False),
        ("!!, fr-ch", None, "fr-CH id en", "fr-CH", False),
        ("fr", "en", "en id", "en", False),
        ("fr", "all", "id en", "", True),
        ("fr", "ID-id", "id-ID id en", "id-ID", False),
    ],
)
def test_languages_come_best_first_and_the_servers_own_last(header, lang, preferred, asked, every):
    found = negotiate.languages(header, lang)
    assert " ".join(found.preferred) == preferred
    assert " ".join(found.asked) == asked
    assert (found.all, found.by_url) == (every, lang is not None)


def test_only_the_parameter_can_ask_for_a_language_in_vain():
    languages = negotiate.languages("xx", None, available=("id", "en"))
    assert languages.preferred == ("xx", "id", "en")
    assert negotiate.languages(None, "en-GB", available=("id", "en")).asked == ("en-GB",)
    for lang in ("xx", "e n"):
        with pytest.raises(NotAcceptable, match=lang):
            negotiate.languages(None, lang, available=("id", "en"))


NOW = datetime(2024, 6, 1, tzinfo=UTC)
CHANGED = datetime(2024, 3, 1, 12, 0, 0, 500000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("none_match", "since", "held"),
    [
        (None, None, False),
        ('"a"', None, True),
        ('W/"a"', None, True),
        ('"b", W/"a"', None, True),
        ("a", None, True),
        ("*", None, True),
        ('"b"', None, False),
        ('"b"', "Fri, 01 Mar 2024 12:00:00 GMT", False),
        ('"a"', "Thu, 01 Jan 1970 00:00:00 GMT", True),
        (None, "Fri, 01 Mar 2024 12:00:00 GMT", True),
        (None, "Friday, 01-Mar-24 12:00:00 GMT", True),
        (None, "Fri, 01 Mar 2024 11:59:59 GMT", False),
        (None, "2024-03-01T12:00:00Z", True),
        (None, "2024-03-01T11:00:00Z", False),
        (None, "Mon, 01 Jul 2024 00:00:00 GMT", False),
        (None, "yesterday", False),
        (None, "Fri, 41 Mar 2024 12:00:00 GMT", False),
    ],
)
def test_nothing_is_sent_that_the_client_holds(none_match, since, held):
    assert negotiate.not_modified(none_match, since, '"a"', CHANGED, NOW) is held


def test_an_answer_without_tag_and_date_is_always_sent():
    assert not negotiate.not_modified("*", None, None, None)
    assert not negotiate.not_modified(None, "Fri, 01 Mar 2024 12:00:00 GMT", '"a"', None)


def test_a_tag_of_another_representation_is_not_enough():
    assert not negotiate.not_modified('"json"', None, '"xml"', CHANGED)


@given(st.text(alphabet='ab/*;,=q".0 1version+\\', max_size=40))
def test_no_header_breaks_the_negotiation(header):
    negotiate.languages(header)
    negotiate.not_modified(None, header, '"a"', CHANGED)
    with contextlib.suppress(NotAcceptable):
        negotiate.choose(header, V2_DATA)
    with contextlib.suppress(NotAcceptable):
        negotiate.choose_encoding(header)
