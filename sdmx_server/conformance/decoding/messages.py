"""Any message, read by what it looks like.

Source: SDMX-REST 2.2, doc/media_types.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sdmx_server.conformance.decoding import (
    data_csv,
    data_json,
    data_xml,
    structure_json,
    structure_xml,
)
from sdmx_server.conformance.decoding.content import Unreadable, json_document, name, syntax, xml
from sdmx_server.conformance.decoding.data import DataMessage
from sdmx_server.conformance.decoding.structure import Shape, StructureMessage


def data(body: bytes, shape: Shape) -> DataMessage:
    """Return a data message.

    Raises:
        Unreadable: if the content is none.
    """
    if not body.strip():
        raise Unreadable("the content is empty")
    with _held_together():
        kind = syntax(body)
        if kind == "json":
            return data_json.decode_json(body)
        return (data_xml.decode_xml if kind == "xml" else data_csv.decode_csv)(body, shape)


def structures(body: bytes) -> StructureMessage:
    """Return a structure message.

    Raises:
        Unreadable: if the content is none.
    """
    read = structure_json.decode_json if syntax(body) == "json" else structure_xml.decode_xml
    with _held_together():
        return read(body)


def error_codes(body: bytes) -> list[str]:
    """Return the codes of an error message, one an error.

    Raises:
        Unreadable: if the content is no error message of SDMX.
    """
    if syntax(body) == "json":
        errors = json_document(body).get("errors")
        if not isinstance(errors, list) or not errors:
            raise Unreadable("the JSON has no errors")
        return [str(each.get("code", "")) for each in errors if isinstance(each, dict)]
    root = xml(body)
    if name(root) != "Error":
        raise Unreadable(f"the root is {name(root)}, not Error of SDMX-ML")
    return [e.get("code", "") for e in root if name(e) == "ErrorMessage"]


def error_texts(body: bytes) -> list[str]:
    """Return what an error message says, as far as it says anything.

    Raises:
        Unreadable: if the content can be neither of the forms of an error message.
    """
    if syntax(body) == "json":
        errors = json_document(body).get("errors") or ()
        texts = [e.get(key) for e in errors for key in ("title", "detail")]
    else:
        texts = [e.text for e in xml(body).iter("{*}Text")]
    return [str(text) for text in texts if text]


@contextmanager
def _held_together() -> Iterator[None]:
    """Turn what trips a reader, such as an index that points nowhere, into Unreadable."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable(f"the message does not hold together: {error!r}") from None
