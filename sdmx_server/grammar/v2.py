"""URLs of SDMX-REST 2.2, compiled to queries.

Paths are what follows the name of the resource, still percent-encoded.

Source: SDMX-REST 2.2, doc/structures.md, doc/data.md, doc/metadata.md, doc/availability.md,
doc/schema.md, doc/registration.md, doc/querying_versions.md.
"""

from __future__ import annotations

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import parameters as read_parameter
from sdmx_server.grammar.artefact_types import V1_TYPES, V2_ITEM_SCHEMES, V2_TYPES
from sdmx_server.grammar.conditions import parse_filters
from sdmx_server.grammar.identifiers import (
    AGENCY,
    COMPONENT,
    ID,
    ITEM,
    PROVIDER,
    REGISTRATION,
    VALUE,
    check,
    parse_list,
)
from sdmx_server.grammar.key import parse_keys
from sdmx_server.grammar.references import (
    AVAILABILITY_DIRECTIONS,
    V2_AVAILABILITY_REFERENCES,
    V2_DETAILS,
    V2_DIRECTIONS,
    V2_REFERENCES,
    parse_references,
)
from sdmx_server.grammar.sorting import parse_sort
from sdmx_server.grammar.text import Parameters, decode, decode_again, divide, read
from sdmx_server.model.version import check_query
from sdmx_server.query import (
    ArtefactQuery,
    AvailabilityQuery,
    Cube,
    DataQuery,
    MetadataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)

RESOURCES = (
    "structure",
    "data",
    "metadata",
    "availability",
    "schema",
    "registration",
    "subscription",
)
"""Every resource of SDMX-REST 2.2, whether this server offers it or not."""

AVAILABILITY_CONTEXTS = ("datastructure", "dataflow", "provisionagreement")
DATA_CONTEXTS = (*AVAILABILITY_CONTEXTS, "*")
SCHEMA_CONTEXTS = (
    *AVAILABILITY_CONTEXTS,
    "metadatastructure",
    "metadataflow",
    "metadataprovisionagreement",
)

_ARTEFACT_PATH = ("agencyID", "resourceID", "version")
_METADATA_PATHS = {  # segments after the first, and what they are where they are left out
    "metadataset": (_ARTEFACT_PATH, "**~"),
    "metadataflow": ((*_ARTEFACT_PATH, "providerRef"), "**~*"),
    "structure": (("artefactType", *_ARTEFACT_PATH), "***~"),
}
_REGISTRATION_PATHS = {
    "id": (("registrationID",), ""),
    "provider": (("agencyID", "providerID"), "**"),
    **dict.fromkeys(DATA_CONTEXTS, (_ARTEFACT_PATH, "***")),
}


def parse_structure(path: str, query_string: str) -> StructureQuery:
    """Compile ``{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}``.

    Raises:
        QuerySyntaxError: if the URL breaks the 2.2 grammar.
    """
    names = ("artefactType", *_ARTEFACT_PATH, "itemID")
    # Values may hold slashes, which many web servers hand on decoded.
    of_values = path.lstrip("/").startswith("valuelist/")
    parts, given = read(path, query_string, names, rest_in_last=of_values)
    type_, agency, id_, version, item = (*parts, *("*", "*", "*", "~", "*")[len(parts) :])
    types = _types(type_)
    return StructureQuery(
        types=types,
        artefact=_artefact(agency, id_, version),
        items=_items(type_ if types else "*", item),
        detail=read_parameter.choice(given, "detail", V2_DETAILS, "full"),
        references=parse_references(
            read_parameter.single(given, "references"), V2_DIRECTIONS, V2_REFERENCES
        ),
        as_of=read_parameter.instant(given, "asOf"),
    )


