"""SDMX-CSV 2.0 and 2.1 metadata messages."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.metadata.csv import write
from sdmx_server.formats.metadata.csv_cells import join, split
from sdmx_server.formats.metadata.csv_reader import read
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute
from tests.formats.metadata.reports import (
    BY_AGREEMENT,
    CATEGORY,
    DATAFLOW,
    FLOW,
    MESSAGE,
    PLAIN,
    RICH,
    attribute,
    report,
)

SETS = (RICH, BY_AGREEMENT, PLAIN)


def told(metadata_set: MetadataSet, version: str) -> MetadataSet:
    """Return what SDMX-CSV tells of a metadata set."""
    return MetadataSet(
        id=metadata_set.id,
        agency_id=metadata_set.agency_id,
        version=metadata_set.version,
        is_partial_language=metadata_set.is_partial_language and version == "2.1.0",
        metadataflow=metadata_set.metadataflow,
        metadata_provision_agreement=metadata_set.metadata_provision_agreement,
        targets=metadata_set.targets,
        attributes=tuple(map(_plain, metadata_set.attributes)),
    )


def _plain(reported: ReportedAttribute) -> ReportedAttribute:
    texts = {**reported.texts, **reported.structured_texts}
    return structs.replace(reported, texts=texts, structured_texts={})


def table(content: bytes) -> list[dict[str, str]]:
    """Return the rows by column."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize("labels", ["id", "name"])
@pytest.mark.parametrize("defined", [True, False])
def test_a_message_comes_back_as_far_as_csv_tells_it(version: str, labels: str, defined: bool):
    reports = [report(each, defined=defined) for each in SETS]
    content = write(reports, MESSAGE, version, labels)
    assert read(content) == tuple(told(each, version) for each in SETS)


def test_columns_stand_in_the_order_of_the_metadata_structure():
    backwards = structs.replace(RICH, attributes=tuple(reversed(RICH.attributes)))
    (found,) = table(write([report(backwards)], MESSAGE, "2.1.0"))
    assert list(found)[6:] == [
        "CONTACT[].NAME[en;id]",
        "CONTACT[].EMAIL[]",
        "SUMMARY[en;id]",
        "GRADES[]",
        "DELAY",
        "AUDITED",
    ]


def test_a_message_without_several_values_names_no_separator():
    (found,) = table(write([report(BY_AGREEMENT)], MESSAGE, "2.0.0"))
    assert found == {
        "MDSTRUCTURE": "metadataprovision",
        "MDSTRUCTURE_ID": "AG:MPA(1.0.0)",
        "METADATASET_ID": "P:QR2(1.1.0-draft)",
        "ACTION": "I",
        "TARGET_TYPES": "dataflow",
        "TARGET_IDS": "AG:DF(1.0.0)",
        "DELAY": "1",
    }


def test_stubs_have_no_columns_of_attributes():
    stub = structs.replace(RICH, attributes=(), targets=())
    (found,) = table(write([report(stub)], MESSAGE, "2.1.0", "name"))
    assert list(found)[-3:] == ["TARGET_TYPES", "TARGET_IDS", "TARGET_NAMES"]
    assert found["TARGET_TYPES"] == found["TARGET_IDS"] == found["TARGET_NAMES"] == ""


def test_targets_that_are_parts_tell_their_class():
    (found,) = table(write([report(RICH)], MESSAGE, "2.1.0"))
    assert found["TARGET_TYPES"] == "dataflow;category;dimension"
    assert found["TARGET_IDS"] == "AG:DF(1.0.0);AG:CS(1.0.0).A.A1;AG:DSD(1.0.0).FREQ"


def test_names_stand_in_columns_of_their_own():
    (found,) = table(write([report(RICH)], MESSAGE, "2.1.0", "name"))
    assert found["MDSTRUCTURE_NAME"] == "Quality reports"
    assert found["METADATASET_NAME"] == "Quality"
    assert found["TARGET_NAMES"] == "A dataflow"
    assert (found["GRADES[]"], found["Grades"]) == ("A;B", "Good")


