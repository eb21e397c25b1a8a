"""How large an answer would be is told from the series index, near what it then is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from sdmx_server.dataset import Message, Rendering
from sdmx_server.exchange import data
from sdmx_server.exchange.stores import Stores
from sdmx_server.formats.catalogue import DATA_FORMATS, DataFormat
from sdmx_server.grammar.v2 import parse_data
from sdmx_server.settings import Settings
from sdmx_server.site import EXTENSION
from tests.conformance.conftest import serve
from tests.conformance.fixtures import CREATED, Content, exr, history, organisations, shared

EXR = "/dataflow/TST/EXR"
HEADER = Message("M1", CREATED, "TST")
NAMES = [f"{each.media_type[21:]} {each.version}" for each in DATA_FORMATS]


@pytest.fixture(scope="module")
def stores(tmp_path_factory) -> Iterator[Stores]:
    made = Content([*shared("1.0.0"), *organisations()]) + exr("1.0.0") + history("1.0.0")
    url = f"sqlite:///{tmp_path_factory.mktemp('estimate') / 'sdmx.db'}"
    with serve(made, Settings(database_url=url)) as client:
        yield client.application.extensions[EXTENSION].stores


def written(format_: DataFormat, datasets) -> int:
    return sum(map(len, format_.write(datasets, HEADER, Rendering(format_.version))))


def estimated(stores: Stores, question: str, format_: DataFormat = DATA_FORMATS[0]):
    query = parse_data(*question.partition("?")[::2])
    return data.estimate(
        query, stores, partial(written, format_), by_row=format_.by_row, check=format_.check
    )


def sizes(stores: Stores, question: str) -> tuple[int, int]:
    """Return how many series and observations an answer has."""
    query = parse_data(*question.partition("?")[::2])
    batches = [b for each in data.answer(query, stores).datasets for b in each.batches]
    return sum(b.series_count for b in batches), sum(b.observation_count for b in batches)


@pytest.mark.parametrize(
    "question",
    [
        EXR,
        f"{EXR}/*/M.*",
        f"{EXR}?c[TIME_PERIOD]=ge:2010-02",
        f"{EXR}?c[TIME_PERIOD]=ge:2010-02+le:2010-02",
        f"{EXR}?lastNObservations=1",
        f"{EXR}?firstNObservations=1&lastNObservations=1",
        f"{EXR}?attributes=none&measures=none",
        f"{EXR}?limit=2",
        "/dataflow/TST/HIST?asOf=2012-03-01T00:00:00Z",
    ],
)
def test_series_and_observations_are_counted(stores, question):
    found = estimated(stores, question)
    series, observations = sizes(stores, question)

    assert series <= found.series
    assert found.observations == observations


@pytest.mark.parametrize("question", [f"{EXR}?c[OBS_VALUE]=gt:1.4", f"{EXR}?c[OBS_STATUS]=A"])
def test_where_values_are_filtered_the_counts_are_not_too_low(stores, question):
    found = estimated(stores, question)
    series, observations = sizes(stores, question)

    assert (series, observations) <= (found.series, found.observations)


@pytest.mark.parametrize("format_", DATA_FORMATS, ids=NAMES)
@pytest.mark.parametrize("question", [EXR, f"{EXR}?dimensionAtObservation=AllDimensions"])
def test_bytes_are_near_what_is_then_written(stores, question, format_):
    if "timeseries" in format_.media_type and "AllDimensions" in question:
        pytest.skip("time series messages have time at the observations")
    query = parse_data(*question.partition("?")[::2])
    found = data.answer(query, stores, by_row=format_.by_row, check=format_.check)
    length = written(format_, found.datasets)

    assert 0.7 * length < estimated(stores, question, format_).bytes < 1.5 * length


def test_what_matches_nothing_is_nothing(stores):
    found = estimated(stores, f"{EXR}/*/A.XXX")

    assert (found.series, found.observations, found.bytes) == (0, 0, 0)
