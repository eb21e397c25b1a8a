"""Artefacts that come along, compared with a walk over everything that names anything.

The walk looks for whatever text is a URN; it knows no declarations, no index and no store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

from sdmx_server.grammar.artefact_types import V1_TYPES, V2_TYPES
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.constraint import MetadataConstraint
from sdmx_server.model.hierarchy import Hierarchy
from sdmx_server.model.legacy import AttachmentConstraint, StructureSet
from sdmx_server.model.organisation import AgencyScheme, Organisation
from tests.conformance.answers import media
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content
from tests.conformance.test_every_type import artefacts_in

URN = re.compile(r"urn:sdmx:org\.sdmx\.infomodel\.(\w+)\.(\w+)=([^:]+):([^(]+)\(([^)]+)\)(\..+)?")
SCHEMES = {  # what holds items of each class
    "Code": "Codelist",
    "Concept": "ConceptScheme",
    "Category": "CategoryScheme",
    "ReportingCategory": "ReportingTaxonomy",
    "Agency": "AgencyScheme",
    "DataProvider": "DataProviderScheme",
    "DataConsumer": "DataConsumerScheme",
    "MetadataProvider": "MetadataProviderScheme",
    "OrganisationUnit": "OrganisationUnitScheme",
    "Dimension": "DataStructure",
    "TimeDimension": "DataStructure",
    "DataAttribute": "DataStructure",
    "MetadataAttribute": "MetadataStructure",
}
VTL = (
    "transformationscheme",
    "rulesetscheme",
    "userdefinedoperatorscheme",
    "customtypescheme",
    "namepersonalisationscheme",
    "vtlmappingscheme",
)
Graph = dict[str, set[str]]


def named_in(value: Any) -> Iterator[str]:
    """Yield every URN anywhere in a value, but for links and annotations."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in ("links", "annotations"):
                yield from named_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from named_in(part)
    elif isinstance(value, str) and URN.fullmatch(value):
        yield value


def graph_of(artefacts: Iterable[Maintainable], *, to_agencies: bool) -> Graph:
    """Return what each artefact refers to, by URN."""
    by_urn = {artefact.urn: artefact for artefact in artefacts}
    found: Graph = {}
    for urn, artefact in by_urn.items():
        named = [_held(name, by_urn) for name in named_in(msgspec.to_builtins(artefact))]
        found[urn] = {name for name in named if name is not None}
        if isinstance(artefact, AgencyScheme):
            continue
        if to_agencies or artefact.artefact_type in VTL:
            above, _, _ = artefact.agency_id.rpartition(".")
            scheme = f"{above or 'SDMX'}:AGENCIES(1.0)"
            found[urn] |= {each for each in by_urn if each.endswith(f".AgencyScheme={scheme}")}
    return found


def _held(name: str, by_urn: dict[str, Maintainable]) -> str | None:
    """Return the artefact that a URN means, or is part of; the highest of several versions."""
    match = URN.fullmatch(name)
    assert match
    package, kind, agency, id_, version, _ = match.groups()
    start = f"urn:sdmx:org.sdmx.infomodel.{package}.{SCHEMES.get(kind, kind)}={agency}:{id_}("
    if "+" not in version:
        return next((urn for urn in by_urn if urn == f"{start}{version})"), None)
    least = [int(part) for part in version.replace("+", "").split(".")]
    numbers = {
        tuple(int(part) for part in urn[len(start) : -1].split(".")): urn
        for urn in by_urn
        if urn.startswith(start) and urn[len(start) : -1].replace(".", "").isdigit()
    }
    fixed = version.split("+")[0].count(".")
    fits = [n for n in numbers if list(n) >= least and list(n)[:fixed] == least[:fixed]]
    return numbers[max(fits)] if fits else None


def _below(graph: Graph, urns: set[str]) -> set[str]:
    return {name for urn in urns for name in graph[urn]}


def _above(graph: Graph, urns: set[str]) -> set[str]:
    return {urn for urn, named in graph.items() if named & urns}


def _all_along(step: Callable[[Graph, set[str]], set[str]], graph: Graph, urn: str) -> set[str]:
    found: set[str] = set()
    layer = {urn}
    while layer:
        layer = step(graph, layer) - found
        found |= layer
    return found


def expected(graph: Graph, urn: str, references: str) -> set[str]:
    """Return what ``references`` brings along with an artefact."""
    parents = _above(graph, {urn})
    siblings = parents | _below(graph, parents)
    descendants = _all_along(_below, graph, urn)
    found = {
        "none": set[str](),
        "parents": parents,
        "parentsandsiblings": siblings,
        "ancestors": _all_along(_above, graph, urn),
        "children": graph[urn],
        "descendants": descendants,
        "all": siblings | descendants,
    }[references]
    return found - {urn}


V2_WORDS = ("none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all")
V1_WORDS = tuple(word for word in V2_WORDS if word != "ancestors")
OF_3_1 = artefacts_in("31")
OF_2_1 = artefacts_in("21", "21_more")
AGENCIES = [
    AgencyScheme(
        id="AGENCIES",
        agency_id=above,
        version="1.0",
        names={"en": "Agencies"},
        agencies=tuple(Organisation(id=id_, names={"en": id_}) for id_ in below),
    )
    for above, below in (("SDMX", ("AG",)), ("AG", ("SUB",)))
]


