"""Loading figures, from data messages or tables through a mapping, and reference metadata."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from sdmx_server.cli.deferred import deferred
from sdmx_server.cli.instant import instant_of, published
from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.cli.reports import tell_faults, tell_published
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.publication import check, check_parts, publish, publish_parts
from sdmx_server.exchange.stores import Stores, open_stores
from sdmx_server.formats.data.readers import csv
from sdmx_server.formats.metadata.recognition import recognises
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault, Indivisible
from sdmx_server.storage.versions import DatasetVersion

_LOOKED_AT = 1_000  # bytes


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
        are_csv = mapping is None and all(map(_is_csv, paths))
        if mapping is None and not are_csv and _are_metadata(paths):
            read = deferred("sdmx_server.formats.metadata.messages:read")
            submit = deferred("sdmx_server.cli.submitted:submit")
            submit(paths, read, stores, published, check_only=check_only)
            return
        publishing = _Publishing(stores, published, check_only)
        try:
            versions = _load_parts(paths, publishing) if are_csv else None
            if versions is None:
                versions = _load_whole(paths, _reader(mapping, stores), publishing)
        except DeliveryFaults as found:
            tell_faults(found, language, report_file)
            sys.exit(1)
        if check_only:
            click.echo("No fault was found; nothing was stored.")
        tell_published(versions)


@dataclass(frozen=True, slots=True)
class _Publishing:
    """Where and when to publish, or against what only to check."""

    stores: Stores
    published: datetime | None
    check_only: bool

    def instant(self) -> datetime:
        """Return the instant that a publication bears that is made now."""
        return instant_of(self.published, self.stores.observations.revision())


def _is_csv(file: Path) -> bool:
    with file.open("rb") as stream:
        return csv.is_csv(stream.read(_LOOKED_AT))


def _load_parts(paths: list[Path], publishing: _Publishing) -> list[DatasetVersion] | None:
    """Load files part by part; return None where they have to be read as a whole.

    Raises:
        DeliveryFaults: if there is a fault, with all that there are.
    """
    size = sum(path.stat().st_size for path in paths)
    with click.progressbar(length=size, label="Loading", file=sys.stderr) as progress:
        files = [partial(_parts, path, progress.update) for path in paths]
        try:
            if publishing.check_only:
                check_parts(files, publishing.stores)
                publishing.instant()  # which has to be one that a publication may bear
                return []
            return publish_parts(files, publishing.stores, publishing.instant)
        except Indivisible:
            return None


def _parts(path: Path, tell: Callable[[int], None]) -> Iterator[Delivery]:
    """Read a file in parts, telling how many bytes were read since the last."""
    with path.open("rb") as stream:
        before = 0
        for delivery in csv.parts(stream, path.name):
            tell(stream.tell() - before)
            before = stream.tell()
            yield delivery


def _load_whole(
    paths: list[Path], read: Callable[[Path], list[Delivery]], publishing: _Publishing
) -> list[DatasetVersion]:
    """Load files as a whole.

    Raises:
        DeliveryFaults: if there is a fault, with all that there are.
    """
    deliveries = _deliveries(paths, read, publishing.stores)
    instant = publishing.instant()
    if publishing.check_only:
        check(deliveries, publishing.stores)
        return []
    return publish(deliveries, publishing.stores, instant)


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
        read_message = deferred("sdmx_server.formats.data.readers.catalogue:read")
        return lambda file: list(read_message(file.read_bytes(), file.name))
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
