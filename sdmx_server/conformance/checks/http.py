"""Caching, compression, methods, addresses and foreign pages, on both versions of SDMX-REST.

Source: RFC 9110 (HTTP semantics); WHATWG Fetch (CORS); SDMX-REST 1.5, section 4.6; SDMX-REST
2.2, doc/headers.md and doc/tips.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask, Check, Expect, Follow
from sdmx_server.conformance.checks.formats import SDMX
from sdmx_server.conformance.expectations import (
    data_of,
    require,
    require_same_data,
    require_status,
    status,
)
from sdmx_server.conformance.facts import Facts, Inapplicable, codelist
from sdmx_server.conformance.request import Answer, Request, get, get_with

_V1 = Area("v1", "HTTP", "SDMX-REST 1.5, section 4.6; RFC 9110")
_V2 = Area("v2", "HTTP", "SDMX-REST 2.2, doc/headers.md; RFC 9110")
_ORIGIN = "https://client.example"
_LONG = 50_000
_OLD = "Thu, 01 Jan 1970 00:00:01 GMT"


def _data(**headers: str) -> Ask:
    return lambda f: get_with(paths.data(f), **headers)


def _validated(header: str, conditional: str) -> Follow:
    """Ask again for the same, with the validator that came the first time."""

    def follow(_: Facts, answers: Sequence[Answer]) -> Sequence[Request]:
        require_status(answers[0], 200)
        value = answers[0].headers.get(header)
        if value is None:
            raise Inapplicable(f"the service sends no {header}")
        first = answers[0].request
        return [Request(first.path, (*first.headers, (conditional, value)))]

    return follow


def _with_other_accept(_: Facts, answers: Sequence[Answer]) -> Sequence[Request]:
    """Ask for another format with the validator of the first one."""
    value = answers[0].headers.get("etag")
    if value is None:
        raise Inapplicable("the service sends no ETag")
    other = answers[1].request
    return [Request(other.path, (*other.headers, ("If-None-Match", value)))]


def _not_modified(_: Facts, answers: Sequence[Answer]) -> None:
    require_status(answers[-1], 304)
    require(answers[-1].wire == 0, "the answer 304 has content")
    tag, again = (each.headers.get("etag") for each in (answers[0], answers[-1]))
    require(again in (None, tag) or _opaque(again) == _opaque(tag), "the ETag of 304 is another")


def _opaque(tag: str | None) -> str:
    return (tag or "").removeprefix("W/")


def _complete(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the data in full at the end."""
    require_same_data(data_of(facts, answers[-1]), facts.data)


def _other_is_complete(facts: Facts, answers: Sequence[Answer]) -> None:
    if 406 in (answers[0].status, answers[1].status):
        raise Inapplicable("the service does not offer two formats of data")
    require_same_data(data_of(facts, answers[-1]), facts.data)


