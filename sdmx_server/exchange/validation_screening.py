"""Which texts have to be looked at one by one: all but those that are plainly sound.

Numbers and free texts are mostly distinct, and there are millions of them; codes are few, but
come again in every part of a file. What a vector
operation can tell to be a legal value is let pass here; whatever else is left over is judged
by ``validation_values``, which alone knows the rules in full. So a pattern here may be
narrower than the rule, never wider.

Source: XML Schema part 2 for the lexical forms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Component, Role
from sdmx_server.exchange.validation_values import FACETS, is_free_text
from sdmx_server.model.annotations import holds_annotations

_FEW = 10  # texts; that many are as quickly looked at one by one
_MOST_REPEATED = 1_000  # times that a pattern may repeat something

_INTEGER = r"-?[0-9]"
_DECIMAL = r"-?[0-9]+(?:\.[0-9]*)?"
_FLOAT = rf"{_DECIMAL}(?:[Ee][+-]?[0-9]+)?"
_NUMBERS: Mapping[str, str] = {
    "BigInteger": f"{_INTEGER}+",
    "Count": f"{_INTEGER}+",
    "Integer": _INTEGER + "{1,9}",
    "Long": _INTEGER + "{1,18}",
    "Short": _INTEGER + "{1,4}",
    "Decimal": _DECIMAL,
    "Float": _FLOAT,
    "Double": _FLOAT,
    "InclusiveValueRange": _DECIMAL,
    "ExclusiveValueRange": _DECIMAL,
    "Incremental": _DECIMAL,
}
_ILLEGAL_IN_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_MAYBE_IDENTITY_NUMBER = r"(?:[0-9]|[^\x00-\x7f]){16}"


def doubtful(texts: pa.Array, component: Component) -> list[str]:
    """Return the distinct texts that may be no value of a component, in order of appearance.

    Args:
        texts: texts, none of them null.
        component: whose values they should be.
    """
    if len(texts) > _FEW:
        sound = _sound(texts, component)
        texts = texts if sound is None else texts.filter(pc.invert(sound))
    left: list[str] = texts.unique().to_pylist()
    return left


def _sound(texts: pa.Array, component: Component) -> pa.Array | None:
    """Tell which texts are sound; None where that cannot be told of any."""
    if component.is_json or holds_annotations(component.id):
        return None
    facets: Mapping[str, Holds] = {}
    if component.codes is not None:
        sound = pc.is_in(texts, pa.array(_allowed(component), pa.string()))
    elif component.data_type in _NUMBERS:
        sound = pc.match_substring_regex(texts, rf"\A(?:{_NUMBERS[component.data_type]})\z")
        facets = _FACETS_OF_NUMBERS
    elif is_free_text(component):
        sound = pc.invert(pc.match_substring_regex(texts, _ILLEGAL_IN_XML))
        facets = _FACETS_OF_TEXTS
    else:
        return None
    if component.role is not Role.MEASURE:
        suspect = pc.match_substring_regex(texts, _MAYBE_IDENTITY_NUMBER)
        sound = pc.and_(sound, pc.invert(suspect))
    limits = {} if component.is_coded else component.facets
    limits = {facet: limit for facet, limit in limits.items() if facet in FACETS}
    if not limits.keys() <= facets.keys():
        return None
    for facet, limit in limits.items():
        sound = pc.and_(sound, facets[facet](texts, sound, limit))
    return sound


def _allowed(component: Component) -> list[str]:
    codes = component.codes or {}
    return [code for code in codes if component.allowed is None or code in component.allowed]


def _at_least(texts: pa.Array, sound: pa.Array, limit: str) -> pa.Array:
    """Tell which numbers are above a limit; rounded ones that are so are so exactly."""
    return pc.fill_null(pc.greater(_numbers(texts, sound), _bound(limit)), False)


def _at_most(texts: pa.Array, sound: pa.Array, limit: str) -> pa.Array:
    return pc.fill_null(pc.less(_numbers(texts, sound), _bound(limit)), False)


def _numbers(texts: pa.Array, sound: pa.Array) -> pa.Array:
    return pc.if_else(sound, texts, pa.scalar(None, pa.string())).cast(pa.float64())


def _bound(limit: str) -> pa.Scalar:
    """Return a limit as a number; nothing is above or below one that is none."""
    try:
        return pa.scalar(float(limit), pa.float64())
    except ValueError:
        return pa.scalar(None, pa.float64())


def _decimals(texts: pa.Array, _: pa.Array, limit: str) -> pa.Array:
    more = min(int(limit) + 1, _MOST_REPEATED)
    return pc.invert(pc.match_substring_regex(texts, rf"\.[0-9]{{{more}}}"))


def _at_least_long(texts: pa.Array, _: pa.Array, limit: str) -> pa.Array:
    return pc.greater_equal(pc.utf8_length(texts), int(limit))


def _at_most_long(texts: pa.Array, _: pa.Array, limit: str) -> pa.Array:
    return pc.less_equal(pc.utf8_length(texts), int(limit))


Holds = Callable[[pa.Array, pa.Array, str], pa.Array]

_FACETS_OF_TEXTS: Mapping[str, Holds] = {
    "minLength": _at_least_long,
    "maxLength": _at_most_long,
}
_FACETS_OF_NUMBERS: Mapping[str, Holds] = {
    **_FACETS_OF_TEXTS,
    "minValue": _at_least,
    "startValue": _at_least,
    "maxValue": _at_most,
    "endValue": _at_most,
    "decimals": _decimals,
}
