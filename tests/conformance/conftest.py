"""Servers that hold the fixtures, one a session each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient

from sdmx_server.app import create_app
from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.settings import Settings
from sdmx_server.storage.database import connect, create
from tests.conformance import fixtures as fx
from tests.conformance.fixtures import CREATED, Content
from tests.databases import NO_POSTGRESQL, fresh_schema

LANGUAGES = ("en", "fr", "de")
Serving = Callable[..., FlaskClient]


@contextmanager
def serve(content: Content, settings: Settings) -> Iterator[FlaskClient]:
    """Publish a fixture and yield a client of a server that holds it."""
    engine = connect(settings.database)
    create(engine)
    stores = stores_of(engine)
    publish_structures(content.artefacts, stores, CREATED)
    for at, deliveries in content.deliveries:
        publish(deliveries, stores, at)
    yield create_app(settings, stores).test_client()
    engine.dispose()


def of_sdmx21() -> Content:
    """Return the fixtures as SDMX 2.1 has them: versions of two parts."""
    made = Content([*fx.shared("1.0"), *fx.organisations()])
    for make in (fx.exr, fx.availability, fx.flat, fx.history, fx.categories, fx.languages):
        made += make("1.0")
    return made + fx.versioned(("1.9", "1.10")) + fx.lists_of_the_old_kind()


def of_sdmx3() -> Content:
    """Return the fixtures as SDMX 3 has them."""
    made = Content([*fx.shared("1.0.0"), *fx.organisations()])
    for make in (fx.exr, fx.availability, fx.flat, fx.history, fx.multi, fx.categories):
        made += make("1.0.0")
    for add in (fx.versioned, fx.extensions, fx.evolving, fx.odd_ids, fx.late_binding):
        made += add()
    return made + fx.languages("1.0.0")


def of_constraints() -> Content:
    """Return the constrained exchange rates in both versions."""
    made = Content(fx.organisations())
    for version in ("1.0", "1.0.0"):
        made += Content(fx.shared(version)) + fx.constrained(version)
    return made


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Serve a fixture from a database of its own."""
    with ExitStack() as stack:

        def serve_apart(content: Content, **settings: Any) -> FlaskClient:
            home = str(tmp_path_factory.mktemp("fixture"))
            given = Settings(home=home, languages=LANGUAGES, **settings)
            return stack.enter_context(serve(content, given))

        yield serve_apart


@pytest.fixture(scope="session")
def v1(serving: Serving) -> FlaskClient:
    """A server with the fixtures of SDMX 2.1."""
    return serving(of_sdmx21())


@pytest.fixture(scope="session")
def v2(serving: Serving) -> FlaskClient:
    """A server with the fixtures of SDMX 3."""
    return serving(of_sdmx3())


@pytest.fixture(scope="session")
def constrained(serving: Serving) -> FlaskClient:
    """A server with FX-CONS."""
    return serving(of_constraints())


@pytest.fixture(scope="session")
def on_postgresql(postgresql_server: str | None) -> Iterator[FlaskClient]:
    """A server with the fixtures of SDMX 3 on PostgreSQL."""
    if postgresql_server is None:
        pytest.skip(NO_POSTGRESQL)
    with fresh_schema(postgresql_server) as url:
        settings = Settings(database_url=url, languages=LANGUAGES)
        with serve(of_sdmx3(), settings) as client:
            yield client