def parse_data(path: str, query_string: str) -> DataQuery:
    """Compile ``{context}/{agencyID}/{resourceID}/{version}/{key}`` and its parameters.

    Raises:
        QuerySyntaxError: if the URL breaks the 2.2 grammar.
    """
    parts, given = read(path, query_string, ("context", *_ARTEFACT_PATH, "key"))
    dimension_at_observation = _dimension_at_observation(given)
    return DataQuery(
        cube=_cube(parts, given, DATA_CONTEXTS),
        first_n=read_parameter.integer(given, "firstNObservations", 1),
        last_n=read_parameter.integer(given, "lastNObservations", 1),
        dimension_at_observation=dimension_at_observation,
        attributes=_wanted(given, "attributes", "dsd"),
        measures=_wanted(given, "measures", "all"),
        include_history=read_parameter.boolean(given, "includeHistory"),
        offset=read_parameter.integer(given, "offset", 0) or 0,
        limit=read_parameter.integer(given, "limit", 1),
        sort=parse_sort(read_parameter.single(given, "sort"), dimension_at_observation),
        as_of=read_parameter.instant(given, "asOf"),
    )


def parse_availability(path: str, query_string: str) -> AvailabilityQuery:
    """Compile ``{context}/{agencyID}/{resourceID}/{version}/{key}/{componentID}``.

    Raises:
        QuerySyntaxError: if the URL breaks the 2.2 grammar.
    """
    parts, given = read(path, query_string, ("context", *_ARTEFACT_PATH, "key", "componentID"))
    components = parts[5] if len(parts) > 5 else "*"
    return AvailabilityQuery(
        cube=_cube(parts, given, AVAILABILITY_CONTEXTS),
        components=parse_list(components, COMPONENT, separator=",", wildcard="*"),
        mode=read_parameter.choice(given, "mode", ("exact", "available"), "exact"),
        references=parse_references(
            read_parameter.single(given, "references"),
            AVAILABILITY_DIRECTIONS,
            V2_AVAILABILITY_REFERENCES,
        ),
    )


def parse_metadata(path: str, query_string: str) -> MetadataQuery:
    """Compile the three paths of reference metadata and their parameters.

    ``metadataset/{providerID}/{metadatasetID}/{version}``,
    ``metadataflow/{flowAgencyID}/{flowID}/{flowVersion}/{providerRef}`` and
    ``structure/{artefactType}/{agencyID}/{resourceID}/{version}``.

    Raises:
        QuerySyntaxError: if the URL breaks the 2.2 grammar.
    """
    form = divide(path, query_string)[0].strip("/").partition("/")[0]
    if form not in _METADATA_PATHS:
        raise QuerySyntaxError(
            f"{form!r} leads to no reference metadata; allowed is one of "
            f"{', '.join(_METADATA_PATHS)}."
        )
    names, defaults = _METADATA_PATHS[form]
    (_, *parts), given = read(path, query_string, ("form", *names))
    values = dict(zip(names, (*parts, *defaults[len(parts) :]), strict=True))
    return MetadataQuery(
        by=form,
        artefact=_artefact(*(values[name] for name in _ARTEFACT_PATH)),
        artefact_types=_types(values.get("artefactType", "*")),
        providers=parse_list(values.get("providerRef", "*"), PROVIDER, separator=",", wildcard="*"),
        detail=read_parameter.choice(given, "detail", ("full", "allstubs"), "full"),
        as_of=read_parameter.instant(given, "asOf"),
    )


def parse_schema(path: str, query_string: str) -> SchemaQuery:
    """Compile ``{context}/{agencyID}/{resourceID}/{version}`` and its parameters.

    Raises:
        QuerySyntaxError: if the URL breaks the 2.2 grammar.
    """
    parts, given = read(path, query_string, ("context", *_ARTEFACT_PATH))
    if len(parts) < 3:
        raise QuerySyntaxError(
            f"{path!r} names no artefact; allowed is {{context}}/{{agencyID}}/{{resourceID}} with "
            "or without /{version}."
        )
    context, agency, id_, version = (*parts, "~")[:4]
    if "*" in version:
        raise QuerySyntaxError(f"{version!r} means several versions; one has a schema.")
    return SchemaQuery(
        context=_context(context, SCHEMA_CONTEXTS),
        artefact=ArtefactQuery((check(agency, AGENCY),), (check(id_, ID),), (_version(version),)),
        dimension_at_observation=_dimension_at_observation(given),
        deletion=read_parameter.boolean(given, "deletion"),
        as_of=read_parameter.instant(given, "asOf"),
    )


