"""Artefacts in files: read and checked together, published together, every fault told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from sdmx_server.cli.instant import instant_of
from sdmx_server.errors import MessageSyntaxError
from sdmx_server.exchange.publication import publish_structures
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.submission import Submitted, faults_of
from sdmx_server.model.artefact import Maintainable

Read = Callable[[bytes], Iterable[Maintainable]]


def submit(
    files: Iterable[Path], read: Read, stores: Stores, at: datetime | None, *, check_only: bool
) -> None:
    """Publish the artefacts of all files, or none where one has a fault; say what was done.

    Args:
        files: the files.
        read: what reads one.
        stores: where to publish.
        at: the instant that somebody named; None for now.
        check_only: whether to store nothing.
    """
    submitted, unreadable = _read_all(files, read)
    found = faults_of(submitted, stores)
    _stop_at([*unreadable, *(f"{each.file}: {each.urn} {each.reason}" for each in found)])
    instant = instant_of(at, stores.artefacts.revision())
    if check_only:
        click.echo("No fault was found; nothing was stored.")
        return
    artefacts = {each.artefact.urn: each.artefact for each in submitted}
    changed = publish_structures(artefacts.values(), stores, instant)
    count = len(artefacts)
    click.echo(f"  {changed} of {count} artefacts published, {count - changed} unchanged")


def _read_all(files: Iterable[Path], read: Read) -> tuple[list[Submitted], list[str]]:
    submitted: list[Submitted] = []
    faults: list[str] = []
    for file in files:
        try:
            found = [Submitted(file.name, artefact) for artefact in read(file.read_bytes())]
        except MessageSyntaxError as error:
            faults.append(f"{file.name}: {error.detail}")
            continue
        if not found:
            faults.append(f"{file.name}: The message holds no artefact.")
        submitted.extend(found)
    return submitted, faults


def _stop_at(faults: Sequence[str]) -> None:
    """Print the faults and end, if there are any."""
    if not faults:
        return
    for fault in faults:
        click.echo(fault, err=True)
    click.echo("Tidak ada yang disimpan. Nothing was stored.", err=True)
    sys.exit(1)
