"""Words about structures: which artefacts came, whole or cut, and what is in them.

An artefact is spelled ``codelist TST:CL_FREQ(1.0.0)``, its type as SDMX-REST 2.2 calls it.

Source: SDMX-REST 1.5, section 4.3; SDMX-REST 2.2, doc/structures.md and doc/availability.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sdmx_server.conformance.check import Unmet
from sdmx_server.conformance.decoding import messages
from sdmx_server.conformance.decoding.content import strict_json, text, xml
from sdmx_server.conformance.decoding.structure import Artefact
from sdmx_server.conformance.expectations import require
from sdmx_server.conformance.request import Answer
from sdmx_server.conformance.rows.words.documents import at
from sdmx_server.conformance.rows.words.word import (
    Ask,
    Together,
    Word,
    require_equal,
    require_found,
    require_same,
)

_NEVER_BARE = frozenset({"provisionagreement", "metadataprovisionagreement"})


def found(answer: Answer) -> dict[str, Artefact]:
    """Return the artefacts of a structure message by their spelling.

    Raises:
        Unmet, Unreadable: if it is none, or holds one twice.
    """
    require_found(answer)
    listed = messages.structures(answer.body).artefacts
    artefacts = {str(artefact.reference): artefact for artefact in listed}
    require(len(artefacts) == len(listed), "an artefact stands in the message twice")
    return artefacts


def exactly(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The artefacts are exactly these: ``artefacts = ["dataflow TST:EXR(1.0.0)"]``."""
    require_same(list(found(answer)), spelled(value), "artefacts")


