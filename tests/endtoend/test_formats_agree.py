"""Whatever the format, the version and the packaging: the observations are the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import pytest
import requests

from sdmx_server.formats.catalogue import DATA_FORMATS, DataFormat
from tests.endtoend.source import AGENCY, figures
from tests.formats.data.decode import Observation, decode_csv, decode_json
from tests.formats.data.ml_rows import rows_of

DATAFLOWS = ("DF_IPM", "DF_IHK", "DF_PENDUDUK_ADM", "DF_STUNTING", "DF_APBD")
VIEWS = ("TIME_PERIOD", "AllDimensions", "REF_AREA")
NO_ATTRIBUTES = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION", "OBS_VALUE", "TIME_PERIOD")
REFERENCE = "application/vnd.sdmx.data+csv;version=2.1.0"

Cell = tuple[tuple[str, ...], str | None, str, frozenset[tuple[str, str]]]
"""Codes of the dimensions without time, the period, the value, the attributes."""


def media_type_of(format_: DataFormat) -> str:
    return f"{format_.media_type};version={format_.version}"


def url_of(version: str, dataflow: str) -> str:
    if version == "v1":
        return f"/sdmx/v1/data/{AGENCY},{dataflow},1.0.0"
    return f"/sdmx/v2/data/dataflow/{AGENCY}/{dataflow}/1.0.0"


@cache
def dimensions_of(server: str, dataflow: str) -> tuple[str, ...]:
    """Return the ids of the dimensions without time, in the order of the data structure."""
    url = f"{server}/sdmx/v2/structure/dataflow/{AGENCY}/{dataflow}/1.0.0?references=children"
    accept = {"Accept": "application/vnd.sdmx.structure+json;version=2.0.0"}
    (structure,) = requests.get(url, headers=accept, timeout=30).json()["data"]["dataStructures"]
    dimensions = structure["dataStructureComponents"]["dimensionList"]["dimensions"]
    return tuple(each["id"] for each in sorted(dimensions, key=lambda each: each["position"]))


@cache
def reference_of(server: str, dataflow: str) -> list[Cell]:
    url = server + url_of("v2", dataflow)
    content = requests.get(url, headers={"Accept": REFERENCE}, timeout=30).content
    return cells_of_rows(decode_csv(content), dimensions_of(server, dataflow))


def decoded(content: bytes, media_type: str, dimensions: tuple[str, ...]) -> list[Cell]:
    if "json" in media_type:
        return cells_of_observations(decode_json(content))
    if "csv" in media_type:
        return cells_of_rows(decode_csv(content), dimensions)
    return cells_of_rows(rows_of(content), dimensions)


def cells_of_rows(rows: Iterable[Mapping[str, str]], dimensions: tuple[str, ...]) -> list[Cell]:
    return sorted(
        (
            (
                tuple(row[id_] for id_ in dimensions),
                row["TIME_PERIOD"],
                row["OBS_VALUE"],
                frozenset(
                    (id_, text)
                    for id_, text in row.items()
                    if text and id_ not in NO_ATTRIBUTES and id_ not in dimensions
                ),
            )
            for row in rows
        ),
        key=lambda cell: cell[:3],
    )


def cells_of_observations(observations: Iterable[Observation]) -> list[Cell]:
    return sorted(
        (
            (
                each.key,
                each.time,
                str(each.measures["OBS_VALUE"]),
                frozenset((id_, str(value)) for id_, value in each.attributes.items()),
            )
            for each in observations
        ),
        key=lambda cell: cell[:3],
    )


@pytest.mark.parametrize("format_", DATA_FORMATS, ids=media_type_of)
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_every_format_and_packaging_tells_the_same(server, dataflow, version, view, format_):
    accepted = media_type_of(format_)
    response = requests.get(
        server + url_of(version, dataflow),
        params={"dimensionAtObservation": view},
        headers={"Accept": accepted},
        timeout=30,
    )

    if "timeseries" in accepted and view != "TIME_PERIOD":
        assert response.status_code == 406
        return
    assert response.status_code == 200
    assert response.headers["Content-Type"] == accepted
    found = decoded(response.content, accepted, dimensions_of(server, dataflow))
    assert found == reference_of(server, dataflow)
    assert len(found) == len(figures(dataflow))


@pytest.mark.parametrize("format_", DATA_FORMATS, ids=media_type_of)
@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_every_format_tells_the_same_of_the_latest_figures(server, dataflow, format_):
    last = {"lastNObservations": "1"}
    accepted = media_type_of(format_)
    contents = [
        requests.get(
            server + url_of(version, dataflow), params=last, headers={"Accept": type_}, timeout=30
        ).content
        for version, type_ in [("v2", accepted), ("v1", accepted), ("v2", REFERENCE)]
    ]

    dimensions = dimensions_of(server, dataflow)
    second, first = (decoded(content, accepted, dimensions) for content in contents[:2])
    expected = decoded(contents[2], REFERENCE, dimensions)

    assert second == first == expected
    assert len({cell[0] for cell in expected}) == len(expected)


@pytest.mark.parametrize("format_", DATA_FORMATS, ids=media_type_of)
def test_series_keys_alone_are_the_same_in_every_format(server, format_):
    accepted = media_type_of(format_)
    url = server + url_of("v1", "DF_IHK")
    response = requests.get(
        url, params={"detail": "serieskeysonly"}, headers={"Accept": accepted}, timeout=30
    )

    assert response.status_code == 200
    dimensions = dimensions_of(server, "DF_IHK")
    keys = {cell[0] for cell in reference_of(server, "DF_IHK")}
    if "json" in accepted:
        found = [each.key for each in decode_json(response.content)]
    else:
        read = decode_csv if "csv" in accepted else rows_of
        found = [tuple(row[id_] for id_ in dimensions) for row in read(response.content)]
    assert sorted(found) == sorted(keys)
