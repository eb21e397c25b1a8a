"""Whether a text is a legal value of a component: codes, data types, facets, JSON.

Values that say that there is none pass: ``NaN`` for floating-point numbers, ``#N/A`` for
other measures and attributes.

Source: SDMX 3.1 Information Model, section 4.3 (facets and data types); Technical Notes,
"Missing values"; XML Schema part 2 for the lexical forms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from sdmx_server.dataset import Component, Role
from sdmx_server.exchange import faults
from sdmx_server.exchange.vocabulary import Vocabulary
from sdmx_server.model import period, personal_data
from sdmx_server.model.delivery import FaultKind

_FLOATING = {"Float", "Double"}
_NOT_A_NUMBER = "NaN"
_NOT_AVAILABLE = "#N/A"
NO_VALUES = (_NOT_A_NUMBER, _NOT_AVAILABLE)
"""What a measure says of itself that has no value."""

_INTEGER = r"[+-]?[0-9]+"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_FLOAT = rf"{_DECIMAL}(?:[Ee]{_INTEGER})?|-?INF"
_ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_NUMBERS: Mapping[str, str] = {
    "BigInteger": _INTEGER,
    "Integer": _INTEGER,
    "Long": _INTEGER,
    "Short": _INTEGER,
    "Count": _INTEGER,
    "Decimal": _DECIMAL,
    "Float": _FLOAT,
    "Double": _FLOAT,
    "InclusiveValueRange": _DECIMAL,
    "ExclusiveValueRange": _DECIMAL,
    "Incremental": _DECIMAL,
}
_RANGES = {"Short": 2**15, "Integer": 2**31, "Long": 2**63}
_FORMS: Mapping[str, str] = {
    "Alpha": r"[A-Za-z]+",
    "AlphaNumeric": r"[A-Za-z0-9]+",
    "Numeric": r"[0-9]+",
    "Boolean": r"true|false|1|0",
    "URI": r"\S*",
    "Month": rf"--(?:0[1-9]|1[0-2]){_ZONE}",
    "MonthDay": rf"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]){_ZONE}",
    "Day": rf"---(?:0[1-9]|[12][0-9]|3[01]){_ZONE}",
    "Time": rf"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?{_ZONE}",
    "Duration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?"
    r"(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
}
_YEAR, _DAY = "[0-9]{4}", "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PERIODS: Mapping[str, str] = {
    "ObservationalTimePeriod": ".*",
    "StandardTimePeriod": "[^/]*",
    "BasicTimePeriod": rf"(?!{_YEAR}-[A-Z])[^/]*",
    "GregorianTimePeriod": rf"(?:{_YEAR}(?:-[0-9]{{2}})?|{_DAY}){_ZONE}",
    "GregorianYear": _YEAR + _ZONE,
    "GregorianYearMonth": rf"{_YEAR}-[0-9]{{2}}{_ZONE}",
    "GregorianDay": _DAY + _ZONE,
    "ReportingTimePeriod": rf"{_YEAR}-[A-Z].*",
    "ReportingYear": rf"{_YEAR}-A.*",
    "ReportingSemester": rf"{_YEAR}-S.*",
    "ReportingTrimester": rf"{_YEAR}-T.*",
    "ReportingQuarter": rf"{_YEAR}-Q.*",
    "ReportingMonth": rf"{_YEAR}-M.*",
    "ReportingWeek": rf"{_YEAR}-W.*",
    "ReportingDay": rf"{_YEAR}-D.*",
    "DateTime": rf"{_DAY}T.*",
    "TimesRange": rf"{_DAY}.*/.*",
    "TimeRange": rf"{_DAY}.*/.*",
}
_ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a text is no value of its component."""

    kind: FaultKind
    details: Mapping[str, object] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()


def complaint(text: str, component: Component, vocabulary: Vocabulary) -> Complaint | None:
    """Return why a text is no value of a component; None where it is one."""
    if component.is_json:
        return _json_complaint(text, component, vocabulary)
    return _value_complaint(text, component, vocabulary)


def is_free_text(component: Component) -> bool:
    """Whether the type of a component takes any text: no number, no period, no other form."""
    forms = (_NUMBERS, _PERIODS, _FORMS)
    is_formed = any(component.data_type in known for known in forms)
    return not (is_formed or component.is_coded or component.role is Role.TIME)


def _value_complaint(text: str, component: Component, vocabulary: Vocabulary) -> Complaint | None:
    if component.role is not Role.MEASURE and personal_data.is_identity_number(text):
        return Complaint(faults.PERSONAL_DATA, personal_data.naming(component.id))
    if _says_none(text, component):
        return None
    if component.codes is not None:
        return _code_complaint(text, component, vocabulary)
    illegal = _ILLEGAL_IN_XML.search(text)
    if illegal is not None:
        character = f"U+{ord(illegal.group()):04X}"
        return Complaint(faults.ILLEGAL_CHARACTER, {"character": character})
    return _type_complaint(text, component) or _facet_complaint(text, component)


def _says_none(text: str, component: Component) -> bool:
    if component.role in (Role.DIMENSION, Role.TIME):
        return False
    return text == (_NOT_A_NUMBER if component.data_type in _FLOATING else _NOT_AVAILABLE)


def _code_complaint(text: str, component: Component, vocabulary: Vocabulary) -> Complaint | None:
    codes = component.codes or {}
    if text in codes and (component.allowed is None or text in component.allowed):
        return None
    kind = faults.CODE_NOT_ALLOWED if text in codes else faults.UNKNOWN_CODE
    suggestions = vocabulary.nearest(text)
    details = {"component": component.id, **vocabulary.hints(suggestions)}
    return Complaint(kind, details, suggestions)


