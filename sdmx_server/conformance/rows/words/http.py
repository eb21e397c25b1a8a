"""Words about status, header fields and errors.

Source: RFC 9110; SDMX-REST 1.5, section 4.7; SDMX-REST 2.2, doc/status.md.
"""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Mapping, Sequence
from typing import Any

from sdmx_server.conformance.check import Unmet
from sdmx_server.conformance.decoding.messages import error_codes, error_texts
from sdmx_server.conformance.expectations import require, require_status
from sdmx_server.conformance.request import Answer
from sdmx_server.conformance.rows.words.word import Ask, Together, Word, require_equal

SDMX = "application/vnd.sdmx."


def status(value: Any, answer: Answer, _: Ask) -> None:
    """The status is this, or one of these: ``status = 404``, ``status = [200, 204]``."""
    require_status(answer, *(value if isinstance(value, list) else [value]))


def media_type(value: str, answer: Answer, _: Ask) -> None:
    """Content came, of exactly this type: ``type = "data+json;version=2.1.0"``."""
    require_status(answer, 200)
    expected = value if "/" in value.partition(";")[0] else SDMX + value
    require_equal(answer.headers.get("content-type", "").replace("; ", ";"), expected, "the type")


def error(value: int, answer: Answer, _: Ask) -> None:
    """The content is an error of SDMX with this number, and a text: ``error = 140``.

    It shows nothing of the inside, such as a stack trace.
    """
    require_equal(error_codes(answer.body), [str(value)], "the numbers of the errors")
    require(bool(error_texts(answer.body)), "the error has no text")
    require(b"Traceback" not in answer.body, "the error shows a stack trace")


def empty(value: bool, answer: Answer, _: Ask) -> None:
    """There is no content, or there is: ``empty = true``."""
    require_equal(not answer.body, value, "that there is no content")


def headers(value: Mapping[str, Any], answer: Answer, _: Ask) -> None:
    """Header fields are these, hold all of these, or are absent.

    ``headers = { Vary = ["Accept", "Accept-Language"], Allow = "GET", Age = false }``
    """
    for name, expected in value.items():
        found = answer.headers.get(name.lower())
        if isinstance(expected, bool):
            require_equal(found is not None, expected, f"that there is a header field {name}")
        elif isinstance(expected, list):
            members = [part.strip() for part in (found or "").split(",")]
            lacking = [each for each in expected if each not in members]
            require(not lacking, f"{name} is {found}, without {', '.join(lacking)}")
        else:
            require_equal(found, expected, f"the header field {name}")


def says(value: Any, answer: Answer, _: Ask) -> None:
    """The content has these words in it: ``says = ["limit", "0"]``."""
    content = answer.body.decode(errors="replace")
    for each in value if isinstance(value, list) else [value]:
        require(each in content, f"the content does not say {each!r}")


def never_says(value: Any, answer: Answer, _: Ask) -> None:
    """The content has none of these words in it: ``never_says = ["Traceback"]``."""
    content = answer.body.decode(errors="replace")
    for each in value if isinstance(value, list) else [value]:
        require(each not in content, f"the content says {each!r}")


def byte_order_mark(value: bool, answer: Answer, _: Ask) -> None:
    """The content begins with a byte order mark, or does not: ``byte_order_mark = false``."""
    require_status(answer, 200)
    require_equal(answer.body.startswith(codecs.BOM_UTF8), value, "that there is a mark")


def same_headers(value: Sequence[str], answers: Sequence[Answer]) -> None:
    """These header fields are the same in all answers: ``same_headers = ["ETag"]``."""
    for name in value:
        found = _fields(name, answers)
        require(len(set(found)) == 1, f"{name} is different: {', '.join(found)}")


def other_headers(value: Sequence[str], answers: Sequence[Answer]) -> None:
    """These header fields are different in all answers: ``other_headers = ["ETag"]``."""
    for name in value:
        found = _fields(name, answers)
        require(len(set(found)) == len(found), f"{name} is the same: {', '.join(found)}")


def _fields(name: str, answers: Sequence[Answer]) -> list[str]:
    """Return a header field of all answers.

    Raises:
        Unmet: where one is without.
    """
    found = [answer.headers.get(name.lower(), "") for answer in answers]
    require(all(found), f"an answer has no header field {name}")
    return found


def all_headers(value: Sequence[str], answers: Sequence[Answer]) -> None:
    """All header fields are the same in all answers, but for some: ``all_headers = ["Date"]``."""
    apart = {name.lower() for name in value}
    first, *others = ({k: v for k, v in a.headers.items() if k not in apart} for a in answers)
    for other in others:
        differing = sorted(dict(first.items() ^ other.items()))
        require(not differing, f"header fields differ: {', '.join(differing)}")


def same_content(value: bool, answers: Sequence[Answer]) -> None:
    """All answers have the same content, byte by byte, or differ: ``same_content = true``."""
    require_equal(len({answer.body for answer in answers}) == 1, value, "that all content is one")


def compressed(value: bool, answer: Answer, _: Ask) -> None:
    """The content was sent compressed by gzip, or as it is: ``compressed = true``."""
    require_equal(answer.headers.get("content-encoding") == "gzip", value, "that it is compressed")
    if value and answer.wire >= len(answer.body) > len(gzip.compress(b"")) * 10:
        raise Unmet(f"{len(answer.body)} bytes were sent as {answer.wire}")


WORDS: Mapping[str, Word] = {
    "status": status,
    "type": media_type,
    "error": error,
    "empty": empty,
    "headers": headers,
    "says": says,
    "never_says": never_says,
    "compressed": compressed,
    "byte_order_mark": byte_order_mark,
}
TOGETHER: Mapping[str, Together] = {
    "same_headers": same_headers,
    "other_headers": other_headers,
    "all_headers": all_headers,
    "same_content": same_content,
}
