"""Query parameters by what they hold: a choice, a number, a list, an instant.

A parameter without a value counts as not given, and so does every parameter that the grammar
does not ask for.

Source: SDMX-REST 1.5, section 4.4; SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar.text import Parameters
from sdmx_server.model.period import check_year_start, parse_instant, span

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_INTEGER = re.compile(r"[0-9]{1,18}")
_BLANK_FOR_PLUS = re.compile(r" (?=[0-9]{2}:[0-9]{2}\Z)")


def single(parameters: Parameters, name: str) -> str | None:
    """Return the one value of a parameter; None where there is none.

    Raises:
        QuerySyntaxError: if it is given twice with different values.
    """
    values = set(parameters.get(name, ())) - {""}
    if len(values) > 1:
        given = " and ".join(repr(value) for value in parameters[name])
        raise QuerySyntaxError(f"{name} is given as {given}; one value is allowed.")
    return values.pop() if values else None


def choice(parameters: Parameters, name: str, allowed: Collection[str], default: str) -> str:
    """Return which of the allowed words a parameter holds, without regard to case.

    Raises:
        QuerySyntaxError: if it holds another.
    """
    value = single(parameters, name)
    if value is None:
        return default
    if value.lower() not in allowed:
        raise QuerySyntaxError(f"{name}={value!r}; allowed is one of {', '.join(allowed)}.")
    return value.lower()


def boolean(parameters: Parameters, name: str) -> bool:
    """Return whether a parameter is true; false where it is not given.

    Raises:
        QuerySyntaxError: if it is neither true nor false.
    """
    return _BOOLEANS[choice(parameters, name, _BOOLEANS, "false")]


def integer(parameters: Parameters, name: str, minimum: int) -> int | None:
    """Return the whole number that a parameter holds; None where it is not given.

    Raises:
        QuerySyntaxError: if it is no whole number, or below the minimum.
    """
    value = single(parameters, name)
    if value is None:
        return None
    if _INTEGER.fullmatch(value) is None or int(value) < minimum:
        raise QuerySyntaxError(
            f"{name}={value!r}; allowed is a whole number of at least {minimum}."
        )
    return int(value)


def instant(parameters: Parameters, name: str) -> datetime | None:
    """Return the instant that a parameter holds, in UTC; None where it is not given.

    Raises:
        QuerySyntaxError: if it is no ``xs:dateTime``.
    """
    value = single(parameters, name)
    if value is None:
        return None
    try:
        return parse_instant(_restore_plus(value))
    except ValueError as reason:
        raise QuerySyntaxError(f"{name}: {reason}") from None


def period(parameters: Parameters, name: str) -> str | None:
    """Return the period that a parameter holds; None where it is not given.

    Raises:
        QuerySyntaxError: if it is no period.
    """
    value = single(parameters, name)
    if value is None:
        return None
    value = _restore_plus(value)
    try:
        span(value)
    except ValueError as reason:
        raise QuerySyntaxError(f"{name}: {reason}") from None
    return value


def year_start(parameters: Parameters, name: str) -> str | None:
    """Return the start of reporting years that a parameter holds; None where not given.

    Raises:
        QuerySyntaxError: if it is no ``--MM-DD``.
    """
    value = single(parameters, name)
    if value is None:
        return None
    try:
        check_year_start(value)
    except ValueError as reason:
        raise QuerySyntaxError(f"{name}={value!r}: {reason}; allowed is --MM-DD.") from None
    return value


def _restore_plus(value: str) -> str:
    return _BLANK_FOR_PLUS.sub("+", value)
