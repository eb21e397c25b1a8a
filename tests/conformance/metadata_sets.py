"""FX-META: reference metadata of two providers, about exchange rates and their structure."""

from __future__ import annotations

from sdmx_server.model.codelist import Code
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute
from sdmx_server.model.metadatastructure import (
    MetadataAttribute,
    MetadataAttributeList,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
    MetadataStructureComponents,
)
from sdmx_server.model.organisation import MetadataProviderScheme, Organisation
from sdmx_server.model.representation import Representation, TextFormat
from tests.conformance import fixtures as fx
from tests.conformance.artefacts import AGENCY, codelist
from tests.conformance.fixtures import Content

CONCEPTS = ConceptScheme(
    id="CS_QUALITY",
    agency_id=AGENCY,
    version="1.0.0",
    names={"en": "Concepts of quality"},
    concepts=tuple(
        Concept(id=id_, names={"en": name, "fr": french})
        for id_, name, french in (
            ("CONTACT", "Contact", "Contact"),
            ("NAME", "Name", "Nom"),
            ("EMAIL", "E-mail", "Courriel"),
            ("SUMMARY", "Summary", "Résumé"),
            ("GRADE", "Grade", "Note"),
            ("DELAY", "Delay in days", "Délai en jours"),
            ("AUDITED", "Audited", "Audité"),
        )
    ),
)
GRADES = codelist("CL_GRADE", "1.0.0", [Code(id="A", names={"en": "Good", "fr": "Bon"})])


def _attribute(
    id_: str,
    data_type: str = "String",
    *,
    multilingual: bool = False,
    coded: bool = False,
    most: int | str | None = None,
    below: tuple[MetadataAttribute, ...] = (),
) -> MetadataAttribute:
    text_format = TextFormat(data_type=data_type, is_multi_lingual=multilingual)
    representation = Representation(enumeration=GRADES.urn) if coded else None
    return MetadataAttribute(
        id=id_,
        concept_identity=CONCEPTS.item_urn(id_),
        local_representation=representation or Representation(format=text_format),
        max_occurs=most,
        is_presentational=bool(below) or None,
        metadata_attributes=below,
    )


STRUCTURE = MetadataStructure(
    id="MSD_Q",
    agency_id=AGENCY,
    version="1.0.0",
    names={"en": "Quality"},
    metadata_structure_components=MetadataStructureComponents(
        metadata_attribute_list=MetadataAttributeList(
            metadata_attributes=(
                _attribute(
                    "CONTACT",
                    most="unbounded",
                    below=(_attribute("NAME", multilingual=True), _attribute("EMAIL", most=3)),
                ),
                _attribute("SUMMARY", "XHTML", multilingual=True),
                _attribute("GRADE", coded=True),
                _attribute("DELAY", "Integer"),
                _attribute("AUDITED", "Boolean"),
            )
        )
    ),
)
PROVIDERS = MetadataProviderScheme(
    id="METADATA_PROVIDERS",
    agency_id=AGENCY,
    version="1.0",
    names={"en": "Metadata providers"},
    metadata_providers=(
        Organisation(id="MP1", names={"en": "First provider"}),
        Organisation(id="MP2", names={"en": "Second provider"}),
    ),
)
FLOW = Metadataflow(
    id="QUALITY",
    agency_id=AGENCY,
    version="1.0.0",
    names={"en": "Quality reports", "fr": "Rapports de qualité"},
    structure=STRUCTURE.urn,
    targets=("urn:sdmx:org.sdmx.infomodel.base.Any=*:*(*)",),
)
AGREEMENT = MetadataProvisionAgreement(
    id="MPA",
    agency_id=AGENCY,
    version="1.0.0",
    names={"en": "Agreement with the second provider"},
    metadataflow=FLOW.urn,
    metadata_provider=PROVIDERS.item_urn("MP2"),
)
_, DATAFLOW, _ = fx.exr_structures("1.0.0")
DATA_STRUCTURE = DATAFLOW.structure or ""


def contact(name: str, french: str, *emails: str) -> ReportedAttribute:
    """Return a contact with a name in two languages and e-mail addresses."""
    return ReportedAttribute(
        id="CONTACT",
        attributes=(
            ReportedAttribute(id="NAME", texts={"en": name, "fr": french}),
            *(ReportedAttribute(id="EMAIL", value=email) for email in emails),
        ),
    )


QR1 = MetadataSet(
    id="QR1",
    agency_id="MP1",
    version="1.0.0",
    names={"en": "Quality of the rates", "fr": "Qualité des taux"},
    metadataflow=FLOW.urn,
    targets=(DATAFLOW.urn,),
    attributes=(
        contact("Help; desk", "Accueil", "help@mp1.example", "desk@mp1.example"),
        contact('The "other"', "L'autre", "other@mp1.example"),
        ReportedAttribute(
            id="SUMMARY",
            structured_texts={"en": "<p>Good &amp; <b>fast</b></p>", "fr": "<p>Bon</p>"},
        ),
        ReportedAttribute(id="GRADE", value="A"),
        ReportedAttribute(id="DELAY", value="12"),
        ReportedAttribute(id="AUDITED", value="true"),
    ),
)
QR1_DRAFT = MetadataSet(
    id="QR1",
    agency_id="MP1",
    version="1.1.0-draft",
    names={"en": "Quality of the rates, once more"},
    metadataflow=FLOW.urn,
    targets=(DATAFLOW.urn,),
    attributes=(ReportedAttribute(id="DELAY", value="11"),),
)
QR2 = MetadataSet(
    id="QR2",
    agency_id="MP2",
    version="1.0.0",
    names={"en": "Quality of the structure"},
    metadata_provision_agreement=AGREEMENT.urn,
    targets=(DATA_STRUCTURE,),
    attributes=(ReportedAttribute(id="GRADE", value="A"),),
)


def quality(*more: MetadataSet) -> Content:
    """FX-META, the exchange rates that it is about, and more metadata sets."""
    structures = [CONCEPTS, GRADES, STRUCTURE, PROVIDERS, FLOW, AGREEMENT]
    sets = [QR1, QR1_DRAFT, QR2, *more]
    return (
        Content([*fx.shared("1.0.0"), *fx.organisations()])
        + fx.exr("1.0.0")
        + Content([*structures, *sets])
    )