def having(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """These artefacts are among those that came: ``holds = [...]``."""
    came = found(answer)
    lacking = [each for each in spelled(value) if each not in came]
    require(not lacking, f"{', '.join(lacking)} did not come")


def lacking(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """These artefacts, or types of them, did not come: ``lacks = ["codelist"]``."""
    came = [each for each in found(answer) if each in value or each.partition(" ")[0] in set(value)]
    require(not came, f"{', '.join(came)} came")


def kinds(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The artefacts are of exactly these types: ``kinds = ["codelist", "dataflow"]``."""
    came = {artefact.reference.kind for artefact in found(answer).values()}
    require_same(came, set(value), "types of artefacts")


def versions(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The artefacts have exactly these versions; none where nothing is found (204, 404)."""
    nothing = answer.status in (204, 404)
    came = [] if nothing else [a.reference.version for a in found(answer).values()]
    require_same(came, value, "versions")


def latest(value: bool, answer: Answer, _: Ask) -> None:
    """No artefact came in two versions, or some did: ``one_version_each = true``."""
    names = [each.partition("(")[0] for each in found(answer)]
    require_equal(len(names) == len(set(names)), value, "that each came in one version")


def items(value: Mapping[str, Sequence[str]], answer: Answer, _: Ask) -> None:
    """Artefacts have exactly these items, nested ones with dots, in their order.

    ``items = { "codelist TST:CL_FREQ(1.0)" = ["A", "M"] }``; ``only`` is whichever came alone.
    """
    for artefact, expected in _each(value, answer):
        require_equal(list(artefact.items), list(expected), f"the items of {artefact.reference}")


def named_items(value: Mapping[str, str], answer: Answer, _: Ask) -> None:
    """The only codelist in SDMX-JSON has exactly these codes, with these names, in this order."""
    found(answer)
    codes = at(strict_json(answer.body), "data.codelists[*].codes[*]")
    require_equal([(code["id"], code["name"]) for code in codes], list(value.items()), "the codes")


def partial(value: Mapping[str, bool], answer: Answer, _: Ask) -> None:
    """Artefacts say that they are cut, or do not: ``partial = { only = true }``."""
    for artefact, expected in _each(value, answer):
        require_equal(artefact.partial, expected, f"that {artefact.reference} is partial")


def stubs(value: Any, answer: Answer, _: Ask) -> None:
    """All artefacts have a name and no content, or these have: ``stubs = ["codelist ..."]``.

    The schemas demand of some types even in a stub what they refer to.
    """
    came = found(answer)
    for each in came if value is True else spelled(value):
        require(each in came, f"{each} did not come")
        artefact = came[each]
        bare = not artefact.contents or artefact.reference.kind in _NEVER_BARE
        require(bool(artefact.names), f"{each} has no name")
        require(bare and not artefact.items, f"{each} has content")


def names(value: Mapping[str, Mapping[str, str]], answer: Answer, _: Ask) -> None:
    """Artefacts have exactly these names by language: ``names = { only = { fr = "Oui" } }``."""
    for artefact, expected in _each(value, answer):
        require_equal(dict(artefact.names), dict(expected), f"the names of {artefact.reference}")


def metadata_sets(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The metadata sets in SDMX-JSON are exactly these, in this order: ``["MP1:QR1(1.0.0)"]``."""
    require_found(answer)
    sets = at(strict_json(answer.body), "data.metadataSets[*]")
    came = [f"{each['agencyID']}:{each['id']}({each['version']})" for each in sets]
    require_equal(came, list(value), "the metadata sets")


def metadata_columns(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The table of SDMX-CSV for metadata has exactly these columns."""
    require_found(answer)
    heads = next(csv.reader(text(answer.body).splitlines()))
    require_equal(heads, list(value), "the columns")


def metadata_cells(value: Mapping[str, Sequence[str]], answer: Answer, _: Ask) -> None:
    """Columns of the table of SDMX-CSV for metadata have exactly these cells, row by row."""
    require_found(answer)
    came = list(csv.DictReader(io.StringIO(text(answer.body), newline="")))
    for name, expected in value.items():
        require_equal([row.get(name) for row in came], list(expected), f"the column {name}")


def enumeration(value: Sequence[str], answer: Answer, _: Ask) -> None:
    """The XML Schema has a type with exactly these values, ``~`` aside: ``["USD", "EUR"]``."""
    require_found(answer)
    kinds_ = [
        {e.get("value", "") for e in kind.iter("{*}enumeration")} - {"~"}
        for kind in xml(answer.body).iter("{*}simpleType")
    ]
    require(set(value) in kinds_, f"no type has exactly the values {', '.join(value)}")


def region(value: Mapping[str, Any], answer: Answer, _: Ask) -> None:
    """The only constraint says that these values are there.

    ``region = { REF_AREA = ["FR"], series = 1, observations = 1 }``: exactly these components, each
    with these values in whatever order; one with ``"range"`` has a range of time instead.
    """
    constraints = [a for a in found(answer).values() if a.region is not None]
    require_equal(len(constraints), 1, "the number of constraints")
    told = constraints[0].region
    if told is None:
        raise Unmet("the constraint has no region")
    counts = {"series": told.series, "observations": told.observations}
    came: dict[str, Any] = {name: sorted(codes) for name, codes in told.values.items()}
    came |= dict.fromkeys(told.ranged, "range")
    for name, expected in value.items():
        if name in counts:
            require_equal(counts[name], expected, f"the count of {name}")
    expected_codes = {
        name: codes if codes == "range" else sorted(codes)
        for name, codes in value.items()
        if name not in counts
    }
    require_equal(came, expected_codes, "what the constraint allows")


def spelled(value: Collection[str]) -> list[str]:
    """Return artefacts one by one: ``codelist TST:{A,B}(1.0)`` stands for two."""
    result: list[str] = []
    for each in value:
        head, brace, rest = each.partition("{")
        names_, _, tail = rest.partition("}")
        result.extend([f"{head}{n}{tail}" for n in names_.split(",")] if brace else [each])
    return result


def _each(value: Mapping[str, Any], answer: Answer) -> list[tuple[Artefact, Any]]:
    came = found(answer)
    if "only" in value:
        require_equal(len(came), 1, "the number of artefacts")
        return [(next(iter(came.values())), value["only"])]
    missing = [each for each in spelled(value) if each not in came]
    require(not missing, f"{', '.join(missing)} did not come")
    return [(came[one], expected) for each, expected in value.items() for one in spelled([each])]


def same_artefacts(value: bool, answers: Sequence[Answer]) -> None:
    """All answers hold the same artefacts, or different ones: ``same_artefacts = true``."""
    sets = {frozenset(found(answer)) for answer in answers}
    require_equal(len(sets) == 1, value, "that all answers hold the same artefacts")


WORDS: Mapping[str, Word] = {
    "artefacts": exactly,
    "holds": having,
    "lacks": lacking,
    "kinds": kinds,
    "versions": versions,
    "one_version_each": latest,
    "items": items,
    "named_items": named_items,
    "partial": partial,
    "stubs": stubs,
    "names": names,
    "region": region,
    "metadata_sets": metadata_sets,
    "metadata_columns": metadata_columns,
    "metadata_cells": metadata_cells,
    "enumeration": enumeration,
}
TOGETHER: Mapping[str, Together] = {"same_artefacts": same_artefacts}
