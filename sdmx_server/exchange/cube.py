"""The part of the data that a query is about: structures, versions and what is selected.

Source: SDMX-REST 2.2, doc/data.md and doc/availability.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdmx_server.dataset import PROVIDER, Layout, ResolvedStructure
from sdmx_server.errors import NoResults, QuerySyntaxError, SdmxError
from sdmx_server.exchange.batches import Flags
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.predicates import Mask, YearStarts, both, mask_of, one_of
from sdmx_server.exchange.resolution import Context, layout_of, resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.model.period import YEAR_START
from sdmx_server.model.urn import parse_urn
from sdmx_server.query import ComponentFilter, Cube, Key
from sdmx_server.storage.versions import DatasetVersion

KeyMap = Mapping[str, frozenset[str]]

YEAR_START_DAY = "REPORTING_YEAR_START_DAY"
"""The attribute that says on which day the reporting years of data start."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The data of one context artefact that a query asks for, not yet read.

    Attributes:
        structure: the structure, seen from the context artefact.
        layout: how the store lays it out.
        versions: the dataset versions that hold the data, one a dataflow.
        keys: partial keys, of which a series must match one; empty for every series.
        masks: what each component may hold.
        updated_after: only what changed strictly after this instant; None for everything.
        periods: makes the mask of time for data whose reporting years start on a day; None
            where time is not filtered, or the data do not say.
    """

    structure: ResolvedStructure
    layout: Layout
    versions: tuple[DatasetVersion, ...]
    keys: tuple[KeyMap, ...]
    masks: Mapping[str, Mask]
    updated_after: datetime | None = None
    periods: Callable[[str | None], Mask] | None = None


def slices(cube: Cube, stores: Stores, as_of: datetime | None = None) -> list[Slice]:
    """Return what a query is about, one slice a context artefact that has data.

    A structure that the query does not fit is passed over if it fits another.

    Raises:
        QuerySyntaxError: if the query fits none of the structures it asks for.
        NoResults: if there is no such artefact, or none with data.
    """
    found: list[Slice] = []
    misfit: SdmxError | None = None
    for place in _places(cube, stores, as_of):
        versions = _versions(place, cube, stores, as_of)
        if not versions:
            continue
        try:
            found.append(_slice(cube, _laid_out(place, stores, as_of), versions, place.providers))
        except QuerySyntaxError as error:
            misfit = misfit or error
    if misfit is not None and not found:
        raise misfit
    if not found:
        since = f" that changed after {cube.updated_after}" if cube.updated_after else ""
        raise NoResults(f"No data{since} are held for {_words(cube)}.")
    return found


def _words(cube: Cube) -> str:
    agencies, ids = ",".join(cube.artefact.agencies) or "*", ",".join(cube.artefact.ids) or "*"
    return f"{cube.context} {agencies}:{ids}({','.join(cube.artefact.versions)})"


@dataclass(frozen=True, slots=True)
class _Place:
    """A context artefact that a query is about.

    Attributes:
        context: the artefact.
        urn: its URN.
        flows: the dataflows behind it: each as ``AGENCY:ID``, with the name of its dataset.
        providers: the data providers that are meant; empty for any.
    """

    context: Context
    urn: str
    flows: tuple[tuple[str, str], ...]
    providers: tuple[str, ...]


_PLACE = 1_000  # about how many bytes of memory a place, or one of its dataflows, takes


def _places(cube: Cube, stores: Stores, as_of: datetime | None) -> tuple[_Place, ...]:
    return stores.remember(
        as_of,
        ("places", cube.context, cube.artefact, cube.providers),
        lambda: tuple(
            _Place(
                context,
                context.urn,
                tuple((flow_name(urn), dataset_of(urn)) for urn in flows),
                providers,
            )
            for context, flows, providers in _contexts(cube, stores.catalogue(as_of))
        ),
        size=lambda places: _PLACE * sum(1 + len(place.flows) for place in places),
    )


def _laid_out(
    place: _Place, stores: Stores, as_of: datetime | None
) -> tuple[ResolvedStructure, Layout]:
    def resolved() -> tuple[ResolvedStructure, Layout]:
        structure = resolve(place.context, stores.catalogue(as_of))
        return structure, layout_of(structure)

    return stores.remember(as_of, ("structure", place.urn), resolved)


Found = tuple[Context, Sequence[str], tuple[str, ...]]


def _contexts(cube: Cube, catalogue: Catalogue) -> Iterator[Found]:
    """Yield each context artefact with the dataflows behind it and the providers meant."""
    kind = "dataflow" if cube.context == "*" else cube.context
    for artefact in catalogue.get(catalogue.matching((kind,), cube.artefact)):
        if isinstance(artefact, Dataflow):
            yield artefact, (artefact.urn,), cube.providers
        elif isinstance(artefact, ProvisionAgreement):
            flow = catalogue.located(artefact.dataflow or "")
            provider = parse_urn(artefact.data_provider or "")
            if flow is not None:
                yield artefact, (flow.urn,), (f"{provider.agency_id}.{provider.item}",)
        elif isinstance(artefact, DataStructure):
            users = catalogue.parents([artefact.urn])
            yield artefact, [u.urn for u in users if u.artefact_type == "dataflow"], cube.providers


def _versions(
    place: _Place, cube: Cube, stores: Stores, as_of: datetime | None
) -> tuple[DatasetVersion, ...]:
    after, names = cube.updated_after, (d for flow, d in place.flows if flow not in cube.without)
    versions = (stores.current(name, as_of) for name in names)
    return tuple(
        version
        for version in versions
        if version is not None and (after is None or version.published_at > after)
    )


def dataflows_of(cube: Cube, catalogue: Catalogue) -> frozenset[str]:
    """Return the dataflows that a query is about, as ``AGENCY:ID``, with or without data."""
    found = _contexts(cube, catalogue)
    return frozenset(flow_name(urn) for _, flows, _ in found for urn in flows)


def flow_name(flow_urn: str) -> str:
    """Return what all versions of a dataflow have in common: ``AGENCY:ID``."""
    flow = parse_urn(flow_urn)
    return f"{flow.agency_id}:{flow.id}"


def dataset_of(flow_urn: str) -> str:
    """Return the name of the dataset that holds the data of a dataflow."""
    return parse_urn(flow_urn).short


def _slice(
    cube: Cube,
    laid_out: tuple[ResolvedStructure, Layout],
    versions: tuple[DatasetVersion, ...],
    providers: tuple[str, ...],
) -> Slice:
    structure, layout = laid_out
    keys = tuple(_key_map(key, structure, cube.key_may_be_short) for key in cube.keys)
    masks = _masks(cube.filters, structure, YearStarts(cube.reporting_year_start_day))
    if providers:
        masks[PROVIDER] = _provider_mask(providers)
    periods = _periods(cube, structure)
    return Slice(structure, layout, versions, keys, masks, cube.updated_after, periods)


def _key_map(key: Key, structure: ResolvedStructure, may_be_short: bool) -> KeyMap:
    dimensions = [d.id for d in structure.dimensions]
    if len(key) > len(dimensions) or (len(key) < len(dimensions) and not may_be_short):
        raise QuerySyntaxError(
            f"The key has {len(key)} positions, {structure.dsd_urn} has {len(dimensions)} "
            f"dimensions: {'.'.join(dimensions)}."
        )
    pairs = zip(dimensions, key, strict=False)
    return {dimension: frozenset(codes) for dimension, codes in pairs if codes}


def _masks(
    filters: Sequence[ComponentFilter], structure: ResolvedStructure, starts: YearStarts
) -> dict[str, Mask]:
    masks: dict[str, Mask] = {}
    for wanted in filters:
        mask = _mask(wanted, structure, starts)
        component = wanted.component
        masks[component] = both(masks[component], mask) if component in masks else mask
    return masks


def _periods(cube: Cube, structure: ResolvedStructure) -> Callable[[str | None], Mask] | None:
    time = structure.time.id if structure.time else None
    filters = [wanted for wanted in cube.filters if wanted.component == time]
    if time is None or not filters or structure.component(YEAR_START_DAY) is None:
        return None

    def mask(day: str | None) -> Mask:
        starts = YearStarts(cube.reporting_year_start_day, day or YEAR_START)
        return _masks(filters, structure, starts)[time]

    return mask


def _mask(wanted: ComponentFilter, structure: ResolvedStructure, starts: YearStarts) -> Mask:
    component = structure.component(wanted.component)
    if component is None:
        known = ", ".join(c.id for c in structure.components)
        raise QuerySyntaxError(
            f"{wanted.component!r} is no component of {structure.dsd_urn}; it has {known}."
        )
    return mask_of(wanted, component, starts)


def _provider_mask(providers: tuple[str, ...]) -> Mask:
    bare = frozenset(p for p in providers if "." not in p)
    full = one_of(frozenset(providers))

    def mask(texts: Sequence[str | None]) -> Flags:
        return full(texts) | one_of(bare)([t.rpartition(".")[2] if t else None for t in texts])

    return mask
