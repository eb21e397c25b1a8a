"""What came of a run, told as text, as JSON and as a page of HTML."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader

from sdmx_server.conformance.check import Outcome, Status
from sdmx_server.conformance.facts import Facts
from sdmx_server.conformance.run import Run, Tally, by_area, tally

STANDARDS = {"v1": "SDMX-REST 1.5", "v2": "SDMX-REST 2.2"}
_MARKS = {Status.PASSED: "pass", Status.FAILED: "FAIL", Status.NOT_APPLICABLE: "n/a "}
_SHOWN = 4


def text(run: Run) -> str:
    """Return a report as lines of text; what failed is told in full."""
    lines = [f"Conformance of {run.address}"]
    lines.extend(f"  {_found(facts)}" for facts in run.found)
    for (api, area), outcomes in by_area(run.outcomes).items():
        lines.extend(["", f"{STANDARDS[api]}: {area}"])
        for outcome in outcomes:
            lines.extend(_lines(outcome))
    lines.extend(["", *_totals(run)])
    return "\n".join(lines) + "\n"


def as_json(run: Run) -> str:
    """Return a report as JSON: totals, then one object a check."""
    document = {
        "address": run.address,
        "conforms": run.conforms,
        "totals": _counts(tally(run.outcomes)),
        "services": [
            {
                "standard": STANDARDS[facts.api],
                "address": facts.address,
                "dataflow": str(facts.dataflow),
                "observations": len(facts.data.observations),
            }
            for facts in run.found
        ],
        "areas": [
            {"standard": STANDARDS[api], "area": area, **_counts(tally(outcomes))}
            for (api, area), outcomes in by_area(run.outcomes).items()
        ],
        "checks": [_entry(outcome) for outcome in run.outcomes],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def html(run: Run) -> str:
    """Return a report as a page; everything that a service sent is escaped."""
    environment = Environment(
        loader=PackageLoader("sdmx_server.conformance"), autoescape=True, trim_blocks=True
    )
    return environment.get_template("report.html").render(
        run=run,
        found=[_found(facts) for facts in run.found],
        total=tally(run.outcomes),
        areas=[
            (STANDARDS[api], area, tally(outcomes), outcomes)
            for (api, area), outcomes in by_area(run.outcomes).items()
        ],
        asked=_asked,
    )


FORMATS: Mapping[str, Callable[[Run], str]] = {"text": text, "json": as_json, "html": html}
"""The kinds of report."""


def _found(facts: Facts) -> str:
    count = len(facts.data.observations)
    scope = " ".join(f"{name}={code}" for name, code in facts.scope.items())
    return (
        f"{STANDARDS[facts.api]} at {facts.address}: asked about {facts.dataflow}, "
        f"{count} observations" + (f" with {scope}" if scope else "")
    )


def _lines(outcome: Outcome) -> list[str]:
    check = outcome.check
    rows = ",".join(map(str, check.rows))
    head = f"  {_MARKS[outcome.status]}  {check.id}  [{rows}]  {check.expectation}"
    if outcome.status is Status.PASSED:
        return [head]
    if outcome.status is Status.NOT_APPLICABLE:
        return [head, f"        {outcome.reason}"]
    return [
        head,
        f"        priority {check.priority}, {check.page}",
        *(f"        {asked}\n          came: {came}" for asked, came in _asked(outcome)),
        f"        wrong: {outcome.reason}",
    ]


def _asked(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the first requests with what came, and how many more there were."""
    shown = [(str(each.request), str(each)) for each in outcome.answers[:_SHOWN]]
    more = len(outcome.answers) - len(shown)
    return [*shown, (f"and {more} more requests", "see the reason")] if more > 0 else shown


def _totals(run: Run) -> list[str]:
    total = tally(run.outcomes)
    lines = [f"{'':44}pass  fail   n/a"]
    for (api, area), outcomes in by_area(run.outcomes).items():
        lines.append(_total(f"{STANDARDS[api]}: {area}", tally(outcomes)))
    failed = [o.check for o in run.outcomes if o.status is Status.FAILED]
    first = sum(check.priority == 1 for check in failed)
    return [
        *lines,
        _total("all", total),
        f"Score: {total.score:.1f} % of the checks that apply pass; "
        f"{first} of priority 1 fail, {len(failed) - first} of priority 2.",
    ]


def _total(name: str, counts: Tally) -> str:
    return f"{name:44}{counts.passed:4}  {counts.failed:4}  {counts.not_applicable:4}"


def _counts(counts: Tally) -> dict[str, float]:
    return {
        "pass": counts.passed,
        "fail": counts.failed,
        "notApplicable": counts.not_applicable,
        "score": round(counts.score, 1),
    }


def _entry(outcome: Outcome) -> dict[str, Any]:
    check = outcome.check
    return {
        "id": check.id,
        "rows": list(check.rows),
        "standard": STANDARDS[check.api],
        "area": check.area,
        "priority": check.priority,
        "page": check.page,
        "expectation": check.expectation,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "asked": [
            {"request": str(answer.request), "answer": str(answer)} for answer in outcome.answers
        ],
    }
