"""A client that applies what changed after an instant holds what the server holds now.

The client is written here after the account that the standard gives of actions; it knows the
readers, but neither the store nor the checks of deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from sdmx_server.formats.data.readers.catalogue import read
from sdmx_server.model.datastructure import AttributeRelationship
from sdmx_server.model.delivery import Delivery
from tests.conformance import fixtures as fx
from tests.conformance.answers import media
from tests.conformance.artefacts import DATAFLOW, OBSERVATION, attached, dataflow, dsd, text
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import T1, Content, Row, delivery
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import data_faults

KEY = ("FREQ", "CURRENCY", "TIME_PERIOD")
DIMENSIONS = {
    "DS_NOTE": (),
    "UNIT": ("CURRENCY",),
    "TITLE": ("FREQ", "CURRENCY"),
    "OBS_VALUE": KEY,
    "OBS_STATUS": KEY,
    "OBS_COM": KEY,
}
"""What each component that is no dimension is attached to."""

SERIES = {"A.USD": "5", "A.CHF": "6", "M.USD": "7", "M.CHF": "8", "M.JPY": "9"}
STRUCTURE = dsd(
    "DSD_CHANGING",
    "1.0.0",
    {"FREQ": "CL_FREQ", "CURRENCY": "CL_CURRENCY"},
    measures={"OBS_VALUE": text("Double")},
    attributes=[
        attached("DS_NOTE", None, DATAFLOW),
        attached("UNIT", None, AttributeRelationship(group="Currency")),
        attached("TITLE", None, AttributeRelationship(dimensions=("FREQ", "CURRENCY"))),
        attached("OBS_STATUS", "CL_OBS_STATUS", OBSERVATION),
        attached("OBS_COM", None, OBSERVATION),
    ],
    groups={"Currency": ("CURRENCY",)},
)
FLOW = dataflow("CHANGING", "1.0.0", STRUCTURE)


def observed(key: str, time: str | None = None, **values: str) -> Row:
    parts = dict(zip(KEY, (*key.split("."), time), strict=True))
    return {name: cell for name, cell in {**parts, **values}.items() if cell}


def first_rows() -> list[Row]:
    return [
        observed(
            key,
            time,
            OBS_VALUE=f"{value}.{place}",
            OBS_STATUS="AP"[place % 2],
            OBS_COM=f"remark {place}",
            TITLE=f"Series {key}",
            UNIT=key[2:],
        )
        for key, value in SERIES.items()
        for place, time in enumerate(
            ("2010", "2011", "2012") if key[0] == "A" else ("2010-01", "2010-02", "2010-03")
        )
    ]


def deleting(*rows: Row, **dataset: str) -> Delivery:
    return delivery(FLOW, rows, "Delete", dataset)


def merging(*rows: Row, **dataset: str) -> Delivery:
    return delivery(FLOW, rows, "Merge", dataset)


CHANGES: dict[str, list[Delivery]] = {
    "one observation": [deleting(observed("A.USD", "2011"))],
    "a whole series": [deleting(observed("M.JPY"))],
    "a comment": [deleting(observed("A.USD", "2011", OBS_COM="-"))],
    "a value": [deleting(observed("A.USD", "2011", OBS_VALUE="-"))],
    "a title": [deleting(observed("M.USD", TITLE="-"))],
    "the unit of a group": [deleting(observed(".CHF", UNIT="-"))],
    "the note of the dataset": [deleting({"DS_NOTE": "-"})],
    "another note": [merging(observed("A.USD", "2010", OBS_VALUE="1"), DS_NOTE="Other rates")],
    "a status that changes": [merging(observed("A.USD", "2010", OBS_STATUS="P"))],
    "a status that goes": [deleting(observed("A.USD", "2010", OBS_STATUS="-"))],
    "a title that changes": [merging(observed("M.USD", "2010-01", TITLE="Other"))],
    "a series that comes anew": [
        deleting(observed("M.USD")),
        merging(observed("M.USD", "2010-04", OBS_VALUE="3", UNIT="USD")),
    ],
    "all at once": [
        deleting(observed("A.USD", "2011", OBS_COM="-", OBS_STATUS="-"), observed("A.CHF", "2012")),
        deleting(observed("M.USD", TITLE="-"), observed(".CHF", UNIT="-")),
        merging(
            observed("M.JPY", "2010-04", OBS_VALUE="4"),
            observed("M.JPY", "2010-01", OBS_STATUS="P"),
        ),
    ],
}
SINCE = f"{T1.isoformat()[:19]}Z"
SCHEMA = "/sdmx/v2/schema/dataflow/TST/CHANGING/1.0.0?deletion=true"
QUERIES = [
    "",
    "attributes=none",
    "attributes=OBS_COM,TITLE",
    "attributes=dataset,series&measures=all",
    "c[OBS_STATUS]=A",
    "c[OBS_STATUS]=A&attributes=none",
    "c[TITLE]=co:Series",
    "c[UNIT]=CHF",
    "c[OBS_VALUE]=gt:5.0",
    "c[DS_NOTE]=Reference rates",
    "c[CURRENCY]=CHF,USD&c[OBS_COM]=ne:remark 1",
    "dimensionAtObservation=AllDimensions",
    "dimensionAtObservation=CURRENCY",
    "dimensionAtObservation=CURRENCY&attributes=TITLE,UNIT",
    "dimensionAtObservation=AllDimensions&attributes=TITLE,DS_NOTE,OBS_COM",
]
FORMATS = [
    ("data+csv", "2.1.0"),
    ("data+csv", "2.0.0"),
    ("data+json", "2.1.0"),
    ("data+json", "2.0.0"),
    ("data+xml", "3.1.0"),
    ("data+xml", "3.0.0"),
    ("genericdata+xml", "2.1"),
    ("structurespecificdata+xml", "2.1"),
]


@pytest.fixture(scope="module")
def changed(serving: Serving) -> Callable[[str], FlaskClient]:
    """Servers whose data changed once, by what changed."""
    made: dict[str, FlaskClient] = {}

    def server(name: str) -> FlaskClient:
        if name not in made:
            whole = delivery(FLOW, first_rows(), "Replace", fx.NOTE)
            artefacts = [*fx.shared("1.0.0"), *fx.organisations(), STRUCTURE, FLOW]
            steps = [(T1, [whole]), (T1 + timedelta(days=1), CHANGES[name])]
            made[name] = serving(Content(artefacts, steps))
        return made[name]

    return server


class Client:
    """What a client holds: the keys of observations, and values by component and key."""

    def __init__(self) -> None:
        self.keys: set[tuple[str, ...]] = set()
        self.values: dict[tuple[str, tuple[str, ...]], str] = {}

    def apply(self, deliveries: Iterable[Delivery]) -> None:
        for each in deliveries:
            if each.dataset_attributes and each.action != "Delete":
                self.values |= {(n, ()): text for n, text in each.dataset_attributes.items()}
            if each.dataset_attributes and each.action == "Delete":
                for name in each.dataset_attributes:
                    self.values.pop((name, ()), None)
            is_named = each.action == "Delete" and each.dataset_attributes
            for place in range(0 if is_named and not each.columns else len(each.rows)):
                cells = {name: cells[place] for name, cells in each.columns.items()}
                given = {name: cell for name, cell in cells.items() if cell is not None}
                (self._delete if each.action == "Delete" else self._put)(given, each.action)

    def _put(self, given: Row, action: str) -> None:
        key = tuple(given.get(name, "") for name in KEY)
        if "TIME_PERIOD" in given:
            self.keys.add(key)
            if action == "Replace":
                for name in ("OBS_VALUE", "OBS_STATUS", "OBS_COM"):
                    self.values.pop((name, key), None)
        for name in given.keys() - set(KEY):
            self.values[name, tuple(given[d] for d in DIMENSIONS[name])] = given[name]

    def _delete(self, given: Row, action: str) -> None:
        named = [name for name in given if name not in KEY]
        if not named:
            self.keys = {k for k in self.keys if not _matches(given, _named(KEY, k))}
        if "TIME_PERIOD" in given:
            named = [name for name in named if DIMENSIONS[name] == KEY] or named
        for name, key in list(self.values):
            hit = _matches(given, _named(DIMENSIONS[name], key))
            if hit and (name in named or (not named and DIMENSIONS[name] == KEY)):
                del self.values[name, key]

    def held(self) -> set[tuple[str, ...]]:
        """What is held of observations that there are."""
        known = {name: {_part(name, key) for key in self.keys} for name in DIMENSIONS}
        told = {(n, *key, text) for (n, key), text in self.values.items() if key in known[n]}
        return told | self.keys


def _named(dimensions: tuple[str, ...], key: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(dimensions, key, strict=True))


def _part(name: str, key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_named(KEY, key)[d] for d in DIMENSIONS[name])


def _matches(given: Row, key: Row) -> bool:
    return all(given.get(name, code) == code for name, code in key.items())


def get(server: FlaskClient, format_: tuple[str, str], *parts: str) -> list[Delivery]:
    """Ask for data; nothing where nothing matches."""
    query = quote("&".join(part for part in parts if part), safe="=&:,[]")
    response = server.get(f"/sdmx/v2/data/dataflow/TST/CHANGING?{query}", headers=media(*format_))
    if response.status_code == 204:
        return []
    assert response.status_code == 200, response.text
    return read(response.data, "answer")


def leads_there(server: FlaskClient, format_: tuple[str, str], query: str) -> bool:
    client, now = Client(), Client()
    client.apply(get(server, format_, query, f"asOf={SINCE}"))
    assert client.held()
    client.apply(get(server, format_, query, f"updatedAfter={SINCE}"))
    now.apply(get(server, format_, query))
    return client.held() == now.held()


@pytest.mark.parametrize("format_", FORMATS, ids=" ".join)
@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_leads_from_what_was_to_what_is(
    changed: Callable[[str], FlaskClient], change: str, format_: tuple[str, str]
):
    server = changed(change)
    assert [query for query in QUERIES if not leads_there(server, format_, query)] == []


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(
    "change", ["the unit of a group", "the note of the dataset", "all at once"]
)
def test_what_changed_is_told_validly(
    changed: Callable[[str], FlaskClient], change: str, query: str
):
    server = changed(change)
    views = {part for part in query.split("&") if "dimensionAt" in part} | {""}
    data = f"/sdmx/v2/data/dataflow/TST/CHANGING?{quote(query, safe='=&:,[]')}&updatedAfter={SINCE}"
    for version in ("2.0.0", "2.1.0"):
        told = server.get(data, headers=media("data+json", version))
        validate_json(told.data, "data", version)
    for kind, version in (("data+xml", "3.1.0"), ("structurespecificdata+xml", "2.1")):
        schemas = [
            server.get(f"{SCHEMA}&{view}", headers=media("schema+xml", version)).data
            for view in views
        ]
        told = server.get(data, headers=media(kind, version))
        assert data_faults(told.data, tuple(schemas), version) == []
    told = server.get(data, headers=media("genericdata+xml", "2.1"))
    assert data_faults(told.data, (), "2.1") == []
