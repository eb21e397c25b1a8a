"""SDMX-ML 3.0 and 3.1 structure-specific data.

Source: SDMX 3.0 and 3.1 SDMXDataStructureSpecific.xsd; SDMXCommon.xsd, "ValueType".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tests.reference.answer import Answer, Series
from tests.reference.ml_header import annotations, message, namespace, structure_numbers, validity
from tests.reference.survey import Component, Row, Value
from tests.reference.xml_nodes import LANGUAGE, SCHEMAS, TYPE, Node, node

_ACTIONS = {
    "v3_0": {"Replace": "Replace", "Merge": "Append", "Delete": "Delete"},
    "v3_1": {"Replace": "Replace", "Merge": "Merge", "Delete": "Delete"},
}


def write(answers: list[Answer], prepared: datetime, schemas: str) -> Node:
    """Return a message of ``v3_0`` or ``v3_1``."""
    numbers = structure_numbers(answers)
    datasets = [
        _Dataset(each, schemas).written(number)
        for each, number in zip(answers, numbers, strict=True)
    ]
    return message("StructureSpecificData", schemas, answers, datasets, prepared)


class _Dataset:
    """One dataset in the making."""

    def __init__(self, answer: Answer, schemas: str) -> None:
        self._answer = answer
        self._schemas = f"{SCHEMAS}{schemas}"
        self._action = _ACTIONS[schemas][answer.action]

    def written(self, number: str) -> Node:
        """Return the dataset."""
        answer = self._answer
        specific = f"{{{self._schemas}/data/structurespecific}}"
        of_dataset = answer.at("dataset")
        return node(
            f"{{{self._schemas}/message}}DataSet",
            self._element("Atts", answer.of_dataset, of_dataset) if answer.of_dataset else None,
            *(
                self._element(
                    "Group",
                    {**group.key, **group.attributes},
                    [answer.survey.component(id_) for id_ in {**group.key, **group.attributes}],
                    **self._type(group.id),
                )
                for group in answer.groups
            ),
            *(
                [self._observation(row, answer.survey.key) for row in answer.rows]
                if answer.is_flat
                else [self._series(each) for each in answer.series]
            ),
            **{f"{specific}structureRef": number, f"{specific}action": self._action},
            **{f"{specific}{name}": moment for name, moment in validity(answer).items()},
            **self._type("DataSetType"),
        )

    def _series(self, series: Series) -> Node:
        answer = self._answer
        told = {**series.rows[0], **series.key}
        components = [answer.survey.component(id_) for id_ in series.key] + answer.at("series")
        rows = series.rows if answer.with_observations else []
        inside = [self._observation(row, (answer.observed,)) for row in rows]
        said = answer.said_of_series(series.rows[0])
        element = self._element("Series", told, components, said)
        return element._replace(children=(*element.children, *inside))

    def _observation(self, row: Row, key: tuple[str, ...]) -> Node:
        answer = self._answer
        above = ("series",) if answer.is_flat else ()
        components = [answer.survey.component(id_) for id_ in (*key, *answer.measures)]
        return self._element(
            "Obs",
            row,
            components + answer.at(*above, "observation"),
            answer.said_of_observation(row),
        )

    def _element(
        self,
        name: str,
        row: Row,
        components: Iterable[Component],
        said: Sequence[Row] = (),
        **attributes: str,
    ) -> Node:
        told = [c for c in components if c.id in row]
        simple = {c.id: row[c.id] for c in told if not (c.is_array or c.is_multilingual)}
        return node(
            name,
            annotations(list(said), self._schemas.rpartition("/")[2]),
            *(self._comp(c.id, row[c.id]) for c in told if c.is_array or c.is_multilingual),
            **attributes,
            **simple,
        )

    def _comp(self, id_: str, value: Value) -> Node:
        values = value if isinstance(value, list) else [value]
        return node("Comp", *map(self._value, values), id=id_, **self._type(id_))

    def _value(self, value: Value) -> Node:
        if isinstance(value, str):
            return node("Value", text=value)
        name = f"{{{self._schemas}/common}}Text"
        texts = [node(name, text=text, **{LANGUAGE: lang}) for lang, text in value.items()]
        return node("Value", *texts)

    def _type(self, name: str) -> dict[str, str]:
        return {TYPE: f"{{{namespace(self._answer)}}}{name}"}
