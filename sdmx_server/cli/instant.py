"""The instant that a publication bears: now, or an earlier one that somebody names."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from sdmx_server.errors import SemanticError
from sdmx_server.storage.database import Revision


class Instant(click.ParamType[datetime]):
    """An instant of ISO 8601 with its zone, as an option has it."""

    name = "instant"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read an instant of ISO 8601 with its zone."""
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            self.fail(
                f"{value!r} is no instant; write it with its zone, e.g. 2012-02-15T12:00:00Z.",
                param,
                ctx,
            )
        return instant.astimezone(UTC)


published = click.option(
    "--published",
    type=Instant(),
    help="Instant of an earlier release, with its zone; later than the last publication.",
)
"""The option that names the instant of a publication."""


def instant_of(named: datetime | None, last: Revision) -> datetime:
    """Return the instant that a publication bears.

    Args:
        named: the instant asked for; None for now.
        last: the last publication of the same store.

    Raises:
        SemanticError: if the instant named is no later than the last publication, or to come.
    """
    now = datetime.now(UTC)
    if named is None:
        return now
    if named > now:
        raise SemanticError(f"--published {_text(named)} is still to come; it is {_text(now)} now.")
    if last.number and named <= last.changed:
        raise SemanticError(
            f"--published {_text(named)} is not later than the last publication, which was at "
            f"{_text(last.changed)}."
        )
    return named


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
