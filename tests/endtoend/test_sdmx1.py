"""The sdmx1 client gets the figures, on both versions of SDMX-REST."""

from __future__ import annotations

import pandas as pd
import pytest
import sdmx
from sdmx.source import Source

POVERTY_OF_SERANG = {
    ("POV_P0", "2010"): 7.02,
    ("POV_P0", "2014"): 5.70,
    ("POV_P0", "2015"): 6.28,
    ("POV_P0", "2019"): 5.28,
    ("POV_P0", "2024"): 5.65,
}


@pytest.fixture(scope="module", params=["v1", "v2"])
def client(request, server):
    if request.param == "v1":
        source = {"id": "SRG1", "name": "Kota Serang", "url": f"{server}/sdmx/v1"}
    else:
        source = {
            "id": "SRG2",
            "name": "Kota Serang",
            "url": f"{server}/sdmx/v2",
            "versions": ["2.1", "3.0.0"],
        }
    sdmx.add_source(source, override=True)
    return sdmx.Client(source["id"])
