"""What differs between SDMX-JSON 1.0, 2.0 and 2.1 data messages.

Source: sdmx-json 1.0.0, 2.0.0 and 2.1.0, data-message/docs and the data schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sdmx_server.dataset import Action, Component
from sdmx_server.formats.data.writers.json_numbers import (
    NUMBERS,
    as_json,
    as_plain_json,
    numbers,
    plain_numbers,
    strings,
)
from sdmx_server.formats.data.writers.texts import Render

_SCHEMAS = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas"

ACTIONS = {action: action.value for action in Action} | {Action.MERGE: Action.APPEND.value}
"""Actions before 2.1, whose Append adds and updates as Merge does now."""

NUMBERS_1 = NUMBERS | {
    "BigInteger",
    "Decimal",
    "Incremental",
    "InclusiveValueRange",
    "ExclusiveValueRange",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The choices of one version.

    Attributes:
        schema: URL of its JSON schema.
        actions: how it calls actions.
        is_version_2: whether it is 2.0 or 2.1. These have several structures, several
            measures, arrays and attributes of partial keys; in 1.0 every attribute lists
            its values and an observation has a place for one measure.
        is_version_2_1: whether it is 2.1. Before, data sets must have links, the tags of
            languages are in lower case, a format tells how many values there may be, and
            no array of numbers is valid, because its schema takes integers for two types.
        render: how the texts of a component that lists no values become JSON.
    """

    schema: str
    actions: Mapping[Action, str]
    is_version_2: bool
    is_version_2_1: bool
    render: Callable[[Component], Render]


def _as_json_1(component: Component) -> Render:
    """Return how measures become JSON in 1.0: numbers wherever they can be.

    Data structures of SDMX 2.1 often declare no data type for their measure, which then is
    a String by default but holds numbers.
    """
    if component.is_coded:
        return strings
    if component.data_type in NUMBERS_1:
        return numbers
    return plain_numbers if component.data_type == "String" else strings


V1_0 = Dialect(
    schema=f"{_SCHEMAS}/1.0/sdmx-json-data-schema.json",
    actions=ACTIONS,
    is_version_2=False,
    is_version_2_1=False,
    render=_as_json_1,
)
V2_0 = Dialect(
    schema=f"{_SCHEMAS}/2.0.0/sdmx-json-data-schema.json",
    actions=ACTIONS,
    is_version_2=True,
    is_version_2_1=False,
    render=as_plain_json,
)
V2_1 = Dialect(
    schema="https://json.sdmx.org/2.1/sdmx-json-data-schema.json",
    actions={action: action.value for action in Action},
    is_version_2=True,
    is_version_2_1=True,
    render=as_json,
)
