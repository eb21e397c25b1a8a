"""Header fields that hold preferences, sound and malicious."""

import pytest

from sdmx_server.rest.quality import LONGEST, MOST, Preference, parse

READ = {
    'text/csv;labels="a,b;c"; q=0.5, */*': [
        Preference("text/csv", {"labels": "a,b;c"}, 0.5),
        Preference("*/*", {}, 1.0),
    ],
    r'text/csv;labels="say \"both\""': [Preference("text/csv", {"labels": 'say "both"'}, 1.0)],
    'text/csv;labels="both, */*;q=0.1': [
        Preference("text/csv", {"labels": '"both, */*;q=0.1'}, 1.0)
    ],
    'a, "b': [Preference("a", {}, 1.0), Preference('"b', {}, 1.0)],
    'a, "b\\': [Preference("a", {}, 1.0), Preference('"b\\', {}, 1.0)],
    ", ;q=1 ,a": [Preference("a", {}, 1.0)],
}


@pytest.mark.parametrize(("header", "preferences"), READ.items())
def test_a_quote_keeps_commas_and_semicolons_together_and_an_open_one_all_that_follows(
    header, preferences
):
    assert parse(header) == preferences


@pytest.mark.parametrize("attack", ['"' + r"\"" * 2_000, '"a\\"' * 1_000 + "\\", '";' * 2_000])
def test_open_quotes_are_read_once_and_make_one_preference(attack):
    assert len(parse(attack)) == 1


def test_a_field_of_absurd_length_counts_as_not_sent():
    assert parse("a" * LONGEST) != []
    assert parse("a" * (LONGEST + 1)) == []


def test_only_the_first_preferences_of_a_field_are_read():
    assert len(parse(",".join(f"text/{i}" for i in range(2 * MOST)))) == MOST
