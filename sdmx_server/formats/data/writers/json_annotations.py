"""The annotations of an SDMX-JSON answer, numbered as they are first seen.

Series and observations refer to annotations by number; the annotations themselves are listed
in the structure, which is written after the data.

Source: sdmx-json 1.0.0, 2.0.0 and 2.1.0, data-message/docs/1-sdmx-json-field-guide.md,
"annotation", "observations".
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sdmx_server.dataset import Batch, Codes, Dataset, Message
from sdmx_server.formats.data.writers.json_dialect import Dialect
from sdmx_server.formats.data.writers.texts import (
    Lookup,
    OfSeries,
    Piece,
    Texts,
    each,
    rows,
)
from sdmx_server.formats.structure import json1_rules, json2_rules
from sdmx_server.formats.structure.jsonform import Languages, Object, form
from sdmx_server.model.artefact import Annotation

_RAW = msgspec.json.Decoder(list[msgspec.Raw])


class Annotations:
    """The annotations of the data sets of one structure.

    Attributes:
        numbers: the number of each annotation by its text.
    """

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self._lookups: dict[str, tuple[tuple[str, ...], Lookup]] = {}

    def cell(self, text: str | None) -> str:
        """Return the numbers of a list of annotations, a comma before each."""
        return "".join(f",{self._number(bytes(one))}" for one in _RAW.decode(text or "[]"))

    def member(self, text: str | None) -> str:
        """Return the member ``annotations`` of a data set, a comma before it, if it has any."""
        return f',"annotations":[{self.cell(text)[1:]}]' if text else ""

    def members(self, ids: Sequence[str], batch: Batch, dataset: Dataset) -> Piece:
        """Return the member ``annotations`` of each series, a comma behind it, if it has any."""
        columns = [
            self._column(id_, batch.series[id_], dataset) for id_ in ids if id_ in batch.series
        ]
        if not columns:  # only other data sets of the message have any
            return ""
        return Texts(_MEMBERS(rows(columns, batch.series_count)))

    def columns(self, ids: Sequence[str], batch: Batch, dataset: Dataset) -> list[Piece | OfSeries]:
        """Return the cells of observations, from wherever the batch holds them."""
        found: list[Piece | OfSeries] = []
        for id_ in ids:
            if id_ in batch.observations:
                found.append(self._column(id_, batch.observations[id_], dataset))
            elif id_ in batch.series:
                found.append(OfSeries(self._column(id_, batch.series[id_], dataset)))
        return found

    def _column(self, id_: str, codes: Codes, dataset: Dataset) -> Piece:
        dictionary = dataset.dictionaries[id_]
        if id_ not in self._lookups or self._lookups[id_][0] is not dictionary:
            self._lookups[id_] = dictionary, Lookup(dictionary, self.cell)
        return self._lookups[id_][1].column(codes)

    def _number(self, annotation: bytes) -> int:
        return self.numbers.setdefault(annotation, len(self.numbers))


def _member(cell: str) -> str:
    return f'"annotations":[{cell[1:]}],' if cell else ""


_MEMBERS = each(_member)


def describe_annotations(
    annotations: Annotations, dialect: Dialect, message: Message
) -> list[Object]:
    """Return the annotations in the order of their numbers."""
    rules = json1_rules.DIALECT
    if dialect.is_version_2:
        rules = json2_rules.DIALECT_2_1 if dialect.is_version_2_1 else json2_rules.DIALECT_2_0
    languages = Languages(message.languages)
    return [
        form(msgspec.json.decode(text, type=Annotation), rules, languages)
        for text in annotations.numbers
    ]
