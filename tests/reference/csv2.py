"""SDMX-CSV 2.0 and 2.1, character by character.

Source: SDMX-CSV 2.0.0 and 2.1.0 field guides; RFC 4180.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.reference.answer import Answer
from tests.reference.ml_header import id_of
from tests.reference.periods import normalised
from tests.reference.survey import AGENCY, TIME, Component, Row, Value

_STRUCTURES = {"provisionagreement": "dataprovision"}
_ACTIONS = {
    "2.0.0": {"Replace": "R", "Merge": "A", "Delete": "D"},
    "2.1.0": {"Replace": "R", "Merge": "M", "Delete": "D"},
}


@dataclass(frozen=True)
class Choices:
    """What the format leaves to the client."""

    labels: str = "id"
    keys: str = "none"
    time_format: str = "original"


def write(
    answers: list[Answer], version: str, chosen: Choices, languages: dict[str, list[str]]
) -> str:
    """Return a message.

    Args:
        answers: its datasets, all of one structure.
        version: of the format.
        chosen: what the client asked for.
        languages: by component the languages that its column announces, which is any list
            that has those in use: a writer that streams cannot know them when it begins.
    """
    shown = columns(answers)
    validity = any(answer.valid_from or answer.valid_to for answer in answers)
    lines = [_header(shown, chosen, languages) + (["VALID_FROM", "VALID_TO"] * validity)]
    for answer in answers:
        times = normalised_times(answer, chosen)
        holds = [f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "" for at in valid(answer)] * validity
        for row in answer.rows:
            values = [(own(answer, c), told(row, answer, c.id)) for c in shown]
            lines.append(_lead(row, answer, version, chosen) + _all(values, chosen, times) + holds)
    return "".join(f"{','.join(map(quoted, line))}\r\n" for line in lines)


def normalised_times(answer: Answer, chosen: Choices) -> dict[str, str]:
    """Return what stands for each period of the dataset."""
    if chosen.time_format == "original" or not answer.survey.has_time:
        return {}
    return normalised({row[TIME] for p in answer.survey.publications for row in p.rows})


def valid(answer: Answer) -> list[datetime | None]:
    """Return since when and until when observations hold."""
    return [answer.valid_from, answer.valid_to]


def quoted(cell: str) -> str:
    """Return a cell as RFC 4180 writes it, in quotes only where it must."""
    if any(character in cell for character in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def columns(answers: list[Answer]) -> list[Component]:
    """Return the components that any dataset shows: dimensions, measures, attributes.

    Of each kind those of the first structure in its order, then what others add.
    """
    kinds = [[(a, a.survey.key) for a in answers]]
    kinds += [[(a, a.measures) for a in answers], [(a, a.attributes) for a in answers]]
    found: dict[str, Component] = {}
    for kind in kinds:
        for answer, ids in kind:
            for id_ in ids:
                found.setdefault(id_, answer.survey.component(id_))
    return list(found.values())


def _header(shown: list[Component], chosen: Choices, languages: dict[str, list[str]]) -> list[str]:
    has_several = any(c.is_array or c.is_multilingual for c in shown)
    cells = ["STRUCTURE[;]" if has_several else "STRUCTURE", "STRUCTURE_ID"]
    cells += ["STRUCTURE_NAME"] if chosen.labels == "name" else []
    cells += ["ACTION"]
    cells += ["SERIES_KEY"] if chosen.keys in ("series", "both") else []
    cells += ["OBS_KEY"] if chosen.keys in ("obs", "both") else []
    for component in shown:
        title = component.id
        if component.is_multilingual:
            title += f"[{';'.join(languages[component.id])}]"
        elif component.is_array:
            title += "[]"
        cells.append(f"{title}: {component.name}" if chosen.labels == "both" else title)
        if chosen.labels == "name":
            cells.append(component.name)
    return cells


def _lead(row: Row, answer: Answer, version: str, chosen: Choices) -> list[str]:
    named = f"{AGENCY}:{id_of(answer)}(1.0.0)"
    title = answer.title
    cells = [_STRUCTURES.get(answer.context, answer.context)]
    cells.append(f"{named}: {title}" if chosen.labels == "both" else named)
    cells += [title] if chosen.labels == "name" else []
    cells.append(_ACTIONS[version][answer.action])
    if chosen.keys in ("series", "both"):
        cells.append(".".join(row[id_] for id_ in answer.series_key))
    if chosen.keys in ("obs", "both"):
        whole = ".".join(row[id_] for id_ in answer.survey.key)
        cells.append(whole if answer.with_observations else "")
    return cells


def _all(
    values: list[tuple[Component, Value]], chosen: Choices, times: dict[str, str]
) -> list[str]:
    cells: list[str] = []
    for component, value in values:
        told_value = times.get(value, value) if component.id == TIME else value
        cells += _cells(told_value, component, chosen.labels)
    return cells


def own(answer: Answer, column: Component) -> Component:
    """Return the component that a dataset has in a column, which may be coded otherwise."""
    return next((c for c in answer.survey.components if c.id == column.id), column)


def told(row: Row, answer: Answer, id_: str) -> Value:
    """Return what a row says of a component; None for nothing."""
    if id_ in answer.of_dataset:
        return answer.of_dataset[id_]
    is_key = id_ in answer.survey.key
    if not is_key and id_ not in (*answer.measures, *answer.attributes):
        return None
    if is_key and not answer.with_observations and id_ not in answer.series_key:
        return None
    return row.get(id_)


def _cells(value: Value, component: Component, labels: str) -> list[str]:
    if value is None:
        return ["", ""] if labels == "name" else [""]
    codes = component.codes or {}
    values = value if component.is_array else [value]
    names = [codes.get(v, "") if isinstance(v, str) else "" for v in values]
    if labels == "both":
        values = [f"{v}: {n}" if n else v for v, n in zip(values, names, strict=True)]
    cell = _joined(values, component)
    if labels == "name":
        return [cell, _joined(names, component) if any(names) else ""]
    return [cell]


def _joined(values: list[Value], component: Component) -> str:
    if component.is_multilingual:
        texts = [
            ";".join(_part(f"{lang}:{text}") for lang, text in value.items()) for value in values
        ]
        if not component.is_array:
            return texts[0]
        return ";".join('"' + text.replace('"', '""') + '"' for text in texts)
    return ";".join(map(_part, values)) if component.is_array else values[0]


def _part(text: str) -> str:
    """Return a part of a cell, in quotes where it would be read as something else."""
    if ";" in text or text.startswith('"'):
        return '"' + text.replace('"', '""') + '"'
    return text
