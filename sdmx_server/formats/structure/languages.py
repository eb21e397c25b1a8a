"""Artefacts in some of their languages.

Source: IETF RFC 4647, sections 3.3 and 3.4; SDMX-JSON 2.1, structure message field guide
("Localised text elements"); SDMX-REST 2.2, doc/extend.md (``lang``).
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from msgspec import structs

from sdmx_server.dataset import Message
from sdmx_server.model.artefact import Maintainable, Texts, Value
from sdmx_server.model.declaration import declared, leads_to

Kept = TypeVar("Kept", bound=Value)


def in_languages(
    artefacts: Sequence[Kept], message: Message, *, marked: bool = False
) -> tuple[Kept, ...]:
    """Return the artefacts with their texts in the languages that were asked for.

    A text in none of these stays in the language that the server prefers. Where no languages
    were asked for, all stay as they are.

    Args:
        artefacts: the artefacts, or answers to availability queries.
        message: what the client asked for.
        marked: whether artefacts of which something was left out say so, as of SDMX 3.1
            (``isPartialLanguage``).
    """
    if not message.only_languages:
        return tuple(artefacts)
    return tuple(_in_languages(artefact, message, marked) for artefact in artefacts)


def chosen(texts: Mapping[str, str], message: Message) -> Texts:
    """Return those texts that are in the languages asked for, or else one of them."""
    kept = {tag for asked in message.only_languages for tag in _matching(asked, texts)}
    if not kept:
        preferred = (tag for known in message.languages for tag in _matching(known, texts))
        kept = {next(preferred, next(iter(texts), ""))}
    return {tag: text for tag, text in texts.items() if tag in kept}


def _matching(asked: str, texts: Mapping[str, str]) -> list[str]:
    """Return the tags within a range; where there are none, those within a wider one.

    ``fr`` holds ``fr-CH``, and ``fr-CH`` is answered by ``fr`` where there is nothing nearer.
    """
    for wider in _wider(asked.lower()):
        found = [tag for tag in texts if f"{tag.lower()}-".startswith(f"{wider}-")]
        if found:
            return found
    return []


def _wider(language: str) -> Iterator[str]:
    while language:
        yield language
        language = language.rpartition("-")[0]


def _in_languages(artefact: Kept, message: Message, marked: bool) -> Kept:
    cut: Kept = _cut(artefact, message)
    if marked and cut is not artefact and isinstance(cut, Maintainable):
        return structs.replace(cut, is_partial_language=True)
    return cut


def _cut(value: Any, message: Message) -> Any:
    """Return a value, or values, without texts in other languages; the same if it has none."""
    if isinstance(value, tuple):
        parts = tuple(_cut(part, message) for part in value)
        return value if all(map(operator.is_, parts, value)) else parts
    if not isinstance(value, Value):
        return value
    changes: dict[str, Any] = {}
    for name, is_text in _fields(type(value)):
        content = getattr(value, name)
        if not content:
            continue
        new = chosen(content, message) if is_text else _cut(content, message)
        if new != content if is_text else new is not content:
            changes[name] = new
    return structs.replace(value, **changes) if changes else value


@cache
def _fields(cls: type[Value]) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a class that lead to texts, and whether they are texts."""
    return tuple(
        (field.name, field.is_text_by_language)
        for field in declared(cls)
        if field.is_text_by_language or (field.cls and leads_to(field.cls, "is_text_by_language"))
    )
