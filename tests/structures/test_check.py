"""What is said of mistakes in the content."""

import shutil
from pathlib import Path

import pytest

from sdmx_server.model.codelist import Codelist
from structures.build import build
from structures.check import check
from structures.content import PACKAGED
from structures.findings import CODES, Severity

INDICATORS = "codelists/CL_INDICATOR.csv"
CONCEPTS = "concepts/CS_SERANG.csv"
UMUM = "datastructures/DSD_UMUM.toml"

# file, text, what somebody makes of it, the finding, the word in the line of the finding
MISTAKES = [
    ("schemes.csv", "type,agency,", "jenis,agency,", "missing-column", "jenis,"),
    ("schemes.csv", "type,agency,", "jenis,agency,", "extra-column", "jenis,"),
    ("schemes.csv", "codelist,SDMX,CL_FREQ", "kodelist,SDMX,CL_FREQ", "unknown-type", "kodelist"),
    ("schemes.csv", "codelist,SDMX,CL_SEX", "codelist,SDMZ,CL_SEX", "unknown-agency", "SDMZ"),
    ("schemes.csv", ",CL_SEX,2.1,", ",CL_SEX,v2,", "illegal-version", "v2"),
    ("schemes.csv", ",CL_STAGE,", ",CL_PRICES,", "duplicate-id", "CL_STAGE.csv"),
    ("codelists/CL_STAGE.csv", "PERUBAHAN,", "PERUBAHAN 1,", "illegal-id", "PERUBAHAN 1"),
    ("codelists/CL_STAGE.csv", ",Realisation", ",", "missing-translation", "REALISASI"),
    ("codelists/CL_STAGE.csv", "PERUBAHAN,", "ANGGARAN,", "duplicate-id", "Revised"),
    ("codelists/CL_ACTIVITY.csv", "B,_T,", "B,_TT,", "unknown-parent", "B,_TT"),
    ("codelists/CL_PRODUCT.csv", "PADI,,", "PADI,PADI_SAWAH,", "cyclic-parent", "PADI,PADI_"),
    ("codelists/CL_AREA_SERANG.csv", "ID,,", "ID,3673040001,", "cyclic-parent", "ID,3673"),
    (INDICATORS, ",KM2,0,", ",KM3,0,", "unknown-code", "KM3"),
    (INDICATORS, "IPS,", "IPS2,", "unused-code", "IPS2"),
    ("codelists/CL_AREA_SERANG.csv", "3671,36,", "3671,3673040001,", "too-deep", "3671,36730"),
    (CONCEPTS, "SDMX:CL_FREQ", "SDMX:CL_FREK", "unknown-codelist", "CL_FREK"),
    (CONCEPTS, "SDMX:CL_FREQ", "BPS:CL_FREQ", "unknown-codelist", "BPS:CL_FREQ"),
    (CONCEPTS, ",,Double,", ",,Doubel,", "unknown-data-type", "Doubel"),
    (CONCEPTS, ",,Double,", ",SDMX:CL_SEX,Double,", "no-representation", "Double"),
    (CONCEPTS, "String,500", "String,lima", "illegal-number", "lima"),
    (CONCEPTS, "INDICATOR,Indikator", "INDICATOR,indikator", "name-title", "indikator"),
    (CONCEPTS, "PRICES,Dasar Harga", "PRICES,Tahun Dasar", "name-unique", "PRICES"),
    (CONCEPTS, "PRICES,Dasar Harga", "PRICES,Harga PDRB", "name-short", "PRICES"),
    (CONCEPTS, "PRICES,Dasar Harga", "PRICES,Jumlah Harga", "name-measure", "PRICES"),
    (CONCEPTS, "PRICES,Dasar Harga", "PRICES,Harga Tahun 2010", "name-period", "PRICES"),
    (CONCEPTS, "PRICES,Dasar Harga", "PRICES,Harga Kota Serang", "name-region", "PRICES"),
    (INDICATORS, "UMK,Upah Minimum Kota", "UMK,Upah Minimum Agustus", "name-period", "UMK"),
    (INDICATORS, ",Luas Wilayah,Luas,", ",Jumlah Luas,Luas,", "name-measure", "Jumlah Luas"),
    ("attributes.csv", "TITLE,", "JUDUL,", "unknown-concept", "JUDUL"),
    ("attributes.csv", "Sibling", "Saudara", "unknown-group", "Saudara"),
    ("attributes.csv", "OBS_STATUS,observation,mandatory", "OBS_STATUS,observation,wajib",
     "illegal-usage", "wajib"),
    (UMUM, '"INDICATOR"', '"INDIKATOR"', "unknown-concept", "INDIKATOR"),
    (UMUM, '"INDICATOR"', '"OBS_VALUE"', "uncoded-dimension", "OBS_VALUE"),
    (UMUM, '"INDICATOR"', '"FREQ"', "component-twice", "FREQ"),
    (UMUM, 'Sibling = [\n  "REF_AREA"', 'Sibling = [\n  "SEX"', "unknown-dimension", '"SEX"'),
    (UMUM, "without_attributes = []", 'without_attributes = ["X"]', "unknown-attribute", '"X"'),
    (UMUM, 'version = "1.0.0"', 'version = "satu"', "illegal-version", "satu"),
    (UMUM, ', en = "General structure"', "", "missing-translation", "DSD_UMUM"),
    (UMUM, '"DSD_UMUM"', '"DSD_IHK"', "duplicate-id", "DSD_IHK"),
    ("dataflows.csv", ",DSD_IHK,", ",DSD_IKH,", "unknown-datastructure", "DSD_IKH"),
    ("dataflows.csv", ",DSD_UMUM,BMKG,", ",DSD_UMUM,,", "no-producer", "DF_IKLIM"),
    ("dataflows.csv", ",DSD_UMUM,BMKG,", ",DSD_UMUM,BMGK,", "unknown-producer", "BMGK"),
    ("dataflows.csv", "CSA:515.HARGA TEMA:EKONOMI", "", "no-category", "DF_IHK"),
    ("dataflows.csv", "CSA:515.HARGA TEMA:EKONOMI", "CSA:514.HARGA", "unknown-category", "DF_IHK"),
    ("dataflows.csv", "DF_IHK,", "DF_IHK2,", "no-constraint", "DF_IHK2"),
    ("dataflows.csv", "DF_IHK,", "DF_IHK2,", "unknown-dataflow", None),
    ("constraints.csv", "DF_IHK,COICOP,", "DF_IHK,ACTIVITY,", "unknown-dimension", "DF_IHK,ACT"),
    ("constraints.csv", "DF_IKLIM,FREQ,M", "DF_IKLIM,FREQ,MM", "unknown-code", "MM"),
    ("constraints.csv", "DF_UMK,REF_AREA,LEVEL=KABKOTA", "DF_UMK,REF_AREA,LEVEL=KOTA",
     "unknown-code", "LEVEL=KOTA"),
    ("constraints.csv", "DF_IKLIM,FREQ,M", "DF_IKLIM,FREQ,", "no-values", "DF_IKLIM,FREQ"),
    ("constraints.csv", "DF_IHK,COICOP,", "DF_IHK,BASE_PER,", "duplicate-id", "2012 2018"),
    ("hierarchies/H_WILAYAH.toml", "CL_AREA_SERANG", "CL_AREA", "unknown-codelist", "CL_AREA"),
    ("hierarchies/H_WILAYAH.toml", ', en = "Province"', "", "missing-translation", "PROVINSI"),
    ("maps/SDG.toml", '"DSD_PRODUKSI"', '"DSD_X"', "unknown-datastructure", "DSD_X"),
    ("maps/SDG.toml", '"SERI_SDG"', '"SERI"', "unknown-column", '"SERI"'),
    ("maps/SDG.toml", 'source = "AGE"', 'source = "UMUR"', "unknown-component", "UMUR"),
    ("maps/SDG.toml", 'values = "RM_', 'values = "RN_', "unknown-value-map", "RN_"),
    ("maps/SDG.toml", "CL_SERIES(1.0)", "CL_SERIES(9.0)", "dangling-reference", None),
    ("external.csv", "https://registry.sdmx.org/sdmx/v2/structure/codelist/IAEG-SDGs/CL_SERIES/1.0",
     "", "no-address", "CL_SERIES"),
    ("external.csv", "codelist,IAEG", "daftar,IAEG", "unknown-type", "daftar"),
    ("settings.toml", '"CS_SERANG"', '"CS_BANTEN"', "unknown-scheme", "CS_BANTEN"),
    ("settings.toml", 'file = "concepts/CS_SERANG.csv"', 'file = "concepts/CS.csv"',
     "unknown-file", "concepts/CS.csv"),
    ("settings.toml", 'column = "KONSEP"', 'column = "CONCEPT"', "unknown-column", '"CONCEPT"'),
    ("settings.toml", '"measure", "period", "region"', '"ukuran"', "unknown-rule", '"ukuran"'),
    ("codelists/CL_STAGE.csv", "Anggaran murni,", "Anggaran, murni,", "unreadable", "murni"),
    ("schemes.csv", "organisations/KONSUMEN.csv", "organisations/PRODUSEN.csv",
     "unlisted-file", None),
    ("settings.toml", "agency =", "agensi =", "unreadable", None),
]  # fmt: skip


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the shipped content that a test may spoil."""
    return Path(shutil.copytree(PACKAGED, tmp_path / "content"))


def edit(path: Path, old: str, new: str) -> str:
    """Replace the first occurrence of a text in a file; returns the new text of the file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    spoiled = text.replace(old, new, 1)
    path.write_text(spoiled, encoding="utf-8")
    return spoiled


