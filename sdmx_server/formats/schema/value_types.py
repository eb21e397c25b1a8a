"""The XML Schema types of component values: data types, their facets, codes.

Source: SDMX 2.1, 3.0 and 3.1 SDMXCommon.xsd, "DataType" and "MissingType"; XML Schema Part
2, section 4.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lxml import etree

from sdmx_server.dataset import Component, Role
from sdmx_server.formats.schema.elements import add
from sdmx_server.model.codelist import Code

SchemaVersion = Literal["2.1", "3.0.0", "3.1.0"]

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_TYPES = {
    "Alpha": "common:AlphaType",
    "AlphaNumeric": "common:AlphaNumericType",
    "Numeric": "common:NumericType",
    "BigInteger": "xs:integer",
    "Integer": "xs:int",
    "Long": "xs:long",
    "Short": "xs:short",
    "Decimal": "xs:decimal",
    "Float": "xs:float",
    "Double": "xs:double",
    "Boolean": "xs:boolean",
    "URI": "xs:anyURI",
    "Count": "xs:integer",
    "InclusiveValueRange": "xs:decimal",
    "ExclusiveValueRange": "xs:decimal",
    "Incremental": "xs:decimal",
    "ObservationalTimePeriod": "common:ObservationalTimePeriodType",
    "StandardTimePeriod": "common:StandardTimePeriodType",
    "BasicTimePeriod": "common:BasicTimePeriodType",
    "GregorianTimePeriod": "common:GregorianTimePeriodType",
    "GregorianYear": "xs:gYear",
    "GregorianYearMonth": "xs:gYearMonth",
    "GregorianDay": "xs:date",
    "ReportingTimePeriod": "common:ReportingTimePeriodType",
    "ReportingYear": "common:ReportingYearType",
    "ReportingSemester": "common:ReportingSemesterType",
    "ReportingTrimester": "common:ReportingTrimesterType",
    "ReportingQuarter": "common:ReportingQuarterType",
    "ReportingMonth": "common:ReportingMonthType",
    "ReportingWeek": "common:ReportingWeekType",
    "ReportingDay": "common:ReportingDayType",
    "DateTime": "xs:dateTime",
    "TimeRange": "common:TimeRangeType",
    "Month": "xs:gMonth",
    "MonthDay": "xs:gMonthDay",
    "Day": "xs:gDay",
    "Time": "xs:time",
    "Duration": "xs:duration",
}
_STRINGS = {"xs:string", "xs:anyURI"}
_NUMBERS = {
    "xs:integer",
    "xs:int",
    "xs:long",
    "xs:short",
    "xs:decimal",
    "xs:float",
    "xs:double",
}
_FLOATS = {"xs:float", "xs:double"}
_BOUNDS = {
    "minValue": "minInclusive",
    "maxValue": "maxInclusive",
    "startValue": "minInclusive",
    "endValue": "maxInclusive",
}
_EXCLUSIVE = {"minInclusive": "minExclusive", "maxInclusive": "maxExclusive"}

_ZONE = "(Z|[+\\-][0-9]{2}:[0-9]{2})?"
_TIME_PATTERNS = {
    "StandardTimePeriod": "[^/]*",
    "BasicTimePeriod": f"-?[0-9]{{4,}}(-[0-9]{{2}}(-[0-9]{{2}}(T[0-9:.]+)?)?)?{_ZONE}",
    "GregorianTimePeriod": f"-?[0-9]{{4,}}(-[0-9]{{2}}(-[0-9]{{2}})?)?{_ZONE}",
    "ReportingTimePeriod": f"[0-9]{{4}}-[ASTQMWD][0-9]{{1,3}}{_ZONE}",
}
"""The parts of the union of all time periods that are unions themselves.

