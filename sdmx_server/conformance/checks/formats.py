"""Every format of data, structures and availability, on both versions of SDMX-REST.

Source: SDMX-REST 1.5, section 4.6; SDMX-REST 2.2, doc/media_types.md; the official schemas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdmx_server.conformance import paths, schemas
from sdmx_server.conformance.check import Area, Ask, Check, Expect
from sdmx_server.conformance.decoding import data_csv, messages
from sdmx_server.conformance.decoding.content import strict_json, xml
from sdmx_server.conformance.expectations import require, require_same_data, require_status
from sdmx_server.conformance.facts import Facts, Inapplicable, codelist
from sdmx_server.conformance.request import Answer, get

SDMX = "application/vnd.sdmx."
_NOT_ACCEPTABLE = 406


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        slug: names it in the ids of checks.
        media_type: without what they all begin with, and without version.
        version: of the format.
        rows: rows of the conformance table that ask for it.
        priority: 1 where a service must offer it, 2 where it may.
        root: local name of the root, of XML.
    """

    slug: str
    media_type: str
    version: str
    rows: tuple[int, ...]
    priority: int
    root: str = ""

    @property
    def full(self) -> str:
        """The media type in full."""
        return f"{SDMX}{self.media_type};version={self.version}"


GENERIC = Format("generic", "genericdata+xml", "2.1", (42, 115), 1, "GenericData")
SPECIFIC = Format(
    "specific", "structurespecificdata+xml", "2.1", (87,), 1, "StructureSpecificData"
)  # fmt: skip
DATA_JSON1 = Format("data-json1", "data+json", "1.0.0", (90,), 2)
DATA_CSV1 = Format("data-csv1", "data+csv", "1.0.0", (91,), 2)
DATA_XML31 = Format("data-xml31", "data+xml", "3.1.0", (367, 393), 2, "StructureSpecificData")
V1_DATA = (
    GENERIC,
    SPECIFIC,
    Format("generic-time", "generictimeseriesdata+xml", "2.1", (88,), 2, "GenericTimeSeriesData"),
    Format(
        "specific-time", "structurespecifictimeseriesdata+xml", "2.1", (88,), 2,
        "StructureSpecificTimeSeriesData",
    ),
    DATA_JSON1,
    DATA_CSV1,
)  # fmt: skip
V2_DATA = (
    Format("data-json21", "data+json", "2.1.0", (132, 368), 1),
    Format("data-json2", "data+json", "2.0.0", (368,), 2),
    DATA_XML31,
    Format("data-xml3", "data+xml", "3.0.0", (393,), 2, "StructureSpecificData"),
    Format("data-csv21", "data+csv", "2.1.0", (367, 402), 2),
    Format("data-csv2", "data+csv", "2.0.0", (393,), 2),
)
V1_STRUCTURE = (
    Format("structure-xml21", "structure+xml", "2.1", (1, 114), 1, "Structure"),
    Format("structure-json1", "structure+json", "1.0.0", (116,), 2),
)
V2_STRUCTURE = (
    Format("structure-json21", "structure+json", "2.1.0", (259,), 1),
    Format("structure-json2", "structure+json", "2.0.0", (392,), 2),
    Format("structure-xml31", "structure+xml", "3.1.0", (391,), 2, "Structure"),
    Format("structure-xml3", "structure+xml", "3.0.0", (391,), 2, "Structure"),
)

_V1 = Area("v1", "formats", "SDMX-REST 1.5, section 4.6")
_V2 = Area("v2", "formats", "SDMX-REST 2.2, doc/media_types.md")


def _data(form: Format) -> Ask:
    return lambda f: get(paths.data(f), accept=form.full)


def _structure(form: Format) -> Ask:
    return lambda f: get(
        paths.structure(f.api, codelist(f).reference),
        paths.structure(f.api, f.datastructure, "references=children"),
        accept=form.full,
    )


def _available(form: Format) -> Ask:
    return lambda f: get(paths.availability(f), accept=form.full)


def _offers(form: Format) -> Expect:
    """Expect an answer in the format asked for, which the Content-Type says in full."""

    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        for answer in answers:
            require_status(answer, 200)
            came = answer.media_type
            require(came.split(";")[0] == (SDMX + form.media_type), f"the Content-Type is {came}")
            require(
                f"version={form.version}" in came.split(";"),
                f"the Content-Type {came!r} does not say version={form.version}",
            )
            if form.root:
                root = xml(answer.body).tag.rpartition("}")[2]
                require(root == form.root, f"the root is {root}, not {form.root}")

    return expect


