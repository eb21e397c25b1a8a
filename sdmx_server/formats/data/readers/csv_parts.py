"""SDMX-CSV decoded by Arrow, in parts of whole rows.

Arrow decodes ten times faster than a reader of records, and overlooks mistakes that are to be
told: text behind a closing quote, a cell without end. A part about which there is any doubt is
therefore refused here, and the whole file left to ``csv_records``, which knows every fault.

Source: RFC 4180; SDMX-CSV 1.0, 2.0 and 2.1 data message field guides.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from sdmx_server.formats.data.readers import csv_header
from sdmx_server.formats.data.readers.csv_header import Header
from sdmx_server.formats.data.readers.csv_table import Table
from sdmx_server.formats.data.readers.faults import FaultList
from sdmx_server.model.cells import ENCODED, distinct
from sdmx_server.model.delivery import DeliveryFaults, Indivisible

SIZE = 4 << 20
"""About how many bytes a part has."""

_SAMPLE = 256 << 10  # bytes
_THREADS = 2
_SEPARATORS = ",;|\t"
_MARK = b"\xef\xbb\xbf"
_QUOTE, _END, _RETURN = b'"\n\r'

Octets = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Lines = range | Places


@dataclass(frozen=True, slots=True)
class _Form:
    """How the records of a file are decoded: its header, and the Arrow type of each column."""

    header: Header
    types: Sequence[pa.DataType]


@dataclass(frozen=True, slots=True)
class _Part:
    """Decoded records.

    Attributes:
        columns: one array of texts a column.
        rows: the line where each row begins; 0 is the first.
        lines: how many lines end in the part.
    """

    columns: Sequence[pa.Array]
    rows: Lines
    lines: int


def read(stream: BinaryIO, size: int = SIZE) -> Iterator[Table]:
    """Yield the rows of a file in parts, each as a table of its own.

    Args:
        stream: the file.
        size: about how many bytes a part has.

    Raises:
        Indivisible: at a part that has to be read record by record.
    """
    contents = _contents(stream, size)
    header, line, first = _headed(next(contents, b""))
    form = _Form(header, _types(header, first))
    rows = 0
    for part in _decoded(first, contents, form):
        if len(part.rows):
            yield Table(header, part.columns, _shifted(part.rows, line))
        rows += len(part.rows)
        line += part.lines
    if not rows:
        raise Indivisible("there are no rows")


def _shifted(rows: Lines, line: int) -> Sequence[int]:
    if isinstance(rows, range):
        return range(rows.start + line, rows.stop + line)
    return (rows + line).data


def _contents(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Cut a file between records."""
    rest = b""
    while block := stream.read(size):
        whole = rest + block
        end = _last_end(whole)
        if end:
            yield whole[:end]
        rest = whole[end:]
        if len(rest) > 2 * size:
            raise Indivisible("a record is very long")
    if rest:
        yield rest


def _last_end(content: bytes) -> int:
    """Return where the last whole record ends: behind a line end outside of quotes."""
    inside, end = content.count(b'"') % 2 == 1, len(content)
    while True:
        place = content.rfind(b"\n", 0, end)
        if place < 0:
            return 0
        inside ^= content.count(b'"', place, end) % 2 == 1
        if not inside:
            return place + 1
        end = place


def _headed(content: bytes) -> tuple[Header, int, bytes]:
    """Return the header, the line below it, and the records from there on."""
    content = content.removeprefix(_MARK)
    end = _first_end(content)
    found = FaultList("")
    try:
        header = csv_header.read(content[:end].decode(), found)
    except (DeliveryFaults, UnicodeDecodeError) as error:
        raise Indivisible("the header has faults") from error
    if found.faults or header.separator not in _SEPARATORS or _has_return(content[:end]):
        raise Indivisible("the header has faults, or an unusual separator")
    return header, 1 + content.count(b"\n", 0, end), content[end:]


