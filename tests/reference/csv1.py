"""SDMX-CSV 1.0, character by character.

Source: SDMX-CSV 1.0 field guide; RFC 4180.
"""

from __future__ import annotations

from tests.reference.answer import Answer
from tests.reference.csv2 import Choices, columns, normalised_times, own, quoted, told
from tests.reference.ml_header import id_of
from tests.reference.survey import AGENCY, TIME, Component, Value


def write(answers: list[Answer], chosen: Choices) -> str:
    """Return a message; its datasets are all of one structure."""
    shown = _columns(answers)
    lines = [["DATAFLOW", *(_title(c, chosen) for c in shown)]]
    for answer in answers:
        # A dataflow stands here, or the data structure that was asked for several of them.
        is_dsd = answer.context == "datastructure"
        flow = f"{AGENCY}:{id_of(answer) if is_dsd else answer.survey.name}(1.0.0)"
        title = answer.title if is_dsd else answer.survey.title
        flow = f"{flow}: {title}" if chosen.labels == "both" else flow
        times = normalised_times(answer, chosen)
        for row in answer.rows:
            values = [(own(answer, c), told(row, answer, c.id)) for c in shown]
            lines.append([flow, *(_cell(v, c, chosen, times) for c, v in values)])
    return "".join(f"{','.join(map(quoted, line))}\r\n" for line in lines)


def _columns(answers: list[Answer]) -> list[Component]:
    """Return the columns; that of the measure is there though none is shown."""
    shown = columns(answers)
    if not any(answer.measures for answer in answers):
        place = sum(c.kind in ("dimension", "time") for c in shown)
        shown.insert(place, Component("OBS_VALUE", "measure", ""))
    return shown


def _title(component: Component, chosen: Choices) -> str:
    if component.kind == "measure":
        return "OBS_VALUE"
    return f"{component.id}: {component.name}" if chosen.labels == "both" else component.id


def _cell(value: Value, component: Component, chosen: Choices, times: dict[str, str]) -> str:
    if value is None:
        return ""
    if component.is_multilingual:
        return best_language(value)
    if component.id == TIME:
        return times.get(value, value)
    name = (component.codes or {}).get(value)
    return f"{value}: {name}" if name and chosen.labels == "both" else str(value)


def best_language(texts: dict[str, str]) -> str:
    """Return the text in the first of the languages of the server, else the first there is."""
    return next((texts[lang] for lang in ("en", "id") if lang in texts), next(iter(texts.values())))
