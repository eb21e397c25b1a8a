"""Data structures resolved: every reference that formats, checks and the store need.

Source: SDMX 3.1 Information Model, section 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from sdmx_server.dataset import PROVIDER, Component, Layout, Level, ResolvedStructure, Role
from sdmx_server.errors import SemanticError
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.constraints import allowed_codes
from sdmx_server.exchange.extension import Lookup
from sdmx_server.exchange.metadata_attributes import metadata_attributes
from sdmx_server.exchange.representation import checked, represented
from sdmx_server.model.annotations import OBSERVATION_ANNOTATIONS
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.constraint import DataConstraint
from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    Dataflow,
    DataStructure,
    DataStructureComponents,
    Measure,
    ModelComponent,
    ProvisionAgreement,
)
from sdmx_server.model.version import sort_key
from sdmx_server.storage.artefacts import Stored

Context = Dataflow | DataStructure | ProvisionAgreement


def resolve(context: Context, catalogue: Catalogue) -> ResolvedStructure:
    """Return the structure of a dataflow, data structure or agreement, references resolved.

    Raises:
        SemanticError: if the dataflow, the data structure or a codelist is not held.
    """
    return catalogue.remember(context.urn, lambda: _resolve(context, catalogue))


def constraints_on(context: Context, catalogue: Catalogue) -> list[DataConstraint]:
    """Return the constraints that apply to a context: its own and those of what it stands on.

    Raises:
        SemanticError: if what it stands on is not held.
    """
    return _constraints(_chain(context, catalogue.resolved), catalogue)


def layout_of(structure: ResolvedStructure) -> Layout:
    """Return how the store lays out data of a structure."""
    by_level: dict[Level | None, list[Component]] = {}
    for attribute in (*structure.attributes, *structure.annotations):
        by_level.setdefault(attribute.level, []).append(attribute)
    series = (*by_level.get(Level.GROUP, ()), *by_level.get(Level.SERIES, ()))
    observed = by_level.get(Level.OBSERVATION, [])
    coded = [
        a for a in observed if (a.is_coded and not a.is_json) or a.id == OBSERVATION_ANNOTATIONS
    ]
    free = [a for a in observed if a not in coded]
    return Layout(
        dimensions=tuple(d.id for d in structure.dimensions),
        time=structure.time.id if structure.time else None,
        series=(*(a.id for a in series), PROVIDER),
        coded=tuple(a.id for a in coded),
        texts=tuple(c.id for c in (*structure.measures, *free)),
        dataset=tuple(a.id for a in by_level.get(Level.DATASET, ())),
    )


def _resolve(context: Context, catalogue: Catalogue) -> ResolvedStructure:
    lookup = catalogue.resolved
    chain = _chain(context, lookup)
    dsd = chain[-1]
    parts = dsd.data_structure_components if isinstance(dsd, DataStructure) else None
    if not isinstance(dsd, DataStructure) or parts is None:
        raise SemanticError(f"{dsd.urn} has no components here; it is a stub.")
    constraints = _constraints(chain, catalogue)
    flow = next((a for a in chain if isinstance(a, Dataflow)), None)
    components = _components(dsd, _parts_used(parts, flow), lookup, constraints)
    return ResolvedStructure(
        context=context.artefact_type,
        urn=context.urn,
        names=context.names,
        dataflow_urn=flow.urn if flow else None,
        dsd_urn=dsd.urn,
        dimensions=tuple(c for c in components if c.role is Role.DIMENSION),
        time=next((c for c in components if c.role is Role.TIME), None),
        measures=tuple(c for c in components if c.role is Role.MEASURE),
        attributes=tuple(c for c in components if c.role is Role.ATTRIBUTE),
        groups={group.id: group.group_dimensions for group in parts.groups},
        dataflow_names=flow.names if flow else {},
    )


def _chain(context: Context, lookup: Lookup) -> list[Maintainable]:
    """Return the context and what it stands on, the data structure last."""
    chain: list[Maintainable] = [context]
    while not isinstance(chain[-1], DataStructure):
        last = chain[-1]
        urn = last.dataflow if isinstance(last, ProvisionAgreement) else _structure_of(last)
        below = lookup(urn) if urn else None
        if below is None:
            raise SemanticError(f"{last.urn} refers to {urn or 'nothing'}, which is not held here.")
        chain.append(below)
    return chain


def _parts_used(parts: DataStructureComponents, flow: Dataflow | None) -> DataStructureComponents:
    """Return the components that a dataflow uses: it may do without some dimensions.

    Groups and attributes lose these dimensions; an attribute that had no others is gone.
    """
    if flow is None or not flow.dimension_constraint:
        return parts
    used = frozenset(flow.dimension_constraint)
    dimensions = tuple(d for d in parts.dimension_list.dimensions if d.id in used)
    left_out = frozenset(d.id for d in parts.dimension_list.dimensions) - used
    attributes = parts.attribute_list.attributes if parts.attribute_list else ()
    kept = tuple(
        structs.replace(attribute, attribute_relationship=where)
        for attribute in attributes
        if (where := _relationship_without(attribute.attribute_relationship, left_out)) is not None
    )
    return structs.replace(
        parts,
        dimension_list=structs.replace(parts.dimension_list, dimensions=dimensions),
        groups=tuple(
            structs.replace(
                group, group_dimensions=tuple(d for d in group.group_dimensions if d in used)
            )
            for group in parts.groups
        ),
        attribute_list=AttributeList(attributes=kept) if kept else None,
    )


def _relationship_without(
    where: AttributeRelationship, left_out: Collection[str]
) -> AttributeRelationship | None:
    """Return what is left of a relationship to dimensions; None where nothing is."""
    kept = tuple(d for d in where.dimensions if d not in left_out)
    if kept == where.dimensions:
        return where
    return structs.replace(where, dimensions=kept) if kept else None


def _structure_of(artefact: Maintainable) -> str | None:
    return artefact.structure if isinstance(artefact, Dataflow) else None


def _constraints(chain: Sequence[Maintainable], catalogue: Catalogue) -> list[DataConstraint]:
    """Return the data constraints on any artefact of the chain, each in its newest version.

    Every constraint cuts further, so an older version would keep forbidding what a newer one
    allows.
    """
    users = catalogue.parents(artefact.urn for artefact in chain)
    constraints = [user for user in users if user.artefact_type == "dataconstraint"]
    newest: dict[tuple[str, str], Stored] = {}
    for user in sorted(constraints, key=lambda user: sort_key(user.version)):
        newest[user.agency_id, user.id] = user
    found = catalogue.get(list(newest.values()))
    return [constraint for constraint in found if isinstance(constraint, DataConstraint)]


def _components(
    dsd: DataStructure,
    parts: DataStructureComponents,
    lookup: Lookup,
    constraints: Sequence[DataConstraint],
) -> list[Component]:
    """Return the components, of which ``parts`` are those that are used."""
    found = [_component(c, Role.DIMENSION, lookup) for c in parts.dimension_list.dimensions]
    time = parts.dimension_list.time_dimension
    if time is not None:
        found.append(_component(time, Role.TIME, lookup))
    measures = parts.measure_list.measures if parts.measure_list else ()
    found.extend(_component(m, Role.MEASURE, lookup) for m in measures)
    dimensions = tuple(c.id for c in found if c.role is Role.DIMENSION)
    groups = {group.id: group.group_dimensions for group in parts.groups}
    found.extend(
        _attached(attribute, where, dimensions, groups)
        for attribute, where in _attributes(dsd, parts, lookup)
    )
    allowed = allowed_codes(constraints, {c.id: c.codes for c in found if c.codes is not None})
    return [replace(c, allowed=allowed[c.id]) if c.id in allowed else c for c in found]


def _attributes(
    dsd: DataStructure, parts: DataStructureComponents, lookup: Lookup
) -> Iterator[tuple[Component, AttributeRelationship]]:
    """Yield the attributes, then the metadata attributes, with what they are attached to."""
    for attribute in parts.attribute_list.attributes if parts.attribute_list else ():
        yield _component(attribute, Role.ATTRIBUTE, lookup), attribute.attribute_relationship
    declared = dsd.data_structure_components or parts
    used = frozenset(d.id for d in parts.dimension_list.dimensions)
    left_out = frozenset(d.id for d in declared.dimension_list.dimensions) - used
    for component, where in metadata_attributes(dsd, declared, lookup):
        kept = _relationship_without(where, left_out)
        if kept is not None:
            yield component, kept


def _component(part: ModelComponent, role: Role, lookup: Lookup) -> Component:
    found = checked(represented(part, lookup), part.id)
    usage = part.usage if isinstance(part, Attribute | Measure) else "mandatory"
    return Component(
        id=part.id,
        role=role,
        names=found.names or {"en": part.id},
        concept_urn=part.concept_identity,
        data_type=found.data_type or _DEFAULT_TYPE[role],
        codes=found.codes,
        codelist_urn=found.codelist_urn,
        mandatory=usage == "mandatory",
        is_array=found.is_array,
        is_multilingual=found.is_multilingual,
        measures=part.measure_relationship if isinstance(part, Attribute) else (),
        facets=found.facets,
    )


_DEFAULT_TYPE = {
    Role.DIMENSION: "String",
    Role.TIME: "ObservationalTimePeriod",
    Role.MEASURE: "String",
    Role.ATTRIBUTE: "String",
}


def _attached(
    component: Component,
    where: AttributeRelationship,
    dimensions: tuple[str, ...],
    groups: Mapping[str, tuple[str, ...]],
) -> Component:
    """Return the attribute with its place: level, dimensions and group."""
    named = set(where.dimensions)
    for group in where.attachment_groups:
        named.update(groups.get(group, ()))
    if where.group is not None:
        members = tuple(d for d in dimensions if d in groups.get(where.group, ()))
        return replace(component, level=Level.GROUP, group=where.group, dimensions=members)
    if where.observation is not None or named - set(dimensions):
        return replace(component, level=Level.OBSERVATION)
    if named:
        members = tuple(d for d in dimensions if d in named)
        return replace(component, level=Level.SERIES, dimensions=members)
    return replace(component, level=Level.DATASET)