def _first_end(content: bytes) -> int:
    """Return where the first record ends; 0 where it does not."""
    inside, start = False, 0
    while end := content.find(b"\n", start) + 1:
        inside ^= content.count(b'"', start, end) % 2 == 1
        if not inside:
            break
        start = end
    return end


def _has_return(content: bytes) -> bool:
    """Whether a carriage return stands alone, which ends a record as well."""
    return b"\r" in content and content.count(b"\r") != content.count(b"\r\n")


def _types(header: Header, content: bytes) -> list[pa.DataType]:
    """Return how to hold each column, by how often its texts repeat in the first rows."""
    sample = content[: _last_end(content[:_SAMPLE])]
    columns = _columns(sample, _Form(header, [pa.string()] * header.width))
    return [
        ENCODED if 2 * pc.count_distinct(c).as_py() <= len(c) - c.null_count else pa.string()
        for c in columns
    ]


def _decoded(first: bytes, others: Iterator[bytes], form: _Form) -> Iterator[_Part]:
    """Decode the parts, a few ahead of what is asked for."""
    yield _part(first, form)
    with ThreadPoolExecutor(_THREADS) as threads:
        running: deque[Future[_Part]] = deque()
        try:
            for content in others:
                running.append(threads.submit(_part, content, form))
                if len(running) > _THREADS:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def _part(content: bytes, form: _Form) -> _Part:
    if content.startswith(_MARK) or _has_return(content):
        raise Indivisible("there is a byte order mark or a line end within")
    octets = np.frombuffer(content, np.uint8)
    quotes: Places = np.flatnonzero(octets == _QUOTE) if b'"' in content else np.zeros(0, np.int64)
    if not _are_paired(octets, quotes, ord(form.header.separator)):
        raise Indivisible("a quote stands where none should")
    columns = _columns(content, form)
    ends = octets == _END
    lines = int(np.count_nonzero(ends))
    if len(columns[0]) == lines + np.count_nonzero(octets[-1:] != _END):
        return _Part(columns, range(len(columns[0])), lines)
    rows = _rows(octets, np.flatnonzero(ends), quotes)
    if len(rows) != len(columns[0]):
        raise Indivisible("rows and lines do not agree")
    return _Part(columns, rows, lines)


def _are_paired(octets: Octets, quotes: Places, separator: int) -> bool:
    """Whether each quote opens or closes a cell, or is one of two within a quoted cell."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    doubled = closing[:-1] + 1 == opening[1:]
    opens = np.isin(octets[opening - 1], (separator, _END)) | (opening == 0)
    last = len(octets) - 1
    closes = np.isin(octets[np.minimum(closing + 1, last)], (separator, _END, _RETURN))
    closes |= closing == last
    opens[1:] |= doubled
    closes[:-1] |= doubled
    return bool(opens.all() and closes.all())


def _columns(content: bytes, form: _Form) -> list[pa.Array]:
    """Decode records; an empty cell is null, whether in quotes or not."""
    names = [str(place) for place in range(form.header.width)]
    if not content:
        return [pa.array([], kind) for kind in form.types]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(
                column_names=names, block_size=len(content) + 1, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=form.header.separator, newlines_in_values=True
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict(zip(names, form.types, strict=True)),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Indivisible("a row is too long or too short, or not UTF-8") from error
    columns = [_whole(column, kind) for column, kind in zip(table.columns, form.types, strict=True)]
    longest = (pc.max(pc.binary_length(distinct(column))).as_py() or 0 for column in columns)
    if max(longest) > csv.field_size_limit():
        raise Indivisible("a cell is too long")
    return columns


def _whole(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], kind)


def _rows(octets: Octets, ends: Places, quotes: Places) -> Places:
    """Return the line where each row begins; line ends in quotes end none, blank lines are none."""
    outside = np.searchsorted(quotes, ends) % 2 == 0
    starts = np.append(0, ends[outside] + 1)
    lines = np.append(0, np.flatnonzero(outside) + 1)
    starts, lines = starts[starts < len(octets)], lines[starts < len(octets)]
    return lines[~np.isin(octets[starts], (_END, _RETURN))]
