"""SDMX-CSV 2.0 and 2.1 metadata messages, read.

Names and actions are passed over: a name without its language is none, and sets are published
whole.

Source: SDMX-CSV 2.0 and 2.1, metadata message field guide.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.metadata.contents import reported
from sdmx_server.formats.metadata.csv import USAGES
from sdmx_server.formats.metadata.csv_cells import split
from sdmx_server.formats.metadata.soundness import sound
from sdmx_server.metadata import Path
from sdmx_server.model.artefact import ItemScheme
from sdmx_server.model.catalogue import ARTEFACT_TYPES
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.urn import item_urn, maintainable_urn

_FIRST = re.compile(r'"?MDSTRUCTURE(?:\[(?P<sub>.)\])?"?(?P<separator>[^\w\r\n":])')
_ID = r"[A-Za-z0-9_@$-]+(?:\[\])?"
_COLUMN = re.compile(rf"(?P<path>{_ID}(?:\.{_ID})*)(?:\[(?P<languages>[^\[\]]+)\])?")
_DEEPEST = 100  # attributes below each other
_SHORT = re.compile(
    r"(?P<agency>[^:()]+):(?P<id>[^:()]+?)(?:\((?P<version>[^()]+)\)(?:\.(?P<item>.+))?)?"
)
_IDS = ("MDSTRUCTURE", "MDSTRUCTURE_ID", "METADATASET_ID", "TARGET_TYPES", "TARGET_IDS")
_NAMES = ("MDSTRUCTURE_NAME", "METADATASET_NAME", "TARGET_NAMES")
_FIXED = (*_IDS, *_NAMES, "ACTION", "IS_PARTIAL_LANGUAGE")
_PARTS = {
    "dimension": ("datastructure", "Dimension"),
    "timedimension": ("datastructure", "TimeDimension"),
    "measure": ("datastructure", "Measure"),
    "dataattribute": ("datastructure", "DataAttribute"),
    "groupdimensiondescriptor": ("datastructure", "GroupDimensionDescriptor"),
    "metadataattribute": ("metadatastructure", "MetadataAttribute"),
    "any": ("base", "Any"),
}
_CLASSES = {
    **_PARTS,
    **{
        cls.item_class.lower(): (cls.package, cls.item_class)
        for cls in ARTEFACT_TYPES
        if issubclass(cls, ItemScheme)
    },
    **{cls.artefact_type: (cls.package, cls.urn_class) for cls in ARTEFACT_TYPES},
}
"""Package and class of URNs by what ``TARGET_TYPES`` may hold."""

_URN_CLASSES = {
    "metadataflow": ("metadatastructure", "Metadataflow"),
    "metadataprovision": ("registry", "MetadataProvisionAgreement"),
}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: ids down to a metadata attribute, which of them repeat, languages."""

    path: Path
    arrays: tuple[bool, ...]
    languages: tuple[str, ...]


def read(content: bytes) -> tuple[MetadataSet, ...]:
    """Read a metadata message of 2.0 or 2.1, written with ids alone or names beside them.

    Raises:
        MessageSyntaxError: if it is no such message, or a cell cannot be understood.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MessageSyntaxError(f"The message is not UTF-8: {error}.") from None
    first = _FIRST.match(text)
    if first is None:
        raise MessageSyntaxError(
            "The first column is not MDSTRUCTURE, or its cells are labelled; write ids alone."
        )
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=first["separator"], strict=True)
    try:
        header = next(rows)
        return tuple(_read_rows(header, rows, first["sub"] or ";"))
    except csv.Error as error:
        raise MessageSyntaxError(f"Line {rows.line_num}: the CSV is broken: {error}.") from None


def _read_rows(
    header: Sequence[str], rows: Iterator[list[str]], separator: str
) -> Iterator[MetadataSet]:
    fixed = {name.partition("[")[0]: place for place, name in enumerate(header)}
    fixed = {name: place for name, place in fixed.items() if name in _FIXED}
    missing = [name for name in _IDS if name not in fixed]
    if missing:
        raise MessageSyntaxError(f"The message has no column {', '.join(missing)}.")
    places = [place for place in range(len(header)) if place not in fixed.values()]
    if "MDSTRUCTURE_NAME" in fixed:  # labels=name: behind each column stands one of names
        places = places[::2]
    columns = {place: _column(header[place]) for place in places}
    _refuse_doubles(columns.values())
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise MessageSyntaxError(
                f"Row {number} has {len(row)} cells; the header has {len(header)}."
            )
        cells = {name: row[place] for name, place in fixed.items()}
        try:
            yield _read_set(cells, {c: row[place] for place, c in columns.items()}, separator)
        except ValueError as reason:
            raise MessageSyntaxError(f"Row {number}: {reason}.") from None


def _refuse_doubles(columns: Iterable[_Column]) -> None:
    seen: set[Path] = set()
    for column in columns:
        if column.path in seen:
            raise MessageSyntaxError(f"There are two columns {'.'.join(column.path)}.")
        seen.add(column.path)


def _column(name: str) -> _Column:
    match = _COLUMN.fullmatch(name)
    if match is None or name.count(".") >= _DEEPEST:
        raise MessageSyntaxError(f"{name!r} is no column; write ids such as CONTACT[].NAME[en;id].")
    languages = match["languages"] or ""
    segments = match["path"].split(".")
    return _Column(
        path=tuple(segment.removesuffix("[]") for segment in segments),
        arrays=tuple(segment.endswith("[]") for segment in segments),
        languages=tuple(re.split("[;,|]", languages)) if languages else (),
    )


def _read_set(
    cells: Mapping[str, str], values: Mapping[_Column, str], separator: str
) -> MetadataSet:
    usage = cells["MDSTRUCTURE"]
    if usage not in _URN_CLASSES:
        allowed = " or ".join(USAGES.values())
        raise ValueError(f"MDSTRUCTURE is {usage!r}; allowed is {allowed}")
    urn = _urn(_URN_CLASSES[usage], cells["MDSTRUCTURE_ID"])
    identity = _short(cells["METADATASET_ID"])
    contents = [
        (c.path, c.arrays, split(cell, sum(c.arrays), c.languages, separator))
        for c, cell in values.items()
    ]
    found = MetadataSet(
        agency_id=identity["agency"],
        id=identity["id"],
        version=identity["version"] or "1.0",
        is_partial_language=cells.get("IS_PARTIAL_LANGUAGE") == "1",
        metadataflow=urn if usage == "metadataflow" else None,
        metadata_provision_agreement=urn if usage == "metadataprovision" else None,
        targets=tuple(_targets(cells["TARGET_TYPES"], cells["TARGET_IDS"], separator)),
        attributes=reported(contents),
    )
    return sound(found, found.urn)


def _targets(types: str, ids: str, separator: str) -> Iterator[str]:
    kinds, shorts = types.split(separator), ids.split(separator)
    if len(kinds) != len(shorts):
        raise ValueError(f"TARGET_TYPES {types!r} and TARGET_IDS {ids!r} differ in number")
    for kind, short in zip(kinds, shorts, strict=True):
        if kind not in _CLASSES:
            raise ValueError(f"{kind!r} is no type of target; {', '.join(_CLASSES)} are")
        yield _urn(_CLASSES[kind], short)


def _short(text: str) -> re.Match[str]:
    match = _SHORT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no identification such as AGENCY:ID(1.0.0)")
    return match


def _urn(kind: tuple[str, str], short: str) -> str:
    parts = _short(short)
    identity = (*kind, parts["agency"], parts["id"], parts["version"] or "1.0")
    return item_urn(*identity, parts["item"]) if parts["item"] else maintainable_urn(*identity)
