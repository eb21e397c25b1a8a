"""The columns of annotations that an answer shows.

Source: SDMX 3.1 Information Model, section 5 (what of a data set is annotable).
"""

from __future__ import annotations

from collections.abc import Sequence

from sdmx_server.dataset import Component, Dataset


def annotated(datasets: Sequence[Dataset]) -> list[Component]:
    """Return the columns that data sets of one packaging show and have any annotation in.

    They come from the widest scope to the narrowest: groups, series, observations.
    """
    first = datasets[0]
    return [
        column
        for column in first.structure.annotations
        if column.id in first.levels
        and any(dataset.dictionaries.get(column.id) for dataset in datasets)
    ]
