"""The archive that a workbook is: what it would take to open it, found before it is opened.

A few kilobytes can stand for a sheet that fills the memory: packed rows, one merged cell over
a whole sheet, one cell in its last row and column.

Source: ECMA-376-1, sections 18.3.1.55 (mergeCell), 18.3.1.47 (hyperlink), 18.7.3 (comment).
"""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import IO
from xml.parsers import expat

from openpyxl.utils.cell import range_boundaries

from loaders import faults
from sdmx_server.model import fault_kinds
from sdmx_server.model.delivery import DeliveryFaults, Place, complain

LARGEST = 200_000_000
"""The largest workbook that is read, in bytes when unpacked."""
MOST_CELLS = 1_000_000
"""How many cells the sheet, and all areas named in the workbook, may span."""

_AREAS = ("mergeCell", "hyperlink", "comment")  # every cell of their ``ref`` is made
_HEIGHT, _WIDTH = 1_048_576, 16_384


def check_archive(path: Path) -> None:
    """Check that a workbook can be opened within bounds; whether it is sound is seen then.

    Raises:
        DeliveryFaults: if it is too large, or holds a DOCTYPE.
        zipfile.BadZipFile: if it is no archive.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        size = sum(member.file_size for member in members)
        if size > LARGEST:
            fault = complain(faults.TOO_LARGE, Place(path.name), str(size), (), limit=LARGEST)
            raise DeliveryFaults([fault])
        named = _Areas(path.name)
        for member in members:
            with archive.open(member) as part:
                named.read(part)


def check_span(cells: int, place: Place) -> None:
    """Refuse more cells than are read.

    Raises:
        DeliveryFaults: if there are more.
    """
    if cells > MOST_CELLS:
        fault = complain(faults.TOO_MANY_CELLS, place, str(cells), (), limit=MOST_CELLS)
        raise DeliveryFaults([fault])


class _Areas:
    """The cells that the areas named in the parts of a workbook span, counted as they come."""

    def __init__(self, file: str) -> None:
        self._place = Place(file)
        self._cells = 0

    def read(self, part: IO[bytes]) -> None:
        """Count the areas of one part; one that is no XML names none."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = self._doctype
        with suppress(expat.ExpatError):
            parser.ParseFile(part)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] in _AREAS and "ref" in attributes:
            self._cells += _area(attributes["ref"])
            check_span(self._cells, self._place)

    def _doctype(self, *_: object) -> None:
        raise DeliveryFaults([complain(fault_kinds.DOCTYPE, self._place)])


def _area(reference: str) -> int:
    """Return how many cells ``A1:C3`` spans; 0 for what is no such reference."""
    try:
        left, top, right, bottom = range_boundaries(reference)
    except ValueError:
        return 0
    width = (right or _WIDTH) - (left or 1) + 1
    height = (bottom or _HEIGHT) - (top or 1) + 1
    return max(width, 1) * max(height, 1)