def _compressed(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the same data compressed as not, and to be told so."""
    packed, plain = answers
    require_status(plain, 200)
    require_status(packed, 200)
    encoding = packed.headers.get("content-encoding", "none")
    require(encoding == "gzip", f"the Content-Encoding is {encoding}")
    require_same_data(data_of(facts, packed), data_of(facts, plain))


def _uncompressed(_: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_status(answer, 200)
        encoding = answer.headers.get("content-encoding", "identity")
        require(encoding == "identity", f"the content is compressed by {encoding}, unasked")


def _vary(*fields: str) -> Expect:
    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        for answer in answers:
            require_status(answer, 200)
            listed = {each.strip().lower() for each in answer.headers.get("vary", "").split(",")}
            lacking = [each for each in fields if each.lower() not in listed and "*" not in listed]
            require(not lacking, f"Vary does not name {', '.join(lacking)}")

    return expect


def _validators(_: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_status(answer, 200)
        has = {"etag", "last-modified"} & set(answer.headers)
        require(bool(has), "the answer has neither ETag nor Last-Modified")


def _head(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect the header fields of GET, and no content."""
    head, got = answers
    require_status(got, 200)
    require_status(head, 200)
    require(head.wire == 0, "the answer to HEAD has content")
    for field in ("content-type", "etag", "vary"):
        one, other = head.headers.get(field), got.headers.get(field)
        require(one == other, f"{field} is {one} for HEAD and {other} for GET")


def _refused_method(_: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_status(answer, 400, 401, 403, 405, 411, 415, 422, 501)
        told = answer.status != 405 or "allow" in answer.headers
        require(told, "the answer 405 does not say what is allowed (Allow)")


def _foreign(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect that pages of other origins may read every answer."""
    for answer in answers:
        require(answer.failure is None, answer.failure or "")
        allowed = answer.headers.get("access-control-allow-origin")
        require(
            allowed in ("*", _ORIGIN),
            f"Access-Control-Allow-Origin of an answer {answer.status} is {allowed}",
        )


def _foreign_preflight(facts: Facts, answers: Sequence[Answer]) -> None:
    require_status(answers[0], 200, 204)
    _foreign(facts, answers)


def _alive(_: Facts, answers: Sequence[Answer]) -> None:
    require_status(answers[0], 414, 413, 400, 431)
    require_status(answers[1], 200)


def _no_redirect(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect a slash at the end to mean the same as none, at once."""
    for plain, slashed in zip(answers[::2], answers[1::2], strict=True):
        require_status(plain, 200)
        require_status(slashed, 200)
        require(not slashed.moved, f"{slashed.request.path} is redirected to {slashed.moved[-1:]}")
        require(plain.media_type == slashed.media_type, "another format came with the slash")
        require(_same_bytes(plain, slashed), "other content came with the slash")


def _same_bytes(one: Answer, other: Answer) -> bool:
    """Return whether two answers are alike, but for the identity and time of a message."""
    return abs(len(one.body) - len(other.body)) <= 64


def _slashes(facts: Facts) -> Sequence[Request]:
    targets = (
        paths.structure(facts.api, codelist(facts).reference),
        paths.data(facts),
        paths.availability(facts),
    )
    return get(*(path for target in targets for path in (target, f"{target}/")))


def _errors_abroad(facts: Facts) -> Sequence[Request]:
    path = paths.structure(facts.api, codelist(facts).reference)
    return (
        *get_with(path, Origin=_ORIGIN),
        *get_with(f"{path}?detail=bogus", Origin=_ORIGIN),
        *get_with(path, Origin=_ORIGIN, Accept="image/png"),
        *get_with(paths.structures(facts.api, "codelist", of="ZZ_NOT_THERE"), Origin=_ORIGIN),
    )


def _post(facts: Facts) -> Sequence[Request]:
    """Send nothing by POST; DELETE or PUT might change a service that lets anybody do so."""
    return (Request(paths.data(facts), method="POST"),)


def _compression(area: Area) -> list[Check]:
    return [
        area.check(
            "gzip", (124, 380), 2, "Accept-Encoding: gzip brings the same, compressed.",
            ask=lambda f: (
                *get_with(paths.data(f), Accept_Encoding="gzip"),
                *get_with(paths.data(f), Accept_Encoding="identity"),
            ),
            expect=_compressed,
        ),
        area.check(
            "identity", (124,), 1, "Nothing is compressed for who cannot read that.",
            ask=_data(Accept_Encoding="identity"), expect=_uncompressed,
        ),
        area.check(
            "vary", (124, 384), 2, "Vary names Accept and Accept-Encoding.",
            ask=lambda f: get(paths.data(f), paths.structure(f.api, codelist(f).reference)),
            expect=_vary("Accept", "Accept-Encoding"),
        ),
    ]  # fmt: skip


def _caching(area: Area, v1: bool) -> list[Check]:
    first = f"{SDMX}genericdata+xml;version=2.1" if v1 else f"{SDMX}data+json;version=2.1.0"
    second = (
        f"{SDMX}structurespecificdata+xml;version=2.1" if v1 else f"{SDMX}data+csv;version=2.1.0"
    )
    return [
        area.check(
            "validators", (126, 380), 2, "Answers have an ETag or a time of last change.",
            ask=lambda f: get(paths.data(f), paths.structure(f.api, codelist(f).reference)),
            expect=_validators,
        ),
        area.check(
            "etag", (126, 380), 2, "If-None-Match with the ETag of the answer brings 304.",
            ask=_data(), follow=_validated("etag", "If-None-Match"), expect=_not_modified,
        ),
        area.check(
            "etag-structures", (126, 380), 2, "So it does for structures.",
            ask=lambda f: get(paths.structure(f.api, codelist(f).reference)),
            follow=_validated("etag", "If-None-Match"), expect=_not_modified,
        ),
        area.check(
            "etag-other", (126, 380), 1, "Another ETag brings the answer.",
            ask=_data(If_None_Match='"no-such-tag"'), expect=_complete,
        ),
        area.check(
            "etag-format", (381,), 1, "The ETag of one format does not stand for another.",
            ask=lambda f: (*get(paths.data(f), accept=first), *get(paths.data(f), accept=second)),
            follow=_with_other_accept, expect=_other_is_complete,
        ),
        area.check(
            "modified", (127,), 2, "If-Modified-Since with the time of the answer brings 304.",
            ask=_data(), follow=_validated("last-modified", "If-Modified-Since"),
            expect=_not_modified,
        ),
        area.check(
            "modified-long-ago", (128,), 1, "If-Modified-Since 1970 brings the answer.",
            ask=_data(If_Modified_Since=_OLD), expect=_complete,
        ),
        area.check(
            "modified-broken", (128,), 2, "A broken If-Modified-Since is ignored.",
            ask=_data(If_Modified_Since="yesterday"), expect=_complete,
        ),
    ]  # fmt: skip


def _methods(area: Area) -> list[Check]:
    return [
        area.check(
            "head", (96,), 2, "HEAD answers as GET does, without content.",
            ask=lambda f: (
                Request(paths.data(f), method="HEAD"), *get(paths.data(f)),
            ),
            expect=_head,
        ),
        area.check(
            "methods", (41, 385), 2, "POST of nothing is refused, and stores nothing.",
            ask=_post, expect=_refused_method,
        ),
        area.check(
            "options", (130, 383), 2, "Pages of other origins may ask beforehand.",
            ask=lambda f: (
                Request(
                    paths.data(f),
                    (("Origin", _ORIGIN), ("Access-Control-Request-Method", "GET")),
                    "OPTIONS",
                ),
            ),
            expect=_foreign_preflight,
        ),
        area.check(
            "cors", (130, 383), 2, "Pages of other origins may read answers and errors.",
            ask=_errors_abroad, expect=_foreign,
        ),
    ]  # fmt: skip


def _addresses(area: Area) -> list[Check]:
    return [
        area.check(
            "long-url", (129, 386), 2, "A URL of 50,000 characters is refused, and no more.",
            ask=lambda f: get(f"{paths.data(f)}?x={'a' * _LONG}", paths.data(f)), expect=_alive,
        ),
        area.check(
            "slash", (40,), 2, "A slash at the end means the same, without redirect.",
            ask=_slashes, expect=_no_redirect,
        ),
        area.check(
            "empty-query", (40,), 2, "A question mark without a query means the same.",
            ask=lambda f: get(f"{paths.data(f)}?"), expect=_complete,
        ),
        area.check(
            "nothing-here", (36, 385), 2, "A path that there is not is answered with 404.",
            ask=lambda f: get("/nothing/here"), expect=status(404, 400),
        ),
    ]  # fmt: skip


def _table(area: Area, v1: bool) -> list[Check]:
    return [*_compression(area), *_caching(area, v1), *_methods(area), *_addresses(area)]


CHECKS = (*_table(_V1, v1=True), *_table(_V2, v1=False))
