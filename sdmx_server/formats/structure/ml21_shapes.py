"""What the artefacts of SDMX-ML 2.1 share: identity, names, annotations, representations.

Source: SDMX 2.1 SDMXStructureBase.xsd, SDMXCommon.xsd.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sdmx_server.formats.structure.ml21_names import COM, STR
from sdmx_server.formats.structure.ml21_references import read_reference, write_reference
from sdmx_server.formats.structure.parts import (
    DEFAULT_LANGUAGE,
    Node,
    Part,
    Place,
    Shape,
    add,
    attribute,
    attribute_if,
    boolean,
    decode_boolean,
    encode_boolean,
    flag,
    listed,
    one,
    read_value,
    text,
    texts,
    write_value,
)
from sdmx_server.model.artefact import Annotation, AnnotationLink, Texts
from sdmx_server.model.representation import Representation, TextFormat
from sdmx_server.model.urn import parse_urn
from sdmx_server.model.version import is_stable


def _read_annotation_url(node: Node) -> tuple[AnnotationLink, ...]:
    return tuple(
        AnnotationLink(href=child.text or "") for child in node.take(f"{COM}AnnotationURL")
    )


def _write_annotation_url(links: tuple[AnnotationLink, ...], place: Place) -> None:
    for link in links[:1]:
        add(place.element, f"{COM}AnnotationURL", link.href)


def _write_annotation_value(value: str | None, place: Place) -> None:
    """Write the value of SDMX 3 as the title, which carried values before, if that is free."""
    if value is not None and place.element.find(f"{COM}AnnotationTitle") is None:
        title = add(place.element, f"{COM}AnnotationTitle", value)
        place.element.insert(0, title)


ANNOTATION = Shape(
    Annotation,
    (
        attribute("id", "id"),
        text(f"{COM}AnnotationTitle", "title"),
        text(f"{COM}AnnotationType", "type"),
        Part("links", _read_annotation_url, _write_annotation_url),
        texts(f"{COM}AnnotationText", "texts"),
        Part("value", lambda _: None, _write_annotation_value),
    ),
)

ANNOTATIONS = listed(f"{COM}Annotations", f"{COM}Annotation", "annotations", ANNOTATION)
NAMES = texts(f"{COM}Name", "names")
DESCRIPTIONS = texts(f"{COM}Description", "descriptions")


def _write_names(names: Texts, place: Place) -> None:
    """Write the names, of which the schema demands one: without any, the id."""
    NAMES.write(names or {DEFAULT_LANGUAGE: place.element.get("id") or ""}, place)


_NAMES_OR_ID = replace(NAMES, write=_write_names)


def _read_final(node: Node) -> bool | None:
    """Read whether it is final; of a stable version that goes without saying."""
    is_final = decode_boolean(node.element.get("isFinal", "false"))
    return True if is_final and not is_stable(node.element.get("version", "1.0")) else None


def _write_final(is_final: bool, place: Place) -> None:
    if is_final or is_stable(place.scope.version):
        place.element.set("isFinal", encode_boolean(True))


IDENTIFIABLE = (attribute("id", "id"), attribute("uri", "uri"), ANNOTATIONS)
NAMEABLE = (*IDENTIFIABLE, _NAMES_OR_ID, DESCRIPTIONS)

MAINTAINABLE = (
    attribute("id", "id"),
    attribute("agencyID", "agency_id"),
    attribute("version", "version"),
    attribute("uri", "uri"),
    attribute("validFrom", "valid_from"),
    attribute("validTo", "valid_to"),
    Part("is_final", _read_final, _write_final),
    flag("isExternalReference", "is_external_reference"),
    attribute("serviceURL", "service_url"),
    attribute("structureURL", "structure_url"),
    ANNOTATIONS,
    _NAMES_OR_ID,
    DESCRIPTIONS,
)

ITEM_SCHEME = (*MAINTAINABLE, flag("isPartial", "is_partial"))

SIMPLE_TYPES = frozenset(
    [
        "String",
        "Alpha",
        "AlphaNumeric",
        "Numeric",
        "BigInteger",
        "Integer",
        "Long",
        "Short",
        "Decimal",
        "Float",
        "Double",
        "Boolean",
        "URI",
        "Count",
        "InclusiveValueRange",
        "ExclusiveValueRange",
        "Incremental",
        "ObservationalTimePeriod",
        "StandardTimePeriod",
        "BasicTimePeriod",
        "GregorianTimePeriod",
        "GregorianYear",
        "GregorianYearMonth",
        "GregorianDay",
        "ReportingTimePeriod",
        "ReportingYear",
        "ReportingSemester",
        "ReportingTrimester",
        "ReportingQuarter",
        "ReportingMonth",
        "ReportingWeek",
        "ReportingDay",
        "DateTime",
        "TimeRange",
        "Month",
        "MonthDay",
        "Day",
        "Time",
        "Duration",
    ]
)
"""Data types of data structures."""

TIME_TYPES = frozenset(
    name for name in SIMPLE_TYPES if name.endswith(("TimePeriod", "DateTime", "TimeRange"))
) | frozenset(name for name in SIMPLE_TYPES if name.startswith(("Gregorian", "Reporting")))
CODE_TYPES = SIMPLE_TYPES - {"Decimal", "Float", "Double", "DateTime", "TimeRange", "Time"}
LEVEL_TYPES = frozenset({"Alpha", "AlphaNumeric", "Numeric"})
TARGET_TYPES = frozenset(
    {"KeyValues", "IdentifiableReference", "DataSetReference", "AttachmentConstraintReference"}
)


def _number(name: str, field: str) -> Part:
    """A positive number; 2.1 has no zero here."""
    return attribute_if(attribute(name, field, int, str), bool)


_FACETS = (
    boolean("isSequence", "is_sequence"),
    attribute("interval", "interval"),
    attribute("startValue", "start_value"),
    attribute("endValue", "end_value"),
    attribute("timeInterval", "time_interval"),
    attribute("startTime", "start_time"),
    attribute("endTime", "end_time"),
    _number("minLength", "min_length"),
    _number("maxLength", "max_length"),
    attribute("minValue", "min_value"),
    attribute("maxValue", "max_value"),
    _number("decimals", "decimals"),
    attribute("pattern", "pattern"),
    boolean("isMultiLingual", "is_multi_lingual"),
)


def _text_format(types: frozenset[str], *without: str) -> Shape:
    """Return the text format that allows these types and has not these facets."""
    data_type = attribute_if(attribute("textType", "data_type"), types.__contains__)
    return Shape(TextFormat, (data_type, *(part for part in _FACETS if part.field not in without)))


_ALL_FACETS = tuple(part.field for part in _FACETS)

ANY_FORMAT = _text_format(SIMPLE_TYPES | TARGET_TYPES | {"XHTML"})
BASIC_FORMAT = _text_format(SIMPLE_TYPES | {"XHTML"})
SIMPLE_FORMAT = _text_format(SIMPLE_TYPES, "is_multi_lingual")
CODE_FORMAT = _text_format(CODE_TYPES, "is_multi_lingual", "decimals")
LEVEL_FORMAT = _text_format(
    LEVEL_TYPES, "is_multi_lingual", "decimals", "time_interval", "start_time", "end_time"
)
TIME_FORMAT = _text_format(
    TIME_TYPES, *(facet for facet in _ALL_FACETS if facet not in ("start_time", "end_time"))
)
TARGET_FORMAT = _text_format(TARGET_TYPES, *_ALL_FACETS)


def representation(
    tag: str, field: str, text_format: Shape, lists: tuple[str, ...] = ("Codelist",)
) -> Part:
    """A representation: an enumeration with the format of its ids, or a text format.

    Args:
        tag: the element.
        field: the field of the representation.
        text_format: the text format allowed here.
        lists: the classes that may enumerate here, the usual one first. What another list
            enumerates, a value list for instance, is written as text.
    """
    shape = _representation(text_format, lists)

    def read(node: Node) -> Any:
        return next((read_value(child, shape) for child in node.take(tag)), None)

    def write(value: Representation | None, place: Place) -> None:
        if value is not None and (value.enumeration or value.format):
            write_value(value, add(place.element, tag), shape, place.scope)

    return Part(field, read, write)


def _representation(text_format: Shape, lists: tuple[str, ...]) -> Shape:
    return Shape(
        Representation,
        (
            _enumeration(lists),
            _format(f"{STR}EnumerationFormat", "enumeration_format", CODE_FORMAT),
            _format(f"{STR}TextFormat", "format", text_format),
        ),
    )


def _enumeration(lists: tuple[str, ...]) -> Part:
    def read(node: Node) -> str | None:
        elements = node.take(f"{STR}Enumeration")
        return next((read_reference(child, lists[0]) for child in elements), None)

    def write(urn: str | None, place: Place) -> None:
        if urn is None:
            return
        if parse_urn(urn).urn_class in lists:
            write_reference(urn, add(place.element, f"{STR}Enumeration"), place.scope)
        else:
            add(place.element, f"{STR}TextFormat").set("textType", "String")

    return Part("enumeration", read, write)


def _format(tag: str, field: str, shape: Shape) -> Part:
    """A format; one of codes stands behind their list only, one of text alone."""
    plain = one(tag, field, shape)
    before = [f"{STR}Enumeration"] if field == "enumeration_format" else []

    def write(value: TextFormat | None, place: Place) -> None:
        if [child.tag for child in place.element] == before:
            plain.write(value, place)

    return replace(plain, write=write)
