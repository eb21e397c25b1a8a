"""EXR with reference metadata at every level, some of them below others."""

from __future__ import annotations

from dataclasses import replace

from sdmx_server.dataset import Component, Dataset, Level, ResolvedStructure, Role
from tests.formats.data import datasets as source
from tests.formats.data.packing import pack

MSD = source.PREFIX + "metadatastructure.MetadataAttribute=TST:MSD_Q(1.0.0)."
GRADES = (source.code("A", "Good", "Baik"), source.code("B", "Fair", "Cukup"))
SERIES = {"level": Level.SERIES, "dimensions": source.EXR_KEY}
GROUP = {"level": Level.GROUP, "group": "Sibling", "dimensions": source.SIBLING}
OBSERVATION = {"level": Level.OBSERVATION}


def attribute(id_: str, *repeats: bool, **more: object) -> Component:
    """Return a metadata attribute; ``repeats`` says of each id on its path whether it may."""
    name = id_.rpartition(".")[2].title()
    coded = ("CL_GRADE",) if more.get("codes") else ()
    return source.component(
        id_,
        Role.ATTRIBUTE,
        (name, f"{name} (id)"),
        more.pop("codes", None),
        *coded,
        mandatory=False,
        is_array=any(repeats),
        metadata_urn=MSD + id_,
        repeats=repeats,
        is_nested=id_ == "CONTACT" or len(repeats) > 1,
        **more,
    )


ATTRIBUTES = (
    attribute("CONTACT", True, level=Level.DATASET),
    attribute("CONTACT.NAME", True, False, level=Level.DATASET, is_multilingual=True),
    attribute("CONTACT.EMAIL", True, True, level=Level.DATASET),
    attribute("LICENCE", False, level=Level.DATASET),
    attribute("REVIEW.BY", False, False, **GROUP),
    attribute("REVIEW.GRADES", False, True, codes=GRADES, **GROUP),
    attribute("SUMMARY", False, data_type="XHTML", is_multilingual=True, **SERIES),
    attribute("METHOD.TEXT", False, False, data_type="XHTML", is_multilingual=True, **SERIES),
    attribute("METHOD.SIZES", False, True, data_type="Integer", **SERIES),
    attribute("GRADE", False, codes=GRADES, **OBSERVATION),
    attribute("CHECK.GRADE", False, False, codes=GRADES, **OBSERVATION),
    attribute("CHECK.NOTE", False, False, is_multilingual=True, **OBSERVATION),
    attribute("CHECK.DELAY", False, False, data_type="Integer", **OBSERVATION),
)
IDS = [a.id for a in ATTRIBUTES]


def structure() -> ResolvedStructure:
    """Return the structure of EXR with the metadata attributes."""
    plain = source.exr_structure()
    return replace(plain, attributes=(*plain.attributes, *ATTRIBUTES))


def rows() -> list[dict[str, str]]:
    """Return the observations of EXR with metadata; not every series has all of them."""
    shared = {
        "CONTACT": '[null,"Bob & Co"]',
        "CONTACT.NAME": '[{"en":"Ann","fr":"Anne"},{"en":"Bob; <b>"}]',
        "CONTACT.EMAIL": '[["a@x.org","b@x.org"],["c@x.org"]]',
        "LICENCE": "CC BY 4.0",
    }
    return [{**shared, **row, **_own(row)} for row in source.exr_rows()]


def _own(row: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if row["CURRENCY"] == "USD":
        found |= {"REVIEW.BY": 'The "board"', "REVIEW.GRADES": '["A","B"]'}
        found["SUMMARY"] = '{"en":"<p>One &amp; <b>two</b></p>","fr":"A < B"}'
    if row["FREQ"] == "M":
        found |= {"METHOD.TEXT": '{"en":"<p>How</p>"}', "METHOD.SIZES": '["12","7"]'}
    if row["TIME_PERIOD"] == "2010-01":
        found |= {"GRADE": "A", "CHECK.GRADE": "B", "CHECK.NOTE": '{"en":"As is, \\"so\\""}'}
    if row["TIME_PERIOD"] == "2010-02":
        found["CHECK.DELAY"] = "3"
    return found


def dataset(**choices: object) -> Dataset:
    """Return the data set; ``choices`` are those of ``pack``."""
    return pack(structure(), rows(), **choices)  # type: ignore[arg-type]
