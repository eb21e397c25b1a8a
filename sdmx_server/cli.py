"""The command line: ``sdmx-server``.

Exit codes: 0 done, 1 something is wrong with what was given (it is said on standard error,
and nothing was stored), 2 the command itself was wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from loaders import observations as figures
from loaders import tabular
from loaders.mapping import read_mapping
from sdmx_server import __version__
from sdmx_server.app import open_stores
from sdmx_server.conformance.command import conformance
from sdmx_server.dataset import Message, Rendering
from sdmx_server.errors import SdmxError
from sdmx_server.exchange import data as data_exchange
from sdmx_server.exchange.faults import report, report_csv
from sdmx_server.exchange.publication import check, publish, publish_structures
from sdmx_server.exchange.stores import Stores
from sdmx_server.formats.catalogue import DATA_FORMATS_BY_NAME, STRUCTURE_FORMATS_BY_NAME
from sdmx_server.formats.data.readers import catalogue as readers
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Codelist
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault
from sdmx_server.query import ArtefactQuery, Cube, DataQuery
from sdmx_server.settings import PREFIX, Settings, SettingsError, described, load_settings
from sdmx_server.storage.observations import DatasetVersion
from structures.build import build
from structures.check import check as check_content
from structures.findings import Severity
from structures.rows import Unreadable

Command = Callable[..., None]

_SHARED = (
    click.option("--config", type=click.Path(path_type=Path), help="TOML file with settings."),
    click.option("--home", help="Folder for the embedded database (default: var)."),
    click.option("--database-url", help="SQLAlchemy URL, e.g. postgresql+psycopg://user@host/db."),
)


def _shared(command: Command) -> Command:
    """Give a command the options that say which database is meant."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@contextmanager
def _told() -> Iterator[None]:
    """Turn what went wrong into one clear sentence and exit code 1."""
    try:
        yield
    except (SdmxError, SettingsError, Unreadable, OSError) as error:
        text = error.detail if isinstance(error, SdmxError) else str(error)
        raise click.ClickException(text) from None


def _settings(flags: dict[str, Any]) -> Settings:
    config = flags.pop("config", None)
    return load_settings(flags, os.environ, config)


@click.group()
@click.version_option(__version__, prog_name="sdmx-server")
def main() -> None:
    """Maintain, publish and serve statistics over SDMX.

    Example: sdmx-server serve --port 8000
    """


@main.command()
@click.option("--host", help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (default: 8000).")
@click.option("--workers", type=int, help="Processes that answer requests (default: 1).")
@_shared
def serve(**flags: Any) -> None:
    """Serve; publish structures and figures first where nothing is published yet.

    Example: sdmx-server serve --port 8080 --home /srv/sdmx
    """
    with _told():
        settings = _settings(flags)
        stores = open_stores(settings)
        revisions = stores.artefacts.revision(), stores.observations.revision()
        if any(revision.number == 0 for revision in revisions):  # a first start may be cut short
            _publish_everything(stores, None)
    for field in fields(settings):
        value = getattr(settings, field.name)
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        os.environ[f"{PREFIX}{field.name.upper()}"] = text
    click.echo(f"Serving on http://{settings.host}:{settings.port}")
    Granian(
        "sdmx_server.app:from_environment",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        factory=True,
        websockets=False,
        log_level=LogLevels(settings.log_level),
    ).serve()


@main.command()
@_shared
def init(**flags: Any) -> None:
    """Lay out the database; one that is there already is left as it is.

    Example: sdmx-server init --home /srv/sdmx
    """
    with _told():
        settings = _settings(flags)
        open_stores(settings)
        click.echo(f"The database {described(settings)['database_url']} is ready.")


@main.command("settings")
@_shared
def show_settings(**flags: Any) -> None:
    """Print the settings in force; passwords are hidden.

    Example: SDMX_SERVER_PORT=8080 sdmx-server settings
    """
    with _told():
        for name, value in described(_settings(flags)).items():
            click.echo(f"{name} = {value}")


@main.command("publish")
@click.option("--content", type=click.Path(path_type=Path), help="Folder with the structures.")
@_shared
def publish_all(content: Path | None, **flags: Any) -> None:
    """Build the structures, then publish them with the figures that come along.

    What is published already and has not changed is left alone.

    Example: sdmx-server publish
    """
    with _told():
        _publish_everything(open_stores(_settings(flags)), content)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="TOML file: what the cells of a table mean."
)
@click.option("--check-only", is_flag=True, help="Check the files and store nothing.")
@click.option(
    "--language", type=click.Choice(["id", "en", "both"]), default="both", show_default=True
)
@click.option("--report", "report_file", type=click.Path(path_type=Path), help="Faults as CSV.")
@_shared
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
    with _told():
        stores = open_stores(_settings(flags))
        try:
            paths = [Path(file) for file in files]
            deliveries = _read_all(paths, _reader(mapping, stores))
            if check_only:
                check(deliveries, stores)
                click.echo("No fault was found; nothing was stored.")
                return
            _tell_published(publish(deliveries, stores, datetime.now(UTC)))
        except DeliveryFaults as found:
            _tell_faults(found, language, report_file)
            sys.exit(1)


