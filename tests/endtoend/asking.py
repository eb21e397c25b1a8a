"""Questions to the server as clients send them."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from tests.endtoend.source import AGENCY

IPM = f"v2/data/dataflow/{AGENCY}/DF_IPM"
RESOURCES = (
    "v1/dataflow",
    f"v1/data/{AGENCY},DF_IPM,1.0.0",
    "v1/availableconstraint/DF_IPM",
    f"v1/schema/dataflow/{AGENCY}/DF_IPM",
    "v2/structure/dataflow",
    IPM,
    f"v2/availability/dataflow/{AGENCY}/DF_IPM",
    f"v2/schema/dataflow/{AGENCY}/DF_IPM",
)


def get(server: str, path: str, **headers: str) -> requests.Response:
    """Ask for a path behind ``/sdmx/``; ``If_None_Match`` is the header If-None-Match."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(f"{server}/sdmx/{path}", headers=named, timeout=30, allow_redirects=False)


def exactly(
    server: str, target: str, **headers: str
) -> tuple[int, CaseInsensitiveDict[str], bytes]:
    """Ask for a target byte by byte as it is written; nothing is encoded or decoded.

    Returns the status, the headers and the body as it came over the wire.
    """
    address = urlsplit(server)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.putrequest("GET", f"/sdmx/{target}", skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, CaseInsensitiveDict(response.getheaders()), response.read()
    finally:
        connection.close()
