"""SDMX-ML 3.0 and 3.1 registry messages: answers to queries for registrations.

Source: SDMX 3.0 and 3.1, SDMXMessage.xsd, "RegistryInterfaceType"; SDMXRegistryBase.xsd;
SDMXRegistryRegistration.xsd.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from sdmx_server.dataset import Message
from sdmx_server.formats.structure.ml3 import in_version, write_header
from sdmx_server.formats.structure.ml3_constraints import DATA_SOURCE
from sdmx_server.formats.structure.ml3_parts import MES, NAMESPACES, ROOT
from sdmx_server.formats.structure.parts import Element, Scope, add, encode_boolean, write_value
from sdmx_server.model.registration import Registration

_REGISTRY = f"{ROOT}registry"
_REG = f"{{{_REGISTRY}}}"
_RECEIVER = "unknown"
"""The schema demands a receiver, and whoever asks does not say who they are."""


def write(registrations: Sequence[Registration], message: Message, version: str) -> bytes:
    """Write the answer to a query for registrations in the version ``3.0.0`` or ``3.1.0``."""
    root = etree.Element(f"{MES}RegistryInterface", nsmap={**NAMESPACES, "reg": _REGISTRY})
    add(write_header(root, message), f"{MES}Receiver").set("id", _RECEIVER)
    response = add(root, f"{MES}QueryRegistrationResponse")
    add(response, f"{_REG}StatusMessage").set("status", "Success")
    for registration in registrations:
        result = add(response, f"{_REG}QueryResult")
        result.set("timeSeriesMatch", "false")  # no key was asked for that could have matched
        _write_registration(registration, add(result, f"{_REG}DataResult"))
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return in_version(content, version)


def _write_registration(registration: Registration, parent: Element) -> None:
    element = add(parent, f"{_REG}Registration")
    for name, value in _attributes(registration).items():
        if value is not None:
            element.set(name, value)
    add(element, f"{_REG}ProvisionAgreement", registration.provision_agreement)
    source = add(element, f"{_REG}Datasource")
    if registration.simple_data_source is not None:
        add(source, f"{_REG}SimpleDataSource", registration.simple_data_source)
    if registration.queryable_data_source is not None:
        queryable = add(source, f"{_REG}QueryableDataSource")
        write_value(registration.queryable_data_source, queryable, DATA_SOURCE, _NO_SCOPE)


_NO_SCOPE = Scope("", "", "", "")


def _attributes(registration: Registration) -> dict[str, str | None]:
    updated = registration.last_updated
    return {
        "id": registration.id,
        "validFrom": registration.valid_from,
        "validTo": registration.valid_to,
        "lastUpdated": None if updated is None else _exact(updated),
        "indexTimeSeries": encode_boolean(registration.index_time_series),
        "indexDataSet": encode_boolean(registration.index_data_set),
        "indexAttributes": encode_boolean(registration.index_attributes),
        "indexReportingPeriod": encode_boolean(registration.index_reporting_period),
    }


def _exact(instant: datetime) -> str:
    """Return an instant to the microsecond, so that asking what came after it leaves it out."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
