"""The rows of the conformance table, and which tests bear their numbers."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
NO_TEST = "no test: "
"""What stands before the reason where a row has no test."""

_ROWS = re.compile(r"\bRows? ((?:\d+(?:, | and | to )?)+)")


def table() -> list[dict[str, str]]:
    """Return the conformance table: a dict a row, by the names of its columns."""
    with (HERE / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named(docstring: str | None) -> set[int]:
    """Return the rows that a docstring names: ``Rows 2, 5 and 7 to 9``."""
    return {
        number for names in _ROWS.findall(docstring or "") for number in _numbers(names.split())
    }


def _numbers(words: list[str]) -> Iterator[int]:
    for place, word in enumerate(words):
        if word == "to":
            first, last = (int(words[at].strip(",")) for at in (place - 1, place + 1))
            yield from range(first, last + 1)
        elif word != "and":
            yield int(word.strip(","))


def modules_of_rows() -> dict[int, set[str]]:
    """Return the names of the modules that test each row."""
    found: dict[int, set[str]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        for number in _tested_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(number, set()).add(path.name)
    return found


def _tested_in(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield from named(ast.get_docstring(node))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "row":
            yield int(ast.unparse(node.args[0]))