def _same_data(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the observations and attributes that discovery found."""
    _require_offered(answers[0])
    found = messages.data(answers[0].body, facts.shape)
    require_same_data(found, facts.data)
    different = found.attributes ^ facts.data.attributes
    require(not different, f"attributes differ: {', '.join(sorted(different))}")


def _same_codelist(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the codelist and the data structure that discovery found."""
    _require_offered(answers[0])
    found = messages.structures(answers[0].body).of("codelist")
    known = codelist(facts)
    require(
        [(a.reference, a.items) for a in found] == [(known.reference, known.items)],
        f"{known.reference} came with other codes, or other codelists came",
    )
    structures = messages.structures(answers[1].body).of("datastructure")
    shapes = [(a.reference, a.shape and a.shape.coordinates) for a in structures]
    expected = [(facts.datastructure, facts.shape.coordinates)]
    require(shapes == expected, f"the dimensions of {facts.datastructure} differ")


def _valid(form: Format, kind: str) -> Expect:
    """Expect answers that are valid by the official schema of the format."""

    def expect(_: Facts, answers: Sequence[Answer]) -> None:
        for answer in answers:
            _require_offered(answer)
            if form.root:
                faults = schemas.xml_faults(answer.body)
            else:
                faults = schemas.json_faults(strict_json(answer.body), kind, form.version)
            require(not faults, faults[0] if faults else "")

    return expect


def _require_offered(answer: Answer) -> None:
    if answer.status == _NOT_ACCEPTABLE:
        raise Inapplicable("the service does not offer this format")
    require_status(answer, 200)


def _columns(form: Format) -> Expect:
    """Expect the columns of SDMX-CSV in their order."""

    def expect(facts: Facts, answers: Sequence[Answer]) -> None:
        _require_offered(answers[0])
        first = (
            ("DATAFLOW",) if form.version == "1.0.0" else ("STRUCTURE", "STRUCTURE_ID", "ACTION")
        )
        heads = [head.split("[")[0] for head in data_csv.header(answers[0].body)]
        expected = [*first, *facts.shape.coordinates]
        require(heads[: len(first)] == list(first), f"the first columns are {heads[:3]}")
        came = [head for head in heads if head in facts.shape.coordinates]
        require(came == expected[len(first) :], f"the dimensions stand as {came}")
        require(heads.index(came[-1]) < len(expected), "a column stands between the dimensions")

    return expect


def _specific_is_valid(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect data that are valid by the schema that the service gives for them."""
    data, xsd = answers
    _require_offered(xsd)
    _require_offered(data)
    faults = schemas.specific_faults(data.body, xsd.body)
    require(not faults, faults[0] if faults else "")


def _format_checks(area: Area, form: Format, ask: Ask, kind: str, noun: str) -> list[Check]:
    """Return the checks on one format of one kind of answer."""
    slug = f"{form.slug}-{noun}" if noun == "availability" else form.slug
    name = f"{form.media_type} {form.version}"
    checks = [
        area.check(
            f"{slug}-offered", form.rows, form.priority, f"{noun} can be had as {name}.",
            ask=ask, expect=_offers(form),
        ),
    ]  # fmt: skip
    if noun == "data":
        checks.append(
            area.check(
                f"{slug}-same", (393,), 1, f"{name} has the same observations as other formats.",
                ask=ask, expect=_same_data,
            )
        )  # fmt: skip
    if noun == "structures":
        checks.append(
            area.check(
                f"{slug}-same", (391, 392), 1, f"{name} has the same content as other formats.",
                ask=ask, expect=_same_codelist,
            )
        )  # fmt: skip
    if "csv" in form.media_type:
        checks.append(
            area.check(
                f"{slug}-columns", (91, 402), 1, f"{name} has its columns in order.",
                ask=ask, expect=_columns(form),
            )
        )  # fmt: skip
    elif "structurespecific" not in form.media_type and form.media_type != "data+xml":
        row = 391 if form.root else 392
        checks.append(
            area.check(
                f"{slug}-valid", (row,), 1, f"{name} is valid by its official schema.",
                ask=ask, expect=_valid(form, kind),
            )
        )  # fmt: skip
    return checks


def _table(area: Area, data: Sequence[Format], structure: Sequence[Format]) -> list[Check]:
    return [
        *(c for form in data for c in _format_checks(area, form, _data(form), "data", "data")),
        *(
            check
            for form in structure
            for check in _format_checks(area, form, _structure(form), "structure", "structures")
        ),
        *(
            check
            for form in structure
            for check in _format_checks(area, form, _available(form), "structure", "availability")
        ),
    ]


CHECKS = (
    *_table(_V1, V1_DATA, V1_STRUCTURE),
    _V1.check(
        "specific-valid", (87, 109), 1, "Data are valid by the schema that is given for them.",
        ask=lambda f: (
            *get(paths.data(f), accept=SPECIFIC.full),
            *get(paths.schema(f), accept=f"{SDMX}schema+xml;version=2.1"),
        ),
        expect=_specific_is_valid,
    ),
    *_table(_V2, V2_DATA, V2_STRUCTURE),
    _V2.check(
        "data-xml31-valid", (309, 391), 1, "Data are valid by the schema that is given for them.",
        ask=lambda f: (
            *get(paths.data(f), accept=DATA_XML31.full),
            *get(paths.schema(f), accept=f"{SDMX}schema+xml;version=3.1.0"),
        ),
        expect=_specific_is_valid,
    ),
)  # fmt: skip
