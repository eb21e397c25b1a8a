from __future__ import annotations

import json as standard_json
import time
from pathlib import Path

import msgspec
import pytest
from msgspec import structs
from pysdmx.io import read_sdmx

from sdmx_server.dataset import Message
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure import json, ml3, ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.formats.structure.versions import can_hold
from sdmx_server.model.artefact import Annotation, AnnotationLink, Link, Maintainable
from sdmx_server.model.category import Categorisation
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.constraint import DataConstraint
from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    Dataflow,
    DataStructure,
    DataStructureComponents,
    Dimension,
    DimensionList,
)
from sdmx_server.model.representation import Representation, TextFormat
from tests.formats.json_validation import validate_json
from tests.formats.structure.fixtures import MESSAGE, SDMX_21, SDMX_30, SDMX_31, name_of
from tests.formats.structure.test_ml3 import AVAILABILITY

CONCEPT = "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SRG:CS_SRG(1.0.0).SEX"

OWN_VERSION = {"30": "2.0.0", "31": "2.1.0"}


def _in_json(artefact: Maintainable) -> Maintainable:
    """Return an artefact without the one thing that no SDMX-JSON can say.

    An instant needs a zone: one without is taken to be UTC.
    """
    document = msgspec.json.encode(artefact)
    zoned = document.replace(b'"2020-01-01T00:00:00"', b'"2020-01-01T00:00:00Z"')
    return msgspec.json.decode(zoned, type=type(artefact))


def _in_version(artefact: Maintainable, version: str) -> Maintainable:
    """Return an artefact as the other version of SDMX can say it."""
    if version == "2.1.0" and isinstance(artefact, Categorisation):
        return structs.replace(artefact, version="1.0")
    if not hasattr(artefact, "role"):
        return artefact
    if version == "2.0.0":
        return structs.replace(artefact, role=artefact.role or "Allowed")
    attachment = structs.replace(
        artefact.constraint_attachment, simple_data_sources=(), queryable_data_sources=()
    )
    return structs.replace(
        artefact, role=None, release_calendar=None, constraint_attachment=attachment
    )


@pytest.mark.parametrize("path", SDMX_30 + SDMX_31, ids=name_of)
def test_artefacts_come_back_from_their_own_version_as_they_were(path: Path):
    artefacts = ml3.read(path.read_bytes())
    written = json.write(artefacts, MESSAGE, OWN_VERSION[path.parent.name])
    assert json.read(written) == tuple(map(_in_json, artefacts))


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize("path", SDMX_30 + SDMX_31, ids=name_of)
def test_artefacts_come_back_from_the_other_version_but_for_what_it_lacks(path, version):
    artefacts = ml3.read(path.read_bytes())
    expected = tuple(
        _in_version(_in_json(artefact), version)
        for artefact in artefacts
        if can_hold(artefact, json.SDMX_VERSIONS[version])
    )
    assert json.read(json.write(artefacts, MESSAGE, version)) == expected


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize("path", SDMX_21 + SDMX_30 + SDMX_31, ids=name_of)
def test_what_is_written_follows_the_official_schema(path: Path, version: str):
    read = ml21.read if path.parent.name == "21" else ml3.read
    validate_json(json.write(read(path.read_bytes()), MESSAGE, version), "structure", version)


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_availability_follows_the_schema_too(version: str):
    document = validate_json(json.write([AVAILABILITY], MESSAGE, version), "structure", version)
    if version == "2.1.0":
        (written,) = document["data"]["availabilityConstraints"]
        assert written["constraintAttachment"] == {
            "dataflow": AVAILABILITY.constraint_attachment.dataflows[0]
        }
        assert (written["seriesCount"], written["obsCount"]) == (1, 7)
        assert written["cubeRegion"]["keyValues"] == [{"id": "SEX", "values": [{"value": "F"}]}]
    else:
        (written,) = document["data"]["dataConstraints"]
        assert written["role"] == "Actual"


def _written(*artefacts: Maintainable, message: Message = MESSAGE) -> dict:
    return validate_json(json.write(artefacts, message, "2.1.0"), "structure", "2.1.0")


