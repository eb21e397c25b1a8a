"""What changed, when, and what was told before: by updatedAfter, includeHistory and asOf."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from lxml import etree

from sdmx_server.formats.catalogue import DATA_FORMATS, DataFormat
from tests.endtoend.conftest import run, serving
from tests.endtoend.source import AGENCY, figures
from tests.formats.data.decode import decode_csv
from tests.formats.data.ml_rows import rows_of
from tests.formats.json_validation import validate_json
from tests.formats.xsd_validation import validate_data

DATA = f"sdmx/v2/data/dataflow/{AGENCY}/DF_KEMISKINAN"
CSV = {"Accept": "application/vnd.sdmx.data+csv;version=2.1.0"}
CSV1 = "application/vnd.sdmx.data+csv;version=1.0.0"
"""The one format that cannot say what was deleted."""
HEADER = (
    "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,"
    "UNIT_MEASURE,UNIT_MULT,OBS_STATUS,SOURCE_DETAIL"
)
START = f"dataflow,{AGENCY}:DF_KEMISKINAN(1.0.0)"


class History(NamedTuple):
    """A server whose figures were revised twice.

    Attributes:
        address: of the server.
        instants: before the revisions, between them, and after both.
    """

    address: str
    instants: tuple[str, str, str]


def media_type_of(format_: DataFormat) -> str:
    return f"{format_.media_type};version={format_.version}"


@pytest.fixture(scope="module")
def history(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    folder = tmp_path_factory.mktemp("history")
    home = Path(shutil.copytree(published, folder / "var"))
    revisions = (
        (f"{START},M,A,3673,POV_P0,2024,5.60,PT,0,A,revised",),
        (
            f"{START},M,A,3673,POV_P0,2024,5.61,PT,0,A,revised again",
            f"{START},D,A,3673,POV_P0,2010,,,,,",
        ),
    )
    with serving(home) as (address, _):
        instants = [now(address)]
        for rows in revisions:
            file = folder / "revision.csv"
            file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
            done = run("load", str(file), "--home", str(home))
            assert done.returncode == 0, done.stdout + done.stderr
            instants.append(now(address))
        yield History(address, (instants[0], instants[1], instants[2]))


def now(address: str) -> str:
    """Return the instant of the last change, as the header of a message tells it."""
    headers = {"Accept": "application/xml"}
    content = requests.get(f"{address}/{DATA}?limit=1", headers=headers, timeout=30).content
    prepared: str = etree.fromstring(content).findtext("{*}Header/{*}Prepared")
    return prepared


def told(history: History, **parameters: str) -> list[dict[str, str]]:
    response = requests.get(f"{history.address}/{DATA}", params=parameters, headers=CSV, timeout=30)
    assert response.status_code == 200, response.text
    return decode_csv(response.content)


def test_the_latest_figures_are_those_after_both_revisions(history):
    by_period = {
        row["TIME_PERIOD"]: row
        for row in told(history, **{"c[INDICATOR]": "POV_P0", "c[REF_AREA]": "3673"})
    }

    assert by_period["2024"]["OBS_VALUE"] == "5.61"
    assert by_period["2024"]["SOURCE_DETAIL"] == "revised again"
    assert "2010" not in by_period


def test_what_was_told_at_an_instant_can_be_asked_again(history):
    values = []
    for instant in history.instants:
        rows = told(history, asOf=instant)
        poverty = [r for r in rows if (r["REF_AREA"], r["INDICATOR"]) == ("3673", "POV_P0")]
        by_period = {row["TIME_PERIOD"]: row["OBS_VALUE"] for row in poverty}
        values.append((len(rows), by_period.get("2010"), by_period["2024"]))

    count = len(figures("DF_KEMISKINAN"))
    assert values == [(count, "7.02", "5.65"), (count, "7.02", "5.60"), (count - 1, None, "5.61")]


def test_only_what_changed_after_an_instant_comes(history):
    rows = told(history, updatedAfter=history.instants[1])

    assert {(row["ACTION"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows} == {
        ("R", "2024", "5.61"),
        ("D", "2010", ""),
    }


def test_nothing_has_changed_after_the_last_change(history):
    after = {"updatedAfter": "2999-01-01T00:00:00Z"}
    second = requests.get(f"{history.address}/{DATA}", params=after, timeout=30)
    first = requests.get(f"{history.address}/sdmx/v1/data/DF_KEMISKINAN", params=after, timeout=30)

    assert (first.status_code, second.status_code) == (404, 204)


def test_the_whole_history_tells_every_value_that_was_published(history):
    rows = told(
        history,
        includeHistory="true",
        **{"c[TIME_PERIOD]": "2024", "c[INDICATOR]": "POV_P0", "c[REF_AREA]": "3673"},
    )

    assert [row["OBS_VALUE"] for row in rows if row["ACTION"] != "D"] == ["5.65", "5.60", "5.61"]


def test_version_1_tells_the_history_as_well(history):
    url = f"{history.address}/sdmx/v1/data/DF_KEMISKINAN/A.3673.POV_P0"
    content = requests.get(
        url, params={"includeHistory": "true", "startPeriod": "2024"}, timeout=30
    ).content

    assert {"5.65", "5.60", "5.61"} <= {row.get("OBS_VALUE") for row in rows_of(content)}


@pytest.mark.parametrize("format_", DATA_FORMATS, ids=media_type_of)
@pytest.mark.parametrize("question", ["updatedAfter=2020-01-01T00:00:00Z", "includeHistory=true"])
def test_histories_are_valid_in_every_format(history, question, format_):
    accepted = media_type_of(format_)
    url = f"{history.address}/{DATA}?{question}"
    response = requests.get(url, headers={"Accept": accepted}, timeout=30)
    content = response.content

    if (accepted, question) == (CSV1, "includeHistory=true"):
        assert response.status_code == 406
        assert "deleted" in response.text
    elif "json" in accepted:
        validate_json(content, "data", format_.version)
    elif "xml" in accepted:
        xsd = () if ".generic" in accepted else schema_of_deletions(history, format_.version)
        validate_data(content, xsd, format_.version)
    else:
        assert decode_csv(content)


def schema_of_deletions(history: History, version: str) -> bytes:
    deletion = "false" if version == "2.1" else "true"
    return requests.get(
        f"{history.address}/sdmx/v2/schema/dataflow/{AGENCY}/DF_KEMISKINAN?deletion={deletion}",
        headers={"Accept": f"application/vnd.sdmx.schema+xml;version={version}"},
        timeout=30,
    ).content


def test_old_versions_that_are_pruned_beside_a_server_are_as_if_never_published(
    published: Path, tmp_path: Path
):
    home = Path(shutil.copytree(published, tmp_path / "var"))
    with serving(home) as (address, _):
        first = now(address)
        file = tmp_path / "revision.csv"
        file.write_text(f"{HEADER}\n{START},M,A,3673,POV_P0,2024,5.60,PT,0,A,revised\n", "utf-8")
        assert run("load", str(file), "--home", str(home)).returncode == 0
        pruned = History(address, (first, now(address), ""))
        assert len(told(pruned, asOf=first)) == len(figures("DF_KEMISKINAN"))

        words = ("prune", "--keep", "1", "--home", str(home))
        says = run(*words, "--dry-run").stdout
        assert says.startswith("1 versions would be dropped, and 1 chunks of ")
        assert run(*words).stdout == says.replace("would be", "were")

        queries = {
            f"asOf={first}": 204,
            f"asOf={pruned.instants[1]}": 200,
            f"updatedAfter={first}": 501,
            f"updatedAfter={pruned.instants[1]}": 204,
            "includeHistory=true": 200,
        }
        found = {
            query: requests.get(f"{address}/{DATA}?{query}", headers=CSV, timeout=30).status_code
            for query in queries
        }
        assert found == queries
        assert len(told(pruned)) == len(figures("DF_KEMISKINAN"))


def test_pruning_is_told_in_one_way_what_to_keep(published: Path):
    words = ("prune", "--keep", "1", "--older-than", "2024-01-01T00:00:00Z")
    done = run(*words, "--home", str(published))
    assert (done.returncode, "use one of them" in done.stderr) == (2, True)
