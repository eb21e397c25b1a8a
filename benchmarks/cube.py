"""A cube of made-up observations as columns of text, and as SDMX-CSV 2.1.

Nothing in it stands for anything: areas are called ``Area 1``, and values are drawn at random
from a seed. It is shaped as statistics are: monthly series of five years, a few observations
missing, some without value, some with a comment that every format has to escape.

Source: SDMX-CSV 2.1, data-message field guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

AGENCY = "BENCH"
CUBE = "DF_CUBE"
SMALL = "DF_SMALL"
VERSION = "1.0.0"

PERIODS = tuple(f"{year}-{month:02}" for year in range(2018, 2023) for month in range(1, 13))
INDICATORS = tuple(f"I{n:02}" for n in range(1, 26))
SEXES = ("F", "M", "T")
AGES = ("Y0T14", "Y15T24", "Y25T64", "Y65")
UNITS = ("PS", "PT", "IDR", "KM2", "IX")
STATUSES = ("A", "E", "P", "M")
DIMENSIONS = ("FREQ", "REF_AREA", "INDICATOR", "SEX", "AGE", "TIME_PERIOD")
COLUMNS = (*DIMENSIONS, "OBS_VALUE", "UNIT_MEASURE", "OBS_STATUS", "COMMENT")

SMALL_OBSERVATIONS = 5_000
REVISED_SERIES = 0.6  # of which the last of 60 months is revised: 1 % of the observations

_SERIES_AN_AREA = len(INDICATORS) * len(SEXES) * len(AGES)
_BLOCK = 4_096  # series made at a time
_MISSING, _EMPTY, _COMMENTED = 0.005, 0.01, 0.02
_COMMENTS = (
    'Revised "by hand", see table {}',
    "Area < 5 km² & more than {} islands",
    "Old method, until sheet {}; new one since",
    "First line\nsecond line {}",
    "Definition changed in survey {}",
)
_COMMENTS_A_KIND = 200
_VALUES = 1_000_000

Columns = Mapping[str, pa.Array]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cube:
    """How large a cube is, and the seed that it is drawn from.

    Attributes:
        observations: about how many observations.
        seed: the same seed makes the same cube.
    """

    observations: int
    seed: int = 1

    @property
    def series(self) -> int:
        """How many series."""
        return max(1, self.observations // len(PERIODS))

    @property
    def areas(self) -> tuple[str, ...]:
        """The codes of the areas."""
        count = -(-self.series // _SERIES_AN_AREA)
        return tuple(f"A{n:04}" for n in range(1, count + 1))

    def key(self, series: int) -> str:
        """Return the key of a series, by its number."""
        return ".".join(
            codes[int(numbers[0])] for codes, numbers in _codes(self, np.array([series])).values()
        )


def blocks(cube: Cube) -> Iterator[Columns]:
    """Draw the cube: whole series, in an order of no meaning."""
    order = np.random.default_rng(cube.seed).permutation(cube.series)
    for start in range(0, cube.series, _BLOCK):
        numbers = order[start : start + _BLOCK]
        yield _drawn(
            cube, numbers, np.arange(len(PERIODS)), np.random.default_rng([cube.seed, start])
        )


def small(cube: Cube) -> Columns:
    """Draw the observations of the small dataflow: those of the first series."""
    numbers = np.arange(min(cube.series, SMALL_OBSERVATIONS // len(PERIODS) + 2))
    drawn = _drawn(cube, numbers, np.arange(len(PERIODS)), np.random.default_rng(cube.seed))
    return {name: column[:SMALL_OBSERVATIONS] for name, column in drawn.items()}


def scattered(cube: Cube, count: int, seed: int) -> Numbers:
    """Return the numbers of so many series that lie scattered over the cube."""
    random = np.random.default_rng([cube.seed, seed])
    return random.choice(cube.series, min(count, cube.series), replace=False)


def consecutive(cube: Cube, count: int, seed: int) -> Numbers:
    """Return the numbers of so many series that follow one another by key, from anywhere on."""
    random = np.random.default_rng([cube.seed, seed])
    count = min(count, cube.series)
    return np.arange(count) + random.integers(cube.series - count + 1)


def revision(cube: Cube, numbers: Numbers, seed: int) -> Columns:
    """Draw new values for the last period of series, by their numbers."""
    random = np.random.default_rng([seed, cube.seed])
    drawn = _drawn(cube, numbers, np.array([len(PERIODS) - 1]), random)
    count = len(numbers)
    values = _values(random.integers(0, _VALUES, count))
    changed = {"OBS_VALUE": values, "OBS_STATUS": pa.array(["P"] * count)}
    return {name: drawn[name] for name in DIMENSIONS} | changed


def write_csv(blocks: Iterator[Columns] | Sequence[Columns], dataflow: str, file: Path) -> int:
    """Write observations as SDMX-CSV 2.1 that merges; return how many there are."""
    count = 0
    with file.open("wb") as output:
        for columns in blocks:
            if not count:
                output.write(",".join(["STRUCTURE,STRUCTURE_ID,ACTION", *columns]).encode() + b"\n")
            output.write(_lines(columns, f"dataflow,{AGENCY}:{dataflow}({VERSION}),M"))
            count += len(columns["TIME_PERIOD"])
    return count


def _drawn(cube: Cube, series: Numbers, periods: Numbers, random: np.random.Generator) -> Columns:
    """Draw the observations of some series in some periods; the last period is never missing."""
    by_row = np.repeat(series, len(periods))
    period = np.tile(periods, len(series))
    kept = (random.random(len(by_row)) >= _MISSING) | (period == len(PERIODS) - 1)
    by_row, period = by_row[kept], period[kept]
    count = len(by_row)
    empty = random.random(count) < _EMPTY
    codes = {name: pa.array(c).take(pa.array(n)) for name, (c, n) in _codes(cube, by_row).items()}
    values = _values(random.integers(0, _VALUES, count))
    status = np.where(empty, len(STATUSES) - 1, random.choice(3, count, p=(0.9, 0.05, 0.05)))
    return codes | {
        "TIME_PERIOD": pa.array(PERIODS).take(pa.array(period)),
        "OBS_VALUE": pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), values),
        "UNIT_MEASURE": pa.array(UNITS).take(pa.array(_indicator(by_row) % len(UNITS))),
        "OBS_STATUS": pa.array(STATUSES).take(pa.array(status)),
        "COMMENT": _comments(random, count),
    }


def _indicator(series: Numbers) -> Numbers:
    return series // (len(SEXES) * len(AGES)) % len(INDICATORS)


def _codes(cube: Cube, series: Numbers) -> dict[str, tuple[Sequence[str], Numbers]]:
    """Return, for each dimension of the series key, its codes and which of them each row has."""
    return {
        "FREQ": (("M",), np.zeros_like(series)),
        "REF_AREA": (cube.areas, series // _SERIES_AN_AREA),
        "INDICATOR": (INDICATORS, _indicator(series)),
        "SEX": (SEXES, series // len(AGES) % len(SEXES)),
        "AGE": (AGES, series % len(AGES)),
    }


def _values(tenths: Numbers) -> pa.Array:
    whole, tenth = (pa.array(part).cast(pa.string()) for part in np.divmod(tenths, 10))
    return pc.binary_join_element_wise(whole, tenth, ".")


def _comments(random: np.random.Generator, count: int) -> pa.Array:
    texts = [kind.format(n) for n in range(_COMMENTS_A_KIND) for kind in _COMMENTS]
    chosen = random.integers(0, len(texts), count)
    return pa.array(texts).take(pa.array(chosen, mask=random.random(count) >= _COMMENTED))


def _lines(columns: Columns, first: str) -> memoryview:
    """Return the rows as CSV."""
    cells = [pc.fill_null(_quoted(column), "") for column in columns.values()]
    tail = pc.binary_join_element_wise(cells[-1], "\n", "")
    rows = pc.binary_join_element_wise(first, *cells[:-1], tail, ",")
    # The rows lie one behind the other in the array's own memory, which is the file.
    return memoryview(rows.buffers()[2])


def _quoted(column: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(column, '[",\n]')
    if not pc.any(special).as_py():
        return column
    escaped = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(special, escaped, column)
