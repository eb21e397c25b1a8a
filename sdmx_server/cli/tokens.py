"""Tokens: making, listing and revoking them."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.exchange.stores import open_stores
from sdmx_server.exchange.tokens import issue
from sdmx_server.storage.tokens import Role

_COLUMNS = ("id", "name", "role", "created", "expires", "revoked", "last_used")


@click.group()
def token() -> None:
    """Make, list and revoke the tokens by which clients say who they are.

    Example: sdmx-server token create --name "BPS Kota Serang" --role reviewer
    """


@token.command()
@click.option("--name", required=True, help="Whose it is.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--expires", type=click.IntRange(1, 36_500), help="Days that it counts.")
@database
def create(name: str, role: str, expires: int | None, **flags: Any) -> None:
    """Make a token and print it, this once: only a hash of it is kept.

    A client sends it as "Authorization: Bearer TOKEN".

    Example: sdmx-server token create --name "Dinas Kesehatan" --role reader --expires 365
    """
    with told():
        lifetime = None if expires is None else timedelta(days=expires)
        store = open_stores(settings_of(flags).database).tokens
        click.echo(issue(store, name, Role(role), datetime.now(UTC), lifetime))


@token.command("list")
@database
def list_tokens(**flags: Any) -> None:
    """List the tokens as CSV, the oldest first; instants are in UTC.

    Example: sdmx-server token list
    """
    with told():
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for each in open_stores(settings_of(flags).database).tokens.all():
            writer.writerow([_cell(getattr(each, column)) for column in _COLUMNS])


@token.command()
@click.argument("id_", metavar="ID")
@database
def revoke(id_: str, **flags: Any) -> None:
    """Take back the token of an ID, which is its part between the first two underscores.

    Example: sdmx-server token revoke 3f9c27d1a0be
    """
    with told():
        if not open_stores(settings_of(flags).database).tokens.revoke(id_, datetime.now(UTC)):
            raise click.ClickException(f"{id_!r} is the id of no token that counts.")
        click.echo(f"The token {id_} is revoked.")


def _cell(value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value or ""
