"""The figures that come with the server are all mapped, and none is changed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.observations import FIGURES, MAPPING, load
from sdmx_server.model.delivery import Delivery, DeliveryFaults

STRAIGHT = {
    "FREQ": "FREQ",
    "REF_AREA": "REF_AREA_BPS",
    "TIME_PERIOD": "TIME_PERIOD",
    "OBS_VALUE": "OBS_VALUE",
    "UNIT_MEASURE": "UNIT_MEASURE",
    "UNIT_MULT": "UNIT_MULT",
    "OBS_STATUS": "OBS_STATUS",
    "COMMENT_OBS": "NOTE",
    "SOURCE_DETAIL": "SOURCE",
}


def figures() -> list[dict[str, str]]:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(deliveries: list[Delivery]) -> Iterator[tuple[str, int, dict[str, str | None]]]:
    for delivery in deliveries:
        for i, line in enumerate(delivery.rows):
            cells = {id_: texts[i] for id_, texts in delivery.columns.items()}
            yield delivery.structure, line, cells


def test_every_figure_is_mapped_once_and_unchanged() -> None:
    source = figures()

    mapped = {line: (structure, cells) for structure, line, cells in rows_of(load())}

    assert len(source) == 249
    assert sorted(mapped) == list(range(2, 251))
    for line, row in enumerate(source, 2):
        structure, cells = mapped[line]
        assert structure == f"ID_KOTASERANG:{row['DATAFLOW']}(1.0.0)"
        for component, column in STRAIGHT.items():
            assert (cells[component] or "") == row[column]
        assert (cells.get("INDICATOR") or cells["FISCAL_ITEM"]) == row["INDICATOR"]
        assert cells["SOURCE_DETAIL"]


def test_a_breakdown_becomes_dimensions() -> None:
    mapped = {line: cells for _, line, cells in rows_of(load())}

    for line, row in enumerate(figures(), 2):
        for part in filter(None, row["BREAKDOWN"].split(";")):
            component, _, code = part.partition("=")
            assert mapped[line][component] == code.removesuffix(" (ADHB)")


def test_two_methods_of_the_human_development_index_are_two_series() -> None:
    (delivery,) = [d for d in load() if "DF_IPM" in d.structure]

    found = {
        (delivery.columns["METHOD"][i], delivery.columns["OBS_VALUE"][i])
        for i in range(len(delivery.rows))
        if delivery.columns["REF_AREA"][i] == "3604"
    }

    assert found == {("SP2010LF", "67.75"), ("SP2020LF", "71.99")}


@pytest.mark.parametrize(
    ("dataflow", "provider", "detail"),
    [
        ("DF_KEMISKINAN", "BPS", "Maret"),
        ("DF_KETENAGAKERJAAN", "BPS", "Agustus"),
        ("DF_STUNTING", "DINKES", None),
        ("DF_PEMILIH", "KPU", None),
    ],
)
def test_provider_and_reference_month_are_told(
    dataflow: str, provider: str, detail: str | None
) -> None:
    (delivery,) = [d for d in load() if d.structure.startswith(f"ID_KOTASERANG:{dataflow}(")]

    assert delivery.provider == f"ID_KOTASERANG.{provider}"
    absent = [None] * len(delivery.rows)
    assert set(delivery.columns["DATA_PROVIDER"]) == {provider}
    assert set(delivery.columns.get("REF_PERIOD_DETAIL", absent)) == {detail}


HEADER = FIGURES.read_text("utf-8").splitlines()[0]
LUAS = "DF_LUAS,A,36,AREA,_T,,2025,9355.763,KM2,0,A,,x"


@pytest.mark.parametrize(
    ("line", "code", "column", "value"),
    [
        (LUAS.replace("DF_LUAS", "DF_LUASS"), "unknown-dataflow", "DATAFLOW", "DF_LUASS"),
        (LUAS.replace("_T", "F"), "unexpected-text", "SEX", "F"),
        (LUAS.replace("_T,", "_T,PRICES=V"), "malformed-breakdown", "BREAKDOWN", "PRICES=V"),
        (
            "DF_IPM,A,36,IPM,_T,,2024,76.35,IX,0,A,another method,x",
            "no-translation",
            "NOTE",
            "another method",
        ),
        (
            "DF_IHK,M,36,IHK,_T,COICOP=01,2024-01,1,IX,0,A,,x",
            "malformed-breakdown",
            "BREAKDOWN",
            "COICOP=01",
        ),
        (LUAS + ",y", "row-length", None, "14"),
    ],
)
def test_what_the_mapping_does_not_foresee_stops_the_loader(
    tmp_path: Path, line: str, code: str, column: str | None, value: str
) -> None:
    path = tmp_path / "angka.csv"
    path.write_text(f"{HEADER}\n{LUAS}\n{line}\n", "utf-8")

    with pytest.raises(DeliveryFaults) as caught:
        load(path)

    (fault,) = caught.value.faults
    assert (fault.code, fault.place.file, fault.place.row) == (code, "angka.csv", 3)
    assert (fault.place.column, fault.value) == (column, value)
    assert fault.indonesian != fault.english


def test_columns_that_are_missing_or_not_mapped_are_named(tmp_path: Path) -> None:
    path = tmp_path / "angka.csv"
    path.write_text(f"{HEADER.replace('NOTE', 'CATATAN')}\n{LUAS}\n", "utf-8")

    with pytest.raises(DeliveryFaults) as caught:
        load(path)

    assert [(f.code, f.value) for f in caught.value.faults] == [
        ("missing-column", "NOTE"),
        ("unmapped-column", "CATATAN"),
    ]


def test_a_mapping_with_an_unknown_word_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "peta.toml"
    path.write_text(MAPPING.read_text("utf-8").replace("breakdown =", "breakdwn =", 1), "utf-8")

    with pytest.raises(DeliveryFaults) as caught:
        load(mapping=path)

    assert caught.value.faults[0].code == "malformed-mapping"
