"""Words about data: which observations came, with which values.

Source: SDMX-REST 1.5, section 4.4; SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sdmx_server.conformance.check import Unmet
from sdmx_server.conformance.decoding.cells import Cells, cells
from sdmx_server.conformance.decoding.content import strict_json, syntax, xml
from sdmx_server.conformance.decoding.data import number
from sdmx_server.conformance.decoding.data_csv import header
from sdmx_server.conformance.decoding.references import parse_urn
from sdmx_server.conformance.decoding.vintages import datasets_of_json, datasets_of_xml
from sdmx_server.conformance.expectations import require
from sdmx_server.conformance.request import Answer
from sdmx_server.conformance.rows.words.documents import at, at_path
from sdmx_server.conformance.rows.words.word import (
    Ask,
    Together,
    Word,
    require_equal,
    require_found,
    require_same,
)

EXCHANGE_RATES: Mapping[str, Mapping[str, str]] = {
    "M.USD": {
        "2010-01": "1.4272", "2010-02": "1.3686", "2010-03": "1.3569", "2010-04": "1.3406",
    },
    "M.CHF": {
        "2010-01": "1.4765", "2010-02": "1.4671", "2010-03": "1.4482", "2010-04": "1.4337",
    },
    "A.USD": {"2009": "1.3948", "2010": "1.3257"},
    "D.USD": {"2010-01-04": "1.4389", "2010-01-05": "1.4442", "2010-01-06": "1.4404"},
    "M.JPY": {
        "2010-01": "130.34", "2010-02": "123.46", "2010-03": "122.80", "2010-04": "125.33",
    },
}  # fmt: skip
"""The observations of the fixture EXR, by frequency and currency."""


def found(answer: Answer) -> list[Cells]:
    """Return the rows of a data message.

    Raises:
        Unmet, Unreadable: if it is none.
    """
    require_found(answer)
    return cells(answer.body)


def rates(value: Any, answer: Answer, _: Ask) -> None:
    """The exchange rates are exactly these, each once, with their values.

    ``rates = "M.USD M.CHF"``: these series, whole; ``rates = ["M.USD @ 2010-01 2010-02"]``: some
    periods; ``rates = "all"``; ``rates = ["M.USD @"]``: the series without observations.
    """
    came = []
    for row in found(answer):
        series, period = f"{row['FREQ']}.{row['CURRENCY']}", row.get("TIME_PERIOD") or ""
        came.append(f"{series} @ {period}")
        if row.get("OBS_VALUE"):
            expected = EXCHANGE_RATES[series][period]
            require_equal(number(row["OBS_VALUE"]), number(expected), f"{series} @ {period}")
    require_same(came, list(_rates(value)), "observations")


def _rates(value: Any) -> Iterator[str]:
    for each in [value] if isinstance(value, str) else value:
        names, at, periods = each.partition("@")
        for name in EXCHANGE_RATES if names.strip() == "all" else names.split():
            shown = periods.split() if at else EXCHANGE_RATES[name]
            yield from (f"{name} @ {period}" for period in shown or [""])


def about(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """Each dataset names what it is about: ``about = ["dataflow TST:EXR(1.0.0)"]``."""
    require_found(answer)
    if syntax(answer.body) == "json":
        document = strict_json(answer.body)
        structures = list(at(document, "data.structures[*]"))
        datasets = at(document, "data.dataSets[*]")
        urns = [structures[d.get("structure", 0)]["links"][0]["urn"] for d in datasets]
    else:
        urns = at_path(xml(answer.body), "//Header/Structure/*")
    require_same([str(parse_urn(urn)) for urn in urns], value, "datasets")


def values_alone(value: bool, answer: Answer, _: Ask) -> None:
    """Every observation has a value, or none has: ``measured = false``."""
    has = [bool(row.get("OBS_VALUE")) for row in found(answer)]
    require(all(each is value for each in has), f"{sum(has)} of {len(has)} observations have one")


def attributes(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The attributes of EXR that have a value are exactly these: ``attributes = ["UNIT"]``."""
    known = {"DS_NOTE", "UNIT", "TITLE", "COLLECTION", "OBS_STATUS", "OBS_COM"}
    came = {name for row in found(answer) for name, text in row.items() if text} & known
    require_same(came, set(value), "attributes")


