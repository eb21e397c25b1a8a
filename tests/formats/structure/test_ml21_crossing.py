"""What is loaded as SDMX-ML 2.1 is served in the formats of SDMX 3, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sdmx_server.dataset import Message
from sdmx_server.formats.structure import json, ml3, ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.model.artefact import Annotation, Maintainable, Value
from sdmx_server.model.constraint import ComponentValue, CubeRegionKey, DataConstraint
from sdmx_server.model.representation import TextFormat
from tests.formats.structure.ml21_messages import DATA, MESSAGE

Write = Callable[[Sequence[Maintainable], Message], bytes]
Read = Callable[[bytes], tuple[Maintainable, ...]]

FORMATS: dict[str, tuple[Write, Read]] = {
    "SDMX-ML 3.0": (lambda artefacts, message: ml3.write(artefacts, message, "3.0.0"), ml3.read),
    "SDMX-ML 3.1": (lambda artefacts, message: ml3.write(artefacts, message, "3.1.0"), ml3.read),
    "SDMX-JSON 2.0": (
        lambda artefacts, message: json.write(artefacts, message, "2.0.0"),
        json.read,
    ),
    "SDMX-JSON 2.1": (
        lambda artefacts, message: json.write(artefacts, message, "2.1.0"),
        json.read,
    ),
}

SAME_IN_SDMX_3 = (
    "21/agencyscheme.xml",
    "21/agencyscheme_fax.xml",
    "21/categoryscheme.xml",
    "21/codelist.xml",
    "21/conceptscheme.xml",
    "21/conceptscheme_iso.xml",
    "21/dataconsumerscheme.xml",
    "21/dataflow.xml",
    "21/dataproviderscheme.xml",
    "21/dsd.xml",
    "21/external_ref_stub.xml",
    "21/process.xml",
    "21/provisionagreement.xml",
    "21/reportingtaxonomy.xml",
    "21_more/process.xml",
    "21_more/reportingtaxonomy.xml",
    "21_more/references.xml",
)
"""Messages that say nothing that SDMX 2.1 alone knows, but that they are final."""

WRITTEN_AS_2_1 = (
    "agencyscheme",
    "categorisation",
    "categoryscheme",
    "codelist",
    "conceptscheme",
    "dataconstraint_cube",
    "dataconsumerscheme",
    "dataproviderscheme",
    "external_ref_stub",
    "hierarchy",
    "metadataprovisionagreement",
    "msd",
    "organisationunitscheme",
    "process",
    "provisionagreement",
    "reportingtaxonomy",
    "semver_draft",
    "vtl",
)
"""Messages of SDMX 3.1 of which 2.1 lacks only what ``LACKING`` lists, and drafts."""

LACKING: dict[type[Value], tuple[str, ...]] = {
    Maintainable: ("links", "is_partial_language"),
    Annotation: ("title", "value", "links"),
    ComponentValue: ("valid_from", "valid_to"),
    CubeRegionKey: ("remove_prefix", "valid_from", "valid_to"),
    DataConstraint: ("role",),
    TextFormat: ("sentinel_values",),
}


def comparable(value: Any) -> Any:
    """Return a value without what 2.1 lacks, as nested dicts."""
    if isinstance(value, tuple):
        return [comparable(part) for part in value]
    if not isinstance(value, Value):
        return value
    lacking = {
        field for cls, fields in LACKING.items() if isinstance(value, cls) for field in fields
    }
    return {
        field: comparable(getattr(value, field))
        for field in value.__struct_fields__
        if field not in lacking
    }


@pytest.mark.parametrize("path", SAME_IN_SDMX_3)
@pytest.mark.parametrize(("write", "read"), FORMATS.values(), ids=FORMATS.keys())
def test_what_is_loaded_as_2_1_is_served_in_sdmx_3(write: Write, read: Read, path: str) -> None:
    loaded = ml21.read((DATA / path).read_bytes())
    expected = {artefact.urn: structs.replace(artefact, is_final=False) for artefact in loaded}

    served = {artefact.urn: artefact for artefact in read(write(loaded, MESSAGE))}

    assert served == expected


@pytest.mark.parametrize("name", WRITTEN_AS_2_1)
def test_what_is_loaded_as_3_1_is_served_as_2_1(name: str) -> None:
    loaded = ml3.read((DATA / "31" / f"{name}.xml").read_bytes())
    content = ml21.write(loaded, MESSAGE)
    validate(content, "2.1")

    served = {artefact.urn: comparable(artefact) for artefact in ml21.read(content)}

    assert served == {
        artefact.urn: comparable(artefact)
        for artefact in loaded
        if not artefact.version.endswith("draft")
    }


@pytest.mark.parametrize(
    "path", sorted(DATA.glob("3[01]/*.xml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_whatever_is_written_as_2_1_is_valid(path: Path) -> None:
    validate(ml21.write(ml3.read(path.read_bytes()), MESSAGE), "2.1")
