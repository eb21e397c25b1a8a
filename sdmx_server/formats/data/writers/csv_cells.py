"""The cells of SDMX-CSV: quoting, labels, several values, several languages, normalised time.

Source: RFC 4180; sdmx-csv 2.1, data-message/docs/sdmx-csv-field-guide.md, "Column content",
"Multi-valued components", "Optional parameters"; sdmx-csv 1.0, the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Component, Role, localised
from sdmx_server.formats.data.writers.texts import Render, Write, each, escaping
from sdmx_server.formats.metadata.csv_cells import join
from sdmx_server.metadata import Content, Leaf, leaves, mapped
from sdmx_server.model.period import span

SEPARATOR = ","
SUB_SEPARATOR = ";"

_SPECIAL = re.compile('[,"\n\r]')


@dataclass(frozen=True, slots=True)
class Style:
    """How the cells of an answer are written.

    Attributes:
        labels: ``id``, ``name`` (a column of names beside each column) or ``both``.
        languages: the languages of names, best first.
        times: what stands for a period, where it is not the period itself.
        has_sub_fields: whether a cell holds all languages of a text, or only the best.
    """

    labels: str
    languages: tuple[str, ...]
    times: Mapping[str, str]
    has_sub_fields: bool


def quote(text: str) -> str:
    """Return a cell, in quotes where it holds a comma, a quote or the end of a line."""
    if _SPECIAL.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _in_quotes(texts: pa.StringArray) -> pa.StringArray:
    return pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")


quote_all = escaping(b',"\n\r', _in_quotes)
"""Returns the cells of texts."""


def writer(component: Component, style: Style, before: str = "") -> Write:
    """Return what writes the cell of a value of a component, behind some text."""
    if _is_plain(component, style):
        no_name = empty_cell(style)
        return lambda text: before + quote(text) + no_name
    return lambda text: before + write_cell(component, style, text)


def renderer(component: Component, style: Style) -> Render:
    """Return what writes the cells of many values of a component."""
    if not _is_plain(component, style):
        return each(writer(component, style))
    no_name = empty_cell(style)
    if not no_name:
        return quote_all
    return lambda texts: pc.binary_join_element_wise(quote_all(texts), no_name, "")


def write_cell(component: Component, style: Style, text: str) -> str:
    """Return the cell of one value, or the two cells of ``labels=name``."""
    if component.is_metadata and component.is_array:
        return _write_content(component, style, msgspec.json.decode(text))
    members = _members(component, text, style)
    if component.role is Role.TIME:
        members = [style.times.get(text, text)]
    names = [_name(component, member, style) for member in members]
    if style.labels == "both":
        members = [f"{m}: {n}" if n else m for m, n in zip(members, names, strict=True)]
    cell = quote(_joined(component, members))
    if style.labels == "name":
        cell += SEPARATOR + quote(_joined(component, names) if any(names) else "")
    return cell


def _write_content(component: Component, style: Style, content: Content) -> str:
    """Return the cell of a metadata attribute that may be reported several times."""

    def named(leaf: Leaf) -> Leaf:
        return (_name(component, leaf, style) or None) if isinstance(leaf, str) else None

    def with_name(leaf: Leaf) -> Leaf:
        name = named(leaf)
        return f"{leaf}: {name}" if name else leaf

    shown = mapped(content, with_name) if style.labels == "both" else content
    cell = quote(join(shown))
    if style.labels == "name":
        cell += SEPARATOR + quote(join(mapped(content, named)))
    return cell


def empty_cell(style: Style) -> str:
    """Return the cell, or the two cells, of an absent value."""
    return SEPARATOR if style.labels == "name" else ""


def normalised_times(texts: Iterable[str]) -> dict[str, str]:
    """Return what each period becomes: the moment it starts at.

    All are told as exactly as the shortest of them needs: as years, months, days or seconds.
    What is no period stays as it is.
    """
    spans: dict[str, tuple[datetime, datetime]] = {}
    for text in texts:
        try:
            spans[text] = span(text)
        except ValueError:
            continue
    exact = max((_exactness(*found) for found in spans.values()), default=0)
    return {text: start.isoformat()[: _LENGTHS[exact]] for text, (start, _) in spans.items()}


_LENGTHS = (len("2010"), len("2010-01"), len("2010-01-01"), len("2010-01-01T00:00:00"))


def _exactness(start: datetime, end: datetime) -> int:
    """Return how exactly a period must be told: 0 for years, 1 months, 2 days, 3 seconds."""
    days = (end - start).total_seconds() / 86_400
    begins_a_day = start.time() == time.min
    if days > 364 and begins_a_day and (start.month, start.day) == (1, 1):
        return 0
    if days > 27 and begins_a_day and start.day == 1:
        return 1
    return 2 if days > 0.99 and begins_a_day else 3


def languages_in(texts: Iterable[str | None]) -> frozenset[str]:
    """Return the languages that values by language are in."""
    found: set[str] = set()
    for text in dict.fromkeys(texts):
        if text is not None:
            found.update(*filter(None, leaves(msgspec.json.decode(text))))
    return frozenset(found)


def _is_plain(component: Component, style: Style) -> bool:
    """Tell whether the values of a component stand in cells as they are, and have no names."""
    has_names = style.labels != "id" and component.is_coded
    has_moments = component.role is Role.TIME and bool(style.times)
    return not (has_names or has_moments or component.is_json)


def _name(component: Component, member: str, style: Style) -> str:
    code = component.codes.get(member) if component.codes else None
    return localised(code.names, style.languages) if code else ""


def _members(component: Component, text: str, style: Style) -> list[str]:
    """Return the values of a cell; text by language becomes ``en:Text;fr:Texte``."""
    if not component.is_json:
        return [text]
    value: Any = msgspec.json.decode(text)
    values = value if isinstance(value, list) else [value]
    if component.is_multilingual and not style.has_sub_fields:
        return [localised(v, style.languages) for v in values]
    if component.is_multilingual:
        return [
            SUB_SEPARATOR.join(_sub_field(f"{language}:{words}") for language, words in v.items())
            for v in values
        ]
    return [str(v) for v in values]


def _joined(component: Component, members: Sequence[str]) -> str:
    if not component.is_array:
        return members[0]
    if component.is_multilingual:
        return SUB_SEPARATOR.join('"' + m.replace('"', '""') + '"' for m in members)
    return SUB_SEPARATOR.join(map(_sub_field, members))


def _sub_field(text: str) -> str:
    """Return a part of a cell, in quotes where it holds what would end it."""
    if SUB_SEPARATOR in text or text.startswith('"'):
        return '"' + text.replace('"', '""') + '"'
    return text
