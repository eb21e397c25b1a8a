"""Whether a deletion leaves data that could be delivered again.

What the store holds is not looked at, so a row alone must do. A deletion works at the lowest
level that a row gives, and attributes above that level only describe what goes:

- a row with a period (or where there is no time) that names components of observations may
  name anything of higher levels beside them, which stays;
- a mandatory attribute of observations goes only together with all measures that it
  describes, a mandatory measure only together with all that observations have;
- a mandatory attribute of series or groups goes only with whole series: in a row without a
  period that names all that observations have;
- an attribute of the dataset goes where a row names nothing else, if it is not mandatory.

A row that names nothing but its key deletes whole observations or series, and is always sound.

Source: SDMX 3.1 Technical Notes, section on dataset actions (Delete).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Component, Level
from sdmx_server.exchange import faults
from sdmx_server.exchange.validation_columns import Examined, list_faults
from sdmx_server.model.delivery import Fault, Place, complain

Mask = npt.NDArray[np.bool_]


def check_deletion(examined: Examined) -> Iterator[Fault]:
    """Yield mandatory components that a deletion takes from what stays."""
    structure = examined.structure
    for component in (*structure.measures, *structure.attributes):
        if component.mandatory and component.level is Level.DATASET:
            yield from _check_dataset_attribute(examined, component)
        elif component.mandatory:
            yield from _check_component(examined, component)


def names_dataset_alone(examined: Examined) -> Mask:
    """Return the rows of a deletion that name attributes of the dataset and nothing below it.

    Attributes that the message gives for the whole dataset are named by rows without a cell.
    """
    attributes = examined.structure.attributes
    ours = [c for c in attributes if c.level is Level.DATASET]
    others = [c for c in (*examined.structure.measures, *attributes) if c not in ours]
    alone = _names_any(examined, ours) & ~_names_any(examined, others)
    if examined.delivery.dataset_attributes:
        alone |= ~_names_any(examined, examined.structure.components)
    return alone


def _check_component(examined: Examined, component: Component) -> Iterator[Fault]:
    companions = _companions(examined, component)
    sound = _names_all(examined, companions)
    if component.level in (Level.SERIES, Level.GROUP):
        sound |= _is_of_observations(examined)
    rows = np.flatnonzero(_names_any(examined, [component]) & ~sound)
    others = [other.id for other in companions if other is not component]
    found = (_fault(component, examined.place(int(row), component.id), others) for row in rows)
    yield from list_faults(examined, component.id, faults.MANDATORY_DELETED, found, rows)


def _check_dataset_attribute(examined: Examined, attribute: Component) -> Iterator[Fault]:
    delivery = examined.delivery
    alone = names_dataset_alone(examined)
    if attribute.id in delivery.dataset_attributes and alone.any():
        yield _fault(attribute, Place(delivery.file, None, attribute.id, delivery.sheet), [])
    rows = np.flatnonzero(alone & _names_any(examined, [attribute]))
    found = (_fault(attribute, examined.place(int(row), attribute.id), []) for row in rows)
    yield from list_faults(examined, attribute.id, faults.MANDATORY_DELETED, found, rows)


def _companions(examined: Examined, component: Component) -> Sequence[Component]:
    """Return what has to go together with a mandatory component; it may be among them."""
    measures = examined.structure.measures
    if component.level is Level.OBSERVATION and measures:
        return [m for m in measures if not component.measures or m.id in component.measures]
    return _of_observations(examined)


def _of_observations(examined: Examined) -> Sequence[Component]:
    attributes = examined.structure.attributes
    return [
        *examined.structure.measures,
        *(a for a in attributes if a.level is Level.OBSERVATION),
    ]


def _is_of_observations(examined: Examined) -> Mask:
    """Return the rows that work at the level of observations."""
    named = _names_any(examined, _of_observations(examined))
    time = examined.structure.time
    return named & _names_any(examined, [time]) if time else named


def _names_any(examined: Examined, components: Iterable[Component]) -> Mask:
    named = np.zeros(len(examined.delivery.rows), np.bool_)
    for component in components:
        if component.id in examined.columns:
            named |= ~examined.columns[component.id].is_empty
    return named


def _names_all(examined: Examined, components: Sequence[Component]) -> Mask:
    named = np.full(len(examined.delivery.rows), bool(components))
    for component in components:
        named &= _names_any(examined, [component])
    return named


def _fault(component: Component, where: Place, others: Sequence[str]) -> Fault:
    together = ", ".join(others)
    return complain(
        faults.MANDATORY_DELETED,
        where,
        None,
        (),
        component=component.id,
        hint_id=f"sebut juga {together}, atau " if others else "",
        hint_en=f"name {together} too, or " if others else "",
    )
