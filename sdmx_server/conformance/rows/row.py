"""A row of the conformance table, as it is written in ``table/*.toml``.

A file begins with what its rows share: ``api``, ``house`` and ``page``, which a row may have of
its own. A row has a ``number`` (or several), one or more addresses to ``get``, and what to
``expect`` of each answer::

    [[row]]
    number = 145
    get = "/data/dataflow/TST/EXR/1.0.0/M.*.EUR.SP00.A"
    expect = { rates = "M.USD M.CHF M.JPY" }

``accept``, ``headers``, ``method`` and ``body`` go with each request; a media type without ``/`` is
one of SDMX. Several addresses and several media types are asked in every combination;
``{A*50000}`` in an address stands for as many times that letter. Where one answer leads to the next
question there are ``steps`` instead, each with its own request and ``expect``; their headers may
name a header field of the answer before, as ``{ETag}``. ``load`` publishes a file of the house
first, and ``run`` runs a command of the server, whose output later headers name as ``{output}``.
``together`` judges all answers of a row at once.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from sdmx_server.conformance.facts import Api
from sdmx_server.conformance.request import Request
from sdmx_server.conformance.rows.words import TOGETHER, WORDS

SDMX = "application/vnd.sdmx."
AREAS = {
    "5.1": "structures",
    "5.2": "data",
    "5.3": "metadata, availability, schema",
    "5.4": "negotiation, errors, caching",
    "5.5": "data: path, context, key",
    "5.6": "data: component filters",
    "5.7": "data: packaging, paging, vintages",
    "5.8": "availability",
    "5.9": "structures",
    "5.10": "metadata, schema, registration",
    "5.11": "maintenance of structures: refused (501)",
    "5.12": "submission of data: refused (501)",
    "5.13": "negotiation, languages, caching, errors",
    "5.14": "formats",
}
"""What the sections of the table are about."""
_SHARED = frozenset({"api", "house", "page", "row"})
_ASKED = frozenset({"get", "method", "accept", "headers", "body", "expect", "load", "run"})
_ROW = _ASKED | {"number", "says", "steps", "together", "api", "house", "page"}
_REPEATED = re.compile(r"\{(\w)\*(\d+)\}")
_TABLE = files("sdmx_server.conformance.rows") / "table"


class BadTable(Exception):
    """The table cannot be read; the text names the file, the row and what is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table says of a row: who asks what, and what should come.

    Attributes:
        section: of the table.
        request: what is asked, in words.
        expectation: what should come, in words.
        priority: 1 where a released specification demands it, else 2.
        tag: how strong it is: M, S, G, P or D.
    """

    section: str
    request: str
    expectation: str
    priority: int
    tag: str


@dataclass(frozen=True, slots=True)
class Step:
    """One request, and what is expected of its answer.

    Attributes:
        request: the path is below the address of the version of SDMX-REST.
        expect: words of ``words/`` and their values.
        load: a file of the house that is published before.
        run: the words of a command of the server that is run before.
    """

    request: Request
    expect: Mapping[str, Any]
    load: str | None = None
    run: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One way of asking a row of the table.

    Attributes:
        id: ``row_145``, or ``row_145-2`` where there are several ways.
        number: of the row.
        api: the version of SDMX-REST that is asked.
        house: the fixtures that the server has to hold.
        page: where the specification says so.
        entry: what the table says of it.
        says: what this way of asking shows, empty where the table says it.
        steps: the requests in their order.
        together: words that judge all answers at once.
    """

    id: str
    number: int
    api: Api
    house: str
    page: str
    entry: Entry
    says: str
    steps: tuple[Step, ...]
    together: Mapping[str, Any]


@cache
def entries() -> Mapping[int, Entry]:
    """Return what the table says, by the number of the row."""
    table = (_TABLE / "rows.csv").read_text(encoding="utf-8")
    return {
        int(each["number"]): Entry(
            each["section"], each["request"], each["expectation"], int(each["prio"]), each["tag"]
        )
        for each in csv.DictReader(table.splitlines())
    }


@cache
def rows() -> tuple[Row, ...]:
    """Return all rows, in the order of their numbers.

    Raises:
        BadTable: if a file has what no row has.
    """
    listed = [row for file in _files() for row in read(file)]
    listed.sort(key=lambda row: row.number)
    several = Counter(row.number for row in listed)
    counted: Counter[int] = Counter()
    found = []
    for row in listed:
        counted[row.number] += 1
        suffix = f"-{counted[row.number]}" if several[row.number] > 1 else ""
        found.append(_renamed(row, f"row_{row.number}{suffix}"))
    return tuple(found)


def _files() -> list[Traversable]:
    return sorted((f for f in _TABLE.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def read(file: Traversable) -> Iterator[Row]:
    """Yield the rows of a file of the table, as they stand there.

    Raises:
        BadTable: if it has what no row has.
    """
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadTable(f"{file.name}: {error}") from None
    _require_known(document, _SHARED, file.name)
    for each in document.get("row", []):
        where = f"{file.name}, row {each.get('number')}"
        _require_known(each, _ROW, where)
        for number in _list(each.get("number")):
            yield _row(document, each, number, where)


def _row(shared: Mapping[str, Any], given: Mapping[str, Any], number: int, where: str) -> Row:
    if number not in entries():
        raise BadTable(f"{where}: the table has no such row.")
    _require_known(given.get("together", {}), TOGETHER, where)
    return Row(
        f"row_{number}",
        number,
        given.get("api", shared["api"]),
        given.get("house", shared["house"]),
        given.get("page", shared["page"]),
        entries()[number],
        given.get("says", ""),
        tuple(_steps(given, where)),
        given.get("together", {}),
    )


def _steps(given: Mapping[str, Any], where: str) -> Iterator[Step]:
    for each in given.get("steps", [given]):
        if each is not given:
            _require_known(each, _ASKED, where)
        if "get" not in each:
            raise BadTable(f"{where}: no address is asked.")
        expect = each.get("expect", {})
        _require_known(expect, WORDS, where)
        if not expect and not given.get("together"):
            raise BadTable(f"{where}: nothing is expected of {each.get('get')}.")
        for path in _list(each["get"]):
            for accept in _list(each.get("accept")):
                run = tuple(each.get("run", ()))
                yield Step(_request(each, path, accept), expect, each.get("load"), run)


def _request(given: Mapping[str, Any], path: str, accept: str | None) -> Request:
    headers = dict(given.get("headers", {}))
    if accept is not None:
        headers["Accept"] = _media_type(accept)
    method, body = given.get("method", "GET"), given.get("body", "")
    return Request(_written_out(path), tuple(headers.items()), method, body.encode())


def _written_out(path: str) -> str:
    return _REPEATED.sub(lambda found: found.group(1) * int(found.group(2)), path)


def _media_type(accept: str) -> str:
    """Return a media type in full: ``data+csv;version=2.1.0`` is one of SDMX."""
    return accept if "/" in accept.partition(";")[0] else SDMX + accept


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _require_known(given: Mapping[str, Any], known: Any, where: str) -> None:
    unknown = set(given) - set(known)
    if unknown:
        allowed = ", ".join(sorted(known))
        raise BadTable(f"{where}: {', '.join(sorted(unknown))} is none of {allowed}.")


def _renamed(row: Row, id_: str) -> Row:
    return Row(
        id_, row.number, row.api, row.house, row.page, row.entry, row.says, row.steps, row.together
    )
