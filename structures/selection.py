"""Codes picked out of a codelist in few words.

A word is the id of a code (``REV_PAD``), a code with all codes below it (``REV_PAD+``), or
all codes with a text in a column (``LEVEL=KECAMATAN``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from structures.rows import Row


def select(rows: Sequence[Row], word: str) -> list[str]:
    """Return the ids of the codes that a word picks, in the order of the list."""
    column, equals, text = word.partition("=")
    if equals:
        return [row["id"] for row in rows if row[column] == text]
    if word.endswith("+"):
        return list(_below(rows, word.removesuffix("+")))
    return [row["id"] for row in rows if row["id"] == word]


def select_all(rows: Sequence[Row], words: Sequence[str]) -> list[str]:
    """Return the ids that any of the words picks, each once, in the order of the list."""
    chosen = {id_ for word in words for id_ in select(rows, word)}
    return [row["id"] for row in rows if row["id"] in chosen]


def _below(rows: Sequence[Row], id_: str) -> Iterator[str]:
    chosen = {id_} & {row["id"] for row in rows}
    size = 0
    while len(chosen) != size:
        size = len(chosen)
        chosen |= {row["id"] for row in rows if row["parent"] in chosen}
    yield from chosen