@pytest.mark.parametrize(
    ("languages", "names", "best"),
    [
        (("fr", "en"), {"en": "Sex", "fr": "Sexe"}, "Sexe"),
        (("fr", "en"), {"en": "Sex", "id": "Jenis kelamin"}, "Sex"),
        (("en-GB", "id"), {"en": "Sex", "id": "Jenis kelamin"}, "Sex"),
        (("fr",), {"id": "Jenis kelamin"}, "Jenis kelamin"),
    ],
)
def test_the_name_is_the_best_match_and_all_names_stand_beside_it(languages, names, best):
    message = structs_replace(MESSAGE, languages)
    codelist = Codelist(id="CL", agency_id="SRG", names=names, codes=(Code(id="A", names=names),))
    (written,) = _written(codelist, message=message)["data"]["codelists"]
    assert (written["name"], written["names"]) == (best, names)
    assert (written["codes"][0]["name"], written["codes"][0]["names"]) == (best, names)


def structs_replace(message: Message, languages: tuple[str, ...]) -> Message:
    return Message(message.id, message.prepared, message.sender, languages=languages)


def test_the_envelope_names_the_languages_used_the_main_one_first():
    codelist = Codelist(id="CL", agency_id="SRG", names={"en": "A", "de": "B", "id": "C"})
    meta = _written(codelist)["meta"]
    assert list(meta)[0] == "schema"
    assert meta["contentLanguages"] == ["id", "en", "de"]
    assert meta["sender"] == {
        "id": "KOTA_SERANG",
        "name": "Kota Serang",
        "names": {"id": "Kota Serang", "en": "Serang City"},
    }
    assert meta["prepared"] == "2024-01-01T00:00:00Z"


def test_every_artefact_links_to_itself_by_its_urn():
    codelist = Codelist(id="CL", agency_id="SRG", version="1.0.0", names={"en": "A"})
    (written,) = _written(codelist)["data"]["codelists"]
    assert written["links"] == [
        {"rel": "self", "urn": "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SRG:CL(1.0.0)"}
    ]


OPTIONAL = DataStructure(
    id="DSD",
    agency_id="SRG",
    names={"en": "A"},
    data_structure_components=DataStructureComponents(
        dimension_list=DimensionList(
            dimensions=(
                Dimension(id="FREQ", concept_identity=CONCEPT),
                Dimension(id="SEX", concept_identity=CONCEPT),
            )
        ),
        attribute_list=AttributeList(
            attributes=(
                Attribute(
                    id="NOTE",
                    concept_identity=CONCEPT,
                    attribute_relationship=AttributeRelationship(
                        dimensions=("FREQ", "SEX"), are_dimensions_optional=(False, True)
                    ),
                ),
            )
        ),
    ),
)


def test_dimensions_that_an_attribute_may_do_without_come_back_from_xml():
    written = ml3.write([OPTIONAL], MESSAGE, "3.1.0")
    validate(written, "3.1.0")
    assert ml3.read(written) == (OPTIONAL,)


@pytest.mark.parametrize(
    "artefact",
    [
        Dataflow(
            id="DF",
            agency_id="SRG",
            names={"en": "A"},
            uri="http://example.org/about",
            is_external_reference=True,
            service_url="http://example.org/service",
            structure_url="http://example.org/structure",
            links=(
                Link(rel="about", href="http://example.org", titles={"en": "T"}, hreflang="en"),
            ),
            annotations=(
                Annotation(id="A", links=(AnnotationLink(href="http://e.org", hreflang="id"),)),
            ),
        ),
        Codelist(
            id="CL",
            agency_id="SRG",
            names={"en": "A"},
            is_partial=True,
            is_partial_language=True,
            codes=(Code(id="A", names={"en": "A"}, uri="http://example.org/a"),),
        ),
        ConceptScheme(
            id="CS",
            agency_id="SRG",
            names={"en": "A"},
            concepts=(
                Concept(
                    id="A",
                    names={"en": "A"},
                    core_representation=Representation(
                        format=TextFormat(
                            data_type="Decimal",
                            min_value="0.10",
                            max_value="100000000000000000000.5",
                            start_value="7",
                            is_multi_lingual=False,
                        ),
                        max_occurs="unbounded",
                    ),
                ),
            ),
        ),
        DataStructure(id="DSD", agency_id="SRG", names={"en": "A"}, evolving_structure=True),
        Dataflow(id="DF", agency_id="SRG", names={"en": "A"}, dimension_constraint=("FREQ", "SEX")),
        OPTIONAL,
    ],
    ids=lambda artefact: type(artefact).__name__,
)
def test_nothing_is_lost_that_the_messages_of_others_do_not_show(artefact: Maintainable):
    written = json.write([artefact], MESSAGE, "2.1.0")
    validate_json(written, "structure", "2.1.0")
    assert json.read(written) == (artefact,)


