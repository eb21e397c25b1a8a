"""Datasets that the writers of every format are tried on.

EXR is five exchange rate series with attributes on every level; MULTI has two measures,
arrays and texts by language; FLAT has no time dimension; AWKWARD is EXR with texts that need
escaping. Each builder packs the same rows anew, because batches can be read once.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sdmx_server.dataset import Component, Dataset, Level, Message, ResolvedStructure, Role
from sdmx_server.model.codelist import Code
from tests.formats.data.packing import pack

PREFIX = "urn:sdmx:org.sdmx.infomodel."
CONCEPT = PREFIX + "conceptscheme.Concept=TST:CS(1.0.0)."
CODELIST = PREFIX + "codelist.Codelist=TST:{}(1.0.0)"
FLOW = PREFIX + "datastructure.Dataflow=TST:{}(1.0.0)"
DSD = PREFIX + "datastructure.DataStructure=TST:{}(1.0.0)"
AGREEMENT = PREFIX + "registry.ProvisionAgreement=TST:{}(1.0.0)"

DETAILS = ("full", "dataonly", "nodata", "serieskeysonly")

MESSAGE = Message(
    id="IREF000001",
    prepared=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
    sender="TST",
    sender_names={"id": "Badan Uji", "en": "Test Agency"},
)


def code(id_: str, english: str, indonesian: str) -> Code:
    """Return a code with both names."""
    return Code(id=id_, names={"en": english, "id": indonesian})


CL_FREQ = (
    code("A", "Annual", "Tahunan"),
    code("S", "Half-yearly", "Semesteran"),
    code("Q", "Quarterly", "Triwulanan"),
    code("M", "Monthly", "Bulanan"),
    code("W", "Weekly", "Mingguan"),
    code("D", "Daily", "Harian"),
)
CL_CURRENCY = (
    code("USD", "US dollar", "Dolar AS"),
    code("CHF", "Swiss franc", "Franc Swiss"),
    code("JPY", "Yen", "Yen"),
    code("GBP", "Pound sterling", "Pound sterling"),
    code("EUR", "Euro", "Euro"),
)
CL_EXR_TYPE = (code("SP00", "Spot", "Spot"),)
CL_EXR_SUFFIX = (code("A", "Average", "Rata-rata"), code("E", "End of period", "Akhir periode"))
CL_OBS_STATUS = (
    code("A", "Normal value", "Nilai normal"),
    code("P", "Provisional value", "Nilai sementara"),
    code("M", "Missing value", "Nilai hilang"),
)
CL_COLLECTION = (code("A", "Average", "Rata-rata"), code("E", "End", "Akhir"))
CL_AREA = (code("A", "Area A", "Wilayah A"), code("B", "Area B", "Wilayah B"))
CL_SEX = (code("F", "Female", "Perempuan"), code("M", "Male", "Laki-laki"))


def component(
    id_: str,
    role: Role,
    names: tuple[str, str],
    codes: tuple[Code, ...] | None = None,
    codelist: str | None = None,
    **more: object,
) -> Component:
    """Return a component; ``names`` are its English and Indonesian ones."""
    return Component(
        id=id_,
        role=role,
        names={"en": names[0], "id": names[1]},
        concept_urn=CONCEPT + id_,
        codes={c.id: c for c in codes} if codes else None,
        codelist_urn=CODELIST.format(codelist) if codelist else None,
        **more,  # type: ignore[arg-type]
    )


TIME = component(
    "TIME_PERIOD",
    Role.TIME,
    ("Time period", "Periode waktu"),
    data_type="ObservationalTimePeriod",
)
OBS_VALUE = component(
    "OBS_VALUE",
    Role.MEASURE,
    ("Observation value", "Nilai amatan"),
    data_type="Double",
    mandatory=False,
)
SIBLING = ("CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX")
EXR_KEY = ("FREQ", *SIBLING)


def exr_structure(context: str = "dataflow") -> ResolvedStructure:
    """Return the structure of EXR, seen from one of the three contexts."""
    urns = {
        "dataflow": FLOW.format("EXR"),
        "datastructure": DSD.format("DSD_EXR"),
        "provisionagreement": AGREEMENT.format("PA_ECB"),
    }
    dim, att = Role.DIMENSION, Role.ATTRIBUTE
    return ResolvedStructure(
        context=context,
        urn=urns[context],
        names={"en": "Exchange rates", "id": "Kurs"},
        dataflow_urn=None if context == "datastructure" else urns["dataflow"],
        dsd_urn=urns["datastructure"],
        dimensions=(
            component("FREQ", dim, ("Frequency", "Frekuensi"), CL_FREQ, "CL_FREQ"),
            component("CURRENCY", dim, ("Currency", "Mata uang"), CL_CURRENCY, "CL_CURRENCY"),
            component(
                "CURRENCY_DENOM",
                dim,
                ("Currency denominator", "Mata uang acuan"),
                CL_CURRENCY,
                "CL_CURRENCY",
            ),
            component("EXR_TYPE", dim, ("Rate type", "Jenis kurs"), CL_EXR_TYPE, "CL_EXR_TYPE"),
            component("EXR_SUFFIX", dim, ("Suffix", "Akhiran"), CL_EXR_SUFFIX, "CL_EXR_SUFFIX"),
        ),
        time=TIME,
        measures=(OBS_VALUE,),
        attributes=(
            component("DS_NOTE", att, ("Note", "Catatan"), mandatory=False, level=Level.DATASET),
            component(
                "UNIT",
                att,
                ("Unit", "Satuan"),
                CL_CURRENCY,
                "CL_CURRENCY",
                mandatory=False,
                level=Level.GROUP,
                dimensions=SIBLING,
                group="Sibling",
            ),
            component(
                "TITLE",
                att,
                ("Title", "Judul"),
                mandatory=False,
                level=Level.SERIES,
                dimensions=EXR_KEY,
            ),
            component(
                "COLLECTION",
                att,
                ("Collection", "Pengumpulan"),
                CL_COLLECTION,
                "CL_COLLECTION",
                level=Level.SERIES,
                dimensions=EXR_KEY,
            ),
            component(
                "OBS_STATUS",
                att,
                ("Status", "Status"),
                CL_OBS_STATUS,
                "CL_OBS_STATUS",
                level=Level.OBSERVATION,
            ),
            component(
                "OBS_COM",
                att,
                ("Comment", "Komentar"),
                mandatory=False,
                level=Level.OBSERVATION,
            ),
        ),
        groups={"Sibling": SIBLING},
    )


EXR_SERIES = (
    (
        "M.USD.EUR.SP00.A",
        "US dollar/Euro, monthly",
        "2010-01=1.4272 2010-02=1.3686 2010-03=1.3569 2010-04=1.3406",
    ),
    (
        "M.CHF.EUR.SP00.A",
        "Swiss franc/Euro, monthly",
        "2010-01=1.4765 2010-02=1.4671 2010-03=1.4482 2010-04=1.4337",
    ),
    ("A.USD.EUR.SP00.A", "US dollar/Euro, annual", "2009=1.3948 2010=1.3257"),
    (
        "D.USD.EUR.SP00.A",
        "US dollar/Euro, daily",
        "2010-01-04=1.4389 2010-01-05=1.4442 2010-01-06=1.4404",
    ),
    (
        "M.JPY.EUR.SP00.A",
        "Yen/Euro, monthly",
        "2010-01=130.34 2010-02=123.46 2010-03=122.80 2010-04=125.33",
    ),
)


def exr_rows() -> list[dict[str, str]]:
    """Return the 17 observations of EXR, one dict each, higher levels repeated."""
    rows = []
    for key, title, observations in EXR_SERIES:
        dimensions = dict(zip(EXR_KEY, key.split("."), strict=True))
        for observation in observations.split():
            period, _, value = observation.partition("=")
            row = {
                **dimensions,
                "TIME_PERIOD": period,
                "OBS_VALUE": value,
                "DS_NOTE": "Reference rates",
                "UNIT": dimensions["CURRENCY"],
                "TITLE": title,
                "COLLECTION": "A",
                "OBS_STATUS": _status(dimensions["CURRENCY"], period),
            }
            if (key, period) == ("M.USD.EUR.SP00.A", "2010-03"):
                row["OBS_COM"] = "revised"
            rows.append(row)
    return rows


def _status(currency: str, period: str) -> str:
    return "P" if period == "2010-04" and currency in {"USD", "CHF"} else "A"


AWKWARD_TEXTS = (
    "it's",
    'a "quoted" word',
    "a < b && c > d",
    "two\nlines\tand a tab",
    "]]> <!-- & -->",
    "  spaces  ",
    "日本語 العربية \N{GRINNING FACE}",
    "semi;colon, comma",
)


def awkward_rows() -> list[dict[str, str]]:
    """Return EXR with titles and comments that every format must escape."""
    rows = []
    for index, row in enumerate(exr_rows()):
        text = AWKWARD_TEXTS[index % len(AWKWARD_TEXTS)]
        title = AWKWARD_TEXTS[EXR_SERIES_INDEX[row["TITLE"]] % len(AWKWARD_TEXTS)]
        rows.append({**row, "OBS_COM": text, "TITLE": title, "DS_NOTE": AWKWARD_TEXTS[1]})
    return rows


EXR_SERIES_INDEX = {title: index for index, (_, title, _) in enumerate(EXR_SERIES)}


def multi_structure() -> ResolvedStructure:
    """Return the structure of MULTI: two measures, arrays, texts by language."""
    att = Role.ATTRIBUTE
    area = ("REF_AREA",)
    return ResolvedStructure(
        context="dataflow",
        urn=FLOW.format("MULTI"),
        names={"en": "Several measures", "id": "Beberapa ukuran"},
        dataflow_urn=FLOW.format("MULTI"),
        dsd_urn=DSD.format("DSD_MULTI"),
        dimensions=(
            component("REF_AREA", Role.DIMENSION, ("Area", "Wilayah"), CL_AREA, "CL_AREA"),
        ),
        time=TIME,
        measures=(
            OBS_VALUE,
            component(
                "OBS_COUNT",
                Role.MEASURE,
                ("Count", "Cacah"),
                data_type="Integer",
                mandatory=False,
            ),
        ),
        attributes=(
            component(
                "CONTACT",
                att,
                ("Contact", "Kontak"),
                mandatory=False,
                is_array=True,
                level=Level.DATASET,
            ),
            component(
                "OBS_NOTE",
                att,
                ("Note", "Catatan"),
                mandatory=False,
                is_multilingual=True,
                level=Level.OBSERVATION,
            ),
            component(
                "METHOD",
                att,
                ("Method", "Metode"),
                mandatory=False,
                is_array=True,
                is_multilingual=True,
                level=Level.SERIES,
                dimensions=area,
            ),
            component(
                "SRC",
                att,
                ("Source", "Sumber"),
                mandatory=False,
                level=Level.OBSERVATION,
                measures=("OBS_COUNT",),
            ),
            component(
                "GEO",
                att,
                ("Place", "Tempat"),
                data_type="GeospatialInformation",
                mandatory=False,
                level=Level.SERIES,
                dimensions=area,
            ),
        ),
    )


def multi_rows() -> list[dict[str, str]]:
    """Return the observations of MULTI; measures and attributes have gaps."""
    contact = {"CONTACT": '["Ann","Bob & Co"]'}
    first = {
        **contact,
        "REF_AREA": "A",
        "METHOD": '[{"en":"Survey","fr":"Enquête"},{"en":"Census"}]',
        "GEO": "4326:POINT(106.15 -6.11)",
    }
    second = {**contact, "REF_AREA": "B"}
    note = {"OBS_NOTE": '{"en":"Final <b>","fr":"Définitif"}'}
    return [
        {**first, "TIME_PERIOD": "2020", "OBS_VALUE": "1.10", "OBS_COUNT": "7", "SRC": "X", **note},
        {**first, "TIME_PERIOD": "2021", "OBS_VALUE": "0.000010"},
        {**second, "TIME_PERIOD": "2020", "OBS_COUNT": "8", "OBS_NOTE": '{"fr":"Note"}'},
        {**second, "TIME_PERIOD": "2021", "OBS_VALUE": "1e5", "OBS_COUNT": "9"},
    ]


def flat_structure() -> ResolvedStructure:
    """Return the structure of FLAT, which has no time dimension."""
    return ResolvedStructure(
        context="dataflow",
        urn=FLOW.format("FLAT"),
        names={"en": "No time", "id": "Tanpa waktu"},
        dataflow_urn=FLOW.format("FLAT"),
        dsd_urn=DSD.format("DSD_FLAT"),
        dimensions=(
            component("REF_AREA", Role.DIMENSION, ("Area", "Wilayah"), CL_AREA, "CL_AREA"),
            component("SEX", Role.DIMENSION, ("Sex", "Jenis kelamin"), CL_SEX, "CL_SEX"),
        ),
        time=None,
        measures=(OBS_VALUE,),
        attributes=(),
    )


def flat_rows() -> list[dict[str, str]]:
    """Return the observations of FLAT."""
    keys = [("A", "F"), ("A", "M"), ("B", "F"), ("B", "M")]
    return [
        {"REF_AREA": area, "SEX": sex, "OBS_VALUE": f"{index}.5"}
        for index, (area, sex) in enumerate(keys, 1)
    ]


def exr(context: str = "dataflow", **choices: object) -> Dataset:
    """Return EXR; ``choices`` are those of ``pack``."""
    return pack(exr_structure(context), exr_rows(), **choices)  # type: ignore[arg-type]


def awkward(**choices: object) -> Dataset:
    """Return EXR with texts that need escaping."""
    return pack(exr_structure(), awkward_rows(), **choices)  # type: ignore[arg-type]


def multi(**choices: object) -> Dataset:
    """Return MULTI."""
    return pack(multi_structure(), multi_rows(), **choices)  # type: ignore[arg-type]


def flat(**choices: object) -> Dataset:
    """Return FLAT."""
    return pack(flat_structure(), flat_rows(), **choices)  # type: ignore[arg-type]