def declared(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """SDMX-JSON 2.x declares exactly these attributes: ``declared = ["UNIT"]``."""
    require_found(answer)
    path = "data.structures[*].attributes[*][*].id"
    require_same(list(at(strict_json(answer.body), path)), value, "attributes declared")


def datasets(value: Sequence[Mapping[str, Any]], answer: Answer, _: Ask) -> None:
    """The datasets are exactly these, in their order, each with its values by period.

    ``datasets = [{ action = "Delete", values = { 2012-02 = "" }, to = "2012-03-15T12:00:00" }]``
    where ``from`` and ``to`` are the ends of their validity, and "" is a value that is not there.
    """
    require_found(answer)
    read = datasets_of_json if syntax(answer.body) == "json" else datasets_of_xml
    came = read(answer.body)
    require_equal(len(came), len(value), "the number of datasets")
    for found_, expected in zip(came, value, strict=True):
        values = {time: _plain(text) for time, text in expected["values"].items()}
        require_equal(found_, {**expected, "values": values}, "a dataset")


def rows(value: Sequence[Mapping[str, Any]], answer: Answer, _: Ask) -> None:
    """The rows are exactly these, in whatever order, as far as these cells go.

    ``rows = [{ REF_AREA = "FR", OBS_VALUE = "3" }]``; numbers compare as numbers, a missing cell as
    ``""``. Cells that a row does not name are not looked at.
    """
    names = list(dict.fromkeys(name for each in value for name in each))
    came = [{name: _plain(row.get(name)) for name in names} for row in found(answer)]
    require_same(came, [{name: _plain(each.get(name)) for name in names} for each in value], "rows")


def texts(value: Mapping[str, Sequence[str]], answer: Answer, _: Ask) -> None:
    """Components have exactly these texts, row by row: ``texts = { OBS_VALUE = ["1.10", ""] }``.

    Nothing is taken for a number; a missing cell is ``""``.
    """
    came = found(answer)
    for name, expected in value.items():
        require_equal([row.get(name) or "" for row in came], list(expected), name)


def whole_rows(value: Sequence[Mapping[str, Any]], answer: Answer, _: Ask) -> None:
    """The rows have exactly these cells and no others: ``cells = [{ FREQ = "A" }]``."""
    came = [{k: _plain(v) for k, v in row.items() if v not in (None, "")} for row in found(answer)]
    require_same(came, [{k: _plain(v) for k, v in each.items()} for each in value], "rows")


def sequence(value: Mapping[str, Any], answer: Answer, _: Ask) -> None:
    """The rows come in this order: ``sequence = { of = ["FREQ", "CURRENCY"], is = ["M.USD"] }``.

    Values of the components are joined by dots.
    """
    came = [".".join(str(row.get(name, "")) for name in value["of"]) for row in found(answer)]
    require_equal(came, value["is"], "the order")


def distinct(value: Mapping[str, Sequence[str]], answer: Answer, _: Ask) -> None:
    """Components have exactly these values over all rows: ``distinct = { FREQ = ["A", "M"] }``."""
    came = found(answer)
    for name, expected in value.items():
        require_same({row.get(name) for row in came}, expected, f"values of {name}")


def columns(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The table of SDMX-CSV has exactly these columns; ``...`` at the end leaves others open."""
    require_found(answer)
    heads = header(answer.body)
    if value[-1] == "...":
        require_equal(heads[: len(value) - 1], value[:-1], "the first columns")
    else:
        require_equal(heads, value, "the columns")


def group_keys(value: Mapping[str, Any], answer: Answer, _: Ask) -> None:
    """Keys of groups in SDMX-JSON have all positions: ``{ positions = 6, empty = [0, 5] }``."""
    keys = list(at(strict_json(answer.body), "data.dataSets[*].dimensionGroupAttributes"))
    for key in (key for dataset in keys for key in dataset):
        parts = key.split(":")
        require_equal(len(parts), value["positions"], f"the number of positions of {key}")
        empty = [place for place, part in enumerate(parts) if not part]
        require_equal(empty, value["empty"], f"the empty positions of {key}")


def count(value: int, answer: Answer, _: Ask) -> None:
    """There are so many rows: observations, or series where there are none."""
    require_equal(len(found(answer)), value, "the number of rows")


def _plain(value: Any) -> Any:
    return number(value) if isinstance(value, str) else "" if value is None else value


def same_data(value: Any, answers: Sequence[Answer]) -> None:
    """All answers say the same, of these components: ``same_data = ["FREQ", "OBS_VALUE"]``."""
    first, *others = ([[_plain(row.get(n)) for n in value] for row in found(a)] for a in answers)
    require(bool(others), "there is nothing to compare with")
    for name, *texts_ in zip(value, *first, strict=True):
        require(any(text != "" for text in texts_), f"no row has a {name}")
    for answer, other in zip(answers[1:], others, strict=True):
        try:
            require_same(other, first, "rows")
        except Unmet as why:
            raise Unmet(f"{answer.request}: {why}") from None


def pages(value: Sequence[str], answers: Sequence[Answer]) -> None:
    """The first answer is the whole, the others are its pages, in its order.

    ``pages = ["FREQ", "TIME_PERIOD"]``: these components tell its rows apart.
    """
    whole, *others = ([[row[name] for name in value] for row in found(a)] for a in answers)
    require(all(others) and len(others) > 1, "a page is empty, or there is none")
    require_equal([row for page in others for row in page], whole, "the pages put together")
    require_same(whole, [list(row) for row in {tuple(row) for row in whole}], "different rows")


WORDS: Mapping[str, Word] = {
    "rates": rates,
    "about": about,
    "measured": values_alone,
    "attributes": attributes,
    "declared": declared,
    "datasets": datasets,
    "rows": rows,
    "texts": texts,
    "cells": whole_rows,
    "sequence": sequence,
    "distinct": distinct,
    "columns": columns,
    "group_keys": group_keys,
    "count": count,
}
TOGETHER: Mapping[str, Together] = {"same_data": same_data, "pages": pages}
