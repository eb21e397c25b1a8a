"""Checks of dataflows and of what they may hold."""

from __future__ import annotations

from collections.abc import Iterator

from structures.checks.tables import duplicates, identified
from structures.content import Content
from structures.dataflows import category_path, codes_of, constraint_rows
from structures.findings import Finding, finding
from structures.rows import Row
from structures.selection import select, select_all


def check_dataflows(content: Content) -> Iterator[Finding]:
    """Find dataflows without data structure, producer, category or constraint."""
    rows = content.dataflows.rows
    yield from identified(rows, content.settings.languages, name_ids=True)
    yield from duplicates(rows, lambda row: row["id"])
    known = [document.id for document in content.structures.values()]
    for row in rows:
        if row["datastructure"] not in known:
            yield finding("unknown-datastructure", row.origin, row["datastructure"], allowed=known)
        if not constraint_rows(content, row["id"]):
            yield finding("no-constraint", row.origin, row["id"])
        yield from _producers(content, row)
        yield from _categories(content, row)


def check_constraints(content: Content) -> Iterator[Finding]:
    """Find constraints on nothing, or with values that pick no code; and codes left out."""
    rows = content.constraints.rows
    yield from duplicates(rows, lambda row: f"{row['dataflow']} {row['component']}")
    dataflows = {row["id"]: row for row in content.dataflows.rows}
    for row in rows:
        dataflow = dataflows.get(row["dataflow"])
        if dataflow is None:
            yield finding("unknown-dataflow", row.origin, row["dataflow"], allowed=dataflows)
        else:
            yield from _constraint(content, row, dataflow["datastructure"])
    yield from _unused(content)


def _producers(content: Content, row: Row) -> Iterator[Finding]:
    known = [
        provider["id"]
        for provider in content.items_of("dataproviderscheme", content.settings.providers)
    ]
    producers = row.words("producers")
    if not producers:
        yield finding("no-producer", row.origin, row["id"])
    for id_ in producers:
        if id_ not in known:
            yield finding("unknown-producer", row.origin, id_, allowed=known)


def _categories(content: Content, row: Row) -> Iterator[Finding]:
    categories = row.words("categories")
    if not categories:
        yield finding("no-category", row.origin, row["id"])
    for reference in categories:
        scheme, _, path = reference.partition(":")
        if len(category_path(content, scheme, path)) != len(path.split(".")):
            yield finding("unknown-category", row.origin, reference)


def _constraint(content: Content, row: Row, datastructure: str) -> Iterator[Finding]:
    document = next((d for d in content.structures.values() if d.id == datastructure), None)
    component = row["component"]
    if document is not None and component not in document.dimensions:
        yield finding(
            "unknown-dimension",
            row.origin,
            component,
            other=datastructure,
            allowed=document.dimensions,
        )
        return
    codes = codes_of(content, component)
    if not row.words("values"):
        yield finding("no-values", row.origin, "")
    for word in row.words("values"):
        if not select(codes, word):
            yield finding(
                "unknown-code",
                row.origin,
                word,
                other=component,
                allowed=[code["id"] for code in codes],
            )


def _unused(content: Content) -> Iterator[Finding]:
    for codelist in content.settings.fully_used:
        concepts = [
            id_ for id_, row in content.concepts.items() if row["codelist"].endswith(f":{codelist}")
        ]
        codes = content.items_of("codelist", codelist)
        words = [
            word
            for row in content.constraints.rows
            if row["component"] in concepts
            for word in row.words("values")
        ]
        used = set(select_all(codes, words))
        for code in codes:
            if code["id"] not in used:
                yield finding("unused-code", code.origin, code["id"])
