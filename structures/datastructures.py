"""Data structures out of lists of concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    DataStructure,
    DataStructureComponents,
    Dimension,
    DimensionList,
    Empty,
    Group,
    Measure,
    MeasureList,
    TimeDimension,
)
from sdmx_server.model.urn import maintainable_urn
from structures.content import Content, DataStructureFile
from structures.rows import Origin, Row
from structures.schemes import item_urn, representation

RELATIONSHIPS: dict[str, Callable[[DataStructureFile], AttributeRelationship]] = {
    "dataflow": lambda _: AttributeRelationship(dataflow=Empty()),
    "series": lambda document: AttributeRelationship(dimensions=document.dimensions),
    "observation": lambda _: AttributeRelationship(observation=Empty()),
}


def datastructure_urn(content: Content, id_: str) -> str:
    """Return the URN of a data structure; that of version 1.0 where there is none such."""
    versions = (d.version for d in content.structures.values() if d.id == id_)
    return maintainable_urn(
        DataStructure.package,
        DataStructure.urn_class,
        content.settings.agency,
        id_,
        next(versions, "1.0"),
    )


def build_datastructures(content: Content) -> Iterator[tuple[DataStructure, Origin]]:
    """Make every data structure, with the file that it stands in."""
    for file, document in content.structures.items():
        components = DataStructureComponents(
            dimension_list=_dimensions(content, document),
            groups=tuple(
                Group(id=id_, group_dimensions=dimensions)
                for id_, dimensions in document.groups.items()
            ),
            attribute_list=AttributeList(attributes=tuple(_attributes(content, document))),
            measure_list=MeasureList(
                measures=tuple(Measure(**_component(content, id_)) for id_ in document.measures)
            ),
        )
        yield (
            DataStructure(
                agency_id=content.settings.agency,
                id=document.id,
                version=document.version,
                names=document.name,
                descriptions=document.description,
                data_structure_components=components,
            ),
            Origin(file, 1),
        )


def attributes_of(content: Content, document: DataStructureFile) -> list[Row]:
    """Return the rows of the shared attributes that a data structure has."""
    return [
        row for row in content.attributes.rows if row["concept"] not in document.without_attributes
    ]


def components_of(content: Content, id_: str) -> tuple[str, ...]:
    """Return the ids of all components of a data structure; none where there is none such."""
    document = next((d for d in content.structures.values() if d.id == id_), None)
    if document is None:
        return ()
    time = (document.time_dimension,) if document.time_dimension else ()
    attributes = (row["concept"] for row in attributes_of(content, document))
    return (*document.dimensions, *time, *document.measures, *attributes)


def _component(content: Content, id_: str) -> dict[str, Any]:
    """Return the fields that a component takes from its concept.

    The representation of the concept is repeated in the component: SDMX 2.1 demands it of
    time, and many clients look for a codelist nowhere else.
    """
    concept = content.concepts.get(id_)
    return {
        "id": id_,
        "concept_identity": item_urn(content, "conceptscheme", content.settings.concepts, id_),
        "local_representation": representation(content, concept) if concept else None,
    }


def _dimensions(content: Content, document: DataStructureFile) -> DimensionList:
    time = document.time_dimension
    return DimensionList(
        dimensions=tuple(
            Dimension(**_component(content, id_), position=position)
            for position, id_ in enumerate(document.dimensions)
        ),
        time_dimension=TimeDimension(**_component(content, time)) if time else None,
    )


def _attributes(content: Content, document: DataStructureFile) -> Iterator[Attribute]:
    for row in attributes_of(content, document):
        relationship = RELATIONSHIPS.get(row["attached_to"])
        yield Attribute(
            **_component(content, row["concept"]),
            usage=row["usage"],
            attribute_relationship=relationship(document)
            if relationship
            else AttributeRelationship(group=row["attached_to"]),
        )
