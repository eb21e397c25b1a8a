"""Schema queries, on both versions of SDMX-REST.

Source: SDMX-REST 1.5, section 4.5; SDMX-REST 2.2, doc/schema.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sdmx_server.conformance import paths, schemas
from sdmx_server.conformance.check import Area, Ask, Check, Expect
from sdmx_server.conformance.checks.formats import SDMX
from sdmx_server.conformance.decoding import messages
from sdmx_server.conformance.decoding.content import name, strict_json, xml
from sdmx_server.conformance.expectations import (
    nothing,
    refused,
    require,
    require_status,
    status,
    structures_of,
)
from sdmx_server.conformance.facts import (
    NOWHERE,
    Facts,
    Inapplicable,
)
from sdmx_server.conformance.request import Answer, get

_V1 = Area("v1", "schema", "SDMX-REST 1.5, section 4.5")
_V2 = Area("v2", "schema", "SDMX-REST 2.2, doc/schema.md")


def _xsd(version: str) -> Ask:
    return lambda f: get(paths.schema(f), accept=f"{SDMX}schema+xml;version={version}")


def _is_schema(facts: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        if answer.status == 406:
            raise Inapplicable("the service does not offer this format")
        require_status(answer, 200)
        root = xml(answer.body)
        require(name(root) == "schema", f"the root is {name(root)}, not a schema")
        target = root.get("targetNamespace", "")
        own = f"{facts.dataflow.agency}:{facts.dataflow.id}("
        require(own in target, f"the target namespace {target!r} does not name the dataflow")


def _names(dimension: str) -> Expect:
    """Expect a schema whose namespace names the dimension at the observation."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        _is_schema(facts, answers)
        target = xml(answers[0].body).get("targetNamespace", "")
        require(target.endswith(f":{dimension}"), f"the target namespace is {target}")

    return expect


def _only_structures(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect what a schema is made of, as structures: no dataflow, no constraint but needed."""
    if answers[0].status == 406:
        raise Inapplicable("the service does not offer structures in place of a schema")
    message = structures_of(answers[0])
    require(bool(message.of("datastructure")), "no data structure is in the answer")
    require(not message.of("dataflow"), "a dataflow is in the answer")


def _json_accepts_data(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect a JSON schema that accepts the data, and refuses a code that there is not."""
    data, schema = answers
    if schema.status == 406 or "json" not in schema.media_type:
        raise Inapplicable("the service does not offer JSON schemas")
    for answer in answers:
        require_status(answer, 200)
    messages.data(data.body, facts.shape)
    message, rules = (strict_json(answer.body) for answer in answers)
    faults = schemas.own_json_faults(message, rules)
    require(not faults, faults[0] if faults else "")
    wrong = _with_unknown_code(facts, message)
    require(bool(schemas.own_json_faults(wrong, rules)), "it accepts a code that there is not")


def _with_unknown_code(facts: Facts, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with a code that there is not, of a dimension with a codelist."""
    coded = {dimension for dimension, _ in facts.shape.codelists}
    for structure in message["data"]["structures"]:
        for dimension in (d for level in structure["dimensions"].values() for d in level):
            if dimension["id"] in coded and dimension.get("values"):
                dimension["values"][0]["id"] = NOWHERE
                return message
    raise Inapplicable("no dimension of the data found has a codelist of its own")


def _schemas(area: Area, v1: bool) -> list[Check]:
    version = "2.1" if v1 else "3.1.0"
    wildcard = "all" if v1 else "*"
    separator = "+" if v1 else ","
    return [
        area.check(
            "schema", (109,) if v1 else (309,), 1, "The schema of a dataflow is an XML schema.",
            ask=_xsd(version), expect=_is_schema,
        ),
        area.check(
            "schema-flat", (110,) if v1 else (309,), 1, "Its namespace names AllDimensions.",
            ask=lambda f: get(
                paths.schema(f, "dimensionAtObservation=AllDimensions"),
                accept=f"{SDMX}schema+xml;version={version}",
            ),
            expect=_names("AllDimensions"),
        ),
        area.check(
            "schema-structures", (111,) if v1 else (310,), 1,
            "It can be had as structures, without the dataflow.",
            ask=lambda f: get(paths.schema(f), accept=f"{SDMX}structure+xml;version={version}"),
            expect=_only_structures,
        ),
        area.check(
            "schema-one", (112,) if v1 else (314,), 1, "A schema is that of one artefact.",
            ask=lambda f: get(
                f"/schema/dataflow/{wildcard}/{f.dataflow.id}",
                f"/schema/dataflow/{f.dataflow.agency}/{f.dataflow.id}{separator}B",
            ),
            expect=refused(),
        ),
        area.check(
            "schema-context", (113,) if v1 else (314,), 1, "A codelist has no schema.",
            ask=lambda f: get(f"/schema/codelist/{f.dataflow.agency}/{f.dataflow.id}"),
            expect=refused(),
        ),
        area.check(
            "schema-nothing", (112,) if v1 else (315,), 2, "What is not there has no schema.",
            ask=lambda f: get(f"/schema/dataflow/{f.dataflow.agency}/{NOWHERE}"),
            expect=status(404) if v1 else nothing,
        ),
    ]  # fmt: skip


CHECKS = (
    *_schemas(_V1, v1=True),
    *_schemas(_V2, v1=False),
    _V2.check(
        "schema-json", (308,), 1, "The JSON schema accepts the data, and no unknown code.",
        ask=lambda f: (
            *get(paths.data(f), accept=f"{SDMX}data+json;version=2.1.0"),
            *get(paths.schema(f), accept=f"{SDMX}schema+json;version=2.1.0"),
        ),
        expect=_json_accepts_data,
    ),
    _V2.check(
        "schema-bad-deletion", (313,), 1, "deletion is a truth value, else it is refused.",
        ask=lambda f: get(paths.schema(f, "deletion=perhaps")), expect=refused(),
    ),
)  # fmt: skip
