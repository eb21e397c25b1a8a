"""Servers that hold a house: real processes, filled by the commands that anybody uses."""

from __future__ import annotations

import os
import socket
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sdmx_server.conformance.houses import House, Load
from sdmx_server.conformance.request import Request
from sdmx_server.conformance.session import Session
from sdmx_server.conformance.standby import standby

_HOST = "127.0.0.1"
_PATIENCE = 120.0  # seconds until a server answers
_WORK = 600.0  # seconds that commands may take
_PAUSE = 0.05  # seconds between two looks
_HASTE = 1e9  # looks a second at most
_FAREWELL = 20.0  # seconds that a server has to end
_PREFIX = "SDMX_SERVER_"


class Unfurnished(Exception):
    """A house cannot be filled or served; the text is what the command said."""


def furnish(house: House, home: Path) -> None:
    """Publish what a house holds into the database in a folder.

    Raises:
        Unfurnished: if a command fails.
    """
    home.mkdir(parents=True, exist_ok=True)
    _run([["init"], *(_command(load) for load in house.steps)], house, home)
    if house.damaged:
        _damage(home)


def publish_later(house: House, file: str, home: Path) -> None:
    """Publish a file that a house keeps back, named as its folder has it.

    Raises:
        KeyError: if the house keeps back no such file.
        Unfurnished: if the command fails.
    """
    _run([_command(house.later[file])], house, home)


def command(house: House, words: Sequence[str], home: Path) -> str:
    """Run a command of the server on the database of a house; return what it prints.

    Raises:
        Unfurnished: if the command fails.
    """
    return _run([words], house, home)


@contextmanager
def serving(house: House, home: Path | None = None) -> Iterator[str]:
    """Run a server that holds a house; yield the address below which its services are.

    Args:
        house: the house.
        home: folder for its database, in which nothing is published yet; a temporary one
            without.

    Raises:
        Unfurnished: if a command fails, or the server does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="sdmx-house-") as temporary:
        folder = home or Path(temporary)
        furnish(house, folder)
        with _served(house, folder) as address:
            yield address


def _command(load: Load) -> list[str]:
    at = ["--published", load.published] if load.published else []
    return [*load.command, *at, *map(str, load.files)]


def _run(commands: Sequence[Sequence[str]], house: House, home: Path) -> str:
    """Run commands, and return what they print."""
    told = home / "commands.log"
    process = standby().start(commands, home, _environment(house, home), told)
    code = standby().wait(process, _WORK)
    standby().end(process, _FAREWELL)
    output = told.read_text(encoding="utf-8", errors="replace")
    if code != 0:
        raise Unfurnished(f"{house.name} cannot be furnished: {output}")
    return output


def _environment(house: House, home: Path) -> Mapping[str, str]:
    """Return the environment with the settings of the house and no others."""
    others = {name: text for name, text in os.environ.items() if not name.startswith(_PREFIX)}
    settings = {"home": str(home), "self_check": "false", **house.settings}
    return others | {f"{_PREFIX}{name.upper()}": text for name, text in settings.items()}


def _damage(home: Path) -> None:
    """Spoil the artefacts in a database, as a failing disk would."""
    with closing(sqlite3.connect(home / "sdmx-server.sqlite")) as connection, connection:
        connection.execute("UPDATE artefacts SET document = x'00'")


@contextmanager
def _served(house: House, home: Path) -> Iterator[str]:
    port = _free_port()
    log = home / "serve.log"
    serve = ["serve", "--no-publish", "--host", _HOST, "--port", str(port)]
    process = standby().start([serve], home, _environment(house, home), log)
    try:
        address = f"http://{_HOST}:{port}"
        if not _answers(f"{address}/health/live", process):
            told = log.read_text(encoding="utf-8", errors="replace")
            raise Unfurnished(f"{house.name} cannot be served: {told}")
        yield address
    finally:
        standby().end(process, _FAREWELL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str, process: int) -> bool:
    """Wait until a server answers; False where it ends or takes too long.

    Whether it lives is asked, not whether it is ready: a house may be empty.
    """
    patience = time.monotonic() + _PATIENCE
    with Session(url, _HASTE, 2 * _PATIENCE) as session:
        while time.monotonic() < patience:
            if session.ask_anew(Request("")).status == 200:
                return True
            if standby().wait(process, _PAUSE) is not None:
                return False
    return False
