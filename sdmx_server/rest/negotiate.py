"""The choice of a format, an encoding and languages, and whether anything need be sent.

Source: SDMX-REST 1.5, section 4.6; SDMX-REST 2.2, doc/content_negotiation.md; RFC 9110,
sections 12 (content negotiation) and 13 (conditional requests).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from sdmx_server.errors import NotAcceptable
from sdmx_server.model.period import parse_instant
from sdmx_server.model.version import choose as choose_versions
from sdmx_server.rest.quality import Preference, parse

Encoding = Literal["gzip", "zstd", "deflate", "identity"]
Specificity = tuple[int, int]
"""How exactly a media range names a format: by type, then by parameters."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A format that a resource can be had in; the first in a list of them is the default.

    Attributes:
        media_type: its media type, without parameters.
        version: its version, as the media type writes it (``2.1``, ``3.1.0`` ...).
        aliases: other media types that mean it, in lower case.
        parameters: values that each parameter may have, the first being the default.
    """

    media_type: str
    version: str
    aliases: tuple[str, ...] = ()
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The format that is sent.

    Attributes:
        offer: the format.
        parameters: a value for each of its parameters.
        content_type: the media type in full: with version, and with the parameters that
            were asked for.
    """

    offer: Offer
    parameters: Mapping[str, str]
    content_type: str


SYNTAXES: Mapping[str, tuple[str, ...]] = {
    "json": ("application/json", "text/json"),
    "xml": ("application/xml", "text/xml"),
    "csv": ("text/csv", "application/csv"),
}
"""The media types that mean any format of one syntax."""

_SDMX = "application/vnd.sdmx."
FORMATS: Mapping[str, tuple[str, ...]] = {
    "genericdata": (f"{_SDMX}genericdata+xml",),
    "structurespecificdata": (f"{_SDMX}structurespecificdata+xml", f"{_SDMX}data+xml"),
    "generictimeseriesdata": (f"{_SDMX}generictimeseriesdata+xml",),
    "structurespecifictimeseriesdata": (f"{_SDMX}structurespecifictimeseriesdata+xml",),
    "genericmetadata": (f"{_SDMX}genericmetadata+xml", f"{_SDMX}metadata+xml"),
    "structurespecificmetadata": (f"{_SDMX}structurespecificmetadata+xml",),
    "structure": (f"{_SDMX}structure+xml",),
    "schema": (f"{_SDMX}schema+xml",),
    "jsondata": (f"{_SDMX}data+json",),
    "jsonstructure": (f"{_SDMX}structure+json",),
    "csvdata": (f"{_SDMX}data+csv",),
    **SYNTAXES,
}
"""The media types behind each value of the query parameter ``format``."""

_PARAMETER_ALIASES = {"label": "labels", "key": "keys"}
_ENCODINGS: Mapping[str, Encoding] = {
    "gzip": "gzip",
    "x-gzip": "gzip",
    "zstd": "zstd",
    "deflate": "deflate",
    "identity": "identity",
}
# In the order in which the server would rather send them.
_PREFERRED: tuple[Encoding, ...] = ("gzip", "zstd", "deflate", "identity")
_SHORT_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.IGNORECASE)


def choose(
    accept: str | None,
    offers: Sequence[Offer],
    format_: str | None = None,
    format_version: str | None = None,
) -> Chosen:
    """Choose the format that a client likes best; between equals the server's order decides.

    Args:
        accept: the Accept header field.
        offers: what the resource can be had in, the default first and the formats of one
            media type in the order in which a type without version should find them.
        format_: the query parameter ``format``, which wins over the header.
        format_version: the query parameter ``formatVersion``; without ``format`` it means
            nothing.

    Raises:
        NotAcceptable: if none of the offers will do.
    """
    if format_:
        ranges = _ranges_of_format(format_, format_version)
    else:
        ranges = parse(accept) or [Preference("*/*", {}, 1.0)]
    best: tuple[tuple[float, bool], Offer, Preference] | None = None
    for offer in offers:
        found = _best_range(ranges, offer, offers)
        if found is None or found[1].quality == 0:
            continue
        rank = (found[1].quality, found[0][0] > 1)
        if best is None or rank > best[0]:
            best = (rank, offer, found[1])
    if best is None:
        asked = f"format={format_!r}, formatVersion={format_version!r}" if format_ else accept
        raise NotAcceptable(f"{asked!s} cannot be had; offered is one of {_listed(offers)}.")
    return _chosen(best[1], best[2])


