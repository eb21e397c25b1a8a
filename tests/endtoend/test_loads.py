"""Structures, data and reference metadata taken in from messages, at an instant that one names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sdmx_server.cli import main
from sdmx_server.conformance.houses import FIXTURES, houses
from sdmx_server.exchange.stores import open_stores
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.query import ArtefactQuery
from sdmx_server.settings import Settings

FORMATS = ("xml", "xml30", "xml21", "json", "json20")
FIRST, SECOND = "2011-06-01T00:00:00Z", "2012-02-15T12:00:00Z"
CODELIST = {
    "id": "CL_SEX",
    "agencyID": "TST",
    "version": "1.0.0",
    "name": "Sex",
    "names": {"en": "Sex"},
    "codes": [{"id": "F", "name": "Female", "names": {"en": "Female"}}],
}
CONCEPTS = {
    "id": "CS",
    "agencyID": "TST",
    "version": "1.0.0",
    "names": {"en": "Concepts"},
    "concepts": [{"id": id_, "names": {"en": id_}} for id_ in ("SEX", "OBS_VALUE")],
}
URN = "urn:sdmx:org.sdmx.infomodel."


def structure(*dimensions: str, concept: str = "SEX") -> dict[str, object]:
    """Return a data structure without time, of dimensions with the codelist."""
    sexes = {"enumeration": f"{URN}codelist.Codelist=TST:CL_SEX(1.0.0)"}
    concepts = f"{URN}conceptscheme.Concept=TST:CS(1.0.0)"
    return {
        "id": "DSD",
        "agencyID": "TST",
        "version": "1.0.0",
        "names": {"en": "Structure"},
        "dataStructureComponents": {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": [
                    {
                        "id": id_,
                        "conceptIdentity": f"{concepts}.{concept}",
                        "localRepresentation": sexes,
                        "position": place,
                    }
                    for place, id_ in enumerate(dimensions)
                ],
            },
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [{"id": "OBS_VALUE", "conceptIdentity": f"{concepts}.OBS_VALUE"}],
            },
        },
    }


FLOW = {
    "id": "FLOW",
    "agencyID": "TST",
    "version": "1.0.0",
    "names": {"en": "Dataflow"},
    "structure": f"{URN}datastructure.DataStructure=TST:DSD(1.0.0)",
}
WHOLE = {
    "codelists": [CODELIST],
    "conceptSchemes": [CONCEPTS],
    "dataStructures": [structure("SEX")],
    "dataflows": [FLOW],
}
DATA = "STRUCTURE,STRUCTURE_ID,ACTION,SEX,OBS_VALUE\ndataflow,TST:FLOW(1.0.0),R,F,{}\n"


def sdmx(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


def message(folder: Path, name: str = "structures.json", **data: object) -> Path:
    """Write a structure message in SDMX-JSON."""
    file = folder / name
    file.write_text(json.dumps({"meta": {"contentLanguages": ["en"]}, "data": data}), "utf-8")
    return file


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def held(home: Path) -> set[str]:
    stores = open_stores(Settings(home=str(home)).database)
    rows = stores.catalogues.at().matching((), ArtefactQuery(versions=("*",)))
    return {f"{row.artefact_type}={row.agency_id}:{row.id}({row.version})" for row in rows}


@pytest.mark.parametrize("format_", FORMATS)
def test_structures_are_loaded_from_every_format(home: Path, tmp_path: Path, format_: str):
    file = tmp_path / "structures"
    assert sdmx("structures", "export", "--format", format_, "-o", file).exit_code == 0

    done = sdmx("structures", "load", file, "--home", home)

    assert done.exit_code == 0, done.output
    assert {
        "codelist=ID_KOTASERANG:CL_AREA_SERANG(1.0.0)",
        "dataflow=ID_KOTASERANG:DF_IPM(1.0.0)",
        "provisionagreement=ID_KOTASERANG:PA_IPM_BPS(1.0.0)",
    } <= held(home)
    again = sdmx("structures", "load", file, "--home", home)
    assert "  0 of " in again.output


def test_structures_may_refer_to_each_other_across_files(home: Path, tmp_path: Path):
    flow = message(tmp_path, "flow.json", dataflows=[FLOW], dataStructures=[structure("SEX")])
    lists = message(tmp_path, "lists.json", codelists=[CODELIST], conceptSchemes=[CONCEPTS])

    done = sdmx("structures", "load", flow, lists, "--home", home)

    assert done.exit_code == 0, done.output
    assert "4 of 4 artefacts published, 0 unchanged" in done.output


def test_a_check_of_structures_stores_nothing(home: Path, tmp_path: Path):
    file = message(tmp_path, **WHOLE)

    done = sdmx("structures", "load", file, "--check-only", "--home", home)

    assert (done.exit_code, done.output) == (0, "No fault was found; nothing was stored.\n")
    assert held(home) == set()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            {"dataflows": [FLOW]},
            "Dataflow=TST:FLOW(1.0.0) refers to urn:sdmx:org.sdmx.infomodel.datastructure."
            "DataStructure=TST:DSD(1.0.0), which is neither held",
        ),
        (
            {**WHOLE, "dataStructures": [structure("SEX", concept="AGE")]},
            "Concept=TST:CS(1.0.0).AGE, but urn:sdmx:org.sdmx.infomodel.conceptscheme."
            "ConceptScheme=TST:CS(1.0.0) has no such item.",
        ),
        ({"dataflows": [{**FLOW, "structure": "DSD"}]}, "'DSD' is no URN"),
        ({"codelists": [{**CODELIST, "version": "one"}]}, "'one' is no version"),
        ({"codelists": [CODELIST, {**CODELIST, "codes": []}]}, "with other content"),
        ({"codes": [CODELIST]}, "data.codes is no list of artefacts."),
        ({}, "The message holds no artefact."),
    ],
)
def test_a_faulty_artefact_is_named_with_its_file_and_nothing_is_stored(
    home: Path, tmp_path: Path, data: dict[str, object], told: str
):
    good = message(tmp_path, "good.json", codelists=[{**CODELIST, "id": "CL_GOOD"}])
    faulty = message(tmp_path, "faulty.json", **data)

    done = sdmx("structures", "load", good, faulty, "--home", home)

    assert done.exit_code == 1
    (line,) = [line for line in done.stderr.splitlines() if told in line]
    assert line.startswith("faulty.json: ")
    assert "Nothing was stored." in done.stderr
    assert held(home) == set()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "The file is empty."),
        ("Yth. Kepala Dinas", "no structure message"),
        (DATA.format(1), "no structure message"),
        ("<letter/>", "The root element 'letter' in the namespace 'none'"),
        ("<1>", "not well-formed XML"),
        ('<!DOCTYPE x SYSTEM "x"><x/>', "'x' in the namespace 'none'"),
        ("[]", "no structure message"),
        ("{", "not JSON"),
    ],
)
def test_a_file_that_is_no_structure_message_is_named(
    home: Path, tmp_path: Path, content: str, told: str
):
    file = written(tmp_path, "letter.txt", content)

    done = sdmx("structures", "load", file, message(tmp_path, **WHOLE), "--home", home)

    assert done.exit_code == 1
    assert done.stderr.startswith("letter.txt: ")
    assert told in done.stderr
    assert held(home) == set()


def test_a_structure_keeps_the_dimensions_that_data_are_stored_by(home: Path, tmp_path: Path):
    assert sdmx("structures", "load", message(tmp_path, **WHOLE), "--home", home).exit_code == 0
    assert sdmx("load", written(tmp_path, "x.csv", DATA.format(1)), "--home", home).exit_code == 0

    file = message(tmp_path, "new.json", dataStructures=[structure("SEX", "OTHER")])
    done = sdmx("structures", "load", file, "--home", home, "--check-only")

    assert done.exit_code == 1
    assert "new.json: " in done.stderr
    assert "give it a new version" in done.stderr


# -- the instant of a publication ---------------------------------------------------------------


def test_earlier_releases_keep_their_instants(home: Path, tmp_path: Path):
    structures = message(tmp_path, **WHOLE)
    done = sdmx("structures", "load", structures, "--home", home, "--published", FIRST)
    assert done.exit_code == 0, done.output
    for value, instant in ((1, FIRST), (2, "2012-02-15T19:00:00+07:00")):
        file = written(tmp_path, "x.csv", DATA.format(value))
        done = sdmx("load", file, "--home", home, "--published", instant)
        assert done.exit_code == 0, done.output

    stores = open_stores(Settings(home=str(home)).database)

    versions = stores.observations.versions("TST:FLOW(1.0.0)")
    assert [f"{v.published_at:%Y-%m-%dT%H:%M:%SZ}" for v in versions] == [FIRST, SECOND]
    assert f"{stores.artefacts.revision().changed:%Y-%m-%dT%H:%M:%SZ}" == FIRST


@pytest.mark.parametrize("instant", ["2010-01-01T00:00:00Z", FIRST, "2099-01-01T00:00:00Z"])
def test_an_instant_before_the_last_publication_or_to_come_is_refused(
    home: Path, tmp_path: Path, instant: str
):
    structures = message(tmp_path, **WHOLE)
    data = written(tmp_path, "x.csv", DATA.format(1))
    for command in (("structures", "load", structures), ("load", data)):
        assert sdmx(*command, "--home", home, "--published", FIRST).exit_code == 0
    codelist = message(tmp_path, "new.json", codelists=[{**CODELIST, "id": "CL_NEW"}])
    data.write_text(DATA.format(2), "utf-8")

    for command in (("structures", "load", codelist), ("load", data)):
        done = sdmx(*command, "--home", home, "--published", instant)

        assert done.exit_code == 1
        assert f"--published {instant} " in done.stderr
        other = "still to come; it is 20" if instant > "2098" else f"which was at {FIRST}"
        assert other in done.stderr
    assert "codelist=TST:CL_NEW(1.0.0)" not in held(home)
    stores = open_stores(Settings(home=str(home)).database)
    assert len(stores.observations.versions("TST:FLOW(1.0.0)")) == 1


@pytest.mark.parametrize("instant", ["2012-02-15T12:00:00", "yesterday", "2012-13-01T00:00:00Z"])
def test_an_instant_needs_a_date_and_a_zone(home: Path, tmp_path: Path, instant: str):
    file = message(tmp_path, **WHOLE)

    done = sdmx("structures", "load", file, "--home", home, "--published", instant)

    assert done.exit_code == 2
    assert f"'{instant}' is no instant" in done.stderr


# -- reference metadata -------------------------------------------------------------------------

FIRST_REPORT, DRAFT, SECOND_REPORT = "qr1.xml", "qr1-draft.json", "qr2.json"


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home with a metadata structure and what is reported about, to be copied only."""
    home = tmp_path_factory.mktemp("described") / "var"
    first, _ = houses()["metadata"].steps[:2]
    files = (*first.files, "--home", home, "--published", FIRST)
    assert sdmx("structures", "load", *files).exit_code == 0
    return home


