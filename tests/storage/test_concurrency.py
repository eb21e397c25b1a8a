"""Several processes and threads at one dataset."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from sdmx_server.dataset import Action
from sdmx_server.model.organisation import AgencyScheme
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.database import Overtaken, lock_revision, raise_revision, writing
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.tables import STORES
from tests.storage.figures import LAYOUT, compact, row, table

START = datetime(2024, 1, 1, tzinfo=UTC)
KEYS = [f"A.{area}.{year}" for area in range(30) for year in range(2000, 2010)]
AGENCIES = AgencyScheme(id="AGENCIES", agency_id="ID", version="1.0", names={"en": "Some"})
READ = """
import sys
from sdmx_server.storage.database import connect
from sdmx_server.storage.observations import ObservationStore
from tests.storage.figures import compact

store = ObservationStore(connect(sys.argv[1]), index_bytes=0, chunk_bytes=0)
seen = set()
while "last" not in seen:
    values = compact(store.select(store.current("D")))
    assert len(values) == 300, len(values)
    assert len(set(values.values())) == 1, set(values.values())
    seen |= set(values.values())
print(len(seen))
"""
PUBLISH = """
import sys
from datetime import UTC, datetime
from sdmx_server.dataset import Action
from sdmx_server.storage.database import connect
from sdmx_server.storage.observations import ObservationStore
from tests.storage.figures import LAYOUT, row, table

store = ObservationStore(connect(sys.argv[1]))
for year in range(6):
    rows = table([row(f"A.{sys.argv[2]}.{2000 + year}", str(year))])
    store.publish("D", LAYOUT, rows, action=Action.MERGE, at=datetime.now(UTC))
"""


def start(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def whole(value):
    return table([row(key, value) for key in KEYS])


def test_readers_in_other_processes_never_see_a_mixture(engine, database_url):
    store = ObservationStore(engine, arrangement=Arrangement(chunk=20))
    store.publish("D", LAYOUT, whole("first"), action=Action.MERGE, at=START)
    readers = [start(READ, database_url) for _ in range(2)]
    for number in range(15):
        store.publish("D", LAYOUT, whole(str(number)), action=Action.MERGE, at=START)
    store.publish("D", LAYOUT, whole("last"), action=Action.REPLACE, at=START)
    answers = [reader.communicate(timeout=60) for reader in readers]
    assert [error for _, error in answers] == ["", ""]
    assert [reader.returncode for reader in readers] == [0, 0]


def test_publishers_in_other_processes_lose_nothing(engine, database_url):
    publishers = [start(PUBLISH, database_url, area) for area in ("X", "Y", "Z")]
    assert [publisher.communicate(timeout=60)[1] for publisher in publishers] == ["", "", ""]
    store = ObservationStore(engine)
    expected = {f"A.{area}.{2000 + year}": str(year) for area in "XYZ" for year in range(6)}
    assert compact(store.select(store.current("D"))) == expected
    assert [version.number for version in store.versions("D")] == list(range(1, 19))


def test_a_version_can_be_read_to_its_end_while_newer_ones_are_published(engine):
    store = ObservationStore(engine, chunk_bytes=0, arrangement=Arrangement(chunk=10))
    first = store.publish("D", LAYOUT, whole("1"), action=Action.MERGE, at=START)
    batches = store.select(first).batches()
    begun = next(batches)
    store.publish("D", LAYOUT, whole("2"), action=Action.MERGE, at=START)
    rest = [text for batch in batches for text in batch.texts["VALUE"].to_pylist()]
    assert {*begun.texts["VALUE"].to_pylist(), *rest} == {"1"}


@pytest.mark.parametrize("chunk_bytes", [0, 100_000_000])
def test_threads_share_a_store(engine, chunk_bytes):
    store = ObservationStore(engine, chunk_bytes=chunk_bytes, arrangement=Arrangement(chunk=10))
    store.publish("D", LAYOUT, whole("1"), action=Action.MERGE, at=START)

    def visit(number):
        if number % 4 == 0:
            store.publish("D", LAYOUT, whole(str(number)), action=Action.MERGE, at=START)
        return set(compact(store.select(store.current("D"))).values())

    with ThreadPoolExecutor(8) as threads:
        assert all(len(values) == 1 for values in threads.map(visit, range(60)))


def test_what_was_checked_against_older_structures_is_not_stored(engine):
    store, structures = ObservationStore(engine), ArtefactStore(engine)
    held = structures.revision().number
    step = Publication("D", LAYOUT, whole("first"), Action.MERGE)
    structures.put([AGENCIES], START)

    with pytest.raises(Overtaken):
        store.publish_all([step], at=START, structures=held)
    assert store.current("D") is None
    assert store.revision().number == 0

    store.publish_all([step], at=START, structures=held + 1)
    with pytest.raises(Overtaken):
        structures.put([replace(AGENCIES, names={"en": "Others"})], START, observations=0)
    assert structures.revision().number == held + 1
    assert store.publish_all([step], at=START, structures=held)[0].number == 1  # nothing to store


def test_data_wait_for_structures_that_are_being_stored(engine):
    """Whoever is first commits; who comes later looks again."""
    store = ObservationStore(engine)
    step = Publication("D", LAYOUT, whole("first"), Action.MERGE)
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as connection:
            held = lock_revision(connection, STORES[0]).number
            raise_revision(connection, STORES[0], START)
            waiting = pool.submit(store.publish_all, [step], at=START, structures=held)
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
        with pytest.raises(Overtaken):
            waiting.result(60)
    assert store.current("D") is None