def test_names_stand_behind_ids():
    message = type(MESSAGE)(id="M", prepared=MESSAGE.prepared, sender="AG", languages=("id", "en"))
    (found,) = table(write([report(RICH)], message, "2.1.0", "both"))
    assert found["MDSTRUCTURE_ID"] == "AG:QUALITY(1.0.0): Quality reports"
    assert found["METADATASET_ID"] == "P:QR(1.0.0): Mutu"
    assert found["TARGET_IDS"].startswith('"AG:DF(1.0.0): Alur; data";AG:CS(1.0.0).A.A1')
    emails = 'a@p.example;"b@p.example;""c;d@p.example"""'
    assert found["CONTACT[].EMAIL[]: E-mail"] == emails
    assert found["GRADES[]: Grades"] == "A: Good;B"


# -- the examples of the field guide ------------------------------------------------------

GUIDE_1 = (
    "MDSTRUCTURE,MDSTRUCTURE_ID,METADATASET_ID,TARGET_TYPES,TARGET_IDS,"
    "ATTRIBUTE_1,ATTRIBUTE_1.CHILD,ATTRIBUTE_2\n"
    "metadataflow,OECD:MDF(1.0.0),OECD:MDS(1.0.0),dataflow,OECD:DF(1.0.0),"
    'A STRING VALUE,"<p>An XHTML text with ""quotes""</p>",123\n'
)
GUIDE_2 = (
    "MDSTRUCTURE[;],MDSTRUCTURE_ID,METADATASET_ID,TARGET_TYPES,TARGET_IDS,"
    "ATTRIBUTE_1,ATTRIBUTE_1.ATTRIBUTE_1_2[][en;fr],ATTRIBUTE_2[],ATTRIBUTE_3[]\n"
    "metadataflow,OECD:MDF(1.0.0),OECD:MDS(1.0.0),dataflow,OECD:DF(1.0.0),CODE_ID,"
    '"""en:""""<p>An XHTML text</p>"""";fr:""""<p>Un texte XHTML</p>"""""";'
    '""en:""""<p>Another XHTML text</p>"""";fr:""""<p>Un autre texte XHTML</p>"""""""'
    ',"""Text with """"quotes"""""";""Another text""",123;456\n'
)


def test_attributes_stand_below_each_other():
    (found,) = read(GUIDE_1.encode())
    assert found.attributes == (
        attribute(
            "ATTRIBUTE_1",
            "A STRING VALUE",
            attribute("CHILD", '<p>An XHTML text with "quotes"</p>'),
        ),
        attribute("ATTRIBUTE_2", "123"),
    )


def test_several_values_and_languages_stand_within_each_other():
    (found,) = read(GUIDE_2.encode())
    assert found.attributes == (
        attribute(
            "ATTRIBUTE_1",
            "CODE_ID",
            ReportedAttribute(
                id="ATTRIBUTE_1_2",
                texts={"en": "<p>An XHTML text</p>", "fr": "<p>Un texte XHTML</p>"},
            ),
            ReportedAttribute(
                id="ATTRIBUTE_1_2",
                texts={"en": "<p>Another XHTML text</p>", "fr": "<p>Un autre texte XHTML</p>"},
            ),
        ),
        attribute("ATTRIBUTE_2", 'Text with "quotes"'),
        attribute("ATTRIBUTE_2", "Another text"),
        attribute("ATTRIBUTE_3", "123"),
        attribute("ATTRIBUTE_3", "456"),
    )


def test_columns_come_in_any_order_and_with_other_separators():
    content = (
        "\ufeffMDSTRUCTURE[|];X[];TARGET_IDS;TARGET_TYPES;METADATASET_ID;MDSTRUCTURE_ID\r\n"
        "metadataflow;a|b;AG:DF(1.0.0)|AG:CS(1.0.0).A.A1;dataflow|category;P:QR;AG:QUALITY(1.0.0)"
    )
    (found,) = read(content.encode())
    assert (found.metadataflow, found.targets) == (FLOW, (DATAFLOW, CATEGORY))
    assert [each.value for each in found.attributes] == ["a", "b"]
    assert found.version == "1.0"


