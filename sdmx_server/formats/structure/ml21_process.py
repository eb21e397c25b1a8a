"""Processes in SDMX-ML 2.1.

Source: SDMX 2.1 SDMXStructureProcess.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import local_reference, reference
from sdmx_server.formats.structure.ml21_shapes import (
    ANNOTATIONS,
    DESCRIPTIONS,
    IDENTIFIABLE,
    MAINTAINABLE,
    NAMEABLE,
)
from sdmx_server.formats.structure.parts import Shape, attribute, many, one, texts
from sdmx_server.model.process import (
    Computation,
    InputOutput,
    Process,
    ProcessStep,
    Transition,
)

_LOCAL_ID = attribute("localID", "local_id")

INPUT_OUTPUT = Shape(
    InputOutput,
    (_LOCAL_ID, ANNOTATIONS, reference(f"{STR}ObjectReference", "object_reference", "Any")),
)
COMPUTATION = Shape(
    Computation,
    (
        _LOCAL_ID,
        attribute("softwarePackage", "software_package"),
        attribute("softwareLanguage", "software_language"),
        attribute("softwareVersion", "software_version"),
        ANNOTATIONS,
        DESCRIPTIONS,
    ),
)
TRANSITION = Shape(
    Transition,
    (
        *IDENTIFIABLE,
        _LOCAL_ID,
        local_reference(f"{STR}TargetStep", "target_step"),
        texts(f"{STR}Condition", "conditions"),
    ),
    "Transition",
)
PROCESS_STEP = Shape(
    ProcessStep,
    (
        *NAMEABLE,
        many(f"{STR}Input", "inputs", INPUT_OUTPUT),
        many(f"{STR}Output", "outputs", INPUT_OUTPUT),
        one(f"{STR}Computation", "computation", COMPUTATION),
        many(f"{STR}Transition", "transitions", TRANSITION),
        many(f"{STR}ProcessStep", "process_steps"),
    ),
    "ProcessStep",
    nests=True,
)
PROCESS = Shape(Process, (*MAINTAINABLE, many(f"{STR}ProcessStep", "process_steps", PROCESS_STEP)))
