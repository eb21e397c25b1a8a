"""The page that shows how well this server keeps to the standard."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort

from sdmx_server.site import site
from sdmx_server.web.page import language, page

blueprint = Blueprint("conformance", __name__, template_folder="templates")

_WORDS = {
    "id": {
        "title": "Kesesuaian dengan standar SDMX",
        "lead": (
            "Peladen ini memeriksa dirinya sendiri: setiap baris tabel kesesuaian ditanyakan "
            "melalui HTTP, dan jawabannya dinilai menurut SDMX-REST 1.5, 2.2 dan format pesannya."
        ),
        "never": "Peladen ini belum memeriksa dirinya. Jalankan:",
        "counts": "{pass} lulus, {fail} gagal, {notApplicable} tidak berlaku.",
        "checked": "Diperiksa",
        "standard": "Standar",
        "area": "Bagian",
        "passed": "Lulus",
        "failed": "Gagal",
        "inapplicable": "Tidak berlaku",
        "what_failed": "Yang gagal",
        "what_does_not_apply": "Yang tidak berlaku",
        "other": "English",
    },
    "en": {
        "title": "Conformance to the SDMX standard",
        "lead": (
            "This server checks itself: each row of the conformance table is asked over HTTP, and "
            "the answer is judged by SDMX-REST 1.5, 2.2 and the message formats."
        ),
        "never": "This server has not checked itself yet. Run:",
        "counts": "{pass} pass, {fail} fail, {notApplicable} do not apply.",
        "checked": "Checked",
        "standard": "Standard",
        "area": "Area",
        "passed": "Pass",
        "failed": "Fail",
        "inapplicable": "Not applicable",
        "what_failed": "What failed",
        "what_does_not_apply": "What does not apply",
        "other": "Bahasa Indonesia",
    },
}


@blueprint.get("/conformance")
def conformance() -> Response:
    """Show the score of the last self-check, and what failed."""
    last = site().stores.self_checks.last()
    report = json.loads(last.report) if last else {}
    return page(
        "conformance.html",
        _WORDS,
        check=last,
        report=report,
        failed=_having(report, "fail"),
        inapplicable=_having(report, "not applicable"),
        number=_decimal,
    )


@blueprint.get("/conformance.json")
def as_json() -> Response:
    """Return the report of the last self-check; 404 before the first."""
    last = site().stores.self_checks.last()
    if last is None:
        abort(404, "This server has not checked itself yet.")
    return Response(last.report, mimetype="application/json")


def _having(report: dict[str, Any], status: str) -> list[dict[str, Any]]:
    return [check for check in report.get("checks", ()) if check["status"] == status]


def _decimal(value: float) -> str:
    """Return a number with one decimal, as the language of the reader writes it."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if language() == "id" else text
