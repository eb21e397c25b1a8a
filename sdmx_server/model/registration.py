"""Registrations: where the data of a provision agreement are to be had, and since when.

Source: SDMX 3.1 Information Model, section 10.3 (Registration); SDMXRegistryBase.xsd,
"RegistrationType".
"""

from __future__ import annotations

from datetime import datetime

from sdmx_server.model.artefact import Reference, Value
from sdmx_server.model.constraint import DataSource


class Registration(Value):
    """Data that were registered under a provision agreement, with a source or two.

    Attributes:
        id: given by the registry, unique in it.
        provision_agreement: URN of the agreement.
        simple_data_source: URL of a message with the data.
        queryable_data_source: a service that can be asked for them.
        last_updated: when the data last changed, UTC.
        valid_from, valid_to: the instants, both inclusive, between which the registration
            counts, as ``xs:dateTime``.
        index_time_series: whether every series can be found by its key.
        index_data_set: whether the values are told that each dimension has in the data.
        index_attributes: the same of each attribute.
        index_reporting_period: whether the periods are told that there are data for.
    """

    id: str
    provision_agreement: Reference
    simple_data_source: str | None = None
    queryable_data_source: DataSource | None = None
    last_updated: datetime | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    index_time_series: bool = False
    index_data_set: bool = False
    index_attributes: bool = False
    index_reporting_period: bool = False
