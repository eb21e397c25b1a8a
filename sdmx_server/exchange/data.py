"""Answer data queries.

Source: SDMX-REST 2.2, doc/data.md; SDMX-REST 1.5, section 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from sdmx_server.dataset import (
    Action,
    Batch,
    Codes,
    Dataset,
    Level,
    ResolvedStructure,
)
from sdmx_server.errors import (
    NoResults,
    NotAcceptable,
    QuerySyntaxError,
    SdmxError,
    SemanticError,
)
from sdmx_server.exchange import batches as cut
from sdmx_server.exchange.cube import Slice, slices
from sdmx_server.exchange.estimate import (
    Allowance,
    Estimate,
    Measure,
    Sample,
    Shape,
    Size,
    extrapolated,
    require_within,
    size_of,
)
from sdmx_server.exchange.groups import groups_of, shown_in
from sdmx_server.exchange.history import Episode, episodes
from sdmx_server.exchange.order import held_by_series, order_of, series_together
from sdmx_server.exchange.packaging import Packaging, for_deletion, packaging_of
from sdmx_server.exchange.retrieval import apart, select
from sdmx_server.exchange.selection import Selection
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.window import Window
from sdmx_server.model.annotations import DATASET_ANNOTATIONS
from sdmx_server.query import ALL_DIMENSIONS, DataQuery
from sdmx_server.storage.ends import Ends


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for a data query.

    Attributes:
        datasets: one dataset a context artefact, or more; never empty.
        left_out: why others that match are not among them, each named.
    """

    datasets: Sequence[Dataset]
    left_out: tuple[SdmxError, ...] = ()


def answer(
    query: DataQuery,
    stores: Stores,
    *,
    by_row: bool = False,
    allowed: Allowance | None = None,
    check: Callable[[Dataset], None] | None = None,
) -> Answer:
    """Find the observations that a query asks for.

    The first batch of each dataset is fetched here, so that errors come before the answer
    begins.

    Args:
        query: the query.
        stores: where to look.
        by_row: whether the format writes one row an observation, so that an order may
            tear series apart.
        allowed: how much may be asked for at once; None for anything.
        check: raises ``NotAcceptable`` for a dataset that the format cannot hold, which is
            then left out; its observations are not looked at. None where the format cannot
            tell what was left out.

    Raises:
        QuerySyntaxError: if the query names components that no structure has.
        NotAcceptable: if the format can hold nothing of what matches.
        NoResults: if no observation matches.
        TooLarge: if more match than may be asked for at once.
        SemanticError: if changes are asked for that came after the instant asked about.
    """
    _check_instants(query)
    pieces, refused = _fitting(query, stores, check)
    if allowed is not None and not allowed.limits.plainly_allow(_size(pieces, query)):
        require_within(_estimate(pieces, query, by_row, allowed.measure), allowed.limits)
    found = list(_windowed(pieces, query, by_row))
    left_out = {e.detail: e for e, selection in refused if _holds_any(selection)}
    if not found:
        raise _reason(pieces, left_out.values())
    return Answer(found, tuple(left_out.values()))


def estimate(
    query: DataQuery,
    stores: Stores,
    measure: Measure,
    *,
    by_row: bool = False,
    check: Callable[[Dataset], None] | None = None,
) -> Estimate:
    """Estimate how large the answer to a query is; arguments as in ``answer``.

    Args:
        query: the query.
        stores: where to look.
        measure: tells how many bytes datasets take in the format asked for.
        by_row: whether the format writes one row an observation.
        check: raises ``NotAcceptable`` for a dataset that the format cannot hold.

    Raises:
        QuerySyntaxError: if the query names components that no structure has.
        NoResults: if there are no data of what the query is about.
        SemanticError: if changes are asked for that came after the instant asked about.
    """
    _check_instants(query)
    pieces, _ = _fitting(query, stores, check)
    return _estimate(pieces, query, by_row, measure)


def _estimate(
    pieces: Sequence[_Piece], query: DataQuery, by_row: bool, measure: Measure
) -> Estimate:
    held = [piece for piece in pieces if len(piece.episode.selection.counts)]
    if not held:
        return Estimate(series=0, observations=0, bytes=0)
    whole = replace(query, offset=0, limit=None, first_n=None, last_n=None)
    samples = [Sample(piece.episode.selection, piece.part) for piece in held]

    def written(shape: Shape) -> int:
        sampled = [
            replace(piece, episode=replace(piece.episode, selection=replace(sample, shape=shape)))
            for piece, sample in zip(held, samples, strict=True)
        ]
        return measure(list(_windowed(sampled, whole, by_row)))

    return extrapolated(written, samples, _size(held, query))


