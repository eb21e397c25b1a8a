"""The fixtures that the conformance tests ask for, as artefacts and deliveries.

Each function takes the version of its artefacts: ``1.0`` as SDMX 2.1 writes it, or ``1.0.0``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sdmx_server.dataset import PROVIDER
from sdmx_server.model.annotations import (
    OBSERVATION_ANNOTATIONS,
    SERIES_ANNOTATIONS,
    to_text,
)
from sdmx_server.model.artefact import Annotation, AnnotationLink, Maintainable
from sdmx_server.model.category import Categorisation, Category, CategoryScheme
from sdmx_server.model.codelist import (
    Code,
    CodelistExtension,
    ValueItem,
    ValueList,
)
from sdmx_server.model.datastructure import AttributeRelationship, Dataflow, DataStructure
from sdmx_server.model.delivery import Delivery
from sdmx_server.model.hierarchy import HierarchicalCode, HierarchicalCodelist, Hierarchy
from sdmx_server.model.organisation import (
    AgencyScheme,
    Contact,
    DataConsumerScheme,
    Organisation,
    OrganisationUnit,
    OrganisationUnitScheme,
)
from tests.conformance.artefacts import (
    AGENCY,
    DATAFLOW,
    OBSERVATION,
    PROVIDERS,
    agreement,
    allowing,
    attached,
    codelist,
    concepts,
    dataflow,
    dsd,
    text,
)

CREATED = datetime(2011, 6, 1, tzinfo=UTC)
T1 = datetime(2012, 2, 15, 12, tzinfo=UTC)
T2 = datetime(2012, 3, 15, 12, tzinfo=UTC)
T3 = datetime(2012, 4, 15, 12, tzinfo=UTC)

Row = Mapping[str, str | None]


@dataclass
class Content:
    """What a store holds: artefacts, and deliveries by the instant they came in."""

    artefacts: list[Maintainable] = field(default_factory=list)
    deliveries: list[tuple[datetime, list[Delivery]]] = field(default_factory=list)

    def __add__(self, other: Content) -> Content:
        return Content([*self.artefacts, *other.artefacts], [*self.deliveries, *other.deliveries])


def delivery(
    flow: Dataflow,
    rows: Sequence[Row],
    action: str = "Replace",
    dataset_attributes: Mapping[str, str] | None = None,
) -> Delivery:
    """Return rows for a dataflow as a delivery."""
    columns = dict.fromkeys(name for row in rows for name in row)
    return Delivery(
        structure=flow.urn,
        context="dataflow",
        action=action,
        columns={name: [row.get(name) for row in rows] for name in columns},
        file="fixture",
        rows=range(1, len(rows) + 1),
        dataset_attributes=dataset_attributes or {},
    )


# -- shared: codelists, concepts, organisations -------------------------------------------

CONCEPTS = {
    "FREQ": "Frequency",
    "CURRENCY": "Currency",
    "CURRENCY_DENOM": "Currency denominator",
    "EXR_TYPE": "Exchange rate type",
    "EXR_SUFFIX": "Series variation",
    "TIME_PERIOD": "Time period",
    "OBS_VALUE": "Observation value",
    "OBS_COUNT": "Number of observations",
    "DS_NOTE": "Note",
    "UNIT": "Unit",
    "TITLE": "Title",
    "COLLECTION": "Collection indicator",
    "OBS_STATUS": "Observation status",
    "OBS_COM": "Comment",
    "REF_AREA": "Reference area",
    "EMP_STATUS": "Employment status",
    "SEX": "Sex",
    "INDICATOR": "Indicator",
    "SEASONAL_ADJUST": "Seasonal adjustment",
    "CONTACT": "Contact",
    "OBS_NOTE": "Observation note",
    "METHOD": "Method",
    "SRC": "Source",
    "GEO": "Outline",
    "REPORTING_YEAR_START_DAY": "Reporting year start day",
    "UNUSED": "No structure uses this concept",
}


def shared(version: str) -> list[Maintainable]:
    """Return codelists and concepts that several fixtures use."""
    lists: dict[str, dict[str, str]] = {
        "CL_CURRENCY": {
            "USD": "US dollar",
            "CHF": "Swiss franc",
            "JPY": "Japanese yen",
            "GBP": "Pound sterling",
            "EUR": "Euro",
        },
        "CL_EXR_TYPE": {"SP00": "Spot"},
        "CL_EXR_SUFFIX": {"A": "Average", "E": "End of period"},
        "CL_OBS_STATUS": {"A": "Normal value", "P": "Provisional value", "M": "Missing value"},
        "CL_SEX": {"F": "Female", "M": "Male"},
        "CL_EMP": {"EMP": "Employed", "UEMP": "Unemployed"},
        "CL_SA": {"Y": "Adjusted", "N": "Not adjusted"},
    }
    areas = [
        Code(id="EU", names={"en": "Europe"}),
        Code(id="UK", names={"en": "United Kingdom"}, parent="EU"),
        Code(id="FR", names={"en": "France"}, parent="EU"),
        Code(id="XX", names={"en": "Nowhere"}),
    ]
    frequencies = {
        "A": "Annual",
        "S": "Half-yearly",
        "Q": "Quarterly",
        "M": "Monthly",
        "W": "Weekly",
        "D": "Daily",
    }
    noted = (Annotation(id="NOTE", type="NOTE", title="Order of length"),)
    return [
        codelist(
            "CL_FREQ",
            version,
            frequencies,
            descriptions={"en": "How often"},
            annotations=noted,
        ),
        *(codelist(id_, version, codes) for id_, codes in lists.items()),
        codelist("CL_AREA", version, areas),
        concepts(version, CONCEPTS),
    ]


def organisations() -> list[Maintainable]:
    """Return organisation schemes of all four kinds, and the scheme of all agencies."""
    contact = Contact(names={"en": "Help desk"}, emails=("help@tst.example",))
    return [
        AgencyScheme(
            id="AGENCIES",
            agency_id="SDMX",
            version="1.0",
            names={"en": "Agencies"},
            agencies=(
                Organisation(id="TST", names={"en": "Test agency"}, contacts=(contact,)),
                Organisation(id="OTHER", names={"en": "Another agency"}),
            ),
        ),
        AgencyScheme(
            id="AGENCIES",
            agency_id=AGENCY,
            version="1.0",
            names={"en": "Agencies below TST"},
            agencies=(Organisation(id="SUB", names={"en": "Unit"}),),
        ),
        PROVIDERS,
        DataConsumerScheme(
            id="DATA_CONSUMERS",
            agency_id=AGENCY,
            version="1.0",
            names={"en": "Consumers"},
            data_consumers=(Organisation(id="PUBLIC", names={"en": "Anybody"}),),
        ),
        OrganisationUnitScheme(
            id="UNITS",
            agency_id=AGENCY,
            version="1.0",
            names={"en": "Units"},
            organisation_units=(OrganisationUnit(id="U1", names={"en": "Unit 1"}),),
        ),
    ]


# -- FX-EXR -------------------------------------------------------------------------------

SIBLING = ("CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX")
SERIES = ("FREQ", *SIBLING)
TITLES = {
    "M.USD": "US dollar/Euro, monthly",
    "M.CHF": "Swiss franc/Euro, monthly",
    "A.USD": "US dollar/Euro, annual",
    "D.USD": "US dollar/Euro, daily",
    "M.JPY": "Yen/Euro, monthly",
}
_MONTHS = ("2010-01", "2010-02", "2010-03", "2010-04")
EXCHANGE_RATES: dict[str, dict[str, str]] = {
    "M.USD": dict(zip(_MONTHS, ("1.4272", "1.3686", "1.3569", "1.3406"), strict=True)),
    "M.CHF": dict(zip(_MONTHS, ("1.4765", "1.4671", "1.4482", "1.4337"), strict=True)),
    "A.USD": {"2009": "1.3948", "2010": "1.3257"},
    "D.USD": {"2010-01-04": "1.4389", "2010-01-05": "1.4442", "2010-01-06": "1.4404"},
    "M.JPY": dict(zip(_MONTHS, ("130.34", "123.46", "122.80", "125.33"), strict=True)),
}


def exr_structures(version: str) -> tuple[DataStructure, Dataflow, list[Maintainable]]:
    """Return DSD and dataflow of the exchange rates, and all that belongs to them."""
    structure = dsd(
        "DSD_EXR",
        version,
        {
            "FREQ": "CL_FREQ",
            "CURRENCY": "CL_CURRENCY",
            "CURRENCY_DENOM": "CL_CURRENCY",
            "EXR_TYPE": "CL_EXR_TYPE",
            "EXR_SUFFIX": "CL_EXR_SUFFIX",
        },
        attributes=[
            attached("DS_NOTE", None, DATAFLOW),
            attached("UNIT", None, AttributeRelationship(group="Sibling")),
            attached("TITLE", None, AttributeRelationship(dimensions=SERIES)),
            attached(
                "COLLECTION",
                "CL_EXR_SUFFIX",
                AttributeRelationship(dimensions=SERIES),
                mandatory=True,
            ),
            attached("OBS_STATUS", "CL_OBS_STATUS", OBSERVATION, mandatory=True),
            attached("OBS_COM", None, OBSERVATION),
        ],
        groups={"Sibling": SIBLING},
    )
    flow = dataflow("EXR", version, structure)
    agreements = [
        agreement("PA_ECB", version, flow, "ECB"),
        agreement("PA_BIS", version, flow, "BIS"),
    ]
    return structure, flow, [structure, flow, *agreements]


def exr_rows(series: Iterable[str] = EXCHANGE_RATES) -> list[Row]:
    """Return the exchange rates of some series, one row an observation."""
    return [
        {
            **dict(zip(SERIES, (*key.split("."), "EUR", "SP00", "A"), strict=True)),
            "TIME_PERIOD": time,
            "OBS_VALUE": value,
            "UNIT": key[2:],
            "TITLE": TITLES[key],
            "COLLECTION": "A",
            "OBS_STATUS": "P" if (key, time) in _PROVISIONAL else "A",
            "OBS_COM": "revised" if (key, time) == ("M.USD", "2010-03") else None,
            PROVIDER: f"TST.{'BIS' if key == 'M.JPY' else 'ECB'}",
            SERIES_ANNOTATIONS: SAID_OF_SERIES if key == "M.USD" else None,
            OBSERVATION_ANNOTATIONS: (
                SAID_OF_OBSERVATION if (key, time) == ("M.USD", "2010-03") else None
            ),
        }
        for key in series
        for time, value in EXCHANGE_RATES[key].items()
    ]


SAID_OF_SERIES = to_text(
    [Annotation(id="S1", title="Source", type="SOURCE", texts={"en": "Markets", "fr": "Marchés"})]
)
SAID_OF_OBSERVATION = to_text(
    [
        Annotation(
            type="REVISION",
            texts={"en": "Revised <once>"},
            links=(AnnotationLink(href="https://tst.example/revisions?a=1&b=2"),),
        )
    ]
)
_PROVISIONAL = {("M.USD", "2010-04"), ("M.CHF", "2010-04")}
NOTE = {"DS_NOTE": "Reference rates"}


def exr(version: str) -> Content:
    """FX-EXR: five series of exchange rates of two providers."""
    _, flow, artefacts = exr_structures(version)
    return Content(artefacts, [(CREATED, [delivery(flow, exr_rows(), "Replace", NOTE)])])


def constrained(version: str) -> Content:
    """FX-CONS: exchange rates without yen, constraints on structure, flow and agreement."""
    structure, flow, artefacts = exr_structures(version)
    by_bank = next(a for a in artefacts if a.id == "PA_ECB")
    constraints = [
        allowing(
            "CR_DSD",
            structure,
            {"CURRENCY": ("USD", "CHF", "JPY", "EUR"), "CURRENCY_DENOM": ("EUR",)},
        ),
        allowing("CR_FLOW", flow, {"CURRENCY": ("USD", "CHF", "EUR")}),
        allowing("CR_PA", by_bank, {"CURRENCY": ("USD", "EUR")}),
    ]
    rows = exr_rows(key for key in EXCHANGE_RATES if key != "M.JPY")
    return Content([*artefacts, *constraints], [(CREATED, [delivery(flow, rows, "Replace", NOTE)])])


# -- FX-AVAIL, FX-FLAT, FX-HIST -----------------------------------------------------------


def availability(version: str) -> Content:
    """FX-AVAIL: three series of a labour force survey."""
    structure = dsd(
        "DSD_LFS", version, {"REF_AREA": "CL_AREA", "EMP_STATUS": "CL_EMP", "SEX": "CL_SEX"}
    )
    flow = dataflow("LFS", version, structure)
    years = {
        ("UK", "EMP", "M"): ("2000", "2001", "2002"),
        ("FR", "EMP", "M"): ("2001", "2002", "2003"),
        ("FR", "UEMP", "F"): ("2002",),
    }
    rows = [
        {
            "REF_AREA": area,
            "EMP_STATUS": status,
            "SEX": sex,
            "TIME_PERIOD": year,
            "OBS_VALUE": str(n + 1),
        }
        for (area, status, sex), found in years.items()
        for n, year in enumerate(found)
    ]
    supplied = agreement("PA_LFS", version, flow, "BIS")
    return Content([structure, flow, supplied], [(CREATED, [delivery(flow, rows)])])


def flat(version: str) -> Content:
    """FX-FLAT: a structure without time."""
    structure = dsd("DSD_FLAT", version, {"REF_AREA": "CL_AREA", "SEX": "CL_SEX"}, time=False)
    flow = dataflow("FLAT", version, structure)
    rows = [
        {"REF_AREA": "UK", "SEX": "F", "OBS_VALUE": "1"},
        {"REF_AREA": "UK", "SEX": "M", "OBS_VALUE": "2"},
        {"REF_AREA": "FR", "SEX": "F", "OBS_VALUE": "3"},
    ]
    return Content([structure, flow], [(CREATED, [delivery(flow, rows)])])


def history(version: str) -> Content:
    """FX-HIST: one series that was changed twice."""
    structure = dsd("DSD_HIST", version, {"INDICATOR": None})
    flow = dataflow("HIST", version, structure)

    def step(action: str, **values: str | None) -> Delivery:
        rows = [
            {"INDICATOR": "I1", "TIME_PERIOD": month.replace("_", "-")[1:], "OBS_VALUE": value}
            for month, value in values.items()
        ]
        return delivery(flow, rows, action)

    return Content(
        [structure, flow],
        [
            (T1, [step("Replace", _2011_12="10", _2012_01="11")]),
            (T2, [step("Replace", _2012_02="12"), step("Delete", _2011_12=None)]),
            (T3, [step("Replace", _2012_02="12.5", _2012_03="13")]),
        ],
    )


# -- FX-MULTI -----------------------------------------------------------------------------


def multi(version: str) -> Content:
    """FX-MULTI: two measures; arrays, texts in languages, an outline."""
    series = AttributeRelationship(dimensions=("REF_AREA",))
    structure = dsd(
        "DSD_MULTI",
        version,
        {"REF_AREA": "CL_AREA"},
        measures={"OBS_VALUE": text("Double"), "OBS_COUNT": text("Integer")},
        attributes=[
            attached("CONTACT", text(most=3), DATAFLOW),
            attached("METHOD", text(most="unbounded", multilingual=True), series),
            attached("GEO", text("GeospatialInformation"), series),
            attached("OBS_NOTE", text(multilingual=True), OBSERVATION),
            attached("SRC", None, OBSERVATION, measures=("OBS_COUNT",)),
        ],
    )
    flow = dataflow("MULTI", version, structure)
    lone = dataflow("MULTI_LONE", version, structure)
    rows = [
        {
            "REF_AREA": "FR",
            "TIME_PERIOD": "2020",
            "OBS_VALUE": "1.10",
            "OBS_COUNT": "7",
            "METHOD": json.dumps([{"en": "Survey", "fr": "Enquête"}, {"en": "Census"}]),
            "GEO": OUTLINE,
            "OBS_NOTE": json.dumps({"en": "Good, year", "fr": "Bonne année"}),
            "SRC": 'Say "NA"\nor, not',
        },
        {
            "REF_AREA": "FR",
            "TIME_PERIOD": "2021",
            "OBS_VALUE": "NaN",
            "OBS_COUNT": None,
            "METHOD": None,
            "GEO": None,
            "OBS_NOTE": None,
            "SRC": None,
        },
        {
            "REF_AREA": "UK",
            "TIME_PERIOD": "2020",
            "OBS_VALUE": "0.000010",
            "OBS_COUNT": "3",
            "METHOD": None,
            "GEO": None,
            "OBS_NOTE": None,
            "SRC": "NA",
        },
        {
            "REF_AREA": "UK",
            "TIME_PERIOD": "2021",
            "OBS_VALUE": "1e5",
            "OBS_COUNT": "0",
            "METHOD": None,
            "GEO": None,
            "OBS_NOTE": None,
            "SRC": "null",
        },
    ]
    both, alone = {"CONTACT": '["A","B"]'}, {"CONTACT": '["A"]'}
    return Content(
        [structure, flow, lone],
        [
            (CREATED, [delivery(flow, rows, "Replace", both)]),
            (CREATED, [delivery(lone, rows[:1], "Replace", alone)]),
        ],
    )


OUTLINE = "EPSG:4326, C,POLYGON((0 0,0 1,1 1,0 0))"


# -- FX-VER, FX-CL, FX-CAT, FX-LANG, FX-EVOLVE --------------------------------------------

VERSIONS = (
    "0.9.0",
    "1.0",
    "1.0.0",
    "1.1.0",
    "1.1.1",
    "1.2.0",
    "2.0",
    "2.0.0",
    "2.3.0",
    "2.3.1",
    "2.4.0-draft",
    "3.0.0-draft",
)


def versioned(versions: Iterable[str] = VERSIONS) -> Content:
    """FX-VER: one codelist in many versions."""
    return Content([codelist("CL_VER", version, {"A": f"A of {version}"}) for version in versions])


def extensions() -> Content:
    """FX-CL: codelists that extend others."""
    first = codelist(
        "CL_A",
        "1.0.0",
        [
            Code(id="A1", names={"en": "A's A1"}),
            Code(id="A2", names={"en": "A2"}),
            Code(id="A3", names={"en": "A3"}, parent="A2"),
        ],
    )
    second = codelist("CL_B", "1.0.0", {"B1": "B1", "A1": "B's A1"})
    plain = CodelistExtension(codelist=first.urn)
    extended = codelist(
        "CL_X",
        "1.0.0",
        {"X1": "X1", "A1": "X's A1"},
        codelist_extensions=(plain, CodelistExtension(codelist=second.urn, prefix="B_")),
    )
    inherited = codelist(
        "CL_Y",
        "1.0.0",
        {},
        codelist_extensions=(plain, CodelistExtension(codelist=second.urn)),
    )
    return Content([first, second, extended, inherited])


def categories(version: str) -> Content:
    """FX-CAT: a tree of categories; the exchange rates stand under one of them."""

    def category(id_: str, *below: Category) -> Category:
        return Category(id=id_, names={"en": f"Category {id_}"}, categories=below)

    scheme = CategoryScheme(
        id="DOMAINS",
        agency_id=AGENCY,
        version=version,
        names={"en": "Domains"},
        categories=(
            category("A", category("A1", category("A11"), category("A12")), category("A2")),
            category("B"),
        ),
    )
    _, flow, _ = exr_structures(version)
    categorisation = Categorisation(
        id="CAT_EXR",
        agency_id=AGENCY,
        version="1.0",
        names={"en": "Exchange rates are in A11"},
        source=flow.urn,
        target=scheme.item_urn("A.A1.A11"),
    )
    return Content([scheme, categorisation])


def languages(version: str) -> Content:
    """FX-LANG: a codelist with names in three languages, and some of its codes in fewer."""
    return Content(
        [
            codelist(
                "CL_LANG",
                version,
                [
                    Code(id="Y", names={"en": "Yes", "fr": "Oui"}),
                    Code(id="N", names={"en": "No", "fr": "Non"}),
                    Code(id="K", names={"de": "Keine Angabe – نعم 🙂"}),
                ],
                names={"en": "Answers", "fr": "Réponses", "de": "Antworten"},
            )
        ]
    )


def evolving() -> Content:
    """FX-EVOLVE: a structure that grew a dimension, and a dataflow that does without it."""
    structure = dsd(
        "DSD_POP",
        "1.1.0",
        {"FREQ": "CL_FREQ", "REF_AREA": "CL_AREA", "SEASONAL_ADJUST": "CL_SA"},
        evolving=True,
        lists="1.0.0",
    )
    before = dataflow("DF_POP", "1.0.0", structure, dimension_constraint=("FREQ", "REF_AREA"))
    after = dataflow("DF_POP_SA", "1.0.0", structure)
    row = {"FREQ": "A", "REF_AREA": "FR", "TIME_PERIOD": "2020", "OBS_VALUE": "67"}
    adjusted = {**row, "SEASONAL_ADJUST": "Y", "OBS_VALUE": "68"}
    return Content(
        [structure, before, after],
        [(CREATED, [delivery(before, [row])]), (CREATED, [delivery(after, [adjusted])])],
    )


# -- what single rows ask for -------------------------------------------------------------


def lists_of_the_old_kind() -> Content:
    """Versions, agencies, hierarchies and both roles of constraints."""
    frequencies = codelist("CL_FREQ", "1.0", {"A": "Annual", "M": "Monthly"})

    def tree(id_: str) -> Hierarchy:
        code = HierarchicalCode(id="A", code=frequencies.item_urn("A"))
        return Hierarchy(
            id=f"HCL_{id_}",
            agency_id=AGENCY,
            version="1.0",
            names={"en": f"Hierarchy {id_}"},
            hierarchical_codes=(code,),
            hierarchical_codelist=HierarchicalCodelist(
                id="HCL", hierarchy_id=id_, names={"en": "Hierarchies"}
            ),
        )

    survey = availability("1.0").artefacts[1]
    return Content(
        [
            codelist("CL_FREQ", "2.0", {"A": "Annual", "H": "Hourly"}),
            codelist("CL_FREQ", "1.0", {"A": "Annual"}, agency="SDMX"),
            tree("H1"),
            tree("H2"),
            allowing("CR_ALLOWED", survey, {"SEX": ("F", "M")}),
            allowing("CR_ACTUAL", survey, {"SEX": ("F", "M")}, role="Actual"),
        ]
    )


def odd_ids() -> Content:
    """Values whose ids hold what URLs reserve."""
    values = ValueList(
        id="VL_ODD",
        agency_id=AGENCY,
        version="1.0.0",
        names={"en": "Odd values"},
        value_items=(
            ValueItem(id="50 % a/b", names={"en": "Half"}),
            ValueItem(id="C", names={"en": "C"}),
        ),
    )
    return Content([values])


def late_binding() -> Content:
    """A structure that takes whatever version of its codelist is the newest."""
    lists = [codelist("CL_LATE", version, {"A": version}) for version in ("1.0.0", "1.1.0")]
    structure = dsd("DSD_LATE", "1.0.0", {"FREQ": "CL_LATE(1.0+.0)"})
    return Content([*lists, structure])
