"""The declarations of the model, for whatever follows from them: references and formats.

Source: SDMX 3.1 Information Model, as declared in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

from msgspec import structs

from sdmx_server.model.artefact import REFERENCE, Texts, Value


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a value.

    Attributes:
        name: its name in the model.
        json_name: its name in SDMX-JSON.
        default: what it holds unless it is set; ``msgspec.NODEFAULT`` where it must be set.
        is_text_by_language: whether it holds text by language.
        is_reference: whether it holds URNs of other artefacts or items.
        cls: the class of the value, or of each of the values, that it holds; None where it
            holds no values of the model.
    """

    name: str
    json_name: str
    default: Any
    is_text_by_language: bool
    is_reference: bool
    cls: type[Value] | None


@cache
def declared(cls: type[Value]) -> tuple[Field, ...]:
    """Return the fields of a class, inherited ones first."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        Field(
            field.name,
            field.encode_name,
            field.default if field.default_factory is not dict else {},
            hints[field.name] == Texts,
            _is_reference(hints[field.name]),
            next(_classes(hints[field.name]), None),
        )
        for field in structs.fields(cls)
    )


@cache
def leads_to(cls: type[Value], kind: Literal["is_reference", "is_text_by_language"]) -> bool:
    """Return whether values of a class may hold fields of a kind, at any depth."""
    seen: set[type[Value]] = set()
    waiting = [cls]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if any(getattr(field, kind) for field in declared(current)):
            return True
        waiting.extend(field.cls for field in declared(current) if field.cls)
    return False


def _is_reference(hint: Any) -> bool:
    if REFERENCE in getattr(hint, "__metadata__", ()):
        return True
    return any(map(_is_reference, get_args(hint)))


def _classes(hint: Any) -> Iterator[type[Value]]:
    if isinstance(hint, type) and issubclass(hint, Value):
        yield hint
    for part in get_args(hint):
        yield from _classes(part)
