"""The first page: what is published, and how to have it."""

from __future__ import annotations

from flask import Blueprint, Response

from sdmx_server.dataset import localised
from sdmx_server.exchange.overview import overview
from sdmx_server.site import site, stores_now
from sdmx_server.web.page import language, page

blueprint = Blueprint("home", __name__, template_folder="templates")

_WORDS = {
    "id": {
        "title": "Data Kota Serang",
        "lead": (
            "Angka Kota Serang yang sudah terbit, masing-masing dengan produsen, sumber, satuan "
            "dan statusnya, melalui SDMX."
        ),
        "dataflow": "Aliran data",
        "producer": "Produsen",
        "observations": "Pengamatan",
        "published": "Terbit",
        "data": "Unduh",
        "none": "belum ada data",
        "restricted": "data terbatas, perlu token",
        "api": "Untuk program",
        "conformance": "Kesesuaian dengan standar SDMX",
        "other": "English",
    },
    "en": {
        "title": "Data of Kota Serang",
        "lead": (
            "Kota Serang's published figures, each with its producer, source, unit and status, "
            "over SDMX."
        ),
        "dataflow": "Dataflow",
        "producer": "Producer",
        "observations": "Observations",
        "published": "Published",
        "data": "Download",
        "none": "no data yet",
        "restricted": "restricted data, a token is needed",
        "api": "For programs",
        "conformance": "Conformance to the SDMX standard",
        "other": "Bahasa Indonesia",
    },
}


@blueprint.get("/")
def home() -> Response:
    """Show the dataflows with links to their data in the common formats."""
    here = site()
    order = (language(), *here.languages)
    return page(
        "home.html",
        _WORDS,
        entries=overview(stores_now(), here.access),
        text=lambda texts: localised(texts, order),
    )
