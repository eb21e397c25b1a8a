"""The structures kept as files: checked, published, written as messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sdmx_server.app import open_stores
from sdmx_server.cli.export import message_of
from sdmx_server.cli.options import content as content_option
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.cli.publish import check_content, publish_structures
from sdmx_server.formats.catalogue import STRUCTURE_FORMATS_BY_NAME
from sdmx_server.settings import Settings
from structures.build import build


@click.group()
def structures() -> None:
    """Build, check and export the structures kept as files.

    Example: sdmx-server structures check
    """


@structures.command("check")
@content_option
def check_structures(content: Path | None) -> None:
    """Check the files; every finding with its file and line.

    Example: sdmx-server structures check --content structures/content
    """
    with told():
        check_content(content)
        click.echo("The structures are sound.")


@structures.command("build")
@content_option
@database
def build_structures(content: Path | None, **flags: Any) -> None:
    """Build the structures and publish them.

    Example: sdmx-server structures build
    """
    with told():
        stores = open_stores(settings_of(flags))
        publish_structures(stores, content)


@structures.command("export")
@content_option
@click.option(
    "--format", "format_", type=click.Choice(list(STRUCTURE_FORMATS_BY_NAME)), default="json"
)
@click.option("--output", "-o", type=click.File("wb"), default="-")
def export_structures(content: Path | None, format_: str, output: Any) -> None:
    """Write all structures as one SDMX message.

    Example: sdmx-server structures export --format xml21 -o structures.xml
    """
    with told():
        message = message_of(Settings())
        output.write(STRUCTURE_FORMATS_BY_NAME[format_].write(build(content), message))
