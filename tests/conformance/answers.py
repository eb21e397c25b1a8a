"""What an answer says, read without the server's own readers."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from lxml import etree
from werkzeug.test import TestResponse

from tests.conformance.fixtures import EXCHANGE_RATES
from tests.formats.data.decode import decode_csv, decode_json
from tests.formats.data.ml_rows import rows_of

SDMX = "application/vnd.sdmx."
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Periods = dict[str, tuple[str, ...]]
"""The periods of each exchange rate: ``{"M.USD": ("2010-01", ...)}``."""


def media(kind: str, version: str, more: str = "") -> dict[str, str]:
    """Return the header that asks for ``sdmx.<kind>`` of a version."""
    return {"Accept": f"{SDMX}{kind};version={version}{more}"}


def media_type(response: TestResponse) -> str:
    """Return the media type that was sent, its SDMX prefix left off."""
    return response.headers["Content-Type"].removeprefix(SDMX)


def table(response: TestResponse) -> list[dict[str, Any]]:
    """Return the rows of a data message in whatever format, sorted; texts by component id."""
    assert response.status_code == 200, response.text
    if "csv" in response.headers["Content-Type"]:
        return decode_csv(response.data)
    if "xml" in response.headers["Content-Type"]:
        return rows_of(response.data)
    return _json_table(response)


def _json_table(response: TestResponse) -> list[dict[str, Any]]:
    data = json.loads(response.data)["data"]
    structures = data.get("structures") or [data["structure"]]
    found: list[dict[str, Any]] = []
    for each in data["dataSets"]:
        alone = {**data, "dataSets": [each]}
        levels = structures[int(each.get("structure", 0))]["dimensions"]
        by_place = sorted(chain(*levels.values()), key=lambda d: d["keyPosition"])
        ids = [d["id"] for d in by_place if d["id"] != "TIME_PERIOD"]
        crossed = {d["id"] for d in levels.get("observation", ())}
        for observation in decode_json(json.dumps({"data": alone}).encode()):
            is_whole = len(observation.key) == len(ids)
            names = ids if is_whole else [name for name in ids if name not in crossed]
            cells = dict(zip(names, observation.key, strict=True))
            if observation.time is not None:
                cells["TIME_PERIOD"] = observation.time
            found.append({**cells, **observation.measures, **observation.attributes})
    return found


def rates(response: TestResponse) -> Periods:
    """Return which exchange rates an answer holds; their values are checked on the way."""
    found: dict[str, list[str]] = {}
    for cells in table(response):
        series = f"{cells['FREQ']}.{cells['CURRENCY']}"
        found.setdefault(series, []).append(cells["TIME_PERIOD"])
        expected = EXCHANGE_RATES[series][cells["TIME_PERIOD"]]
        assert float(cells["OBS_VALUE"]) == float(expected)
    assert all(len(set(times)) == len(times) for times in found.values())
    return {series: tuple(sorted(times)) for series, times in found.items()}


def some(series: str, times: str = "") -> Periods:
    """Return exchange rates of some series, at some periods or all, separated by blanks."""
    wanted = times.split()
    return {
        name: tuple(sorted(t for t in EXCHANGE_RATES[name] if t in wanted or not wanted))
        for name in series.split()
    }


def xml(response: TestResponse) -> etree._Element:
    """Return the root of an SDMX-ML message."""
    assert response.status_code == 200, response.text
    return etree.fromstring(response.data)


def artefacts(response: TestResponse) -> dict[str, etree._Element]:
    """Return the artefacts of an SDMX-ML structure message, by ``Class=AG:ID(VERSION)``."""
    structures = xml(response).find("{*}Structures")
    found: dict[str, etree._Element] = {}
    for container in structures:
        for element in container.iter("{*}*"):
            if element.get("agencyID") and etree.QName(element).localname != "Ref":
                version = element.get("version", "1.0")
                name = f"{etree.QName(element).localname}={element.get('agencyID')}"
                name = f"{name}:{element.get('id')}({version})"
                assert name not in found, f"{name} stands in the message twice"
                found[name] = element
    return found


def listed(response: TestResponse) -> dict[str, dict[str, Any]]:
    """Return the artefacts of an SDMX-JSON structure message, by ``container=AG:ID(VERSION)``."""
    assert response.status_code == 200, response.text
    found: dict[str, dict[str, Any]] = {}
    for container, members in json.loads(response.data)["data"].items():
        for member in members:
            version = f"({member['version']})" if "version" in member else ""
            name = f"{container}={member['agencyID']}:{member['id']}{version}"
            assert name not in found, f"{name} stands in the message twice"
            found[name] = member
    return found


def error(response: TestResponse) -> int:
    """Return the number in an error message, which must have a text."""
    if "json" in response.headers["Content-Type"]:
        document = json.loads(response.data)
        assert not document.get("data")
        told = document["errors"][0]
        assert told.get("title") or told.get("titles") or told.get("detail")
        return int(told["code"])
    root = etree.fromstring(response.data)
    assert etree.QName(root).localname == "Error"
    message = root.find("{*}ErrorMessage")
    assert message.find("{*}Text").text
    return int(message.get("code"))
