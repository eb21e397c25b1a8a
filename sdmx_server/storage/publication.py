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
from sdmx_server.storage.chunks import Chunk, decode_chunk
from sdmx_server.storage.columns import all_columns
from sdmx_server.storage.deletion import delete
from sdmx_server.storage.draft import Arrangement, Read, layouts_agree
from sdmx_server.storage.insertion import insert
from sdmx_server.storage.rows import whole_rows
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex, empty_index

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
            rows about one observation.
        action: what the rows do.
        dataset_attributes: text by id of attributes of the whole dataset; a deletion
            takes away those that it names.
        replace_all: whether nothing of the version before stays.
    """

    dataset: str
    layout: Layout
    rows: pa.Table
    action: Action
    dataset_attributes: Mapping[str, str] = field(default_factory=dict)
    replace_all: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a version of a dataset, chunks left aside."""

    index: SeriesIndex
    dataset_attributes: Mapping[str, str]


def apply(
    publication: Publication, before: Contents, read: Read, arrangement: Arrangement
) -> tuple[Contents, dict[str, bytes]]:
    """Return what a dataset holds after a publication, and its new chunks by digest.

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
    index, contents = _laid_out(publication, before, read, arrangement)

    def read_any(entry: ChunkEntry) -> Chunk:
        return decode_chunk(contents[entry.digest]) if entry.digest in contents else read(entry)

    index, made = _changed(publication, index, read_any, arrangement)
    contents |= made
    if _is_fragmented(index, arrangement):
        rows = whole_rows(index, read_any)
        index, made = insert(empty_index(index.layout), rows, read_any, arrangement)
        contents |= made
    return Contents(index, _attributes(publication, before)), contents


def _changed(
    publication: Publication, index: SeriesIndex, read: Read, arrangement: Arrangement
) -> tuple[SeriesIndex, dict[str, bytes]]:
    if publication.action is Action.DELETE:
        return delete(index, publication.rows, read, arrangement)
    return insert(
        index,
        publication.rows,
        read,
        arrangement,
        replace=publication.action is Action.REPLACE,
        replace_all=publication.replace_all,
    )


def _is_fragmented(index: SeriesIndex, arrangement: Arrangement) -> bool:
    """Whether deletions have left many chunks that are far too small."""
    chunks = len(index.chunks)
    return chunks > _FEW and 4 * int(index.offsets[-1]) < chunks * arrangement.chunk


def _attributes(publication: Publication, before: Contents) -> dict[str, str]:
    given = dict(publication.dataset_attributes)
    held = before.dataset_attributes
    if publication.action is Action.DELETE:
        if _deletes_everything(publication.rows):
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
    publication: Publication, before: Contents, read: Read, arrangement: Arrangement
) -> tuple[SeriesIndex, dict[str, bytes]]:
    """Return what was there in the layout of the publication; usually that is its own."""
    index, layout = before.index, publication.layout
    if layouts_agree(index.layout, layout):
        return replace(index, layout=layout), {}
    if not index.chunks:
        return empty_index(layout), {}
    rows = whole_rows(index, read)
    shared = [column for column in rows.schema.names if column in all_columns(layout)]
    return insert(empty_index(layout), rows.select(shared), read, arrangement)
