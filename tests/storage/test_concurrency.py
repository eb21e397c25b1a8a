"""Several processes and threads at one dataset."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count, islice
from threading import Event

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from sdmx_server.dataset import Action
from sdmx_server.model.organisation import AgencyScheme
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.database import Overtaken, lock_revision, raise_revision, writing
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.retention import Retention
from sdmx_server.storage.tables import STORES, chunk_claims
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


def test_a_load_does_not_wait_for_one_into_another_dataset(engine):
    """The first stands still while it orders its periods, before it takes any lock."""
    begun, released = Event(), Event()

    def order(text):
        begun.set()
        assert released.wait(60)
        return text

    slow = ObservationStore(engine, arrangement=Arrangement(order))
    quick = ObservationStore(engine)
    with ThreadPoolExecutor(1) as pool:
        rows = whole("first")
        waiting = pool.submit(slow.publish, "D", LAYOUT, rows, action=Action.MERGE, at=START)
        assert begun.wait(60)
        for number in range(3):
            step = whole(str(number))
            quick.publish("E", LAYOUT, step, action=Action.MERGE, at=START)
        assert quick.current("D") is None
        released.set()
        assert waiting.result(60).number == 1
    assert set(compact(quick.select(quick.current("D"))).values()) == {"first"}
    assert quick.current("E").number == 3


class Disturbed(ObservationStore):
    """A store into which somebody else publishes whenever a version has been made."""

    def __init__(self, engine, overtake):
        super().__init__(engine)
        self._overtake = overtake

    def _made(self, *arguments):
        made = super()._made(*arguments)
        self._overtake()
        return made


@pytest.mark.parametrize("times", [1, 3])
def test_whoever_is_overtaken_makes_its_version_of_the_newer_one(engine, times):
    quick, areas = ObservationStore(engine), iter(range(times))

    def publish(area, text):
        rows = table([row(f"A.{area}.2030", text)])
        return quick.publish("D", LAYOUT, rows, action=Action.MERGE, at=START)

    publish("first", "first")
    slow = Disturbed(engine, lambda: [publish(area, "quick") for area in islice(areas, 1)])
    slow.publish("D", LAYOUT, whole("slow"), action=Action.MERGE, at=START)
    found = compact(quick.select(quick.current("D")))
    assert quick.current("D").number == times + 2
    assert Counter(found.values()) == {"first": 1, "quick": times, "slow": 300}


def test_whoever_is_overtaken_again_and_again_makes_the_others_wait(engine):
    quick, waiting, numbers = ObservationStore(engine), [], count()

    def publish():
        rows = table([row(f"A.{next(numbers)}.2030", "quick")])
        return quick.publish("D", LAYOUT, rows, action=Action.MERGE, at=START)

    with ThreadPoolExecutor(1) as pool:

        def overtake():
            waiting.append(pool.submit(publish))
            with suppress(TimeoutError):
                waiting[-1].result(2)

        slow = Disturbed(engine, overtake)
        slow.publish("D", LAYOUT, whole("slow"), action=Action.MERGE, at=START)
        order = [overtaker.result(60).number for overtaker in waiting]
    assert order == [1, 2, 3, 5]
    found = compact(quick.select(quick.current("D")))
    assert Counter(found.values()) == {"quick": 4, "slow": 300}


LOAD = """
import sys
from datetime import UTC, datetime
import pyarrow as pa
from sdmx_server.dataset import Action
from sdmx_server.storage import chunk_writer
from sdmx_server.storage.database import connect
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.staging import Staging
from tests.storage.figures import LAYOUT, row, table

chunk_writer._AT_ONCE = 2_000
_, url, name, dataset = sys.argv
store = ObservationStore(connect(url), arrangement=Arrangement(chunk=20))
for year in range(3):
    with Staging(LAYOUT, memory=1_000) as staging:
        for area in range(30):
            staging.add(table([row(f"{name}.{area}.{2000 + year}", f"{area}")]))
            years = range(2000, 2009)
            staging.add(table([row(f"A.{area}.{number}", name) for number in years]))
        step = Publication(dataset, LAYOUT, staging, Action.MERGE)
        store.publish_all([step], at=datetime.now(UTC))
"""


@pytest.mark.parametrize("datasets", ["DDD", "DDE"])
def test_loads_of_many_chunks_at_once_lose_nothing(engine, database_url, datasets):
    loads = [
        start(LOAD, database_url, name, dataset)
        for name, dataset in zip("XYZ", datasets, strict=True)
    ]
    assert [load.communicate(timeout=120)[1] for load in loads] == ["", "", ""]
    store = ObservationStore(engine)
    for dataset in set(datasets):
        names = [name for name, of in zip("XYZ", datasets, strict=True) if of == dataset]
        found = compact(store.select(store.current(dataset)))
        for name in names:
            for area in range(30):
                for year in range(2000, 2003):
                    assert found.pop(f"{name}.{area}.{year}") == str(area)
        assert len(found) == 30 * 9
        assert set(found.values()) <= set(names)
    store.prune(Retention(latest=1))
    with engine.connect() as connection:
        assert connection.execute(sa.select(chunk_claims)).all() == []
    for dataset in set(datasets):
        assert len(compact(store.select(store.current(dataset)))) >= 360
