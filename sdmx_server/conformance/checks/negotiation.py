"""Content negotiation and error messages, on both versions of SDMX-REST.

Source: SDMX-REST 1.5, sections 4.6 and 4.7; SDMX-REST 2.2, doc/content_negotiation.md and
doc/status.md; RFC 9110, section 12.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask, Check, Expect
from sdmx_server.conformance.checks.formats import SDMX
from sdmx_server.conformance.decoding import data_csv, messages
from sdmx_server.conformance.decoding.content import syntax
from sdmx_server.conformance.expectations import (
    data_of,
    refused,
    require,
    require_same_data,
    require_status,
    structures_of,
)
from sdmx_server.conformance.facts import NOWHERE, Facts, Inapplicable, codelist
from sdmx_server.conformance.request import Answer, Request, get, get_with

_V1 = Area("v1", "negotiation", "SDMX-REST 1.5, section 4.6")
_V2 = Area("v2", "negotiation", "SDMX-REST 2.2, doc/content_negotiation.md")
_V1_ERRORS = Area("v1", "errors", "SDMX-REST 1.5, section 4.7")
_V2_ERRORS = Area("v2", "errors", "SDMX-REST 2.2, doc/status.md")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_GENERIC = f"{SDMX}genericdata+xml"
_JSON = f"{SDMX}data+json"
_SYNTAXES = {"application/xml": "xml", "application/json": "json", "text/csv": "csv"}


def _data(accept: str | None = None, path: Callable[[Facts], str] = paths.data) -> Ask:
    return lambda f: get(path(f), accept=accept)


def _codelist(accept: str | None = None) -> Ask:
    return lambda f: get(paths.structure(f.api, codelist(f).reference), accept=accept)


def _resources(facts: Facts) -> Sequence[Request]:
    """Ask for each kind of resource: structures, data, availability, a schema."""
    return get(
        paths.structure(facts.api, codelist(facts).reference),
        paths.data(facts),
        paths.availability(facts),
        paths.schema(facts),
    )


def _types(*starts: str) -> Expect:
    """Expect answers whose media types begin in given ways."""

    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        for answer, start in zip(answers, starts, strict=False):
            if answer.status == 501:  # a resource that is left out has no default
                continue
            require_status(answer, 200)
            require(
                answer.media_type.startswith(SDMX + start),
                f"{answer.request.path[:80]} came as {answer.media_type}, not {SDMX}{start}",
            )

    return expect


def _syntax(accept: str) -> Expect:
    """Expect the observations found, in a syntax."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        require_status(answers[0], 200)
        came = syntax(answers[0].body)
        require(came == _SYNTAXES[accept], f"{came} came, not {_SYNTAXES[accept]}")
        require_same_data(data_of(facts, answers[0]), facts.data)

    return expect


