"""Tokens and maintenance from the command line, on a server of several processes."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.endtoend.conftest import run, serving
from tests.endtoend.source import AGENCY

RESTRICTED = f"sdmx/v2/data/dataflow/{AGENCY}/DF_IPM"
OPEN = f"sdmx/v1/data/{AGENCY},DF_KEMISKINAN"
FEW = 8
"""Requests on connections of their own, so that each of two processes is asked."""


@pytest.fixture(scope="module")
def home(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of its own with everything published."""
    return Path(shutil.copytree(published, tmp_path_factory.mktemp("access") / "var"))


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[tuple[str, Path]]:
    """Address and log of a server of two processes that restricts a dataflow, and a typo."""
    restricted = f"{AGENCY}:DF_IPM,{AGENCY}:DF_IMP"
    with serving(
        home, "--workers", "2", SDMX_SERVER_RESTRICTED=restricted, SDMX_SERVER_LOG_LEVEL="debug"
    ) as running:
        yield running


def told(*words: str, home: Path) -> str:
    done = run(*words, "--home", str(home))
    assert done.returncode == 0, done.stderr
    return done.stdout


def statuses(address: str, path: str, token: str | None = None) -> set[int]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return {
        requests.get(f"{address}/{path}", headers=headers, timeout=30).status_code
        for _ in range(FEW)
    }


def listed(home: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told("token", "list", home=home))))


def test_a_token_opens_what_its_role_may_read_until_it_is_revoked(
    server: tuple[str, Path], home: Path
):
    address, log = server
    assert statuses(address, RESTRICTED) == {401}
    made = told("token", "create", "--name", "Bappeda", "--role", "steward", home=home)
    token = made.strip()
    assert re.fullmatch(r"sdmx_[0-9a-f]{12}_[\w-]{43}", token)
    assert statuses(address, RESTRICTED, token) == {200}
    (kept,) = [each for each in listed(home) if each["name"] == "Bappeda"]
    assert (kept["role"], kept["expires"], kept["revoked"]) == ("steward", "", "")
    assert kept["last_used"]

    told("token", "revoke", kept["id"], home=home)

    assert statuses(address, RESTRICTED, token) == {401}
    assert [each["revoked"] for each in listed(home) if each["id"] == kept["id"]] != [""]
    secret = token.split("_", 2)[2]
    assert secret not in log.read_text()
    files = [file for file in home.iterdir() if file.is_file()]
    assert files
    assert not [file.name for file in files if secret.encode() in file.read_bytes()]


def test_a_reader_is_no_reviewer_and_a_token_may_end_by_itself(
    server: tuple[str, Path], home: Path
):
    words = ("token", "create", "--name", "Warga", "--role", "reader", "--expires", "30")
    token = told(*words, home=home).strip()
    assert statuses(server[0], RESTRICTED, token) == {403}
    assert statuses(server[0], OPEN, token) == {200}
    (kept,) = [each for each in listed(home) if each["name"] == "Warga"]
    assert kept["created"] < kept["expires"]


def test_a_restricted_name_that_protects_nothing_is_told(server: tuple[str, Path]):
    assert f"restricted names {AGENCY}:DF_IMP, which no dataflow is" in server[1].read_text()
    assert f"{AGENCY}:DF_IPM" not in server[1].read_text()


def test_all_processes_close_and_open_at_once(server: tuple[str, Path], home: Path):
    address, _ = server
    words = ("maintenance", "on", "--message", "Kembali pukul 14.00 WIB.", "--retry-after", "90")
    told(*words, home=home)
    try:
        assert statuses(address, OPEN) == statuses(address, "health/ready") == {503}
        assert statuses(address, "health/live") == {200}
        response = requests.get(f"{address}/{OPEN}", timeout=30)
        assert response.headers["Retry-After"] == "90"
        assert "Kembali pukul 14.00 WIB." in response.text
    finally:
        assert "open again" in told("maintenance", "off", home=home)
    assert statuses(address, OPEN) == statuses(address, "health/ready") == {200}
    assert "was open" in told("maintenance", "off", home=home)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("token", "revoke", "000000000000"), "'000000000000' is the id of no token"),
        (("token", "create", "--name", "x", "--role", "king"), "'king' is not one of"),
        (("token", "create", "--name", "x", "--role", "reader", "--expires", "0"), "0 is not in"),
        (("maintenance", "on", "--retry-after", "0"), "0 is not in the range"),
    ],
)
def test_what_cannot_be_is_told_without_a_trace(home: Path, words: tuple[str, ...], reason: str):
    done = run(*words, "--home", str(home))
    assert done.returncode != 0
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_service_may_show_no_history_and_is_published_to_as_ever(published: Path, tmp_path: Path):
    home = Path(shutil.copytree(published, tmp_path / "var"))
    with serving(home, SDMX_SERVER_HISTORY="false") as (address, _):
        asked = f"sdmx/v2/data/dataflow/{AGENCY}/DF_IPM?includeHistory=true"
        assert statuses(address, asked) == {501}
        done = run("publish", "--home", str(home), SDMX_SERVER_HISTORY="false")
        assert done.returncode == 0, done.stderr
        assert statuses(address, f"sdmx/v2/data/dataflow/{AGENCY}/DF_IPM") == {200}