@pytest.fixture
def reporting(described: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(described, tmp_path / "var"))


def reports(home: Path) -> list[MetadataSet]:
    stores = open_stores(Settings(home=str(home)).database)
    catalogue = stores.catalogues.at()
    found = catalogue.get(catalogue.matching(("metadataset",), ArtefactQuery(versions=("*",))))
    return [each for each in found if isinstance(each, MetadataSet)]


def report(name: str) -> str:
    return (FIXTURES / "metadata" / name).read_text("utf-8")


def test_reference_metadata_are_loaded_from_every_format(reporting: Path, tmp_path: Path):
    table = (
        "MDSTRUCTURE,MDSTRUCTURE_ID,METADATASET_ID,TARGET_TYPES,TARGET_IDS,GRADE,DELAY\n"
        "metadataflow,TST:QUALITY(1.0.0),MP1:QR3(1.0.0),dataflow,TST:EXR(1.0.0),A,3\n"
    )
    files = [written(tmp_path, name, report(name)) for name in (FIRST_REPORT, DRAFT, SECOND_REPORT)]

    done = sdmx("load", *files, written(tmp_path, "qr3.csv", table), "--home", reporting)

    assert done.exit_code == 0, done.output
    assert "4 of 4 artefacts published" in done.output
    assert {f"{found.agency_id}:{found.id}({found.version})" for found in reports(reporting)} == {
        *("MP1:QR1(1.0.0)", "MP1:QR1(1.1.0-draft)", "MP1:QR3(1.0.0)", "MP2:QR2(1.0.0)")
    }
    (found,) = (each for each in reports(reporting) if each.id == "QR3")
    assert {each.id: each.value for each in found.attributes} == {"GRADE": "A", "DELAY": "3"}