def test_nothing_is_wrong_with_the_shipped_content() -> None:
    assert check() == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "word"), MISTAKES, ids=lambda value: str(value)[:30]
)
def test_a_mistake_is_found_in_its_file_and_line(
    content: Path, file: str, old: str, new: str, code: str, word: str | None
) -> None:
    text = edit(content / file, old, new)
    found = [finding for finding in check(content) if finding.code == code]
    assert found
    if word is not None:
        line = next(n for n, each in enumerate(text.splitlines(), 1) if word in each)
        assert (file, line) in [(finding.file, finding.line) for finding in found]


def test_every_kind_of_finding_is_tried() -> None:
    assert {code for *_, code, _ in MISTAKES} == {*CODES, "unreadable"}


def test_a_finding_speaks_both_languages_and_proposes_the_nearest(content: Path) -> None:
    edit(content / "dataflows.csv", ",DSD_UMUM,BMKG,", ",DSD_UMUM,BMGK,")
    (finding,) = check(content)
    assert finding.severity is Severity.ERROR
    assert finding.indonesian == (
        "Produsen 'BMGK' tidak ada dalam daftar produsen; mungkin BMKG, BIG."
    )
    assert finding.english == "The producer 'BMGK' is not among the producers; perhaps BMKG, BIG."


