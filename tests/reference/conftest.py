"""Servers that hold the datasets, their versions cut into small chunks or into usual ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from flask.testing import FlaskClient

from sdmx_server.app import create_app
from sdmx_server.exchange.stores import Stores, stores_of
from sdmx_server.settings import Settings
from sdmx_server.storage.database import connect, create
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from tests.reference.datasets import fill
from tests.reference.survey import Survey

SMALL = 50


@contextmanager
def stores_in(home: str, arrangement: Arrangement) -> Iterator[Stores]:
    """Lay out a database and yield its stores."""
    engine = connect(settings_in(home).database)
    create(engine)
    observations = ObservationStore(engine, arrangement=arrangement)
    yield replace(stores_of(engine), observations=observations)
    engine.dispose()


def settings_in(home: str) -> Settings:
    """Return the settings of a server whose database is in a folder."""
    return Settings(home=home, languages=("en", "id"))


@contextmanager
def serving(
    home: str, surveys: Sequence[Survey], arrangement: Arrangement
) -> Iterator[FlaskClient]:
    """Publish datasets and yield a client of a server that holds them."""
    with stores_in(home, arrangement) as stores:
        fill(stores, surveys)
        yield create_app(settings_in(home), stores).test_client()
