"""Several loads at a time, each a process of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.endtoend.conftest import run
from tests.endtoend.source import AGENCY
from tests.formats.data.decode import decode_csv

HEADER = (
    "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,"
    "UNIT_MEASURE,UNIT_MULT,OBS_STATUS,SOURCE_DETAIL"
)
START = f"dataflow,{AGENCY}:DF_KEMISKINAN(1.0.0)"
YEARS = (2021, 2022, 2023, 2024)


def test_loads_into_one_dataset_at_once_are_all_in(database_url: str, tmp_path: Path):
    where = ("--database-url", database_url)
    assert run("publish", *where).returncode == 0
    files = []
    for year in YEARS:
        files.append(tmp_path / f"{year}.csv")
        row = f"{START},M,A,3673,POV_P0,{year},{year % 10}.75,PT,0,A,load of {year}"
        files[-1].write_text(f"{HEADER}\n{row}\n", "utf-8")
    with ThreadPoolExecutor(len(files)) as pool:
        done = list(pool.map(lambda file: run("load", str(file), *where), files))
    assert [each.returncode for each in done] == [0] * len(files), [each.stderr for each in done]
    versions = [each.stdout.partition("version ")[2].partition(",")[0] for each in done]
    assert sorted(versions) == ["2", "3", "4", "5"]
    output = tmp_path / "data.csv"
    assert run("export", "DF_KEMISKINAN", "-o", str(output), *where).returncode == 0
    found = {
        row["TIME_PERIOD"]: (row["OBS_VALUE"], row["SOURCE_DETAIL"])
        for row in decode_csv(output.read_bytes())
        if (row["REF_AREA"], row["INDICATOR"]) == ("3673", "POV_P0")
    }
    expected = {str(year): (f"{year % 10}.75", f"load of {year}") for year in YEARS}
    assert found | expected == found