def parse_registration(path: str, query_string: str) -> RegistrationQuery:
    """Compile the three paths of registrations and their parameters.

    ``id/{registrationID}``, ``provider/{agencyID}/{providerID}`` and
    ``{context}/{agencyID}/{resourceID}/{version}``.

    Raises:
        QuerySyntaxError: if the URL breaks the 2.2 grammar.
    """
    form = decode(divide(path, query_string)[0].strip("/").partition("/")[0]) or "*"
    if form not in _REGISTRATION_PATHS:
        raise QuerySyntaxError(
            f"{form!r} leads to no registrations; allowed is one of "
            f"{', '.join(_REGISTRATION_PATHS)}."
        )
    names, defaults = _REGISTRATION_PATHS[form]
    parts, given = read(path, query_string, ("form", *names))
    values = (*parts[1:], *defaults[len(parts[1:]) :])
    if form == "id":
        return RegistrationQuery(by=form, id=check("".join(values), REGISTRATION))
    agency, id_, version = (*values, "*")[:3]
    return RegistrationQuery(
        by=form,
        artefact=_artefact(agency, id_, version),
        updated_after=read_parameter.instant(given, "updatedAfter"),
        updated_before=read_parameter.instant(given, "updatedBefore"),
    )


def _types(text: str) -> tuple[str, ...]:
    # The standard's own examples still write the word of 1.5 here.
    if text in ("*", "all"):
        return ()
    if text in V2_TYPES:
        return (text,)
    allowed = [type_ for type_ in V1_TYPES.get(text, ()) if type_ in V2_TYPES] or [*V2_TYPES, "*"]
    raise QuerySyntaxError(
        f"{text!r} is no artefact type of SDMX-REST 2.2; allowed is one of {', '.join(allowed)}."
    )


def _artefact(agency: str, id_: str, version: str) -> ArtefactQuery:
    return ArtefactQuery(
        agencies=parse_list(agency, AGENCY, separator=",", wildcard="*"),
        ids=parse_list(id_, ID, separator=",", wildcard="*"),
        versions=tuple(dict.fromkeys(_version(part) for part in version.split(","))),
    )


def _version(text: str) -> str:
    try:
        check_query(text)
    except ValueError as reason:
        raise QuerySyntaxError(str(reason)) from None
    return text


def _items(type_: str, text: str) -> tuple[str, ...]:
    kind = VALUE if type_ == "valuelist" else ITEM
    items = parse_list(text, kind, separator=",", wildcard="*")
    if items and type_ not in V2_ITEM_SCHEMES:
        raise QuerySyntaxError(
            f"{text!r} asks for an item of a {type_}; allowed are items of "
            f"{', '.join(V2_ITEM_SCHEMES)}."
        )
    return tuple(decode_again(item) for item in items)


def _cube(parts: list[str], given: Parameters, contexts: tuple[str, ...]) -> Cube:
    context, agency, id_, version, key = (*parts[:5], *("*",) * (5 - len(parts)))
    return Cube(
        context=_context(context, contexts),
        artefact=_artefact(agency, id_, version),
        keys=parse_keys(key),
        filters=parse_filters(given),
        updated_after=read_parameter.instant(given, "updatedAfter"),
        reporting_year_start_day=read_parameter.year_start(given, "reportingYearStartDay"),
    )


def _context(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise QuerySyntaxError(f"{text!r} is no context; allowed is one of {', '.join(allowed)}.")
    return text


def _wanted(given: Parameters, name: str, default: str) -> tuple[str, ...]:
    text = read_parameter.single(given, name) or default
    wanted = tuple(dict.fromkeys(check(part, COMPONENT) for part in text.split(",")))
    if "none" in wanted and len(wanted) > 1:
        raise QuerySyntaxError(f"{name}={text!r}; allowed is none alone, or a list without it.")
    return wanted


def _dimension_at_observation(given: Parameters) -> str | None:
    value = read_parameter.single(given, "dimensionAtObservation")
    return None if value is None else check(value, COMPONENT)
