"""A run from the command line, and what is told of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from lxml import html

from sdmx_server.cli import main
from sdmx_server.conformance.catalogue import CHECKS
from sdmx_server.conformance.check import Outcome, Status, run
from sdmx_server.conformance.discovery import discover
from sdmx_server.conformance.facts import Api, Facts
from sdmx_server.conformance.report import FORMATS
from sdmx_server.conformance.request import Answer, Request
from sdmx_server.conformance.run import Run, selected, tally
from sdmx_server.conformance.session import Session
from tests.conformance_checker.conftest import FAST
from tests.conformance_checker.stub import Break, Recording, Reply, replaying

ONE_DATAFLOW = Break(
    asked=lambda q: replace(q, target=re.sub("/structure/dataflow$", r"\g<0>/*/DF_IHK", q.target))
)
"""A service whose first answer names a single dataflow."""
AREAS = ("data", "packaging*", "filters", "availability")


def conformance(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["conformance", "--rate", "10000", *arguments])


def test_the_checks_have_names_of_their_own_and_say_what_they_expect():
    assert len({check.id for check in CHECKS}) == len(CHECKS) >= 120
    for check in CHECKS:
        assert check.rows, check.id
        assert check.id.startswith(f"{check.api}-")
        assert check.priority in (1, 2)
        assert check.page.startswith("SDMX-REST")
        assert check.expectation.endswith("."), check.id


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_this_server_fails_no_check_of_priority_1(server: str, api: str):
    result = conformance(f"{server}/sdmx/{api}", "--api", api, "--format", "json")
    report = json.loads(result.stdout)
    print(f"{api}: {report['totals']}")  # the score
    failed = [c for c in report["checks"] if c["status"] == "fail" and c["priority"] == 1]
    assert not failed
    assert result.exit_code == 0
    assert report["totals"]["pass"] > 100


def test_the_text_tells_rows_request_page_and_answer_of_what_failed(recording: Recording):
    broken = Break(replied=lambda q, r: Reply(500, {}) if "detail=bogus" in q.target else r)
    with replaying(recording, broken) as address:
        result = conformance(f"{address}/sdmx/v1", "--only", "v1-bad-detail", "--only", "v1-flat")
    assert result.exit_code == 1
    assert "FAIL  v1-bad-detail  [37]  An unknown detail is refused with 400." in result.stdout
    assert "priority 1, SDMX-REST 1.5, section 4.3" in result.stdout
    assert "detail=bogus" in result.stdout
    assert "came: 500" in result.stdout
    assert "pass  v1-flat" in result.stdout
    assert "Score: 50.0 %" in result.stdout


def test_failures_of_priority_2_alone_do_not_fail_the_run(recording: Recording):
    with replaying(recording, Break(replied=lambda _, r: r.lacking("vary"))) as address:
        result = conformance(f"{address}/sdmx/v1", "--only", "vary")
    assert result.exit_code == 0
    assert "FAIL  v1-vary" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["{}/health"], "answers as SDMX-REST"),
        (["{}/sdmx/v1", "--api", "v2"], "answers as SDMX-REST"),
        (["http://127.0.0.1:1"], "answers as SDMX-REST"),
        (["ftp://example.org"], "is no address"),
        (["{}", "--only", "nothing"], "No check or area"),
    ],
)
def test_what_is_no_service_ends_with_2(unbroken: str, arguments: list[str], reason: str):
    result = conformance(*(each.format(unbroken) for each in arguments))
    assert result.exit_code == 2
    assert reason in result.stderr


def test_html_with_200_is_no_service(recording: Recording):
    page = Reply(200, {"content-type": "text/html"}, b"<html><body>Welcome</body></html>")
    with replaying(recording, Break(replied=lambda *_: page)) as address:
        assert conformance(address).exit_code == 2


@pytest.fixture
def hostile(facts: Mapping[Api, Facts]) -> Run:
    """A run against a service that puts markup into what it sends."""
    sent = {"content-type": "<script>alert(1)</script>"}
    answer = Answer(Request("/x?<b>"), 200, sent, b"")
    outcome = Outcome(CHECKS[0], Status.FAILED, "<img src=x onerror=alert(1)>", (answer,))
    return Run("http://x/<i>", (facts["v1"],), (outcome,))


def test_the_page_escapes_what_a_service_sent(hostile: Run):
    page = FORMATS["html"](hostile)
    assert not {e.tag for e in html.fromstring(page).iter()} & {"script", "img", "b", "i"}
    assert "&lt;script&gt;" in page


def test_every_report_has_the_totals(hostile: Run):
    assert "0.0 %" in FORMATS["text"](hostile)
    assert json.loads(FORMATS["json"](hostile))["totals"]["fail"] == 1
    assert "1 fail" in FORMATS["html"](hostile)


class Garbled(Session):
    """Answers everything with the same content, without asking anybody."""

    def __init__(self, answer: Reply) -> None:
        super().__init__("http://127.0.0.1:1", FAST, 600)
        self._answer = answer

    def ask(self, request: Request) -> Answer:
        return Answer(request, self._answer.status, self._answer.headers, self._answer.body)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {}, b""),
        Reply(200, {"etag": "\n", "vary": "*"}, b'{"data": {"codelists": [{"id": 5}]}}'),
        Reply(200, {"content-type": ";;;"}, b'{"data": {"dataSets": [{"series": {"0": 1}}]}}'),
        Reply(200, {}, b'<Structure xmlns="http://www.sdmx.org/v2_1"><Structures/></Structure>'),
        Reply(200, {}, b'<Error xmlns="http://www.sdmx.org/v2_1"/>'),
        Reply(404, {}, b'{"errors": [{"code": {}}]}'),
        Reply(999, {"location": "::"}, b"\xff"),
    ],
)
def test_whatever_comes_every_check_ends_in_an_outcome(facts: Mapping[Api, Facts], reply: Reply):
    with Garbled(reply) as session:
        outcomes = [run(check, facts[check.api], session) for check in CHECKS]
    counts = tally(outcomes)
    assert counts.failed > counts.passed
    assert all(o.reason for o in outcomes if o.status is not Status.PASSED)


def test_the_time_limit_leaves_checks_out(unbroken: str, facts: Mapping[Api, Facts]):
    with Session(unbroken, FAST, 0.000001) as session:
        outcome = run(CHECKS[0], facts["v1"], session)
    assert (outcome.status, outcome.reason) == (
        Status.NOT_APPLICABLE, "the time limit was reached",
    )  # fmt: skip


def test_a_large_dataflow_is_asked_for_in_part(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sdmx_server.conformance.discovery.MAXIMUM_OBSERVATIONS", 30)
    with (
        replaying(recording, ONE_DATAFLOW) as address,
        Session(f"{address}/sdmx/v2", FAST, 60) as session,
    ):
        found = discover(session, "v2")
        assert found is not None
        outcomes = [run(check, found, session) for check in selected("v2", AREAS)]
    assert found.scope
    assert 1 < len(found.data.observations) <= 30
    assert sum(outcome.status is Status.PASSED for outcome in outcomes) > 70
    assert not [o for o in outcomes if o.status is Status.FAILED]
