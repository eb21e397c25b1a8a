"""Structures: those kept as files, and those in SDMX messages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sdmx_server.cli.export import message_of
from sdmx_server.cli.instant import published
from sdmx_server.cli.options import content as content_option
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.cli.publish import check_content, publish_structures
from sdmx_server.cli.submitted import submit
from sdmx_server.exchange.stores import open_stores
from sdmx_server.formats.catalogue import STRUCTURE_FORMATS_BY_NAME
from sdmx_server.formats.structure import messages
from sdmx_server.settings import Settings
from structures.build import build


@click.group()
def structures() -> None:
    """Build, check and export the structures kept as files; load those in messages.

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
        stores = open_stores(settings_of(flags).database)
        publish_structures(stores, content)


@structures.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--check-only", is_flag=True, help="Check the files and store nothing.")
@published
@database
def load_structures(
    files: tuple[str, ...], check_only: bool, published: datetime | None, **flags: Any
) -> None:
    """Publish the structures in SDMX messages: all of the files, or nothing of them.

    SDMX-ML 2.1, 3.0 and 3.1 and SDMX-JSON 2.0 and 2.1 are recognised by what is in them. What
    the structures refer to has to be held already or to stand in one of the files. A version
    that is held is replaced; as of an earlier instant it can still be read.

    Example: sdmx-server structures load codelists.xml dataflows.json
    """
    with told():
        stores = open_stores(settings_of(flags).database)
        submit(map(Path, files), messages.read, stores, published, check_only=check_only)


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
