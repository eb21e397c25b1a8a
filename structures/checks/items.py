"""Checks of items: codes, concepts, categories, organisations."""

from __future__ import annotations

from collections.abc import Iterator

from structures.checks.tables import duplicates, identified
from structures.content import Content
from structures.findings import Finding, finding
from structures.rows import Row, Table

_NAME_IDS = {"conceptscheme", "agencyscheme"}

# fmt: off
DATA_TYPES = (
    "String", "Alpha", "AlphaNumeric", "Numeric", "BigInteger", "Integer", "Long", "Short",
    "Decimal", "Float", "Double", "Boolean", "URI", "Count", "InclusiveValueRange",
    "ExclusiveValueRange", "Incremental", "ObservationalTimePeriod", "StandardTimePeriod",
    "BasicTimePeriod", "GregorianTimePeriod", "GregorianYear", "GregorianYearMonth",
    "GregorianDay", "ReportingTimePeriod", "ReportingYear", "ReportingSemester",
    "ReportingTrimester", "ReportingQuarter", "ReportingMonth", "ReportingWeek",
    "ReportingDay", "DateTime", "TimeRange", "Month", "MonthDay", "Day", "Time", "Duration",
    "GeospatialInformation", "XHTML",
)
# fmt: on
"""The data types of SDMX 3.1."""


def check_items(content: Content) -> Iterator[Finding]:
    """Find what is wrong with single items and with the trees that they form."""
    for file, table in content.items.items():
        kinds = {row["type"] for row in content.schemes.rows if row["file"] == file}
        yield from identified(
            table.rows,
            content.settings.languages,
            name_ids=bool(kinds & _NAME_IDS),
            versioned=False,
        )
        yield from duplicates(table.rows, lambda row: row["id"])
        yield from _parents(table)
    for row in content.concepts.values():
        yield from _representation(content, row)
    yield from _coded_columns(content)


def _parents(table: Table) -> Iterator[Finding]:
    parents = {row["id"]: row["parent"] for row in table.rows}
    for row in table.rows:
        parent = row["parent"]
        if parent and parent not in parents:
            yield finding("unknown-parent", row.origin, parent, allowed=parents)
        elif _leads_back(row["id"], parents):
            yield finding("cyclic-parent", row.origin, parent)


def _leads_back(id_: str, parents: dict[str, str]) -> bool:
    above, seen = parents[id_], set[str]()
    while above and above != id_ and above not in seen:
        seen.add(above)
        above = parents.get(above, "")
    return above == id_


def _representation(content: Content, row: Row) -> Iterator[Finding]:
    codelist, data_type = row["codelist"], row["data_type"]
    if bool(codelist) == bool(data_type):
        yield finding("no-representation", row.origin, row["id"])
    if codelist and content.scheme("codelist", codelist) is None:
        known = [
            f"{each['agency']}:{each['id']}"
            for each in content.schemes.rows
            if each["type"] == "codelist"
        ]
        yield finding("unknown-codelist", row.origin, codelist, allowed=known)
    if data_type and data_type not in DATA_TYPES:
        yield finding("unknown-data-type", row.origin, data_type, allowed=DATA_TYPES)
    length = row["max_length"]
    if length and not (length.isdigit() and int(length) > 0):
        yield finding("illegal-number", row.origin, length)


def _coded_columns(content: Content) -> Iterator[Finding]:
    for coded in content.settings.coded_columns:
        codes = [row["id"] for row in content.items_of("codelist", coded.codelist)]
        table = content.items.get(coded.file)
        for row in table.rows if table else ():
            if row[coded.column] and row[coded.column] not in codes:
                yield finding(
                    "unknown-code",
                    row.origin,
                    row[coded.column],
                    other=coded.codelist,
                    allowed=codes,
                )
