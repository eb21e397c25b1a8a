"""What is answered from memory is what holds: processes share a database, not their answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.endtoend.conftest import run, serving
from tests.endtoend.source import AGENCY

DATA = f"sdmx/v2/data/dataflow/{AGENCY}/DF_KEMISKINAN/+/A.3673.POV_P0"
CSV = {"Accept": "application/vnd.sdmx.data+csv;version=2.1.0"}
REVISION = f"""\
STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,\
UNIT_MEASURE,UNIT_MULT,OBS_STATUS,SOURCE_DETAIL
dataflow,{AGENCY}:DF_KEMISKINAN(1.0.0),M,A,3673,POV_P0,2024,{{}},PT,0,A,revised
"""
TIMES = 12  # so often that both processes have answered and have it ready


@pytest.fixture(scope="module")
def home(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(published, tmp_path_factory.mktemp("ready") / "var"))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with serving(home, "--workers", "2") as (address, _):
        yield address


def asked(address: str, **headers: str) -> requests.Response:
    """Ask on a new connection, which either process may accept."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(f"{address}/{DATA}", headers=CSV | named, timeout=30)


def told(*arguments: str, home: Path) -> None:
    done = run(*arguments, "--home", str(home))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_load_by_another_process_is_seen_by_the_very_next_request(address, home, tmp_path):
    etags = set()
    for value in ("4.71", "4.72", "4.73"):
        file = tmp_path / "revision.csv"
        file.write_text(REVISION.format(value), "utf-8")
        told("load", str(file), home=home)
        answers = [asked(address) for _ in range(TIMES)]
        assert {answer.status_code for answer in answers} == {200}
        assert all(f",2024,{value}," in answer.text for answer in answers)
        (etag,) = {answer.headers["ETag"] for answer in answers}
        held = {asked(address, If_None_Match=each).status_code for each in (etag, *etags)}
        assert held == ({304, 200} if etags else {304})
        etags.add(etag)


def test_a_closed_service_has_nothing_ready(address, home):
    before = {asked(address).content for _ in range(TIMES)}
    told("maintenance", "on", home=home)
    closed = {asked(address).status_code for _ in range(TIMES)}
    told("maintenance", "off", home=home)
    assert closed == {503}
    assert {asked(address).content for _ in range(TIMES)} == before


def test_many_who_ask_alike_at_once_get_the_same(address):
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: asked(address), range(64)))
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


def test_a_token_that_was_taken_back_opens_nothing_that_is_ready(published, tmp_path):
    home = Path(shutil.copytree(published, tmp_path / "var"))
    made = run("token", "create", "--name", "A", "--role", "steward", "--home", str(home))
    token = next(word for word in made.stdout.split() if word.startswith("sdmx_"))
    listed = run("token", "list", "--home", str(home)).stdout
    id_ = token.removeprefix("sdmx_").partition("_")[0]
    assert id_ in listed
    restricted = f"{AGENCY}:DF_KEMISKINAN"
    with serving(home, SDMX_SERVER_RESTRICTED=restricted) as (address, _):
        bearer = {"Authorization": f"Bearer {token}"}
        assert [asked(address, **bearer).status_code for _ in range(3)] == [200] * 3
        assert [asked(address).status_code for _ in range(3)] == [401] * 3
        told("token", "revoke", id_, home=home)
        assert [asked(address, **bearer).status_code for _ in range(3)] == [401] * 3
