"""Answers of the server beside those of writers that are slow and obvious.

What is compared, format by format:

- SDMX-CSV: every byte. The standard leaves no choice but the list of languages that a
  header announces, of which it is asked that it names those in use. With keys every cell:
  cells in quotes that need none, as those of keys are where codes may need them, are valid.
- SDMX-ML: elements in their order, each with its attributes and its text. White space
  between elements, the order of attributes and prefixes say nothing in XML.
- SDMX-JSON: what it says, each number that refers to a value replaced by this value, because
  which number a value has is left to the writer, as is whether a dimension with one value
  stands at the dataset. Numbers are compared with their digits.

Rows and series stand in the order of their keys, or in the order asked for: the standard
leaves the first open, but paging rests on it.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from random import Random

import pytest
import zstandard
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sdmx_server.app import create_app
from sdmx_server.cli import main
from sdmx_server.storage.draft import Arrangement
from tests.reference import (
    csv1,
    csv2,
    datasets,
    json1,
    json2,
    json_document,
    ml3,
    ml21_generic,
    ml21_specific,
)
from tests.reference.answer import Answer, answers, packed
from tests.reference.conftest import SMALL, serving, settings_in, stores_in
from tests.reference.csv2 import Choices
from tests.reference.datasets import declare, deliver, fill
from tests.reference.json_document import Document
from tests.reference.queries import question_of_1, question_of_2
from tests.reference.question import ALL, Question, url_of_1, url_of_2
from tests.reference.survey import TIME, Component, Survey, Value
from tests.reference.xml_nodes import Node, difference, read, unnamed

SEED = 20_26
QUERIES = 300
QUERIES_OF_SEVERAL = 45
BY_TEST = 15
TRIES = 3
SHARES = 2  # each query is asked in every other format, by turns
MANY_SHARES = 5
QUESTIONS_AGAIN = 20
BATCH = 16_384  # observations; more of them are looked at once only

LARGE = datasets.large()
PLAIN, KINDS, FLAT = SURVEYS = (datasets.plain(), datasets.kinds(), datasets.flat())
SDMX = "application/vnd.sdmx."


@dataclass(frozen=True)
class Expected:
    """What an answer must hold: datasets, or one without any observations for no answer."""

    datasets: list[Answer]
    prepared: datetime
    is_empty: bool


@dataclass(frozen=True)
class Format:
    """A format: its media type, how it is compared, and which answers it cannot hold."""

    media_type: str
    compare: Callable[[bytes, Expected], None]
    refuses: Callable[[list[Answer]], bool] = lambda _: False


def same_csv2(data: bytes, expected: Expected, version: str, chosen: Choices) -> None:
    header = data.decode().partition("\n")[0]
    announced = dict(re.findall(r"([A-Z_]+)\[([A-Za-z][A-Za-z;-]*)\]", header))
    languages = {id_: found.split(";") for id_, found in announced.items()}
    for id_, found in languages.items():
        assert found == sorted(set(found)), found
        assert languages_in(expected.datasets, id_) <= set(found), f"{id_} is in more languages"
    written = csv2.write(expected.datasets, version, chosen, languages)
    if chosen.keys == "none":
        same_lines(data.decode(), written)
    else:
        same_cells(data.decode(), written)


def same_lines(found: str, expected: str) -> None:
    pairs = zip_longest(found.split("\r\n"), expected.split("\r\n"))
    told = (f"line {n}: came {a!r}, not {b!r}" for n, (a, b) in enumerate(pairs) if a != b)
    first = next(told, "")
    assert first == "", first


def same_cells(found: str, expected: str) -> None:
    texts = (StringIO(text, newline="") for text in (found, expected))
    tables = [csv.reader(text, strict=True) for text in texts]
    told = (f"came {a!r}, not {b!r}" for a, b in zip_longest(*tables) if a != b)
    first = next(told, "")
    assert first == "", first


def languages_in(answers: list[Answer], id_: str) -> set[str]:
    values = [csv2.told(row, each, id_) for each in answers for row in each.rows]
    return {lang for value in values if value for text in _listed(value) for lang in text}


def _listed(value: Value) -> list[dict[str, str]]:
    return value if isinstance(value, list) else [value]


def same_csv1(data: bytes, expected: Expected, chosen: Choices) -> None:
    same_lines(data.decode(), csv1.write(expected.datasets, chosen))


def same_xml(data: bytes, expected: Expected, write: Callable[..., Node], **more: str) -> None:
    told = difference(unnamed(read(data)), write(expected.datasets, expected.prepared, **more))
    assert told == "", told


def same_json(
    data: bytes, expected: Expected, write: Callable[..., list[Document]], **more: str
) -> None:
    written = write(expected.datasets, expected.prepared, **more)
    told = json_document.difference(json_document.read(data), written)
    assert told == "", told


def shown(pack: Answer) -> list[Component]:
    return [pack.survey.component(id_) for id_ in (*pack.measures, *pack.attributes)]


def is_beyond_csv1(packs: list[Answer]) -> bool:
    """Whether there are several measures, arrays or deletions."""
    several = any(len(p.measures) > 1 or any(c.is_array for c in shown(p)) for p in packs)
    return several or any(p.action == "Delete" for p in packs)


def is_beyond_json1(packs: list[Answer]) -> bool:
    """Whether there are several measures, arrays, or datasets that show different components."""
    several = any(len(p.measures) > 1 or any(c.is_array for c in shown(p)) for p in packs)
    alike = {(p.survey.name, p.measures, p.attributes, p.with_observations) for p in packs}
    return several or len(alike) > 1


def is_beyond_ml21(packs: list[Answer]) -> bool:
    """Whether a structure of several measures shows any, or values are no simple ones."""
    return any(
        (p.measures and len(p.survey.of_kind("measure")) > 1)
        or any(c.is_array or c.is_multilingual for c in shown(p))
        for p in packs
    )


def is_no_time_series(packs: list[Answer]) -> bool:
    """Whether another dimension is observed than time."""
    return any(p.observed != TIME for p in packs) or is_beyond_ml21(packs)


def _formats() -> Iterator[Format]:
    for version in ("2.0.0", "2.1.0"):
        for chosen in (
            Choices(),
            Choices(labels="both", keys="both"),
            Choices(labels="name", keys="obs", time_format="normalized"),
            Choices(keys="series"),
        ):
            asked = f"labels={chosen.labels};keys={chosen.keys};timeFormat={chosen.time_format}"
            compare = partial(same_csv2, version=version, chosen=chosen)
            yield Format(f"{SDMX}data+csv;version={version};{asked}", compare)
    for chosen in (Choices(), Choices(labels="both", time_format="normalized")):
        asked = f"labels={chosen.labels};timeFormat={chosen.time_format}"
        compare = partial(same_csv1, chosen=chosen)
        yield Format(f"{SDMX}data+csv;version=1.0.0;{asked}", compare, is_beyond_csv1)
    for version in ("2.0.0", "2.1.0"):
        compare = partial(same_json, write=json2.write, version=version)
        yield Format(f"{SDMX}data+json;version={version}", compare)
    compare = partial(same_json, write=json1.write)
    yield Format(f"{SDMX}data+json;version=1.0.0", compare, is_beyond_json1)
    for version, schemas in (("3.0.0", "v3_0"), ("3.1.0", "v3_1")):
        yield Format(f"{SDMX}data+xml;version={version}",
                     partial(same_xml, write=ml3.write, schemas=schemas))  # fmt: skip
    for name, write, root in (
        ("genericdata", ml21_generic.write, "GenericData"),
        ("generictimeseriesdata", ml21_generic.write, "GenericTimeSeriesData"),
        ("structurespecificdata", ml21_specific.write, "StructureSpecificData"),
        (
            "structurespecifictimeseriesdata",
            ml21_specific.write,
            "StructureSpecificTimeSeriesData",
        ),
    ):
        refuses = is_no_time_series if "TimeSeries" in root else is_beyond_ml21
        yield Format(
            f"{SDMX}{name}+xml;version=2.1", partial(same_xml, write=write, root=root), refuses
        )


FORMATS = tuple(_formats())
OF_SEVERAL = [f for f in FORMATS if f.refuses is not is_no_time_series]
"""The formats that can hold several structures, or else refuse all of them."""
BY_NAME = {format_.media_type.removeprefix(SDMX): format_ for format_ in FORMATS}


def any_question(random: Random) -> tuple[Survey, Question, str]:
    """Return a query with the dataset that it is about, and its URL; most find something."""
    for _ in range(TRIES):
        survey = random.choice((*SURVEYS, SURVEYS[0]))
        if random.random() < 0.25:
            asked = question_of_1(random, survey)
            url = url_of_1(asked, survey)
        else:
            asked = question_of_2(random, survey)
            url = url_of_2(asked, survey)
        if answers([survey], asked):
            break
    return survey, asked, url


def expected_of(asked: Question, *surveys: Survey, among: Sequence[Survey] = SURVEYS) -> Expected:
    """Return what an answer must hold, ``among`` being all that the server has."""
    found = answers(surveys, asked)
    instants = {p.at for each in among for p in each.publications}
    prepared = max(at for at in instants if asked.as_of is None or at <= asked.as_of)
    return Expected(found or [packed(surveys[0], asked)], prepared, is_empty=not found)


def tells_what_is_left_out(response: TestResponse, expected: Expected, format_: Format) -> bool:
    """Whether an answer of several datasets has those that it can hold, and warns of others."""
    can_hold = [each for each in expected.datasets if not format_.refuses([each])]
    warns = b"<footer:Message" in response.data and b'severity="Warning"' in response.data
    return response.status_code == 200 and bool(can_hold) and warns


def check(response: TestResponse, expected: Expected, format_: Format, url: str) -> None:
    """Compare an answer with the one expected."""
    said = f"{url} as {format_.media_type}"
    is_refused = format_.refuses(expected.datasets)
    if expected.is_empty:
        nothing = 404 if "/v1/" in url else 204
        assert response.status_code in (nothing, *([406] if is_refused else [])), said
    elif is_refused:
        assert response.status_code == 406 or tells_what_is_left_out(response, expected, format_), (
            said
        )
    else:
        assert response.status_code == 200, f"{said}: {response.text}"
        try:
            format_.compare(response.data, expected)
        except AssertionError as error:
            raise AssertionError(f"{said}\n{error}") from None


@pytest.fixture(scope="module")
def in_small_chunks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server whose batches hold few observations."""
    home = str(tmp_path_factory.mktemp("small"))
    with serving(home, list(SURVEYS), Arrangement(chunk=SMALL)) as client:
        yield client


