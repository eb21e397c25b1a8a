"""URLs of SDMX-REST 1.5, compiled to queries.

Paths are what follows the name of the resource, still percent-encoded.

Source: SDMX-REST 1.5, sections 4.3 (structures), 4.4 (data and metadata), 4.5 (schemas) and 4.6
(availability).
"""

from __future__ import annotations

import re

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import parameters as read_parameter
from sdmx_server.grammar.artefact_types import CONSTRAINT_ROLES, V1_ITEM_SCHEMES, V1_TYPES
from sdmx_server.grammar.conditions import TIME
from sdmx_server.grammar.identifiers import AGENCY, COMPONENT, ID, ITEM, PROVIDER, check, parse_list
from sdmx_server.grammar.key import parse_alternatives
from sdmx_server.grammar.references import (
    AVAILABILITY_DIRECTIONS,
    V1_AVAILABILITY_REFERENCES,
    V1_DETAILS,
    V1_DIRECTIONS,
    V1_REFERENCES,
    parse_references,
)
from sdmx_server.grammar.text import Parameters, read
from sdmx_server.query import (
    ArtefactQuery,
    AvailabilityQuery,
    ComponentFilter,
    Condition,
    Cube,
    DataQuery,
    MetadataQuery,
    Operator,
    SchemaQuery,
    StructureQuery,
)

RESOURCES = (*V1_TYPES, "data", "metadata", "availableconstraint", "schema")
"""Every resource of SDMX-REST 1.5, whether this server offers it or not."""

SCHEMA_CONTEXTS = (
    "datastructure",
    "metadatastructure",
    "dataflow",
    "metadataflow",
    "provisionagreement",
)

_STRUCTURE_PATH = ("agencyID", "resourceID", "version", "itemID")
_DATA_PATH = ("flowRef", "key", "providerRef")
_WANTED = {  # detail: attributes and measures
    "full": (("dsd",), ("all",)),
    "dataonly": (("none",), ("all",)),
    "serieskeysonly": (("none",), ("none",)),
    "nodata": (("dataset", "series"), ("none",)),  # no observations, so none of their attributes
}
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_VERSION_WORDS = {"latest": "latest", "all": "*"}


def parse_structure(resource: str, path: str, query_string: str) -> StructureQuery:
    """Compile ``{agencyID}/{resourceID}/{version}/{itemID}`` of a structural resource.

    Raises:
        QuerySyntaxError: if the URL breaks the 1.5 grammar.
    """
    if resource not in V1_TYPES:
        raise QuerySyntaxError(f"{resource!r} is no resource; allowed are {', '.join(V1_TYPES)}.")
    parts, given = read(path, query_string, _STRUCTURE_PATH)
    if len(parts) == 2 and parts[1].lower() == "latest":
        parts.insert(1, "all")
    agency, id_, version, item = (*parts, *("all", "all", "latest", "all")[len(parts) :])
    references = read_parameter.single(given, "references")
    return StructureQuery(
        types=V1_TYPES[resource],
        artefact=ArtefactQuery(
            agencies=parse_list(agency, AGENCY, separator="+", wildcard="all"),
            ids=parse_list(id_, ID, separator="+", wildcard="all"),
            versions=_versions(version),
        ),
        items=_items(resource, item),
        detail=read_parameter.choice(given, "detail", V1_DETAILS, "full"),
        references=parse_references(references, V1_DIRECTIONS, V1_REFERENCES, separator=""),
        constraint_role=CONSTRAINT_ROLES.get(resource)
        or CONSTRAINT_ROLES.get((references or "").lower()),
        by_hierarchical_codelist=resource == "hierarchicalcodelist",
    )


def parse_data(path: str, query_string: str) -> DataQuery:
    """Compile ``{flowRef}/{key}/{providerRef}`` and its parameters.

    Raises:
        QuerySyntaxError: if the URL breaks the 1.5 grammar.
    """
    parts, given = read(path, query_string, _DATA_PATH)
    detail = read_parameter.choice(given, "detail", _WANTED, "full")
    attributes, measures = _WANTED[detail]
    return DataQuery(
        cube=_cube(parts, given),
        first_n=read_parameter.integer(given, "firstNObservations", 1),
        last_n=read_parameter.integer(given, "lastNObservations", 1),
        dimension_at_observation=_dimension_at_observation(given),
        attributes=attributes,
        measures=measures,
        include_history=read_parameter.boolean(given, "includeHistory"),
    )


def parse_metadata(path: str, query_string: str) -> MetadataQuery:
    """Compile ``{flowRef}/{key}/{providerRef}`` of reference metadata and its parameters.

    Raises:
        QuerySyntaxError: if the URL breaks the 1.5 grammar.
    """
    parts, given = read(path, query_string, _DATA_PATH)
    read_parameter.choice(given, "detail", _WANTED, "full")  # its words mean parts of data
    cube = _cube(parts, given)
    return MetadataQuery(
        by="metadataflow",
        artefact=cube.artefact,
        providers=cube.providers,
        versions=("latest",),
        keys=cube.keys,
        updated_after=cube.updated_after,
    )


