"""What every SDMX-REST route does: negotiate, answer the query, write the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, request

from sdmx_server.dataset import Message, Rendering
from sdmx_server.errors import NoResults, NotAcceptable, Unavailable
from sdmx_server.exchange import availability as availability_exchange
from sdmx_server.exchange import companions, metadata_schema
from sdmx_server.exchange import data as data_exchange
from sdmx_server.exchange import metadata as metadata_exchange
from sdmx_server.exchange import registration as registration_exchange
from sdmx_server.exchange import schema as schema_exchange
from sdmx_server.exchange import structure as structure_exchange
from sdmx_server.exchange.cube import dataflows_of
from sdmx_server.exchange.estimate import Allowance, Limits, Measure, require_within
from sdmx_server.exchange.past import Query, require_present
from sdmx_server.formats.catalogue import (
    REGISTRY_FORMATS,
    Artefact,
    DataFormat,
    MetadataFormat,
    MetadataSchemaFormat,
    RegistryFormat,
    SchemaFormat,
    StructureFormat,
)
from sdmx_server.grammar.text import divide, parse_query_string
from sdmx_server.model.artefact import Maintainable
from sdmx_server.query import (
    AvailabilityQuery,
    Cube,
    DataQuery,
    MetadataQuery,
    RegistrationQuery,
    SchemaQuery,
    StructureQuery,
)
from sdmx_server.rest import jobs, ranges
from sdmx_server.rest.authentication import Permit, permit_of
from sdmx_server.rest.dialects import Dialect
from sdmx_server.rest.envelope import envelope_of
from sdmx_server.rest.menu import Choice, Format, Menu
from sdmx_server.rest.urls import raw_path, raw_query
from sdmx_server.site import site, stores_now
from sdmx_server.storage.database import Revision

_REGISTRATIONS = Menu(*REGISTRY_FORMATS)


def data(query: DataQuery, dialect: Dialect) -> Response:
    """Answer a data query in the format that the client prefers."""
    _check_past(query)
    permit = _permit(query.cube, query.as_of)
    if permit.withheld:
        query = replace(query, cube=replace(query.cube, without=permit.withheld))
    limits = jobs.limits()
    if jobs.is_asked_for():
        return _accepted(query, limits, dialect, permit)

    def make(chosen: DataFormat, asked: Asked) -> Iterable[bytes]:
        found = data_exchange.answer(
            query,
            stores_now(),
            by_row=chosen.by_row,
            allowed=Allowance(limits, _measure(chosen, asked)) if limits else None,
            check=chosen.check,
        )
        message = replace(asked.message, left_out=found.left_out)
        return jobs.watched(chosen.write(found.datasets, message, _rendering(chosen, asked)))

    ids = query.cube.artefact.ids
    file = ids[0] if len(ids) == 1 else "data"
    return _answered(dialect.data, make, permit.audience, file, query.as_of)


def _accepted(
    query: DataQuery, limits: Limits | None, dialect: Dialect, permit: Permit
) -> Response:
    """Say where the answer is to be fetched later, if it is one that could be made."""
    choice, arguments = _chosen(dialect.data)
    chosen, revisions = choice.format, _revisions(query.as_of)
    envelope = envelope_of(choice.content_type, arguments, revisions, site(), permit.audience)
    measure = _measure(chosen, Asked(envelope.message, choice.parameters))
    estimate = data_exchange.estimate(
        query, stores_now(), measure, by_row=chosen.by_row, check=chosen.check
    )
    if limits is not None:
        require_within(estimate, limits)
    return jobs.accepted(estimate, dialect)


def _measure(chosen: DataFormat, asked: Asked) -> Measure:
    """Return what tells how many bytes datasets take in a format."""
    rendering = _rendering(chosen, asked)
    return lambda datasets: sum(map(len, chosen.write(datasets, asked.message, rendering)))


def _rendering(chosen: DataFormat, asked: Asked) -> Rendering:
    return Rendering(
        version=chosen.version,
        labels=asked.parameters.get("labels", "id"),
        keys=asked.parameters.get("keys", "none"),
        time_format=asked.parameters.get("timeFormat", "original"),
    )


def structure(query: StructureQuery, dialect: Dialect) -> Response:
    """Answer a structure query in the format that the client prefers."""
    _check_past(query)

    def make(chosen: StructureFormat, asked: Asked) -> Iterable[bytes]:
        message, format_ = asked.message, (chosen.media_type, chosen.version)
        languages = message.languages, message.only_languages, message.all_languages
        body = stores_now().remember(
            query.as_of,
            ("structures", query, dialect.name, format_, languages),
            lambda: _structures(query, dialect, chosen, replace(message, id=_ANY_ID)),
            size=len,
        )
        return [body.replace(_ANY_ID.encode(), message.id.encode(), 1)]

    return _answered(dialect.structures, make, as_of=query.as_of)


_ANY_ID = "M000000000000000000000000"
"""Stands for the id of a message, all that differs where a question is put in other words."""


def _structures(
    query: StructureQuery, dialect: Dialect, chosen: StructureFormat, message: Message
) -> bytes:
    artefacts = structure_exchange.answer(
        query,
        stores_now(),
        to_agencies=dialect.to_agencies,
        available_under=site().access if dialect.with_availability else None,
        time_is_read=chosen.version != "2.1",  # clients in use fail at TimeRange there
    )
    if not any(map(chosen.can_hold, artefacts)):
        urn = next(a.urn for a in artefacts if isinstance(a, Maintainable))
        refusal = _inexpressible(urn, chosen, "structure+json;version=2.1.0")
        # Of a list nothing is left; an artefact that was named is there in other formats.
        raise refusal if query.artefact.ids else NoResults(refusal.detail)
    return chosen.write(artefacts, message)


def availability(query: AvailabilityQuery, dialect: Dialect) -> Response:
    """Answer an availability query in the format that the client prefers."""
    _check_past(query)
    permit = _permit(query.cube)
    if permit.withheld:
        query = replace(query, cube=replace(query.cube, without=permit.withheld))

    def make(chosen: StructureFormat, asked: Asked) -> Iterable[bytes]:
        stores = stores_now()
        found = availability_exchange.answer(query, stores)
        others = companions.along_with(found, query.references, stores)
        artefacts: list[Artefact] = [*(answer.constraint for answer in found), *others]
        return [chosen.write(artefacts, asked.message)]

    return _answered(dialect.structures, make, permit.audience)


def metadata(query: MetadataQuery, dialect: Dialect) -> Response:
    """Answer a query for reference metadata in the format that the client prefers."""
    _check_past(query)

    def make(chosen: MetadataFormat, asked: Asked) -> Iterable[bytes]:
        reports = metadata_exchange.answer(query, stores_now())
        if not any(map(chosen.can_hold, reports)):
            urn = reports[0].metadata_set.urn
            raise _inexpressible(urn, chosen, "metadata+json;version=2.1.0")
        return [chosen.write(reports, asked.message, asked.parameters.get("labels", "id"))]

    return _answered(dialect.metadata, make, as_of=query.as_of)


def schema(query: SchemaQuery, dialect: Dialect) -> Response:
    """Answer a schema query in the schema language or structure format that the client prefers."""
    _check_past(query)
    if query.context in metadata_schema.METADATA_CONTEXTS:
        return _schema_of_metadata(query, dialect)

    def make(chosen: SchemaFormat | StructureFormat, asked: Asked) -> Iterable[bytes]:
        stores = stores_now()
        structure_, dimension = schema_exchange.answer(query, stores)
        if isinstance(chosen, StructureFormat):
            return [chosen.write(schema_exchange.artefacts(query, stores), asked.message)]
        return [chosen.write(structure_, dimension, query.deletion)]

    return _answered(dialect.schemas, make, as_of=query.as_of)


def registration(query: RegistrationQuery, service_url: str) -> Response:
    """Answer a query for registrations, whose data this service has at its address."""

    stores = stores_now()
    permit = permit_of(lambda: registration_exchange.dataflows_of(query, stores))

    def make(chosen: RegistryFormat, asked: Asked) -> Iterable[bytes]:
        found = registration_exchange.answer(query, stores, service_url, without=permit.withheld)
        return [chosen.write(found, asked.message, chosen.version)]

    # The address is part of the answer, and may be the one that the client has asked at.
    return _answered(_REGISTRATIONS, make, f"{permit.audience}\n{service_url}")


def _schema_of_metadata(query: SchemaQuery, dialect: Dialect) -> Response:
    def make(chosen: MetadataSchemaFormat | StructureFormat, asked: Asked) -> Iterable[bytes]:
        stores = stores_now()
        if isinstance(chosen, StructureFormat):
            return [chosen.write(metadata_schema.artefacts(query, stores), asked.message)]
        return [chosen.write(metadata_schema.answer(query, stores), query.deletion)]

    return _answered(dialect.metadata_schemas, make, as_of=query.as_of)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a writer is told beside the content: the header, and choices within the format."""

    message: Message
    parameters: Mapping[str, str]


