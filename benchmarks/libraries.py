"""The writers of sdmx1 and pysdmx, each with the same observations in its own objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path

import sdmx
from pysdmx.io import get_datasets, write_sdmx
from pysdmx.io.format import Format
from sdmx.message import StructureMessage

Write = Callable[[], object]

SDMX1 = ("ML 2.1 generic", "ML 2.1 specific")
"""The formats that sdmx1 writes."""

PYSDMX: Mapping[str, Format] = {
    "ML 2.1 generic": Format.DATA_SDMX_ML_2_1_GEN,
    "ML 2.1 specific": Format.DATA_SDMX_ML_2_1_STR,
    "ML 3.0": Format.DATA_SDMX_ML_3_0,
    "ML 3.1": Format.DATA_SDMX_ML_3_1,
    "CSV 2.0": Format.DATA_SDMX_CSV_2_0_0,
}
"""The formats that pysdmx writes, by their names here."""


def sdmx1_writer(data: Path, structure: Path) -> Write:
    """Read data and their structure as SDMX-ML 2.1; return what writes them in the same format."""
    described = sdmx.read_sdmx(BytesIO(structure.read_bytes()))
    if not isinstance(described, StructureMessage):
        raise TypeError(f"{structure} has no structures.")
    dsd = next(iter(described.structure.values()))
    message = sdmx.read_sdmx(BytesIO(data.read_bytes()), structure=dsd)
    return partial(sdmx.to_xml, message)


def pysdmx_writers(data: Path, structure: Path) -> Mapping[str, Write]:
    """Read data and their structure as SDMX 3.0; return what writes them in each format."""
    datasets = get_datasets(data, structure)
    return {name: partial(write_sdmx, datasets, format_) for name, format_ in PYSDMX.items()}
