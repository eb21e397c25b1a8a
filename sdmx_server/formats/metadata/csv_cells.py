"""Cells of metadata SDMX-CSV: several values, several languages, one within the other.

A cell is text, text by language, or values of either, each of which may be several again
where attributes above may be reported several times. A value within others stands in quotes
where it holds a separator or quote, and always where it is text by language.

Source: SDMX-CSV 2.1 metadata message field guide, "Multi-instance metadata attributes",
"Non-coded multi-lingual metadata attributes".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sdmx_server.metadata import Content

SEPARATOR = ";"


def join(content: Content) -> str:
    """Return the text of a cell; nothing where there is nothing."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return SEPARATOR.join(f"{lang}:{_quoted(text)}" for lang, text in content.items())
    parts = [_quoted(join(part), always=isinstance(part, dict)) for part in content]
    return SEPARATOR.join(parts).rstrip(SEPARATOR)


def split(cell: str, depth: int, languages: Sequence[str], separator: str = SEPARATOR) -> Content:
    """Return what a cell holds.

    Args:
        cell: its text.
        depth: how many of the attributes on its path may be repeated.
        languages: the languages of its texts; empty where they are in none.
        separator: what stands between values.

    Raises:
        ValueError: if a quote is not closed, or text names none of the languages.
    """
    if not cell:
        return None
    if depth == 0:
        return _by_language(cell, languages, separator) if languages else cell
    if languages and not cell.startswith('"'):
        try:  # one text by language, without the quotes that it should have
            return split_alone(_by_language(cell, languages, separator), depth)
        except ValueError:
            pass
    return [split(part, depth - 1, languages, separator) for part in _parts(cell, separator)]


def split_alone(content: Content, depth: int) -> Content:
    """Return one value as the only one of as many lists as ``depth``."""
    return content if depth == 0 else [split_alone(content, depth - 1)]


def _quoted(text: str, *, always: bool = False) -> str:
    if always or any(special in text for special in (SEPARATOR, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _parts(cell: str, separator: str) -> list[str]:
    return [text for _, text in _scan(cell, "", separator)]


def _by_language(cell: str, languages: Sequence[str], separator: str) -> dict[str, str]:
    prefix = f"(?:{'|'.join(map(re.escape, languages))}):"
    found = _scan(cell, prefix, separator)
    texts = {language.removesuffix(":"): text for language, text in found}
    if len(texts) < len(found):
        raise ValueError(f"{cell!r} holds two texts in one language")
    return texts


def _scan(cell: str, prefix: str, separator: str) -> list[tuple[str, str]]:
    """Return what stands between separators: a prefix, and text without its quotes."""
    part = re.compile(
        rf'(?P<prefix>{prefix})(?:"(?P<quoted>(?:[^"]|"")*)"'
        rf'|(?P<plain>(?!")[^{re.escape(separator)}]*))(?P<end>{re.escape(separator)}|\Z)'
    )
    found: list[tuple[str, str]] = []
    position, more = 0, True
    while more:
        match = part.match(cell, position)
        if match is None:
            raise ValueError(f"{cell[position:]!r} is no such value, or its quotes are not closed")
        quoted = match["quoted"]
        text = match["plain"] if quoted is None else quoted.replace('""', '"')
        found.append((match["prefix"], text))
        position, more = match.end(), bool(match["end"])
    return found