def test_a_link_without_a_relation_gets_one_and_nameless_things_their_id():
    dataflow = Dataflow(id="DF", agency_id="SRG", links=(Link(uri="http://example.org"),))
    (written,) = _written(dataflow)["data"]["dataflows"]
    assert written["name"] == "DF"
    assert written["links"][1] == {
        "rel": "related",
        "href": "http://example.org",
        "uri": "http://example.org",
    }


def test_numbers_keep_their_digits():
    text_format = TextFormat(min_value="0.10", max_value="+5", interval=".5", end_value="1e400")
    concept = Concept(
        id="A", names={"en": "A"}, core_representation=Representation(format=text_format)
    )
    scheme = ConceptScheme(id="CS", agency_id="SRG", names={"en": "A"}, concepts=(concept,))
    written = json.write([scheme], MESSAGE, "2.1.0")
    assert b'"minValue":0.10' in written
    assert b'"maxValue":5' in written
    assert b'"interval":0.5' in written
    assert b'"endValue":1e400' in written


def test_a_message_with_one_language_is_read_in_the_language_of_its_envelope():
    message = {
        "meta": {
            "id": "X",
            "prepared": "2024-01-01T00:00:00Z",
            "sender": {"id": "S"},
            "contentLanguages": ["id"],
        },
        "data": {"codelists": [{"id": "CL", "agencyID": "SRG", "name": "Jenis kelamin"}]},
    }
    (codelist,) = json.read(standard_json.dumps(message).encode())
    assert codelist.names == {"id": "Jenis kelamin"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"<xml/>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "no object 'data'"),
        (b'{"data": []}', "no object 'data'"),
        (b'{"data": {"codebooks": []}}', "data.codebooks is no list of artefacts"),
        (b'{"data": {"structureSets": []}}', "data.structureSets is no list of artefacts"),
        (b'{"data": {"codelists": {}}}', "data.codelists should be an array"),
        (b'{"data": {"codelists": [1]}}', "data.codelists[0]: 1 should be an object (Codelist)."),
        (b'{"data": {"codelists": [{"id": "A"}]}}', "`agencyID`"),
        (
            b'{"data": {"codelists": [{"id": "A", "agencyID": "B", "codes": [{"id": 1}]}]}}',
            "data.codelists[0]: Expected `str`, got `int` - at `$.codes[0].id`",
        ),
        (b'{"data": {"codelists": [{"id": "A", "agencyID": "B", "links": [1]}]}}', "codelists[0]"),
        (b"[" * 100000, "not JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(content: bytes, said: str):
    with pytest.raises(MessageSyntaxError) as caught:
        json.read(content)
    assert said in caught.value.detail


def test_an_availability_constraint_is_passed_over():
    assert json.read(json.write([AVAILABILITY], MESSAGE, "2.1.0")) == ()
    (read,) = json.read(json.write([AVAILABILITY], MESSAGE, "2.0.0"))
    assert isinstance(read, DataConstraint)


def test_another_reader_finds_the_same_codes(tmp_path: Path):
    codelist = Codelist(
        id="CL_SEX",
        agency_id="SRG",
        version="1.0.0",
        names={"en": "Sex"},
        codes=(Code(id="F", names={"en": "Female"}), Code(id="M", names={"en": "Male"})),
    )
    path = tmp_path / "codelist.json"
    path.write_bytes(json.write([codelist], MESSAGE, "2.0.0"))
    (read,) = read_sdmx(path, validate=False).structures
    assert [(code.id, code.name) for code in read] == [("F", "Female"), ("M", "Male")]


def test_twenty_thousand_codes_take_well_under_a_second():
    codes = tuple(
        Code(id=f"C{number}", names={"id": f"Kode {number}", "en": f"Code {number}"})
        for number in range(20_000)
    )
    codelist = Codelist(id="CL", agency_id="SRG", names={"en": "Large"}, codes=codes)
    start = time.process_time()
    written = json.write([codelist], MESSAGE, "2.1.0")
    assert time.process_time() - start < 0.8
    assert json.read(written) == (codelist,)
