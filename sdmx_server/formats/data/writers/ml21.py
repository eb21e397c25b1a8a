"""SDMX-ML 2.1 data messages: generic and structure-specific, each also as time series.

Source: SDMX 2.1 Section 3A; SDMXMessage.xsd, SDMXDataGeneric.xsd and
SDMXDataStructureSpecific.xsd of version 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from sdmx_server.dataset import Action, Component, Dataset, Message, Rendering
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers.envelope import (
    Declaration,
    Dialect,
    declarations,
    timestamp,
    write_message,
)
from sdmx_server.formats.data.writers.fragments import (
    Cell,
    Plan,
    Wrapper,
    escape,
    write_row,
)
from sdmx_server.formats.data.writers.ml_annotations import element, in_columns, write_ml21
from sdmx_server.formats.data.writers.packaging import Markup, Packaging, packaging, write_batches
from sdmx_server.formats.data.writers.sdmx21 import in_sdmx21
from sdmx_server.formats.data.writers.texts import in_pieces
from sdmx_server.model.urn import parse_urn

PRIMARY_MEASURE = "OBS_VALUE"

_VERSION = re.compile(r"\d+(\.\d+)*")
_ACTIONS = {action: action.value for action in Action} | {Action.MERGE: Action.APPEND.value}
_SCOPES = {
    "datastructure": "DataStructure",
    "dataflow": "Dataflow",
    "provisionagreement": "ProvisionAgreement",
}


def _reference(urn: str) -> str:
    parts = parse_urn(urn)
    return (
        f'<Ref agencyID="{escape(parts.agency_id)}" id="{escape(parts.id)}"'
        f' version="{escape(parts.version)}" class="{parts.urn_class}"'
        f' package="{parts.package}"/>'
    )


_GENERIC = Dialect(
    root="GenericData",
    schemas="v2_1",
    prefixes={"message": "message", "common": "common", "data/generic": "generic"},
    has_namespaces=False,
    references={
        "datastructure": "Structure",
        "dataflow": "StructureUsage",
        "provisionagreement": "ProvisionAgrement",
    },
    write_reference=_reference,
)
_STRUCTURE_SPECIFIC = replace(
    _GENERIC,
    root="StructureSpecificData",
    prefixes={"message": "message", "common": "common", "data/structurespecific": "ss"},
    has_namespaces=True,
)


def write_generic(
    datasets: Sequence[Dataset], message: Message, rendering: Rendering
) -> Iterator[bytes]:
    """Write a GenericData message.

    Raises:
        NotAcceptable: if a dataset holds what SDMX 2.1 cannot express.
    """
    return _write(_GENERIC, _generic_dataset, datasets, message)


def write_generic_time_series(
    datasets: Sequence[Dataset], message: Message, rendering: Rendering
) -> Iterator[bytes]:
    """Write a GenericTimeSeriesData message.

    Raises:
        NotAcceptable: if a dataset holds what SDMX 2.1 cannot express, time is not at
            observation level, or the datasets have different structures.
    """
    for dataset in datasets:
        check_time_series(dataset)
    structures = {dataset.structure.urn for dataset in datasets}
    if len(structures) > 1:
        raise NotAcceptable(
            f"A generic time series message holds one structure, not {', '.join(structures)}; "
            "ask for generic data."
        )
    return _write(
        replace(_GENERIC, root="GenericTimeSeriesData"), _generic_dataset, datasets, message
    )


def write_structure_specific(
    datasets: Sequence[Dataset], message: Message, rendering: Rendering
) -> Iterator[bytes]:
    """Write a StructureSpecificData message.

    Raises:
        NotAcceptable: if a dataset holds what SDMX 2.1 cannot express.
    """
    return _write(_STRUCTURE_SPECIFIC, _specific_dataset, datasets, message)


def write_structure_specific_time_series(
    datasets: Sequence[Dataset], message: Message, rendering: Rendering
) -> Iterator[bytes]:
    """Write a StructureSpecificTimeSeriesData message.

    Raises:
        NotAcceptable: if a dataset holds what SDMX 2.1 cannot express, or time is not at
            observation level.
    """
    for dataset in datasets:
        check_time_series(dataset)
    dialect = replace(_STRUCTURE_SPECIFIC, root="StructureSpecificTimeSeriesData")
    return _write(dialect, _specific_dataset, datasets, message)


def check_expressible(dataset: Dataset) -> None:
    """Make sure that SDMX 2.1 can express a dataset; its observations are not looked at.

    Raises:
        NotAcceptable: if it cannot.
    """
    structure = dataset.structure
    version = parse_urn(structure.urn).version
    if not _VERSION.fullmatch(version):
        raise NotAcceptable(
            f"SDMX-ML 2.1 cannot name version {version} of {structure.urn}, only digits and "
            "dots; ask for SDMX-ML 3.0.0 or 3.1.0, SDMX-JSON or SDMX-CSV."
        )
    if dataset.measures and len(structure.measures) > 1:
        ids = ", ".join(measure.id for measure in structure.measures)
        raise _inexpressible(f"several measures ({ids})")
    shown = {*dataset.attributes, *dataset.measures}
    for component in structure.components:
        if component.id in shown and not (component.is_metadata or _is_simple(component)):
            raise _inexpressible(f"{component.id}, which may hold several values or languages")


def check_time_series(dataset: Dataset) -> None:
    """Make sure that a time series message can hold a dataset.

    Raises:
        NotAcceptable: if SDMX 2.1 cannot express it, or time is not at observation level.
    """
    at_observation = packaging(dataset).dimension_at_observation
    time = dataset.structure.time
    if time is None or at_observation != time.id:
        raise NotAcceptable(
            f"A time series message has time at observation level, not {at_observation}; "
            "ask for generic or structure-specific data."
        )
    check_expressible(dataset)


def _write(
    dialect: Dialect,
    write_dataset: Callable[[Dataset, Declaration], Iterator[str | pa.Buffer]],
    datasets: Sequence[Dataset],
    message: Message,
) -> Iterator[bytes]:
    shown = in_sdmx21(datasets)
    for dataset in shown:
        check_expressible(dataset)
    declared = declarations(shown)
    bodies = map(write_dataset, shown, declared)
    return in_pieces(write_message(dialect, message, declared, bodies))


def _is_simple(component: Component) -> bool:
    return not component.is_json and component.data_type != "XHTML"


def _inexpressible(what: str) -> NotAcceptable:
    return NotAcceptable(
        f"SDMX-ML 2.1 cannot express {what}; leave it out, or ask for SDMX-ML 3.0.0 or 3.1.0, "
        "SDMX-JSON 2 or SDMX-CSV 2."
    )


def _data_set_attributes(dataset: Dataset, declaration: Declaration, prefix: str = "") -> str:
    attributes = {"structureRef": declaration.id, "action": _ACTIONS[dataset.action]}
    if dataset.valid_from:
        attributes["validFromDate"] = timestamp(dataset.valid_from)
    if dataset.valid_to:
        attributes["validToDate"] = timestamp(dataset.valid_to)
    return "".join(f' {prefix}{name}="{value}"' for name, value in attributes.items())


def _generic_dataset(dataset: Dataset, declaration: Declaration) -> Iterator[str | pa.Buffer]:
    yield f"\n<message:DataSet{_data_set_attributes(dataset, declaration)}>"
    yield element(dataset.annotations, write_ml21)
    note = _generic_attributes(tuple(dataset.dataset_attributes))
    yield write_row((note,), dataset.dataset_attributes)
    for group in dataset.groups:
        plan: Plan = (
            f'\n<generic:Group type="{escape(group.group)}">',
            element(group.annotations, write_ml21),
            "<generic:GroupKey>",
            *map(_value, group.key),
            "</generic:GroupKey>",
            _generic_attributes(tuple(group.attributes)),
            "</generic:Group>",
        )
        yield write_row(plan, {**group.key, **group.attributes})
    yield from write_batches(dataset, _generic_markup(packaging(dataset)))
    yield "\n</message:DataSet>"


def _generic_markup(places: Packaging) -> Markup:
    observation: Plan = (
        "\n<generic:Obs>",
        *in_columns(places.annotations, write_ml21),
        *_generic_observation_key(places),
        *(Cell(m.id, '<generic:ObsValue value="', '"/>') for m in places.measures),
        _generic_attributes(_ids(places.attributes)),
        "</generic:Obs>",
    )
    if places.is_flat:
        return Markup((), (), observation)
    series: Plan = (
        "\n<generic:Series>",
        *in_columns(places.series_annotations, write_ml21),
        "<generic:SeriesKey>",
        *map(_value, _ids(places.series_dimensions)),
        "</generic:SeriesKey>",
        _generic_attributes(_ids(places.series_attributes)),
    )
    return Markup(series, ("\n</generic:Series>",), observation)


def _generic_observation_key(places: Packaging) -> Plan:
    if places.is_flat:
        cells = map(_value, _ids(places.dimensions))
        return ("<generic:ObsKey>", *cells, "</generic:ObsKey>")
    (dimension,) = _ids(places.dimensions)
    return (Cell(dimension, '<generic:ObsDimension value="', '"/>'),)


def _generic_attributes(ids: tuple[str, ...]) -> Wrapper:
    return Wrapper("<generic:Attributes>", tuple(map(_value, ids)), "</generic:Attributes>")


def _value(id_: str) -> Cell:
    return Cell(id_, f'<generic:Value id="{id_}" value="', '"/>')


def _specific_dataset(dataset: Dataset, declaration: Declaration) -> Iterator[str | pa.Buffer]:
    start: Plan = (
        f"\n<message:DataSet{_data_set_attributes(dataset, declaration, 'ss:')}"
        f' ss:dataScope="{_scope(dataset)}" xsi:type="{declaration.prefix}:DataSetType"',
        *map(_attribute, dataset.dataset_attributes),
        ">",
        element(dataset.annotations, write_ml21),
    )
    yield write_row(start, dataset.dataset_attributes)
    for group in dataset.groups:
        values = {**group.key, **group.attributes}
        head = f'\n<Group xsi:type="{declaration.prefix}:{escape(group.group)}"'
        said = element(group.annotations, write_ml21)
        end = f">{said}</Group>" if said else "/>"
        yield write_row((head, *map(_attribute, values), end), values)
    yield from write_batches(dataset, _specific_markup(packaging(dataset)))
    yield "\n</message:DataSet>"


def _scope(dataset: Dataset) -> str:
    structure = dataset.structure
    constrained = any(component.allowed is not None for component in structure.components)
    if structure.context == "datastructure" and constrained:
        return "ConstrainedDataStructure"
    return _SCOPES[structure.context]


def _specific_markup(places: Packaging) -> Markup:
    said = in_columns(places.annotations, write_ml21)
    observation: Plan = (
        "\n<Obs",
        *map(_attribute, _ids(places.dimensions)),
        # The primary measure of SDMX 2.1 has one id, whatever 3.x calls the measure.
        *(Cell(m.id, f' {PRIMARY_MEASURE}="', '"') for m in places.measures),
        *map(_attribute, _ids(places.attributes)),
        *((">", *said, "</Obs>") if said else ("/>",)),
    )
    if places.is_flat:
        return Markup((), (), observation)
    series: Plan = (
        "\n<Series",
        *map(_attribute, _ids(places.series_dimensions)),
        *map(_attribute, _ids(places.series_attributes)),
        ">",
        *in_columns(places.series_annotations, write_ml21),
    )
    return Markup(series, ("\n</Series>",), observation)


def _attribute(id_: str) -> Cell:
    return Cell(id_, f' {id_}="', '"')


def _ids(components: Sequence[Component]) -> tuple[str, ...]:
    return tuple(component.id for component in components)