def _whole(artefacts: list[Maintainable]) -> list[Maintainable]:
    held = {artefact.urn for artefact in artefacts}
    return [*artefacts, *(each for each in AGENCIES if each.urn not in held)]


@pytest.fixture(scope="module")
def of_3_1(serving: Serving) -> FlaskClient:
    """A server with artefacts of every type of SDMX 3.1."""
    return serving(Content(_whole(OF_3_1)))


@pytest.fixture(scope="module")
def of_2_1(serving: Serving) -> FlaskClient:
    """A server with artefacts of every type of SDMX 2.1."""
    return serving(Content(_whole(OF_2_1)))


def shown(client: FlaskClient, path: str, version: str) -> list[str]:
    """Return the URNs of the artefacts in an answer; none where none can be written."""
    response = client.get(path, headers=media("structure+json", version))
    if response.status_code == 406:
        return []
    assert response.status_code == 200, response.text
    return [
        artefact["links"][0]["urn"]
        for artefacts in response.json["data"].values()
        for artefact in artefacts
    ]


def _is_written(artefact: Maintainable) -> bool:
    """Whether SDMX 3, in whose formats the answers come, has such artefacts."""
    if isinstance(artefact, MetadataConstraint):
        return artefact.role != "Actual"
    if isinstance(artefact, Hierarchy):
        return bool(artefact.hierarchical_codes)
    return not isinstance(artefact, AttachmentConstraint | StructureSet)


def test_the_graph_of_the_fixtures_is_worth_walking():
    graph = graph_of(_whole(OF_3_1), to_agencies=True)
    assert sum(map(len, graph.values())) > 60
    types = {artefact.artefact_type for artefact in OF_3_1}
    assert types == set(V2_TYPES)
    lonely = {urn for urn in graph if not graph[urn] and not _above(graph, {urn})}
    assert not lonely


@pytest.mark.parametrize("artefact", OF_3_1, ids=lambda a: f"{a.artefact_type}-{a.id}")
def test_2_2_brings_what_the_graph_says(of_3_1: FlaskClient, artefact: Maintainable):
    written = {each.urn for each in _whole(OF_3_1) if _is_written(each)}
    graph = graph_of(_whole(OF_3_1), to_agencies=True)
    identity = f"{artefact.agency_id}/{artefact.id}/{artefact.version}"
    path = f"/sdmx/v2/structure/{artefact.artefact_type}/{identity}"
    mine = {artefact.urn} & written
    for word in V2_WORDS:
        found = shown(of_3_1, f"{path}?references={word}", "2.1.0")
        along = {artefact.urn} | expected(graph, artefact.urn, word)
        assert sorted(found) == sorted(along & written), word
        assert mine <= set(found)


@pytest.mark.parametrize("type_", V2_TYPES)
def test_2_2_brings_types_from_any_depth_below_and_one_level_above(of_3_1: FlaskClient, type_: str):
    graph = graph_of(_whole(OF_3_1), to_agencies=True)
    types = {each.urn: each.artefact_type for each in _whole(OF_3_1)}
    for artefact in OF_3_1:
        urn = artefact.urn
        if not _is_written(artefact):
            continue
        near = expected(graph, urn, "descendants") | expected(graph, urn, "parents")
        identity = f"{artefact.agency_id}/{artefact.id}/{artefact.version}"
        path = f"/sdmx/v2/structure/{artefact.artefact_type}/{identity}"
        found = shown(of_3_1, f"{path}?references={type_},process", "2.1.0")
        wanted = {each for each in near if types[each] in (type_, "process")}
        assert sorted(found) == sorted({urn} | wanted), urn


RESOURCES = {  # what each type is called in 1.5
    type_: next((name for name, types in V1_TYPES.items() if types and type_ in types), "")
    for type_ in {artefact.artefact_type for artefact in OF_2_1}
}


ASKED_FOR = [each for each in OF_2_1 if not isinstance(each, Hierarchy)]
"""Hierarchies are asked for by the hierarchical codelist that holds them."""


@pytest.mark.parametrize("artefact", ASKED_FOR, ids=lambda a: f"{a.artefact_type}-{a.id}")
def test_1_5_brings_what_the_graph_says(of_2_1: FlaskClient, artefact: Maintainable):
    whole = _whole(OF_2_1)
    written = {each.urn for each in whole if _is_written(each)}
    graph = graph_of(whole, to_agencies=False)
    resource = RESOURCES[artefact.artefact_type]
    same = {  # an id may be that of several artefacts behind one resource
        each.urn
        for each in whole
        if each.artefact_type in V1_TYPES[resource]
        and (each.agency_id, each.id, each.version)
        == (artefact.agency_id, artefact.id, artefact.version)
    }
    identity = f"{artefact.agency_id}/{artefact.id}/{artefact.version}"
    for word in V1_WORDS:
        found = shown(of_2_1, f"/sdmx/v1/{resource}/{identity}?references={word}", "2.0.0")
        along = same.union(*(expected(graph, urn, word) for urn in same))
        if found or same & written:
            assert sorted(found) == sorted(map(_fixed, along & written)), word


def _fixed(urn: str) -> str:
    """Return a URN as SDMX 3 has it, where schemes of units have one version."""
    return re.sub(r"(OrganisationUnitScheme=.*)\(.*", r"\1(1.0)", urn)
