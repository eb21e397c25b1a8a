"""SDMX-JSON 2.0 and 2.1 structure messages.

Source: SDMX-JSON 2.0 and 2.1, structure message field guide and JSON schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from sdmx_server.dataset import Message, localised
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure.json2_rules import DIALECT_2_0, DIALECT_2_1
from sdmx_server.formats.structure.jsonform import Dialect, Languages, Object, form, unform
from sdmx_server.formats.structure.languages import in_languages
from sdmx_server.formats.structure.versions import ML21_ONLY, SDMX_3_0, SDMX_3_1, expressible, utc
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.catalogue import ARTEFACT_TYPES, by_container
from sdmx_server.model.constraint import AvailabilityConstraint
from sdmx_server.model.metadataset import MetadataSet

SCHEMAS = {
    "2.0.0": (
        "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message"
        "/tools/schemas/2.0.0/sdmx-json-structure-schema.json"
    ),
    "2.1.0": "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
}
"""The schema that a message names, by version."""

SDMX_VERSIONS = {"2.0.0": SDMX_3_0, "2.1.0": SDMX_3_1}
"""The version of SDMX by that of SDMX-JSON."""

DIALECTS = {"2.0.0": DIALECT_2_0, "2.1.0": DIALECT_2_1}

AVAILABILITY_CONTAINER = "availabilityConstraints"
DEFAULT_LANGUAGE = "en"

_ORDER = (*(cls.container for cls in ARTEFACT_TYPES), AVAILABILITY_CONTAINER)
_DECODER = msgspec.json.Decoder(float_hook=str)


def write(
    artefacts: Sequence[Maintainable | AvailabilityConstraint], message: Message, version: str
) -> bytes:
    """Write a structure message in the version ``2.0.0`` or ``2.1.0``.

    What the version cannot express is left out; see ``versions``.
    """
    languages = Languages(message.languages)
    sdmx_version = SDMX_VERSIONS[version]
    known = expressible(artefacts, sdmx_version)
    shown = in_languages(known, message, marked=sdmx_version == SDMX_3_1)
    data = form_data(shown, DIALECTS[version], languages)
    meta = form_meta(message, SCHEMAS[version], languages)
    return msgspec.json.encode({"meta": meta, "data": data})


def read(content: bytes) -> tuple[Maintainable, ...]:
    """Read a structure message of 2.0 or 2.1.

    Availability constraints are answers to queries and no artefacts: they are passed over.

    Raises:
        MessageSyntaxError: if it is no such message, or part of it cannot be understood.
    """
    try:
        message = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageSyntaxError(f"The message is not JSON: {error}.") from None
    data = message.get("data", {}) if isinstance(message, dict) else None
    if not isinstance(data, dict):
        raise MessageSyntaxError("The message has no object 'data'.")
    return tuple(_read_data(data, main_language(message)))


def form_data(
    artefacts: Sequence[Maintainable | AvailabilityConstraint],
    dialect: Dialect,
    languages: Languages,
) -> dict[str, list[Any]]:
    """Return the ``data`` of a message: lists of artefacts by container, none empty."""
    data: dict[str, list[Any]] = {}
    for artefact in artefacts:
        container = (
            artefact.container if isinstance(artefact, Maintainable) else AVAILABILITY_CONTAINER
        )
        data.setdefault(container, []).append(form(artefact, dialect, languages))
    return {container: data[container] for container in sorted(data, key=_ORDER.index)}


def form_meta(message: Message, schema: str, languages: Languages) -> Object:
    """Return the ``meta`` of a message; the main one of the languages used comes first."""
    sender: Object = {"id": message.sender}
    if message.sender_names:
        sender["name"] = localised(message.sender_names, languages.preferred)
        sender["names"] = dict(message.sender_names)
    used = [language for language in languages.preferred if language in languages.used]
    used += [language for language in languages.used if language not in used]
    meta: Object = {
        "schema": schema,
        "id": message.id,
        "test": message.test,
        "prepared": utc(message.prepared),
        "sender": sender,
    }
    return meta | ({"contentLanguages": used} if used else {})


def main_language(message: Object) -> str:
    """Return the language of the texts in a message that say none."""
    meta = message.get("meta")
    languages = meta.get("contentLanguages") if isinstance(meta, dict) else None
    first = languages[0] if isinstance(languages, list) and languages else None
    return first if isinstance(first, str) else DEFAULT_LANGUAGE


def _read_data(data: Object, language: str) -> Iterator[Maintainable]:
    for container, artefacts in data.items():
        if container == AVAILABILITY_CONTAINER:
            continue
        cls = by_container(container)
        if cls is None or issubclass(cls, (*ML21_ONLY, MetadataSet)):
            raise MessageSyntaxError(f"data.{container} is no list of artefacts.")
        if not isinstance(artefacts, list):
            raise MessageSyntaxError(f"data.{container} should be an array.")
        for position, artefact in enumerate(artefacts):
            yield _read_artefact(cls, artefact, language, f"data.{container}[{position}]")


def _read_artefact(
    cls: type[Maintainable], artefact: Any, language: str, place: str
) -> Maintainable:
    try:
        return msgspec.convert(unform(cls, artefact, DIALECT_2_1, language), cls)
    except msgspec.ValidationError as error:
        raise MessageSyntaxError(f"{place}: {error}.") from None
    except MessageSyntaxError as error:
        raise MessageSyntaxError(f"{place}: {error.detail}") from None
    except (AttributeError, TypeError, KeyError) as error:
        raise MessageSyntaxError(f"{place} is not as the schema says: {error}.") from None
