"""What commands share: the options that say which database is meant, and how errors are told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sdmx_server.errors import SdmxError
from sdmx_server.settings import Settings, SettingsError, load_settings
from structures.rows import Unreadable

Command = Callable[..., None]

_DATABASE = (
    click.option("--config", type=click.Path(path_type=Path), help="TOML file with settings."),
    click.option("--home", help="Folder for the embedded database (default: var)."),
    click.option("--database-url", help="SQLAlchemy URL, e.g. postgresql+psycopg://user@host/db."),
)
content = click.option("--content", type=click.Path(path_type=Path), help="Folder with the files.")
"""The option that names another folder than ``structures/content``."""


def database(command: Command) -> Command:
    """Give a command the options that say which database is meant."""
    for option in reversed(_DATABASE):
        command = option(command)
    return command


@contextmanager
def told() -> Iterator[None]:
    """Turn what went wrong into one clear sentence and exit code 1."""
    try:
        yield
    except SdmxError as error:
        raise click.ClickException(error.detail) from None
    except (SettingsError, Unreadable) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(_sentence(error)) from None


def _sentence(error: OSError) -> str:
    """Say which file the system refused, and why."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{str(error.filename)!r} cannot be read or written: {error.strerror}."


def settings_of(flags: dict[str, Any]) -> Settings:
    """Return the settings in force; what flags leave open the environment and a file say."""
    config = flags.pop("config", None)
    return load_settings(flags, os.environ, config)
