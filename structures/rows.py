"""Tables and documents of the content, with the line that each thing stands in."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from sdmx_server.model.artefact import Texts

Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands: a file, relative to the content, and a line from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; a cell that is not there is empty."""

    origin: Origin
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def words(self, column: str) -> list[str]:
        """Return the words of a cell, which stand apart by spaces."""
        return self[column].split()

    def texts(self, column: str, languages: tuple[str, ...]) -> Texts:
        """Return the texts of ``column_id``, ``column_en`` ... by language, without empty ones."""
        texts = {language: self[f"{column}_{language}"] for language in languages}
        return {language: text for language, text in texts.items() if text}


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Unreadable(Exception):
    """A file of the content is missing or cannot be read."""

    def __init__(self, origin: Origin, indonesian: str, english: str) -> None:
        super().__init__(f"{origin.file}:{origin.line}: {english}")
        self.origin = origin
        self.indonesian = indonesian
        self.english = english


def read_text(folder: Path, file: str) -> str:
    """Return the text of a file, which is UTF-8 with or without a byte order mark.

    Raises:
        Unreadable: if there is no such file or it is in another encoding.
    """
    try:
        return (folder / file).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise Unreadable(
            Origin(file, 1), "Berkas ini tidak ada.", "This file does not exist."
        ) from error
    except UnicodeDecodeError as error:
        raise Unreadable(
            Origin(file, 1),
            "Berkas ini bukan UTF-8; simpan sebagai 'CSV UTF-8'.",
            "This file is not UTF-8; save it as 'CSV UTF-8'.",
        ) from error


def read_table(folder: Path, file: str) -> Table:
    """Read a CSV file; a spreadsheet with Indonesian settings may have written semicolons.

    Raises:
        Unreadable: if it cannot be read, or a line has more cells than there are columns.
    """
    text = read_text(folder, file)
    header = text.split("\n", 1)[0]
    reader = csv.reader(
        text.splitlines(keepends=True),
        delimiter=";" if header.count(";") > header.count(",") else ",",
    )
    columns = tuple(cell.strip() for cell in next(reader, []))
    rows = []
    line = reader.line_num + 1
    for cells in reader:
        if any(cells):
            rows.append(_row(Origin(file, line), columns, cells))
        line = reader.line_num + 1
    return Table(file, columns, tuple(rows))


def _row(origin: Origin, columns: tuple[str, ...], cells: list[str]) -> Row:
    if len(cells) > len(columns):
        raise Unreadable(
            origin,
            f"Baris ini berisi {len(cells)} sel, padahal hanya ada {len(columns)} kolom; "
            "sel yang mengandung koma harus diapit tanda kutip.",
            f"This line has {len(cells)} cells where there are {len(columns)} columns; "
            "a cell that holds a comma needs quotes.",
        )
    return Row(origin, {c: cell.strip() for c, cell in zip(columns, cells, strict=False)})


def read_document(folder: Path, file: str, kind: type[Document]) -> Document:
    """Read a TOML file of a known shape.

    Raises:
        Unreadable: if it cannot be read or has another shape.
    """
    text = read_text(folder, file)
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Unreadable(
            Origin(file, 1),
            f"Berkas ini tidak dapat dibaca: {error}.",
            f"This file cannot be read: {error}.",
        ) from error


def line_of(folder: Path, file: str, word: str) -> Origin:
    """Return where a word first stands in a document, comments apart; its first line if not."""
    lines = enumerate(read_text(folder, file).splitlines(), 1)
    found = (n for n, line in lines if word in line and not line.startswith("#"))
    return Origin(file, next(found, 1))
