"""Words about validity: by the official schemas, and by the schema that a service makes.

Source: SDMX-ML 2.1, 3.0 and 3.1 (XSD); SDMX-JSON 1.0, 2.0 and 2.1 (JSON Schema).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sdmx_server.conformance.decoding.content import strict_json, syntax, xml
from sdmx_server.conformance.expectations import require
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.rows.words.word import Ask, Word, require_equal, require_found
from sdmx_server.conformance.schemas import (
    json_faults,
    own_json_faults,
    specific_faults,
    version_of,
    xml_faults,
)

SDMX = "application/vnd.sdmx."
ITS_OWN = "its own"
_GIVEN = frozenset({"schema", "accept", "not_with", "also_with"})


def valid(value: bool, answer: Answer, _: Ask) -> None:
    """The message is valid by the official schema of its type: ``valid = true``."""
    faults = _official_faults(answer)
    require_equal(not faults, value, f"the validity ({'; '.join(faults[:2])})")


def _official_faults(answer: Answer) -> Sequence[str]:
    kind, _, version = answer.media_type.removeprefix(SDMX).partition(";version=")
    if syntax(answer.body) == "xml":
        written = version_of(xml(answer.body))
        require(version in ("", written), f"SDMX-ML {written} came as {answer.media_type}")
        return xml_faults(answer.body)
    return json_faults(strict_json(answer.body), kind.removesuffix("+json"), version)


def valid_by(value: Mapping[str, Any] | str, answer: Answer, ask: Ask) -> None:
    """The message is valid by a schema that the service makes, and a changed one is not.

    ``valid_by = "its own"``: by that of the same structure, version and packaging;
    ``valid_by = { schema = "/schema/dataflow/TST/EXR", accept = "schema+xml;version=3.1.0",
    not_with = { 'CURRENCY="CHF"' = 'CURRENCY="XXX"' } }``; changes ``also_with`` leave it valid.
    """
    given: Mapping[str, Any] = _own_schema(answer) if isinstance(value, str) else value
    known = value == ITS_OWN if isinstance(value, str) else set(value) <= _GIVEN
    require(known, f"{value!r} is not how to say by which schema")
    accept = (("Accept", SDMX + given["accept"]),) if "accept" in given else ()
    schema = ask(Request(given["schema"], accept))
    require_found(schema)
    require_found(answer)
    faults = _own_faults(answer.body, schema)
    require(not faults, f"by {schema.request}: {'; '.join(faults[:2])}")
    for part, is_valid in (("not_with", False), ("also_with", True)):
        for old, new in given.get(part, {}).items():
            changed = answer.body.replace(old.encode(), new.encode())
            require(changed != answer.body, f"the message does not say {old}")
            told = _own_faults(changed, schema)
            require_equal(not told, is_valid, f"validity with {new!r} for {old!r} ({told[:1]})")


def _own_schema(answer: Answer) -> Mapping[str, str]:
    """Return where the schema of a data message is: of its context and dimension."""
    path, _, query = answer.request.path.partition("?")
    context = "/".join(path.replace("/data/", "/schema/", 1).split("/")[:5])
    packaging = "&".join(p for p in query.split("&") if p.startswith("dimensionAtObservation"))
    version = answer.media_type.rpartition("version=")[2]
    kind = syntax(answer.body)
    return {"schema": f"{context}?{packaging}", "accept": f"schema+{kind};version={version}"}


def _own_faults(body: bytes, schema: Answer) -> Sequence[str]:
    if syntax(body) == "xml":
        return specific_faults(body, schema.body)
    return own_json_faults(strict_json(body), strict_json(schema.body))


WORDS: Mapping[str, Word] = {"valid": valid, "valid_by": valid_by}
