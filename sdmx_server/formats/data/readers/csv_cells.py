"""Cells of SDMX-CSV that hold several values, or text in several languages.

Such a cell becomes the JSON text that a delivery carries: ``v1;v2`` is ``["v1","v2"]``,
``id:Teks;en:Text`` is ``{"id":"Teks","en":"Text"}``, and several of the latter, each in
quotes, are an array of objects.

Source: SDMX-CSV 2.1 data message field guide, "Multi-valued and multilingual components".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pyarrow as pa

from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.csv_header import Column
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.formats.metadata.csv_cells import split
from sdmx_server.metadata import Content
from sdmx_server.model.cells import Cells, encoded


def to_json(
    cells: Cells, column: Column, separator: str, rows: Sequence[int], found: FaultList
) -> Cells:
    """Return the cells as JSON text; each distinct cell is parsed once."""
    array = encoded(cells.array)
    texts: list[str | None] = []
    for cell in array.dictionary.to_pylist():
        value = _parse(cell, column, separator)
        json_text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        texts.append(None if value is None else json_text)
    if None in texts:
        for row, code in zip(rows, array.indices.to_pylist(), strict=True):
            if code is not None and texts[code] is None:
                cell = array.dictionary[code].as_py()
                found.add(faults.MALFORMED_LANGUAGES, row, cell, column.id, separator=separator)
    return Cells(pa.array(texts, pa.string()).take(array.indices))


Value = str | dict[str, str]


def _parse(cell: str, column: Column, separator: str) -> Content | list[str] | list[Value]:
    if "." in column.id and column.arrays:
        return _parse_nested(cell, column, separator)
    parts = _split(cell, separator)
    if parts is None or not column.languages:
        return parts
    texts = _by_language(parts, column.languages)
    several = [_by_language(_split(part, separator), column.languages) for part in parts]
    objects: list[Value] = [item for item in several if item is not None]
    is_array = column.is_array or texts is None or _all_quoted(cell, parts)
    if is_array and len(objects) == len(parts):
        return objects
    return texts


def _parse_nested(cell: str, column: Column, separator: str) -> Content:
    """Return the values of a metadata attribute below others; None where they are malformed."""
    try:
        return split(cell, column.arrays, column.languages, separator)
    except ValueError:
        return None


def _split(cell: str, separator: str) -> list[str] | None:
    """Return the parts of a cell; None where a quote is not closed."""
    part = re.compile(
        rf'(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>(?!")[^{re.escape(separator)}]*))'
        rf"(?P<end>{re.escape(separator)}|\Z)"
    )
    parts: list[str] = []
    position, more = 0, True
    while more:
        match = part.match(cell, position)
        if match is None:
            return None
        quoted = match["quoted"]
        parts.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
        position, more = match.end(), bool(match["end"])
    return parts


def _by_language(parts: list[str] | None, languages: Sequence[str]) -> dict[str, str] | None:
    """Return text by language, or None where the parts are not one text a language."""
    texts: dict[str, str] = {}
    for part in parts or ():
        language, colon, text = part.partition(":")
        if not colon or language not in languages or language in texts:
            return None
        texts[language] = text
    return texts or None


def _all_quoted(cell: str, parts: Sequence[str]) -> bool:
    """Whether each part stands in quotes, which marks the values of an array."""
    return cell.startswith('"') and cell.count('"') >= 2 * len(parts)
