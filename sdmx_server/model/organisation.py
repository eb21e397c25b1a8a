"""Organisation schemes: agencies, providers, consumers, units.

Source: SDMX 3.1 Information Model, section 4.6.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import ItemScheme, Nameable, Texts, Value


class Contact(Value):
    """How to reach an organisation."""

    id: str | None = None
    names: Texts = {}
    departments: Texts = {}
    roles: Texts = {}
    telephones: tuple[str, ...] = ()
    faxes: tuple[str, ...] = ()
    x400s: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class Organisation(Nameable):
    """An agency, data provider, metadata provider or data consumer."""

    contacts: tuple[Contact, ...] = ()


class OrganisationUnit(Organisation):
    """A unit; ``parent`` is the id of the unit above it."""

    parent: str | None = None


class AgencyScheme(ItemScheme):
    """The agencies below an agency; its id is ``AGENCIES`` and its version ``1.0``."""

    artefact_type: ClassVar[str] = "agencyscheme"
    package: ClassVar[str] = "base"
    urn_class: ClassVar[str] = "AgencyScheme"
    container: ClassVar[str] = "agencySchemes"
    items_field: ClassVar[str] = "agencies"
    item_class: ClassVar[str] = "Agency"

    agencies: tuple[Organisation, ...] = ()


class DataProviderScheme(ItemScheme):
    """The data providers of an agency; its id is ``DATA_PROVIDERS``, its version ``1.0``."""

    artefact_type: ClassVar[str] = "dataproviderscheme"
    package: ClassVar[str] = "base"
    urn_class: ClassVar[str] = "DataProviderScheme"
    container: ClassVar[str] = "dataProviderSchemes"
    items_field: ClassVar[str] = "data_providers"
    item_class: ClassVar[str] = "DataProvider"

    data_providers: tuple[Organisation, ...] = ()


class MetadataProviderScheme(ItemScheme):
    """The metadata providers of an agency; its id is ``METADATA_PROVIDERS``, version ``1.0``."""

    artefact_type: ClassVar[str] = "metadataproviderscheme"
    package: ClassVar[str] = "base"
    urn_class: ClassVar[str] = "MetadataProviderScheme"
    container: ClassVar[str] = "metadataProviderSchemes"
    items_field: ClassVar[str] = "metadata_providers"
    item_class: ClassVar[str] = "MetadataProvider"

    metadata_providers: tuple[Organisation, ...] = ()


class DataConsumerScheme(ItemScheme):
    """The data consumers of an agency; its id is ``DATA_CONSUMERS``, its version ``1.0``."""

    artefact_type: ClassVar[str] = "dataconsumerscheme"
    package: ClassVar[str] = "base"
    urn_class: ClassVar[str] = "DataConsumerScheme"
    container: ClassVar[str] = "dataConsumerSchemes"
    items_field: ClassVar[str] = "data_consumers"
    item_class: ClassVar[str] = "DataConsumer"

    data_consumers: tuple[Organisation, ...] = ()


class OrganisationUnitScheme(ItemScheme):
    """The units of an organisation."""

    artefact_type: ClassVar[str] = "organisationunitscheme"
    package: ClassVar[str] = "base"
    urn_class: ClassVar[str] = "OrganisationUnitScheme"
    container: ClassVar[str] = "organisationUnitSchemes"
    items_field: ClassVar[str] = "organisation_units"
    item_class: ClassVar[str] = "OrganisationUnit"

    organisation_units: tuple[OrganisationUnit, ...] = ()
