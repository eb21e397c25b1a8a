"""What is asked for: the values of a query, and its URL in SDMX-REST 1.5 or 2.2.

Source: SDMX-REST 1.5, section 4.4; SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from tests.reference.survey import AGENCY, TIME, Survey

ALL = "AllDimensions"

Alternatives = tuple[tuple[tuple[str, str], ...], ...]
"""Operators with their values: all of one tuple within hold, for any of the tuples."""

DETAILS = {
    (("dsd",), ("all",)): "full",
    (("none",), ("all",)): "dataonly",
    (("none",), ("none",)): "serieskeysonly",
    (("dataset", "series"), ("none",)): "nodata",
}


@dataclass(frozen=True)
class Question:
    """A data query.

    Attributes:
        keys: alternatives of keys, each with the codes allowed at a dimension; none for any.
        filters: what a component must meet.
        provider: only what this one supplied.
        first, last: how many observations of each series.
        observed: the dimension at the observations; None for what is usual.
        attributes: ``dsd`` and the like, or ids.
        measures: ``all``, ``none`` or ids.
        offset, limit: what is left out before, and how much is shown.
        sort: ids with whether they descend.
        after: only what has changed since then.
        as_of: the instant asked about.
        history: whether each publication is told by itself.
        context: ``dataflow``, ``datastructure`` or ``provisionagreement``.
    """

    keys: tuple[tuple[frozenset[str], ...], ...] = ()
    filters: dict[str, Alternatives] = field(default_factory=dict)
    provider: str | None = None
    first: int | None = None
    last: int | None = None
    observed: str | None = None
    attributes: tuple[str, ...] = ("dsd",)
    measures: tuple[str, ...] = ("all",)
    offset: int = 0
    limit: int | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    after: datetime | None = None
    as_of: datetime | None = None
    history: bool = False
    context: str = "dataflow"


def url_of_2(asked: Question, *surveys: Survey) -> str:
    """Return the URL of SDMX-REST 2.2."""
    names = [survey.name for survey in surveys]
    id_ = {
        "dataflow": ",".join(names),
        "datastructure": ",".join(f"DSD_{name}" for name in names),
        "provisionagreement": surveys[0].agreements.get(asked.provider or ""),
    }[asked.context]
    keys = ",".join(".".join(_one(codes) for codes in key) for key in asked.keys) or "*"
    given = {f"c[{component}]": _expression(alts) for component, alts in asked.filters.items()}
    given |= _shared(asked)
    told = {
        "attributes": (",".join(asked.attributes), "dsd"),
        "measures": (",".join(asked.measures), "all"),
        "offset": (str(asked.offset), "0"),
        "limit": (str(asked.limit), "None"),
        "sort": ("+".join(f"{each}:desc" if down else each for each, down in asked.sort), ""),
        "asOf": (f"{asked.as_of:%Y-%m-%dT%H:%M:%SZ}" if asked.as_of else "", ""),
    }
    given |= {name: value for name, (value, usual) in told.items() if value != usual}
    path = f"/sdmx/v2/data/{asked.context}/{AGENCY}/{id_}/1.0.0/{quote(keys, safe='*,.')}"
    return _joined(path, given)


def url_of_1(asked: Question, survey: Survey) -> str:
    """Return the URL of SDMX-REST 1.5; its query has at most one key."""
    key = "all"
    if asked.keys:
        key = ".".join("+".join(sorted(codes)) for codes in asked.keys[0])
    given = _shared(asked)
    for operator, period in (term for alts in asked.filters.get(TIME, ()) for term in alts):
        given[{"ge": "startPeriod", "le": "endPeriod"}[operator]] = quote(period, safe="")
    detail = DETAILS[asked.attributes, asked.measures]
    if detail != "full":
        given["detail"] = detail
    provider = f"{AGENCY},{asked.provider}" if asked.provider else "all"
    path = f"/sdmx/v1/data/{AGENCY},{survey.name},1.0.0/{quote(key, safe='+.')}/{provider}"
    return _joined(path, given)


def _shared(asked: Question) -> dict[str, str]:
    given: dict[str, str] = {}
    if asked.first is not None:
        given["firstNObservations"] = str(asked.first)
    if asked.last is not None:
        given["lastNObservations"] = str(asked.last)
    if asked.observed is not None:
        given["dimensionAtObservation"] = asked.observed
    if asked.history:
        given["includeHistory"] = "true"
    if asked.after:
        given["updatedAfter"] = f"{asked.after:%Y-%m-%dT%H:%M:%SZ}"
    return given


def _joined(path: str, given: dict[str, str]) -> str:
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in given.items())}"


def _one(codes: frozenset[str]) -> str:
    """Return the one code of a position, of which 2.2 takes no more."""
    return next(iter(codes), "*")


def _expression(alternatives: Alternatives) -> str:
    return ",".join("+".join(_term(*term) for term in each) for each in alternatives)


def _term(operator: str, value: str) -> str:
    """Return one condition; separators within a value are encoded twice."""
    for character in "%,+":
        value = value.replace(character, f"%{ord(character):02X}")
    return f"{operator}:{quote(value, safe='')}"
