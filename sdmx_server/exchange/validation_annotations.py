"""Whether the annotations of a delivery are well formed, and of something that there is.

Addresses in annotations are text; nothing here opens them.

Source: SDMX 3.1 Information Model, section 3 (Annotation); SDMXCommon.xsd, "AnnotationType".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sdmx_server.dataset import Component
from sdmx_server.exchange import faults, validation_values
from sdmx_server.exchange.validation_columns import Examined, list_faults
from sdmx_server.exchange.validation_values import Complaint
from sdmx_server.exchange.vocabulary import Vocabulary
from sdmx_server.model.annotations import ANNOTATIONS, from_text
from sdmx_server.model.artefact import Annotation
from sdmx_server.model.delivery import Fault, complain


def check_annotated(examined: Examined) -> Iterator[Fault]:
    """Yield the rows whose annotations are of nothing that the structure has."""
    cells = examined.delivery.columns.get(ANNOTATIONS, ())
    rows = np.array([row for row, text in enumerate(cells) if text is not None], np.int64)
    kind = faults.UNATTACHED_ANNOTATIONS
    groups = ", ".join(examined.structure.groups) or "—"
    found = (
        complain(kind, examined.place(int(row), ANNOTATIONS), None, (), groups=groups)
        for row in rows
    )
    yield from list_faults(examined, ANNOTATIONS, kind, found, rows)


def complaint(text: str, column: Component, vocabulary: Vocabulary) -> Complaint | None:
    """Return what is wrong with the annotations of a cell; None where nothing is."""
    try:
        annotations = from_text(text)
    except ValueError as error:
        return Complaint(faults.MALFORMED_ANNOTATIONS, {"reason": str(error)})
    for annotation in annotations:
        found = _complaint(annotation, column, vocabulary)
        if found is not None:
            return found
    return None


def _complaint(
    annotation: Annotation, column: Component, vocabulary: Vocabulary
) -> Complaint | None:
    """Return what is wrong with one annotation: its parts are texts like those of attributes."""
    if annotation.texts:
        by_language = replace(column, is_multilingual=True)
        texts = json.dumps(annotation.texts)
        found = validation_values.complaint(texts, by_language, vocabulary)
        if found is not None:
            return found
    parts = (annotation.id, annotation.title, annotation.type, annotation.value)
    words = (*parts, *(link.href for link in annotation.links))
    several = (
        validation_values.complaint(word, column, vocabulary) for word in words if word is not None
    )
    return next((found for found in several if found is not None), None)
