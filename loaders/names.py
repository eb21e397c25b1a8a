"""Codes by the names that people write.

Upper and lower case, blanks and points do not count; spelling does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from loaders.mapping import ComponentMapping
from sdmx_server.model.codelist import Code, Codelist

_NEAREST = 3
_NOT_COUNTED = re.compile(r"[\W_]+")


class Names:
    """The codes that the texts of a component may mean."""

    def __init__(self, component: ComponentMapping, codelist: Codelist | None) -> None:
        self._prefixes = tuple(map(_folded, component.prefixes))
        self._given = {_folded(text): code for text, code in component.codes.items()}
        self._codes: dict[str, list[str]] = {}
        self._labels: dict[str, str] = {}
        for code in codelist.codes if codelist else ():
            if _has(code, component.where):
                for label in _labels(code, component.by):
                    self._codes.setdefault(_folded(label), []).append(code.id)
                    self._labels.setdefault(_folded(label), label)
        self._is_open = codelist is None and not component.codes

    def find(self, text: str) -> list[str]:
        """Return the codes that a text means: one where it is clear, none where unknown."""
        if self._is_open:
            return [text]
        for folded in self._without_prefixes(text):
            if folded in self._given:
                return [self._given[folded]]
            if folded in self._codes:
                return list(dict.fromkeys(self._codes[folded]))
        return []

    def nearest(self, text: str) -> list[tuple[str, str]]:
        """Return the names most like a text, with their codes, best first."""
        words = {**{folded: [code] for folded, code in self._given.items()}, **self._codes}
        *_, folded = self._without_prefixes(text)
        found: dict[str, str] = {}
        for match in get_close_matches(folded, words, _NEAREST):
            for code in words[match]:
                found.setdefault(code, self._labels.get(match, match))
        return [(label, code) for code, label in found.items()]

    def _without_prefixes(self, text: str) -> Iterator[str]:
        folded = _folded(text)
        yield folded
        for prefix in self._prefixes:
            if folded.startswith(prefix):
                yield folded.removeprefix(prefix)


def _folded(text: str) -> str:
    return _NOT_COUNTED.sub("", text.casefold()) or text


def _has(code: Code, where: Mapping[str, str]) -> bool:
    held = {annotation.id: annotation.value for annotation in code.annotations}
    return all(held.get(id_) == value for id_, value in where.items())


def _labels(code: Code, by: tuple[str, ...]) -> Iterator[str]:
    if "id" in by:
        yield code.id
    if "name" in by:
        yield from code.names.values()
    for annotation in code.annotations:
        if annotation.id in by and annotation.value:
            yield annotation.value
