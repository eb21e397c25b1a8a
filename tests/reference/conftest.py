"""Servers that hold the datasets, their versions cut into small chunks or into usual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask.testing import FlaskClient

from sdmx_server.app import create_app
from sdmx_server.exchange.stores import stores_of
from sdmx_server.settings import Settings
from sdmx_server.storage.database import connect, create
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from tests.reference.datasets import fill
from tests.reference.survey import Survey

SMALL = 50

Serve = Callable[[list[Survey], Arrangement], FlaskClient]


@contextmanager
def serving(home: str, surveys: list[Survey], arrangement: Arrangement) -> Iterator[FlaskClient]:
    """Publish datasets and yield a client of a server that holds them."""
    settings = Settings(home=home, languages=("en", "id"))
    engine = connect(settings.database)
    create(engine)
    observations = ObservationStore(engine, arrangement=arrangement)
    stores = replace(stores_of(engine), observations=observations)
    fill(stores, surveys)
    yield create_app(settings, stores).test_client()
    engine.dispose()
