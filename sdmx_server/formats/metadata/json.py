"""SDMX-JSON 2.0 and 2.1 metadata messages.

Source: SDMX-JSON 2.0 and 2.1, metadata message field guide and JSON schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import structs

from sdmx_server.dataset import Message
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.data.writers.json_numbers import BOOLEANS, NUMBERS, number
from sdmx_server.formats.metadata.soundness import sound
from sdmx_server.formats.metadata.structured import definition_of
from sdmx_server.formats.structure.json import form_meta, main_language
from sdmx_server.formats.structure.json2_rules import DIALECT_2_1
from sdmx_server.formats.structure.jsonform import Dialect, Languages, Object, form, unform
from sdmx_server.metadata import XHTML, MetadataAttributeDefinition, MetadataReport
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute

SCHEMAS = {
    "2.0.0": (
        "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/metadata-message"
        "/tools/schemas/2.0.0/sdmx-json-metadata-schema.json"
    ),
    "2.1.0": "https://json.sdmx.org/2.1/sdmx-json-metadata-schema.json",
}
"""The schema that a message names, by version."""

_DECODER = msgspec.json.Decoder(float_hook=str)


def write(reports: Sequence[MetadataReport], message: Message, version: str) -> bytes:
    """Write a metadata message in the version ``2.0.0`` or ``2.1.0``."""
    languages = Languages(message.languages)
    dialect = _DIALECTS[version]
    sets = [_form_set(report, dialect, languages) for report in reports]
    schema = {"$schema": SCHEMAS[version]} if version == "2.1.0" else {}
    meta = form_meta(message, SCHEMAS[version], languages)
    return msgspec.json.encode({**schema, "meta": meta, "data": {"metadataSets": sets}})


def read(content: bytes) -> tuple[MetadataSet, ...]:
    """Read a metadata message of 2.0 or 2.1.

    Raises:
        MessageSyntaxError: if it is no such message, or part of it cannot be understood.
    """
    try:
        message = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageSyntaxError(f"The message is not JSON: {error}.") from None
    data = message.get("data") if isinstance(message, dict) else None
    sets = data.get("metadataSets", []) if isinstance(data, dict) else None
    if not isinstance(sets, list):
        raise MessageSyntaxError("The message has no array data.metadataSets.")
    language = main_language(message)
    return tuple(
        _read_set(sent, language, f"data.metadataSets[{position}]")
        for position, sent in enumerate(sets)
    )


def _form_set(report: MetadataReport, dialect: Dialect, languages: Languages) -> Object:
    found = report.metadata_set
    formed: Object = form(structs.replace(found, attributes=()), dialect, languages)
    if found.attributes:
        formed["attributes"] = [
            _form_attribute(each, report.attributes, dialect, languages)
            for each in found.attributes
        ]
    return formed


def _form_attribute(
    attribute: ReportedAttribute,
    definitions: Sequence[MetadataAttributeDefinition],
    dialect: Dialect,
    languages: Languages,
) -> Object:
    definition = definition_of(attribute, definitions)
    formed: Object = {"id": attribute.id}
    if attribute.annotations:
        formed["annotations"] = [form(each, dialect, languages) for each in attribute.annotations]
    if attribute.structured_texts or definition.data_type == XHTML:
        formed["format"] = {"dataType": XHTML}
        if attribute.value is None:
            formed["format"]["isMultiLingual"] = True
    texts = attribute.structured_texts or attribute.texts
    if attribute.value is not None:
        formed["value"] = _value(attribute.value, definition.data_type)
    elif texts:
        formed["value"] = dict(texts)
        languages.used.update(dict.fromkeys(texts))
    if attribute.attributes:
        formed["attributes"] = [
            _form_attribute(each, definition.attributes, dialect, languages)
            for each in attribute.attributes
        ]
    return formed


def _value(text: str, data_type: str) -> Any:
    """Return a value as the JSON type of its data type, where it can be written so."""
    if data_type in NUMBERS:
        return msgspec.Raw(number(text).encode())
    if data_type == "Boolean" and text in BOOLEANS:
        return BOOLEANS[text] == "true"
    return text


def _read_set(sent: Any, language: str, place: str) -> MetadataSet:
    try:
        found = msgspec.convert(unform(MetadataSet, sent, _READING, language), MetadataSet)
    except msgspec.ValidationError as error:
        raise MessageSyntaxError(f"{place}: {error}.") from None
    except MessageSyntaxError as error:
        raise MessageSyntaxError(f"{place}: {error.detail}") from None
    except (AttributeError, TypeError, KeyError) as error:
        raise MessageSyntaxError(f"{place} is not as the schema says: {error}.") from None
    except RecursionError:
        raise MessageSyntaxError(f"{place} is nested too deeply.") from None
    return sound(found, place)


def _read_fields(sent: Object) -> Object:
    """Return a metadata set with an attribute for each of several values."""
    return {**sent, "attributes": _single_valued(sent.get("attributes"))}


def _read_attribute(sent: Object) -> Object:
    """Return an attribute with its value under the name of what it is."""
    value = sent.get("value")
    found: Object = {name: sent[name] for name in ("id", "annotations") if name in sent}
    found["attributes"] = _single_valued(sent.get("attributes"))
    if isinstance(value, dict):
        is_markup = (sent.get("format") or {}).get("dataType") == XHTML
        found["structuredTexts" if is_markup else "texts"] = value
    elif isinstance(value, bool):
        found["value"] = str(value).lower()
    elif value is not None:
        found["value"] = str(value)
    return found


def _single_valued(attributes: Any) -> Any:
    """Return attributes with an array of values, which the guide knows, as several."""
    if not isinstance(attributes, list):
        return attributes
    found: list[Any] = []
    for each in attributes:
        values = each.get("value") if isinstance(each, dict) else None
        if not isinstance(values, list):
            found.append(each)
            continue
        found.append({**each, "value": values[0] if values else None})
        alone = {name: content for name, content in each.items() if name != "attributes"}
        found += [{**alone, "value": value} for value in values[1:]]
    return found


def _without(*names: str) -> Any:
    """Return a rule that leaves out fields, and the link to itself: no schema knows its URN."""

    def rule(formed: Object, value: MetadataSet) -> Object:
        links = [link for link in formed["links"] if link.get("urn") != value.urn]
        rest = {n: content for n, content in formed.items() if n not in (*names, "links")}
        return {**rest, "links": links} if links else rest

    return rule


_DIALECTS = {
    "2.0.0": Dialect(write={**DIALECT_2_1.write, MetadataSet: _without("isPartialLanguage")}),
    "2.1.0": Dialect(write={**DIALECT_2_1.write, MetadataSet: _without()}),
}
_READING = Dialect(
    write={},
    read={
        **DIALECT_2_1.read,
        MetadataSet: _read_fields,
        ReportedAttribute: _read_attribute,
    },
)
