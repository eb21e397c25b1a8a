"""What a structure or availability query wants beside the artefacts that match.

Source: SDMX-REST 1.5, section 4.3; SDMX-REST 2.2, doc/structures.md, doc/availability.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar.artefact_types import V1_TYPES, V2_TYPES

V1_DETAILS = (
    "full",
    "allstubs",
    "referencestubs",
    "allcompletestubs",
    "referencecompletestubs",
    "referencepartial",
)
V2_DETAILS = (*V1_DETAILS, "raw")

V1_DIRECTIONS = ("none", "parents", "parentsandsiblings", "children", "descendants", "all")
V2_DIRECTIONS = (*V1_DIRECTIONS, "ancestors")
AVAILABILITY_DIRECTIONS = ("none", "all")

Types = Mapping[str, tuple[str, ...]]
"""The types of SDMX-REST 2.2 behind each name that a dialect has."""

V1_REFERENCES: Types = {name: types for name, types in V1_TYPES.items() if types}
V2_REFERENCES: Types = {
    **{name: (name,) for name in V2_TYPES},
    # Gone from SDMX-REST 2.2, but its OpenAPI document still lists them.
    "structureset": V1_TYPES["structureset"],
    "namealiasscheme": ("namepersonalisationscheme",),
}
_AVAILABILITY_TYPES = (
    "codelist",
    "datastructure",
    "conceptscheme",
    "dataflow",
    "dataproviderscheme",
)
V1_AVAILABILITY_REFERENCES: Types = {name: (name,) for name in _AVAILABILITY_TYPES}
V2_AVAILABILITY_REFERENCES: Types = {**V1_AVAILABILITY_REFERENCES, "valuelist": ("valuelist",)}


def parse_references(
    text: str | None, directions: Collection[str], types: Types, *, separator: str = ","
) -> tuple[str, ...]:
    """Compile ``references``: one direction, or the names of artefact types.

    Args:
        text: the value; None where there is none.
        directions: the directions that the dialect knows.
        types: the artefact types that may be asked for.
        separator: what stands between several types; empty where one is allowed.

    Raises:
        QuerySyntaxError: if it holds a word that is neither, or a direction and more.
    """
    if text is None:
        return ("none",)
    words = text.lower().split(separator) if separator else [text.lower()]
    if len(words) == 1 and words[0] in directions:
        return (words[0],)
    found: list[str] = []
    for word in words:
        if word not in types:
            alone = " alone" if word in directions else ""
            raise QuerySyntaxError(
                f"references={text!r} holds {word!r}; allowed is one of "
                f"{', '.join(directions)}{alone}, or an artefact type: {', '.join(types)}."
            )
        found.extend(types[word])
    return tuple(dict.fromkeys(found))
