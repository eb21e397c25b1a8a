"""Numbers as people write them, by a locale that was declared and never guessed.

``1.234`` is 1234 in Indonesian and 1.234 in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_FORMS: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"(?P<sign>[-−]?)(?P<whole>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<part>\d+))?"),
    "en": re.compile(r"(?P<sign>[-−]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"),
}
EXAMPLES: Mapping[str, str] = {"id": "1.234,5", "en": "1,234.5"}
_SHOWN_OTHERWISE = re.compile(r"%|,(?:\D|$)(?!#)|[Ee][+-]")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def read_number(text: str, locale: str) -> str | None:
    """Return a number with a point and no thousands mark; None where the text is none."""
    match = _FORMS[locale].fullmatch(text.strip())
    if match is None:
        return None
    sign = "-" if match["sign"] else ""
    whole = re.sub(r"\D", "", match["whole"])
    return f"{sign}{whole}.{match['part']}" if match["part"] else f"{sign}{whole}"


def is_shown_otherwise(number_format: str) -> bool:
    """Whether a workbook shows another number than it holds: percent, thousands, powers."""
    positive = _QUOTED.sub("", number_format).partition(";")[0]
    return _SHOWN_OTHERWISE.search(positive) is not None