@pytest.mark.parametrize("part", range(QUERIES // BY_TEST))
def test_an_answer_says_what_the_reference_says(in_small_chunks: FlaskClient, part: int):
    random = Random(SEED + part)
    for place in range(BY_TEST):
        survey, asked, url = any_question(random)
        expected = expected_of(asked, survey)
        for format_ in FORMATS[place % SHARES :: SHARES]:
            response = in_small_chunks.get(url, headers={"Accept": format_.media_type})
            check(response, expected, format_, url)


@pytest.fixture(scope="module")
def in_usual_chunks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server whose chunks are as large as usual."""
    home = str(tmp_path_factory.mktemp("usual"))
    with serving(home, list(SURVEYS), Arrangement()) as client:
        yield client


DECOMPRESSED = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


@pytest.mark.parametrize("encoding", DECOMPRESSED)
def test_a_compressed_answer_says_the_same(in_usual_chunks: FlaskClient, encoding: str):
    random = Random(f"{SEED} {encoding}")
    for place in range(BY_TEST):
        survey, asked, url = any_question(random)
        expected = expected_of(asked, survey)
        for format_ in FORMATS[place % MANY_SHARES :: MANY_SHARES]:
            accept = {"Accept": format_.media_type, "Accept-Encoding": encoding}
            response = in_usual_chunks.get(url, headers=accept)
            again = in_usual_chunks.get(url, headers=accept)
            if response.status_code == 200:
                assert response.data == again.data
                told = response.headers.get("Content-Encoding", "identity")
                assert told == encoding
                response.data = DECOMPRESSED[encoding](response.data)
            check(response, expected, format_, url)


@pytest.fixture(scope="module")
def with_much(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server whose answers take several batches of the usual size."""
    with serving(str(tmp_path_factory.mktemp("much")), [LARGE], Arrangement()) as client:
        yield client


USUAL = ";labels=id;keys=none;timeFormat=original"
CSV, JSON1, JSON2, XML = (
    f"data+csv;version=2.1.0{USUAL}",
    "data+json;version=1.0.0",
    "data+json;version=2.1.0",
    "data+xml;version=3.1.0",
)
GENERIC, SPECIFIC = "genericdata+xml;version=2.1", "structurespecificdata+xml;version=2.1"
ORDERED = (("OBS_VALUE", True), ("ITEM", False))
WHOLE = [
    *((Question(), kind) for kind in (CSV, JSON1, JSON2, XML, GENERIC, SPECIFIC)),
    *((Question(observed=ALL), kind) for kind in (CSV, SPECIFIC)),
    (Question(observed="SEX"), CSV),
    *((Question(sort=ORDERED), kind) for kind in (CSV, XML)),
    (Question(sort=ORDERED, limit=300, offset=16_300), JSON2),
    (Question(limit=300, offset=16_300), SPECIFIC),
    (Question(last=1, attributes=("none",)), CSV),
]


@pytest.mark.parametrize(("asked", "kind"), WHOLE)
def test_many_batches_say_what_the_reference_says(
    with_much: FlaskClient, asked: Question, kind: str
):
    url, format_ = url_of_2(asked, LARGE), BY_NAME[kind]
    response = with_much.get(url, headers={"Accept": format_.media_type})
    expected = Expected(answers([LARGE], asked), datasets.CREATED, is_empty=False)
    check(response, expected, format_, url)


@pytest.mark.parametrize("part", range(QUERIES_OF_SEVERAL // BY_TEST))
def test_several_dataflows_are_told_as_the_reference_tells_them(
    in_small_chunks: FlaskClient, part: int
):
    random = Random(f"{SEED} {part}")
    first, second = FLAT, PLAIN  # in the order of their ids
    for place in range(BY_TEST):
        asked = replace(
            question_of_2(random, random.choice((first, second))),
            keys=(),
            context="dataflow",
            provider=None,
            observed=random.choice((None, None, ALL, "AREA")),
            attributes=random.choice((("dsd",), ("none",), ("obs",), ("dataset", "series"))),
            measures=random.choice((("all",), ("all",), ("none",))),
            sort=random.choice(((), (), (("*", True),))),
        )
        url, expected = url_of_2(asked, first, second), expected_of(asked, first, second)
        for format_ in OF_SEVERAL[place % SHARES :: SHARES]:
            response = in_small_chunks.get(url, headers={"Accept": format_.media_type})
            check(response, expected, format_, url)


def test_answers_follow_what_is_published(tmp_path: Path):
    """Equal questions, asked again and again: what is kept in memory must not outlive changes."""
    random = Random(f"{SEED} again")
    asked = [
        replace(question_of_2(random, PLAIN), as_of=None, keys=()) for _ in range(QUESTIONS_AGAIN)
    ]
    with stores_in(str(tmp_path), Arrangement(chunk=SMALL)) as stores:
        declare(stores, [PLAIN])
        client = create_app(settings_in(str(tmp_path)), stores).test_client()
        for number in range(len(PLAIN.publications)):
            deliver(stores, PLAIN, number)
            now = replace(PLAIN, publications=PLAIN.publications[: number + 1])
            for place, each in enumerate(asked):
                url, expected = url_of_2(each, PLAIN), expected_of(each, now, among=[now])
                for format_ in FORMATS[place % MANY_SHARES :: MANY_SHARES]:
                    for _ in range(2):
                        response = client.get(url, headers={"Accept": format_.media_type})
                        check(response, expected, format_, url)


@pytest.mark.parametrize("survey", [*SURVEYS, LARGE], ids=lambda survey: survey.name)
def test_what_is_loaded_as_csv_is_answered(tmp_path: Path, survey: Survey):
    first = survey.publications[0]
    rows = [{i: value for i, value in row.items() if i[0] != "@"} for row in first.rows]
    survey = replace(survey, publications=(replace(first, rows=rows),), agreements={})
    random = Random(f"{SEED} {survey.name}")
    whole = answers([survey], Question())[0]
    random.shuffle(whole.rows)
    file = tmp_path / "shuffled.csv"
    languages = {c.id: ["en", "fr-CH", "id"] for c in survey.components}
    file.write_bytes(csv2.write([whole], "2.1.0", Choices(), languages).encode())
    with stores_in(str(tmp_path), Arrangement()) as stores:
        declare(stores, [survey])
        at = ["--home", str(tmp_path), "--published", f"{datasets.REVISED:%Y-%m-%dT%H:%M:%SZ}"]
        loaded = CliRunner().invoke(main, ["load", *at, str(file)])
        assert loaded.exit_code == 0, loaded.output
        client = create_app(settings_in(str(tmp_path)), stores).test_client()
        survey = replace(survey, publications=(replace(first, rows=rows, at=datasets.REVISED),))
        several = (Question(), Question(observed=ALL), question_of_2(random, survey))
        for asked in (Question(),) if len(rows) > BATCH else several:
            url, expected = url_of_2(asked, survey), expected_of(asked, survey, among=[survey])
            for kind in (CSV,) if len(rows) > BATCH else (CSV, JSON2, XML):
                response = client.get(url, headers={"Accept": BY_NAME[kind].media_type})
                check(response, expected, BY_NAME[kind], url)


def test_equal_questions_get_equal_bytes_whatever_was_asked_before(tmp_path: Path):
    """A download goes on where it ended only if another process sends the same bytes."""
    random = Random(f"{SEED} bytes")
    urls = [any_question(random)[2] for _ in range(QUESTIONS_AGAIN)]
    asked = [(url, kind) for url in urls for kind in (CSV, JSON1, JSON2, XML)]
    told: list[dict[tuple[str, str], bytes]] = []
    with stores_in(str(tmp_path), Arrangement(chunk=SMALL)) as stores:
        fill(stores, SURVEYS)
    for order in (asked, asked[::-1]):
        with stores_in(str(tmp_path), Arrangement(chunk=SMALL)) as stores:
            client = create_app(settings_in(str(tmp_path)), stores).test_client()
            accept = {kind: {"Accept": f"{SDMX}{kind}"} for _, kind in order}
            responses = {each: client.get(each[0], headers=accept[each[1]]) for each in order}
            told.append({each: r.data for each, r in responses.items() if r.status_code == 200})
    assert told[0] == told[1]
