"""Serving, and what comes before: the database and the settings."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from sdmx_server import __version__
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.exchange.stores import open_stores
from sdmx_server.query import ArtefactQuery
from sdmx_server.settings import Settings, described, environment_of
from sdmx_server.storage.database import opened, read_revision
from sdmx_server.storage.jobs import JobStore
from sdmx_server.storage.tables import STORES

_LEAST = 19  # the priority of what may wait for everything else


@click.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default: 8000).")
@click.option("--workers", type=int, help="Processes that answer requests (default: 1).")
@click.option(
    "--publish/--no-publish",
    default=True,
    help="Publish structures and figures first where nothing is published yet (default), or not.",
)
@database
@click.pass_context
def serve(context: click.Context, /, *, publish: bool, **flags: Any) -> None:
    """Serve; publish structures and figures first where nothing is published yet.

    Example: sdmx-server serve --port 8080 --home /srv/sdmx
    """
    given = {name: flags[name] for name in ("config", "home", "database_url")}
    with told():
        settings = settings_of(flags)
        engine = opened(settings.database)
        revisions = [read_revision(engine, store) for store in STORES]
        engine.dispose()
    if publish and any(each.number == 0 for each in revisions):  # a first start may be cut short
        _publish(context, given)
    _warn(settings)
    os.environ |= environment_of(settings)
    _check_port(settings)
    _check_self(settings)
    JobStore(settings.jobs).clear()  # who may read what may be another by now
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


def _check_self(settings: Settings) -> None:
    """Let this version of the server be held against the standard once, beside what it serves."""
    last = open_stores(settings.database).self_checks.last()
    if not settings.self_check or (last and last.version == __version__):
        return
    checking = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "sdmx_server", "conformance", "--format", "json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.setpriority(os.PRIO_PROCESS, checking.pid, _LEAST)
    atexit.register(checking.terminate)


def _check_port(settings: Settings) -> None:
    """Make sure that nobody else listens there; workers share a port with whoever does."""
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        raise click.ClickException(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}. "
            "Stop what listens there, or choose another --port."
        ) from None


def _warn(settings: Settings) -> None:
    """Tell of names among the settings that protect nothing, since nothing bears them."""
    catalogue = open_stores(settings.database).catalogues.at()
    held = catalogue.matching(("dataflow",), ArtefactQuery(versions=("*",)))
    unknown = set(settings.restricted) - {f"{flow.agency_id}:{flow.id}" for flow in held}
    if unknown:
        names = ", ".join(sorted(unknown))
        click.echo(f"Warning: restricted names {names}, which no dataflow is.", err=True)


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
