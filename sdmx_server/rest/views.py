"""What every SDMX-REST route does: negotiate, answer the query, write the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask import Response, request

from sdmx_server.dataset import Rendering
from sdmx_server.errors import NotAcceptable
from sdmx_server.exchange import availability as availability_exchange
from sdmx_server.exchange import companions
from sdmx_server.exchange import data as data_exchange
from sdmx_server.exchange import metadata as metadata_exchange
from sdmx_server.exchange import schema as schema_exchange
from sdmx_server.exchange import structure as structure_exchange
from sdmx_server.formats.catalogue import (
    Artefact,
    DataFormat,
    MetadataFormat,
    SchemaFormat,
    StructureFormat,
)
from sdmx_server.grammar.text import divide, parse_query_string
from sdmx_server.query import (
    AvailabilityQuery,
    DataQuery,
    MetadataQuery,
    SchemaQuery,
    StructureQuery,
)
from sdmx_server.rest import negotiate
from sdmx_server.rest.dialects import Dialect
from sdmx_server.rest.envelope import Envelope, envelope_of
from sdmx_server.rest.negotiate import Offer
from sdmx_server.rest.urls import raw_path, raw_query
from sdmx_server.site import site

Format = TypeVar("Format", bound=DataFormat | StructureFormat | MetadataFormat | SchemaFormat)


def data(query: DataQuery, dialect: Dialect) -> Response:
    """Answer a data query in the format that the client prefers."""
    chosen, parameters, envelope = _negotiated(dialect.data)
    if envelope.is_held_by_client:
        return envelope.not_modified()
    here = site()
    datasets = data_exchange.answer(
        query, here.stores, by_row=chosen.by_row, most=here.max_observations
    )
    rendering = Rendering(
        version=chosen.version,
        labels=parameters.get("labels", "id"),
        keys=parameters.get("keys", "none"),
        time_format=parameters.get("timeFormat", "original"),
    )
    return envelope.response(chosen.write(datasets, envelope.message, rendering))


def structure(query: StructureQuery, dialect: Dialect) -> Response:
    """Answer a structure query in the format that the client prefers."""
    chosen, _, envelope = _negotiated(dialect.structures)
    if envelope.is_held_by_client:
        return envelope.not_modified()
    artefacts = structure_exchange.answer(query, site().stores, to_agencies=dialect.to_agencies)
    if not any(chosen.can_hold(artefact) for artefact in artefacts):
        raise NotAcceptable(
            f"{artefacts[0].urn} cannot be written as {envelope.content_type}; ask for another "
            "format, such as application/vnd.sdmx.structure+json;version=2.1.0."
        )
    return envelope.response([chosen.write(artefacts, envelope.message)])


def availability(query: AvailabilityQuery, dialect: Dialect) -> Response:
    """Answer an availability query in the format that the client prefers."""
    chosen, _, envelope = _negotiated(dialect.structures)
    if envelope.is_held_by_client:
        return envelope.not_modified()
    stores = site().stores
    found = availability_exchange.answer(query, stores)
    others = companions.along_with(found, query.references, stores)
    artefacts: list[Artefact] = [*(answer.constraint for answer in found), *others]
    return envelope.response([chosen.write(artefacts, envelope.message)])


def metadata(query: MetadataQuery, dialect: Dialect) -> Response:
    """Answer a query for reference metadata in the format that the client prefers."""
    chosen, parameters, envelope = _negotiated(dialect.metadata)
    if envelope.is_held_by_client:
        return envelope.not_modified()
    reports = metadata_exchange.answer(query, site().stores)
    if not any(map(chosen.can_hold, reports)):
        raise NotAcceptable(
            f"{reports[0].metadata_set.urn} cannot be written as {envelope.content_type}; ask for "
            "another format, such as application/vnd.sdmx.metadata+json;version=2.1.0."
        )
    labels = parameters.get("labels", "id")
    return envelope.response([chosen.write(reports, envelope.message, labels)])


def schema(query: SchemaQuery, dialect: Dialect) -> Response:
    """Answer a schema query in the schema language or structure format that the client prefers."""
    formats: list[SchemaFormat | StructureFormat] = [*dialect.schemas, *dialect.structures]
    chosen, _, envelope = _negotiated(formats)
    if envelope.is_held_by_client:
        return envelope.not_modified()
    stores = site().stores
    if isinstance(chosen, StructureFormat):
        artefacts = schema_exchange.artefacts(query, stores)
        return envelope.response([chosen.write(artefacts, envelope.message)])
    structure_, dimension = schema_exchange.answer(query, stores)
    return envelope.response([chosen.write(structure_, dimension, query.deletion)])


def _arguments() -> Mapping[str, str]:
    """Return the parameters of the URL, those that were glued to its path among them."""
    _, query = divide(raw_path(request.path), raw_query())
    return {name: values[-1] for name, values in parse_query_string(query).items()}


def _negotiated(formats: Sequence[Format]) -> tuple[Format, Mapping[str, str], Envelope]:
    """Return the format that the client prefers, its parameters, and the envelope."""
    here = site()
    offers = [Offer(f.media_type, f.version, parameters=f.parameters) for f in formats]
    arguments = _arguments()
    chosen = negotiate.choose(
        request.headers.get("Accept"),
        offers,
        arguments.get("format"),
        arguments.get("formatVersion"),
    )
    revisions = (here.stores.artefacts.revision(), here.stores.observations.revision())
    envelope = envelope_of(chosen.content_type, arguments, revisions, here)
    format_ = next(f for f, offer in zip(formats, offers, strict=True) if offer is chosen.offer)
    return format_, chosen.parameters, envelope
