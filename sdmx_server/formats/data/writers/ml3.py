"""SDMX-ML 3.0 and 3.1 data messages: structure-specific data.

Values that an XML attribute cannot hold (several values, several languages, XHTML) stand
in ``Comp`` elements; a series or an observation ends its start tag before them. Metadata
attributes below others stand within these in ``Metadata``, as in a metadata message; the
others are written as those of the data structure are.

Source: SDMX 3.0 and 3.1 SDMXMessage.xsd and SDMXDataStructureSpecific.xsd; SDMX 3.1
SDMX-ML documentation, "Structure Specific Data".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from sdmx_server.dataset import Action, Component, Dataset, GroupValues, Message, Rendering
from sdmx_server.formats.data.writers.complex_values import is_complex, writer
from sdmx_server.formats.data.writers.envelope import (
    Declaration,
    Dialect,
    declarations,
    timestamp,
    write_message,
)
from sdmx_server.formats.data.writers.fragments import Cell, Plan, escape, write_row
from sdmx_server.formats.data.writers.ml_annotations import element, in_columns, write_ml3
from sdmx_server.formats.data.writers.ml_metadata import check_expressible, metadata
from sdmx_server.formats.data.writers.packaging import Markup, Packaging, packaging, write_batches
from sdmx_server.formats.data.writers.texts import in_pieces

_V3_1 = Dialect(
    root="StructureSpecificData",
    schemas="v3_1",
    prefixes={"message": "message", "common": "common", "data/structurespecific": "ss"},
    has_namespaces=True,
    references={
        "datastructure": "Structure",
        "dataflow": "StructureUsage",
        "provisionagreement": "ProvisionAgreement",
    },
    write_reference=escape,
)
_DIALECTS = {"3.0.0": replace(_V3_1, schemas="v3_0"), "3.1.0": _V3_1}

_ACTIONS_3_1 = {action: action.value for action in Action}
_ACTIONS = {
    # Merge is new in 3.1; what it does was called Append before.
    "3.0.0": _ACTIONS_3_1 | {Action.MERGE: Action.APPEND.value},
    "3.1.0": _ACTIONS_3_1,
}


def write(datasets: Sequence[Dataset], message: Message, rendering: Rendering) -> Iterator[bytes]:
    """Write a StructureSpecificData message of version ``3.0.0`` or ``3.1.0``.

    Raises:
        NotAcceptable: if a dataset holds what 3.0.0 cannot express.
    """
    for dataset in datasets if rendering.version == "3.0.0" else ():
        check_expressible(dataset)
    declared = declarations(datasets)
    actions = _ACTIONS[rendering.version]
    bodies = (
        _dataset(dataset, declaration, actions[dataset.action])
        for dataset, declaration in zip(datasets, declared, strict=True)
    )
    return in_pieces(write_message(_DIALECTS[rendering.version], message, declared, bodies))


def _dataset(dataset: Dataset, declaration: Declaration, action: str) -> Iterator[str | pa.Buffer]:
    prefix = declaration.prefix
    attributes = {"structureRef": declaration.id, "action": action}
    if dataset.valid_from:
        attributes["validFromDate"] = timestamp(dataset.valid_from)
    if dataset.valid_to:
        attributes["validToDate"] = timestamp(dataset.valid_to)
    written = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    yield f'\n<message:DataSet{written} xsi:type="{prefix}:DataSetType">'
    yield element(dataset.annotations, write_ml3)
    named = _named(dataset, dataset.dataset_attributes)
    if not all(component.is_nested for component in named):
        yield write_row(_element("Atts", _plain(named), prefix), dataset.dataset_attributes)
    for group in dataset.groups:
        yield _group(dataset, group, prefix)
    yield from write_batches(dataset, _markup(packaging(dataset), prefix))
    yield write_row(metadata(named), dataset.dataset_attributes)
    yield "\n</message:DataSet>"


def _group(dataset: Dataset, group: GroupValues, prefix: str) -> str:
    values = {**group.key, **group.attributes}
    head = f'Group xsi:type="{prefix}:{escape(group.group)}"'
    said = (element(group.annotations, write_ml3),) if group.annotations else ()
    return write_row(_element(head, _named(dataset, values), prefix, said), values)


def _named(dataset: Dataset, values: Mapping[str, str]) -> list[Component]:
    return [c for c in dataset.structure.components if c.id in values]


def _markup(places: Packaging, prefix: str) -> Markup:
    observation = _element(
        "Obs",
        [*places.dimensions, *places.measures, *places.attributes],
        prefix,
        in_columns(places.annotations, write_ml3),
    )
    if places.is_flat:
        return Markup((), (), observation)
    series = [*places.series_dimensions, *places.series_attributes]
    said = in_columns(places.series_annotations, write_ml3)
    start = _start("Series", _plain(series), prefix, said)
    return Markup(start, (*metadata(series), "\n</Series>"), observation)


def _element(head: str, components: Sequence[Component], prefix: str, said: Plan = ()) -> Plan:
    if not said and not any(map(is_complex, components)):
        return (f"\n<{head}", *_attributes(components), "/>")
    start = _start(head, _plain(components), prefix, said)
    return (*start, *metadata(components), f"</{head.partition(' ')[0]}>")


def _plain(components: Sequence[Component]) -> list[Component]:
    """Return the components that stand by themselves, not within others."""
    return [component for component in components if not component.is_nested]


def _start(head: str, components: Sequence[Component], prefix: str, said: Plan) -> Plan:
    complex_ones = filter(is_complex, components)
    return (
        f"\n<{head}",
        *_attributes(components),
        ">",
        *said,
        *(_comp(component, prefix) for component in complex_ones),
    )


def _attributes(components: Sequence[Component]) -> list[Cell]:
    return [Cell(c.id, f' {c.id}="', '"') for c in components if not is_complex(c)]


def _comp(component: Component, prefix: str) -> Cell:
    before = f'<Comp id="{component.id}" xsi:type="{prefix}:{component.id}">'
    return Cell(component.id, before, "</Comp>", writer(component))
