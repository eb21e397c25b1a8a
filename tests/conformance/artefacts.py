"""Artefacts of the agency TST, made in a line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.constraint import (
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    DataConstraint,
)
from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    Dataflow,
    DataStructure,
    DataStructureComponents,
    Dimension,
    DimensionList,
    Empty,
    Group,
    Measure,
    MeasureList,
    ProvisionAgreement,
    TimeDimension,
)
from sdmx_server.model.organisation import DataProviderScheme, Organisation
from sdmx_server.model.representation import Representation, TextFormat

AGENCY = "TST"
PROVIDERS = DataProviderScheme(
    id="DATA_PROVIDERS",
    agency_id=AGENCY,
    version="1.0",
    names={"en": "Data providers"},
    data_providers=(
        Organisation(id="ECB", names={"en": "European Central Bank"}),
        Organisation(id="BIS", names={"en": "Bank for International Settlements"}),
        Organisation(id="IDLE", names={"en": "Supplies nothing"}),
    ),
)

Shape = str | Representation | None
"""The id of a codelist, with its version where it is another; a representation; plain text."""


def codelist(
    id_: str,
    version: str,
    codes: Mapping[str, str] | Iterable[Code],
    agency: str = AGENCY,
    **more: object,
) -> Codelist:
    """Return a codelist; codes by id with their English names, or whole."""
    if isinstance(codes, Mapping):
        codes = [Code(id=code, names={"en": name}) for code, name in codes.items()]
    given = {"names": {"en": f"Codes of {id_}"}, **more}
    return Codelist(id=id_, agency_id=agency, version=version, codes=tuple(codes), **given)


def concepts(version: str, names: Mapping[str, str]) -> ConceptScheme:
    """Return the concept scheme that all components take their concepts from."""
    return ConceptScheme(
        id="CS",
        agency_id=AGENCY,
        version=version,
        names={"en": "Concepts"},
        concepts=tuple(Concept(id=id_, names={"en": name}) for id_, name in names.items()),
    )


def text(
    data_type: str = "String", most: int | str | None = None, *, multilingual: bool = False
) -> Representation:
    """Return a representation that is not coded."""
    text_format = TextFormat(data_type=data_type, is_multi_lingual=multilingual or None)
    return Representation(format=text_format, max_occurs=most)


DATAFLOW = AttributeRelationship(dataflow=Empty())
OBSERVATION = AttributeRelationship(observation=Empty())


def attached(
    id_: str,
    shape: Shape,
    relationship: AttributeRelationship,
    *,
    mandatory: bool = False,
    measures: tuple[str, ...] = (),
) -> tuple[str, Shape, AttributeRelationship, str, tuple[str, ...]]:
    """Return what ``dsd`` needs to know of an attribute."""
    return id_, shape, relationship, "mandatory" if mandatory else "optional", measures


def dsd(
    id_: str,
    version: str,
    dimensions: Mapping[str, Shape],
    *,
    time: bool = True,
    measures: Mapping[str, Shape] | None = None,
    attributes: Iterable[tuple[str, Shape, AttributeRelationship, str, tuple[str, ...]]] = (),
    groups: Mapping[str, tuple[str, ...]] | None = None,
    evolving: bool = False,
    lists: str = "",
) -> DataStructure:
    """Return a data structure; its one measure is a mandatory number unless told otherwise.

    ``lists`` is the version of its codelists and concepts, if it is another.
    """

    def part(component: str, shape: Shape) -> dict[str, object]:
        urn = f"{_urn('conceptscheme.Concept', 'CS', lists or version)}.{component}"
        return {
            "id": component,
            "concept_identity": urn,
            "local_representation": _representation(shape, lists or version),
        }

    time_dimension = TimeDimension(**part("TIME_PERIOD", text("ObservationalTimePeriod")))
    components = DataStructureComponents(
        dimension_list=DimensionList(
            dimensions=tuple(
                Dimension(**part(name, shape), position=place)
                for place, (name, shape) in enumerate(dimensions.items())
            ),
            time_dimension=time_dimension if time else None,
        ),
        groups=tuple(
            Group(id=group, group_dimensions=members) for group, members in (groups or {}).items()
        ),
        attribute_list=AttributeList(
            attributes=tuple(
                Attribute(
                    **part(name, shape),
                    attribute_relationship=relationship,
                    usage=usage,
                    measure_relationship=about,
                )
                for name, shape, relationship, usage, about in attributes
            )
        )
        if attributes
        else None,
        measure_list=MeasureList(
            measures=tuple(
                Measure(**part(name, shape), usage="optional" if measures else "mandatory")
                for name, shape in (measures or {"OBS_VALUE": text("Double")}).items()
            )
        ),
    )
    return DataStructure(
        id=id_,
        agency_id=AGENCY,
        version=version,
        names={"en": f"Structure {id_}"},
        data_structure_components=components,
        evolving_structure=evolving,
    )


def dataflow(id_: str, version: str, structure: DataStructure, **more: object) -> Dataflow:
    """Return a dataflow of a data structure."""
    names = {"en": f"Data of {id_}"}
    return Dataflow(
        id=id_, agency_id=AGENCY, version=version, names=names, structure=structure.urn, **more
    )


def agreement(id_: str, version: str, flow: Dataflow, provider: str) -> ProvisionAgreement:
    """Return the agreement by which a provider supplies a dataflow."""
    return ProvisionAgreement(
        id=id_,
        agency_id=AGENCY,
        version=version,
        names={"en": f"Agreement with {provider}"},
        dataflow=flow.urn,
        data_provider=PROVIDERS.item_urn(provider),
    )


def allowing(
    id_: str, about: Maintainable, values: Mapping[str, tuple[str, ...]], role: str = "Allowed"
) -> DataConstraint:
    """Return a constraint on an artefact: the values that each component may hold."""
    field = {
        "datastructure": "data_structures",
        "dataflow": "dataflows",
        "provisionagreement": "provision_agreements",
    }[about.artefact_type]
    keys = tuple(
        CubeRegionKey(id=component, values=tuple(ComponentValue(value=code) for code in codes))
        for component, codes in values.items()
    )
    return DataConstraint(
        id=id_,
        agency_id=AGENCY,
        version=about.version,
        names={"en": f"Constraint {id_}"},
        role=role,
        constraint_attachment=ConstraintAttachment(**{field: (about.urn,)}),
        cube_regions=(CubeRegion(key_values=keys),),
    )


def _representation(shape: Shape, version: str) -> Representation:
    if isinstance(shape, Representation):
        return shape
    if shape is None:
        return text()
    return Representation(enumeration=_urn("codelist.Codelist", shape, version))


def _urn(urn_class: str, id_: str, version: str) -> str:
    if "(" in id_:
        return f"urn:sdmx:org.sdmx.infomodel.{urn_class}={AGENCY}:{id_}"
    return f"urn:sdmx:org.sdmx.infomodel.{urn_class}={AGENCY}:{id_}({version})"
