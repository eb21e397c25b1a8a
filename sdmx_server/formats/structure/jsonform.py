"""Values of the model as JSON objects, and back, by their declarations and a few rules.

A field is written under its declared name unless it holds its default; text by language
gets the best match beside it. Rules change the object of a class, before it is read or
after it is formed; those of a class apply to its subclasses as well.

Source: SDMX-JSON 1.0, 2.0 and 2.1 structure message field guides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sdmx_server.dataset import localised
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.model.artefact import Value
from sdmx_server.model.declaration import Field, declared

Object = dict[str, Any]

WriteRule = Callable[[Object, Any], Any]
"""Takes the object that was formed and the value; returns what is to be written."""

ReadRule = Callable[[Object], Object]
"""Takes what was sent; returns an object with the declared names."""

ALWAYS = frozenset({"id", "version", "usage", "hasFormalLevels"})
"""Fields that are written even where they hold their defaults."""


@dataclass(frozen=True, eq=False)
class Dialect:
    """How one version of SDMX-JSON differs from the declarations.

    Attributes:
        write: the rules of writing by class.
        read: the rules of reading by class.
        texts: the classes of values for which a string may stand, if it is all they say.
    """

    write: Mapping[type[Value], WriteRule]
    read: Mapping[type[Value], ReadRule] = field(default_factory=dict)
    texts: frozenset[type[Value]] = frozenset()


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of a message.

    Attributes:
        preferred: those that the best match is sought in, best first.
        used: those that texts were found in; grows while values are formed.
    """

    preferred: tuple[str, ...]
    used: dict[str, None] = field(default_factory=dict)


def best_match_name(json_name: str) -> str:
    """Return the name under which the best match of texts stands: ``names``, ``name``."""
    return json_name.removesuffix("s")


def form(value: Value, dialect: Dialect, languages: Languages) -> Any:
    """Return a value as what JSON holds."""
    formed: Object = {}
    for declaration in declared(type(value)):
        content = getattr(value, declaration.name)
        if content is None or (
            content == declaration.default and declaration.json_name not in ALWAYS
        ):
            continue
        if declaration.is_text_by_language:
            best = best_match_name(declaration.json_name)
            formed[best] = localised(content, languages.preferred)
            languages.used.update(dict.fromkeys(content))
        formed[declaration.json_name] = _form_content(content, dialect, languages)
    for rule in _write_rules(type(value), dialect):
        formed = rule(formed, value)
    return formed


def unform(cls: type[Value], sent: Any, dialect: Dialect, language: str) -> Any:
    """Return what was sent for a value, with the declared names throughout.

    ``language`` is that of texts that say none.

    Raises:
        MessageSyntaxError: if something else than an object stands where one should.
    """
    if isinstance(sent, str) and cls in dialect.texts:
        sent = {"value": sent}
    if not isinstance(sent, dict):
        raise MessageSyntaxError(f"{sent!r} should be an object ({cls.__name__}).")
    for rule in _read_rules(cls, dialect):
        sent = rule(sent)
    found: Object = {}
    for declaration in declared(cls):
        content = _find(sent, declaration, language)
        if content is None:
            continue
        if declaration.cls:
            content = _unform_content(declaration.cls, content, dialect, language)
        found[declaration.json_name] = content
    return found


def without(*names: str) -> Callable[[Object, Any], Object]:
    """Return a rule that leaves out what the format has no field for."""

    def rule(formed: Object, value: Any) -> Object:
        return {name: content for name, content in formed.items() if name not in names}

    return rule


def renamed(old: str, new: str) -> Callable[[Object, Any], Object]:
    """Return a rule that gives a field another name."""

    def rule(formed: Object, value: Any) -> Object:
        return {new if name == old else name: content for name, content in formed.items()}

    return rule


def _form_content(content: Any, dialect: Dialect, languages: Languages) -> Any:
    if isinstance(content, Value):
        return form(content, dialect, languages)
    if isinstance(content, tuple) and content and isinstance(content[0], Value):
        return [form(part, dialect, languages) for part in content]
    return content


def _find(sent: Object, declaration: Field, language: str) -> Any:
    content = sent.get(declaration.json_name)
    if content is None and declaration.is_text_by_language:
        best = sent.get(best_match_name(declaration.json_name))
        return None if best is None else {language: best}
    return content


def _unform_content(cls: type[Value], content: Any, dialect: Dialect, language: str) -> Any:
    if isinstance(content, list):
        return [unform(cls, part, dialect, language) for part in content]
    return unform(cls, content, dialect, language)


@cache
def _write_rules(cls: type[Value], dialect: Dialect) -> tuple[WriteRule, ...]:
    """Return the rules of a class, those of what it inherits from first."""
    ancestors = reversed(cls.__mro__)
    return tuple(dialect.write[ancestor] for ancestor in ancestors if ancestor in dialect.write)


@cache
def _read_rules(cls: type[Value], dialect: Dialect) -> tuple[ReadRule, ...]:
    return tuple(dialect.read[ancestor] for ancestor in cls.__mro__ if ancestor in dialect.read)