@main.group()
def structures() -> None:
    """Build, check and export the structures kept as files.

    Example: sdmx-server structures check
    """


_content = click.option("--content", type=click.Path(path_type=Path), help="Folder with the files.")


@structures.command("check")
@_content
def check_structures(content: Path | None) -> None:
    """Check the files; every finding with its file and line.

    Example: sdmx-server structures check --content structures/content
    """
    with _told():
        _check_content(content)
        click.echo("The structures are sound.")


@structures.command("build")
@_content
@_shared
def build_structures(content: Path | None, **flags: Any) -> None:
    """Build the structures and publish them.

    Example: sdmx-server structures build
    """
    with _told():
        stores = open_stores(_settings(flags))
        _publish_structures(stores, content)


@structures.command("export")
@_content
@click.option(
    "--format", "format_", type=click.Choice(list(STRUCTURE_FORMATS_BY_NAME)), default="json"
)
@click.option("--output", "-o", type=click.File("wb"), default="-")
def export_structures(content: Path | None, format_: str, output: Any) -> None:
    """Write all structures as one SDMX message.

    Example: sdmx-server structures export --format xml21 -o structures.xml
    """
    with _told():
        message = _message(Settings())
        output.write(STRUCTURE_FORMATS_BY_NAME[format_].write(build(content), message))


@main.command()
@click.argument("dataflow")
@click.option("--format", "format_", type=click.Choice(list(DATA_FORMATS_BY_NAME)), default="csv")
@click.option("--output", "-o", type=click.File("wb"), default="-")
@_shared
def export(dataflow: str, format_: str, output: Any, **flags: Any) -> None:
    """Write the data of DATAFLOW, an id such as DF_PENDUDUK, as one SDMX message.

    Example: sdmx-server export DF_PENDUDUK --format csv -o penduduk.csv
    """
    with _told():
        settings = _settings(flags)
        query = DataQuery(Cube("dataflow", ArtefactQuery(ids=(dataflow,), versions=("latest",))))
        chosen = DATA_FORMATS_BY_NAME[format_]
        datasets = data_exchange.answer(query, open_stores(settings), by_row=chosen.by_row)
        for piece in chosen.write(datasets, _message(settings), Rendering(chosen.version)):
            output.write(piece)


main.add_command(conformance)


def _message(settings: Settings) -> Message:
    now = datetime.now(UTC)
    identity = f"M{now:%Y%m%d%H%M%S%f}"
    return Message(identity, now, settings.sender, languages=settings.languages)


def _publish_everything(stores: Stores, content: Path | None) -> None:
    _publish_structures(stores, content)
    deliveries = figures.load()
    click.echo("Publishing the figures")
    try:
        _tell_published(publish(deliveries, stores, datetime.now(UTC)))
    except DeliveryFaults as found:
        _tell_faults(found, "both", None)
        sys.exit(1)


def _publish_structures(stores: Stores, content: Path | None) -> None:
    click.echo("Checking the structures")
    _check_content(content)
    artefacts: tuple[Maintainable, ...] = build(content)
    changed = publish_structures(artefacts, stores, datetime.now(UTC))
    words = "published" if changed else "unchanged"
    click.echo(f"  {len(artefacts)} artefacts {words}")


def _check_content(content: Path | None) -> None:
    """Print what is wrong with the content; exit where it may not be published."""
    findings = check_content(content)
    for finding in findings:
        click.echo(f"{finding.file}:{finding.line}: {finding.indonesian}", err=True)
        click.echo(f"{finding.file}:{finding.line}: {finding.english}", err=True)
    if any(finding.severity is Severity.ERROR for finding in findings):
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


def _read_all(files: list[Path], read: Callable[[Path], list[Delivery]]) -> list[Delivery]:
    """Read the files, with progress; the faults of all files are told at once."""
    deliveries: list[Delivery] = []
    faults: list[Fault] = []
    with click.progressbar(files, label="Reading", file=sys.stderr) as progress:
        for file in progress:
            try:
                deliveries.extend(read(file))
            except DeliveryFaults as found:
                faults.extend(found.faults)
    if faults:
        raise DeliveryFaults(faults)
    return deliveries


def _tell_published(versions: list[DatasetVersion]) -> None:
    for version in versions:
        click.echo(
            f"  {version.dataset}: version {version.number}, {version.series_count} series, "
            f"{version.observation_count} observations"
        )


def _tell_faults(found: DeliveryFaults, language: str, report_file: Path | None) -> None:
    for each in ("id", "en") if language == "both" else (language,):
        click.echo(report(found.faults, each), err=True)
    if report_file is not None:
        report_file.write_text(report_csv(found.faults, "id"), encoding="utf-8")
    click.echo("Tidak ada yang disimpan. Nothing was stored.", err=True)
