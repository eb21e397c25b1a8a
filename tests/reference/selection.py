"""Which observations a query wants, and in what order.

Source: SDMX-REST 2.2, doc/data.md; SDMX-REST 1.5, section 4.4.
"""

from __future__ import annotations

from math import inf
from typing import Any

from tests.reference.conditions import exact, holds
from tests.reference.periods import chronological
from tests.reference.question import Question
from tests.reference.survey import AGENCY, PROVIDER, Component, Publication, Row, Survey


def wanted(survey: Survey, publication: Publication, asked: Question) -> list[Row]:
    """Return the observations of a publication that a query wants, in the order of their keys."""
    ordered = sorted(
        publication.rows,
        key=lambda row: [_rank(survey.component(id_), row) for id_ in survey.key],
    )
    of_dataset = publication.of_dataset
    return [row for row in ordered if _is_wanted({**of_dataset, **row}, survey, asked)]


def _is_wanted(row: Row, survey: Survey, asked: Question) -> bool:
    if asked.provider and row.get(PROVIDER) != f"{AGENCY}.{asked.provider}":
        return False
    by_key = not asked.keys or any(
        all(not key[n] or row[id_] in key[n] for n, id_ in enumerate(survey.dimensions))
        for key in asked.keys
    )
    return by_key and all(
        holds(alternatives, survey.component(id_), row.get(id_))
        for id_, alternatives in asked.filters.items()
    )


def ends(rows: list[Row], survey: Survey, asked: Question) -> list[Row]:
    """Return the first and last observations of each series, each once."""
    if asked.first is None and asked.last is None:
        return rows
    series: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        series.setdefault(tuple(row[id_] for id_ in survey.dimensions), []).append(row)
    return [
        row
        for found in series.values()
        for place, row in enumerate(found)
        if place < (asked.first or 0) or place >= len(found) - (asked.last or 0)
    ]


def in_order(
    rows: list[Row], survey: Survey, asked: Question, series_key: tuple[str, ...]
) -> list[Row]:
    """Return rows in the order asked for, or else by series and then what is observed."""
    observed = tuple((id_, False) for id_ in survey.key if id_ not in series_key)
    short = {"series_key": series_key, "*": survey.key}
    spelled: dict[str, bool] = {}
    for id_, down in asked.sort or (("series_key", False), *observed):
        for each in short.get(id_, (id_,)):
            spelled.setdefault(each, down)
    for id_, down in reversed(spelled.items()):
        component = survey.component(id_)
        if component.level == "dataset":
            continue
        ranks = sorted({_rank(component, row) for row in rows})
        place = {rank: n for n, rank in enumerate(reversed(ranks) if down else ranks)}
        rows = sorted(rows, key=lambda row, c=component, p=place: p[_rank(c, row)])
    return rows


def _rank(component: Component, row: Row) -> Any:
    """Return what values order by: codes as text, time by when it is, numbers as such."""
    value = row.get(component.id)
    if component.kind == "time":
        return chronological(value)
    if component.data_type in ("Double", "Integer", "Decimal"):
        number = None if value is None else exact(value)
        return (-inf, value or "") if number is None else (float(number), "")
    return (0, "") if value is None else (1, value)
