"""A metadata set with everything that there can be in one, and what defines it."""

from __future__ import annotations

from datetime import UTC, datetime

from sdmx_server.dataset import Message
from sdmx_server.metadata import XHTML, MetadataAttributeDefinition, MetadataReport
from sdmx_server.model.artefact import Annotation, AnnotationLink, Link
from sdmx_server.model.codelist import Code
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute

INFOMODEL = "urn:sdmx:org.sdmx.infomodel."
FLOW = f"{INFOMODEL}metadatastructure.Metadataflow=AG:QUALITY(1.0.0)"
AGREEMENT = f"{INFOMODEL}registry.MetadataProvisionAgreement=AG:MPA(1.0.0)"
PROVIDER = f"{INFOMODEL}base.MetadataProvider=AG:METADATA_PROVIDERS(1.0).P"
DATAFLOW = f"{INFOMODEL}datastructure.Dataflow=AG:DF(1.0.0)"
CATEGORY = f"{INFOMODEL}categoryscheme.Category=AG:CS(1.0.0).A.A1"
DIMENSION = f"{INFOMODEL}datastructure.Dimension=AG:DSD(1.0.0).FREQ"

MESSAGE = Message(
    id="M1",
    prepared=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    sender="AG",
    sender_names={"en": "Agency"},
    languages=("en", "id"),
)
DEFINITIONS = (
    MetadataAttributeDefinition(
        "CONTACT",
        {"en": "Contact"},
        most=None,
        attributes=(
            MetadataAttributeDefinition("NAME", {"en": "Name", "id": "Nama"}),
            MetadataAttributeDefinition("EMAIL", {"en": "E-mail"}, most=None),
        ),
    ),
    MetadataAttributeDefinition("SUMMARY", {"en": "Summary"}, XHTML),
    MetadataAttributeDefinition(
        "GRADES",
        {"en": "Grades"},
        codes={"A": Code(id="A", names={"en": "Good"}), "B": Code(id="B")},
        most=None,
    ),
    MetadataAttributeDefinition("DELAY", {"en": "Delay"}, "Integer"),
    MetadataAttributeDefinition("AUDITED", {"en": "Audited"}, "Boolean"),
)


def attribute(id_: str, value: str | None = None, *below: ReportedAttribute) -> ReportedAttribute:
    """Return a reported attribute with a plain value."""
    return ReportedAttribute(id=id_, value=value, attributes=below)


def named(english: str, indonesian: str) -> ReportedAttribute:
    """Return a name in two languages."""
    return ReportedAttribute(id="NAME", texts={"en": english, "id": indonesian})


ATTRIBUTES = (
    attribute("CONTACT", None, named("Desk; first", "Meja"), attribute("EMAIL", "a@p.example")),
    attribute(
        "CONTACT",
        None,
        named('The "other"\ndesk', "Lain <&>"),
        attribute("EMAIL", "b@p.example"),
        attribute("EMAIL", "c;d@p.example"),
    ),
    ReportedAttribute(
        id="SUMMARY",
        structured_texts={
            "en": 'Rates &amp; <p class="big">more <b>rates</b></p> behind',
            "id": "<p>Kurs</p>",
        },
    ),
    attribute("GRADES", "A"),
    attribute("GRADES", "B"),
    attribute("DELAY", "12"),
    attribute("AUDITED", "true"),
)
RICH = MetadataSet(
    id="QR",
    agency_id="P",
    version="1.0.0",
    names={"en": "Quality", "id": "Mutu"},
    descriptions={"en": "How good it is"},
    annotations=(
        Annotation(
            id="A",
            title="Note",
            type="NOTE",
            texts={"en": "A note"},
            links=(AnnotationLink(href="https://p.example/note"),),
        ),
    ),
    links=(Link(href="https://p.example/", rel="help", type="text/html"),),
    valid_from="2024-01-01T00:00:00Z",
    is_partial_language=True,
    metadataflow=FLOW,
    publication_period="2024-Q1",
    publication_year="2024",
    reporting_begin="2020",
    reporting_end="2023-12",
    targets=(DATAFLOW, CATEGORY, DIMENSION),
    attributes=(*ATTRIBUTES,),
)
BY_AGREEMENT = MetadataSet(
    id="QR2",
    agency_id="P",
    version="1.1.0-draft",
    names={"en": "Quality"},
    metadata_provision_agreement=AGREEMENT,
    targets=(DATAFLOW,),
    attributes=(attribute("DELAY", "1"),),
)
PLAIN = MetadataSet(
    id="QR3",
    agency_id="P",
    version="1.0.0",
    names={"en": "Plain"},
    metadataflow=FLOW,
    targets=(DATAFLOW,),
    attributes=(attribute("OTHER", "x", attribute("BELOW", "a,b")), attribute("LAST", "y")),
)


def report(metadata_set: MetadataSet, *, defined: bool = True) -> MetadataReport:
    """Return a metadata set with what its references lead to, or without."""
    return MetadataReport(
        metadata_set=metadata_set,
        usage_urn=metadata_set.metadata_provision_agreement or FLOW,
        usage_names={"en": "Quality reports"},
        metadataflow_urn=FLOW,
        provider_urn=PROVIDER if defined else None,
        target_names={DATAFLOW: {"en": "A dataflow", "id": "Alur; data"}} if defined else {},
        attributes=DEFINITIONS if defined else (),
    )
