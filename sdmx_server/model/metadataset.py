"""Metadata sets: reference metadata as a provider reported them.

Source: SDMX 3.1 Information Model, section 7.3 (Metadata Set); SDMX 3.1
SDMXMetadataGeneric.xsd; sdmx-json 2.1 metadata schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import Annotable, Maintainable, Reference, Texts


class ReportedAttribute(Annotable):
    """What was reported for a metadata attribute, with what was for those below it.

    At most one of ``value``, ``texts`` (by language) and ``structured_texts`` (XHTML by
    language, without an element around it) is set. Several values are several reported
    attributes with one id.
    """

    id: str
    value: str | None = None
    texts: Texts = {}
    structured_texts: Texts = {}
    attributes: tuple[ReportedAttribute, ...] = ()


class MetadataSet(Maintainable):
    """Reference metadata about ``targets``, URNs that may have wildcards.

    The agency is the metadata provider. Exactly one of ``metadataflow`` and
    ``metadata_provision_agreement`` says what is reported.
    """

    artefact_type: ClassVar[str] = "metadataset"
    package: ClassVar[str] = "metadatastructure"
    urn_class: ClassVar[str] = "MetadataSet"
    container: ClassVar[str] = "metadataSets"
    stub_fields: ClassVar[tuple[str, ...]] = (
        "metadataflow",
        "metadata_provision_agreement",
        "targets",
    )

    metadataflow: Reference | None = None
    metadata_provision_agreement: Reference | None = None
    publication_period: str | None = None
    publication_year: str | None = None
    reporting_begin: str | None = None
    reporting_end: str | None = None
    targets: tuple[Reference, ...] = ()
    attributes: tuple[ReportedAttribute, ...] = ()
