"""SDMX-REST 1.5: structure queries.

Source: SDMX-REST 1.5, section 4.3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask
from sdmx_server.conformance.checks import structures as expected
from sdmx_server.conformance.expectations import (
    nothing,
    refused,
    require,
    require_references,
    require_status,
    status,
    structures_of,
)
from sdmx_server.conformance.facts import NOWHERE, Facts, codelist, two_codelists
from sdmx_server.conformance.request import Answer, Request, get

AREA = Area("v1", "structures", "SDMX-REST 1.5, section 4.3")
RESOURCES = (
    "datastructure", "metadatastructure", "categoryscheme", "conceptscheme", "codelist",
    "hierarchicalcodelist", "organisationscheme", "agencyscheme", "dataproviderscheme",
    "dataconsumerscheme", "organisationunitscheme", "dataflow", "metadataflow",
    "reportingtaxonomy", "provisionagreement", "structureset", "process", "categorisation",
    "contentconstraint", "actualconstraint", "allowedconstraint", "attachmentconstraint",
    "transformationscheme", "rulesetscheme", "userdefinedoperatorscheme", "customtypescheme",
    "namepersonalisationscheme", "vtlmappingscheme",
)  # fmt: skip


def _codelist(query: str = "", item: str = "") -> Ask:
    return lambda f: get(paths.structure("v1", codelist(f).reference, query, item))


def _datastructure(query: str) -> Ask:
    return lambda f: get(paths.structure("v1", f.datastructure, query))


def _dataflow(query: str = "", item: str = "") -> Ask:
    return lambda f: get(paths.structure("v1", f.dataflow, query, item))


def _two(separator: str) -> Ask:
    def ask(facts: Facts) -> Sequence[Request]:
        one, other = two_codelists(facts)
        return get(f"/codelist/{one.agency}/{one.id}{separator}{other.id}/{one.version}")

    return ask


def _all_versions(facts: Facts, answers: Sequence[Answer]) -> None:
    message = structures_of(answers[0])
    require_references(message, having=(facts.dataflow,), kinds=("dataflow",))
    others = [a for a in message.artefacts if a.reference.id != facts.dataflow.id]
    require(not others, f"{others[0].reference if others else ''} was not asked for")


def _latest_is_highest(facts: Facts, answers: Sequence[Answer]) -> None:
    every, latest = (structures_of(answer).references for answer in answers)
    require(bool(every), "no version is in the answer")
    highest = max(every, key=lambda r: [int(part) for part in re.findall(r"[0-9]+", r.version)])
    require(latest == {highest}, f"latest is {', '.join(map(str, latest))}, not {highest}")


def _kinds_of_constraint(_: Facts, answers: Sequence[Answer]) -> None:
    for answer in answers:
        require_status(answer, 200, 404)
    for answer, role in zip(answers, ("Actual", "Allowed"), strict=True):
        found = structures_of(answer).artefacts if answer.status == 200 else ()
        wrong = [a.reference for a in found if a.role != role]
        require(not wrong, f"{wrong[0] if wrong else ''} is not of type {role}")


def _with_categorisations(facts: Facts, answers: Sequence[Answer]) -> None:
    scheme = expected.category_scheme(facts).reference
    kinds = ("categoryscheme", "categorisation")
    require_references(structures_of(answers[0]), having=(scheme,), kinds=kinds)


CHECKS = (
    AREA.check(
        "codelist", (1,), 1, "A codelist in one version comes alone, with its codes in order.",
        ask=_codelist(), expect=expected.whole_codelist,
    ),
    AREA.check(
        "latest-of-each", (2,), 1, "Without a version, every artefact comes once.",
        ask=lambda f: get("/dataflow"), expect=expected.one_version_each,
    ),
    AREA.check(
        "defaults", (3,), 1, "What is left out of a path means all/all/latest.",
        ask=lambda f: get("/dataflow", "/dataflow/all/all/latest"), expect=expected.same_artefacts,
    ),
    AREA.check(
        "includes", (2,), 1, "The dataflow is among all dataflows, and nothing else is.",
        ask=lambda f: get("/dataflow/all/all/all"), expect=expected.includes_dataflow,
    ),
    AREA.check(
        "agency", (2,), 1, "An agency's dataflows are dataflows, the one found among them.",
        ask=lambda f: get(f"/dataflow/{f.dataflow.agency}"), expect=expected.includes_dataflow,
    ),
    AREA.check(
        "all-versions", (4,), 1, "Version all brings every version of one artefact.",
        ask=lambda f: get(f"/dataflow/{f.dataflow.agency}/{f.dataflow.id}/all"),
        expect=_all_versions,
    ),
    AREA.check(
        "latest", (5,), 1, "Version latest is the highest one, by numbers.",
        ask=lambda f: get(
            *(f"/dataflow/{f.dataflow.agency}/{f.dataflow.id}/{v}" for v in ("all", "latest"))
        ),
        expect=_latest_is_highest,
    ),
    AREA.check(
        "two-ids", (6,), 1, "A plus between ids brings both artefacts.",
        ask=_two("+"), expect=expected.two_whole_codelists,
    ),
    AREA.check(
        "two-ids-encoded", (8,), 1, "A percent-encoded plus between ids means the same.",
        ask=_two("%2B"), expect=expected.two_whole_codelists,
    ),
    AREA.check(
        "two-agencies", (7,), 1, "A plus between agencies brings the artefacts of both.",
        ask=lambda f: get(
            f"/codelist/{codelist(f).reference.agency}+{NOWHERE}/{codelist(f).reference.id}"
            f"/{codelist(f).reference.version}"
        ),
        expect=expected.whole_codelist,
    ),
    AREA.check(
        "item", (10,), 1, "One code comes in a codelist that is marked as partial.",
        ask=lambda f: _codelist(item=codelist(f).items[0])(f), expect=expected.first_code,
    ),
    AREA.check(
        "two-items", (11,), 1, "A plus between items brings both.",
        ask=lambda f: _codelist(item="+".join(codelist(f).items[:2]))(f),
        expect=expected.first_two_codes,
    ),
    AREA.check(
        "all-items", (12,), 1, "Item all means the whole codelist, not a partial one.",
        ask=_codelist(item="all"), expect=expected.whole_codelist,
    ),
    AREA.check(
        "no-item", (13,), 2, "An item that is not there is not found.",
        ask=_codelist(item=NOWHERE), expect=nothing,
    ),
    AREA.check(
        "nested-item", (14,), 1, "A category within others comes with these alone.",
        ask=lambda f: get(
            paths.structure(
                "v1", expected.category_scheme(f).reference, item=expected.nested_category(f)
            )
        ),
        expect=expected.branch,
    ),
    AREA.check(
        "item-of-dataflow", (16,), 2, "A dataflow has no items to ask for.",
        ask=_dataflow(item="X"), expect=expected.no_dataflow,
    ),
    AREA.check(
        "all-stubs", (17,), 1, "detail=allstubs brings all of an agency without contents.",
        ask=lambda f: get(f"/structure/{f.dataflow.agency}?detail=allstubs"),
        expect=expected.stubs,
    ),
    AREA.check(
        "stub", (18,), 1, "detail=allstubs brings a codelist without its codes.",
        ask=_codelist("detail=allstubs"), expect=expected.stubs,
    ),
    AREA.check(
        "complete-stub", (19,), 1, "detail=allcompletestubs brings no codes either.",
        ask=_codelist("detail=allcompletestubs"), expect=expected.stubs,
    ),
    AREA.check(
        "reference-stubs", (20,), 1, "detail=referencestubs cuts what is referred to, alone.",
        ask=_datastructure("references=children&detail=referencestubs"),
        expect=expected.stubs_of_references,
    ),
    AREA.check(
        "complete-reference-stubs", (21,), 1,
        "detail=referencecompletestubs cuts what is referred to, alone.",
        ask=_datastructure("references=children&detail=referencecompletestubs"),
        expect=expected.stubs_of_references,
    ),
    AREA.check(
        "children", (22,), 1, "references=children of a data structure brings its schemes.",
        ask=_datastructure("references=children"), expect=expected.children,
    ),
    AREA.check(
        "children-one-level", (23,), 1, "references=children goes down one level.",
        ask=_dataflow("references=children"), expect=expected.one_level_down,
    ),
    AREA.check(
        "descendants", (24,), 1, "references=descendants goes down all levels.",
        ask=_dataflow("references=descendants"), expect=expected.descendants,
    ),
    AREA.check(
        "parents", (25,), 1, "references=parents brings the dataflow, no codelist.",
        ask=_datastructure("references=parents"), expect=expected.parents,
    ),
    AREA.check(
        "siblings", (26,), 1,
        "references=parentsandsiblings brings the users and what else they refer to.",
        ask=_codelist("references=parentsandsiblings"), expect=expected.siblings,
    ),
    AREA.check(
        "references-all", (27,), 1, "references=all of a codelist brings its users.",
        ask=_codelist("references=all"), expect=expected.users,
    ),
    AREA.check(
        "references-type", (28,), 2, "references=codelist brings codelists of any level alone.",
        ask=_dataflow("references=codelist"), expect=expected.codelists_alone,
    ),
    AREA.check(
        "references-none", (23,), 1, "references=none brings the artefact alone.",
        ask=_codelist("references=none"), expect=expected.whole_codelist,
    ),
    AREA.check(
        "categorisations", (29,), 1, "references=categorisation brings categorisations alone.",
        ask=lambda f: get(
            paths.structure(
                "v1", expected.category_scheme(f).reference, "references=categorisation"
            )
        ),
        expect=_with_categorisations,
    ),
    AREA.check(
        "reference-partial", (30,), 1,
        "detail=referencepartial keeps the codes in use and marks codelists that are cut.",
        ask=_dataflow("references=descendants&detail=referencepartial"),
        expect=expected.partial_references,
    ),
    AREA.check(
        "agency-scheme", (31,), 1, "Agency schemes are called AGENCIES, in version 1.0.",
        ask=lambda f: get("/agencyscheme"), expect=expected.agencies,
    ),
    AREA.check(
        "constraints", (33,), 1, "Constraints can be had by what they are: actual or allowed.",
        ask=lambda f: get("/actualconstraint", "/allowedconstraint"),
        expect=_kinds_of_constraint,
    ),
    AREA.check(
        "resources", (32, 34), 1, "Every resource of the standard is answered or 501.",
        ask=lambda f: get(
            *(f"/{each}/{f.dataflow.agency}?detail=allstubs" for each in RESOURCES)
        ),
        expect=status(200, 404, 501),
    ),
    AREA.check(
        "not-found", (35,), 1, "What is not there is answered with 404.",
        ask=lambda f: get(f"/codelist/{NOWHERE}/{NOWHERE}", f"/dataflow/all/{NOWHERE}/latest"),
        expect=nothing,
    ),
    AREA.check(
        "unknown-resource", (36,), 2, "A resource that the standard does not know is refused.",
        ask=lambda f: get("/unknownresource/all"), expect=refused(400, 404),
    ),
    AREA.check(
        "bad-detail", (37,), 1, "An unknown detail is refused with 400.",
        ask=_codelist("detail=bogus"), expect=refused(),
    ),
    AREA.check(
        "bad-references", (38,), 1, "Unknown references are refused with 400.",
        ask=_codelist("references=bogus"), expect=refused(),
    ),
    AREA.check(
        "bad-version", (39,), 1, "A version that is none is refused with 400.",
        ask=lambda f: get(
            f"/codelist/{codelist(f).reference.agency}/{codelist(f).reference.id}/1.0.x"
        ),
        expect=refused(),
    ),
)  # fmt: skip