Some validators do not see that such a part derives from the whole; a pattern on the whole
says the same.
"""

_ALSO_ALLOWED = {
    Role.DIMENSION: "common:NotApplicableType",
    Role.ATTRIBUTE: "common:MissingType",
    Role.MEASURE: "common:MissingType",
}
"""What SDMX 3.1 lets stand for a value; floating point numbers have ``NaN`` themselves."""


def add_time_type(parent: etree._Element, name: str, time: Component) -> None:
    """Append the simple type ``name`` of the values of the time dimension.

    It derives from the type of time in the official schemas, as the types that restrict
    theirs must have it.
    """
    simple = add(parent, "simpleType", name=name)
    pattern = _TIME_PATTERNS.get(time.data_type)
    if pattern is None:
        add(simple, "restriction", base=_built_in_type(time))
    else:
        whole = _TYPES["ObservationalTimePeriod"]
        add(add(simple, "restriction", base=whole), "pattern", value=pattern)


def add_value_type(
    parent: etree._Element, name: str, component: Component, version: SchemaVersion
) -> None:
    """Append the simple type ``name`` of the values of a component."""
    simple = add(parent, "simpleType", name=name)
    also = _also_allowed(component, version)
    if also:
        simple = add(add(simple, "union", memberTypes=also), "simpleType")
    if component.codes is not None:
        _restrict_to_codes(simple, component.codes, component.allowed)
    else:
        _restrict_to_format(simple, component)


def _built_in_type(component: Component) -> str:
    return _TYPES.get(component.data_type, "xs:string")


def _also_allowed(component: Component, version: SchemaVersion) -> str | None:
    is_float = component.codes is None and _built_in_type(component) in _FLOATS
    if version != "3.1.0" or (is_float and component.role is not Role.DIMENSION):
        return None
    return _ALSO_ALLOWED.get(component.role)


def _restrict_to_codes(
    simple: etree._Element, codes: Mapping[str, Code], allowed: frozenset[str] | None
) -> None:
    restriction = add(simple, "restriction", base="xs:string")
    kept = [code for id_, code in codes.items() if allowed is None or id_ in allowed]
    for code in kept:
        enumeration = add(restriction, "enumeration", value=code.id)
        if code.names:
            annotation = add(enumeration, "annotation")
            for language, text in code.names.items():
                documentation = add(annotation, "documentation")
                documentation.set(XML_LANG, language)
                documentation.text = text
    if not kept:
        add(restriction, "enumeration", value="")


def _restrict_to_format(simple: etree._Element, component: Component) -> None:
    base = _built_in_type(component)
    bounds = _bounds(component) if base in _NUMBERS else {}
    if bounds and base in _FLOATS:
        union = add(simple, "union")
        add(add(add(union, "simpleType"), "restriction", base=base), "enumeration", value="NaN")
        simple = add(union, "simpleType")
    restriction = _restriction(simple, base, _patterns(component, base))
    for facet, limit in {**_lengths(component, base), **bounds}.items():
        add(restriction, facet, value=limit)


def _restriction(simple: etree._Element, base: str, patterns: list[str]) -> etree._Element:
    """Append a restriction that meets every pattern: those side by side would be choices."""
    restriction = add(simple, "restriction")
    inner = restriction
    for pattern in patterns:
        nested = add(add(inner, "simpleType"), "restriction")
        add(inner, "pattern", value=pattern)
        inner = nested
    inner.set("base", base)
    return restriction


def _patterns(component: Component, base: str) -> list[str]:
    patterns = []
    if "pattern" in component.facets:
        patterns.append(component.facets["pattern"])
    lengths = component.facets.keys() & {"minLength", "maxLength"}
    if lengths and not _has_lengths(base):
        # Lengths are no facet of numbers and times in XML Schema.
        least, most = (component.facets.get(f, "") for f in ("minLength", "maxLength"))
        patterns.append(f".{{{least or 0},{most}}}")
    return patterns


def _lengths(component: Component, base: str) -> dict[str, str]:
    if not _has_lengths(base):
        return {}
    return {f: component.facets[f] for f in ("minLength", "maxLength") if f in component.facets}


def _has_lengths(base: str) -> bool:
    return base in _STRINGS or base in {_TYPES[t] for t in ("Alpha", "AlphaNumeric", "Numeric")}


def _bounds(component: Component) -> dict[str, str]:
    facets = component.facets
    bounds = {_BOUNDS[name]: limit for name, limit in facets.items() if name in _BOUNDS}
    if component.data_type == "ExclusiveValueRange":
        bounds = {_EXCLUSIVE[facet]: limit for facet, limit in bounds.items()}
    if "decimals" in facets and _built_in_type(component) == "xs:decimal":
        bounds["fractionDigits"] = facets["decimals"]
    return bounds
