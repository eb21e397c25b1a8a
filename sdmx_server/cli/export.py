"""Writing data as messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from sdmx_server.cli.options import database, settings_of, told
from sdmx_server.dataset import Message, Rendering
from sdmx_server.exchange import data as data_exchange
from sdmx_server.exchange.stores import open_stores
from sdmx_server.formats.catalogue import DATA_FORMATS_BY_NAME
from sdmx_server.query import ArtefactQuery, Cube, DataQuery
from sdmx_server.settings import Settings


@click.command()
@click.argument("dataflow")
@click.option("--format", "format_", type=click.Choice(list(DATA_FORMATS_BY_NAME)), default="csv")
@click.option("--output", "-o", type=click.File("wb"), default="-")
@database
def export(dataflow: str, format_: str, output: Any, **flags: Any) -> None:
    """Write the data of DATAFLOW, an id such as DF_PENDUDUK, as one SDMX message.

    Example: sdmx-server export DF_PENDUDUK --format csv -o penduduk.csv
    """
    with told():
        settings = settings_of(flags)
        query = DataQuery(Cube("dataflow", ArtefactQuery(ids=(dataflow,), versions=("latest",))))
        chosen = DATA_FORMATS_BY_NAME[format_]
        found = data_exchange.answer(query, open_stores(settings.database), by_row=chosen.by_row)
        for piece in chosen.write(found.datasets, message_of(settings), Rendering(chosen.version)):
            output.write(piece)


def message_of(settings: Settings) -> Message:
    """Return the header of a message that is written now."""
    now = datetime.now(UTC)
    identity = f"M{now:%Y%m%d%H%M%S%f}"
    return Message(identity, now, settings.sender, languages=settings.languages)