def _permit(cube: Cube, as_of: datetime | None = None) -> Permit:
    return permit_of(lambda: dataflows_of(cube, stores_now().catalogue(as_of)))


def _check_past(query: Query) -> None:
    if not site().history:
        require_present(query)


def _answered(
    menu: Menu[Format],
    make: Callable[[Format, Asked], Iterable[bytes]],
    audience: str = "",
    file: str = "",
    as_of: datetime | None = None,
) -> Response:
    """Negotiate, then make the answer unless the client holds it already.

    Where something was published meanwhile, the tag may not be that of the content: the
    answer is made anew.

    Args:
        menu: what the answer can be had in.
        make: writes the answer.
        audience: what tells the answers apart that clients get to the same question.
        file: what the answer is saved as, without extension, where a browser asked for it by
            its URL; empty for showing it.
        as_of: the instant whose answer is wanted, which later publications leave as it is;
            None for now.

    Raises:
        Unavailable: if that happens again and again.
    """
    choice, arguments = _chosen(menu)
    if file and arguments.get("format"):  # only browsers ask by the URL
        file = f"{file}.{choice.format.media_type.rpartition('+')[2]}"
    else:
        file = ""
    for _ in range(_ATTEMPTS):
        revisions = _revisions(as_of)
        envelope = envelope_of(choice.content_type, arguments, revisions, site(), audience)
        if envelope.is_held_by_client:
            return envelope.not_modified()
        pieces = make(choice.format, Asked(envelope.message, choice.parameters))
        if as_of is not None and _revisions_until(as_of) != revisions:  # a release was backdated
            continue
        ranges.require_match(envelope.etag)
        if not ranges.is_to_be_measured(envelope.etag):
            return envelope.response(pieces, file)
        ranges.measure(envelope.etag, envelope.body(pieces))
    raise Unavailable("Much is being published at this moment; ask again.")