def choose_encoding(accept_encoding: str | None, compression: str | None = None) -> Encoding:
    """Choose how the answer is compressed.

    Args:
        accept_encoding: the Accept-Encoding header field; without it nothing is.
        compression: the query parameter, which wins over the header.

    Raises:
        NotAcceptable: if neither compressed nor uncompressed will do.
    """
    if compression:
        if compression.lower() not in _ENCODINGS:
            raise NotAcceptable(
                f"compression={compression!r} is not offered; allowed is one of "
                f"{', '.join(_PREFERRED)}."
            )
        return _ENCODINGS[compression.lower()]
    qualities = {each.value: each.quality for each in parse(accept_encoding)}
    if not qualities:
        return "identity"
    wanted = {_ENCODINGS[name]: q for name, q in qualities.items() if name in _ENCODINGS}
    if "*" in qualities:
        wanted = {name: qualities["*"] for name in _PREFERRED} | wanted
    # Sending things as they are is allowed unless it is ruled out, but only as a last resort.
    wanted.setdefault("identity", 0.0001)
    chosen = max(_PREFERRED, key=lambda name: wanted.get(name, 0.0))
    if not wanted.get(chosen):
        raise NotAcceptable(
            f"Accept-Encoding {accept_encoding!r} leaves none of {', '.join(_PREFERRED)}."
        )
    return chosen


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages that a client wants.

    Attributes:
        preferred: those to look for, best first; the server's own come last.
        asked: those that were named; empty where any will do.
        all: whether every language was asked for before any other.
        by_url: whether the URL said so, not the header.
    """

    preferred: tuple[str, ...]
    asked: tuple[str, ...] = ()
    all: bool = False
    by_url: bool = False


def languages(
    accept_language: str | None,
    lang: str | None = None,
    default: tuple[str, ...] = ("id", "en"),
    available: Collection[str] | None = None,
) -> Languages:
    """Return the languages that a client wants.

    Args:
        accept_language: the Accept-Language header field; it is never refused.
        lang: the query parameter, a language or ``all``; it wins over the header.
        default: the languages of the server.
        available: the languages that the answer is in; None where that is not known.

    Raises:
        NotAcceptable: if ``lang`` is no language, or none that is available.
    """
    if lang:
        return _languages_of_parameter(lang, default, available)
    preferences = [each for each in parse(accept_language) if each.quality > 0]
    preferences.sort(key=lambda each: -each.quality)
    words = [each.value for each in preferences]
    named = _unique(*(_cased(word) for word in words if _LANGUAGE.fullmatch(word)))
    return Languages(
        preferred=_unique(*named, *default),
        asked=() if "*" in words else named,
        all=words[:1] == ["*"],
    )


def not_modified(
    if_none_match: str | None,
    if_modified_since: str | None,
    etag: str | None,
    last_modified: datetime | None,
    now: datetime | None = None,
) -> bool:
    """Whether a client already holds what would be sent.

    Args:
        if_none_match: the header field; where it is given, dates do not count.
        if_modified_since: the header field, as an HTTP date or ``xs:dateTime``; a date that
            cannot be read or lies in the future does not count.
        etag: the entity tag of the answer, with or without quotes.
        last_modified: when the answer last changed, with a zone.
        now: the present instant; None for that of the clock.
    """
    if if_none_match:
        tags = {_opaque(tag) for tag in if_none_match.split(",")}
        return etag is not None and ("*" in tags or _opaque(etag) in tags)
    since = _parse_date(if_modified_since) if if_modified_since else None
    if since is None or last_modified is None or since > (now or datetime.now(UTC)):
        return False
    return last_modified.replace(microsecond=0) <= since


def _ranges_of_format(format_: str, format_version: str | None) -> list[Preference]:
    media_types = FORMATS.get(format_.lower())
    if media_types is None:
        raise NotAcceptable(f"format={format_!r}; allowed is one of {', '.join(FORMATS)}.")
    parameters = {"version": format_version} if format_version else {}
    return [Preference(media_type, parameters, 1.0) for media_type in media_types]


def _best_range(
    ranges: Iterable[Preference], offer: Offer, offers: Sequence[Offer]
) -> tuple[Specificity, Preference] | None:
    """Return the range that names an offer most exactly, and how exactly it does."""
    found = [
        (specificity, each)
        for each in ranges
        if (specificity := _specificity(each, offer, offers)) is not None
    ]
    return max(found, key=lambda pair: (pair[0], pair[1].quality), default=None)


def _specificity(wanted: Preference, offer: Offer, offers: Sequence[Offer]) -> Specificity | None:
    level = _level(wanted.value, offer)
    if level is None:
        return None
    count = 0
    for name, value in _known_parameters(wanted, offer).items():
        if value not in offer.parameters[name]:
            return None
        count += 1
    version = wanted.parameters.get("version")
    if version and level > 1:
        if offer.version != _version_meant(version, wanted.value, offers):
            return None
        count += 1
    return level, count


def _level(media_range: str, offer: Offer) -> int | None:
    syntax = SYNTAXES.get(offer.media_type.rpartition("+")[2], ())
    if media_range in (offer.media_type, *offer.aliases):
        return 3
    if media_range in syntax:
        return 2
    if media_range in ("*/*", "*"):
        return 0
    kinds = {f"{name.partition('/')[0]}/*" for name in (offer.media_type, *syntax)}
    return 1 if media_range in kinds else None


def _known_parameters(wanted: Preference, offer: Offer) -> dict[str, str]:
    known = {name.lower(): name for name in offer.parameters}
    renamed = ((_PARAMETER_ALIASES.get(n, n), v) for n, v in wanted.parameters.items())
    return {known[name]: value.lower() for name, value in renamed if name in known}


def _version_meant(version: str, media_range: str, offers: Sequence[Offer]) -> str | None:
    """Return which offered version an exact version or a range of versions means."""
    offered = {_padded(o.version): o.version for o in offers if (_level(media_range, o) or 0) > 1}
    try:
        versions = choose_versions(offered, _padded(version))
    except ValueError:
        return None
    return offered[versions[-1]] if versions else None


def _padded(version: str) -> str:
    if _SHORT_VERSION.fullmatch(version) is None:
        return version
    return version + ".0" * (2 - version.count("."))


def _chosen(offer: Offer, wanted: Preference) -> Chosen:
    asked = _known_parameters(wanted, offer)
    named = "".join(f";{name}={value}" for name, value in asked.items())
    return Chosen(
        offer=offer,
        parameters={name: asked.get(name, values[0]) for name, values in offer.parameters.items()},
        content_type=f"{offer.media_type};version={offer.version}{named}",
    )


def _listed(offers: Sequence[Offer]) -> str:
    return ", ".join(f"{offer.media_type};version={offer.version}" for offer in offers)


def _languages_of_parameter(
    lang: str, default: tuple[str, ...], available: Collection[str] | None
) -> Languages:
    if lang.lower() == "all":
        return Languages(default, all=True, by_url=True)
    tag = _cased(lang)
    offered = None if available is None else {_cased(each) for each in available}
    if _LANGUAGE.fullmatch(lang) is None or (
        offered is not None and not offered & {tag, tag.partition("-")[0]}
    ):
        raise NotAcceptable(
            f"lang={lang!r} is not available; allowed is all, or one of "
            f"{', '.join(available or default)}."
        )
    return Languages(_unique(tag, *default), asked=(tag,), by_url=True)


def _cased(language: str) -> str:
    """Write a language tag as BCP 47 likes it: ``fr-CH``."""
    first, *rest = language.split("-")
    return "-".join([first.lower(), *(p.upper() if len(p) == 2 else p.lower() for p in rest)])


def _unique(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _opaque(tag: str) -> str:
    """Return what the weak comparison of entity tags goes by."""
    return tag.strip().removeprefix("W/").strip('"')


def _parse_date(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, parse_instant):
        try:
            date = read(text)
        except (ValueError, OverflowError):
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
