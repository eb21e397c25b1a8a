"""The command ``sdmx-server conformance``.

Exit codes: 0 no check of priority 1 failed, 1 one did, 2 there is no SDMX service.
"""

from __future__ import annotations

import sys
from typing import TextIO
from urllib.parse import urlsplit

import click

from sdmx_server.conformance.facts import Api
from sdmx_server.conformance.report import FORMATS
from sdmx_server.conformance.run import NoService, check_service, selected
from sdmx_server.conformance.session import Session

_APIS: dict[str | None, tuple[Api, ...]] = {
    "v1": ("v1",),
    "v2": ("v2",),
    None: ("v1", "v2"),
}


@click.command("conformance")
@click.argument("url")
@click.option(
    "--api", type=click.Choice(["v1", "v2"]), help="SDMX-REST 1.5 or 2.2 alone (default: both)."
)
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True
)
@click.option(
    "--only", multiple=True, help="Checks or areas to run, e.g. 'v2-*' or availability; repeatable."
)
@click.option(
    "--time-limit", type=click.FloatRange(min=1), default=600, show_default=True,
    help="Seconds for the whole run.",
)  # fmt: skip
@click.option(
    "--rate", type=click.FloatRange(min=0.1), default=5, show_default=True,
    help="Requests a second at most.",
)  # fmt: skip
@click.option("--output", "-o", type=click.File("w", encoding="utf-8"), default="-")
def conformance(
    url: str,
    api: str | None,
    format_: str,
    only: tuple[str, ...],
    time_limit: float,
    rate: float,
    output: TextIO,
) -> None:
    """Ask the SDMX service at URL what it has, and check its answers against the standard.

    Exits with 0 where no check of priority 1 fails, 1 where one does, 2 where there is no
    SDMX service.

    Example: sdmx-server conformance http://127.0.0.1:8000/sdmx/v2 --format html -o report.html
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise click.UsageError(f"{url!r} is no address; it begins with http:// or https://.")
    count = sum(1 for each in _APIS[api] for _ in selected(each, only))
    if not count:
        raise click.UsageError(f"No check or area is called {' or '.join(map(repr, only))}.")
    with (
        Session(url, rate, time_limit) as session,
        click.progressbar(length=count, label="Checking", file=sys.stderr) as progress,
    ):
        try:
            found = check_service(session, _APIS[api], only, lambda _: progress.update(1))
        except NoService as error:
            raise click.UsageError(str(error)) from None
    output.write(FORMATS[format_](found))
    sys.exit(0 if found.conforms else 1)
