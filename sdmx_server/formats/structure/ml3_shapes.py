"""What the artefacts of SDMX-ML 3.x share: identity, names, annotations, representations.

Source: SDMX 3.1, SDMXCommon.xsd, SDMXStructureBase.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml3_parts import (
    COM,
    STR,
    link_url,
    link_urn,
    names,
    required,
    token,
)
from sdmx_server.formats.structure.parts import (
    XML_LANG,
    Part,
    Shape,
    attribute,
    attribute_if,
    boolean,
    content,
    flag,
    listed,
    many,
    one,
    text,
    texts,
)
from sdmx_server.model.artefact import Annotation, AnnotationLink, Link
from sdmx_server.model.representation import Representation, SentinelValue, TextFormat

ANNOTATION = Shape(
    Annotation,
    (
        attribute("id", "id"),
        text(f"{COM}AnnotationTitle", "title"),
        text(f"{COM}AnnotationType", "type"),
        many(
            f"{COM}AnnotationURL",
            "links",
            Shape(AnnotationLink, (content("href"), attribute(XML_LANG, "hreflang"))),
        ),
        texts(f"{COM}AnnotationText", "texts"),
        text(f"{COM}AnnotationValue", "value"),
    ),
)

LINK = Shape(
    Link,
    (
        required(attribute("rel", "rel"), "related"),
        link_url(),
        link_urn(),
        attribute("type", "type"),
    ),
)

ANNOTATIONS = listed(f"{COM}Annotations", f"{COM}Annotation", "annotations", ANNOTATION)
NAMES = texts(f"{COM}Name", "names")
DESCRIPTIONS = texts(f"{COM}Description", "descriptions")

IDENTITY: tuple[Part, ...] = (attribute("uri", "uri"), ANNOTATIONS)
LINKS = many(f"{COM}Link", "links", LINK)
IDENTIFIABLE: tuple[Part, ...] = (attribute("id", "id"), *IDENTITY, LINKS)
NAMEABLE: tuple[Part, ...] = (*IDENTIFIABLE, names(), DESCRIPTIONS)

VERSION = attribute("version", "version")
VERSION_UNLESS_FIXED = attribute_if(VERSION, lambda version: version != "1.0")
"""The version where the schema wants it left out because it is always 1.0."""

_STATE: tuple[Part, ...] = (
    attribute("validFrom", "valid_from"),
    attribute("validTo", "valid_to"),
    flag("isPartialLanguage", "is_partial_language"),
    flag("isExternalReference", "is_external_reference"),
    attribute("serviceURL", "service_url"),
    attribute("structureURL", "structure_url"),
)


def maintainable(*parts: Part, version: Part = VERSION) -> tuple[Part, ...]:
    """Return the parts of a maintainable artefact, its own ones last."""
    return (
        attribute("id", "id"),
        attribute("agencyID", "agency_id"),
        version,
        *_STATE,
        *IDENTITY,
        LINKS,
        names(),
        DESCRIPTIONS,
        *parts,
    )


def item_scheme(*parts: Part, version: Part = VERSION) -> tuple[Part, ...]:
    """Return the parts of an item scheme, its own ones last."""
    return maintainable(flag("isPartial", "is_partial"), *parts, version=version)


SENTINEL = Shape(SentinelValue, (attribute("value", "value"), names(), DESCRIPTIONS))

TEXT_FORMAT = Shape(
    TextFormat,
    (
        attribute("textType", "data_type"),
        boolean("isSequence", "is_sequence"),
        attribute("interval", "interval"),
        attribute("startValue", "start_value"),
        attribute("endValue", "end_value"),
        attribute("timeInterval", "time_interval"),
        attribute("startTime", "start_time"),
        attribute("endTime", "end_time"),
        attribute("minLength", "min_length", int),
        attribute("maxLength", "max_length", int),
        attribute("minValue", "min_value"),
        attribute("maxValue", "max_value"),
        attribute("decimals", "decimals", int),
        attribute("pattern", "pattern"),
        boolean("isMultiLingual", "is_multi_lingual"),
        many(f"{STR}SentinelValue", "sentinel_values", SENTINEL),
    ),
)


def decode_occurs(occurs: str) -> int | str:
    """Return how often something may occur: a number, or ``unbounded``."""
    return occurs if occurs == "unbounded" else int(occurs)


OCCURRENCE: tuple[Part, ...] = (
    attribute("minOccurs", "min_occurs", int),
    attribute("maxOccurs", "max_occurs", decode_occurs),
)

REPRESENTATION = Shape(
    Representation,
    (
        *OCCURRENCE,
        one(f"{STR}TextFormat", "format", TEXT_FORMAT),
        token("Enumeration", "enumeration"),
        one(f"{STR}EnumerationFormat", "enumeration_format", TEXT_FORMAT),
    ),
)
