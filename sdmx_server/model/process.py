"""Processes.

Source: SDMX 3.1 Information Model, section 11; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import (
    Annotable,
    Identifiable,
    Maintainable,
    Nameable,
    Reference,
    Texts,
)


class InputOutput(Annotable):
    """An artefact that a step reads or writes."""

    local_id: str | None = None
    object_reference: Reference


class Computation(Annotable):
    """How a step computes, and with which software."""

    local_id: str | None = None
    software_package: str | None = None
    software_language: str | None = None
    software_version: str | None = None
    descriptions: Texts = {}


class Transition(Identifiable):
    """The step that follows if the conditions hold; its id may be left out."""

    id: str | None = None  # type: ignore[assignment]
    local_id: str | None = None
    target_step: str
    conditions: Texts = {}


class ProcessStep(Nameable):
    """A step with the steps within it."""

    inputs: tuple[InputOutput, ...] = ()
    outputs: tuple[InputOutput, ...] = ()
    computation: Computation | None = None
    transitions: tuple[Transition, ...] = ()
    process_steps: tuple[ProcessStep, ...] = ()


class Process(Maintainable):
    """Steps in order."""

    artefact_type: ClassVar[str] = "process"
    package: ClassVar[str] = "process"
    urn_class: ClassVar[str] = "Process"
    container: ClassVar[str] = "processes"

    process_steps: tuple[ProcessStep, ...] = ()
