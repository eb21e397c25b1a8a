"""Structure messages of each version, and the envelope that answers are written in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sdmx_server.dataset import Message

MESSAGES = Path(__file__).parents[2] / "data" / "structures"

SDMX_30 = sorted(MESSAGES.glob("30/*.xml"))
SDMX_31 = sorted(MESSAGES.glob("31/*.xml"))
SDMX_21 = sorted(MESSAGES.glob("21/*.xml"))

MESSAGE = Message(
    id="T1",
    prepared=datetime(2024, 1, 1, tzinfo=UTC),
    sender="KOTA_SERANG",
    sender_names={"id": "Kota Serang", "en": "Serang City"},
    languages=("fr", "id", "en"),
)


def name_of(path: Path) -> str:
    """Return a short name for a parametrised test."""
    return f"{path.parent.name}-{path.stem}"
