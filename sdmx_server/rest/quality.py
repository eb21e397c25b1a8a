"""Header fields that hold a list of preferences: ``text/csv;labels=both, */*;q=0.1``.

Source: RFC 9110, sections 5.6 (common rules) and 12.4.2 (quality values).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

LONGEST = 4_096
"""The longest header field that is read, in characters; a longer one counts as not sent."""
MOST = 50
"""How many preferences of a field are read."""

# What opens with a quote is never looked at twice: one that is not closed ends with the field.
_QUOTED = r'"(?s:\\.|[^"\\])*+(?:"|\\?\Z)'
_MEMBERS = re.compile(rf'(?:{_QUOTED}|[^,"])++')
_PARTS = re.compile(rf'(?:{_QUOTED}|[^;"])++')
_ESCAPED = re.compile(r"\\(.)")
_QUALITY = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Preference:
    """One thing that a client would take.

    Attributes:
        value: what it would take, in lower case.
        parameters: the parameters by name in lower case, unquoted, without ``q``.
        quality: how much it wants it, from 0 (not at all) to 1.
    """

    value: str
    parameters: Mapping[str, str]
    quality: float


def parse(header: str | None) -> list[Preference]:
    """Read the preferences in a header field, in its order; what makes no sense is left out."""
    if header is None or len(header) > LONGEST:
        return []
    members = (_parse_member(match[0]) for match in _MEMBERS.finditer(header))
    return list(islice((member for member in members if member.value), MOST))


def _parse_member(text: str) -> Preference:
    value, *parts = _PARTS.findall(text) or [""]
    pairs = (part.partition("=") for part in parts)
    parameters = {name.strip().lower(): _unquote(rest.strip()) for name, _, rest in pairs}
    quality = parameters.pop("q", "1")
    return Preference(value.strip().lower(), parameters, _quality(quality))


def _quality(text: str) -> float:
    return min(float(text), 1.0) if _QUALITY.fullmatch(text) else 1.0


def _unquote(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text
