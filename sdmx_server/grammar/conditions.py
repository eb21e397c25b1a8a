"""Component filters of SDMX-REST 2.2: ``c[TIME_PERIOD]=ge:2020-01+le:2020-12``.

A comma is an OR, a plus an AND that binds tighter.

Source: SDMX-REST 2.2, doc/data.md ("c").
"""

from __future__ import annotations

import re

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar.text import Parameters, decode_again
from sdmx_server.model.period import span
from sdmx_server.query import ComponentFilter, Condition, Operator

TIME = "TIME_PERIOD"
MOST = 1_000
"""How many different conditions a component filter may hold."""

_PARAMETER = re.compile(r"c\[(?P<component>[A-Za-z0-9_@$-]+(?:\.[A-Za-z0-9_@$-]+)*)\]")
_OPERATORS = {operator.value: operator for operator in Operator}
_TEXTUAL = {
    Operator.CONTAINS,
    Operator.NOT_CONTAINS,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
}
_AND = re.compile(r"\+")
# The plus of a zone, which no other value of time can look like, is no AND.
_AND_OF_TIME = re.compile(r"\+(?![0-9]{2}:[0-9]{2}(?:\+|\Z))")


def parse_filters(parameters: Parameters) -> tuple[ComponentFilter, ...]:
    """Compile every ``c[...]`` parameter, in the order of the query string.

    Raises:
        QuerySyntaxError: if one is malformed, or a component is named twice.
    """
    return tuple(
        parse_filter(name, values)
        for name, values in parameters.items()
        if name == "c" or name.startswith("c[")
    )


def parse_filter(name: str, values: tuple[str, ...]) -> ComponentFilter:
    """Compile one ``c[...]`` parameter, given its values once decoded.

    Raises:
        QuerySyntaxError: if its name or value is malformed, there are several values, or too
            many conditions in one.
    """
    match = _PARAMETER.fullmatch(name)
    if match is None:
        raise QuerySyntaxError(f"{name!r} is no component filter; allowed is c[COMPONENT_ID].")
    if len(values) > 1:
        raise QuerySyntaxError(f"{name} is given {len(values)} times; once is allowed.")
    component = match["component"]
    alternatives = tuple(
        dict.fromkeys(_alternative(component, term) for term in values[0].split(","))
    )
    count = sum(map(len, alternatives))
    if count > MOST:
        raise QuerySyntaxError(f"{name} holds {count} conditions; at most {MOST} are allowed.")
    return ComponentFilter(component, alternatives)


def _alternative(component: str, term: str) -> tuple[Condition, ...]:
    separator = _AND_OF_TIME if component == TIME else _AND
    return tuple(dict.fromkeys(_condition(component, part) for part in separator.split(term)))


def _condition(component: str, factor: str) -> Condition:
    prefix, colon, rest = factor.partition(":")
    operator = _OPERATORS.get(prefix) if colon else None
    value = decode_again(factor if operator is None else rest)
    if not value:
        raise QuerySyntaxError(
            f"c[{component}] holds the empty condition {factor!r}; allowed is a value, with "
            f"{', '.join(_OPERATORS)} and a colon before it or none."
        )
    condition = Condition(operator or Operator.EQUAL, value)
    if component == TIME and condition.operator not in _TEXTUAL:
        _check_period(value)
    return condition


def _check_period(value: str) -> None:
    try:
        span(value)
    except ValueError as reason:
        raise QuerySyntaxError(f"c[{TIME}]: {reason}") from None
