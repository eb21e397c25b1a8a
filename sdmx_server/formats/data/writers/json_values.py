"""The values of components that an SDMX-JSON answer uses, numbered as they are first seen.

Series and observations refer to values by number; the values themselves are listed in the
structure, which is written after the data, so that it lists only what was used.

Source: sdmx-json 1.0.0, 2.0.0 and 2.1.0, data-message/docs/1-sdmx-json-field-guide.md,
"handling indexes" and "component value".
"""

from __future__ import annotations

import msgspec
import pyarrow as pa

from sdmx_server.dataset import Codes, Component
from sdmx_server.formats.data.writers.texts import Lookup, Piece, each, filled
from sdmx_server.metadata import Content

NULL = "null"


class Values:
    """The values of one component, in the order of their numbers.

    Attributes:
        component: whose values they are.
        has_members: whether the codes of an array are numbered each by itself.
        numbers: the number of each value by its text.
    """

    def __init__(self, component: Component, *, numbers_members: bool) -> None:
        self.component = component
        self.has_members = numbers_members and component.is_array and component.is_coded
        self.numbers: dict[str, int] = {}
        self._dictionary: tuple[str, ...] = ()
        self._lookup = Lookup((), self.cell, NULL)

    def cell(self, text: str) -> str:
        """Return what stands for a value in the data: its number, or an array of numbers."""
        if self.has_members:
            return self._numbered(msgspec.json.decode(text))
        return str(self._number(text))

    def cells(self, codes: Codes, dictionary: tuple[str, ...]) -> Piece:
        """Return what stands for each of some codes; ``null`` for an absent one."""
        if dictionary is not self._dictionary:
            self._dictionary = dictionary
            self._lookup = Lookup(dictionary, self.cell, NULL)
        return self._lookup.column(codes)

    def cells_of(self, texts: pa.StringArray) -> Piece:
        """Return what stands for each of some texts; ``null`` for an absent one."""
        return filled(texts, each(self.cell), NULL)

    def _numbered(self, content: Content) -> str:
        if isinstance(content, list):
            return f"[{','.join(map(self._numbered, content))}]" if content else NULL
        return str(self._number(content)) if isinstance(content, str) else NULL

    def _number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))