def _type_complaint(text: str, component: Component) -> Complaint | None:
    data_type = component.data_type
    details = {"data_type": data_type}
    if data_type in _NUMBERS:
        if re.fullmatch(_NUMBERS[data_type], text) and _in_range(text, data_type):
            return None
        return Complaint(faults.MALFORMED_NUMBER, details)
    if data_type in _PERIODS or component.role is Role.TIME:
        return _period_complaint(text, data_type)
    if data_type in _FORMS and not re.fullmatch(_FORMS[data_type], text):
        return Complaint(faults.MALFORMED_VALUE, details)
    return None


def _in_range(text: str, data_type: str) -> bool:
    limit = _RANGES.get(data_type)
    return limit is None or (len(text) < 25 and -limit <= int(text) < limit)


def _period_complaint(text: str, data_type: str) -> Complaint | None:
    try:
        period.span(text)
    except ValueError:
        return Complaint(faults.MALFORMED_PERIOD)
    if not re.fullmatch(_PERIODS.get(data_type, ".*"), text):
        return Complaint(faults.MALFORMED_VALUE, {"data_type": data_type})
    return None


def _facet_complaint(text: str, component: Component) -> Complaint | None:
    exclusive = component.data_type == "ExclusiveValueRange"
    for facet, limit in component.facets.items():
        holds = FACETS.get(facet)
        on_bound = exclusive and facet in _BOUNDS and _number(text) == _number(limit)
        if on_bound or not (holds is None or holds(text, limit)):
            details = {"component": component.id, "facet": facet, "limit": limit}
            return Complaint(faults.FACET, details)
    return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace("INF", "Infinity"))
    except InvalidOperation:
        return None
    return None if number.is_nan() else number


def _at_least(text: str, limit: str) -> bool:
    number, bound = _number(text), _number(limit)
    return number is None or bound is None or number >= bound


def _at_most(text: str, limit: str) -> bool:
    number, bound = _number(text), _number(limit)
    return number is None or bound is None or number <= bound


def _decimals(text: str, limit: str) -> bool:
    digits = text.partition(".")[2].partition("e")[0].partition("E")[0]
    return len(digits) <= int(limit)


def _after(text: str, limit: str) -> bool:
    given, bound = _span(text), _span(limit)
    return given is None or bound is None or given[0] >= bound[0]


def _before(text: str, limit: str) -> bool:
    given, bound = _span(text), _span(limit)
    return given is None or bound is None or given[1] <= bound[1]


def _span(text: str) -> period.Span | None:
    try:
        return period.span(text)
    except ValueError:
        return None


def _pattern(text: str, limit: str) -> bool:
    pattern = _compiled(limit)
    return pattern is None or pattern.fullmatch(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:  # XML Schema knows classes that Python does not
        return None


_BOUNDS = ("minValue", "maxValue", "startValue", "endValue")
FACETS: Mapping[str, Callable[[str, str], bool]] = {
    "minLength": lambda text, limit: len(text) >= int(limit),
    "maxLength": lambda text, limit: len(text) <= int(limit),
    "minValue": _at_least,
    "startValue": _at_least,
    "maxValue": _at_most,
    "endValue": _at_most,
    "decimals": _decimals,
    "pattern": _pattern,
    "startTime": _after,
    "endTime": _before,
}
"""Whether a text keeps a limit, by the name of the facet; other facets limit nothing."""


def _json_complaint(text: str, component: Component, vocabulary: Vocabulary) -> Complaint | None:
    texts = _json_texts(text, component)
    if not texts:
        expected_id, expected_en = _SHAPES[component.is_array, component.is_multilingual]
        details = {
            "component": component.id, "expected_id": expected_id, "expected_en": expected_en
        }  # fmt: skip
        return Complaint(faults.MALFORMED_JSON, details)
    several = (_value_complaint(item, component, vocabulary) for item in texts)
    return next((found for found in several if found is not None), None)


def _json_texts(text: str, component: Component) -> list[str]:
    """Return the texts in a JSON value; none where it has not the right shape."""
    try:
        values = [json.loads(text)]
    except (ValueError, RecursionError):
        return []
    for _ in range(component.depth):
        if component.is_metadata:
            values = [value for value in values if value is not None]
        if not all(isinstance(value, list) for value in values):
            return []
        values = [item for value in values for item in value]
    if component.is_metadata:
        values = [value for value in values if value is not None]
    return _texts(values, component.is_multilingual)


def _texts(values: list[object], by_language: bool) -> list[str]:
    texts: list[str] = []
    for value in values:
        if by_language and isinstance(value, dict) and all(map(_LANGUAGE.fullmatch, value)):
            found: list[object] = list(value.values())
        else:
            found = [] if by_language else [value]
        if not found or not all(isinstance(item, str) for item in found):
            return []
        texts += map(str, found)
    return texts


_SHAPES = {
    (True, False): ('sebuah larik teks, misalnya ["a","b"]', 'an array of texts, e.g. ["a","b"]'),
    (False, True): (
        'teks per bahasa, misalnya {"id":"Teks","en":"Text"}',
        'text by language, e.g. {"id":"Teks","en":"Text"}',
    ),
    (True, True): (
        'larik teks per bahasa, misalnya [{"id":"Teks","en":"Text"}]',
        'an array of texts by language, e.g. [{"id":"Teks","en":"Text"}]',
    ),
}
