"""The header of SDMX-ML data messages.

Source: SDMX 2.1, 3.0 and 3.1 SDMXMessage.xsd and SDMXCommon.xsd, "PayloadStructureType".
"""

from __future__ import annotations

from datetime import datetime

from tests.reference.answer import Answer
from tests.reference.survey import AGENCY, Row
from tests.reference.xml_nodes import LANGUAGE, SCHEMAS, Node, node

SENDER = "ID_KOTASERANG"
_CLASSES = {
    "dataflow": ("datastructure", "Dataflow"),
    "datastructure": ("datastructure", "DataStructure"),
    "provisionagreement": ("registry", "ProvisionAgreement"),
}
_ELEMENTS = {"dataflow": "StructureUsage", "datastructure": "Structure"}


def id_of(answer: Answer) -> str:
    """Return the id of the artefact that was asked."""
    name = answer.survey.name
    return answer.agreement or (f"DSD_{name}" if answer.context == "datastructure" else name)


def urn_of(answer: Answer) -> str:
    """Return the URN of the artefact that was asked."""
    package, class_ = _CLASSES[answer.context]
    return f"urn:sdmx:org.sdmx.infomodel.{package}.{class_}={AGENCY}:{id_of(answer)}(1.0.0)"


def namespace(answer: Answer) -> str:
    """Return the namespace of structure-specific data."""
    return f"{urn_of(answer)}:ObsLevelDim:{answer.observed}"


def message(
    root: str, schemas: str, answers: list[Answer], datasets: list[Node], prepared: datetime
) -> Node:
    """Return a message.

    Args:
        root: local name of the root.
        schemas: ``v2_1``, ``v3_0`` or ``v3_1``.
        answers: what the datasets hold.
        datasets: the datasets, referring to the structures ``S0``, ``S1`` ...
        prepared: when the message was prepared.
    """
    in_message = f"{{{SCHEMAS}{schemas}/message}}"
    structures: dict[str, Node] = {}
    for each in answers:
        structures.setdefault(
            namespace(each), _structure(each, schemas, f"S{len(structures)}", "Specific" in root)
        )
    header = node(
        f"{in_message}Header",
        node(f"{in_message}ID", text="ID"),
        node(f"{in_message}Test", text="false"),
        node(f"{in_message}Prepared", text=f"{prepared:%Y-%m-%dT%H:%M:%SZ}"),
        node(f"{in_message}Sender", id=SENDER),
        *structures.values(),
    )
    return node(f"{in_message}{root}", header, *datasets)


def _structure(answer: Answer, schemas: str, id_: str, is_specific: bool) -> Node:
    in_message, in_common = (f"{{{SCHEMAS}{schemas}/{part}}}" for part in ("message", "common"))
    package, class_ = _CLASSES[answer.context]
    element = _ELEMENTS.get(answer.context, "ProvisionAgreement")
    if schemas == "v2_1":
        element = element.replace("Agreement", "Agrement")  # as the schema spells it
        reference = node("Ref", agencyID=AGENCY, id=id_of(answer), version="1.0.0",
                         **{"class": class_, "package": package})  # fmt: skip
        named = node(f"{in_common}{element}", reference)
    else:
        named = node(f"{in_common}{element}", text=urn_of(answer))
    return node(
        f"{in_message}Structure",
        named,
        structureID=id_,
        namespace=namespace(answer) if is_specific else None,
        dimensionAtObservation=answer.observed,
    )


def annotations(said: list[Row], schemas: str) -> Node | None:
    """Return what is said of something; None for nothing."""
    common = f"{{{SCHEMAS}{schemas}/common}}"

    def one(annotation: Row) -> Node:
        title, type_ = (
            node(f"{common}Annotation{name.title()}", text=annotation[name])
            if name in annotation
            else None
            for name in ("title", "type")
        )
        texts = (
            node(f"{common}AnnotationText", text=text, **{LANGUAGE: language})
            for language, text in annotation.get("texts", {}).items()
        )
        return node(f"{common}Annotation", title, type_, *texts, id=annotation.get("id"))

    return node(f"{common}Annotations", *map(one, said)) if said else None


def validity(answer: Answer) -> dict[str, str]:
    """Return since when and until when a dataset says that its observations hold."""
    moments = {"validFromDate": answer.valid_from, "validToDate": answer.valid_to}
    return {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in moments.items() if at}


def structure_numbers(answers: list[Answer]) -> list[str]:
    """Return the structure that each dataset refers to."""
    known: dict[str, str] = {}
    return [known.setdefault(namespace(each), f"S{len(known)}") for each in answers]
