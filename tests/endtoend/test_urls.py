"""URLs mean the same however a client writes them, and are answered without a detour."""

from __future__ import annotations

import re

import pytest

from tests.endtoend.asking import IPM, RESOURCES, exactly, get

_MESSAGE_ID = re.compile(rb"\bM[0-9a-f]{24}\b")


def without_id(message: bytes) -> bytes:
    """Return a message without its id, which tells questions apart."""
    return _MESSAGE_ID.sub(b"", message)


@pytest.mark.parametrize("path", RESOURCES)
def test_a_slash_at_the_end_changes_nothing(server, path):
    with_slash = get(server, f"{path}/")

    assert with_slash.status_code == 200
    assert without_id(with_slash.content) == without_id(get(server, path).content)


@pytest.mark.parametrize(
    "targets",
    [
        (
            "v1/data/ID_KOTASERANG,DF_IPM,1.0.0/A.3673+36.IPM.",
            "v1/data/ID_KOTASERANG%2CDF_IPM%2C1.0.0/A.3673%2B36.IPM.",
            "v1/data/ID_KOTASERANG,DF_IPM/A.3673+36.IPM./all/",
            "v1/data/DF_IPM/A.36+3673+9999.IPM.",
        ),
        (
            "v1/data/DF_IPM?startPeriod=2022-01-01T00:00:00&endPeriod=2022",
            "v1/data/DF_IPM?startPeriod=2022-01-01T00%3A00%3A00&endPeriod=2022",
            "v1/data/DF_IPM/all?endPeriod=2022&startPeriod=2022",
            "v1/data/DF_IPM/ALL/?startPeriod=2022&&endPeriod=2022&detail=",
        ),
        (
            "v1/codelist/ID_KOTASERANG/CL_METHOD+CL_STAGE",
            "v1/codelist/ID_KOTASERANG/CL_METHOD%2BCL_STAGE/latest",
            "v1/codelist/all/CL_STAGE+CL_METHOD/1.0.0/all/",
        ),
        (
            f"{IPM}?c[TIME_PERIOD]=ge:2021+le:2022",
            f"{IPM}?c%5BTIME_PERIOD%5D=ge%3A2021%2Ble%3A2022",
            f"{IPM}?c[TIME_PERIOD]=ge:2021%2Ble:2022",
            f"{IPM}/~/*?c[TIME_PERIOD]=2021,2022",
            f"{IPM}/%7E/%2A/?c[TIME_PERIOD]=2021%2C2022",
        ),
        (
            f"{IPM}/+/A.3673.*.*,A.36.*.*",
            f"{IPM}/%2B/A.3673.%2A.%2A%2CA.36.*.*",
            f"{IPM}/1.0.0/A.36,A.3673/",
            f"{IPM}?c[REF_AREA]=36,3673",
            "v2/data/*/ID_KOTASERANG/DF_IPM/+/*.36.*.*,*.3673.*.*",
        ),
        (
            f"{IPM}/+/*",
            f"{IPM}/+/*.*.*.*",
            f"{IPM}/+/...",
            f"{IPM}/+/A.36,*.*",
        ),
    ],
)
def test_urls_mean_the_same_raw_and_encoded_short_and_long(server, targets):
    answers = [exactly(server, target, Accept="*/*") for target in targets]

    assert {status for status, _, _ in answers} == {200}
    assert len({without_id(content) for _, _, content in answers}) == 1


@pytest.mark.parametrize(
    "path", ["v1", "v1/dataflow/", "v2/structure", "v2/structure/", "v2/data/", "v2//data"]
)
def test_nobody_is_sent_elsewhere(server, path):
    assert not get(server, path).is_redirect
