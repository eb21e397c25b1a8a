"""A server that is broken in one way fails the checks on that, and those alone."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest

from sdmx_server.conformance.check import Status, run
from sdmx_server.conformance.facts import Api, Facts
from sdmx_server.conformance.run import check_service, selected
from sdmx_server.conformance.session import Session
from tests.conformance_checker.conftest import FAST
from tests.conformance_checker.stub import Break, Question, Recording, Reply, replaying

HTML = b"<!doctype html><html><body>Welcome</body></html>"


def target(pattern: str, to: str) -> Break:
    """Misread the URL: what fits a pattern is taken for something else."""
    return Break(asked=lambda q: replace(q, target=re.sub(pattern, to, q.target)))


def without(*names: str) -> Break:
    """Overlook query parameters."""

    def asked(question: Question) -> Question:
        path, _, query = question.target.partition("?")
        kept = [each for each in query.split("&") if each.split("=")[0] not in names]
        return replace(question, target=path + ("?" + "&".join(kept) if any(kept) else ""))

    return Break(asked=asked)


def unheard(name: str) -> Break:
    """Overlook a header field."""
    return Break(
        asked=lambda q: replace(q, headers={n: v for n, v in q.headers.items() if n != name})
    )


def silent(name: str) -> Break:
    """Leave a header field out of every answer."""
    return Break(replied=lambda q, r: r.lacking(name))


def plain(reply: Reply) -> Reply:
    """Undo the compression of an answer, so that its content can be spoilt."""
    if reply.headers.get("content-encoding") != "gzip":
        return reply
    return replace(reply.lacking("content-encoding"), body=gzip.decompress(reply.body))


def spoilt(media_type: str, old: bytes, new: bytes, count: int = 1) -> Break:
    """Replace something in the content of one format."""

    def replied(_: Question, reply: Reply) -> Reply:
        if not reply.of(media_type) or reply.status != 200:
            return reply
        reply = plain(reply)
        return replace(reply, body=re.sub(old, new, reply.body, count=count))

    return Break(replied=replied)


def status(old: int, new: int, body: bytes | None = None) -> Break:
    """Answer with another status."""

    def replied(_: Question, reply: Reply) -> Reply:
        if reply.status != old:
            return reply
        return replace(reply, status=new, body=reply.body if body is None else body)

    return Break(replied=replied)


def html_for_data(question: Question, reply: Reply) -> Reply:
    if "/data/" not in question.target or question.method != "GET":
        return reply
    return Reply(200, {"content-type": "text/html"}, HTML)


def refuse_json(question: Question, reply: Reply) -> Reply:
    json = "json" in question.headers.get("accept", "")
    return Reply(406, {"content-type": "text/plain"}, b"no") if json else reply


def truncated(_: Question, reply: Reply) -> Reply:
    reply = plain(reply)
    cut = reply.of("genericdata+xml") and reply.status == 200
    return replace(reply, body=reply.body[:-40]) if cut else reply


def bare_type(_: Question, reply: Reply) -> Reply:
    return reply.having(content_type="application/xml") if reply.of("+xml") else reply


def redirect_slash(question: Question, reply: Reply) -> Reply:
    if not question.target.endswith("/"):
        return reply
    return Reply(301, {"location": question.target.rstrip("/")})


def abroad(question: Question, reply: Reply) -> Reply:
    there = {"location": "http://elsewhere.example/sdmx"}
    return Reply(302, there) if "/availableconstraint" in question.target else reply


def always_304(question: Question, reply: Reply) -> Reply:
    conditional = "if-none-match" in question.headers
    return Reply(304, {"etag": question.headers["if-none-match"]}) if conditional else reply


def always_gzip(question: Question, reply: Reply) -> Reply:
    if question.method != "GET" or reply.status != 200:
        return reply
    return replace(
        plain(reply).having(content_encoding="gzip"), body=gzip.compress(plain(reply).body)
    )


def silent_on_errors(question: Question, reply: Reply) -> Reply:
    return reply.lacking("access-control-allow-origin") if reply.status >= 400 else reply


def html_errors(_: Question, reply: Reply) -> Reply:
    if reply.status < 400:
        return reply
    return replace(reply, body=HTML, headers={**reply.headers, "content-type": "text/html"})


def other_head(question: Question, reply: Reply) -> Reply:
    return reply.having(content_type="text/plain") if question.method == "HEAD" else reply


def any_method(question: Question) -> Question:
    return replace(question, method="GET") if question.method == "POST" else question


# What is broken; the checks that are run; those that have to fail.
BREAKS: dict[str, tuple[Api, Break, str, str]] = {
    "HTML comes instead of data": (
        "v1", Break(replied=html_for_data), "data-default key-series no-dataflow codelist",
        "data-default key-series no-dataflow",
    ),
    "JSON is refused": (
        "v1", Break(replied=refuse_json), "*-offered accept-any accept-json accept-xml",
        "data-json1-offered structure-json1-offered structure-json1-availability-offered "
        "accept-json",
    ),
    "the default format is refused when it is asked for": (
        "v2", Break(replied=refuse_json), "data-json21-offered structure-json21-offered limit",
        "data-json21-offered structure-json21-offered",
    ),
    "keys are overlooked": (
        "v1", target(r"(/data/[^/?]+)/[^/?]+", r"\1/all"), "key-* full last",
        "key-series key-wildcard key-or key-or-encoded key-unknown key-half-unknown "
        "key-short key-long",
    ),
    "one part of the key is overlooked": (
        "v2", target(r"(/data/dataflow/[^/]+/[^/]+/[^/]+)/[^/.]+\.[^/.]+\.[^/.]+\.[^/.]+\.",
                     r"\1/*.*.*.*."),
        "key-series key-wildcard keys data-all", "key-series key-wildcard keys",
    ),
    "startPeriod is overlooked": (
        "v1", without("startPeriod"), "period* start end last* bad-month bad-periods",
        "periods start period-empty bad-month bad-periods",
    ),
    "endPeriod leaves its own period out": (
        "v1", target(r"endPeriod=2021-12", "endPeriod=2021-11"), "periods start end last-*",
        "periods end last-before-end",
    ),
    "lastNObservations is overlooked": (
        "v1", without("lastNObservations"), "first* last* bad-count",
        "last last-two last-after-start last-before-end first-and-last bad-count",
    ),
    "lastNObservations brings the first ones": (
        "v2", target("lastN", "firstN"), "first last*", "last last-two",
    ),
    "the Content-Type is a bare one": (
        "v1", Break(replied=bare_type), "*-offered default-types data-default",
        "generic-offered specific-offered generic-time-offered specific-time-offered "
        "structure-xml21-offered structure-xml21-availability-offered default-types",
    ),
    "Vary is missing": ("v1", silent("vary"), "vary head gzip", "vary"),
    "XML is cut off": (
        "v1", Break(replied=truncated), "generic-* specific-same data-default head",
        "generic-same generic-valid generic-offered data-default",
    ),
    "a code is missing in availability": (
        "v1", spoilt("structure+xml", rb"<com:Value>01</com:Value>", b""), "available*",
        "available available-exact available-mode-exact available-others available-component",
    ),
    "availability has a code without data": (
        "v2", spoilt("structure+json", rb'\{"value":"01"\}', rb'{"value":"01"},{"value":"99"}'),
        "available available-exact available-series available-component available-nothing",
        "available available-exact available-component",
    ),
    "mode=available is overlooked": (
        "v2", without("mode"), "available*", "available-others available-bad-mode",
    ),
    "counts are wrong": (
        "v2", spoilt("structure+json", rb'"obsCount":\d+', b'"obsCount":1'), "available-count*",
        "available-counts",
    ),
    "a slash is redirected": ("v1", Break(replied=redirect_slash), "slash head", "slash"),
    "availability is on another host": (
        "v1", Break(replied=abroad), "available available-all periods", "available available-all",
    ),
    "a bad parameter makes the server fail": (
        "v1", status(400, 500), "bad-* key-long start",
        "bad-detail bad-references bad-version bad-dataflow bad-month bad-periods bad-count "
        "bad-data-detail bad-dimension bad-history bad-updates key-long",
    ),
    "nothing found is an empty 200": (
        "v1", status(404, 200, b""), "not-found key-unknown period-empty no-item codelist",
        "not-found key-unknown period-empty no-item",
    ),
    "204 has content": (
        "v2", status(204, 200, b"{}"),
        "not-found filter-unknown offset-beyond key-unknown data-all",
        "not-found filter-unknown offset-beyond key-unknown",
    ),
    "any ETag brings 304": (
        "v1", Break(replied=always_304), "etag* modified*", "etag-other etag-format",
    ),
    "no ETag brings 304": (
        "v1", unheard("if-none-match"), "etag* modified*", "etag etag-structures",
    ),
    "a format has a series too much": (
        "v1", spoilt("structurespecificdata", rb'(<Series [^>]*COICOP=")01"', rb'\g<1>ZZ"'),
        "*-same specific-valid", "specific-same specific-valid",
    ),
    "a value is another one in CSV": (
        "v2", spoilt("data+csv;version=2.1", rb",(\d+)\.(\d+),", rb",\1.9\2,"), "*-same",
        "data-csv21-same",
    ),
    "an observation comes twice": (
        "v1", spoilt("genericdata", rb"(?s)(<generic:Obs>.*?</generic:Obs>)", rb"\1\1"),
        "generic-same specific-same full", "generic-same full",
    ),
    "JSON has NaN": (
        "v2", spoilt("data+json;version=2.1", rb'\[\d+\.\d+,', b"[NaN,"), "data-*-same",
        "data-json21-same",
    ),
    "JSON lacks what its schema demands": (
        "v2", spoilt("structure+json;version=2.1", rb'"agencyID":', rb'"agency":'), "*-valid",
        "structure-json21-valid",
    ),
    "a JSON schema accepts any code": (
        "v2", spoilt("schema+json", b'"enum":', b'"x-enum":', 0), "schema*", "schema-json",
    ),
    "an unknown detail is taken for full": (
        "v1", target("detail=(bogus|everything)", "detail=full"), "bad-detail bad-data-detail stub",
        "bad-detail bad-data-detail",
    ),
    "references are overlooked": (
        "v1", without("references"), "child* descendants parents siblings references-* codelist",
        "children children-one-level descendants parents siblings references-all references-type",
    ),
    "stubs have contents": (
        "v1", without("detail"), "stub all-stubs complete-* reference-stubs",
        "stub all-stubs complete-stub reference-stubs complete-reference-stubs",
    ),
    "a cut codelist is not marked": (
        "v1", spoilt("structure+xml", rb' isPartial="true"', b"", 0),
        "item two-items nested-item all-items available-codelists",
        "item two-items nested-item available-codelists",
    ),
    "wrong version queries are let through": (
        "v2", target(r"/1\.\+\.3$", "/1.+.0"), "bad-version* version-stable",
        "bad-versions bad-version",
    ),
    "filters are overlooked": (
        "v2", target(r"[?&]c\[[^&]*", ""), "filter filter-or filter-ne value-gt time-gt data-all",
        "filter filter-or filter-ne value-gt time-gt",
    ),
    "a raw plus is read as a blank": (
        "v2", target(r"(\?c\[[^&]*)\+", r"\1%20"), "time-range time-range-encoded filter",
        "time-range",
    ),
    "gt is taken for ne": (
        "v2", target(r"c\[OBS_VALUE\]=gt:", "c[OBS_VALUE]=ne:"), "value-*", "value-gt",
    ),
    "attributes=none is overlooked": (
        "v2", without("attributes"), "no-attributes series-keys one-attribute flat",
        "no-attributes series-keys one-attribute",
    ),
    "pages are overlooked": (
        "v2", without("offset", "limit"), "limit* pages offset-beyond bad-limit",
        "limit limit-series pages offset-beyond bad-limit",
    ),
    "order is turned round": (
        "v2", target(":desc", ""), "sort*", "sort-down sort-time",
    ),
    "errors may not be read by other pages": (
        "v2", Break(replied=silent_on_errors), "cors options", "cors",
    ),
    "errors are HTML": (
        "v1", Break(replied=html_errors), "error* not-found",
        "error error-xml error-json error-nothing error-path",
    ),
    "HEAD answers in another way": ("v2", Break(replied=other_head), "head etag", "head"),
    "POST is taken for GET": ("v2", Break(asked=any_method), "methods head", "methods"),
    "all is compressed": (
        "v2", Break(replied=always_gzip), "gzip identity", "identity",
    ),
    "nothing is compressed": (
        "v2", unheard("accept-encoding"), "gzip identity head", "gzip",
    ),
    "bounds of registrations are overlooked": (
        "v2", without("updatedAfter", "updatedBefore"), "registration*",
        "registration-after registration-before registration-bad-updates",
    ),
    "an id brings every registration": (
        "v2", target(r"/registration/id/.*", "/registration/provider/*/*"), "registration*",
        "registration-id registration-unknown",
    ),
    "registrations have no source": (
        "v2", spoilt("registry+xml", rb"<com:DataURL>[^<]*</com:DataURL>", b"", 0),
        "registration-*-valid registration-unknown",
        "registration-xml31-valid registration-xml30-valid",
    ),
    "Accept is overlooked": (
        "v1", unheard("accept"), "accept-image accept-other accept-q0 accept-any generic-same",
        "accept-image accept-other accept-q0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_broken_fails_the_checks_on_it_alone(
    recording: Recording, facts: dict[Api, Facts], broken: str
):
    api, fault, asked, expected = BREAKS[broken]
    with (
        replaying(recording, fault) as address,
        Session(f"{address}/sdmx/{api}", FAST, 60) as session,
    ):
        checks = list(selected(api, asked.split()))
        outcomes = [run(check, facts[api], session) for check in checks]
    failed = {
        outcome.check.id.removeprefix(f"{api}-"): outcome.reason
        for outcome in outcomes
        if outcome.status is Status.FAILED
    }
    assert set(failed) == set(expected.split()), failed
    assert all(failed.values()), "every failure has a reason"


def test_what_is_not_broken_fails_no_check(unbroken: str):
    with Session(unbroken, FAST, 120) as session:
        found = check_service(session, ("v1", "v2"))
    failed = {o.check.id: o.reason for o in found.outcomes if o.status is Status.FAILED}
    assert not failed
    assert {facts.api for facts in found.found} == {"v1", "v2"}
