"""The server answers the same from SQLite and from PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.databases import NO_POSTGRESQL, fresh_schema
from tests.endtoend.conftest import run, serving
from tests.endtoend.source import AGENCY
from tests.endtoend.test_figures import csv_figures, figures

QUERIES = [
    ("v2/structure/*", "*/*"),
    ("v1/dataflow/all/DF_IPM?references=all", "*/*"),
    (f"v2/data/dataflow/{AGENCY}", "text/csv"),
    (f"v2/data/dataflow/{AGENCY}/DF_IHK?lastNObservations=1", "*/*"),
    (f"v2/data/dataflow/{AGENCY}/DF_IHK?c[OBS_VALUE]=gt:5&sort=OBS_VALUE:desc", "text/csv"),
    (f"v2/data/dataflow/{AGENCY}/DF_PENDUDUK_ADM?c[TIME_PERIOD]=ge:2023", "application/xml"),
    ("v1/data/DF_STUNTING/.3673....?startPeriod=2022", "*/*"),
    (f"v2/availability/dataflow/{AGENCY}/*/+", "*/*"),
    ("v1/availableconstraint/DF_KEMISKINAN/.3673.?mode=available&references=all", "*/*"),
    (f"v2/schema/dataflow/{AGENCY}/DF_PENDUDUK", "*/*"),
]
# Ids of messages and instants of changes are those of each database.
_OWN = re.compile(rb"\bM[0-9a-f]{24}\b|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")


@pytest.fixture(scope="module")
def on_postgresql(
    postgresql_server: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """Address of a server on PostgreSQL, and the URL of its database."""
    if postgresql_server is None:
        pytest.skip(NO_POSTGRESQL)
    home = Path(tmp_path_factory.mktemp("postgresql") / "var")
    with (
        fresh_schema(postgresql_server) as url,
        serving(home, "--database-url", url, "--workers", "2") as (address, _),
    ):
        yield address, url


@pytest.mark.parametrize(("query", "accepted"), QUERIES)
def test_both_databases_give_the_same_answers(server, on_postgresql, query, accepted):
    answers = [
        requests.get(f"{address}/sdmx/{query}", headers={"Accept": accepted}, timeout=60)
        for address in (server, on_postgresql[0])
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    sqlite, postgresql = (_OWN.sub(b"", answer.content) for answer in answers)
    assert postgresql == sqlite


def test_postgresql_is_published_to_while_it_is_read(on_postgresql, tmp_path):
    address, url = on_postgresql
    data = f"{address}/sdmx/v2/data/dataflow/{AGENCY}/DF_PADI"
    before = requests.get(data, headers={"Accept": "text/csv"}, timeout=30)
    file = tmp_path / "padi.csv"
    file.write_bytes(before.content.replace(b",7353,", b",7354,"))

    done = run("load", str(file), "--database-url", url)

    after = requests.get(
        data, headers={"Accept": "text/csv", "If-None-Match": before.headers["ETag"]}, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert after.status_code == 200
    assert after.content == file.read_bytes()
    changed = set(csv_figures(after.content)) - set(figures("DF_PADI"))
    assert {figure.value for figure in changed} == {"7354"}
