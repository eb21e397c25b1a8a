"""The words a writer may have meant: ids and names that are nearest to what was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from sdmx_server.dataset import Component, localised

_NEAREST = 3
_LISTED = 12  # ids; more are not written into a sentence
_MOST_SOUGHT = 100  # misspelt texts of one column; seeking costs some milliseconds each
_CUTOFF = 0.6


class Vocabulary:
    """Allowed ids with their names by language, and other texts that may mean them."""

    def __init__(
        self,
        names: Mapping[str, Mapping[str, str]],
        spellings: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._names = names
        self._spellings = spellings or {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._ids: dict[str, list[str]] = {}

    def nearest(self, text: str) -> tuple[str, ...]:
        """Return the ids that a text may mean, by their spelling or their names', best first."""
        if text not in self._found:
            if len(self._found) >= _MOST_SOUGHT:
                return ()
            self._found[text] = self._sought(text)
        return self._found[text]

    def hints(self, suggestions: Sequence[str]) -> Mapping[str, str]:
        """Return the end of a sentence, by language: what may be meant, or what is allowed."""
        return {
            "hint_id": self._hint(suggestions, ("id", "en"), "mungkin", "yang boleh"),
            "hint_en": self._hint(suggestions, ("en", "id"), "perhaps", "allowed are"),
        }

    def _sought(self, text: str) -> tuple[str, ...]:
        if not self._ids:
            self._index()
        wanted = text.strip().casefold()
        matches = get_close_matches(wanted, self._ids, _NEAREST, _CUTOFF)
        found = dict.fromkeys(id_ for match in matches for id_ in self._ids[match])
        return tuple(found)[:_NEAREST]

    def _index(self) -> None:
        for id_, names in self._names.items():
            labels = (id_, *names.values(), *self._spellings.get(id_, ()))
            for label in {label.casefold() for label in labels}:
                self._ids.setdefault(label, []).append(id_)
        self._ids = {label: ids for label, ids in self._ids.items() if len(ids) <= _NEAREST}

    def _hint(
        self, suggestions: Sequence[str], languages: tuple[str, ...], perhaps: str, allowed: str
    ) -> str:
        if suggestions:
            named = (self._named(id_, languages) for id_ in suggestions)
            return f"; {perhaps} {', '.join(named)}"
        return f"; {allowed} {', '.join(self._names)}" if len(self._names) <= _LISTED else ""

    def _named(self, id_: str, languages: tuple[str, ...]) -> str:
        name = localised(self._names[id_], languages)
        return f"{name!r} ({id_})" if name and name != id_ else id_


def of_codes(component: Component) -> Vocabulary:
    """Return the codes that a component allows; annotations may hold other spellings."""
    codes = component.codes or {}
    if component.allowed is not None:
        codes = {id_: code for id_, code in codes.items() if id_ in component.allowed}
    spellings = {id_: [a.value for a in code.annotations if a.value] for id_, code in codes.items()}
    return Vocabulary({id_: code.names for id_, code in codes.items()}, spellings)


def of_components(components: Iterable[Component]) -> Vocabulary:
    """Return the columns that a structure knows."""
    return Vocabulary({c.id: c.names for c in components})
