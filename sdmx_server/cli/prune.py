"""Dropping old versions of the data, and freeing what nobody refers to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from sdmx_server.cli.instant import Instant
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.exchange.stores import open_stores
from sdmx_server.storage.retention import Retention


@click.command()
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Keep so many versions of each dataset, the one that holds among them.",
)
@click.option(
    "--older-than",
    type=Instant(),
    help="Drop the versions that were replaced by this instant, with its zone.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be freed, and free nothing.")
@database
def prune(keep: int | None, older_than: datetime | None, dry_run: bool, **flags: Any) -> None:
    """Drop old versions of the data, and free what no version needs.

    Without --keep or --older-than all versions stay, and only what loads that were broken off
    have left is freed. Versions that hold are never dropped.

    Example: sdmx-server prune --older-than 2024-01-01T00:00:00+07:00
    """
    if keep is not None and older_than is not None:
        raise click.UsageError("--keep and --older-than are two ways to say it; use one of them.")
    with told():
        store = open_stores(settings_of(flags).database).observations
        freed = store.prune(Retention(keep, older_than), dry_run=dry_run)
        verb = "would be" if dry_run else "were"
        click.echo(
            f"{freed.versions} versions {verb} dropped, and {freed.chunks} chunks of "
            f"{freed.size} bytes {verb} freed."
        )