def test_a_code_that_no_dataflow_uses_is_only_a_warning(content: Path) -> None:
    edit(content / INDICATORS, "UMK,", "BARU,Upah Baru,New Wage,Upah,Nilai,IDR,0,,,\nUMK,")
    assert [(each.severity, each.code) for each in check(content)] == [
        (Severity.WARNING, "unused-code")
    ]


def test_a_missing_file_is_named(content: Path) -> None:
    (content / INDICATORS).unlink()
    (finding,) = check(content)
    assert (finding.code, finding.file) == ("unreadable", INDICATORS)


def test_a_file_in_an_old_encoding_is_refused(content: Path) -> None:
    path = content / "codelists" / "CL_UNIT_SERANG.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    (finding,) = check(content)
    assert (finding.code, finding.file) == ("unreadable", "codelists/CL_UNIT_SERANG.csv")


@pytest.mark.parametrize(("mark", "separator"), [("\ufeff", ","), ("", ";"), ("\ufeff", ";")])
def test_tables_saved_by_a_spreadsheet_are_read(content: Path, mark: str, separator: str) -> None:
    path = content / "codelists" / "CL_SEX.csv"
    text = path.read_text(encoding="utf-8").replace(",", separator).replace("\n", "\r\n")
    path.write_text(mark + text, encoding="utf-8", newline="")
    assert check(content) == ()


def test_a_leading_zero_that_a_spreadsheet_ate_is_found(content: Path) -> None:
    path = content / "codelists" / "CL_COICOP.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n0", "\n"), encoding="utf-8")
    edit(content / "constraints.csv", "DF_IHK,COICOP,CP_T+", "DF_IHK,COICOP,CP_T 01 02")
    assert [(each.code, each.file) for each in check(content)] == [
        ("unknown-code", "constraints.csv"),
        ("unknown-code", "constraints.csv"),
    ]


def test_an_indicator_is_added_in_the_steps_of_the_readme(content: Path) -> None:
    unit = "IDR_L,Rupiah per liter"
    edit(content / "codelists/CL_UNIT_SERANG.csv", unit, f"PLG,Pelanggan,Customers,,\n{unit}")
    new = "CUST_PDAM,Jumlah Pelanggan Air Minum,Drinking Water Customers,"
    edit(
        content / INDICATORS,
        "WATER_SAFE,",
        f"{new}Pelanggan Air Minum,Jumlah,PLG,0,6.1.1,,proksi\nWATER_SAFE,",
    )
    edit(content / "constraints.csv", "WATER_SAFE SANI", "WATER_SAFE SANI CUST_PDAM")
    for id_ in ("CL_UNIT_SERANG", "CL_INDICATOR"):
        edit(content / "schemes.csv", f",{id_},1.0.0,", f",{id_},1.1.0,")
    assert check(content) == ()
    artefacts = {artefact.urn: artefact for artefact in build(content)}
    codelist = artefacts[
        "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=ID_KOTASERANG:CL_INDICATOR(1.1.0)"
    ]
    assert isinstance(codelist, Codelist)
    assert "CUST_PDAM" in [code.id for code in codelist.codes]
