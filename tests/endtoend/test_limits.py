"""A service that limits its answers and its URLs says so, and answers what is within."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.endtoend.conftest import serving
from tests.endtoend.source import AGENCY, figures
from tests.formats.data.decode import decode_csv

IHK = f"sdmx/v2/data/dataflow/{AGENCY}/DF_IHK"


@pytest.fixture(scope="module")
def narrow(published: Path) -> Iterator[str]:
    """Address of a server that gives 20 observations at most."""
    limits = {"SDMX_SERVER_MAX_OBSERVATIONS": "20", "SDMX_SERVER_MAX_URL": "1024"}
    with serving(published, **limits) as (address, _):
        yield address


def test_an_answer_that_is_too_large_is_refused_in_both_versions(narrow):
    second = requests.get(f"{narrow}/{IHK}", timeout=30)
    first = requests.get(f"{narrow}/sdmx/v1/data/DF_IHK", timeout=30)

    assert (first.status_code, second.status_code) == (413, 413)
    assert 'code="510"' in first.text
    assert "20" in second.json()["errors"][0]["title"]


def test_parts_of_it_are_given(narrow):
    accepted = {"Accept": "text/csv"}
    rows = []
    for offset in range(0, len(figures("DF_IHK")), 20):
        page = {"limit": "20", "offset": str(offset)}
        response = requests.get(f"{narrow}/{IHK}", params=page, headers=accepted, timeout=30)
        assert response.status_code == 200
        rows += decode_csv(response.content)

    assert len(rows) == len(figures("DF_IHK"))
    assert len({tuple(row.values()) for row in rows}) == len(rows)
    assert sorted(row["OBS_VALUE"] for row in rows) == sorted(
        figure.value for figure in figures("DF_IHK")
    )


def test_the_longest_url_can_be_set(narrow):
    url = f"{narrow}/{IHK}?c[REF_AREA]={','.join(['3673'] * 300)}"

    assert requests.get(url, timeout=30).status_code == 414
    assert requests.get(url[:900], params={"limit": "1"}, timeout=30).status_code == 200
