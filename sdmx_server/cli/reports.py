"""What commands say of publications and faults."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from sdmx_server.exchange.faults import report, report_csv
from sdmx_server.model.delivery import DeliveryFaults
from sdmx_server.storage.versions import DatasetVersion


def tell_published(versions: Iterable[DatasetVersion]) -> None:
    """Print the version of each dataset."""
    for version in versions:
        click.echo(
            f"  {version.dataset}: version {version.number}, {version.series_count} series, "
            f"{version.observation_count} observations"
        )


def tell_faults(found: DeliveryFaults, language: str, report_file: Path | None) -> None:
    """Print every fault, and write them as CSV where a file is named.

    Args:
        found: the faults.
        language: ``id``, ``en`` or ``both``.
        report_file: the file.
    """
    for each in ("id", "en") if language == "both" else (language,):
        click.echo(report(found.faults, each), err=True)
    if report_file is not None:
        report_file.write_text(report_csv(found.faults, "id"), encoding="utf-8")
    click.echo("Tidak ada yang disimpan. Nothing was stored.", err=True)