def parse_availability(path: str, query_string: str) -> AvailabilityQuery:
    """Compile ``{flowRef}/{key}/{providerRef}/{componentID}`` and its parameters.

    Raises:
        QuerySyntaxError: if the URL breaks the 1.5 grammar.
    """
    parts, given = read(path, query_string, (*_DATA_PATH, "componentID"))
    components = parts[3] if len(parts) > 3 else "all"
    return AvailabilityQuery(
        cube=_cube(parts, given),
        components=parse_list(components, COMPONENT, separator="+", wildcard="all"),
        mode=read_parameter.choice(given, "mode", ("exact", "available"), "exact"),
        references=parse_references(
            read_parameter.single(given, "references"),
            AVAILABILITY_DIRECTIONS,
            V1_AVAILABILITY_REFERENCES,
            separator="",
        ),
    )


def parse_schema(path: str, query_string: str) -> SchemaQuery:
    """Compile ``{context}/{agencyID}/{resourceID}/{version}`` and its parameters.

    Raises:
        QuerySyntaxError: if the URL breaks the 1.5 grammar.
    """
    parts, given = read(path, query_string, ("context", *_STRUCTURE_PATH[:3]))
    if len(parts) < 3 or "all" in (part.lower() for part in parts[1:]):
        raise QuerySyntaxError(
            f"{path!r} names no single artefact; allowed is "
            "{context}/{agencyID}/{resourceID}/{version}, without all."
        )
    context, agency, id_, version = (*parts, "latest")[:4]
    if context not in SCHEMA_CONTEXTS:
        raise QuerySyntaxError(
            f"{context!r} has no schema; allowed is one of {', '.join(SCHEMA_CONTEXTS)}."
        )
    return SchemaQuery(
        context=context,
        artefact=ArtefactQuery((check(agency, AGENCY),), (check(id_, ID),), (_version(version),)),
        dimension_at_observation=_dimension_at_observation(given),
        explicit_measure=read_parameter.boolean(given, "explicitMeasure"),
    )


def _versions(text: str) -> tuple[str, ...]:
    versions = tuple(dict.fromkeys(_version(version) for version in text.split("+")))
    return ("*",) if "*" in versions else versions


def _version(text: str) -> str:
    if text.lower() in _VERSION_WORDS:
        return _VERSION_WORDS[text.lower()]
    if _VERSION.fullmatch(text) is None:
        raise QuerySyntaxError(
            f"{text!r} is no version; allowed are digits and dots such as 1.0, latest and all."
        )
    return text


def _items(resource: str, text: str) -> tuple[str, ...]:
    items = parse_list(text, ITEM, separator="+", wildcard="all")
    if items and resource not in V1_ITEM_SCHEMES:
        raise QuerySyntaxError(
            f"{text!r} asks for an item of a {resource}; allowed are items of "
            f"{', '.join(V1_ITEM_SCHEMES)}."
        )
    return items


def _cube(parts: list[str], given: Parameters) -> Cube:
    if not parts:
        raise QuerySyntaxError("'' names no flow; allowed is AGENCY,FLOW,VERSION or FLOW.")
    flow, key, provider = (*parts[:3], *("all", "all", "all")[len(parts) :])
    return Cube(
        context="dataflow",
        artefact=_flow(flow),
        keys=parse_alternatives(key),
        key_may_be_short=False,
        providers=_providers(provider),
        filters=_periods(given),
        updated_after=read_parameter.instant(given, "updatedAfter"),
    )


def _flow(text: str) -> ArtefactQuery:
    parts = text.split(",")
    if len(parts) > 3:
        raise QuerySyntaxError(
            f"{text!r} names no flow; allowed is AGENCY,FLOW,VERSION, AGENCY,FLOW or FLOW."
        )
    agency, id_ = parts[:2] if len(parts) > 1 else ("all", parts[0])
    return ArtefactQuery(
        agencies=() if agency.lower() == "all" else (check(agency, AGENCY),),
        ids=() if id_.lower() == "all" else (check(id_, ID),),
        versions=(_version(parts[2]) if len(parts) > 2 else "latest",),
    )


def _providers(text: str) -> tuple[str, ...]:
    providers = [_provider(part) for part in text.split("+")]
    return () if "all" in providers else tuple(dict.fromkeys(providers))


def _provider(text: str) -> str:
    if text.lower() == "all":
        return "all"
    agency, comma, provider = text.rpartition(",")
    if comma and agency.lower() != "all":
        return f"{check(agency, AGENCY)}.{check(provider, ID)}"
    return check(provider, PROVIDER)


def _periods(given: Parameters) -> tuple[ComponentFilter, ...]:
    bounds = (
        (Operator.GREATER_OR_EQUAL, read_parameter.period(given, "startPeriod")),
        (Operator.LESS_OR_EQUAL, read_parameter.period(given, "endPeriod")),
    )
    conditions = tuple(Condition(operator, value) for operator, value in bounds if value)
    return (ComponentFilter(TIME, (conditions,)),) if conditions else ()


def _dimension_at_observation(given: Parameters) -> str | None:
    value = read_parameter.single(given, "dimensionAtObservation")
    return None if value is None else check(value, COMPONENT)
