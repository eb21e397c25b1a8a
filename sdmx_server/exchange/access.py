"""Who may read which data.

Structures, reference metadata and schemas are open to everyone; data, what data there are and
where they are to be had may be kept from those who have no token, or be for a few alone. Of
several dataflows those that somebody may not read are left out.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from sdmx_server.errors import Forbidden, Unauthenticated
from sdmx_server.storage.tokens import Role

_TRUSTED = (Role.ADMINISTRATOR, Role.STEWARD, Role.REVIEWER)
"""Who may read data that are restricted."""


@dataclass(frozen=True, slots=True)
class Access:
    """The rules.

    Attributes:
        anonymous_read: whether data are for everyone; otherwise they are for holders of tokens.
        restricted: dataflows as ``AGENCY:ID`` whose data are for a few.
    """

    anonymous_read: bool = True
    restricted: frozenset[str] = frozenset()


def is_open(access: Access, asked: Set[str]) -> bool:
    """Whether everyone gets the same answer about some dataflows (``AGENCY:ID``)."""
    return access.anonymous_read and access.restricted.isdisjoint(asked)


def withheld(access: Access, asked: Set[str], role: Role | None) -> frozenset[str]:
    """Return the dataflows whose data somebody may not read, asked for or not.

    Args:
        access: the rules.
        asked: the dataflows that a query is about, as ``AGENCY:ID``.
        role: what the reader is; None for a stranger.

    Raises:
        Unauthenticated: if only those who say who they are may read any of it.
        Forbidden: if the reader may read nothing of it.
    """
    if role is None and not access.anonymous_read:
        raise Unauthenticated("Data are for holders of a token alone; send it as a bearer token.")
    if role in _TRUSTED:
        return frozenset()
    if asked and access.restricted.issuperset(asked):
        raise _refusal(", ".join(sorted(asked)), role)
    return access.restricted


def _refusal(names: str, role: Role | None) -> Unauthenticated | Forbidden:
    if role is None:
        return Unauthenticated(f"The data of {names} are restricted; send a bearer token.")
    return Forbidden(
        f"The data of {names} are for {', '.join(_TRUSTED)}; this token is one of a {role}."
    )
