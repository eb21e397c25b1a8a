"""A page in the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, render_template, request

Words = Mapping[str, Mapping[str, str]]
"""The texts of a page, by language and by name."""

_OTHER = {"id": "en", "en": "id"}


def language() -> str:
    """Return ``id`` or ``en``: what the address asks for, else the browser, else Indonesian."""
    asked = request.args.get("lang")
    accepted = request.accept_languages.values()  # the best first
    offered = (tag.partition("-")[0].lower() for tag in (asked, *accepted) if tag)
    return next((tag for tag in offered if tag in _OTHER), "id")


def page(template: str, words: Words, **content: Any) -> Response:
    """Return a page, which says that it depends on the language of the reader."""
    spoken = language()
    text = render_template(
        template, language=spoken, other=_OTHER[spoken], words=words[spoken], **content
    )
    response = make_response(text)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = spoken
    return response
