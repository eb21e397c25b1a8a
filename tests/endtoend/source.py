"""The figures as they stand in their file, and data rows brought to the same form.

Knows nothing of the server: what a column of the file means is said here once more.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

AGENCY = "ID_KOTASERANG"
FILE = Path(__file__).parents[1] / "data" / "observations.csv"
_BREAKDOWNS = ("ACTIVITY", "BASE_PER", "COICOP", "PRICES", "STAGE")
_RENAMED = {"PRICES=V (ADHB)": "PRICES=V"}


class Figure(NamedTuple):
    """A published figure; everything is the text that was written."""

    dataflow: str
    frequency: str
    area: str
    indicator: str
    sex: str
    breakdown: frozenset[str]
    period: str
    value: str
    unit: str
    multiplier: str
    status: str
    note: str
    source: str


def figures(*dataflows: str) -> list[Figure]:
    """Return the figures of the file, of all dataflows or some, sorted by their text."""
    with FILE.open(encoding="utf-8", newline="") as file:
        found = [_of_file(row) for row in csv.DictReader(file)]
    return in_order([each for each in found if not dataflows or each.dataflow in dataflows])


def figure_of(dataflow: str, row: Mapping[str, str]) -> Figure:
    """Return the figure in a data row: the text of each component by its id."""
    return Figure(
        dataflow=dataflow,
        frequency=row["FREQ"],
        area=row["REF_AREA"],
        indicator=row.get("INDICATOR") or row["FISCAL_ITEM"],
        sex=row.get("SEX") or "_T",
        breakdown=frozenset(
            f"{name}={row[name]}" for name in _BREAKDOWNS if row.get(name, "") not in ("", "_Z")
        ),
        period=row["TIME_PERIOD"],
        value=row["OBS_VALUE"],
        unit=row["UNIT_MEASURE"],
        multiplier=row["UNIT_MULT"],
        status=row["OBS_STATUS"],
        note=row.get("COMMENT_OBS", ""),
        source=row.get("SOURCE_DETAIL", ""),
    )


def in_order(found: list[Figure]) -> list[Figure]:
    """Return figures in an order that does not depend on the message."""
    return sorted(found, key=lambda each: (*each[:5], sorted(each.breakdown), *each[6:]))


def _of_file(row: Mapping[str, str]) -> Figure:
    parts = filter(None, row["BREAKDOWN"].split(";"))
    return Figure(
        dataflow=row["DATAFLOW"],
        frequency=row["FREQ"],
        area=row["REF_AREA_BPS"],
        indicator=row["INDICATOR"],
        sex=row["SEX"],
        breakdown=frozenset(_RENAMED.get(part, part) for part in parts),
        period=row["TIME_PERIOD"],
        value=row["OBS_VALUE"],
        unit=row["UNIT_MEASURE"],
        multiplier=row["UNIT_MULT"],
        status=row["OBS_STATUS"],
        note=row["NOTE"],
        source=row["SOURCE"],
    )