def _size(pieces: Iterable[_Piece], query: DataQuery) -> Size:
    """Return how many series and observations are shown, at most."""
    sizes = [
        (size_of(piece.episode.selection, piece.part, query), piece.packed.with_observations)
        for piece in pieces
    ]
    observations = sum(size.observations for size, shown in sizes if shown)
    series = sum(size.series for size, _ in sizes)
    if query.limit is None:
        return Size(series, observations)
    return Size(min(series, query.limit), min(observations, query.limit))


def _reason(pieces: Iterable[_Piece], left_out: Iterable[SdmxError]) -> SdmxError:
    """Return why there is no answer: what matches cannot be held, or nothing does."""
    inexpressible = [error for error in left_out if isinstance(error, NotAcceptable)]
    if inexpressible and not any(_holds_any(piece.episode.selection) for piece in pieces):
        return inexpressible[0]
    return NoResults("No observation matches this query.")


def _holds_any(selection: Selection) -> bool:
    return next(selection.batches(columns=()), None) is not None


@dataclass(frozen=True)
class _Piece:
    """What becomes one dataset of an answer."""

    query: DataQuery
    part: Slice
    packed: Packaging
    episode: Episode

    @property
    def is_above_series(self) -> bool:
        """Whether it names values above series that are gone, and no series."""
        return bool(self.episode.deleted) and self.packed.is_above_series

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset that it becomes, without its observations."""
        part, packed, episode = self.part, self.packed, self.episode
        selection, values = episode.selection, episode.dataset_attributes
        annotated = DATASET_ANNOTATIONS in packed.levels
        return Dataset(
            structure=part.structure,
            dimension_at_observation=packed.dimension_at_observation,
            action=_action(self.query, part.structure, episode),
            attributes=packed.attributes,
            measures=packed.measures,
            levels=packed.levels,
            dictionaries=selection.dictionaries,
            with_observations=packed.with_observations,
            dataset_attributes={
                id_: values[id_]
                for id_, level in packed.levels.items()
                if level is Level.DATASET and id_ in values and id_ in packed.attributes
            },
            groups=groups_of(part, packed, selection),
            constants={} if self.is_above_series else _constants(packed, selection),
            batches=iter(()),
            valid_from=episode.valid_from,
            valid_to=episode.valid_to,
            annotations=values.get(DATASET_ANNOTATIONS) if annotated else None,
        )


Refused = list[tuple[SdmxError, Selection]]


def _fitting(
    query: DataQuery, stores: Stores, check: Callable[[Dataset], None] | None
) -> tuple[list[_Piece], Refused]:
    """Return what can be shown, and why what else the query is about cannot.

    Raises:
        QuerySyntaxError: if no structure has what the query wants to see.
    """
    parts = slices(query.cube, stores, query.as_of)
    pieces: list[_Piece] = []
    refused: Refused = []
    for part in parts:
        try:
            packed = _packaging(query, part, stores)
        except QuerySyntaxError as error:
            if len(parts) == len(refused) + 1:
                raise
            refused.append((_left_out(part, error), select(part, stores)))
            continue
        pieces += _pieces(part, packed, query, stores)
    if check is None:
        return pieces, refused
    expressible = []
    for piece in pieces:
        try:
            check(piece.dataset)
            expressible.append(piece)
        except NotAcceptable as error:
            refused.append((_left_out(piece.part, error), piece.episode.selection))
    return expressible, refused


def _packaging(query: DataQuery, part: Slice, stores: Stores) -> Packaging:
    wanted = query.dimension_at_observation, query.attributes, query.measures
    return stores.remember(
        query.as_of,
        ("packaging", part.structure.urn, *wanted),
        lambda: packaging_of(query, part.structure),
    )


def _left_out(part: Slice, error: SdmxError) -> SdmxError:
    return type(error)(f"{part.structure.urn}: {error.detail}")


def _pieces(part: Slice, packed: Packaging, query: DataQuery, stores: Stores) -> Iterator[_Piece]:
    for each in apart(part, stores):
        for episode in episodes(each, query, stores):
            if episode.deleted is None:
                yield _Piece(query, each, packed, episode)
            elif _is_told(each, packed, query, episode.deleted):
                yield _Piece(query, each, for_deletion(packed, episode.deleted), episode)


def _is_told(part: Slice, packed: Packaging, query: DataQuery, deleted: tuple[str, ...]) -> bool:
    """Whether values that are gone must be told: shown ones that no replacement takes away."""
    if not deleted:
        return True
    components = [part.structure.component(id_) for id_ in deleted]
    of_series = [c for c in components if c and c.level not in (None, Level.OBSERVATION)]
    is_shown = bool(set(deleted) & {*packed.attributes, *packed.measures})
    return is_shown and (bool(of_series) or not _is_whole(query, part.structure))


def _check_instants(query: DataQuery) -> None:
    after = query.cube.updated_after
    if after is not None and query.as_of is not None and after > query.as_of:
        raise SemanticError(
            f"updatedAfter={after.isoformat()} is later than asOf={query.as_of.isoformat()}; "
            "allowed is an earlier instant."
        )


def _action(query: DataQuery, structure: ResolvedStructure, episode: Episode) -> Action:
    if episode.deleted is not None:
        return Action.DELETE
    return Action.REPLACE if _is_whole(query, structure) else Action.MERGE


def _is_whole(query: DataQuery, structure: ResolvedStructure) -> bool:
    has_metadata = any(attribute.is_metadata for attribute in structure.attributes)
    wanted = (("all",),) if has_metadata else (("dsd",), ("all",))
    return query.attributes in wanted and query.measures == ("all",)


def _batches(piece: _Piece, query: DataQuery, arrangement: tuple[bool, Window]) -> Iterator[Batch]:
    """Return what is shown of a piece; the window counts rows in the order asked for."""
    part, packed, selection = piece.part, piece.packed, piece.episode.selection
    by_row, window = arrangement
    held = selection.dictionaries
    with_values = (id_ for id_ in packed.levels if held.get(id_) != ())
    shown = {*with_values, *packed.measures, *(d.id for d in part.structure.key)}
    if query.sort or packed.regrouped:
        table = cut.table_of(selection.batches(_ends(query)))
        order = order_of(table, part.structure, packed, query.sort)
        is_flat = packed.dimension_at_observation == ALL_DIMENSIONS
        if packed.with_observations:
            order = order[window.take(len(order))]
        if not packed.with_observations or not (by_row or is_flat):
            order = series_together(table, order, packed.series_key)
        found = cut.grouped(table, order, packed.series_key, held_by_series(table, packed))
    else:
        found = _streamed(selection, packed, (_ends(query), shown), window)
    if not packed.with_observations:
        found = _cut(map(cut.without_observations, found), window)
    return (cut.only(batch, shown) for batch in found if batch.series_count)


def _ends(query: DataQuery) -> Ends | None:
    if query.first_n is None and query.last_n is None:
        return None
    return Ends(query.first_n, query.last_n)


def _streamed(
    selection: Selection,
    packed: Packaging,
    wanted: tuple[Ends | None, Collection[str]],
    window: Window,
) -> Iterator[Batch]:
    """Return the batches of a selection as they come, those of observations as the window shows.

    What the index tells is not read: series without their observations, and how many are in
    the series before a window.
    """
    ends, shown = wanted
    if not packed.with_observations:
        if selection.is_exact:
            return cut.series_alone(selection.series, len(selection.counts))
        return selection.batches(ends, shown)
    if ends is None:
        selection, passed = selection.beyond(window.skip)
        window.take(passed)
    return _cut(selection.batches(ends, shown), window)


def _cut(batches: Iterable[Batch], window: Window) -> Iterator[Batch]:
    """Return what a window shows of batches, counted in observations or else in series.

    A window that ends is filled at once, because what is left of it is for the datasets to
    come; one that only begins is passed once, and the rest then streams.
    """
    rest = iter(batches)
    taken: list[Batch] = []
    while not window.is_open and not window.is_used_up:
        batch = next(rest, None)
        if batch is None:
            return iter(taken)
        by_series = not batch.observation_count
        shown = window.take(batch.series_count if by_series else batch.observation_count)
        if shown.stop > shown.start:
            taken.append(cut.part_of(batch, shown.start, shown.stop, by_series=by_series))
    return chain(taken, rest) if window.is_open else iter(taken)


def _windowed(pieces: Iterable[_Piece], query: DataQuery, by_row: bool) -> Iterator[Dataset]:
    """Yield the datasets that have something to show in the window of the query."""
    window = Window(query.offset, query.limit)
    for piece in pieces:
        dataset = piece.dataset
        if piece.is_above_series:
            if dataset.dataset_attributes or dataset.groups:
                yield dataset
            continue
        is_page = not window.is_open
        batches = _batches(piece, query, (by_row, window))
        if is_page and dataset.groups:
            taken = list(batches)
            dataset = replace(dataset, groups=shown_in(dataset, taken))
            batches = iter(taken)
        first = next(batches, None)
        if first is not None:
            yield replace(dataset, batches=chain([first], batches))
        if window.is_used_up:
            return


def _constants(packed: Packaging, selection: Selection) -> Mapping[str, str]:
    """Return the dimensions that hold one and the same code in every selected series."""
    return {
        id_: selection.dictionaries[id_][int(codes[0])]
        for id_, codes in selection.series.items()
        if id_ in packed.series_key and len(codes) and _is_constant(codes)
    }


def _is_constant(codes: Codes) -> bool:
    return len(codes) == 1 or bool((codes == codes[0]).all())
