"""Loading figures: data messages, and tables through a mapping."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from loaders import tabular
from loaders.mapping import read_mapping
from sdmx_server.app import open_stores
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.cli.reports import tell_faults, tell_published
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.publication import check, publish
from sdmx_server.exchange.stores import Stores
from sdmx_server.formats.data.readers import catalogue as readers
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault
from sdmx_server.query import ArtefactQuery


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file: what the cells of a table mean.",
)
@click.option("--check-only", is_flag=True, help="Check the files and store nothing.")
@click.option(
    "--language", type=click.Choice(["id", "en", "both"]), default="both", show_default=True
)
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Faults as CSV.")
@database
def load(
    files: tuple[str, ...],
    mapping: Path | None,
    check_only: bool,
    language: str,
    report_file: Path | None,
    **flags: Any,
) -> None:
    """Load data: all of the files, or nothing of them.

    SDMX-CSV, SDMX-ML and SDMX-JSON are recognised by what is in them; other tables, text or
    Excel, need a mapping (loaders/README.md). Every fault is told with its file, row or cell,
    and column, in Indonesian and English.

    Example: sdmx-server load penduduk.csv stunting.xml
    """
    with told():
        stores = open_stores(settings_of(flags))
        try:
            paths = [Path(file) for file in files]
            deliveries, faults = _read_all(paths, _reader(mapping, stores))
            if faults:
                raise DeliveryFaults([*faults, *_further(deliveries, stores)])
            if check_only:
                check(deliveries, stores)
                click.echo("No fault was found; nothing was stored.")
                return
            tell_published(publish(deliveries, stores, datetime.now(UTC)))
        except DeliveryFaults as found:
            tell_faults(found, language, report_file)
            sys.exit(1)


def _reader(mapping: Path | None, stores: Stores) -> Callable[[Path], list[Delivery]]:
    """Return what reads a file: a data message, or a table where there is a mapping."""
    if mapping is None:
        return lambda file: readers.read(file.read_bytes(), file.name)
    means = read_mapping(mapping)
    catalogue = stores.catalogues.at()
    rows = catalogue.matching(("codelist",), ArtefactQuery(versions=("latest",)))
    codelists = {a.id: a for a in catalogue.get(rows) if isinstance(a, Codelist)}
    return lambda file: tabular.load(file, means, codelists)


def _read_all(
    files: list[Path], read: Callable[[Path], list[Delivery]]
) -> tuple[list[Delivery], list[Fault]]:
    """Read the files, with progress; return what could be read, and the faults."""
    deliveries: list[Delivery] = []
    faults: list[Fault] = []
    with click.progressbar(files, label="Reading", file=sys.stderr) as progress:
        for file in progress:
            try:
                deliveries.extend(read(file))
            except DeliveryFaults as found:
                faults.extend(found.faults)
                deliveries.extend(found.readable)
    return deliveries, faults


def _further(deliveries: list[Delivery], stores: Stores) -> Sequence[Fault]:
    """Return the faults in what could be read, so that all are told at once."""
    try:
        check(deliveries, stores)
    except DeliveryFaults as found:
        return found.faults
    except SemanticError as error:
        click.echo(error.detail, err=True)
    return ()