@pytest.mark.parametrize(
    ("name", "right", "wrong", "told"),
    [
        (SECOND_REPORT, '"value": "A"', '"value": "Z"', "'Z' is no code of GRADE"),
        (SECOND_REPORT, '"GRADE"', '"GRADES"', "reports GRADES; at this place there is CONTACT, "),
        (DRAFT, '"value": 11', '"value": "soon"', "'soon' is no number (Integer)"),
        (DRAFT, '"id": "DELAY"', '"id": "CONTACT"', "reports a value of CONTACT, which only holds"),
        (DRAFT, "TST:QUALITY(", "TST:NONE(", "Metadataflow=TST:NONE(1.0.0), which is neither"),
        (FIRST_REPORT, 'id="EMAIL"', 'id="NAME"', "reports CONTACT.NAME 3 times; at most 1 is"),
        (FIRST_REPORT, 'id="NAME"', 'id="EMAIL"', "reports CONTACT.NAME 0 times; at least 1 is"),
        (FIRST_REPORT, "</mes:MetadataSet>", "", "not well-formed XML"),
    ],
)
def test_a_faulty_report_is_named_and_nothing_is_stored(
    reporting: Path, tmp_path: Path, name: str, right: str, wrong: str, told: str
):
    content = report(name)
    assert right in content
    file = written(tmp_path, f"faulty-{name}", content.replace(right, wrong))
    other = next(each for each in (FIRST_REPORT, SECOND_REPORT) if each != name)
    good = written(tmp_path, other, report(other))

    done = sdmx("load", good, file, "--home", reporting)

    assert done.exit_code == 1
    line, *_ = [line for line in done.stderr.splitlines() if told in line]
    assert line.startswith(f"faulty-{name}: ")
    assert reports(reporting) == []


