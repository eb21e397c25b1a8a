"""Where SDMX-JSON 2.x structure messages differ from the declarations of the model.

Source: SDMX-JSON 2.0 and 2.1, structure message field guide and JSON schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from sdmx_server.formats.structure.jsonform import Dialect, Object, without
from sdmx_server.model.artefact import (
    AnnotationLink,
    Identifiable,
    Link,
    Maintainable,
    Nameable,
)
from sdmx_server.model.codelist import (
    GeographicCodelist,
    GeoGridCodelist,
    MemberValue,
    ValueList,
)
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ComponentValue,
    CubeRegionKey,
    DataKey,
    MetadataTargetRegion,
    TimeRange,
)
from sdmx_server.model.datastructure import (
    AttributeRelationship,
    Dimension,
    Group,
    TimeDimension,
)
from sdmx_server.model.hierarchy import HierarchicalCode
from sdmx_server.model.mapping import ItemMap, ValueMapping
from sdmx_server.model.representation import TextFormat

SELF = "self"
RELATED = "related"
ABOUT = "describedby"
"""Relation of the link that carries the ``uri`` of what it belongs to."""

URL_RELATIONS = {"serviceUrl": "service", "structureUrl": "external"}
"""Relations of the links that carry the addresses of an external artefact, by field."""

NUMBERS = ("interval", "startValue", "endValue", "minValue", "maxValue")
"""Facets that are text in the model, because text is exact, and numbers in JSON."""

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MIDNIGHT = "T00:00:00Z"
_ZONELESS = re.compile(r"[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9:.]+")
VALIDITY = ("validFrom", "validTo")


def write_validity(formed: Object, value: Any) -> Object:
    """Give instants without a zone that of UTC: JSON wants one."""
    return formed | {
        name: formed[name] + "Z" for name in VALIDITY if _ZONELESS.fullmatch(formed.get(name, ""))
    }


def write_maintainable(formed: Object, artefact: Maintainable) -> Object:
    """Add the link to the artefact itself; what JSON has no field for becomes a link."""
    formed = write_validity(formed, artefact)
    formed.pop("isFinal", None)
    links = [{"rel": SELF, "urn": artefact.urn}]
    links += [
        {"rel": relation, "href": formed.pop(field)}
        for field, relation in URL_RELATIONS.items()
        if field in formed
    ]
    return {**formed, "links": [*links, *formed.get("links", ())]}


def read_maintainable(sent: Object) -> Object:
    """Take out the links that ``write_maintainable`` puts in."""
    fields = {relation: field for field, relation in URL_RELATIONS.items()}
    urls, links = {}, []
    for link in sent.get("links", ()):
        if link.get("rel") == SELF and "urn" in link:
            continue
        if link.get("rel") in fields and "href" in link:
            urls[fields[link["rel"]]] = link["href"]
        else:
            links.append(link)
    return {**sent, **urls, "links": links}


def write_identifiable(formed: Object, value: Identifiable) -> Object:
    """Write ``uri`` as a link, which is the only place for it."""
    uri = formed.pop("uri", None)
    if uri is not None:
        link = {"rel": ABOUT, "href": uri, "uri": uri}
        formed["links"] = [link, *formed.get("links", ())]
    return formed


def read_identifiable(sent: Object) -> Object:
    """Take ``uri`` out of the links."""
    links = sent.get("links", ())
    about = [link for link in links if link.get("rel") == ABOUT and "uri" in link]
    if not about:
        return sent
    return {
        **sent,
        "uri": about[0]["uri"],
        "links": [link for link in links if link is not about[0]],
    }


def write_nameable(formed: Object, value: Nameable) -> Object:
    """Give what has no name its id for one: the schema demands a name."""
    formed.setdefault("name", value.id)
    return formed


def write_link(formed: Object, link: Link) -> Object:
    """Add what the schema demands: a relation, and an address or URN."""
    formed.setdefault("rel", RELATED)
    if link.href is None and link.urn is None:
        formed["href"] = link.uri or ""
    return formed


def write_annotation_link(formed: Object, link: AnnotationLink) -> Object:
    """Add the relation that the schema demands."""
    return {"rel": RELATED, **formed}


def number(text: str) -> msgspec.Raw | str:
    """Return a decimal as the JSON number with the same digits; other text as it is."""
    if _JSON_NUMBER.fullmatch(text):
        return msgspec.Raw(text.encode())
    try:
        plain = format(Decimal(text), "f")
    except InvalidOperation:
        return text
    return msgspec.Raw(plain.encode()) if _JSON_NUMBER.fullmatch(plain) else text


def write_text_format(formed: Object, text_format: TextFormat) -> Object:
    """Write the facets that are numbers as such."""
    return formed | {name: number(formed[name]) for name in NUMBERS if name in formed}


def read_text_format(sent: Object) -> Object:
    """Read numbers as text; the message is decoded so that they keep their digits."""
    return sent | {
        name: str(sent[name]) for name in NUMBERS if isinstance(sent.get(name), int | float)
    }


def write_short(formed: Object, value: Any) -> Any:
    """Write a value that says nothing but itself as a string."""
    formed = write_validity(formed, value)
    return formed["value"] if len(formed) == 1 else formed


def write_data_key(formed: Object, key: DataKey) -> Object:
    """Write the values of dimensions as ``value``, or ``values`` where there are more."""
    formed = write_validity(formed, key)
    if "keyValues" in formed:
        formed["keyValues"] = [_write_key_value(entry) for entry in formed["keyValues"]]
    return formed


def _write_key_value(entry: Object) -> Object:
    values = [
        value if isinstance(value, str) else value["value"] for value in entry.get("values", ())
    ]
    written = {name: entry[name] for name in ("id", "removePrefix") if name in entry}
    return written | ({"value": values[0]} if len(values) == 1 else {"values": values})


def read_data_key(sent: Object) -> Object:
    """Read ``value`` as the only one of ``values``."""
    if "keyValues" not in sent:
        return sent
    key_values = [
        {**entry, "values": [entry["value"]]} if "value" in entry else entry
        for entry in sent["keyValues"]
    ]
    return {**sent, "keyValues": key_values}


def write_availability(formed: Object, availability: AvailabilityConstraint) -> Object:
    """Write the one artefact that was asked about alone, not as a list."""
    attachment = {
        name.removesuffix("s"): urns[0] for name, urns in formed["constraintAttachment"].items()
    }
    return {**formed, "constraintAttachment": attachment}


def write_mapping(formed: Object, mapping: ValueMapping | ItemMap) -> Object:
    """Write days as the instants that JSON wants."""
    return formed | {
        name: formed[name] + _MIDNIGHT
        for name in VALIDITY
        if len(formed.get(name, "")) == len("2000-01-01")
    }


def read_mapping(sent: Object) -> Object:
    """Read midnights as days."""
    return sent | {name: sent[name].removesuffix(_MIDNIGHT) for name in VALIDITY if name in sent}


def _geo_type(name: str) -> Callable[[Object, Any], Object]:
    def rule(formed: Object, value: Any) -> Object:
        return {**formed, "geoType": name}

    return rule


def _without_self(formed: Object, value: Any) -> Object:
    """Leave out the link to itself: the schema of 2.0 does not know its class of URN."""
    links = [link for link in formed["links"] if link["rel"] != SELF]
    formed = {name: content for name, content in formed.items() if name != "links"}
    return formed | ({"links": links} if links else {})


DIALECT_2_1 = Dialect(
    write={
        Maintainable: write_maintainable,
        Identifiable: write_identifiable,
        Nameable: write_nameable,
        Link: write_link,
        AnnotationLink: write_annotation_link,
        TextFormat: write_text_format,
        ComponentValue: write_validity,  # always an object: clients read no bare strings here
        MemberValue: write_short,
        DataKey: write_data_key,
        AvailabilityConstraint: write_availability,
        ValueMapping: write_mapping,
        ItemMap: write_mapping,
        CubeRegionKey: write_validity,
        TimeRange: write_validity,
        MetadataTargetRegion: write_validity,
        HierarchicalCode: write_validity,
        ValueList: without("isPartial"),
        Dimension: without("isMeasureDimension"),
        TimeDimension: without("conceptRoles"),
        Group: without("attachmentConstraint"),
        AttributeRelationship: without("attachmentGroups"),
        GeographicCodelist: _geo_type("GeographicCodelist"),
        GeoGridCodelist: _geo_type("GeoGridCodelist"),
    },
    read={
        Maintainable: read_maintainable,
        Identifiable: read_identifiable,
        TextFormat: read_text_format,
        DataKey: read_data_key,
        ValueMapping: read_mapping,
        ItemMap: read_mapping,
    },
    texts=frozenset({ComponentValue, MemberValue}),
)
"""SDMX-JSON 2.1."""

DIALECT_2_0 = Dialect(write={**DIALECT_2_1.write, ValueList: _without_self})
"""SDMX-JSON 2.0, as far as it is written otherwise."""
