from __future__ import annotations

import io
from pathlib import Path

import pytest
import sdmx
from pysdmx.io import read_sdmx

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure import ml3, ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.formats.structure.versions import can_hold
from sdmx_server.model.artefact import Link
from sdmx_server.model.catalogue import decode, encode, type_name
from sdmx_server.model.category import Categorisation
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    DataConstraint,
    DataSource,
)
from sdmx_server.model.datastructure import Dataflow
from tests.formats.structure.fixtures import MESSAGE, SDMX_21, SDMX_30, SDMX_31, name_of
from tests.formats.structure.xml_meaning import meaning

VERSIONS = {"30": "3.0.0", "31": "3.1.0"}
DATAFLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SRG:DF_PDDK(1.0.0)"

AVAILABILITY = AvailabilityConstraint(
    constraint_attachment=ConstraintAttachment(dataflows=(DATAFLOW,)),
    cube_region=CubeRegion(
        key_values=(CubeRegionKey(id="SEX", values=(ComponentValue(value="F"),)),)
    ),
    series_count=1,
    obs_count=7,
)

IS_AVAILABILITY = "dataconstraint_actual"


@pytest.mark.parametrize("path", SDMX_30 + SDMX_31, ids=name_of)
def test_a_message_comes_back_as_it_was_sent(path: Path):
    version = VERSIONS[path.parent.name]
    artefacts = ml3.read(path.read_bytes())
    written = ml3.write(artefacts, MESSAGE, version)
    assert ml3.read(written) == artefacts
    if artefacts:
        assert meaning(written) == meaning(path.read_bytes())
    else:
        assert (path.stem, version) == (IS_AVAILABILITY, "3.1.0")


@pytest.mark.parametrize("path", SDMX_30 + SDMX_31, ids=name_of)
def test_the_stored_document_of_every_artefact_comes_back_equal(path: Path):
    for artefact in ml3.read(path.read_bytes()):
        assert decode(type_name(artefact), encode(artefact)) == artefact


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
@pytest.mark.parametrize("path", SDMX_30 + SDMX_31, ids=name_of)
def test_a_stub_follows_the_official_schema(path: Path, version: str):
    stubs = [
        type(artefact)(
            id=artefact.id,
            agency_id=artefact.agency_id,
            version=artefact.version,
            names=artefact.names,
            is_external_reference=True,
            **{field: getattr(artefact, field) for field in artefact.stub_fields},
        )
        for artefact in ml3.read(path.read_bytes())
        if can_hold(artefact, version)
    ]
    written = ml3.write(stubs, MESSAGE, version)
    validate(written, version)
    assert written.count(b'isExternalReference="true"') == len(stubs)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
@pytest.mark.parametrize("path", SDMX_30 + SDMX_31, ids=name_of)
def test_what_is_written_follows_the_official_schema_of_its_version(path: Path, version: str):
    validate(ml3.write(ml3.read(path.read_bytes()), MESSAGE, version), version)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
@pytest.mark.parametrize("path", SDMX_21, ids=name_of)
def test_artefacts_of_2_1_can_be_written_as_3(path: Path, version: str):
    validate(ml3.write(ml21.read(path.read_bytes()), MESSAGE, version), version)


def test_every_artefact_and_item_carries_its_urn():
    codelist = Codelist(id="CL_SEX", agency_id="SRG", version="1.0.0", codes=(Code(id="F"),))
    written = ml3.write([codelist], MESSAGE, "3.1.0")
    assert b'urn="urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SRG:CL_SEX(1.0.0)"' in written
    assert b'urn="urn:sdmx:org.sdmx.infomodel.codelist.Code=SRG:CL_SEX(1.0.0).F"' in written


def test_artefacts_stand_before_those_that_refer_to_them():
    dataflow = Dataflow(id="DF", agency_id="SRG", names={"en": "Flow"})
    codelist = Codelist(id="CL", agency_id="SRG", names={"en": "List"})
    written = ml3.write([dataflow, codelist], MESSAGE, "3.0.0")
    assert written.index(b"<str:Codelists>") < written.index(b"<str:Dataflows>")
    validate(written, "3.0.0")


def test_an_answer_without_artefacts_is_a_valid_message():
    validate(ml3.write([], MESSAGE, "3.1.0"), "3.1.0")


def test_availability_has_a_place_of_its_own_in_3_1():
    written = ml3.write([AVAILABILITY], MESSAGE, "3.1.0")
    validate(written, "3.1.0")
    assert b'<str:AvailabilityConstraint seriesCount="1" obsCount="7">' in written
    assert ml3.read(written) == ()


def test_availability_is_an_actual_data_constraint_with_counts_in_3_0():
    written = ml3.write([AVAILABILITY], MESSAGE, "3.0.0")
    validate(written, "3.0.0")
    (constraint,) = ml3.read(written)
    assert isinstance(constraint, DataConstraint)
    assert (constraint.role, constraint.agency_id, constraint.id) == ("Actual", "SRG", "DF_PDDK")
    counts = {note.id: note.title for note in constraint.annotations}
    assert counts == {"series_count": "1", "obs_count": "7"}
    assert {note.type for note in constraint.annotations} == {"sdmx_metrics"}
    assert constraint.cube_regions == (AVAILABILITY.cube_region,)


