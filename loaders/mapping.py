"""A mapping: the small TOML file that says what the cells of one table mean.

Everything that a person knows about a table and a machine does not stands here: which column
or level of the header is which component, how numbers are written, what symbols stand for,
where the table ends. ``loaders/README.md`` shows one step by step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from loaders import faults
from sdmx_server.model.delivery import DeliveryFaults, Place, complain

Row = Annotated[int, msgspec.Meta(ge=1)]


class What(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the texts of a column are, for the report: ``nama kecamatan``."""

    id: str
    en: str


class ComponentMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the value of a component comes from: exactly one of the first three.

    Attributes:
        value: the same for the whole table.
        column: header of the column that holds it.
        level: level of the header, from 1, that holds it above the value columns.
        codes: codes by text; they go before the codelist.
        codelist: id of the codelist in which the text is looked up.
        by: what of a code the text may be: ``id``, ``name`` or annotation ids.
        where: annotations that the code must have, e.g. ``LEVEL = "KECAMATAN"``.
        prefixes: words before the name that do not count, e.g. ``Kec.``.
        what: what the texts are.
    """

    value: str | None = None
    column: str | None = None
    level: Row | None = None
    codes: dict[str, str] = {}
    codelist: str | None = None
    by: tuple[str, ...] = ("id", "name")
    where: dict[str, str] = {}
    prefixes: tuple[str, ...] = ()
    what: What | None = None


class Symbol(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a text in place of a number stands for."""

    value: str | None = None
    status: str | None = None
    skip: bool = False


class ValuesMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cells that hold the values.

    Attributes:
        columns: headers of the value columns: one for a tidy table, several for one with
            years or sexes across.
        locale: ``id`` writes 1.234,5 and ``en`` writes 1,234.5.
        measure: the component that the values belong to.
        status: the component that holds the status of a value.
        comment: the component that keeps the symbol of the source.
        symbols: what texts such as ``...`` and ``-`` stand for; empty text for an empty cell.
        marks: statuses by the mark behind a number, e.g. ``*``.
        formulas: ``refuse`` formulas, or take the ``result`` that was saved with the file.
    """

    columns: tuple[str, ...]
    locale: Literal["id", "en"]
    measure: str = "OBS_VALUE"
    status: str = "OBS_STATUS"
    comment: str | None = None
    symbols: dict[str, Symbol] = {}
    marks: dict[str, str] = {}
    formulas: Literal["refuse", "result"] = "refuse"


class RowsMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows are header, data and notes.

    Attributes:
        header: the rows of the header, from 1.
        first: the first row of data.
        last: the last one; where it is left out the data end before the first empty row.
        skip: texts by column whose rows are left out, such as totals.
        notes: how the rows below the table begin; any other row there is a fault.
        hidden: ``refuse`` hidden rows and columns, ``skip`` or ``read`` them.
    """

    header: tuple[Row, ...] = (1,)
    first: Row = 2
    last: Row | None = None
    skip: dict[str, tuple[str, ...]] = {}
    notes: tuple[str, ...] = ()
    hidden: Literal["refuse", "skip", "read"] = "refuse"


class TableMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the cells of one table mean.

    Attributes:
        dataflow: the dataflow as ``AGENCY:ID(VERSION)``.
        provider: the data provider as ``AGENCY.PROVIDER``.
        values: the cells that hold the values.
        components: where the other components come from.
        rows: which rows are what.
        action: ``Merge``, ``Append`` or ``Replace``.
        sheet: the sheet of a workbook.
        separator: the character between the cells of a text file.
        ignored: headers of columns that are left out on purpose.
    """

    dataflow: str
    provider: str
    values: ValuesMapping
    components: dict[str, ComponentMapping]
    rows: RowsMapping = RowsMapping()
    action: Literal["Merge", "Append", "Replace"] = "Merge"
    sheet: str | None = None
    separator: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    ignored: tuple[str, ...] = ()


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    Raises:
        DeliveryFaults: if it is no mapping.
    """
    try:
        mapping = msgspec.toml.decode(path.read_bytes(), type=TableMapping)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fault = complain(faults.MALFORMED_MAPPING, Place(path.name), reason=error)
        raise DeliveryFaults([fault]) from error
    ambiguous = [
        complain(faults.AMBIGUOUS_SOURCE, Place(path.name, column=id_), id_)
        for id_, component in mapping.components.items()
        if [component.value, component.column, component.level].count(None) != 2
    ]
    if ambiguous:
        raise DeliveryFaults(ambiguous)
    return mapping
