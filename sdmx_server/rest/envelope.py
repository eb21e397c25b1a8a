"""The HTTP side of an answer: what was negotiated, validators, headers, body.

Source: RFC 9110, sections 8, 12 and 13; SDMX-REST 2.2, doc/headers.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from flask import Response, request
from werkzeug.http import http_date

from sdmx_server import __version__
from sdmx_server.dataset import Message
from sdmx_server.rest import negotiate, ranges
from sdmx_server.rest.compression import encoded
from sdmx_server.rest.negotiate import Languages
from sdmx_server.site import Site
from sdmx_server.storage.database import Revision

VARY = "Accept, Accept-Encoding, Accept-Language"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an answer before any work is done for it.

    Attributes:
        content_type: media type with its parameters.
        encoding: ``identity``, ``gzip``, ``zstd`` or ``deflate``.
        content_languages: languages of the texts in the answer.
        etag: strong validator, quoted.
        last_modified: when anything that the answer may rest on last changed, UTC.
        message: the SDMX header. It tells the time of that last change, so that equal
            questions get equal bytes until something changes.
        file: the name of the file that a browser should save the answer as; empty for none.
    """

    content_type: str
    encoding: str
    content_languages: tuple[str, ...]
    etag: str
    last_modified: datetime
    message: Message
    file: str = ""

    @property
    def is_held_by_client(self) -> bool:
        """Whether the client named the tag of this very answer, so that there is one.

        ``*`` and dates name none: they count only once the answer is found (``response``).
        """
        tags = request.headers.get("If-None-Match", "*")
        return tags.strip() != "*" and negotiate.not_modified(tags, None, self.etag, None)

    def not_modified(self) -> Response:
        """Return the answer that says so."""
        return self._with_headers(Response(status=304))

    def response(self, pieces: Iterable[bytes]) -> Response:
        """Return the answer; its first piece is made here, so that errors come in time."""
        if negotiate.not_modified(
            request.headers.get("If-None-Match"),
            request.headers.get("If-Modified-Since"),
            self.etag,
            self.last_modified,
        ):
            return self.not_modified()
        response = ranges.whole_or_part(self.etag, self.body(pieces))
        response.headers["Content-Type"] = self.content_type
        response.headers["Content-Language"] = ", ".join(self.content_languages)
        if self.file:
            response.headers["Content-Disposition"] = f'attachment; filename="{self.file}"'
        if self.encoding != "identity":
            response.headers["Content-Encoding"] = self.encoding
        return self._with_headers(response)

    def body(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Return the answer as it is sent; its first piece is made here."""
        rest = iter(pieces)
        first = next(rest, b"")
        return encoded(chain([first], rest), self.encoding)

    def _with_headers(self, response: Response) -> Response:
        response.headers["ETag"] = self.etag
        response.headers["Last-Modified"] = http_date(self.last_modified)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Vary"] = VARY
        return response


def envelope_of(
    content_type: str,
    arguments: Mapping[str, str],
    revisions: Iterable[Revision],
    site: Site,
    audience: str = "",
) -> Envelope:
    """Negotiate what is left once the format is known.

    Args:
        content_type: the media type chosen, with its parameters.
        arguments: the parameters of the URL.
        revisions: of the stores that the answer rests on.
        site: the server.
        audience: what tells the answers apart that clients get to the same question.

    Raises:
        NotAcceptable: if no encoding or language that is asked for can be had.
    """
    encoding = negotiate.choose_encoding(
        request.headers.get("Accept-Encoding"), arguments.get("compression")
    )
    languages = negotiate.languages(
        request.headers.get("Accept-Language"),
        arguments.get("lang"),
        site.languages,
        available=site.languages,
    )
    states = list(revisions)
    changed = max(state.changed for state in states).astimezone(UTC)
    identity = "\n".join(
        [
            __version__,
            site.sender,
            ",".join(site.languages),
            *(f"{state.number} {state.changed.isoformat()}" for state in states),
            request.full_path,
            content_type,
            repr(languages),
            audience,
        ]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:24]
    return Envelope(
        content_type=content_type,
        encoding=encoding,
        content_languages=_content_languages(content_type, languages, site),
        etag=f'"{digest}"' if encoding == "identity" else f'"{digest}-{encoding}"',
        last_modified=changed.replace(microsecond=0),
        message=Message(
            id=f"M{digest}",
            prepared=_next_second(changed),
            sender=site.sender,
            sender_names=site.sender_names,
            languages=languages.preferred,
            all_languages=languages.all,
            only_languages=_only_languages(content_type, languages),
        ),
    )


def _next_second(instant: datetime) -> datetime:
    """Return the first whole second that is not before an instant.

    Formats that give seconds then name the same time as the others, and ``asOf`` it finds
    what the message holds.
    """
    whole = instant.replace(microsecond=0)
    return whole if whole == instant else whole + timedelta(seconds=1)


def _only_languages(content_type: str, languages: Languages) -> tuple[str, ...]:
    """Return the languages that artefacts are cut to.

    SDMX-ML has all languages unless the URL says otherwise; browsers send a header always.
    """
    return languages.asked if languages.by_url or "json" in content_type else ()


def _content_languages(content_type: str, languages: Languages, site: Site) -> tuple[str, ...]:
    """Return the languages of the texts: those shown of artefacts, the best one with data."""
    only = _only_languages(content_type, languages)
    offered = _offered(only or languages.preferred, site)
    if "xml" in content_type or ("json" in content_type and "data+" not in content_type):
        return offered if only else site.languages
    return site.languages if languages.all else offered[:1]


def _offered(languages: tuple[str, ...], site: Site) -> tuple[str, ...]:
    """Return those of the server's languages that are wanted, or else its first."""
    wanted = dict.fromkeys(language.partition("-")[0] for language in languages)
    return tuple(each for each in wanted if each in site.languages) or site.languages[:1]
