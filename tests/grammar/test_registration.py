"""URLs of registrations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import v2
from sdmx_server.query import ArtefactQuery, RegistrationQuery

ANY = ArtefactQuery(versions=("*",))
EVERYTHING = RegistrationQuery("*")
PATHS = {  # the examples of doc/registration.md first
    "id/abcd-efgh-ijkl": RegistrationQuery("id", "abcd-efgh-ijkl"),
    "provider/IMF/UK1": RegistrationQuery(
        "provider", artefact=ArtefactQuery(("IMF",), ("UK1",), ("*",))
    ),
    "provider/IMF/UK1,UK2": RegistrationQuery(
        "provider", artefact=ArtefactQuery(("IMF",), ("UK1", "UK2"), ("*",))
    ),
    "provider/IMF/*": RegistrationQuery(
        "provider", artefact=ArtefactQuery(("IMF",), versions=("*",))
    ),
    "dataflow/ECB/BSI,EXR/1.0.0": RegistrationQuery(
        "dataflow", artefact=ArtefactQuery(("ECB",), ("BSI", "EXR"), ("1.0.0",))
    ),
    "datastructure/IMF/ECOFIN/1.0": RegistrationQuery(
        "datastructure", artefact=ArtefactQuery(("IMF",), ("ECOFIN",), ("1.0",))
    ),
    "/id/TST@PA_ECB@1$0$0/": RegistrationQuery("id", "TST@PA_ECB@1$0$0"),
    "id/TST%40PA_ECB%401%240%240": RegistrationQuery("id", "TST@PA_ECB@1$0$0"),
    "provider": RegistrationQuery("provider", artefact=ANY),
    "/provider/": RegistrationQuery("provider", artefact=ANY),
    "provider/*/ECB": RegistrationQuery("provider", artefact=ArtefactQuery((), ("ECB",), ("*",))),
    "provider/ECB.DIV,BIS/A%2CA": RegistrationQuery(
        "provider", artefact=ArtefactQuery(("ECB.DIV", "BIS"), ("A",), ("*",))
    ),
    "provisionagreement": RegistrationQuery("provisionagreement", artefact=ANY),
    "dataflow/*/*/*": RegistrationQuery("dataflow", artefact=ANY),
    "dataflow/TST": RegistrationQuery("dataflow", artefact=ArtefactQuery(("TST",), (), ("*",))),
    "dataflow/TST/EXR/~,1.0+.0": RegistrationQuery(
        "dataflow", artefact=ArtefactQuery(("TST",), ("EXR",), ("~", "1.0+.0"))
    ),
    "": EVERYTHING,
    "/": EVERYTHING,
    "*": EVERYTHING,
    "%2A/*": EVERYTHING,
    "*/*/*/*/": EVERYTHING,
}


@pytest.mark.parametrize(("path", "query"), PATHS.items())
def test_a_path_finds_registrations_in_one_of_three_ways(path: str, query: RegistrationQuery):
    assert v2.parse_registration(path, "") == query


def test_what_was_updated_is_asked_for_between_two_instants():
    query = v2.parse_registration(
        "datastructure/*/*/*",
        "updatedAfter=2009-05-15T14%3A15%3A00%2B01%3A00&updatedBefore=2010-01-01T00:00:00Z&x=1",
    )
    assert query.updated_after == datetime(2009, 5, 15, 13, 15, tzinfo=UTC)
    assert query.updated_before == datetime(2010, 1, 1, tzinfo=UTC)
    glued = v2.parse_registration("provider&updatedBefore=2010-01-01T00:00:00Z", "")
    assert glued.updated_before == query.updated_before


def test_who_names_a_registration_has_it_whenever_it_was_updated():
    assert v2.parse_registration("id/A", "updatedAfter=never") == RegistrationQuery("id", "A")


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("id", ""),
        ("id/", ""),
        ("id/*", ""),
        ("id/A,B", ""),
        ("id/A.B", ""),
        ("id/A/B", ""),
        ("ID/A", ""),
        ("codelist/TST/CL", ""),
        ("metadataflow", ""),
        ("dataflow,datastructure", ""),
        ("provider/TST/ECB/1.0", ""),
        ("provider/T S/ECB", ""),
        ("provider/TST/ECB.A", ""),
        ("dataflow/TST/EXR/latest", ""),
        ("dataflow/TST/EXR/1.0.0/*", ""),
        ("dataflow/TST+ECB", ""),
        ("provider", "updatedAfter=2026-01-01"),
        ("provider", "updatedBefore=yesterday"),
        ("*", "updatedAfter=2010-01-01T00:00:00Z&updatedAfter=2011-01-01T00:00:00Z"),
        ("%ff", ""),
    ],
)
def test_what_breaks_the_grammar_is_refused(path: str, parameters: str):
    with pytest.raises(QuerySyntaxError):
        v2.parse_registration(path, parameters)
