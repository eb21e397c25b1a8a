"""What becomes of observations from one publication to the next, a dataset of an answer each.

Source: SDMX-REST 2.2, doc/data.md ("updatedAfter", "includeHistory", "asOf"); SDMX 3.1
Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.reference.question import Question
from tests.reference.selection import wanted
from tests.reference.survey import Publication, Row, Survey


@dataclass(frozen=True)
class Episode:
    """Observations that make one dataset.

    Attributes:
        rows: the observations; those that have lost something, as they were.
        of_dataset: what is said of the dataset.
        gone: None where they hold; the id of the component whose values are gone; or empty
            where whole observations are.
        valid_from, valid_to: since when they hold, until when they did, where that was asked.
    """

    rows: list[Row]
    of_dataset: Row
    gone: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def episodes(survey: Survey, asked: Question) -> Iterator[Episode]:
    """Yield what holds; or where changes are asked for, what each of them was."""
    known = [p for p in survey.publications if asked.as_of is None or p.at <= asked.as_of]
    if not known:
        return
    if asked.history:
        for earlier, later in zip([None, *known], known, strict=False):
            if asked.after is None or later.at > asked.after:
                yield from _changes(survey, asked, earlier, later, later.at)
    elif asked.after is None:
        yield Episode(wanted(survey, known[-1], asked), known[-1].of_dataset)
    elif known[-1].at > asked.after:
        before = [p for p in known if p.at <= asked.after]
        yield from _changes(survey, asked, before[-1] if before else None, known[-1], None)


def _changes(
    survey: Survey,
    asked: Question,
    earlier: Publication | None,
    later: Publication,
    at: datetime | None,
) -> Iterator[Episode]:
    """Yield what is new or different, what is gone or wanted no more, and lost values."""

    def key(row: Row) -> tuple[str, ...]:
        return tuple(row[id_] for id_ in survey.key)

    now = wanted(survey, later, asked)
    if earlier is None:
        yield Episode(now, later.of_dataset, valid_from=at)
        return
    former, held = ({key(row): row for row in p.rows} for p in (earlier, later))
    # What is said of the dataset is said of each of its observations.
    is_another = earlier.of_dataset != later.of_dataset
    different = [row for row in now if is_another or former.get(key(row)) != row]
    yield Episode(different, later.of_dataset, valid_from=at)
    then, kept = wanted(survey, earlier, asked), {key(row) for row in now}
    yield Episode([row for row in then if key(row) not in kept], {}, "", valid_to=at)
    for component in survey.of_kind("measure", "attribute"):
        id_ = component.id
        emptied = [r for r in then if id_ in r and key(r) in held and id_ not in held[key(r)]]
        yield Episode(emptied, {}, id_, valid_to=at)
