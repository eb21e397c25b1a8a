"""Datasets of one series as actions with values by period, as histories and changes have them.

Source: SDMX-REST 2.2, doc/data.md (includeHistory, updatedAfter); SDMX-ML 2.1 to 3.1 and
SDMX-JSON 2.1, attributes of datasets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from sdmx_server.conformance.decoding.content import json_document, name, xml
from sdmx_server.conformance.decoding.data import number

Vintage = dict[str, Any]
"""``action``, ``values`` by period ("" where there is none), and ``from`` and ``to`` if told."""

_TIME = len("2012-03-15T12:00:00")


def datasets_of_xml(body: bytes) -> list[Vintage]:
    """Return the datasets of a message in SDMX-ML.

    Raises:
        Unreadable: if it is no XML.
    """
    return [_element(each) for each in xml(body) if name(each) == "DataSet"]


def datasets_of_json(body: bytes) -> list[Vintage]:
    """Return the datasets of a message in SDMX-JSON 2.x.

    Raises:
        Unreadable: if it is no JSON.
    """
    data = json_document(body)["data"]
    return [
        _object(each, data["structures"][each.get("structure", 0)]) for each in data["dataSets"]
    ]


def _vintage(
    action: str, values: Mapping[str, str | None], start: str | None, end: str | None
) -> Vintage:
    told: Vintage = {
        "action": action,
        "values": {time: number(text) if text else "" for time, text in values.items()},
    }
    validity = {"from": start, "to": end}
    return told | {name: instant[:_TIME] for name, instant in validity.items() if instant}


def _element(dataset: etree._Element) -> Vintage:
    given = {etree.QName(key).localname: str(text) for key, text in dataset.attrib.items()}
    values = dict(_observation(each) for each in dataset.iter("{*}Obs"))
    start, end = given.get("validFromDate"), given.get("validToDate")
    return _vintage(given["action"], values, start, end)


def _observation(element: etree._Element) -> tuple[str, str | None]:
    if element.get("TIME_PERIOD"):
        return element.get("TIME_PERIOD", ""), element.get("OBS_VALUE")
    parts = {name(part): part.get("value") for part in element}
    return parts.get("ObsDimension") or "", parts.get("ObsValue")


def _object(dataset: Mapping[str, Any], structure: Mapping[str, Any]) -> Vintage:
    (time,) = structure["dimensions"]["observation"]
    (series,) = dataset["series"].values()
    values = {
        time["values"][int(place)]["value"]: next((str(v) for v in cells if v is not None), None)
        for place, cells in series["observations"].items()
    }
    return _vintage(dataset["action"], values, dataset.get("validFrom"), dataset.get("validTo"))
