"""Checks of names by the rules of INDAH, the Indonesia Data Hub of BPS.

A concept is named in title case, once, without abbreviations, not beginning with what is
measured ("Jumlah ..."), without period and without region.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from structures.content import Content, Regions
from structures.findings import Finding, finding
from structures.rows import Origin, line_of

_YEAR = re.compile(r"\b(19|20)\d\d\b")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Z0-9]+\b|\b\w+\.")

Offence = Callable[[Content, str], str | None]
"""Returns the word in a name that breaks a rule; None where none does."""


def check_naming(content: Content) -> Iterator[Finding]:
    """Find names that break the rules that the settings lay on their column."""
    for naming in content.settings.naming:
        table = content.items.get(naming.file)
        for rule in naming.rules:
            if rule not in (*_OFFENCES, "unique"):
                origin = line_of(content.folder, "settings.toml", f'"{rule}"')
                yield finding("unknown-rule", origin, rule, allowed=[*_OFFENCES, "unique"])
        seen: dict[str, Origin] = {}
        for row in table.rows if table else ():
            name = row[naming.column]
            if not name:
                continue
            first = seen.setdefault(name.casefold(), row.origin)
            if "unique" in naming.rules and first != row.origin:
                yield finding("name-unique", row.origin, name, other=first)
            yield from _offences(content, name, naming.rules, row.origin)


def _offences(
    content: Content, name: str, rules: tuple[str, ...], origin: Origin
) -> Iterator[Finding]:
    for rule in rules:
        offence = _OFFENCES[rule](content, name) if rule in _OFFENCES else None
        if offence is not None:
            yield finding(f"name-{rule}", origin, name, other=offence)


def _not_title(content: Content, name: str) -> str | None:
    first, *words = name.split()
    small = content.settings.naming_words.small
    candidates = [first, *(word for word in words if word.strip(",") not in small)]
    return next((word for word in candidates if word[0].islower()), None)


def _abbreviation(_: Content, name: str) -> str | None:
    match = _ABBREVIATION.search(name)
    return match.group() if match else None


def _measure(content: Content, name: str) -> str | None:
    measures = content.settings.naming_words.measures
    return next((word for word in measures if f"{name} ".startswith(f"{word} ")), None)


def _period(content: Content, name: str) -> str | None:
    match = _YEAR.search(name)
    return match.group() if match else _word(name, content.settings.naming_words.periods)


def _region(content: Content, name: str) -> str | None:
    return _word(name, _areas(content, content.settings.naming_words.regions))


def _areas(content: Content, regions: Regions) -> list[str]:
    names = {
        row[regions.column]
        for row in content.items_of("codelist", regions.codelist)
        if all(row[column] in texts for column, texts in regions.where.items())
    }
    return sorted(names - {""}, key=len, reverse=True)


def _word(name: str, words: list[str] | tuple[str, ...]) -> str | None:
    return next((word for word in words if re.search(rf"\b{re.escape(word)}\b", name)), None)


_OFFENCES: dict[str, Offence] = {
    "title": _not_title,
    "short": _abbreviation,
    "measure": _measure,
    "period": _period,
    "region": _region,
}
