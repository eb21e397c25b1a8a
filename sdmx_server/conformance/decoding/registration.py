"""Registry messages in SDMX-ML: the registrations that answer a query.

Source: SDMX-ML 3.0 and 3.1, SDMXRegistryRegistration.xsd and SDMXRegistryBase.xsd.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sdmx_server.conformance.decoding.content import Unreadable, name, namespace, xml
from sdmx_server.conformance.decoding.references import Reference, parse_urn
from sdmx_server.model.period import parse_instant


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration.

    Attributes:
        id: given by the registry.
        agreement: the provision agreement that the data fall under.
        sources: URLs of the data.
        updated: when the data last changed; None where that is not told.
    """

    id: str
    agreement: Reference
    sources: tuple[str, ...]
    updated: datetime | None


def decode_registrations(body: bytes) -> tuple[Registration, ...]:
    """Return the registrations of an answer, in its order.

    Raises:
        Unreadable: if it is no answer to a query for registrations, or one of them lacks its id,
            its agreement or a source.
    """
    root = xml(body)
    if name(root) != "RegistryInterface" or "sdmx.org" not in namespace(root):
        raise Unreadable(f"the root is {name(root)}, not RegistryInterface of SDMX-ML")
    responses = [child for child in root if name(child) == "QueryRegistrationResponse"]
    if len(responses) != 1:
        raise Unreadable("the message holds no QueryRegistrationResponse")
    status = next((child for child in responses[0] if name(child) == "StatusMessage"), None)
    if status is None or status.get("status") not in ("Success", "Warning"):
        raise Unreadable("the StatusMessage does not say that the query was successful")
    return tuple(map(_registration, _below(responses[0], "Registration")))


def _registration(element: etree._Element) -> Registration:
    id_ = element.get("id", "")
    urn = next((e.text or "" for e in element if name(e) == "ProvisionAgreement"), "")
    agreement = parse_urn(urn)
    urls = (*_below(element, "SimpleDataSource"), *_below(element, "DataURL"))
    sources = tuple(url.text.strip() for url in urls if url.text)
    if not id_ or agreement is None or not sources:
        raise Unreadable(f"the registration {id_ or 'without id'} lacks its agreement or source")
    return Registration(id_, agreement, sources, _instant(element.get("lastUpdated")))


def _below(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (child for child in element.iter(etree.Element) if name(child) == tag)


def _instant(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        raise Unreadable(f"lastUpdated: {error}") from None
