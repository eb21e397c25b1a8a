"""Identifiers of artefacts, agencies, items and components, alone and in lists.

Source: SDMXCommon.xsd, ``NestedNCNameIDType``, ``IDType``, ``NestedIDType``; SDMX-REST 2.2,
doc/structures.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdmx_server.errors import QuerySyntaxError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of identifier.

    Attributes:
        name: what it is called in an error.
        pattern: what it looks like.
        allowed: the same in words.
    """

    name: str
    pattern: re.Pattern[str]
    allowed: str


_ID_CHARACTERS = "letters, digits, _ @ $ and -"
_NESTED_ID = re.compile(r"[A-Za-z0-9_@$-]+(?:\.[A-Za-z0-9_@$-]+)*")

AGENCY = Kind(
    "agency id",
    re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*"),
    "an id that begins with a letter and holds letters, digits, _ and -, dots between nested ids",
)
ID = Kind("artefact id", re.compile(r"[A-Za-z0-9_@$-]+"), f"an id of {_ID_CHARACTERS}")
REGISTRATION = Kind("registration id", ID.pattern, ID.allowed)
ITEM = Kind("item id", _NESTED_ID, f"an id of {_ID_CHARACTERS}, dots between nested ids")
VALUE = Kind("value id", re.compile(r".+", re.DOTALL), "any text")
COMPONENT = Kind("component id", _NESTED_ID, f"an id of {_ID_CHARACTERS}")
PROVIDER = Kind("provider id", _NESTED_ID, f"an id of {_ID_CHARACTERS}, its agency before it")


def check(text: str, kind: Kind) -> str:
    """Return an identifier as it is.

    Raises:
        QuerySyntaxError: if it is none of its kind.
    """
    if kind.pattern.fullmatch(text) is None:
        raise QuerySyntaxError(f"{text!r} is no {kind.name}; allowed is {kind.allowed}.")
    return text


def parse_list(text: str, kind: Kind, *, separator: str, wildcard: str) -> tuple[str, ...]:
    """Split a list of identifiers, each given back once; empty where the wildcard is among them.

    The wildcard, a word in SDMX-REST 1.5, is recognised without regard to case.

    Raises:
        QuerySyntaxError: if a member is none of its kind.
    """
    members = tuple(dict.fromkeys(text.split(separator)))
    named = tuple(check(member, kind) for member in members if member.lower() != wildcard)
    return named if len(named) == len(members) else ()