def test_reports_and_data_are_loaded_one_after_the_other(reporting: Path, tmp_path: Path):
    files = (
        written(tmp_path, "qr2.json", report(SECOND_REPORT)),
        written(tmp_path, "x.csv", DATA.format(1)),
    )

    done = sdmx("load", *files, "--home", reporting)

    assert done.exit_code == 1
    assert "qr2.json holds reference metadata, x.csv does not." in done.stderr
    assert reports(reporting) == []


def test_reports_bear_the_instant_of_an_earlier_release(reporting: Path, tmp_path: Path):
    file = written(tmp_path, "qr2.json", report(SECOND_REPORT))
    refused = sdmx("load", file, "--home", reporting, "--published", FIRST)
    assert (refused.exit_code, reports(reporting)) == (1, [])

    done = sdmx("load", file, "--home", reporting, "--published", SECOND)

    assert done.exit_code == 0, done.output
    stores = open_stores(Settings(home=str(reporting)).database)
    assert f"{stores.artefacts.revision().changed:%Y-%m-%dT%H:%M:%SZ}" == SECOND


def test_reports_of_sdmx_ml_2_1_are_refused_by_name(reporting: Path, tmp_path: Path):
    root = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
    file = written(tmp_path, "old.xml", f'<GenericMetadata xmlns="{root}"/>')

    done = sdmx("load", file, "--home", reporting)

    assert done.exit_code == 1
    assert done.stderr.startswith("old.xml: The message is SDMX-ML 2.1, in which reference")
