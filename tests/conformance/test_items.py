"""Single items of every scheme, flat and nested, in either dialect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from sdmx_server.grammar.artefact_types import V1_ITEM_SCHEMES
from sdmx_server.model.artefact import ItemScheme
from sdmx_server.model.category import Category, CategoryScheme
from sdmx_server.model.reportingtaxonomy import ReportingCategory, ReportingTaxonomy
from tests.conformance.answers import artefacts, listed, media
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content
from tests.conformance.test_every_type import JSON, XML, artefacts_in, check

UNMARKED = ("valuelist",)
"""What SDMX has no mark for that says that it is partial."""

BRANCHES = ("categories", "reportingCategories")


def _tree(cls: type[Any], below: str, id_: str, *children: Any) -> Any:
    return cls(id=id_, names={"en": id_}, **{below: children})


def _trees(version: str) -> list[ItemScheme]:
    """Return a category scheme and a reporting taxonomy: A > (A1 > (A11, A12), A2), B."""
    made: list[ItemScheme] = []
    for cls, holder, below in (
        (Category, CategoryScheme, "categories"),
        (ReportingCategory, ReportingTaxonomy, "reporting_categories"),
    ):
        a1 = _tree(cls, below, "A1", _tree(cls, below, "A11"), _tree(cls, below, "A12"))
        a = _tree(cls, below, "A", a1, _tree(cls, below, "A2"))
        made.append(
            holder(
                id="TREE",
                agency_id="TST",
                version=version,
                names={"en": "Tree"},
                **{holder.items_field: (a, _tree(cls, below, "B"))},
            )
        )
    return made


OF_3_1 = [each for each in artefacts_in("31") if isinstance(each, ItemScheme)]
OF_2_1 = [each for each in artefacts_in("21", "21_more") if isinstance(each, ItemScheme)]


@pytest.fixture(scope="module")
def of_3_1(serving: Serving) -> FlaskClient:
    """A server with schemes of every type of SDMX 3.1."""
    return serving(Content([*artefacts_in("31"), *_trees("1.0.0")]))


@pytest.fixture(scope="module")
def of_2_1(serving: Serving) -> FlaskClient:
    """A server with schemes of every type of SDMX 2.1."""
    return serving(Content([*artefacts_in("21", "21_more"), *_trees("1.0")]))


def items_of(scheme: ItemScheme) -> tuple[Any, ...]:
    found: tuple[Any, ...] = getattr(scheme, scheme.items_field)
    return found


def paths(level: list[dict[str, Any]], above: str = "") -> Iterator[str]:
    """Yield the dotted ids of items in SDMX-JSON, at every depth."""
    for item in level:
        yield above + item["id"]
        for branch in BRANCHES:
            yield from paths(item.get(branch, []), f"{above}{item['id']}.")


def shown(artefact: dict[str, Any]) -> list[str]:
    """Return the ids of the items that an artefact in SDMX-JSON holds."""
    lists = [
        part
        for name, part in artefact.items()
        if isinstance(part, list) and name not in ("links", "annotations")
    ]
    return [path for part in lists for path in paths([i for i in part if "id" in i])]


@pytest.mark.parametrize(
    "scheme", [s for s in OF_3_1 if items_of(s)], ids=lambda s: f"{type(s).__name__}-{s.id}"
)
def test_an_item_of_any_scheme_comes_alone(of_3_1: FlaskClient, scheme: ItemScheme):
    for item in items_of(scheme):
        identity = f"{scheme.agency_id}/{scheme.id}/{scheme.version}/{quote(item.id, safe='')}"
        path = f"/sdmx/v2/structure/{scheme.artefact_type}/{identity}"
        response = of_3_1.get(path, headers=media(*JSON[2]))
        (found,) = listed(response).values()
        assert shown(found) == [item.id], path
        assert found.get("isPartial", False) == (scheme.artefact_type not in UNMARKED)
        for kind, version in (*XML[1:], *JSON[1:]):
            answer = of_3_1.get(path, headers=media(kind, version))
            assert answer.status_code == 200
            check(answer, kind, version)


@pytest.mark.parametrize(
    "scheme", [s for s in OF_2_1 if items_of(s)], ids=lambda s: f"{type(s).__name__}-{s.id}"
)
def test_an_item_of_any_scheme_of_1_5_comes_alone(of_2_1: FlaskClient, scheme: ItemScheme):
    resources = [scheme.artefact_type]
    if scheme.package == "base":
        resources.append("organisationscheme")
    item = items_of(scheme)[0]
    for resource in resources:
        identity = f"{scheme.agency_id}/{scheme.id}/{scheme.version}/{item.id}"
        path = f"/sdmx/v1/{resource}/{identity}"
        (found,) = artefacts(of_2_1.get(path)).values()
        below = [each for each in found if each.get("id") is not None]
        assert [each.get("id") for each in below] == [item.id], path
        assert found.get("isPartial") == "true"
        for kind, version in (*XML, *JSON[1:]):
            check(of_2_1.get(path, headers=media(kind, version)), kind, version)


@pytest.mark.parametrize("type_", ["categoryscheme", "reportingtaxonomy"])
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (["A"], ["A"]),
        (["A.A1"], ["A", "A.A1"]),
        (["A.A1.A11"], ["A", "A.A1", "A.A1.A11"]),
        (["A.A1.A11", "B"], ["A", "A.A1", "A.A1.A11", "B"]),
        (["A.A2", "A.A1"], ["A", "A.A1", "A.A2"]),
        (["B", "NOPE"], ["B"]),
        (["A1"], []),
        (["A.A1.NOPE"], []),
    ],
)
def test_a_nested_item_comes_with_those_above_it(
    request: pytest.FixtureRequest, version: str, type_: str, asked: list[str], kept: list[str]
):
    client: FlaskClient = request.getfixturevalue("of_2_1" if version == "v1" else "of_3_1")
    if version == "v1":
        path = f"/sdmx/v1/{type_}/TST/TREE/1.0/{'+'.join(asked)}"
    else:
        path = f"/sdmx/v2/structure/{type_}/TST/TREE/1.0.0/{','.join(asked)}"
    response = client.get(path, headers=media(*JSON[2]))
    if not kept:
        assert response.status_code == (404 if version == "v1" else 204)
        return
    (found,) = listed(response).values()
    assert shown(found) == kept
    assert found["isPartial"] is True


def test_a_grid_stays_a_grid(of_3_1: FlaskClient):
    for container, cells in (
        ("geoGridCodelists", "geoGridCodes"),
        ("geographicCodelists", "geoFeatureSetCodes"),
    ):
        (whole,) = (
            each
            for name, each in listed(of_3_1.get("/sdmx/v2/structure/codelist")).items()
            if name.startswith(container)
        )
        first = whole[cells][0]
        identity = f"{whole['agencyID']}/{whole['id']}/{whole['version']}/{first['id']}"
        (cut,) = listed(of_3_1.get(f"/sdmx/v2/structure/codelist/{identity}")).values()
        assert cut[cells] == [first]
        assert cut.get("gridDefinition") == whole.get("gridDefinition")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("v2/structure/hierarchy/AG.SUB/H/1.2.0/A", 400),
        ("v2/structure/process/AG.SUB/P/1.2.0/A", 400),
        ("v2/structure/datastructure/AG.SUB/DSD/1.2.0/FREQ", 400),
        ("v1/process/AG/P/1.0/A", 400),
        ("v1/structureset/AG/SS/1.2/A", 400),
    ],
)
def test_what_has_no_items_has_none_to_ask_for(of_3_1: FlaskClient, path: str, status: int):
    assert of_3_1.get(f"/sdmx/{path}").status_code == status


def test_every_scheme_of_1_5_has_items():
    tried = {scheme.artefact_type for scheme in OF_2_1 if items_of(scheme)}
    others = {"organisationscheme", "hierarchicalcodelist", "namealiasscheme"}
    assert tried | others == set(V1_ITEM_SCHEMES)
