"""The command line: ``sdmx-server``.

Exit codes: 0 done, 1 something is wrong with what was given (it is said on standard error,
and nothing was stored), 2 the command itself was wrong.
"""

from __future__ import annotations

import importlib

import click

from sdmx_server import __version__

COMMANDS = {
    "serve": "sdmx_server.cli.serve:serve",
    "init": "sdmx_server.cli.serve:init",
    "settings": "sdmx_server.cli.serve:show_settings",
    "publish": "sdmx_server.cli.publish:publish",
    "load": "sdmx_server.cli.load:load",
    "structures": "sdmx_server.cli.structures:structures",
    "export": "sdmx_server.cli.export:export",
    "token": "sdmx_server.cli.tokens:token",
    "maintenance": "sdmx_server.cli.maintenance:maintenance",
    "conformance": "sdmx_server.cli.conformance:conformance",
}
"""Where each command is. Only that of the command asked for is loaded: a start takes half as
long when what reads workbooks or checks other services stays away.
"""


class _Commands(click.Group):
    """The commands by name."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Return a command; None where there is none of that name."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="sdmx-server")
def main() -> None:
    """Maintain, publish and serve statistics over SDMX.

    Example: sdmx-server serve --port 8000
    """
