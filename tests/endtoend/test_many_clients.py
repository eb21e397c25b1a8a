"""Many clients at once get what each would get alone."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from urllib.parse import urlsplit

from sdmx_server.formats.catalogue import DATA_FORMATS
from tests.endtoend.asking import exactly
from tests.endtoend.source import AGENCY, figures

DATAFLOWS = ("DF_IHK", "DF_IPM", "DF_PENDUDUK_ADM")
ENCODINGS = ("identity", "gzip", "zstd")
QUESTIONS = [
    (f"v2/data/dataflow/{AGENCY}/{dataflow}", f"{each.media_type};version={each.version}", encoding)
    for dataflow, each, encoding in product(DATAFLOWS, DATA_FORMATS, ENCODINGS)
] + [
    (f"v2/structure/datastructure/{AGENCY}?references=all", "*/*", encoding)
    for encoding in ENCODINGS
]


def test_answers_do_not_depend_on_who_else_asks(server):
    def ask(question: tuple[str, str, str]) -> tuple[int, bytes]:
        target, accepted, encoding = question
        status, _, body = exactly(server, target, Accept=accepted, Accept_Encoding=encoding)
        return status, body

    alone = {question: ask(question) for question in QUESTIONS}
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, QUESTIONS * 3))

    assert {status for status, _ in alone.values()} == {200}
    assert together == [alone[question] for question in QUESTIONS] * 3


def test_clients_that_hang_up_disturb_nobody(server):
    address = urlsplit(server)
    for _ in range(20):
        with socket.create_connection((address.hostname, address.port), timeout=10) as client:
            client.sendall(
                f"GET /sdmx/v2/structure/* HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
            )

    status, _, body = exactly(server, f"v2/data/dataflow/{AGENCY}", Accept="text/csv")
    assert status == 200
    assert len(body.splitlines()) == len(figures()) + 1