def _same_data(facts: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_same_data(data_of(facts, answer), facts.data)


def _not_generic(facts: Facts, answers: Sequence[Answer]) -> None:
    require_status(answers[0], 200)
    came = answers[0].media_type
    require(not came.startswith(_GENERIC), f"{came} came, which was ruled out by q=0")


def _csv_after_unknown(facts: Facts, answers: Sequence[Answer]) -> None:
    _csv_is_offered(answers[0])
    require(answers[0].media_type.startswith(f"{SDMX}data+csv"), f"{answers[0].media_type} came")
    require_same_data(data_of(facts, answers[0]), facts.data)


def _csv_is_offered(answer: Answer) -> None:
    if answer.status == 406:
        raise Inapplicable("the service does not offer this CSV")
    require_status(answer, 200)


def _labels(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect heads of the form ``ID: Name``, and the same keys as without labels."""
    _csv_is_offered(answers[0])
    heads = data_csv.header(answers[0].body)
    plain = [head for head in heads if head in facts.shape.dimensions]
    require(not plain, f"the column {plain[0] if plain else ''} has no name in its head")
    require_same_data(data_of(facts, answers[0]), facts.data)
    came = answers[0].media_type
    require("labels=both" in came, f"the Content-Type {came} does not repeat labels=both")


def _as_many_rows(facts: Facts, answers: Sequence[Answer]) -> None:
    _csv_is_offered(answers[0])
    found = data_of(facts, answers[0])
    count, expected = len(found.observations), len(facts.data.observations)
    require(count == expected, f"{count} observations came, not {expected}")


def _keyed(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the columns SERIES_KEY and OBS_KEY, behind ACTION."""
    _csv_is_offered(answers[0])
    heads = data_csv.header(answers[0].body)
    lacking = [head for head in ("SERIES_KEY", "OBS_KEY") if head not in heads]
    require(not lacking, f"the columns {', '.join(lacking)} are missing")
    require_same_data(data_of(facts, answers[0]), facts.data)


def _errors(syntax_: str, *codes: str) -> Expect:
    """Expect error messages of SDMX in one syntax, with one of some codes."""

    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        for answer in answers:
            if answer.failure or answer.status == 501:
                require_status(answer, 400)
            if answer.status == 204:
                raise Inapplicable("nothing found is told without content")
            require(400 <= answer.status < 500, f"the status is {answer.status}")
            came = syntax(answer.body)
            require(came == syntax_, f"the error is told in {came}, not in {syntax_}")
            found = messages.error_codes(answer.body)
            wrong = [each for each in found if each not in codes]
            require(bool(found) and not wrong, f"the codes are {', '.join(found) or 'none'}")

    return expect


def _readable_error(_: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_status(answer, 400, 404)
        messages.error_codes(answer.body)


def _language(facts: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        found = structures_of(answer).of("codelist")
        require(bool(found) and bool(found[0].names), "the codelist has no name")


def _one_language(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect a name in each language that the service has, when asked for that one."""
    languages = [language for language in codelist(facts).names if language]
    if not languages:
        raise Inapplicable("the languages of names are not told")
    for answer in answers:
        asked = dict(answer.request.headers)["Accept-Language"]
        codelists = structures_of(answer).of("codelist")
        require(bool(codelists), "the codelist is not in the answer")
        found = codelists[0].names
        told = answer.headers.get("content-language", "")
        require(
            asked in found or asked in told or set(found) == {""},
            f"{asked} was asked for; names came in {', '.join(found)}",
        )


def _in_languages(facts: Facts) -> Sequence[Request]:
    path = paths.structure(facts.api, codelist(facts).reference)
    languages = [language for language in codelist(facts).names if language] or ["en"]
    return [r for each in languages for r in get_with(path, Accept_Language=each)]


def _accept(area: Area, v1: bool) -> list[Check]:
    older, default = (_GENERIC, "2.1") if v1 else (_JSON, "2.1.0")
    return [
        area.check(
            "accept-any", (114, 366), 1, "Accept */* brings the default format.",
            ask=_data("*/*"), expect=_same_data,
        ),
        *(
            area.check(
                f"accept-{syntax_}", (115, 367), 2, f"Accept {accept} brings {syntax_}.",
                ask=_data(accept), expect=_syntax(accept),
            )
            for accept, syntax_ in _SYNTAXES.items()
        ),
        area.check(
            "accept-image", (117, 371), 1, "A type that no service has is refused with 406.",
            ask=lambda f: (*_data("image/png")(f), *_codelist("image/png")(f)),
            expect=refused(406),
        ),
        area.check(
            "accept-version", (118, 368), 1, "A version that there is not is refused with 406.",
            ask=_data(f"{older};version=9.9.9"), expect=refused(406),
        ),
        area.check(
            "accept-other", (119, 371), 1, "A structure type on data is refused with 406.",
            ask=lambda f: (
                *_data(f"{SDMX}structure+xml;version=2.1")(f),
                *_codelist(f"{_JSON};version=2.1.0")(f),
            ),
            expect=refused(406),
        ),
        area.check(
            "accept-unknown-first", (120, 370), 1, "Of several types, one that is known is taken.",
            ask=_data(f"image/png, application/x-bogus;q=0.9, {older};version={default};q=0.1"),
            expect=_types(older.removeprefix(SDMX)),
        ),
        area.check(
            "accept-quoted", (369,), 2, "Blanks, quotes and capitals in Accept mean the same.",
            ask=_data(f'{older.upper().replace("/VND", "/vnd")} ; version="{default}" ; q=0.8'),
            expect=_types(older.removeprefix(SDMX)),
        ),
        area.check(
            "accept-no-version", (114, 366), 2, "A type without version brings one that is there.",
            ask=_data(older), expect=_types(older.removeprefix(SDMX)),
        ),
        area.check(
            "accept-browser", (372,), 2, "What a browser accepts is not refused.",
            ask=_data(BROWSER), expect=_same_data,
        ),
    ]  # fmt: skip


def _languages(area: Area) -> list[Check]:
    return [
        area.check(
            "language-unknown", (125, 379), 1, "A language that is not there is never refused.",
            ask=lambda f: get_with(
                paths.structure(f.api, codelist(f).reference), Accept_Language="tlh"
            ),
            expect=_language,
        ),
        area.check(
            "languages", (125, 378), 2, "Names come in a language that is asked for.",
            ask=_in_languages, expect=_one_language,
        ),
    ]  # fmt: skip


def _error_checks(area: Area, v1: bool) -> list[Check]:
    syntax_codes = ("140", "150", "400") if v1 else ("400", "140", "422", "150")
    nothing_codes = ("100",) if v1 else ("404", "100")
    xml = f"{SDMX}structure+xml;version={'2.1' if v1 else '3.1.0'}"
    json_ = f"{SDMX}structure+json;version={'1.0.0' if v1 else '2.1.0'}"

    def wrong(accept: str | None) -> Ask:
        return lambda f: get(
            paths.structure(f.api, codelist(f).reference, "detail=bogus"), accept=accept
        )

    def absent(accept: str | None) -> Ask:
        return lambda f: get(paths.structures(f.api, "codelist", of=NOWHERE), accept=accept)

    return [
        area.check(
            "error", (122, 390), 1, "An error is told in an error message of SDMX.",
            ask=wrong(None), expect=_readable_error,
        ),
        area.check(
            "error-xml", (37, 390), 2, "An error is told in XML where XML is asked for.",
            ask=wrong(xml), expect=_errors("xml", *syntax_codes),
        ),
        area.check(
            "error-json", (123, 390), 2, "An error is told in JSON where JSON is asked for.",
            ask=wrong(json_), expect=_errors("json", *syntax_codes),
        ),
        area.check(
            "error-nothing", (35, 122), 1, "That nothing is found has a code of its own.",
            ask=absent(None), expect=_errors("xml" if v1 else "json", *nothing_codes),
        ),
        area.check(
            "error-path", (36, 385), 2, "A path that there is not is answered with an SDMX error.",
            ask=lambda f: get("/nothing/here"), expect=_readable_error,
        ),
    ]  # fmt: skip


CHECKS = (
    *_accept(_V1, v1=True),
    *_languages(_V1),
    _V1.check(
        "default-types", (114,), 1, "Without Accept, every resource comes in its default format.",
        ask=_resources,
        expect=_types(
            "structure+xml;version=2.1", "genericdata+xml;version=2.1",
            "structure+xml;version=2.1", "schema+xml;version=2.1",
        ),
    ),
    _V1.check(
        "accept-q", (120,), 1, "The type with the higher q is taken.",
        ask=_data(f"{_JSON};version=1.0.0;q=0.3, {_GENERIC};version=2.1;q=0.9"),
        expect=_types("genericdata+xml;version=2.1"),
    ),
    _V1.check(
        "accept-q0", (121,), 1, "A type with q=0 is not sent.",
        ask=_data(f"{_GENERIC};version=2.1;q=0, */*;q=0.1"), expect=_not_generic,
    ),
    _V1.check(
        "csv-labels", (92,), 1, "labels=both puts names beside ids.",
        ask=_data(f"{SDMX}data+csv;version=1.0.0;labels=both"), expect=_labels,
    ),
    _V1.check(
        "csv-time", (93,), 1, "timeFormat=normalized keeps all rows.",
        ask=_data(f"{SDMX}data+csv;version=1.0.0;timeFormat=normalized"), expect=_as_many_rows,
    ),
    *_error_checks(_V1_ERRORS, v1=True),
    *_accept(_V2, v1=False),
    *_languages(_V2),
    _V2.check(
        "default-types", (366,), 1, "Without Accept, every resource comes in its default format.",
        ask=_resources,
        expect=_types(
            "structure+json;version=2.", "data+json;version=2.", "structure+json;version=2.",
            "schema+",
        ),
    ),
    _V2.check(
        "accept-range", (368,), 1, "A range of versions brings the highest in it.",
        ask=_data(f"{_JSON};version=2+.0.0"), expect=_types("data+json;version=2."),
    ),
    _V2.check(
        "accept-range-empty", (368,), 1, "A range of versions without any is refused with 406.",
        ask=_data(f"{_JSON};version=9.0.0+"), expect=refused(406),
    ),
    _V2.check(
        "accept-q", (370,), 1, "A type with a low q is taken where the others are unknown.",
        ask=_data(f"application/x-bogus;q=1, {SDMX}data+csv;version=2.1.0;q=0.1"),
        expect=_csv_after_unknown,
    ),
    _V2.check(
        "csv-labels", (373,), 1, "labels=both puts names beside ids.",
        ask=_data(f"{SDMX}data+csv;version=2.1.0;labels=both"), expect=_labels,
    ),
    _V2.check(
        "csv-keys", (373,), 1, "keys=both adds the keys of series and observations.",
        ask=_data(f"{SDMX}data+csv;version=2.1.0;keys=both"), expect=_keyed,
    ),
    _V2.check(
        "csv-time", (373,), 1, "timeFormat=normalized keeps all rows.",
        ask=_data(f"{SDMX}data+csv;version=2.1.0;timeFormat=normalized"), expect=_as_many_rows,
    ),
    *_error_checks(_V2_ERRORS, v1=False),
)  # fmt: skip
