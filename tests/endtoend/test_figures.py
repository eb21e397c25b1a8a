"""Every figure of the source file comes out as it went in; no other figure comes out."""

from __future__ import annotations

import csv
import io

import pytest
import requests
from lxml import etree

from tests.endtoend.source import AGENCY, Figure, figure_of, figures, in_order
from tests.formats.data.ml_rows import rows_of

DATAFLOWS = sorted({figure.dataflow for figure in figures()})


def text_of(url: str, **headers: str) -> bytes:
    response = requests.get(url, headers=headers, timeout=30)
    assert response.status_code == 200, response.text
    return response.content


def csv_figures(content: bytes) -> list[Figure]:
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True)
    return in_order(
        [figure_of(row["STRUCTURE_ID"].partition(":")[2].partition("(")[0], row) for row in rows]
    )


def xml_figures(dataflow: str, content: bytes) -> list[Figure]:
    return in_order([figure_of(dataflow, row) for row in rows_of(content)])


def test_one_question_gets_every_figure_and_no_other(server):
    content = text_of(f"{server}/sdmx/v2/data/dataflow/{AGENCY}", Accept="text/csv")

    assert csv_figures(content) == figures()
    assert len(figures()) == 249


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_a_dataflow_holds_its_figures_as_csv_of_sdmx_3(server, dataflow):
    url = f"{server}/sdmx/v2/data/dataflow/{AGENCY}/{dataflow}/1.0.0"

    found = csv_figures(text_of(url, Accept="application/vnd.sdmx.data+csv;version=2.1.0"))

    assert found == figures(dataflow)


@pytest.mark.parametrize("dataflow", DATAFLOWS)
def test_a_dataflow_holds_its_figures_as_generic_xml_of_sdmx_2(server, dataflow):
    content = text_of(f"{server}/sdmx/v1/data/{AGENCY},{dataflow},1.0.0/all")

    assert etree.QName(etree.fromstring(content)).localname == "GenericData"
    assert xml_figures(dataflow, content) == figures(dataflow)


def test_the_human_development_index_by_two_methods_is_two_series(server):
    url = f"{server}/sdmx/v2/data/dataflow/{AGENCY}/DF_IPM/+/A.3604.IPM.*"

    rows = list(csv.DictReader(io.StringIO(text_of(url, Accept="text/csv").decode())))

    assert {(row["METHOD"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows} == {
        ("SP2010LF", "2022", "67.75"),
        ("SP2020LF", "2022", "71.99"),
    }


def test_values_keep_the_zeros_and_the_length_that_they_were_published_with(server):
    content = text_of(f"{server}/sdmx/v2/data/dataflow/{AGENCY}/DF_APBD", Accept="text/csv")

    assert {figure.value for figure in figures("DF_APBD")} == {
        row["OBS_VALUE"] for row in csv.DictReader(io.StringIO(content.decode()))
    }


@pytest.mark.parametrize("dataflow", ["DF_UMK", "DF_SAMPAH", "DF_SEKOLAH"])
def test_a_dataflow_without_figures_has_none(server, dataflow):
    first = requests.get(f"{server}/sdmx/v1/data/{dataflow}", timeout=30)
    second = requests.get(f"{server}/sdmx/v2/data/dataflow/{AGENCY}/{dataflow}", timeout=30)

    assert (first.status_code, second.status_code) == (404, 204)
    assert second.content == b""
