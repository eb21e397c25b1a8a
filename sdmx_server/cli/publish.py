"""Publishing what comes along: the structures kept as files, and the figures."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from loaders import observations as figures
from sdmx_server.cli.options import content as content_option
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.cli.reports import tell_faults, tell_published
from sdmx_server.exchange import publication
from sdmx_server.exchange.stores import Stores, open_stores
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.delivery import DeliveryFaults
from structures.build import build
from structures.check import check
from structures.findings import Severity


@click.command()
@content_option
@database
def publish(content: Path | None, **flags: Any) -> None:
    """Build the structures, then publish them with the figures that come along.

    What is published already and has not changed is left alone.

    Example: sdmx-server publish
    """
    with told():
        stores = open_stores(settings_of(flags).database)
        publish_structures(stores, content)
        deliveries = figures.load()
        click.echo("Publishing the figures")
        try:
            tell_published(publication.publish(deliveries, stores, datetime.now(UTC)))
        except DeliveryFaults as found:
            tell_faults(found, "both", None)
            sys.exit(1)


def publish_structures(stores: Stores, content: Path | None) -> None:
    """Check, build and publish the structures in a folder; say what was done."""
    click.echo("Checking the structures")
    check_content(content)
    artefacts: tuple[Maintainable, ...] = build(content)
    changed = publication.publish_structures(artefacts, stores, datetime.now(UTC))
    count = len(artefacts)
    click.echo(f"  {changed} of {count} artefacts published, {count - changed} unchanged")


def check_content(content: Path | None) -> None:
    """Print what is wrong with the files; exit where they may not be published."""
    findings = check(content)
    for finding in findings:
        click.echo(f"{finding.file}:{finding.line}: {finding.indonesian}", err=True)
        click.echo(f"{finding.file}:{finding.line}: {finding.english}", err=True)
    if any(finding.severity is Severity.ERROR for finding in findings):
        sys.exit(1)
