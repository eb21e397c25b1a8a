"""Metadata structures and processes in SDMX-JSON 1.0.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema ("metadataStructure",
"process").
"""

from __future__ import annotations

from sdmx_server.formats.structure.json1_urns import part_urn
from sdmx_server.formats.structure.jsonform import Object, WriteRule, without
from sdmx_server.model.artefact import Value
from sdmx_server.model.metadatastructure import (
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
    MetadataStructureComponents,
    MetadataTarget,
)
from sdmx_server.model.process import Process


def _write_structure(formed: Object, structure: MetadataStructure) -> Object:
    components = formed.get("metadataStructureComponents", {})
    for report in components.get("reportStructures", ()):
        targets = report["metadataTargets"]
        report["metadataTargets"] = [part_urn(structure, "MetadataTarget", t) for t in targets]
    return formed


def _write_target(formed: Object, target: MetadataTarget) -> Object:
    """Write the objects of a target by kind."""
    for written in formed.pop("targetObjects", []):
        kind = written.pop("kind")
        written.setdefault("localRepresentation", {"textFormat": {}})
        formed.setdefault(f"{kind[0].lower()}{kind[1:]}s", []).append(written)
    return formed


def _write_process(formed: Object, process: Process) -> Object:
    _write_steps(formed.get("processSteps", []), process)
    return formed


def _write_steps(steps: list[Object], process: Process) -> None:
    for step in steps:
        for transition in step.get("transitions", ()):
            transition["targetStep"] = part_urn(process, "ProcessStep", transition["targetStep"])
        _write_steps(step.get("processSteps", []), process)


def _write_agreement(formed: Object, agreement: MetadataProvisionAgreement) -> Object:
    names = {"metadataflow": "structureUsage", "metadataProvider": "dataProvider"}
    return {names.get(name, name): content for name, content in formed.items() if name != "targets"}


RULES: dict[type[Value], WriteRule] = {
    MetadataStructure: _write_structure,
    MetadataStructureComponents: without("metadataAttributeList"),
    MetadataTarget: _write_target,
    Metadataflow: without("targets"),
    MetadataProvisionAgreement: _write_agreement,
    Process: _write_process,
}
