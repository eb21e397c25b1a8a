"""The HTTP side of an answer: what was negotiated, validators, headers, body.

Source: RFC 9110, sections 8, 12 and 13; SDMX-REST 2.2, doc/headers.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
    """

    content_type: str
    encoding: str
    content_languages: tuple[str, ...]
    etag: str
    last_modified: datetime
    message: Message

    @property
    def is_held_by_client(self) -> bool:
        """Whether the client named the tag of this very answer, so that there is one.

        ``*`` and dates name none: they count only once the answer is found (``response``).
        """
        tags = request.environ.get("HTTP_IF_NONE_MATCH", "*")
        return tags.strip() != "*" and negotiate.not_modified(tags, None, self.etag, None)

    def not_modified(self) -> Response:
        """Return the answer that says so."""
        return self._with_headers(Response(status=304))

    def response(self, pieces: Iterable[bytes], file: str = "") -> Response:
        """Return the answer; its first piece is made here, so that errors come in time.

        Args:
            pieces: the message.
            file: the name of the file that a browser should save it as; empty for none.
        """
        if negotiate.not_modified(
            request.environ.get("HTTP_IF_NONE_MATCH"),
            request.environ.get("HTTP_IF_MODIFIED_SINCE"),
            self.etag,
            self.last_modified,
        ):
            return self.not_modified()
        response = ranges.whole_or_part(self.etag, self.body(pieces))
        if isinstance(pieces, list) and self.encoding == "identity" and response.status_code == 200:
            response.headers["Content-Length"] = str(sum(map(len, pieces)))
        response.headers["Content-Type"] = self.content_type
        response.headers.add("Content-Language", ", ".join(self.content_languages))
        if file:
            response.headers.add("Content-Disposition", f'attachment; filename="{file}"')
        if self.encoding != "identity":
            response.headers.add("Content-Encoding", self.encoding)
        return self._with_headers(response)

    def body(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Return the answer as it is sent; its first piece is made here."""
        rest = iter(pieces)
        first = next(rest, b"")
        return encoded(chain([first], rest), self.encoding)

    def _with_headers(self, response: Response) -> Response:
        for name, value in (
            ("ETag", self.etag),
            ("Last-Modified", _http_date(self.last_modified)),
            ("Cache-Control", "no-cache"),
            ("Vary", VARY),
        ):
            response.headers.add(name, value)
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
    terms = _terms(
        content_type,
        request.environ.get("HTTP_ACCEPT_ENCODING"),
        request.environ.get("HTTP_ACCEPT_LANGUAGE"),
        (arguments.get("compression"), arguments.get("lang")),
        site.languages,
    )
    states = list(revisions)
    changed = max(state.changed for state in states).astimezone(UTC)
    stands = ",".join(f"{state.number} {state.changed.isoformat()}" for state in states)
    identity = "\n".join((site.sender, stands, request.full_path, terms.identity, audience))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:24]
    return Envelope(
        content_type=content_type,
        encoding=terms.encoding,
        content_languages=terms.content_languages,
        etag=f'"{digest}"' if terms.encoding == "identity" else f'"{digest}-{terms.encoding}"',
        last_modified=changed.replace(microsecond=0),
        message=Message(
            id=f"M{digest}",
            prepared=_next_second(changed),
            sender=site.sender,
            sender_names=site.sender_names,
            languages=terms.languages.preferred,
            all_languages=terms.languages.all,
            only_languages=terms.only_languages,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    """What was negotiated beside the format.

    Attributes:
        encoding: of the content.
        languages: those that the client wants.
        only_languages: those that artefacts are cut to; empty for all.
        content_languages: those of the texts in the answer.
        identity: tells these terms from others, but not the encoding.
    """

    encoding: str
    languages: Languages
    only_languages: tuple[str, ...]
    content_languages: tuple[str, ...]
    identity: str


@lru_cache(maxsize=1024)  # clients send the same few headers over and over
def _terms(
    content_type: str,
    accept_encoding: str | None,
    accept_language: str | None,
    by_url: tuple[str | None, str | None],
    offered: tuple[str, ...],
) -> _Terms:
    compression, lang = by_url
    languages = negotiate.languages(accept_language, lang, offered, available=offered)
    only = _only_languages(content_type, languages)
    return _Terms(
        encoding=negotiate.choose_encoding(accept_encoding, compression),
        languages=languages,
        only_languages=only,
        content_languages=_content_languages(content_type, languages, only, offered),
        identity="\n".join((__version__, ",".join(offered), content_type, repr(languages))),
    )


@lru_cache(maxsize=64)
def _http_date(instant: datetime) -> str:
    return http_date(instant)


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


def _content_languages(
    content_type: str, languages: Languages, only: tuple[str, ...], offered: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the languages of the texts: those shown of artefacts, the best one with data."""
    shown = _shown(only or languages.preferred, offered)
    if "xml" in content_type or ("json" in content_type and "data+" not in content_type):
        return shown if only else offered
    return offered if languages.all else shown[:1]


def _shown(languages: tuple[str, ...], offered: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the server's languages that are wanted, or else its first."""
    wanted = dict.fromkeys(language.partition("-")[0] for language in languages)
    return tuple(each for each in wanted if each in offered) or offered[:1]
