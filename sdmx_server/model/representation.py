"""What values a concept or component may take.

Source: SDMX 3.1 Information Model, section 4.3 (Representation, Facet).
"""

from __future__ import annotations

from sdmx_server.model.artefact import Reference, Texts, Value


class SentinelValue(Value):
    """A value that means something other than itself, e.g. ``-999`` for not collected."""

    value: str
    names: Texts = {}
    descriptions: Texts = {}


class TextFormat(Value):
    """A data type with its facets; numbers and periods are kept as text."""

    data_type: str | None = None
    is_sequence: bool | None = None
    interval: str | None = None
    start_value: str | None = None
    end_value: str | None = None
    time_interval: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_value: str | None = None
    max_value: str | None = None
    decimals: int | None = None
    pattern: str | None = None
    is_multi_lingual: bool | None = None
    sentinel_values: tuple[SentinelValue, ...] = ()


class Representation(Value):
    """A list of codes with the format of their ids, or a text format.

    ``max_occurs`` is a number, ``unbounded``, or None for one.
    """

    enumeration: Reference | None = None
    enumeration_format: TextFormat | None = None
    format: TextFormat | None = None
    min_occurs: int | None = None
    max_occurs: int | str | None = None
