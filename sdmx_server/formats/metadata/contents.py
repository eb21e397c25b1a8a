"""What was reported along a path of metadata attributes, as the columns of tables hold it.

A path whose attributes may be reported several times has a list around its values for each
that may, so that values of neighbours that stand at one place belong together.

Source: SDMX-CSV 2.1 field guides, "Nested metadata attributes", "Multi-instance metadata
attributes".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sdmx_server.formats.structure.parts import DEFAULT_LANGUAGE
from sdmx_server.metadata import Content, Leaf, Path
from sdmx_server.model.metadataset import ReportedAttribute

Along = tuple[Path, Sequence[bool], Content]
"""A path, for each id on it whether it may be reported several times, what was reported."""


def content_along(
    attributes: Sequence[ReportedAttribute], path: Path, arrays: Sequence[bool]
) -> Content:
    """Return what was reported along a path; a list where it may be several."""
    found: list[Content] = [
        content_along(each.attributes, path[1:], arrays[1:]) if path[1:] else leaf_of(each)
        for each in attributes
        if each.id == path[0]
    ]
    if arrays[0]:
        return found
    return found[0] if found else None


def leaf_of(attribute: ReportedAttribute) -> Leaf:
    """Return the value of a reported attribute."""
    if attribute.value is not None:
        return attribute.value
    return {**attribute.texts, **attribute.structured_texts} or None


def reported(
    contents: Iterable[Along], markup: Collection[Path] = ()
) -> tuple[ReportedAttribute, ...]:
    """Return as a tree what was reported along several paths.

    Args:
        contents: the paths with what was reported; nothing else was.
        markup: the paths whose values are XHTML.
    """
    root = _Node()
    for path, arrays, content in contents:
        _place(root, path, arrays, content)
    return _attributes(root, (), markup)


@dataclass(slots=True)
class _Node:
    """A reported attribute while its columns are put together."""

    leaf: Leaf = None
    below: dict[str, list[_Node]] = field(default_factory=dict)


def _place(node: _Node, path: Path, arrays: Sequence[bool], content: Content) -> None:
    """Put what a column holds at the end of its path."""
    instances = content if isinstance(content, list) and arrays[0] else [content]
    held = node.below.setdefault(path[0], [])
    for place, part in enumerate(instances):
        if part is None:
            continue
        held.extend(_Node() for _ in range(place + 1 - len(held)))
        if path[1:]:
            _place(held[place], path[1:], arrays[1:], part)
        elif not isinstance(part, list):
            held[place].leaf = part


def _attributes(node: _Node, path: Path, markup: Collection[Path]) -> tuple[ReportedAttribute, ...]:
    return tuple(
        _attribute(each, (*path, id_), markup)
        for id_, instances in node.below.items()
        for each in instances
        if each.leaf is not None or each.below
    )


def _attribute(node: _Node, path: Path, markup: Collection[Path]) -> ReportedAttribute:
    below = _attributes(node, path, markup)
    if path in markup and node.leaf is not None:
        texts = node.leaf if isinstance(node.leaf, dict) else {DEFAULT_LANGUAGE: node.leaf}
        return ReportedAttribute(id=path[-1], structured_texts=texts, attributes=below)
    return ReportedAttribute(
        id=path[-1],
        value=node.leaf if isinstance(node.leaf, str) else None,
        texts=node.leaf if isinstance(node.leaf, dict) else {},
        attributes=below,
    )
