"""The words with which rows of the conformance table judge answers.

A word of ``WORDS`` judges one answer by the value that the row gives it, and may ask the service
further; one of ``TOGETHER`` judges all answers of a row. Both raise Unmet where an answer is not
what it should be.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdmx_server.conformance.rows.words import data, documents, http, structures, validity
from sdmx_server.conformance.rows.words.word import Together, Word

WORDS: Mapping[str, Word] = {
    **http.WORDS,
    **documents.WORDS,
    **data.WORDS,
    **structures.WORDS,
    **validity.WORDS,
}
TOGETHER: Mapping[str, Together] = {**data.TOGETHER, **structures.TOGETHER, **http.TOGETHER}
