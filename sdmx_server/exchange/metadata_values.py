"""Values of metadata attributes as their metadata structure shapes them.

Messages know paths, not which of the ids on them may be reported several times: SDMX-ML shows
each as if it might, SDMX-CSV and SDMX-JSON as their writers saw fit.

Source: SDMX-CSV 2.1 field guide, "Nested metadata attributes"; SDMX 3.1
SDMXMetadataGeneric.xsd, "AttributeType".
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sdmx_server.dataset import Component
from sdmx_server.metadata import XHTML, Content, Leaf, mapped

_DEFAULT_LANGUAGE = "en"  # of texts that name none, in SDMX-ML


def in_shape(text: str, attribute: Component) -> str | None:
    """Return a value with an array around it for each id that may repeat, and no other.

    What is empty is null, and stands at no end of an array. None where nothing is left; what
    cannot be brought into shape stays as it is, to be complained of.
    """
    content = _decoded(text) if _may_be_json(text, attribute) else text
    if _depth(content) == len(attribute.repeats) > 1:
        try:
            content = _unwrapped(content, attribute.repeats)
        except ValueError:
            return text
    for _ in range(attribute.depth - _depth(content)):
        content = [content]
    content = _trimmed(mapped(content, lambda leaf: _leaf(leaf, attribute)))
    if content is None or isinstance(content, str):
        return content
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _may_be_json(text: str, attribute: Component) -> bool:
    """Tell whether a text may stand for content; plain text is only what SDMX-ML makes of it."""
    if attribute.is_json or attribute.data_type == XHTML:
        return text.startswith(("[", "{"))
    steps = len(attribute.repeats)
    return steps > 1 and text.startswith("[" * steps)


def _decoded(text: str) -> Content:
    try:
        decoded: Content = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return decoded


def _depth(content: Content) -> int:
    if not isinstance(content, list):
        return 0
    return 1 + max(map(_depth, content), default=0)


def _unwrapped(content: Content, repeats: Sequence[bool]) -> Content:
    """Return content without the arrays around what does not repeat.

    Raises:
        ValueError: if something is reported several times that may not.
    """
    if not repeats or not isinstance(content, list):
        return content
    if repeats[0]:
        return [_unwrapped(part, repeats[1:]) for part in content]
    if len(content) > 1:
        raise ValueError(f"{content} holds several values instead of one")
    return _unwrapped(content[0], repeats[1:]) if content else None


def _leaf(leaf: Leaf, attribute: Component) -> Leaf:
    """Return a value as it is, but markup as text or by language; messages have it either way."""
    if attribute.data_type == XHTML:
        if isinstance(leaf, dict) and len(leaf) == 1 and not attribute.is_multilingual:
            return next(iter(leaf.values()))
        if isinstance(leaf, str) and attribute.is_multilingual:
            return {_DEFAULT_LANGUAGE: leaf}
    return None if leaf in ("", {}) else leaf


def _trimmed(content: Content) -> Content:
    if not isinstance(content, list):
        return content
    parts = [_trimmed(part) for part in content]
    while parts and parts[-1] is None:
        parts.pop()
    return parts or None