def test_services_that_a_constraint_is_about_follow_the_schema_of_3_0():
    source = DataSource(
        data_url="https://data.example/sdmx/v2",
        wadl_url="https://data.example/wadl",
        is_rest_datasource=True,
        is_web_service_datasource=False,
    )
    attached = ConstraintAttachment(dataflows=(DATAFLOW,), queryable_data_sources=(source,))
    constraint = DataConstraint(
        id="CR", agency_id="SRG", role="Allowed", constraint_attachment=attached
    )
    written = ml3.write([constraint], MESSAGE, "3.0.0")
    validate(written, "3.0.0")
    assert [a.constraint_attachment for a in ml3.read(written)] == [attached]


def test_a_categorisation_has_no_version_in_3_1():
    categorisation = Categorisation(
        id="C",
        agency_id="SRG",
        version="2.0.0",
        names={"en": "C"},
        source=DATAFLOW,
        target="urn:sdmx:org.sdmx.infomodel.categoryscheme.Category=SRG:CAT(1.0.0).A",
    )
    validate(ml3.write([categorisation], MESSAGE, "3.1.0"), "3.1.0")
    (read,) = ml3.read(ml3.write([categorisation], MESSAGE, "3.1.0"))
    assert read.version == "1.0"
    (read,) = ml3.read(ml3.write([categorisation], MESSAGE, "3.0.0"))
    assert read.version == "2.0.0"


@pytest.mark.parametrize(
    "link",
    [
        Link(rel="about", href="http://example.org/a", type="text/html"),
        Link(rel="about", urn=DATAFLOW),
        Link(rel="about", href="http://example.org/a", urn=DATAFLOW),
    ],
)
def test_links_come_back(link: Link):
    dataflow = Dataflow(id="DF", agency_id="SRG", names={"en": "Flow"}, links=(link,))
    written = ml3.write([dataflow], MESSAGE, "3.1.0")
    validate(written, "3.1.0")
    assert ml3.read(written) == (dataflow,)


def test_a_component_without_an_id_has_that_of_its_concept():
    path = next(path for path in SDMX_31 if path.stem == "dsd")
    content = path.read_bytes().replace(b'<str:Dimension id="AREA"', b"<str:Dimension")
    assert ml3.read(content) == ml3.read(path.read_bytes())


@pytest.mark.parametrize("name", ['it\'s <&> "quoted"', "tab\tand\nline", "Б 中 😀", "nul\x00\x0b"])
def test_any_text_makes_a_well_formed_message(name: str):
    codelist = Codelist(id="CL", agency_id="SRG", names={"en": name})
    written = ml3.write([codelist], MESSAGE, "3.1.0")
    validate(written, "3.1.0")
    (read,) = ml3.read(written)
    assert read.names == {"en": name.replace("\x00", "").replace("\x0b", "")}


CODELIST = next(path for path in SDMX_31 if path.stem == "codelist").read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"not xml", "well-formed"),
        (CODELIST[:-30], "line 5"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type declaration"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type declaration"),
        (b"<Structure/>", "namespace none"),
        (CODELIST.replace(b"v3_1", b"v2_1"), "v2_1"),
        (
            CODELIST.replace(b"mes:Structure>", b"mes:Data>").replace(
                b"<mes:Structure ", b"<mes:Data "
            ),
            "Data is no structure message",
        ),
        (CODELIST.replace(b"str:Codelists", b"str:Lists"), "Lists is no list of artefacts"),
        (
            CODELIST.replace(b"str:Codelist ", b"str:List ").replace(
                b"str:Codelist>", b"str:List>"
            ),
            "List is no type of artefact",
        ),
        (CODELIST.replace(b'<str:Code id="A">', b"<str:Code>"), "Line 5: Code is incomplete"),
        (
            CODELIST.replace(b"<str:Parent>T</str:Parent>", b"<str:Up>T</str:Up>"),
            "Line 5: Up is unknown within Code",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(content: bytes, said: str):
    with pytest.raises(MessageSyntaxError) as caught:
        ml3.read(content)
    assert said in caught.value.detail


def test_entities_are_not_expanded_and_files_not_opened():
    lol = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
    outside = b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>'
    for content in (lol, outside):
        with pytest.raises(MessageSyntaxError, match="document type declaration"):
            ml3.read(content)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_another_reader_finds_the_same_codes(version: str, tmp_path: Path):
    codelist = Codelist(
        id="CL_SEX",
        agency_id="SRG",
        version="1.0.0",
        names={"en": "Sex"},
        codes=(Code(id="F", names={"en": "Female"}), Code(id="M", names={"en": "Male"})),
    )
    written = ml3.write([codelist], MESSAGE, version)
    path = tmp_path / "codelist.xml"
    path.write_bytes(written)
    (read,) = read_sdmx(path, validate=False).structures
    assert [(code.id, code.name) for code in read] == [("F", "Female"), ("M", "Male")]


def test_the_sdmx1_client_finds_the_same_codes():
    codelist = Codelist(
        id="CL_SEX",
        agency_id="SRG",
        names={"en": "Sex"},
        codes=(Code(id="F", names={"en": "Female"}),),
    )
    message = sdmx.read_sdmx(io.BytesIO(ml3.write([codelist], MESSAGE, "3.0.0")))
    assert str(message.codelist["CL_SEX"]["F"].name) == "Female"


def test_parents_that_are_no_names_are_left_out_of_3_0_and_stay_in_3_1():
    codes = (Code(id="36", names={"en": "Banten"}), Code(id="3673", names={"en": "S"}, parent="36"))
    areas = Codelist(id="CL_AREA", agency_id="SRG", names={"en": "Areas"}, codes=codes)
    assert [c.parent for c in ml3.read(ml3.write([areas], MESSAGE, "3.0.0"))[0].codes] == [None] * 2
    assert ml3.read(ml3.write([areas], MESSAGE, "3.1.0"))[0].codes[1].parent == "36"
