"""The URLs of both versions of SDMX-REST.

Source: SDMX-REST 1.5, sections 4.3 to 4.6; SDMX-REST 2.2, doc/data.md, doc/structures.md,
doc/availability.md, doc/schema.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from sdmx_server.conformance.decoding.data import Key
from sdmx_server.conformance.decoding.references import Reference
from sdmx_server.conformance.facts import Api, Facts

_WHOLE = {"v1": "all", "v2": "*"}
_ANY = {"v1": "", "v2": "*"}
_VERSION = {"v1": "latest", "v2": "~"}


def key(facts: Facts, codes: Mapping[str, str] | Key | None = None) -> str:
    """Return a key: the codes given, within the scope, any others.

    An alternative of codes (``A+B``) is one text; 1.5 alone allows it.
    """
    fixed = {**facts.scope, **dict(codes or {})}
    if not any(fixed.get(each) for each in facts.shape.dimensions):
        return _WHOLE[facts.api]
    wildcard = _ANY[facts.api]
    return ".".join(quote(fixed.get(d) or wildcard, safe="+*@$,%") for d in facts.shape.dimensions)


def data(facts: Facts, query: str = "", *, of: str | None = None) -> str:
    """Return the path to data: of a key as it is written, else of all within the scope."""
    return f"{dataflow_data(facts)}/{key(facts) if of is None else of}{_question(query)}"


def dataflow_data(facts: Facts) -> str:
    """Return the path to the data of the dataflow, without a key."""
    return data_of(facts.api, facts.dataflow)


def data_of(api: Api, flow: Reference) -> str:
    """Return the path to the data of any dataflow, without a key."""
    if api == "v1":
        return f"/data/{flow.agency},{flow.id},{flow.version}"
    return f"/data/dataflow/{flow.agency}/{flow.id}/{flow.version}"


def series_of(facts: Facts, codes: Mapping[str, str] | Key, query: str = "") -> str:
    """Return the path to the data of the series with some codes."""
    return data(facts, query, of=key(facts, codes))


def structure(api: Api, reference: Reference, query: str = "", item: str = "") -> str:
    """Return the path to an artefact, or to an item of it."""
    place = f"{reference.kind}/{reference.agency}/{reference.id}/{reference.version}"
    tail = f"/{item}" if item else ""
    return f"{_structures(api)}{place}{tail}{_question(query)}"


def structures(api: Api, kind: str, query: str = "", *, of: str = "") -> str:
    """Return the path to artefacts of a type: all of them, or ``of`` an agency and so on."""
    tail = f"/{of}" if of else ""
    return f"{_structures(api)}{kind}{tail}{_question(query)}"


def latest(api: Api, reference: Reference) -> str:
    """Return the path to the latest version of an artefact, spelt out."""
    place = f"{reference.kind}/{reference.agency}/{reference.id}/{_VERSION[api]}"
    return f"{_structures(api)}{place}"


def availability(
    facts: Facts, query: str = "", *, of: str | None = None, component: str = ""
) -> str:
    """Return the path to what is available: for a key as it is written, else for the scope."""
    place, chosen = facts.dataflow, key(facts) if of is None else of
    if facts.api == "v1":
        path = f"/availableconstraint/{place.agency},{place.id},{place.version}/{chosen}"
        tail = f"/all/{component}" if component else ""
    else:
        path = f"/availability/dataflow/{place.agency}/{place.id}/{place.version}/{chosen}"
        tail = f"/{component}" if component else ""
    return path + tail + _question(query)


def schema(facts: Facts, query: str = "") -> str:
    """Return the path to the schema of the dataflow."""
    flow = facts.dataflow
    return f"/schema/dataflow/{flow.agency}/{flow.id}/{flow.version}{_question(query)}"


def _structures(api: Api) -> str:
    return "/" if api == "v1" else "/structure/"


def _question(query: str) -> str:
    return f"?{query}" if query else ""