_ATTEMPTS = 8


def _revisions(as_of: datetime | None) -> tuple[Revision, ...]:
    stores = stores_now()
    present = stores.present()
    structures, observations = present.revisions.structures, present.revisions.observations
    if as_of is None:
        return structures, observations
    then = min(as_of, structures.changed), min(as_of, observations.changed)
    return present.remember(("revisions", *then), lambda: _revisions_until(as_of))


def _revisions_until(as_of: datetime) -> tuple[Revision, ...]:
    """Read which revisions tell the state at an instant from others."""
    stores = stores_now()
    return stores.artefacts.revision_at(as_of), stores.observations.revision_at(as_of)


def _inexpressible(urn: str, chosen: StructureFormat | MetadataFormat, other: str) -> NotAcceptable:
    return NotAcceptable(
        f"{urn} cannot be written as {chosen.media_type};version={chosen.version}; ask for "
        f"another format, such as application/vnd.sdmx.{other}."
    )


def _chosen(menu: Menu[Format]) -> tuple[Choice[Format], Mapping[str, str]]:
    """Return the format that the client prefers, and the parameters of the URL.

    Those that were glued to its path are among them.
    """
    _, query = divide(raw_path(request.path), raw_query())
    arguments = {name: values[-1] for name, values in parse_query_string(query).items()}
    accept = request.environ.get("HTTP_ACCEPT")
    choice = menu.choose(accept, arguments.get("format"), arguments.get("formatVersion"))
    return choice, arguments
