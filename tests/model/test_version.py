"""Versions and version queries.

The table of queries is that of SDMX-REST 2.2, doc/querying_versions.md, asked of one codelist.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmx_server.model import version

EVERY = "0.9.0 1.0 1.0.0 1.1.0 1.1.1 1.2.0 2.0 2.0.0 2.3.0 2.3.1 2.4.0-draft 3.0.0-draft"
AVAILABLE = EVERY.split()[::-1]
THREE_PARTS = "0.9.0 1.0.0 1.1.0 1.1.1 1.2.0 2.0.0 2.3.0 2.3.1 2.4.0-draft 3.0.0-draft"

CHOSEN = {
    "+": "2.3.1",
    "+.0.0": "2.3.1",
    "1+.0.0": "2.3.1",
    "~": "3.0.0-draft",
    "*": EVERY,
    "1.+.0": "1.2.0",
    "1.0+.0": "1.2.0",
    "1.1.+": "1.1.1",
    "1.1.0+": "1.1.1",
    "2+.3.1": "2.3.1",
    "3+.0.0": "",
    "2.4+.0": "",
    "~.0": "2.0",
    "0~.0": "2.0",
    "~.0.0": "3.0.0-draft",
    "0~.0.0": "3.0.0-draft",
    "1.~": "1.0",
    "1.0~": "1.0",
    "1.~.0": "1.2.0",
    "2.~.0": "2.4.0-draft",
    "3.~.0": "3.0.0-draft",
    "2.3.~": "2.3.1",
    "1~.1": "2.0",
    "*.0": "1.0 2.0",
    "*.0.0": THREE_PARTS,
    "0*.0.0": THREE_PARTS,
    "1.*": "1.0",
    "1.*.0": "1.0.0 1.1.0 1.1.1 1.2.0",
    "1.1*.0": "1.1.0 1.1.1 1.2.0",
    "1.1.*": "1.1.0 1.1.1",
    "1.1.1*": "1.1.1",
    "2*.3.0": "2.3.0 2.3.1 2.4.0-draft 3.0.0-draft",
    "2.3~.0": "2.4.0-draft",
    "3.0.0": "",
    "3.0.0-draft": "3.0.0-draft",
    "2": "",
    "1.0": "1.0",
    "1.0.0": "1.0.0",
    "latest": "2.3.1",
}

REJECTED = (
    "+.2.3 1.+.3 ~.2 ~.2.3 1.~.3 *.2 *.2.3 1.*.3 +.0 2.3+ ~.0.* 3.2*.1+ 3.2+.1+ 0+.1.0 0.+.0 v1.0 "
    "latest all 01.0 1.0.0.0 1.0.0- 1.0.0-a..b 1.0-draft 2+ 2~ 2* . .1 1. 1..0 ++ +~ 1.0.0+.0 "
    "-1.0 1,0 ٣.0 1.0.0\n"
)


@pytest.mark.parametrize(("query", "chosen"), CHOSEN.items())
def test_a_version_query_picks_these_versions(query, chosen):
    assert version.choose(AVAILABLE, query) == chosen.split()


@pytest.mark.parametrize(
    ("queries", "chosen"),
    [("1~.2.0,1.2.0+", "1.2.0 3.0.0-draft"), ("+,1.2.0*", "1.2.0 2.3.1"), ("+,2+.0.0", "2.3.1")],
)
def test_several_queries_are_a_union_without_duplicates(queries, chosen):
    assert version.choose_any(AVAILABLE, queries.split(",")) == chosen.split()


@pytest.mark.parametrize("query", REJECTED.split(" "))
def test_other_forms_are_refused_by_name(query):
    with pytest.raises(ValueError, match="no version query") as refusal:
        version.check_query(query)
    assert repr(query) in str(refusal.value)


@pytest.mark.parametrize("query", [q for q in CHOSEN if q != "latest"])
def test_every_form_of_the_standard_is_a_version_query(query):
    version.check_query(query)


@pytest.mark.parametrize(
    ("available", "chosen"),
    [("1.9 1.10", "1.10"), ("1.0.0 2.0.0-draft", "1.0.0"), ("0.9.0 0.10.0", "0.10.0"), ("", "")],
)
def test_latest_prefers_what_is_in_production(available, chosen):
    assert version.choose(available.split(), "latest") == chosen.split()


def test_drafts_are_ordered_as_in_semantic_versioning():
    extensions = "draft draft.1 draft.prerelease prerelease prerelease.2 prerelease.11 rc.1"
    ordered = [f"1.0.0-{extension}" for extension in extensions.split()] + ["1.0.0", "1.0.1"]
    assert sorted(reversed(ordered), key=version.sort_key) == ordered


def test_a_missing_part_is_lower_than_zero():
    ordered = ["1", "1.0", "1.0.0-draft", "1.0.0", "1.9", "1.10", "2.0", "2.0.0"]
    assert sorted(reversed(ordered), key=version.sort_key) == ordered


@pytest.mark.parametrize(
    ("text", "stable"), [("1.0.0", True), ("0.1.0", False), ("1.0", False), ("1.0.0-rc.1", False)]
)
def test_a_stable_version_has_three_parts_and_no_extension(text, stable):
    assert version.is_stable(text) is stable


def test_what_is_no_version_has_no_place_in_the_order():
    with pytest.raises(ValueError, match="'one' is no version"):
        version.sort_key("one")


@given(st.text(alphabet="01+~*.-a", max_size=9))
def test_a_query_is_either_refused_or_answered(query):
    try:
        version.check_query(query)
    except ValueError:
        return
    assert set(version.choose(AVAILABLE, query)) <= set(AVAILABLE)


@pytest.mark.parametrize("query", [query for query in CHOSEN if "~" in query])
def test_the_latest_is_the_last_of_all(query):
    everything = version.choose(AVAILABLE, query.replace("~", "*"))
    assert version.choose(AVAILABLE, query) == everything[-1:]
