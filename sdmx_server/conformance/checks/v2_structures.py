"""SDMX-REST 2.2: structure queries, and what goes with them.

Source: SDMX-REST 2.2, doc/structures.md, doc/querying_versions.md and doc/metadata.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask
from sdmx_server.conformance.checks import structures as expected
from sdmx_server.conformance.expectations import (
    nothing,
    refused,
    require,
    require_references,
    status,
    structures_of,
)
from sdmx_server.conformance.facts import NOWHERE, Facts, Inapplicable, codelist, two_codelists
from sdmx_server.conformance.request import Answer, Request, get

AREA = Area("v2", "structures", "SDMX-REST 2.2, doc/structures.md")
_VERSIONS = Area("v2", "versions", "SDMX-REST 2.2, doc/querying_versions.md")
_OTHERS = Area("v2", "metadata", "SDMX-REST 2.2, doc/metadata.md")
TYPES = (
    "datastructure", "metadatastructure", "categoryscheme", "conceptscheme", "codelist",
    "hierarchy", "hierarchyassociation", "valuelist", "agencyscheme", "dataproviderscheme",
    "metadataproviderscheme", "dataconsumerscheme", "organisationunitscheme", "dataflow",
    "metadataflow", "reportingtaxonomy", "provisionagreement", "metadataprovisionagreement",
    "structuremap", "representationmap", "conceptschememap", "categoryschememap",
    "organisationschememap", "reportingtaxonomymap", "process", "categorisation",
    "dataconstraint", "metadataconstraint", "transformationscheme", "rulesetscheme",
    "userdefinedoperatorscheme", "customtypescheme", "namepersonalisationscheme",
    "vtlmappingscheme",
)  # fmt: skip
BAD_VERSIONS = (
    "+.2.3", "1.+.3", "~.2", "~.2.3", "1.~.3", "*.2", "*.2.3", "1.*.3", "+.0", "2.3+", "~.0.*",
    "3.2*.1+", "3.2+.1+", "v1.0", "latest", "01.0", "1.0.0.0",
)  # fmt: skip


def _codelist(query: str = "", item: str = "") -> Ask:
    return lambda f: get(paths.structure("v2", codelist(f).reference, query, item))


def _datastructure(query: str) -> Ask:
    return lambda f: get(paths.structure("v2", f.datastructure, query))


def _dataflow(query: str = "", item: str = "") -> Ask:
    return lambda f: get(paths.structure("v2", f.dataflow, query, item))


def _versions(*versions: str) -> Ask:
    """Ask for the dataflow in versions."""

    def ask(facts: Facts) -> Sequence[Request]:
        place = f"/structure/dataflow/{facts.dataflow.agency}/{facts.dataflow.id}"
        return get(*(f"{place}/{version}" for version in versions))

    return ask


def _own_version(form: str) -> Ask:
    """Ask for a version made of the parts of that of the dataflow, which has three."""

    def ask(facts: Facts) -> Sequence[Request]:
        major, minor, patch = _stable(facts)
        return _versions(form.format(major=major, minor=minor, patch=patch))(facts)

    return ask


def _stable(facts: Facts) -> list[str]:
    parts = facts.dataflow.version.split(".")
    if len(parts) != 3 or "-" in facts.dataflow.version or parts[0] == "0":
        raise Inapplicable("the dataflow found has no stable semantic version")
    return parts


def _stable_only(facts: Facts, answers: Sequence[Answer]) -> None:
    _stable(facts)
    for answer in answers:
        found = structures_of(answer).artefacts
        require(len(found) == 1, f"{len(found)} versions came, not 1")
        version = found[0].reference.version
        require("-" not in version and version.count(".") == 2, f"{version} is not stable")


def _own_dataflow(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect versions of the dataflow, the one found among them."""
    for answer in answers:
        message = structures_of(answer)
        require_references(message, having=(facts.dataflow,), kinds=("dataflow",))
        others = [each for each in message.references if each.id != facts.dataflow.id]
        require(not others, f"{others[0] if others else ''} was not asked for")


def _one(facts: Facts, answers: Sequence[Answer]) -> None:
    _own_dataflow(facts, answers)
    for answer in answers:
        count = len(structures_of(answer).artefacts)
        require(count == 1, f"{count} versions came, not 1")


