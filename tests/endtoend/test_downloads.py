"""A download that broke off goes on where it ended, and makes the same file."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from benchmarks import structures
from benchmarks.cube import CUBE, Cube, blocks, write_csv
from tests.endtoend.conftest import run, serving

PATH = f"sdmx/v2/data/dataflow/BENCH/{CUBE}"
FORMATS = (
    "application/vnd.sdmx.data+csv;version=2.1.0",
    "application/vnd.sdmx.data+xml;version=3.1.0",
    "application/vnd.sdmx.data+json;version=2.1.0",
)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server with a cube whose answers come in many pieces, and two processes."""
    folder = tmp_path_factory.mktemp("large")
    cube, home = Cube(60_000), folder / "var"
    (folder / "structures.json").write_bytes(structures.message(cube, 1))
    write_csv(blocks(cube), CUBE, folder / "cube.csv")
    for command in (("structures", "load", "structures.json"), ("load", "cube.csv")):
        done = run(*command[:-1], str(folder / command[-1]), "--home", str(home))
        assert done.returncode == 0, done.stdout + done.stderr
    with serving(home, "--no-publish", "--workers", "2") as (address, _):
        yield address


def broken_off(server: str, headers: dict[str, str], length: int) -> bytes:
    """Return the first bytes of an answer whose download was given up."""
    address = urlsplit(server)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.request("GET", f"/{PATH}", headers=headers)
    begun = connection.getresponse().read(length)
    connection.close()
    return begun


def raw(server: str, headers: dict[str, str]) -> tuple[int, CaseInsensitiveDict[str], bytes]:
    """Return an answer as it comes over the wire, encoded as it is."""
    with requests.get(f"{server}/{PATH}", headers=headers, stream=True, timeout=60) as answer:
        return answer.status_code, answer.headers, answer.raw.read(decode_content=False)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd", "deflate"])
@pytest.mark.parametrize("accept", FORMATS)
def test_a_download_that_was_given_up_goes_on_byte_for_byte(large, accept, encoding):
    headers = {"Accept": accept, "Accept-Encoding": encoding}
    _, told, whole = raw(large, headers)
    for share in (0.1, 0.9):
        begun = broken_off(large, headers, int(len(whole) * share))
        condition = {"Range": f"bytes={len(begun)}-", "If-Range": told["ETag"]}
        status, _, rest = raw(large, headers | condition)

        assert (status, begun + rest == whole) == (206, True)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_goes_on_with_a_file(large, tmp_path):
    headers = {"Accept": FORMATS[0], "Accept-Encoding": "gzip"}
    _, _, whole = raw(large, headers)
    file = tmp_path / "cube.csv.gz"
    file.write_bytes(broken_off(large, headers, len(whole) // 3))
    options = [f"-H{name}: {text}" for name, text in headers.items()]
    subprocess.run(
        ["curl", "-sf", "-C", "-", *options, "-o", str(file), f"{large}/{PATH}"],
        check=True,
        timeout=60,
    )

    assert file.read_bytes() == whole


def finished(status: str) -> dict[str, object]:
    """Wait until a job has ended; whichever process is asked tells how it stands."""
    for _ in range(300):
        told: dict[str, object] = requests.get(status, timeout=30).json()
        if told["state"] not in ("queued", "running"):
            return told
        time.sleep(0.1)
    pytest.fail(f"The job did not end: {told}")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_can_be_fetched_later_from_any_process_in_parts(large, encoding):
    headers = {"Accept": FORMATS[0], "Accept-Encoding": encoding}
    _, at_once, whole = raw(large, headers)
    later = headers | {"Prefer": "respond-async"}
    accepted = requests.get(f"{large}/{PATH}", headers=later, timeout=30)
    status = accepted.headers["Location"]
    told = finished(status)

    assert accepted.status_code == 202
    assert (told["state"], told["bytes"]) == ("done", len(whole))
    for _ in range(6):  # whichever process is asked
        with requests.get(f"{status}/result", headers=headers, stream=True, timeout=30) as answer:
            assert answer.headers["ETag"] == at_once["ETag"]
            assert answer.headers["Content-Length"] == str(len(whole))
            assert answer.raw.read(decode_content=False) == whole
    part = {"Range": f"bytes={len(whole) // 2}-", "If-Range": at_once["ETag"]}
    with requests.get(f"{status}/result", headers=part, stream=True, timeout=30) as answer:
        assert answer.status_code == 206
        assert answer.raw.read(decode_content=False) == whole[len(whole) // 2 :]
    assert requests.delete(status, timeout=30).status_code == 204
    assert requests.get(status, timeout=30).status_code == 404


def test_the_estimate_is_near_what_comes(large):
    for accept in FORMATS:
        later = {"Accept": accept, "Accept-Encoding": "identity", "Prefer": "respond-async"}
        accepted = requests.get(f"{large}/{PATH}", headers=later, timeout=30)
        told = finished(accepted.headers["Location"])
        estimate = accepted.json()["estimate"]

        assert 0.8 * told["bytes"] < estimate["bytes"] < 1.2 * told["bytes"]
