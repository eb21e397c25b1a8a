"""What both versions of SDMX-REST say of structure queries.

Source: SDMX-REST 1.5, section 4.3; SDMX-REST 2.2, doc/structures.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdmx_server.conformance.decoding.references import Reference
from sdmx_server.conformance.decoding.structure import Artefact
from sdmx_server.conformance.expectations import (
    require,
    require_references,
    require_status,
    structures_of,
)
from sdmx_server.conformance.facts import Facts, Inapplicable, codelist, codes, two_codelists
from sdmx_server.conformance.request import Answer

SCHEMES = ("codelist", "valuelist", "conceptscheme")


def whole_codelist(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the codelist, alone, with all its codes, and not marked as partial."""
    for answer in answers:
        found = _only(answer, "codelist")
        known = codelist(facts)
        require(found.reference == known.reference, f"{found.reference} came instead")
        require(found.items == known.items, f"its codes are {_some(found.items)}")
        require(not found.partial, "the whole codelist is marked as partial")


def two_whole_codelists(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect exactly the two codelists."""
    for answer in answers:
        require_references(structures_of(answer), having=two_codelists(facts), kinds=("codelist",))
        count = len(structures_of(answer).artefacts)
        require(count == 2, f"{count} codelists came, not 2")


def first_code(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the codelist with its first code alone, marked as partial."""
    for answer in answers:
        _expect_items(answer, codelist(facts).items[:1])


def first_two_codes(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the codelist with its first two codes alone, marked as partial."""
    for answer in answers:
        _expect_items(answer, codelist(facts).items[:2])


def _expect_items(answer: Answer, expected: Sequence[str]) -> None:
    found = _only(answer, "codelist")
    lacking = [each for each in expected if each not in found.items]
    extra = [i for i in found.items if i not in expected and i not in found.parents]
    require(not lacking, f"the code {_some(lacking)} is not in the answer")
    require(not extra, f"{_some(extra)} was not asked for")
    require(found.partial, "a codelist that is cut is not marked as partial")


def branch(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect a category within others, and these, and no others."""
    asked = nested_category(facts)
    parts = asked.split(".")
    expected = {".".join(parts[: n + 1]) for n in range(len(parts))}
    found = _only(answers[0], "categoryscheme")
    require(set(found.items) == expected, f"the categories are {_some(found.items)}")
    require(found.partial, "a category scheme that is cut is not marked as partial")


def nested_category(facts: Facts) -> str:
    """Return the id of a category within others, with the ids of these.

    Raises:
        Inapplicable: if there is none.
    """
    scheme = category_scheme(facts)
    return max(scheme.items, key=lambda item: item.count("."))


def category_scheme(facts: Facts) -> Artefact:
    """Return a category scheme with categories within categories.

    Raises:
        Inapplicable: if there is none.
    """
    if facts.categoryscheme is None:
        raise Inapplicable("no category scheme with categories within categories was found")
    return facts.categoryscheme


def stubs(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect artefacts with identity and name, and without contents."""
    for answer in answers:
        message = structures_of(answer)
        require(bool(message.artefacts), "no artefact is in the answer")
        for each in message.artefacts:
            require(not each.items and each.shape is None, f"{each.reference} has contents")
            require(bool(each.names), f"{each.reference} has no name")


def stubs_of_references(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the data structure in full, and all else as stubs."""
    message = structures_of(answers[0])
    require_references(message, having=(facts.datastructure,))
    for each in message.artefacts:
        if each.reference == facts.datastructure:
            require(each.shape is not None, "the data structure has no components")
        else:
            require(not each.items and each.shape is None, f"{each.reference} has contents")
    require(len(message.artefacts) > 1, "nothing that it refers to is in the answer")


def children(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the data structure and what it refers to, no dataflow."""
    message = structures_of(answers[0])
    expected = _referred(facts) | {facts.datastructure}
    require_references(message, having=expected)
    require(not message.of("dataflow"), "a dataflow is in the answer, which is a parent")


def descendants(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the dataflow, its data structure, and what that refers to."""
    having = _referred(facts) | {facts.dataflow, facts.datastructure}
    require_references(structures_of(answers[0]), having=having)


def one_level_down(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the dataflow and its data structure, and nothing below that."""
    message = structures_of(answers[0])
    require_references(message, having=(facts.dataflow, facts.datastructure))
    require(not message.of(*SCHEMES), "a scheme of items is in the answer, two levels down")


def parents(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the data structure and the dataflow that uses it, no codelist."""
    message = structures_of(answers[0])
    require_references(message, having=(facts.dataflow, facts.datastructure))
    require(not message.of("codelist"), "a codelist is in the answer, which is a child")


def siblings(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect a codelist, what uses it, and what else that refers to."""
    known = facts.structures.references
    beside = {r for user in _users(facts) for r in user.refers if r.kind in SCHEMES and r in known}
    having = beside | {codelist(facts).reference, *(user.reference for user in _users(facts))}
    require_references(structures_of(answers[0]), having=having)


def users(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect a codelist, and what uses it."""
    having = (codelist(facts).reference, *(user.reference for user in _users(facts)))
    require_references(structures_of(answers[0]), having=having)


def codelists_alone(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the dataflow with the codelists below it, and no other type."""
    message = structures_of(answers[0])
    require_references(message, having=(facts.dataflow,), kinds=("dataflow", "codelist"))
    require(bool(message.of("codelist")), "no codelist is in the answer")


def partial_references(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect codelists that hold every code in use; one that is cut is marked so."""
    message = structures_of(answers[0])
    require_references(message, having=(facts.dataflow, facts.datastructure))
    whole = {a.reference: a for a in facts.structures.of("codelist")}
    for each in message.of("codelist"):
        known = whole.get(each.reference)
        cut = known is not None and len(each.items) < len(known.items)
        require(not cut or each.partial, f"{each.reference} is cut and not marked as partial")
    held = {a.reference: set(a.items) for a in message.of("codelist")}
    for dimension, reference in facts.shape.codelists:
        missing = set(codes(facts, dimension)) - held.get(reference, set())
        require(not missing, f"{reference} lacks {_some(sorted(missing))}, which has data")


def includes_dataflow(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the dataflow among artefacts of its type alone, each one once."""
    for answer in answers:
        require_references(structures_of(answer), having=(facts.dataflow,), kinds=("dataflow",))


def same_artefacts(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect the same artefacts in all answers."""
    first = structures_of(answers[0]).references
    for answer in answers[1:]:
        different = first ^ structures_of(answer).references
        require(not different, f"the answers differ by {_some(sorted(map(str, different)))}")


def one_version_each(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect every artefact in one version."""
    references = structures_of(answers[0]).references
    identities = {replace_version(each) for each in references}
    require(len(identities) == len(references), "an artefact comes in two versions")


def replace_version(reference: Reference) -> str:
    """Return what identifies an artefact whatever its version."""
    return str(reference).rpartition("(")[0]


def agencies(_: Facts, answers: Sequence[Answer]) -> None:
    """Expect agency schemes, whose id and version are fixed."""
    message = structures_of(answers[0])
    require_references(message, kinds=("agencyscheme",))
    for each in message.artefacts:
        reference = each.reference
        require(reference.id == "AGENCIES", f"the id of {reference} is not AGENCIES")
        require(reference.version == "1.0", f"the version of {reference} is not 1.0")


def no_dataflow(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect that an item of a dataflow, which has none, is refused or not found."""
    require_status(answers[0], 400, 404, *((204,) if facts.api == "v2" else ()))


def _only(answer: Answer, kind: str) -> Artefact:
    message = structures_of(answer)
    require(len(message.artefacts) == 1, f"{len(message.artefacts)} artefacts came, not 1")
    found = message.artefacts[0]
    require(found.reference.kind == kind, f"{found.reference} came instead")
    return found


def _users(facts: Facts) -> list[Artefact]:
    own = codelist(facts).reference
    return [each for each in facts.structures.artefacts if own in each.refers]


def _referred(facts: Facts) -> set[Reference]:
    """Return the schemes that the data structure refers to, in exact versions."""
    structure = next(a for a in facts.structures.artefacts if a.reference == facts.datastructure)
    known = facts.structures.references
    return {r for r in structure.refers if r.kind in SCHEMES and r in known}


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
