"""Conformance to the standard: of any service, and of this server itself.

Exit codes: 0 no check of priority 1 failed, 1 one did, 2 there is no SDMX service.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO
from urllib.parse import urlsplit

import click

from sdmx_server import __version__
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.conformance import selfcheck
from sdmx_server.conformance.check import Outcome
from sdmx_server.conformance.facts import Api
from sdmx_server.conformance.furnishing import Unfurnished
from sdmx_server.conformance.houses import houses
from sdmx_server.conformance.report import FORMATS
from sdmx_server.conformance.run import NoService, Run, check_service, selected
from sdmx_server.conformance.session import Session
from sdmx_server.exchange.stores import open_stores
from sdmx_server.storage.self_checks import SelfCheck

_APIS: dict[str | None, tuple[Api, ...]] = {
    "v1": ("v1",),
    "v2": ("v2",),
    None: ("v1", "v2"),
}
_KEPT = "json"
Told = Callable[[Outcome], None]


@click.command("conformance")
@click.argument("url", required=False)
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
    "--holds", type=click.Choice(list(houses())), metavar="HOUSE",
    help="Fixtures that the service holds: ask the rows of the table about them as well.",
)  # fmt: skip
@click.option(
    "--time-limit", type=click.FloatRange(min=1), default=600, show_default=True,
    help="Seconds for the whole run.",
)  # fmt: skip
@click.option(
    "--rate", type=click.FloatRange(min=0.1), default=5, show_default=True,
    help="Requests a second at most.",
)  # fmt: skip
@click.option("--output", "-o", type=click.File("w", encoding="utf-8"), default="-")
@database
def conformance(
    url: str | None,
    api: str | None,
    format_: str,
    only: tuple[str, ...],
    holds: str | None,
    time_limit: float,
    rate: float,
    output: TextIO,
    **flags: Any,
) -> None:
    """Ask the SDMX service at URL what it has, and check its answers against the standard.

    Without URL this server checks itself: all rows of the conformance table are asked of servers
    that hold the fixtures of the table, and /conformance shows what came of it.

    Exits with 0 where no check of priority 1 fails, 1 where one does, 2 where there is no
    SDMX service.

    Example: sdmx-server conformance http://127.0.0.1:8000/sdmx/v2 --format html -o report.html
    """
    if url is None:
        found = _of_this_server(_APIS[api], only)
        if not only and api is None:
            _keep(found, flags)
    else:
        found = _of_service(url, _APIS[api], only, holds, Session(url, rate, time_limit))
    output.write(FORMATS[format_](found))
    sys.exit(0 if found.conforms else 1)


def _of_this_server(apis: Sequence[Api], only: tuple[str, ...]) -> Run:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that its servers end with it
    chosen = [row for row in selfcheck.selected(only) if row.api in apis]
    _require(len(chosen), only)
    with _progress(len(chosen)) as progress:
        try:
            return selfcheck.check_self(chosen, lambda _: progress.update(1))
        except Unfurnished as error:
            raise click.ClickException(str(error)) from None


def _keep(found: Run, flags: dict[str, Any]) -> None:
    """Keep a self-check where the page shows it."""
    with told():
        stores = open_stores(settings_of(flags).database)
        stores.self_checks.keep(SelfCheck(datetime.now(UTC), __version__, FORMATS[_KEPT](found)))


def _of_service(
    url: str, apis: Sequence[Api], only: tuple[str, ...], holds: str | None, asking: Session
) -> Run:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise click.UsageError(f"{url!r} is no address; it begins with http:// or https://.")
    rows = [row for row in selfcheck.selected(only) if row.house == holds and row.api in apis]
    count = len(rows) + sum(1 for each in apis for _ in selected(each, only))
    _require(count, only)
    with asking as session, _progress(count) as progress:
        try:
            return check_service(session, apis, only, lambda _: progress.update(1), rows)
        except NoService as error:
            raise click.UsageError(str(error)) from None


def _require(count: int, only: tuple[str, ...]) -> None:
    if not count:
        raise click.UsageError(f"No check or area is called {' or '.join(map(repr, only))}.")


def _progress(length: int) -> Any:
    return click.progressbar(length=length, label="Checking", file=sys.stderr)
