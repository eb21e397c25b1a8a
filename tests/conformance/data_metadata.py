"""FX-EXR with reference metadata of FX-META among its data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.datastructure import AttributeRelationship, MetadataAttributeUsage
from tests.conformance import fixtures as fx
from tests.conformance import metadata_sets
from tests.conformance.artefacts import DATAFLOW, OBSERVATION
from tests.conformance.fixtures import CREATED, Content

PLACES = {
    "CONTACT": DATAFLOW,
    "SUMMARY": AttributeRelationship(dimensions=fx.SERIES),
    "GRADE": OBSERVATION,
    "DELAY": AttributeRelationship(group="Sibling"),
}
"""What the data structure attaches metadata attributes to; of AUDITED it says nothing."""

METADATA = {
    "CONTACT.NAME": '[{"en":"Ann","fr":"Anne"},{"en":"Bob"}]',
    "CONTACT.EMAIL": '[["a@x.org","b@x.org"]]',
    "SUMMARY": '{"en":"<p>How <b>it</b> is made</p>"}',
    "GRADE": "A",
    "DELAY": "12",
    "AUDITED": "true",
}


def structures(places: Mapping[str, AttributeRelationship] = PLACES) -> list[Maintainable]:
    """Return the exchange rates, with the metadata of FX-META reported among their data.

    ``places`` are what the data structure attaches metadata attributes to.
    """
    dsd, flow, artefacts = fx.exr_structures("1.0.0")
    parts = dsd.data_structure_components
    assert parts is not None
    assert parts.attribute_list is not None
    usages = tuple(
        MetadataAttributeUsage(metadata_attribute_reference=id_, attribute_relationship=where)
        for id_, where in places.items()
    )
    listed = structs.replace(parts.attribute_list, metadata_attribute_usages=usages)
    with_metadata = structs.replace(
        dsd,
        metadata=metadata_sets.STRUCTURE.urn,
        data_structure_components=structs.replace(parts, attribute_list=listed),
    )
    return [
        *fx.shared("1.0.0"),
        *fx.organisations(),
        *(with_metadata if artefact is dsd else artefact for artefact in artefacts),
        metadata_sets.CONCEPTS,
        metadata_sets.GRADES,
        metadata_sets.STRUCTURE,
    ]


def content() -> Content:
    """Return the exchange rates with reference metadata about S1 and everything."""
    _, flow, _ = fx.exr_structures("1.0.0")
    rows = fx.exr_rows()
    for cells in rows:
        if (cells["FREQ"], cells["CURRENCY"]) == ("M", "USD"):
            cells["SUMMARY"], cells["DELAY"] = METADATA["SUMMARY"], METADATA["DELAY"]
            if cells["TIME_PERIOD"] == "2010-03":
                cells["GRADE"], cells["AUDITED"] = METADATA["GRADE"], METADATA["AUDITED"]
    shared = {id_: text for id_, text in METADATA.items() if id_.startswith("CONTACT")}
    delivery = fx.delivery(flow, rows, "Replace", {**fx.NOTE, **shared})
    return Content(structures(), [(CREATED, [delivery])])
