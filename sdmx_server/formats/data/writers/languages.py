"""The languages that an answer is in.

Source: SDMX-REST 2.2, doc/data.md, "HTTP content negotiation"; sdmx-json 2.1.0, field
guide, "Localised text elements".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sdmx_server.dataset import Message, ResolvedStructure


def content_languages(structures: Sequence[ResolvedStructure], message: Message) -> tuple[str, ...]:
    """Return the languages of the names in an answer, the main one first."""
    texts = [
        names
        for structure in structures
        for names in (structure.names, *(c.names for c in structure.components))
        if names
    ]
    if message.all_languages:
        used = {language for names in texts for language in names}
    else:
        used = {_chosen(names, message.languages) for names in texts}
    ordered = [language for language in message.languages if language in used]
    found = (*ordered, *sorted(used.difference(ordered)))
    return found or message.languages[-1:]


def _chosen(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    for language in languages:
        for candidate in (language, language.partition("-")[0]):
            if candidate in texts:
                return candidate
    return next(iter(texts))
