"""Publications: what a delivery does to a dataset, without a database.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Action, Layout
from sdmx_server.errors import Unsupported
from sdmx_server.storage.columns import all_columns
from sdmx_server.storage.deletion import delete
from sdmx_server.storage.draft import Arrangement, Shelf, layouts_agree
from sdmx_server.storage.insertion import insert
from sdmx_server.storage.rows import whole_rows
from sdmx_server.storage.series_index import SeriesIndex, empty_index
from sdmx_server.storage.staging import Staging

_FEW = 4
_INSERTIONS = (Action.APPEND, Action.MERGE, Action.REPLACE)


@dataclass(frozen=True, slots=True)
class Publication:
    """One step of a delivery.

    Attributes:
        dataset: a stable name, such as the dataflow's ``AG:DF_X(1.0.0)``.
        layout: how its columns are stored. Where it differs from that of the version
            before, everything is laid out anew.
        rows: one column of texts a component, null where absent, in any order; no two
            rows about one observation. Staged rows have the same layout; deletions are not
            staged.
        action: what the rows do.
        dataset_attributes: text by id of attributes of the whole dataset; a deletion
            takes away those that it names.
        replace_all: whether nothing of the version before stays.
    """

    dataset: str
    layout: Layout
    rows: pa.Table | Staging
    action: Action
    dataset_attributes: Mapping[str, str] = field(default_factory=dict)
    replace_all: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a version of a dataset, chunks left aside."""

    index: SeriesIndex
    dataset_attributes: Mapping[str, str]


def apply(
    publication: Publication, before: Contents, shelf: Shelf, arrangement: Arrangement
) -> Contents:
    """Return what a dataset holds after a publication; its new chunks are kept on the shelf.

    Raises:
        ValueError: if two rows are about the same observation.
        SemanticError: if the rows do not fit the layout or each other.
        Unsupported: if the action changes nothing.
    """
    if publication.action not in (*_INSERTIONS, Action.DELETE):
        raise Unsupported(
            f"Action {publication.action.value} stores nothing; "
            "use Append, Merge, Replace or Delete."
        )
    index = _laid_out(publication, before, shelf, arrangement)
    index = _changed(publication, index, shelf, arrangement)
    if _is_fragmented(index, arrangement):
        rows = whole_rows(index, shelf.read)
        index = insert(empty_index(index.layout), rows, shelf, arrangement)
    return Contents(index, _attributes(publication, before))


def _changed(
    publication: Publication, index: SeriesIndex, shelf: Shelf, arrangement: Arrangement
) -> SeriesIndex:
    rows = publication.rows
    if publication.action is Action.DELETE:
        return delete(index, _table(publication), shelf, arrangement)
    return insert(
        index,
        rows,
        shelf,
        arrangement,
        replace=publication.action is Action.REPLACE,
        replace_all=publication.replace_all,
    )


def _table(publication: Publication) -> pa.Table:
    """Return the rows of a deletion.

    Raises:
        Unsupported: if they are staged, where only whole keys are known.
    """
    if isinstance(publication.rows, Staging):
        raise Unsupported("Rows that delete are not staged; give them as a table.")
    return publication.rows


def _is_fragmented(index: SeriesIndex, arrangement: Arrangement) -> bool:
    """Whether deletions have left many chunks that are far too small."""
    chunks = len(index.chunks)
    return chunks > _FEW and 4 * int(index.offsets[-1]) < chunks * arrangement.chunk


def _attributes(publication: Publication, before: Contents) -> dict[str, str]:
    given = dict(publication.dataset_attributes)
    held = before.dataset_attributes
    if publication.action is Action.DELETE:
        if _deletes_everything(_table(publication)):
            return {}
        return {name: text for name, text in held.items() if name not in given}
    return given if publication.replace_all else {**held, **given}


def _deletes_everything(rows: pa.Table) -> bool:
    """Whether a row has neither key nor values: all dimensions are wildcards."""
    empty = np.ones(rows.num_rows, np.bool_)
    for column in rows.columns:
        empty &= np.asarray(column.is_null())
    return bool(empty.any())


def _laid_out(
    publication: Publication, before: Contents, shelf: Shelf, arrangement: Arrangement
) -> SeriesIndex:
    """Return what was there in the layout of the publication; usually that is its own."""
    index, layout = before.index, publication.layout
    if layouts_agree(index.layout, layout):
        return replace(index, layout=layout)
    if not index.chunks:
        return empty_index(layout)
    rows = whole_rows(index, shelf.read)
    shared = [column for column in rows.schema.names if column in all_columns(layout)]
    return insert(empty_index(layout), rows.select(shared), shelf, arrangement)