HEADER = "MDSTRUCTURE[;],MDSTRUCTURE_ID,METADATASET_ID,TARGET_TYPES,TARGET_IDS"
ROW = "metadataflow,AG:QUALITY(1.0.0),P:QR(1.0.0),dataflow,AG:DF(1.0.0)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "MDSTRUCTURE"),
        ("STRUCTURE,STRUCTURE_ID\n", "MDSTRUCTURE"),
        ("MDSTRUCTURE: Type,MDSTRUCTURE_ID\n", "labelled"),
        (f"{HEADER.rpartition(',')[0]}\n", "no column TARGET_IDS"),
        (f"{HEADER},X][\n{ROW},a", "is no column"),
        (f"{HEADER},A..B\n{ROW},a", "'A..B' is no column"),
        (f"{HEADER},{'A.' * 100}A\n{ROW},a", "is no column"),
        (f"{HEADER},X,X[]\n{ROW},a,b", "two columns X"),
        (f"{HEADER}\n{ROW.replace('QR(1.0.0)', 'QR(x)')}", "'x' is no version"),
        (f"{HEADER},X\n{ROW}", "Row 2 has 5 cells; the header has 6"),
        (f"{HEADER}\n{ROW.replace('metadataflow', 'dataflow')}", "allowed is metadataflow or"),
        (f"{HEADER}\n{ROW.replace('P:QR(1.0.0)', 'QR')}", "'QR' is no identification"),
        (f"{HEADER}\n{ROW.replace(',dataflow', ',flow')}", "'flow' is no type of target"),
        (f"{HEADER}\n{ROW.replace(',dataflow', ',dataflow;dataflow')}", "differ in number"),
        (f'{HEADER},X[]\n{ROW},"""a"', "quotes are not closed"),
        (f"{HEADER},X[en;id]\n{ROW},fr:a", "'fr:a'"),
        (f"{HEADER},X[en;id]\n{ROW},en:a;en:b", "two texts"),
        (f'{HEADER}\n"{ROW}', "the CSV is broken"),
    ],
)
def test_what_is_no_metadata_message_is_refused(content: str, reason: str):
    with pytest.raises(MessageSyntaxError, match=reason.replace("(", r"\(").replace("[", r"\[")):
        read(content.encode())


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(MessageSyntaxError, match="UTF-8"):
        read(b"\xff")


# -- cells --------------------------------------------------------------------------------

LANGUAGES = ("en", "id")
WORDS = st.text(st.sampled_from('a;"\n:,'), min_size=1, max_size=6)
TEXTS = st.dictionaries(st.sampled_from(LANGUAGES), WORDS, min_size=1)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_several_values_come_back(values: list[str]):
    assert split(join([*values]), 1, ()) == values


@given(TEXTS)
def test_text_by_language_comes_back(texts: dict[str, str]):
    assert split(join(texts), 0, LANGUAGES) == texts


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_several_texts_by_language_come_back(values: list[dict[str, str]]):
    assert split(join([*values]), 1, LANGUAGES) == values


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_values_within_values_come_back(values: list[list[str]]):
    assert split(join([[*inner] for inner in values]), 2, ()) == values


def test_one_text_by_language_may_stand_without_quotes():
    assert split("en:a;id:b", 1, LANGUAGES) == [{"en": "a", "id": "b"}]
    assert split('"en:a";"en:b"', 1, LANGUAGES) == [{"en": "a"}, {"en": "b"}]


def test_each_of_several_texts_by_language_stands_in_quotes():
    assert join([{"en": "a"}, {"id": "b"}]) == '"en:a";"id:b"'
    assert split('"en:a";"id:b"', 1, LANGUAGES) == [{"en": "a"}, {"id": "b"}]


def test_places_of_values_that_are_absent_are_kept():
    assert join([None, "b", None]) == ";b"
    assert split(";b", 1, ()) == [None, "b"]
