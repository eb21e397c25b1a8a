"""Serving, and what comes before: the database and the settings."""

from __future__ import annotations

import os
import socket
from dataclasses import fields
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.settings import PREFIX, Settings, described
from sdmx_server.storage.database import opened, read_revision
from sdmx_server.storage.tables import STORES


@click.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default: 8000).")
@click.option("--workers", type=int, help="Processes that answer requests (default: 1).")
@database
@click.pass_context
def serve(context: click.Context, /, **flags: Any) -> None:
    """Serve; publish structures and figures first where nothing is published yet.

    Example: sdmx-server serve --port 8080 --home /srv/sdmx
    """
    given = {name: flags[name] for name in ("config", "home", "database_url")}
    with told():
        settings = settings_of(flags)
        engine = opened(settings.database)
        revisions = [read_revision(engine, store) for store in STORES]
        engine.dispose()
    if any(revision.number == 0 for revision in revisions):  # a first start may be cut short
        _publish(context, given)
    for field in fields(settings):
        value = getattr(settings, field.name)
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        os.environ[f"{PREFIX}{field.name.upper()}"] = text
    _check_port(settings)
    click.echo(f"Serving on http://{settings.host}:{settings.port}")
    Granian(
        "sdmx_server.cli.worker:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        factory=True,
        websockets=False,
        log_level=LogLevels(settings.log_level),
    ).serve()


def _check_port(settings: Settings) -> None:
    """Make sure that nobody else listens there; workers share a port with whoever does."""
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        raise click.ClickException(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}. "
            "Stop what listens there, or choose another --port."
        ) from None


def _publish(context: click.Context, flags: dict[str, Any]) -> None:
    """Run the command that publishes everything, on the same database."""
    group = context.find_root().command
    command = group.get_command(context, "publish") if isinstance(group, click.Group) else None
    if command is not None:
        context.invoke(command, content=None, **flags)


@click.command()
@database
def init(**flags: Any) -> None:
    """Lay out the database; one that is there already is left as it is.

    Example: sdmx-server init --home /srv/sdmx
    """
    with told():
        settings = settings_of(flags)
        opened(settings.database)
        click.echo(f"The database {described(settings)['database_url']} is ready.")


@click.command("settings")
@database
def show_settings(**flags: Any) -> None:
    """Print the settings in force; passwords are hidden.

    Example: SDMX_SERVER_PORT=8080 sdmx-server settings
    """
    with told():
        for name, value in described(settings_of(flags)).items():
            click.echo(f"{name} = {value}")
