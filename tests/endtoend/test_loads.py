"""Structures, data and reference metadata taken in from messages, at an instant that one names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sdmx_server.app import open_stores
from sdmx_server.cli import main
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
    stores = open_stores(Settings(home=str(home)))
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

    stores = open_stores(Settings(home=str(home)))

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
    stores = open_stores(Settings(home=str(home)))
    assert len(stores.observations.versions("TST:FLOW(1.0.0)")) == 1


@pytest.mark.parametrize("instant", ["2012-02-15T12:00:00", "yesterday", "2012-13-01T00:00:00Z"])
def test_an_instant_needs_a_date_and_a_zone(home: Path, tmp_path: Path, instant: str):
    file = message(tmp_path, **WHOLE)

    done = sdmx("structures", "load", file, "--home", home, "--published", instant)

    assert done.exit_code == 2
    assert f"'{instant}' is no instant" in done.stderr
