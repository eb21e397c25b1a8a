"""SDMX-CSV 2.0 and 2.1 metadata messages: a row a metadata set.

Source: SDMX-CSV 2.0 and 2.1, metadata message field guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sdmx_server.dataset import Message, localised
from sdmx_server.formats.data.writers.csv_cells import quote
from sdmx_server.formats.data.writers.csv_rows import LINE_END
from sdmx_server.formats.metadata.contents import content_along, leaf_of
from sdmx_server.formats.metadata.csv_cells import SEPARATOR, join
from sdmx_server.metadata import (
    Content,
    Leaf,
    MetadataAttributeDefinition,
    MetadataReport,
    Path,
    by_path,
    mapped,
)
from sdmx_server.model.catalogue import by_urn_class
from sdmx_server.model.metadataset import MetadataSet, ReportedAttribute
from sdmx_server.model.urn import Urn, parse_urn

USAGES = {"Metadataflow": "metadataflow", "MetadataProvisionAgreement": "metadataprovision"}
"""What the first column calls that which a set reports against, by its class."""


@dataclass(frozen=True, slots=True)
class _Column:
    """The column of a metadata attribute.

    Attributes:
        path: ids from the top down to it.
        arrays: for each of these, whether it may be reported several times.
        languages: the languages of its texts; empty where it has none by language.
        definition: what it is.
    """

    path: Path
    arrays: tuple[bool, ...]
    languages: tuple[str, ...]
    definition: MetadataAttributeDefinition

    @property
    def header(self) -> str:
        """Its name, with brackets for several values and for languages."""
        ids = zip(self.path, self.arrays, strict=True)
        name = ".".join(f"{id_}[]" if is_array else id_ for id_, is_array in ids)
        return f"{name}[{SEPARATOR.join(self.languages)}]" if self.languages else name


@dataclass(frozen=True, slots=True)
class _Labels:
    """Whether names stand in columns of their own, or behind ids, and in which languages."""

    kind: str
    languages: tuple[str, ...]

    def cells(self, id_: str, name: str) -> list[str]:
        """Return the cells of something that has an id and a name."""
        if self.kind == "name":
            return [id_, name]
        return [f"{id_}: {name}" if self.kind == "both" and name else id_]

    def name(self, names: Mapping[str, str]) -> str:
        """Return the best name."""
        return localised(names, self.languages)


def write(
    reports: Sequence[MetadataReport], message: Message, version: str, labels: str = "id"
) -> bytes:
    """Write a metadata message in the version ``2.0.0`` or ``2.1.0``.

    Args:
        reports: the metadata sets.
        message: the languages of names; an SDMX-CSV message has no header to hold the rest.
        version: the version of SDMX-CSV.
        labels: ``id``, ``name`` or ``both``.
    """
    columns = _columns(reports)
    shown = _Labels(labels, message.languages)
    rows = [_header(reports, columns, version, shown)]
    rows += [_row(report, columns, version, shown) for report in reports]
    lines = (",".join(map(quote, row)) + LINE_END for row in rows)
    return "".join(lines).encode()


def target_type(target: Urn) -> str:
    """Return the type of a target: that of an artefact, or the class of a part of one."""
    classes = by_urn_class(target.package, target.urn_class)
    return classes[0].artefact_type if classes else target.urn_class.lower()


def _header(
    reports: Sequence[MetadataReport], columns: Sequence[_Column], version: str, labels: _Labels
) -> list[str]:
    is_divided = any(len(report.metadata_set.targets) > 1 for report in reports) or any(
        column.languages or any(column.arrays) for column in columns
    )
    with_names = labels.kind == "name"
    fixed = [
        f"MDSTRUCTURE[{SEPARATOR}]" if is_divided else "MDSTRUCTURE",
        "MDSTRUCTURE_ID",
        *(["MDSTRUCTURE_NAME"] if with_names else []),
        "METADATASET_ID",
        *(["METADATASET_NAME"] if with_names else []),
        "ACTION" if version == "2.0.0" else "IS_PARTIAL_LANGUAGE",
        "TARGET_TYPES",
        "TARGET_IDS",
        *(["TARGET_NAMES"] if with_names else []),
    ]
    for column in columns:
        name = labels.name(column.definition.names) or column.definition.id
        fixed += labels.cells(column.header, name)
    return fixed


def _row(
    report: MetadataReport, columns: Sequence[_Column], version: str, labels: _Labels
) -> list[str]:
    found = report.metadata_set
    usage = parse_urn(report.usage_urn)
    set_id = f"{found.agency_id}:{found.id}({found.version})"
    row = [
        USAGES.get(usage.urn_class, ""),
        *labels.cells(usage.short, labels.name(report.usage_names)),
        *labels.cells(set_id, labels.name(found.names)),
        "I" if version == "2.0.0" else str(int(found.is_partial_language)),
        *_targets(report, labels),
    ]
    for column in columns:
        row += _cells(column, found.attributes, labels)
    return row


def _targets(report: MetadataReport, labels: _Labels) -> list[str]:
    """Return the cells of the targets: types, ids, and names where they are shown."""
    targets = [parse_urn(urn) for urn in report.metadata_set.targets]
    names = [labels.name(report.target_names.get(u, {})) for u in report.metadata_set.targets]
    ids = [f"{t.short}.{t.item}" if t.item else t.short for t in targets]
    cells = [labels.cells(id_, name) for id_, name in zip(ids, names, strict=True)]
    types: list[Content] = [target_type(target) for target in targets]
    columns: list[list[Content]] = [[*column] for column in zip(*cells, strict=True)]
    if not targets:
        columns = [[] for _ in labels.cells("", "")]
    return [join(types), *map(join, columns)]


def _cells(column: _Column, attributes: Sequence[ReportedAttribute], labels: _Labels) -> list[str]:
    codes = column.definition.codes or {}

    def name(leaf: Leaf) -> Leaf:
        code = codes.get(leaf) if isinstance(leaf, str) else None
        return labels.name(code.names) or None if code else None

    def with_name(leaf: Leaf) -> Leaf:
        named = name(leaf)
        return f"{leaf}: {named}" if named else leaf

    content = content_along(attributes, column.path, column.arrays)
    if labels.kind == "both":
        return [join(mapped(content, with_name))]
    names = [join(mapped(content, name))] if labels.kind == "name" else []
    return [join(content), *names]


def _columns(reports: Iterable[MetadataReport]) -> list[_Column]:
    """Return a column for each path that has a value, in the order of metadata structures."""
    seen: dict[Path, _Column] = {}
    filled: set[Path] = set()
    for report in reports:
        for path, definition in by_path(report.attributes):
            arrays = (*(seen[path[:-1]].arrays if path[1:] else ()), definition.is_array)
            seen.setdefault(path, _Column(path, arrays, (), definition))
    for report in reports:
        _look(report.metadata_set, seen, filled)
    return [column for path, column in seen.items() if path in filled]


def _look(metadata_set: MetadataSet, seen: dict[Path, _Column], filled: set[Path]) -> None:
    """Note which attributes have values, several of them, and in which languages."""
    repeated: set[Path] = set()
    for path, attribute, is_repeated in _walk(metadata_set.attributes):
        column = seen.setdefault(path, _unknown(path, seen))
        leaf = leaf_of(attribute)
        if isinstance(leaf, dict):
            languages = tuple(dict.fromkeys((*column.languages, *leaf)))
            seen[path] = replace(column, languages=languages)
        if leaf is not None:
            filled.add(path)
        if is_repeated:
            repeated.add(path)
    for path, column in seen.items():
        arrays = tuple(
            is_array or path[: place + 1] in repeated
            for place, is_array in enumerate(column.arrays)
        )
        seen[path] = replace(column, arrays=arrays)


def _unknown(path: Path, seen: Mapping[Path, _Column]) -> _Column:
    """Return the column of an attribute that no metadata structure defines."""
    above = seen[path[:-1]].arrays if path[1:] else ()
    return _Column(path, (*above, False), (), MetadataAttributeDefinition(path[-1]))


def _walk(
    attributes: Sequence[ReportedAttribute], above: Path = ()
) -> Iterator[tuple[Path, ReportedAttribute, bool]]:
    """Yield reported attributes with paths, and whether another beside it has its id."""
    ids = [attribute.id for attribute in attributes]
    for attribute in attributes:
        path = (*above, attribute.id)
        yield path, attribute, ids.count(attribute.id) > 1
        yield from _walk(attribute.attributes, path)
