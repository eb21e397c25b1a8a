"""A server whose database is out of reach says so, and nothing about where it is."""

import pytest

from sdmx_server.app import create_app
from sdmx_server.exchange.stores import stores_of
from sdmx_server.settings import Settings
from sdmx_server.storage.database import connect

LOST = (
    ("postgresql://me:secret@localhost:1/figures?connect_timeout=1", ("localhost", "127.0.0.1")),
    ("sqlite:////nowhere/figures.sqlite", ("nowhere", "sqlite", "unable to open")),
)


@pytest.mark.parametrize("path", ["/sdmx/v1/data/DF_X", "/sdmx/v2/structure", "/", "/health/ready"])
@pytest.mark.parametrize(("url", "internals"), LOST)
def test_a_lost_database_is_503_without_a_word_of_where_it_was(url, internals, path, caplog):
    engine = connect(url)
    stores = stores_of(engine)

    answer = create_app(Settings(), stores).test_client().get(path)

    assert answer.status_code == 503
    assert not [word for word in (*internals, "secret", "figures") if word in answer.text]
    assert any(word in caplog.text for word in internals)
    assert "secret" not in caplog.text
    engine.dispose()