def _two(separator: str) -> Ask:
    def ask(facts: Facts) -> Sequence[Request]:
        one, other = two_codelists(facts)
        place = f"/structure/codelist/{one.agency}/{one.id}{separator}{other.id}"
        return get(f"{place}/{one.version}")

    return ask


def _two_kinds(facts: Facts, answers: Sequence[Answer]) -> None:
    message = structures_of(answers[0])
    kinds = ("datastructure", "codelist", "conceptscheme")
    require_references(message, having=(facts.datastructure,), kinds=kinds)
    for kind in kinds:
        require(bool(message.of(kind)), f"no {kind} is in the answer")


def _ancestors(facts: Facts, answers: Sequence[Answer]) -> None:
    having = (codelist(facts).reference, facts.datastructure, facts.dataflow)
    require_references(structures_of(answers[0]), having=having)


def _nested(facts: Facts, query: str = "") -> Sequence[Request]:
    scheme = expected.category_scheme(facts).reference
    return get(paths.structure("v2", scheme, query, expected.nested_category(facts)))


CHECKS = (
    AREA.check(
        "codelist", (259,), 1, "A codelist in one version comes alone, with its codes in order.",
        ask=_codelist(), expect=expected.whole_codelist,
    ),
    AREA.check(
        "defaults", (260,), 1, "What is left out of a path means */*/~.",
        ask=lambda f: get("/structure/dataflow", "/structure/dataflow/*/*/~"),
        expect=expected.same_artefacts,
    ),
    AREA.check(
        "latest-of-each", (260,), 1, "Without a version, every artefact comes once.",
        ask=lambda f: get("/structure/dataflow"), expect=expected.one_version_each,
    ),
    AREA.check(
        "includes", (260,), 1, "The dataflow is among all dataflows, and nothing else is.",
        ask=lambda f: get("/structure/dataflow/*/*/*"), expect=expected.includes_dataflow,
    ),
    AREA.check(
        "encoded", (158,), 1, "A percent-encoded asterisk means any.",
        ask=lambda f: get("/structure/dataflow/%2A/%2A/%2A"), expect=expected.includes_dataflow,
    ),
    AREA.check(
        "types", (267,), 1, "Every type of the standard is answered or 501.",
        ask=lambda f: get(
            *(f"/structure/{each}/{f.dataflow.agency}?detail=allstubs" for each in TYPES)
        ),
        expect=status(200, 204, 404, 501),
    ),
    AREA.check(
        "two-ids", (264,), 1, "A comma between ids brings both artefacts.",
        ask=_two(","), expect=expected.two_whole_codelists,
    ),
    AREA.check(
        "two-ids-encoded", (264,), 2, "A percent-encoded comma between ids means the same.",
        ask=_two("%2C"), expect=expected.two_whole_codelists,
    ),
    AREA.check(
        "two-agencies", (264,), 1, "A comma between agencies brings the artefacts of both.",
        ask=lambda f: get(
            f"/structure/codelist/{codelist(f).reference.agency},{NOWHERE}"
            f"/{codelist(f).reference.id}/{codelist(f).reference.version}"
        ),
        expect=expected.whole_codelist,
    ),
    AREA.check(
        "one-type", (265,), 1, "Two types at once are refused with 400.",
        ask=lambda f: get(f"/structure/codelist,conceptscheme/{f.dataflow.agency}"),
        expect=refused(),
    ),
    AREA.check(
        "old-types", (266,), 2, "Types of 1.5 that are gone are refused.",
        ask=lambda f: get(
            *(
                f"/structure/{each}/{f.dataflow.agency}"
                for each in ("organisationscheme", "structureset", "contentconstraint")
            )
        ),
        expect=refused(400, 404, 501),
    ),
    AREA.check(
        "not-found", (268,), 1, "What is not there is told with 204 or 404.",
        ask=lambda f: get(
            f"/structure/codelist/{NOWHERE}/{NOWHERE}", f"/structure/dataflow/*/{NOWHERE}/1.0.0"
        ),
        expect=nothing,
    ),
    AREA.check(
        "unknown-type", (266,), 1, "A type that the standard does not know is refused.",
        ask=lambda f: get("/structure/unknowntype"), expect=refused(400, 404),
    ),
    AREA.check(
        "stub", (269,), 1, "detail=allstubs brings a codelist without its codes.",
        ask=_codelist("detail=allstubs"), expect=expected.stubs,
    ),
    AREA.check(
        "complete-stub", (270,), 1, "detail=allcompletestubs brings no codes either.",
        ask=_codelist("detail=allcompletestubs"), expect=expected.stubs,
    ),
    AREA.check(
        "all-stubs", (269,), 1, "Types, ids and versions left open bring all of an agency.",
        ask=lambda f: get(f"/structure/*/{f.dataflow.agency}?detail=allstubs"),
        expect=expected.stubs,
    ),
    AREA.check(
        "reference-stubs", (269,), 1, "detail=referencestubs cuts what is referred to, alone.",
        ask=_datastructure("references=children&detail=referencestubs"),
        expect=expected.stubs_of_references,
    ),
    AREA.check(
        "complete-reference-stubs", (270,), 1,
        "detail=referencecompletestubs cuts what is referred to, alone.",
        ask=_datastructure("references=children&detail=referencecompletestubs"),
        expect=expected.stubs_of_references,
    ),
    AREA.check(
        "detail-full", (271,), 1, "detail=full is the default.",
        ask=_codelist("detail=full"), expect=expected.whole_codelist,
    ),
    AREA.check(
        "detail-raw", (272,), 1, "detail=raw of a codelist without extension is the same.",
        ask=_codelist("detail=raw"), expect=expected.whole_codelist,
    ),
    AREA.check(
        "item", (274,), 1, "One code comes in a codelist that is marked as partial.",
        ask=lambda f: _codelist(item=codelist(f).items[0])(f), expect=expected.first_code,
    ),
    AREA.check(
        "two-items", (283,), 1, "A comma between items brings both.",
        ask=lambda f: _codelist(item=",".join(codelist(f).items[:2]))(f),
        expect=expected.first_two_codes,
    ),
    AREA.check(
        "all-items", (274,), 1, "Item * means the whole codelist, not a partial one.",
        ask=_codelist(item="*"), expect=expected.whole_codelist,
    ),
    AREA.check(
        "no-item", (268,), 2, "An item that is not there is not found.",
        ask=_codelist(item=NOWHERE), expect=nothing,
    ),
    AREA.check(
        "nested-item", (280,), 1, "A category within others comes with these alone.",
        ask=_nested, expect=expected.branch,
    ),
    AREA.check(
        "item-of-dataflow", (287,), 2, "A dataflow has no items to ask for.",
        ask=_dataflow(item="X"), expect=expected.no_dataflow,
    ),
    AREA.check(
        "references-none", (275,), 1, "references=none brings the artefact alone.",
        ask=_codelist("references=none"), expect=expected.whole_codelist,
    ),
    AREA.check(
        "children", (275,), 1, "references=children of a data structure brings its schemes.",
        ask=_datastructure("references=children"), expect=expected.children,
    ),
    AREA.check(
        "children-one-level", (275,), 1, "references=children goes down one level.",
        ask=_dataflow("references=children"), expect=expected.one_level_down,
    ),
    AREA.check(
        "descendants", (275,), 1, "references=descendants goes down all levels.",
        ask=_dataflow("references=descendants"), expect=expected.descendants,
    ),
    AREA.check(
        "parents", (275,), 1, "references=parents brings the dataflow, no codelist.",
        ask=_datastructure("references=parents"), expect=expected.parents,
    ),
    AREA.check(
        "ancestors", (275,), 1, "references=ancestors goes up all levels.",
        ask=_codelist("references=ancestors"), expect=_ancestors,
    ),
    AREA.check(
        "siblings", (275,), 1,
        "references=parentsandsiblings brings the users and what else they refer to.",
        ask=_codelist("references=parentsandsiblings"), expect=expected.siblings,
    ),
    AREA.check(
        "references-all", (275,), 1, "references=all of a codelist brings its users.",
        ask=_codelist("references=all"), expect=expected.users,
    ),
    AREA.check(
        "references-types", (276,), 1, "Several types can be asked for.",
        ask=_datastructure("references=codelist,conceptscheme"), expect=_two_kinds,
    ),
    AREA.check(
        "reference-partial", (278,), 1,
        "detail=referencepartial keeps the codes in use and marks codelists that are cut.",
        ask=_dataflow("references=descendants&detail=referencepartial"),
        expect=expected.partial_references,
    ),
    AREA.check(
        "agency-scheme", (285,), 1, "Agency schemes are called AGENCIES, in version 1.0.",
        ask=lambda f: get("/structure/agencyscheme"), expect=expected.agencies,
    ),
    AREA.check(
        "bad-detail", (277,), 1, "An unknown detail is refused with 400.",
        ask=_codelist("detail=bogus"), expect=refused(),
    ),
    AREA.check(
        "bad-references", (277,), 1, "Unknown references are refused with 400.",
        ask=_codelist("references=bogus"), expect=refused(),
    ),
    AREA.check(
        "structure-before", (288,), 1, "Before it was made, a structure was not there.",
        ask=_codelist("asOf=1900-01-01T00%3A00%3A00Z"), expect=nothing,
    ),
    _VERSIONS.check(
        "version-exact", (261,), 1, "A version that is written out brings that one.",
        ask=_dataflow(), expect=_one,
    ),
    _VERSIONS.check(
        "version-all", (261,), 1, "* brings every version.",
        ask=_versions("*"), expect=_own_dataflow,
    ),
    _VERSIONS.check(
        "version-stable", (261,), 1, "+ brings the latest stable version.",
        ask=lambda f: (_stable(f), _versions("+", "1+.0.0")(f))[1], expect=_stable_only,
    ),
    _VERSIONS.check(
        "version-latest", (263,), 1, "~ is the default, and brings one version.",
        ask=lambda f: (
            *get(f"/structure/dataflow/{f.dataflow.agency}/{f.dataflow.id}"), *_versions("~")(f)
        ),
        expect=expected.same_artefacts,
    ),
    _VERSIONS.check(
        "version-minimum", (261,), 1, "X.Y.Z* brings that version and later ones.",
        ask=_own_version("{major}.{minor}.{patch}*"), expect=_own_dataflow,
    ),
    _VERSIONS.check(
        "version-major", (261,), 1, "X.*.0 brings all within a major version.",
        ask=_own_version("{major}.*.0"), expect=_own_dataflow,
    ),
    _VERSIONS.check(
        "version-minor", (261,), 1, "X.Y.* brings all within a minor version.",
        ask=_own_version("{major}.{minor}.*"), expect=_own_dataflow,
    ),
    _VERSIONS.check(
        "version-list", (264,), 1, "A comma between versions brings both, each once.",
        ask=lambda f: _versions(f"{f.dataflow.version},999.0.0,*")(f), expect=_own_dataflow,
    ),
    _VERSIONS.check(
        "version-above", (261,), 1, "A minimum above every version brings nothing.",
        ask=_versions("999+.0.0", "999.0.0"), expect=nothing,
    ),
    _VERSIONS.check(
        "bad-versions", (262,), 1, "Version queries against the rules are refused with 400.",
        ask=_versions(*BAD_VERSIONS), expect=refused(),
    ),
    _OTHERS.check(
        "metadata", (304,), 1, "Metadata sets are answered, or left out with 501.",
        ask=lambda f: get(f"/metadata/metadataset/{NOWHERE}"), expect=status(204, 404, 501),
    ),
    _OTHERS.check(
        "metadata-structure", (301,), 1, "So are those of a structure.",
        ask=lambda f: get(
            f"/metadata/structure/dataflow/{f.dataflow.agency}/{f.dataflow.id}",
            f"/metadata/metadataflow/{f.dataflow.agency}/{NOWHERE}",
        ),
        expect=status(200, 204, 404, 501),
    ),
    _OTHERS.check(
        "metadata-bad-detail", (305,), 1, "An unknown detail of metadata is refused.",
        ask=lambda f: get("/metadata/metadataset/*?detail=children"), expect=refused(),
    ),
    _OTHERS.check(
        "metadata-bad-path", (303,), 2, "Metadata of a data structure are asked for by structure.",
        ask=lambda f: get(f"/metadata/datastructure/{f.dataflow.agency}/{f.datastructure.id}"),
        expect=refused(400, 404),
    ),
)  # fmt: skip
