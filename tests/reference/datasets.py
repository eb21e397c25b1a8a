"""Datasets built for nastiness, and their publication into a store.

Values are made up and mean nothing: they are what writers stumble over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Code, ValueItem, ValueList
from sdmx_server.model.datastructure import AttributeRelationship
from sdmx_server.model.delivery import Delivery
from sdmx_server.model.representation import Representation
from tests.conformance.artefacts import (
    AGENCY,
    DATAFLOW,
    OBSERVATION,
    PROVIDERS,
    Shape,
    agreement,
    attached,
    codelist,
    concepts,
    dataflow,
    dsd,
    text,
)
from tests.reference.survey import (
    PROVIDER,
    SAID_OF_OBSERVATION,
    SAID_OF_SERIES,
    TIME,
    Component,
    Publication,
    Row,
    Survey,
    Value,
)

VERSION = "1.0.0"
CREATED = datetime(2011, 6, 1, tzinfo=UTC)
REVISED = datetime(2012, 2, 15, 12, tzinfo=UTC)
AGAIN = datetime(2012, 3, 15, 12, 30, 45, tzinfo=UTC)

TEXTS = (
    "plain",
    'said "so"',
    '"',
    "comma, semicolon; colon: tab\tend",
    "two\nlines",
    "\rcarriage\r\nreturn",
    "<b>&amp; 'it' & \"that\"</b>",
    "]]>",
    "🙂 emoji, e\u0301 combining, ﷽",
    "\u0085next\u2028line\u200bnothing\u007f",
    "007",
    "NaN",
    " blanks around ",
    "\\n \\u0041 \\",
    '{"en":"not json"}',
    "[1]",
    "null",
    "en:text",
    "=1+1",
    "-",
    "\ufeffmark",
    "%2C+%41",
    "long " * 700,
)
NUMBERS = (
    "1.10", "007", "NaN", "-0", "+5", "1e5", "0.000010", "-INF", "INF", "1.", ".5", "1E-7", "0",
    "-12.50", "-007", "-.5", "123456789012345678901234567890.123456789", "2.0", "3", "4.25", "-0.0",
    "1E400",
)  # fmt: skip
COUNTS = ("0", "7", "-0", "+3", "0012", "2147483647", "-2147483648", "#N/A")

_FREQUENCIES = {
    "A": "Annual", "S": "Half-yearly", "Q": "Quarterly", "M": "Monthly", "W": "Weekly",
    "D": "Daily",
}  # fmt: skip
_AREAS = {
    "10": "Ten", "9": "Nine", "a": "Small a", "A": "Great A", "Z": 'Last, "but" one', "_u": "",
    "-b": "Minus <b> & co", "$c": "Dollar; see", "@d": "At", "AA": "Aa: a colon",
}  # fmt: skip
_STATUSES = {"A": "Normal value", "P": "Provisional value", "b-1": 'Break, "see" note'}
_UNITS = {
    "%": "Percent, %",
    '"': "Inch",
    "<x&y>": "Between",
    "a b": "Blank",
    "é🙂": "",
    "a,b;c": "C",
}
_PERIODS = {
    "A": ("1999", "2010", "2011", "2012-A1"),
    "S": ("2010-S1", "2010-S2", "2011-S1"),
    "Q": ("2010-Q1", "2010-Q2", "2010-Q4", "2011-Q3"),
    "M": ("2010-01", "2010-02", "2010-M03", "2010-12", "2011-01"),
    "W": ("2010-W01", "2010-W20", "2011-W52"),
    "D": ("2010-01-31", "2010-02-28", "2012-02-29", "2010-D045"),
}
_NOTE = {"en": 'Good; "best", year', "id": "Tahun baik", "fr-CH": "Bonne année & <fin>\n2"}


_SAID = [
    {"id": "A1", "title": "Source <of>", "type": "SOURCE", "texts": {"en": "Markets & more"}},
    {"type": "NOTE", "texts": {"en": 'Said "so"', "id": "Dua\nbaris"}},
    {"title": "Title alone; ]]>"},
]


def _dimension(id_: str, name: str, codes: Mapping[str, str] | None = None) -> Component:
    return Component(id_, "dimension", name, codes=codes, mandatory=True)


def _attribute(id_: str, name: str, level: str, **more: object) -> Component:
    return Component(id_, "attribute", name, level=level, **more)


_TIME = Component(TIME, "time", "Time period", "ObservationalTimePeriod", mandatory=True)
_PLAIN_KEY = ("FREQ", "AREA", "SEX")
_PLAIN_GROUP = ("AREA", "SEX")
_SEXES = {"F": "Female", "M": "Male", "_T": "Total"}


def plain() -> Survey:
    """One measure, as SDMX 2.1 has it; attributes of every level; published three times."""
    first = list(_plain_rows())
    second = [_revised(n, row) for n, row in enumerate(first) if n % 17]
    second += [{**row, TIME: "2013"} for row in first if row[TIME] == "2010"]
    third = [_relabelled(row) for row in second if row["AREA"] != "Z"]
    note = {"DS_NOTE": TEXTS[6], "DS_STATUS": "A"}
    return Survey(
        "PLAIN",
        (
            _dimension("FREQ", "Frequency", _FREQUENCIES),
            _dimension("AREA", "Reference area, coded", _AREAS),
            _dimension("SEX", "Sex", _SEXES),
            _TIME,
            Component("OBS_VALUE", "measure", "Observation value", "Double"),
            _attribute("DS_NOTE", "Note", "dataset"),
            _attribute("DS_STATUS", "Status; of all", "dataset", codes=_STATUSES),
            _attribute("UNIT", "Unit", "group", group="Sibling", attached_to=_PLAIN_GROUP),
            _attribute("UNIT_KIND", "Kind", "group", codes=_STATUSES, group="Sibling",
                       attached_to=_PLAIN_GROUP),
            _attribute("TITLE", "Title", "series", attached_to=_PLAIN_KEY),
            _attribute("AREA_NOTE", "Note on areas", "series", attached_to=("AREA",)),
            _attribute("QUALITY", "Quality", "series", codes=_STATUSES, attached_to=_PLAIN_KEY,
                       mandatory=True),
            _attribute("OBS_STATUS", "Status", "observation", codes=_STATUSES),
            _attribute("OBS_COM", 'Comment "free"', "observation"),
        ),
        {"Sibling": _PLAIN_GROUP},
        (
            Publication(CREATED, first, note),
            Publication(REVISED, second, note),
            Publication(AGAIN, third, note),
        ),
        {"ECB": "PA_ECB", "BIS": "PA_BIS"},
    )  # fmt: skip


def _plain_rows() -> Iterator[Row]:
    series = [(f, a, s) for f in _FREQUENCIES for a in _AREAS for s in _SEXES]
    kept = [key for n, key in enumerate(series) if n % 3 != 1]
    days = [f"2009-{month:02}-{day:02}" for month in range(1, 12) for day in range(1, 13)]
    number = 0
    for n, (freq, area, sex) in enumerate(kept):
        place = list(_AREAS).index(area)
        periods: Sequence[str] = _PERIODS[freq][: 1 + n % len(_PERIODS[freq])]
        for period in days if (freq, area, sex) == ("D", "10", "F") else periods:
            number += 1
            yield _told(
                {
                    "FREQ": freq,
                    "AREA": area,
                    "SEX": sex,
                    TIME: period,
                    "OBS_VALUE": NUMBERS[number % len(NUMBERS)],
                    "UNIT": TEXTS[place] if sex != "M" else None,
                    "UNIT_KIND": "P" if area in ("a", "10") else None,
                    "TITLE": TEXTS[n % len(TEXTS)] if n % 4 else None,
                    "AREA_NOTE": TEXTS[place + 4] if place % 2 else None,
                    "QUALITY": list(_STATUSES)[n % 3],
                    "OBS_STATUS": list(_STATUSES)[number % 3] if number % 5 else None,
                    "OBS_COM": TEXTS[number % len(TEXTS)] if number % 7 in (1, 2) else None,
                    PROVIDER: f"{AGENCY}.{'BIS' if area in ('Z', 'A') else 'ECB'}",
                    SAID_OF_SERIES: _SAID[: n % 3] if area in ("a", "10") and n % 3 else None,
                    SAID_OF_OBSERVATION: _SAID[n % 3 : n % 3 + 1] if number % 9 == 4 else None,
                }
            )


def _revised(number: int, row: Row) -> Row:
    if number % 11 == 0:
        return {**row, "OBS_VALUE": "99.5", "OBS_COM": 'revised, "twice"'}
    if number % 13 == 0:
        return {id_: value for id_, value in row.items() if id_ != "OBS_STATUS"}
    if number % 19 in (1, 2, 3):
        return {id_: value for id_, value in row.items() if id_ != "OBS_COM"}
    return row


def _relabelled(row: Row) -> Row:
    """Change what is said of some series, and of a group of them."""
    if row["AREA"] == "9" and row["FREQ"] in "MQ":
        row = {**row, "TITLE": "another <title>"}
    return {**row, "UNIT": "another; unit"} if (row["AREA"], row["SEX"]) == ("@d", "F") else row


def kinds() -> Survey:
    """What SDMX 3 added: two measures, arrays, texts in languages, lists of any values."""
    series = ("AREA", "ITEM")
    rows = list(_kinds_rows())
    of_dataset: Row = {
        "CONTACT": ["A; b", 'say "c"'],
        "DS_TITLE": {"en": "All", "id": "Semua"},
    }
    return Survey(
        "KINDS",
        (
            _dimension("AREA", "Reference area, coded", _AREAS),
            _dimension("ITEM", "Item", _UNITS),
            _TIME,
            Component("OBS_VALUE", "measure", "Observation value", "Double"),
            Component("OBS_COUNT", "measure", "Number", "Integer"),
            Component("REASONS", "measure", "Reasons", codes=_STATUSES, is_array=True),
            _attribute("CONTACT", "Contact", "dataset", is_array=True),
            _attribute("DS_TITLE", "Title, of all", "dataset", is_multilingual=True),
            _attribute("METHOD", "Method", "series", is_array=True, is_multilingual=True,
                       attached_to=series),
            _attribute("AREA_KINDS", "Kinds", "series", codes=_STATUSES, is_array=True,
                       attached_to=("AREA",)),
            _attribute("TITLE", "Title", "series", attached_to=series),
            _attribute("OBS_STATUS", "Status", "observation", codes=_STATUSES),
            _attribute("OBS_NOTE", "Observation note", "observation", is_multilingual=True),
            _attribute("TAGS", "Tags", "observation", is_array=True),
            _attribute("SRC", "Source", "observation", about=("OBS_COUNT",)),
            _attribute("WEIGHT", "Weight", "observation", data_type="Decimal"),
            _attribute("FINAL", "Whether final", "observation", data_type="Boolean"),
        ),
        {},
        (
            Publication(CREATED, rows, of_dataset),
            Publication(REVISED, [_emptied(n, row) for n, row in enumerate(rows)], of_dataset),
        ),
    )  # fmt: skip


def _emptied(number: int, row: Row) -> Row:
    """Take values away, not the same ones everywhere."""
    ids = ("TAGS", "OBS_VALUE", "SRC", "OBS_NOTE", "OBS_COUNT", "OBS_STATUS", "REASONS")
    gone = ids[number % 7 :: 3] if number % 4 == 1 else ()
    return {id_: value for id_, value in row.items() if id_ not in gone}


def _kinds_rows() -> Iterator[Row]:
    number = 0
    periods = ("2009", "2010-Q1", "2010-01", "2010-01-01", "2010-01-01T12:30:00", "2011-W07",
               "2010-05-03/P7D", "2011")  # fmt: skip
    for n, (area, item) in enumerate((a, i) for a in _AREAS for i in _UNITS):
        if n % 5 == 2:
            continue
        place = list(_AREAS).index(area)
        for period in periods[: 1 + n % len(periods)]:
            number += 1
            some = number % 6
            yield _told(
                {
                    "AREA": area,
                    "ITEM": item,
                    TIME: period,
                    "OBS_VALUE": NUMBERS[number % len(NUMBERS)] if some != 1 else None,
                    "OBS_COUNT": COUNTS[number % len(COUNTS)] if some != 2 else None,
                    "REASONS": list(_STATUSES)[: some % 3 + 1] if some in (1, 3) else None,
                    "METHOD": [{"en": "Survey; a"}, dict(_NOTE)][: n % 2 + 1] if n % 3 else None,
                    "AREA_KINDS": ["P", "A"][: place % 2 + 1] if place % 3 else None,
                    "TITLE": TEXTS[n % len(TEXTS)] if n % 4 == 0 else None,
                    "OBS_STATUS": list(_STATUSES)[number % 3] if number % 4 else None,
                    "OBS_NOTE": [dict(_NOTE), {"id": TEXTS[number % 20]}][number % 2]
                    if some in (0, 5) else None,
                    "TAGS": [TEXTS[number % 22], "x;y", 'z"'][: 1 + number % 3]
                    if number % 5 == 3 else None,
                    "SRC": TEXTS[number % len(TEXTS)] if some == 4 else None,
                    "WEIGHT": ("1.10", "007", "-0", "12345678901234567890.5")[number % 4]
                    if number % 3 == 0 else None,
                    "FINAL": ("true", "false", "1", "0")[number % 4] if number % 7 == 0 else None,
                }
            )  # fmt: skip


def flat() -> Survey:
    """No time; codes that nobody declared."""
    rows = [
        _told(
            {
                "AREA": area,
                "ITEM": f"I{number % 4}.x" if number % 3 else "i-0",
                "RANK": str(number),
                "OBS_VALUE": ("10", "1.50", "-3")[number % 3],
                "DIM_NOTE": TEXTS[number % 9] if number % 2 else None,
                "OBS_COM": TEXTS[number % len(TEXTS)] if number % 3 == 0 else None,
            }
        )
        for number, area in enumerate(a for a in _AREAS for _ in range(6))
    ]
    revised = [{**rows[3], "OBS_VALUE": "7"}, *rows[4:]]
    return Survey(
        "FLAT",
        (
            _dimension("AREA", "Reference area, coded", _AREAS),
            _dimension("ITEM", "Item"),
            _dimension("RANK", "Rank"),
            Component("OBS_VALUE", "measure", "Observation value", "Decimal"),
            _attribute("DS_NOTE", "Note", "dataset"),
            _attribute("DIM_NOTE", "Note on all", "series",
                       attached_to=("AREA", "ITEM", "RANK")),
            _attribute("OBS_COM", 'Comment "free"', "observation"),
        ),
        {},
        (
            Publication(CREATED, rows, {"DS_NOTE": "of all"}),
            Publication(REVISED, revised, {"DS_NOTE": "of nearly all"}),
        ),
    )  # fmt: skip


def large() -> Survey:
    """More than a batch holds: few distinct texts, but for numbers; comments here and there."""
    areas = [f"I{number}" for number in range(120)]
    rows = [
        _told(
            {
                "SEX": sex,
                "ITEM": area,
                TIME: f"{1990 + month // 12}-{month % 12 + 1:02}",
                "OBS_VALUE": f"{(place * 7919 + month * 104_729) % 1_000_003 / 1000:.3f}",
                "UNIT": f"Unit {place % 7}" if place % 5 else None,
                "TITLE": f"{area}, <{sex}>" if place % 3 else None,
                "OBS_STATUS": list(_STATUSES)[month % 3] if month % 11 else None,
                "OBS_COM": TEXTS[month % 22] if (place + month) % 97 == 0 else None,
            }
        )
        for place, (sex, area) in enumerate((s, a) for s in _SEXES for a in areas)
        for month in range(32 + place % 33)
    ]
    return Survey(
        "LARGE",
        (
            _dimension("SEX", "Sex", _SEXES),
            _dimension("ITEM", "Item"),
            _TIME,
            Component("OBS_VALUE", "measure", "Observation value", "Double"),
            _attribute("UNIT", "Unit", "group", group="One", attached_to=("SEX", "ITEM")),
            _attribute("TITLE", "Title", "series", attached_to=("SEX", "ITEM")),
            _attribute("OBS_STATUS", "Status", "observation", codes=_STATUSES),
            _attribute("OBS_COM", 'Comment "free"', "observation"),
        ),
        {"One": ("SEX", "ITEM")},
        (Publication(CREATED, rows),),
    )


def _told(row: Row) -> Row:
    return {id_: value for id_, value in row.items() if value is not None}


# -- into a store -------------------------------------------------------------------------


def fill(stores: Stores, surveys: Sequence[Survey]) -> None:
    """Publish datasets, one publication after the other."""
    declare(stores, surveys)
    for survey in surveys:
        for number in range(len(survey.publications)):
            deliver(stores, survey, number)


def declare(stores: Stores, surveys: Sequence[Survey]) -> None:
    """Publish the structures of datasets."""
    made: dict[str, Maintainable] = {PROVIDERS.urn: PROVIDERS}
    names = {c.id: c.name for survey in surveys for c in survey.components}
    made["concepts"] = concepts(VERSION, names)
    for survey in surveys:
        for component in survey.components:
            if component.codes is not None:
                listed = _list_of(component)
                made.setdefault(listed.urn, listed)
        structure = _structure(survey)
        flow = dataflow(survey.name, VERSION, structure)
        made |= {structure.urn: structure, flow.urn: flow}
        for provider, id_ in survey.agreements.items():
            made[id_] = agreement(id_, VERSION, flow, provider)
    publish_structures(made.values(), stores, CREATED)


def deliver(stores: Stores, survey: Survey, number: int) -> None:
    """Publish what a publication changes of the one before it."""
    now = survey.publications[number]
    former = survey.publications[number - 1] if number else Publication(CREATED, [])
    flow = dataflow(survey.name, VERSION, _structure(survey))
    publish(list(_deliveries(flow.urn, survey, former, now)), stores, now.at)


def _deliveries(
    flow: str, survey: Survey, former: Publication, now: Publication
) -> Iterator[Delivery]:
    def key(row: Row) -> tuple[str, ...]:
        return tuple(row[id_] for id_ in survey.key)

    before, after = {key(row): row for row in former.rows}, {key(row): row for row in now.rows}
    gone = [dict(zip(survey.key, k, strict=True)) for k in before if k not in after]
    new = [row for k, row in after.items() if before.get(k) != row]
    if gone:
        yield _delivery(flow, gone, "Delete", {})
    yield _delivery(
        flow, new, "Replace", {} if former.of_dataset == now.of_dataset else now.of_dataset
    )


def _delivery(flow: str, rows: Sequence[Row], action: str, of_dataset: Row) -> Delivery:
    columns = dict.fromkeys(id_ for row in rows for id_ in row)
    return Delivery(
        structure=flow,
        context="dataflow",
        action=action,
        columns={id_: [_cell(row.get(id_)) for row in rows] for id_ in columns},
        file="reference",
        rows=range(1, len(rows) + 1),
        dataset_attributes={id_: str(_cell(value)) for id_, value in of_dataset.items()},
    )


def _cell(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _list_id(component: Component) -> str:
    return {"ITEM": "VL_UNIT"}.get(component.id) or {
        "Frequency": "CL_FREQ", "Reference area, coded": "CL_AREA", "Sex": "CL_SEX",
    }.get(component.name, "CL_STATUS")  # fmt: skip


def _list_of(component: Component) -> Maintainable:
    id_, codes = _list_id(component), component.codes or {}
    if id_.startswith("VL"):
        items = tuple(ValueItem(id=c, names={"en": n} if n else {}) for c, n in codes.items())
        names = {"en": "Values"}
        return ValueList(id=id_, agency_id=AGENCY, version=VERSION, names=names, value_items=items)
    named = [Code(id=code, names={"en": name} if name else {}) for code, name in codes.items()]
    return codelist(id_, VERSION, named)


def _shape(component: Component) -> Shape:
    most = "unbounded" if component.is_array else None
    if component.codes is None:
        return text(component.data_type, most, multilingual=component.is_multilingual)
    kind = "ValueList" if _list_id(component).startswith("VL") else "Codelist"
    urn = f"urn:sdmx:org.sdmx.infomodel.codelist.{kind}={AGENCY}:{_list_id(component)}({VERSION})"
    return Representation(enumeration=urn, max_occurs=most)


def _structure(survey: Survey) -> Maintainable:
    return dsd(
        f"DSD_{survey.name}",
        VERSION,
        {c.id: _shape(c) for c in survey.of_kind("dimension")},
        time=survey.has_time,
        measures={c.id: _shape(c) for c in survey.of_kind("measure")},
        attributes=[
            attached(c.id, _shape(c), _relationship(c), mandatory=c.mandatory, measures=c.about)
            for c in survey.of_kind("attribute")
        ],
        groups=survey.groups,
    )


def _relationship(component: Component) -> AttributeRelationship:
    if component.level == "dataset":
        return DATAFLOW
    if component.level == "group":
        return AttributeRelationship(group=component.group)
    if component.level == "series":
        return AttributeRelationship(dimensions=component.attached_to)
    return OBSERVATION
