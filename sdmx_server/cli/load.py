"""Loading figures, from data messages or tables through a mapping, and reference metadata."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sdmx_server.cli.deferred import deferred
from sdmx_server.cli.instant import instant_of, published
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.cli.reports import tell_faults, tell_published
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.publication import check, publish
from sdmx_server.exchange.stores import Stores, open_stores
from sdmx_server.formats.data.readers import catalogue as readers
from sdmx_server.formats.metadata.recognition import recognises
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault


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
@published
@database
def load(
    files: tuple[str, ...],
    mapping: Path | None,
    check_only: bool,
    language: str,
    report_file: Path | None,
    published: datetime | None,
    **flags: Any,
) -> None:
    """Load data, or reference metadata: all of the files, or nothing of them.

    SDMX-CSV, SDMX-ML and SDMX-JSON are recognised by what is in them; other tables, text or
    Excel, need a mapping (loaders/README.md). Every fault is told with its file, row or cell,
    and column, in Indonesian and English.

    Example: sdmx-server load penduduk.csv stunting.xml
    """
    paths = [Path(file) for file in files]
    with told():
        stores = open_stores(settings_of(flags).database)
        if mapping is None and _are_metadata(paths):
            read = deferred("sdmx_server.formats.metadata.messages:read")
            submit = deferred("sdmx_server.cli.submitted:submit")
            submit(paths, read, stores, published, check_only=check_only)
            return
        try:
            deliveries = _deliveries(paths, _reader(mapping, stores), stores)
            instant = instant_of(published, stores.observations.revision())
            if check_only:
                check(deliveries, stores)
                click.echo("No fault was found; nothing was stored.")
                return
            tell_published(publish(deliveries, stores, instant))
        except DeliveryFaults as found:
            tell_faults(found, language, report_file)
            sys.exit(1)


def _are_metadata(files: list[Path]) -> bool:
    """Whether the files hold reference metadata.

    Raises:
        SemanticError: if some of them do and others do not: they are no publication of one kind.
    """
    found = [recognises(file.read_bytes()) for file in files]
    if any(found) and not all(found):
        named = [
            ", ".join(f.name for f, is_ in zip(files, found, strict=True) if is_ is wanted)
            for wanted in (True, False)
        ]
        raise SemanticError(
            f"Reference metadata and data are loaded one after the other: {named[0]} holds "
            f"reference metadata, {named[1]} does not."
        )
    return all(found)


def _reader(mapping: Path | None, stores: Stores) -> Callable[[Path], list[Delivery]]:
    """Return what reads a file: a data message, or a table where there is a mapping."""
    if mapping is None:
        return lambda file: readers.read(file.read_bytes(), file.name)
    read: Callable[[Path], list[Delivery]] = deferred("sdmx_server.cli.tables:reader")(
        mapping, stores
    )
    return read


def _deliveries(
    files: list[Path], read: Callable[[Path], list[Delivery]], stores: Stores
) -> list[Delivery]:
    """Read the files.

    Raises:
        DeliveryFaults: if something cannot be read, with every fault of what can be as well.
    """
    deliveries, faults = _read_all(files, read)
    if faults:
        raise DeliveryFaults([*faults, *_further(deliveries, stores)])
    return deliveries


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
