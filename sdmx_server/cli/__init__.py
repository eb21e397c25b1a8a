"""The command line: ``sdmx-server``.

Exit codes: 0 done, 1 something is wrong with what was given (it is said on standard error,
and nothing was stored), 2 the command itself was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import click

from sdmx_server import __version__
from sdmx_server.cli.deferred import deferred


class Listed(NamedTuple):
    """A command as the list of them has it.

    Attributes:
        place: where it is, for ``deferred``.
        says: the first sentence of its help.
    """

    place: str
    says: str

    @property
    def module(self) -> str:
        """The module that has it."""
        return self.place.partition(":")[0]


COMMANDS: Mapping[str, Listed] = {
    "serve": Listed(
        "sdmx_server.cli.serve:serve",
        "Serve; publish structures and figures first where nothing is published yet.",
    ),
    "init": Listed(
        "sdmx_server.cli.serve:init",
        "Lay out the database; one that is there already is left as it is.",
    ),
    "settings": Listed(
        "sdmx_server.cli.serve:show_settings",
        "Print the settings in force; passwords are hidden.",
    ),
    "publish": Listed(
        "sdmx_server.cli.publish:publish",
        "Build the structures, then publish them with the figures that come along.",
    ),
    "load": Listed(
        "sdmx_server.cli.load:load",
        "Load data, or reference metadata: all of the files, or nothing of them.",
    ),
    "structures": Listed(
        "sdmx_server.cli.structures:structures",
        "Build, check and export the structures kept as files; load those in messages.",
    ),
    "export": Listed(
        "sdmx_server.cli.export:export",
        "Write the data of DATAFLOW, an id such as DF_PENDUDUK, as one SDMX message.",
    ),
    "token": Listed(
        "sdmx_server.cli.tokens:token",
        "Make, list and revoke the tokens by which clients say who they are.",
    ),
    "maintenance": Listed(
        "sdmx_server.cli.maintenance:maintenance",
        "Close the service for maintenance, and open it again.",
    ),
    "prune": Listed(
        "sdmx_server.cli.prune:prune",
        "Drop old versions of the data, and free what no version needs.",
    ),
    "conformance": Listed(
        "sdmx_server.cli.conformance:conformance",
        "Ask the SDMX service at URL what it has, and check its answers against the standard.",
    ),
}
"""The commands by name. Only what is asked for is imported: the list of them needs none."""


class _Commands(click.Group):
    """The commands by name."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Return a command; None where there is none of that name."""
        if name not in COMMANDS:
            return None
        command: click.Command = deferred(COMMANDS[name].place)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.says) for name, each in COMMANDS.items()])


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="sdmx-server")
def main() -> None:
    """Maintain, publish and serve statistics over SDMX.

    Example: sdmx-server serve --port 8000
    """
