"""Closing the service for maintenance, and opening it again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.exchange.stores import open_stores
from sdmx_server.storage.maintenance import Maintenance

_MESSAGE = "Layanan sedang dalam pemeliharaan. The service is being maintained."


@click.group()
def maintenance() -> None:
    """Close the service for maintenance, and open it again.

    Example: sdmx-server maintenance on --retry-after 1800
    """


@maintenance.command()
@click.option("--message", default=_MESSAGE, show_default=True, help="What clients are told.")
@click.option(
    "--retry-after",
    type=click.IntRange(1, 604_800),
    default=600,
    show_default=True,
    help="When clients should ask again, in seconds.",
)
@database
def on(message: str, retry_after: int, **flags: Any) -> None:
    """Answer every request for an SDMX resource by 503, in all processes at once.

    Example: sdmx-server maintenance on --message "Kembali pukul 14.00 WIB." --retry-after 7200
    """
    with told():
        store = open_stores(settings_of(flags).database).maintenance
        store.close(Maintenance(message, retry_after, datetime.now(UTC)))
        click.echo("The service is closed for maintenance.")


@maintenance.command()
@database
def off(**flags: Any) -> None:
    """Answer again.

    Example: sdmx-server maintenance off
    """
    with told():
        was_closed = open_stores(settings_of(flags).database).maintenance.open()
        click.echo("The service is open again." if was_closed else "The service was open.")
